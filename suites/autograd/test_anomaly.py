"""Anomaly detection: a backward that makes NaN raises, where it is asked for."""

import numpy as np
import pytest
import torch

from suites.autograd.record import quietly
from suites.kit import close, documents, tensor

GUIDE = "What is autograd?"
DETECT, SET = "torch.autograd.detect_anomaly", "torch.autograd.set_detect_anomaly"


def loss(device):
    """0 times the slope of a root at 0, which is NaN, and a leaf beside it."""
    x = tensor(np.array([0.0, 4.0]), device).requires_grad_()
    return x, (x.sqrt() * tensor(np.array([0.0, 1.0]), device)).sum()


@documents(DETECT, SET, guide=GUIDE)
@pytest.mark.parametrize("mode", [torch.autograd.detect_anomaly, lambda: torch.autograd.set_detect_anomaly(True)],
                         ids=["detect_anomaly", "set_detect_anomaly"])  # fmt: skip
def test_a_backward_that_makes_nan_raises(mode, device):
    """Within detect_anomaly, or set_detect_anomaly(True), a backward that computes NaN raises RuntimeError."""
    with quietly(), mode():
        _, nan = loss(device)

        with pytest.raises(RuntimeError):
            nan.backward()


@documents(DETECT, guide=GUIDE)
def test_checking_for_nan_can_be_left_out(device):
    """With check_nan=False NaN raises nothing."""
    with quietly(), torch.autograd.detect_anomaly(check_nan=False):
        x, nan = loss(device)
        nan.backward()

    close(x.grad, np.array([np.nan, 0.25]), device=device)


@documents(DETECT, SET, guide=GUIDE)
def test_detection_ends_with_its_context(device):
    """Outside of the context NaN is a gradient like any other, also after an exception within."""
    with quietly(), pytest.raises(KeyError), torch.autograd.detect_anomaly():
        raise KeyError
    x, nan = loss(device)
    nan.backward()

    assert not torch.is_anomaly_enabled()
    close(x.grad, np.array([np.nan, 0.25]), device=device)
