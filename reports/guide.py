"""The headings of the basics guide, in its order, each with its level."""

OUTLINE = (
    (1, "Basics of PyTorch & Tensor"),
    (2, "Tensors"),
    (3, "Attributes of a Tensor"),
    (3, "Operations on Tensors"),
    (4, "Arithmetic operations"),
    (4, "In place operations"),
    (3, "Bridge with NumPy"),
    (4, "Tensor to NumPy array"),
    (4, "NumPy array to Tensor"),
    (2, "A Gentle Introduction to torch.autograd"),
    (3, "What is autograd?"),
    (3, "Example of One Training Step"),
    (3, "Technical Notes"),
    (2, "Differentiation in Autograd"),
    (3, "Vector Calculus using autograd"),
    (3, "Optimizers & Gradient Descent"),
    (3, "Fine-tuning Pretrained Models"),
    (2, "Neural Networks"),
    (3, "Defining Your Network"),
    (4, "Recap of Key Components so far"),
    (5, "At this point, we covered:"),
    (5, "Still Left:"),
    (3, "Loss Function"),
    (3, "Backprop"),
    (5, "What's Next?"),
    (3, "Update the weights"),
)

HEADINGS = tuple(title for _, title in OUTLINE)
