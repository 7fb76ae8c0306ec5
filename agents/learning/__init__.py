"""Lessons: what a recipe learns before it is used, from passages with labels or without.

A lesson asks a model about passages and returns them as demonstrations, with what was learned in
their notes. `base` says what a lesson is, `lessons` lists them, `school` reads passages, gives the
lesson and saves the bank.
"""
