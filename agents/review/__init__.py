"""People look at what a run found, and their decisions outlast it."""
