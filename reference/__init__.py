"""What the documentation says, written in NumPy: one function for each operation, named as the operation."""
