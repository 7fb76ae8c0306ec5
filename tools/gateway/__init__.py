"""Between questions and models: what was answered is kept, what fails is tried again."""
