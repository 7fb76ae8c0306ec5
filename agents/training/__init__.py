"""Small models taught with labelled passages: what they are asked, and the right answers."""
