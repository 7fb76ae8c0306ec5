"""Runs: what to ask, asking it, keeping what came of it, and saying how it stands."""
