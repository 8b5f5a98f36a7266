"""Tensors: how they are made, what they know of themselves, how they are indexed and shaped."""
