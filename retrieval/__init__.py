"""Demonstrations: labelled passages, found by likeness to the passage that is asked about."""
