"""What the guide does, timed; each benchmark asserts its result."""

import numpy as np
import pytest
import torch

from suites.kit import bound, close, draw, tensor


@pytest.mark.parametrize("size", [64, 256])
def test_matmul(timed, device, size):
    left, right = draw.normal(1, size, size, dtype="float32"), draw.normal(2, size, size, dtype="float32")

    result = timed(torch.matmul, tensor(left, device), tensor(right, device))
    exact = left.astype(np.float64) @ right.astype(np.float64)
    close(result, exact, bound.product(left, right), dtype="float32", device=device)


@pytest.mark.parametrize("size", [16, 1_000_000])
def test_add(timed, device, size):
    left, right = draw.normal(1, size, dtype="float32"), draw.normal(2, size, dtype="float32")

    result = timed(torch.add, tensor(left, device), tensor(right, device))
    close(result, left + right, device=device)


@pytest.mark.parametrize("size", [16, 1_000_000])
def test_from_numpy(benchmark, size):
    array = draw.normal(1, size)

    close(benchmark(torch.from_numpy, array), array)
