"""The suite on an accelerator: claims that keep to their device hold there, and those that do not are seen."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
CAREFUL = ("numpy_bridge/test_numpy_refuses.py", "numpy_bridge/test_as_tensor.py", "numpy_bridge/test_numpy_scalars.py")

pytestmark = pytest.mark.skipif(
    not hasattr(torch._C, "_acc") or not hasattr(torch._C._acc, "create_empty_tensor"),
    reason="this torch has no way to write a backend in Python",
)

CLAIMS = '''
import numpy as np
import torch
from suites.kit import array, close, documents, share_memory, tensor, unchanged

VALUES = np.arange(6.0).reshape(2, 3)


@documents("torch.add")
def test_keeps_to_its_device(device):
    """It adds, in place too, and leaves its arguments alone."""
    left, right = tensor(VALUES, device), tensor(VALUES.T.copy().T, device)

    with unchanged(left, right):
        result = left + right.t().t()

    close(result, 2 * VALUES, device=device)
    close(left.t().add_(1).t(), VALUES + 1, device=device)
    close(left, VALUES + 1, device=device)
    assert share_memory(left, left.t()) and not share_memory(left, right)


@documents("torch.add")
def test_keeps_the_gradient_on_the_device(device):
    """Its gradient lies on the device."""
    leaf = tensor(VALUES, device).requires_grad_()

    (leaf * leaf).sum().backward()

    close(leaf.grad, 2 * VALUES, device=device)


@documents("torch.add")
def test_makes_an_operand_elsewhere(device):
    """One operand was made without a device."""
    close(tensor(VALUES, device) + tensor(VALUES), 2 * VALUES, device=device)


@documents("torch.add")
def test_compares_elsewhere(device):
    """The result was expected on the CPU."""
    close(tensor(VALUES, device) + 1, VALUES + 1)


@documents("torch.add")
def test_computes_elsewhere(device):
    """The result was computed on the CPU."""
    close(tensor(VALUES, device).cpu() + 1, VALUES + 1, device=device)


@documents("torch.zeros")
def test_makes_the_result_elsewhere(device):
    """The result was made without a device."""
    close(torch.zeros(2, 3), np.zeros((2, 3), np.float32), device=device)


@documents("torch.Tensor.numpy")
def test_reads_memory(device):
    """The result was read as if it lay in the CPU's memory."""
    close(tensor(VALUES, device).numpy(), VALUES)
'''

FORGETFUL = {
    "test_makes_an_operand_elsewhere",
    "test_compares_elsewhere",
    "test_computes_elsewhere",
    "test_makes_the_result_elsewhere",
    "test_reads_memory",
}
HOLDING = {
    f"{name}[{device}]"
    for name in ("test_keeps_to_its_device", "test_keeps_the_gradient_on_the_device")
    for device in ("cpu", "fake")
}


def run(*args):
    """Run pytest on the accelerator in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-n0", "-rA", "--profile=quick", "-p", "suites.meta.fake_accelerator"]
    return subprocess.run([*command, *args], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)


def outcomes(output, outcome):
    """The names of the tests that ended so, each with its device."""
    return set(re.findall(rf"^{outcome} \S*::(test_\w+\[\w+\])", output, re.MULTILINE))


def test_claims_that_forget_their_device_fail(tmp_path):
    (tmp_path / "test_claims.py").write_text(CLAIMS, encoding="utf-8")

    done = run(
        "-p", "conftest", "-c", "pyproject.toml", "--device=cpu,fake", f"--record={tmp_path}", str(tmp_path)
    )  # fmt: skip

    assert outcomes(done.stdout, "FAILED") == {f"{name}[fake]" for name in FORGETFUL}, done.stdout + done.stderr
    assert outcomes(done.stdout, "PASSED") >= {f"{name}[cpu]" for name in FORGETFUL} | HOLDING
    assert "devices: cpu, fake (an accelerator in pure Python)" in done.stdout


def test_careful_claims_hold(tmp_path):
    done = run("--device=fake", f"--record={tmp_path}", *(f"suites/{file}" for file in CAREFUL))

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(outcomes(done.stdout, "PASSED")) > 20
