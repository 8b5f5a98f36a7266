"""Forward mode: dual numbers carry a tangent along, and agree with reverse mode."""

import numpy as np
import pytest
import torch
import torch.autograd.forward_ad as fw
from hypothesis import given

from suites.autograd import field, forward
from suites.kit import close, documents, draw, gradient, share_memory, tensor

GUIDE = "Vector Calculus using autograd"
DUAL, UNPACK, LEVEL = (f"torch.autograd.forward_ad.{name}" for name in ("make_dual", "unpack_dual", "dual_level"))
X, T = draw.normal(0, 3), draw.normal(1, 3)


def dual(device, primal=X, tangent=T):
    return fw.make_dual(tensor(primal, device), tensor(tangent, device))


@documents(DUAL, UNPACK, guide=GUIDE)
@given(sample=draw.samples(layouts=draw.WRITABLE, hard=("zero", "-zero", "one")), seed=draw.seeds())
def test_a_dual_holds_primal_and_tangent(sample, seed, device, dtype):
    """unpack_dual gives the primal and the tangent that make_dual put together, bit for bit."""
    primal, tangent = sample(dtype), draw.normal(seed, *sample.shape, dtype=dtype)
    with fw.dual_level():
        unpacked = fw.unpack_dual(dual(device, primal, tangent))

    close(unpacked.primal, primal, device=device)
    close(unpacked.tangent, tangent, device=device)


@documents(DUAL, UNPACK, guide=GUIDE)
def test_tangents_follow_operations(device):
    """Operations on duals carry tangents by the rules of differentiation: sums add, products follow Leibniz."""
    with fw.dual_level():
        a, b = dual(device), dual(device, T, X)
        total, product = fw.unpack_dual(a + 3 * b), fw.unpack_dual(a * b)

    close(total.tangent, T + 3 * X, device=device)
    close(product.primal, X * T, device=device)
    close(product.tangent, T * T + X * X, device=device)


@documents(DUAL, guide=GUIDE)
@given(seed=draw.seeds())
def test_gives_the_jacobian_vector_product(seed, device):
    """The tangent of f(x) for the tangent u of x is J u."""
    x, u = draw.normal(seed, field.IN).clip(-2, 2), draw.normal(seed + 1, field.IN).clip(-2, 2)

    close(forward.jvp(field.field, (x,), (u,), device), field.jacobian(x) @ u, field.ROUNDINGS, device=device)


@documents(DUAL, "torch.autograd.grad", guide=GUIDE)
@given(seed=draw.seeds())
def test_is_the_adjoint_of_reverse_mode(seed, device):
    """⟨J d, v⟩ = ⟨d, Jᵀ v⟩: forward and reverse mode are adjoint."""

    def function(a, b):
        return torch.softmax(a @ b, -1) * b.exp().sum() + (a**2).mean()

    gradient.adjoint(function, draw.normal(seed, 3, 4), draw.normal(seed + 1, 4, 2), seed=seed, device=device)


@documents(UNPACK, guide=GUIDE)
def test_a_plain_tensor_has_no_tangent(device):
    """unpack_dual of a tensor that is no dual, or of a result of such, gives None for the tangent."""
    with fw.dual_level():
        plain = tensor(X, device)
        assert fw.unpack_dual(plain).tangent is None
        assert fw.unpack_dual(plain * 2).tangent is None


@documents(LEVEL, UNPACK, guide=GUIDE)
def test_tangents_end_with_their_level(device):
    """On leaving a dual_level all its tangents are gone: in a new level the same tensor has none."""
    with fw.dual_level():
        old = dual(device)
    with fw.dual_level():
        assert fw.unpack_dual(old).tangent is None


@documents(DUAL, LEVEL, guide=GUIDE)
def test_duals_exist_within_a_level_only(device):
    """make_dual outside of a dual_level raises RuntimeError."""
    with pytest.raises(RuntimeError):
        dual(device)


@documents(DUAL, guide=GUIDE)
@pytest.mark.parametrize("tangent", [np.ones(4), np.ones((3, 1))], ids=["size", "shape"])
def test_a_tangent_is_like_its_primal(tangent, device):
    """make_dual raises RuntimeError where the tangent has not the shape of the primal."""
    with fw.dual_level(), pytest.raises(RuntimeError):
        dual(device, X, tangent)


@documents(DUAL, "torch.Tensor.detach", guide=GUIDE)
def test_detach_drops_the_tangent(device):
    """A detached dual has the primal's values over the same memory and no tangent."""
    with fw.dual_level():
        a = dual(device)
        detached = a.detach()

        assert fw.unpack_dual(detached).tangent is None
        assert share_memory(detached, fw.unpack_dual(a).primal)


@documents(DUAL, "torch.no_grad", guide=GUIDE)
def test_no_grad_does_not_stop_tangents(device):
    """no_grad does not apply to forward mode: tangents pass through it."""
    with fw.dual_level(), torch.no_grad():
        tangent = fw.unpack_dual(dual(device) * 2).tangent

    close(tangent, 2 * T, device=device)


@documents(DUAL, UNPACK, "torch.autograd.grad", guide=GUIDE)
def test_reverse_over_forward_gives_second_derivatives(device):
    """A tangent can be differentiated in reverse mode: the gradient of ⟨∇g, u⟩ is the Hessian times u."""
    x = tensor(field.X, device).requires_grad_()
    with fw.dual_level():
        slope = fw.unpack_dual(field.energy(fw.make_dual(x, tensor(field.U, device)))).tangent
        found = torch.autograd.grad(slope, x)[0]

    close(slope, field.energy_gradient() @ field.U, field.ROUNDINGS, device=device)
    close(found, field.energy_hessian() @ field.U, field.ROUNDINGS, device=device)


@documents(DUAL, UNPACK, guide=GUIDE)
def test_in_place_operations_carry_tangents(device):
    """A tensor changed in place by a dual becomes one, and views of it see the tangent."""
    with fw.dual_level():
        changed = tensor(np.zeros(3), device)
        changed.add_(dual(device)).mul_(3)
        whole, part = fw.unpack_dual(changed).tangent, fw.unpack_dual(changed[1:]).tangent

    close(whole, 3 * T, device=device)
    close(part, 3 * T[1:], device=device)
