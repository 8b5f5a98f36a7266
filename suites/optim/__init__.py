"""torch.optim: each optimizer against the algorithm its documentation gives."""
