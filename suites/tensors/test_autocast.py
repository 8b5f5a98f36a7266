"""torch.autocast: which dtype operations compute in, inside of a region and after it."""

import threading
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from suites.kit import bound, close, documents, draw, tensor, unchanged

X, W = draw.normal(1, 4, 5, dtype="float32"), draw.normal(2, 5, 3, dtype="float32")


class Operation(NamedTuple):
    """An operation of float32 tensors."""

    name: str
    call: Callable

    def __str__(self):
        return f"torch.{self.name}"


LOWER = (
    Operation("mm", lambda x, w: torch.mm(x, w)), Operation("matmul", lambda x, w: x @ w),
    Operation("bmm", lambda x, w: torch.bmm(x[None], w[None])),
    Operation("addmm", lambda x, w: torch.addmm(x @ w, x, w)),
    Operation("baddbmm", lambda x, w: torch.baddbmm(x[None] @ w, x[None], w[None])),
    Operation("nn.functional.linear", lambda x, w: F.linear(x, w.t())),
    Operation("nn.functional.conv1d", lambda x, w: F.conv1d(x[None, None, 0], w[None, None, :, 0])),
    Operation("nn.functional.conv2d", lambda x, w: F.conv2d(x[None, None], w[None, None, :2, :2])),
)  # fmt: skip
KEPT = (
    Operation("add", lambda x, w: x + x), Operation("exp", lambda x, w: torch.exp(x)),
    Operation("sum", lambda x, w: x.sum()), Operation("relu", lambda x, w: torch.relu(x)),
)  # fmt: skip


def rows(*table):
    return pytest.mark.parametrize("row", [pytest.param(row, marks=documents(str(row)), id=row.name) for row in table])


def kind(device):
    return torch.device(device).type


def product(device):
    """The dtype of a matrix product of float32 tensors, here and now."""
    return torch.mm(tensor(X, device), tensor(W, device)).dtype


@documents("torch.autocast")
@rows(*LOWER)
def test_multiplies_in_lower_precision(row, device):
    """In an autocast region {row} of float32 tensors computes in bfloat16, and changes no argument."""
    x, w = tensor(X, device), tensor(W, device)

    with unchanged(x, w), torch.autocast(kind(device), dtype=torch.bfloat16):
        found = row.call(x, w)

    assert found.dtype is torch.bfloat16 and row.call(x, w).dtype is torch.float32


@documents("torch.autocast")
@rows(*KEPT)
def test_leaves_other_operations_alone(row, device):
    """In an autocast region {row} of float32 tensors computes in float32."""
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        assert row.call(tensor(X, device), tensor(W, device)).dtype is torch.float32


@documents("torch.autocast")
def test_multiplies_to_the_precision_of_its_dtype(device):
    """A product in a region is that of the rounded matrices, rounded, and for float64 it is not touched."""
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        found = torch.mm(tensor(X, device), tensor(W, device))
        double = torch.mm(tensor(X.astype(np.float64), device), tensor(W.astype(np.float64), device))

    magnitudes = np.abs(X).astype(np.float64) @ np.abs(W)
    close(found, X.astype(np.float64) @ W, bound.Bound(4, magnitudes, False), dtype=torch.bfloat16, device=device)
    assert double.dtype is torch.float64


@documents("torch.autocast")
def test_computes_losses_in_full_precision(device):
    """In a region losses of bfloat16 are computed in float32."""
    x = tensor(draw.cast(X, "bfloat16"), device, "bfloat16")

    with torch.autocast(kind(device), dtype=torch.bfloat16):
        assert F.mse_loss(x, x).dtype is torch.float32


@documents("torch.autocast")
def test_joins_in_the_widest_dtype(device):
    """In a region torch.cat and torch.stack of several dtypes have the widest of them."""
    wide, narrow = tensor(X, device), tensor(draw.cast(X, "bfloat16"), device, "bfloat16")

    with torch.autocast(kind(device), dtype=torch.bfloat16):
        assert torch.cat([narrow, wide]).dtype is torch.stack([narrow, wide]).dtype is torch.float32


@documents("torch.autocast")
def test_ends_with_its_region(device):
    """Autocast is off before its region and after it, also where an exception leaves it."""
    before = product(device)
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        inside = product(device)
    after = product(device)
    with pytest.raises(KeyError):
        with torch.autocast(kind(device), dtype=torch.bfloat16):
            raise KeyError

    assert (before, inside, after, product(device)) == (torch.float32, torch.bfloat16, torch.float32, torch.float32)


@documents("torch.autocast")
def test_is_off_where_not_enabled(device):
    """enabled=False switches autocast off in a region, alone and inside of another, which goes on after it."""
    with torch.autocast(kind(device), dtype=torch.bfloat16, enabled=False):
        alone = product(device)
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        with torch.autocast(kind(device), enabled=False):
            nested = product(device)
            with torch.autocast(kind(device), dtype=torch.bfloat16):
                inmost = product(device)
        again = product(device)

    assert (alone, nested, inmost, again) == (torch.float32, torch.float32, torch.bfloat16, torch.bfloat16)


