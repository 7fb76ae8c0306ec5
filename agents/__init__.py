"""The state machine that asks, and the runs that drive it."""
