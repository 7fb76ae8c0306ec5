"""Labelled passages made with a model: annotated, found, or written; each checked or dropped."""
