"""Training: steps of whole networks, fine-tuning, ResNet-18."""
