"""torch.nn: modules, layers, losses, and the guide's network."""
