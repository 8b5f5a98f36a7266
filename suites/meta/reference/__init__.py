"""The tests of the oracle: values by hand, loops against clever forms, gradients against complex steps."""
