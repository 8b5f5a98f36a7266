"""Samplers of half precision: the distributions that test_random.py tells of wider dtypes alone."""

import pytest
import torch

from reference import distribution
from suites.kit import array, documents
from suites.tensors.sampling import follows
from suites.tensors.test_random import Sampler

SAMPLERS = (
    Sampler("exponential_", {"lambd": 2.5}, distribution.exponential, (2.5,)),
    Sampler("geometric_", {"p": 0.6}, distribution.geometric, (0.6,)),
)
rows = pytest.mark.parametrize("row", [pytest.param(row, marks=documents(str(row)), id=row.name) for row in SAMPLERS])


@rows
@documents()
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
def test_samples_in_half_precision(row, device, dtype):
    """{row} of half precision samples its distribution, in a view too, and is never below its least value."""
    x = torch.zeros(129, 257, 2, dtype=dtype, device=device)

    getattr(x[..., 1], row.name)(**row.arguments)

    follows(x[..., 1], row.cdf, *row.parameters)
    assert (array(x[..., 0]) == 0).all()
