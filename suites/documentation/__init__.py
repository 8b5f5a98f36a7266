"""What the docstrings of the installed torch show and state: examples and defaults."""
