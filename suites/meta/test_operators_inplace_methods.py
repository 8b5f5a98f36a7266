"""The table of in-place methods is complete."""

import torch

from suites.operators.methods import APART, RANDOM, SHAPES, VALUES

ROWS = {row.name for row in (*VALUES, *SHAPES, *RANDOM)}


def test_every_public_method_has_a_row_or_a_reason():
    public = {name for name in dir(torch.Tensor) if name.endswith("_") and not name.startswith("_")}

    assert public - ROWS - set(APART) == set()


def test_every_row_is_a_method():
    assert {name for name in ROWS if not hasattr(torch.Tensor, name)} == set()
