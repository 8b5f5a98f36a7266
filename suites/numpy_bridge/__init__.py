"""Bridge with NumPy: tensors and arrays that share memory."""
