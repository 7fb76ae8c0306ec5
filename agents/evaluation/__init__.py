"""How well recipes do on labelled passages, at what cost, and whether two of them differ."""
