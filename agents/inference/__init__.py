"""A schema drafted from documents: open extraction, definitions, and merging by them."""