@documents("torch.autocast", since="2.4")
def test_takes_a_dtype_for_each_region(device):
    """The dtype of a region is the one given, float16 too, and the outer one again after a nested region."""
    with torch.autocast(kind(device), dtype=torch.float16):
        outer = product(device)
        with torch.autocast(kind(device), dtype=torch.bfloat16):
            inner = product(device)
        again = product(device)

    assert (outer, inner, again) == (torch.float16, torch.bfloat16, torch.float16)


@documents("torch.autocast")
def test_computes_in_bfloat16_on_the_cpu_by_default():
    """On the CPU the dtype of a region is bfloat16 unless given, whatever was given before."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        pass
    with torch.autocast("cpu"):
        assert product("cpu") is torch.bfloat16


@documents("torch.is_autocast_enabled", "torch.get_autocast_dtype", since="2.4")
def test_tells_whether_it_is_on(device):
    """torch.is_autocast_enabled and torch.get_autocast_dtype tell the state inside of a region and after it."""
    before = torch.is_autocast_enabled(kind(device)), torch.get_autocast_dtype(kind(device))
    with torch.autocast(kind(device), dtype=torch.float16):
        inside = torch.is_autocast_enabled(kind(device)), torch.get_autocast_dtype(kind(device))
    after = torch.is_autocast_enabled(kind(device)), torch.get_autocast_dtype(kind(device))

    assert inside == (True, torch.float16) and before == after and not before[0]


@documents("torch.autocast")
def test_decorates_a_function(device):
    """torch.autocast as a decorator makes the body of the function a region, each time it is called."""
    decorated = torch.autocast(kind(device), dtype=torch.bfloat16)(product)

    assert [decorated(device), product(device), decorated(device)] == [torch.bfloat16, torch.float32, torch.bfloat16]


@documents("torch.autocast")
def test_is_a_state_of_its_thread(device):
    """A region of one thread does not reach into another."""
    found = []
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        work = threading.Thread(target=lambda: found.append(product(device)))
        work.start()
        work.join()

    assert found == [torch.float32]


@documents("torch.autocast")
def test_carries_gradients_back_in_the_dtype_of_leaves(device):
    """The gradient of a float32 weight used in a region is float32, and that of the product."""
    w = tensor(W, device).requires_grad_()

    with torch.autocast(kind(device), dtype=torch.bfloat16):
        loss = torch.mm(tensor(X, device), w).float().sum()
    loss.backward()

    expected = np.broadcast_to(X.astype(np.float64).sum(0)[:, None], W.shape)
    scale = np.broadcast_to(np.abs(X).astype(np.float64).sum(0)[:, None], W.shape) * 2.0**16
    close(w.grad, np.array(expected), bound.Bound(4, scale, False), dtype=torch.float32, device=device)


@documents("torch.autocast")
def test_sees_the_weights_of_now(device):
    """A weight that changes between two regions is cast anew, although casts are cached inside of one."""
    w = tensor(W, device).requires_grad_()
    x = tensor(X, device)

    with torch.autocast(kind(device), dtype=torch.bfloat16):
        first = torch.mm(x, w)
    with torch.no_grad():
        w.mul_(2)
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        second = torch.mm(x, w)

    close(second.detach(), 2 * first.detach().float().cpu().numpy(), dtype=torch.bfloat16, device=device)


@documents("torch.amp.custom_fwd", "torch.amp.custom_bwd", since="2.4")
@pytest.mark.parametrize("cast", [None, torch.float32, torch.float16])
def test_casts_the_inputs_of_a_function_of_ones_own(cast, device):
    """custom_fwd with cast_inputs casts floating tensors to it and runs forward out of autocast, in a region alone."""
    seen = []

    class Product(torch.autograd.Function):
        @staticmethod
        @torch.amp.custom_fwd(device_type=kind(device), cast_inputs=cast)
        def forward(ctx, x, places):
            seen.append((x.dtype, places.dtype, torch.is_autocast_enabled(kind(device))))
            return x * 2

        @staticmethod
        @torch.amp.custom_bwd(device_type=kind(device))
        def backward(ctx, gradient):
            seen.append(torch.is_autocast_enabled(kind(device)))
            return gradient * 2, None

    x, places = torch.ones(2, dtype=torch.bfloat16, device=device, requires_grad=True), torch.arange(2, device=device)
    Product.apply(x, places)
    with torch.autocast(kind(device), dtype=torch.bfloat16):
        y = Product.apply(x, places)
    y.sum().backward()

    assert seen[0] == (torch.bfloat16, torch.int64, False)
    assert seen[1] == (cast or torch.bfloat16, torch.int64, cast is None)
    assert seen[2] is (cast is None)
    assert y.dtype is (cast or torch.bfloat16) and x.grad.dtype is torch.bfloat16
