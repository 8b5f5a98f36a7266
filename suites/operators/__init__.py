"""Operations on tensors: arithmetic, matrix products, in-place forms."""
