"""torch.autograd: gradients, their accumulation, and the graph they come from."""
