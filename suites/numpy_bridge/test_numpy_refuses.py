"""What Tensor.numpy refuses, and what force=True makes of it."""

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, share_memory, tensor, unchanged

from .bridge import FROM_TENSOR, in_both, window

WRITABLE = {"shape": draw.shapes(low=1), "layouts": draw.WRITABLE}
every_shape = pytest.mark.parametrize("shape", [(), (1,), (3, 5), (2, 0)], ids=str)


def is_cpu(device):
    """Whether tensors on the device lie in memory that NumPy can reach."""
    return torch.device(device).type == "cpu"


def converts(source):
    """Whether the tensor gives an array; else it raises TypeError, as for each kind of tensor that NumPy lacks."""
    try:
        return isinstance(source.numpy(), np.ndarray)
    except TypeError:
        return False


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays())
def test_refuses_a_leaf_that_requires_grad(array):
    """A tensor that requires grad raises RuntimeError and says so, with force=False too, which is the default."""
    source = tensor(array).requires_grad_()

    with pytest.raises(RuntimeError, match="requires grad"):
        source.numpy()
    with pytest.raises(RuntimeError, match="requires grad"):
        source.numpy(force=False)


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays())
def test_refuses_a_result_that_requires_grad(array):
    """The result of an operation on a tensor that requires grad raises RuntimeError, and its detached twin does not."""
    source = tensor(array).requires_grad_().neg()

    with pytest.raises(RuntimeError, match="requires grad"):
        source.numpy()
    close(source.detach().numpy(), -array)


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(sample=draw.samples())
def test_refuses_the_conjugate_bit(sample, dtype):
    """A tensor with its conjugate bit set raises RuntimeError."""
    with pytest.raises(RuntimeError):
        tensor(sample(dtype)).conj().numpy()


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(sample=draw.samples())
def test_refuses_the_negative_bit(sample, dtype):
    """A tensor with its negative bit set raises RuntimeError."""
    with pytest.raises(RuntimeError):
        tensor(sample(dtype)).conj().imag.numpy()


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
@pytest.mark.parametrize("kind", ["bfloat16", "complex32"])
@every_shape
def test_refuses_dtypes_that_numpy_lacks(kind, shape):
    """A tensor of a dtype that NumPy lacks raises TypeError."""
    source = torch.empty(shape, dtype=getattr(torch, kind))

    with pytest.raises(TypeError):
        source.numpy()


@documents("torch.Tensor.numpy", "torch.float8_e4m3fn", "torch.float8_e5m2", guide=FROM_TENSOR, since="2.1")
@pytest.mark.parametrize("kind", ["float8_e4m3fn", "float8_e5m2"])
@every_shape
def test_refuses_floats_of_eight_bits(kind, shape):
    """A tensor of eight-bit floats raises TypeError."""
    source = torch.empty(shape, dtype=getattr(torch, kind))

    with pytest.raises(TypeError):
        source.numpy()


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(shape=draw.shapes(least=1, low=1)))
def test_refuses_sparse_layouts(array):
    """A sparse tensor raises TypeError."""
    source = tensor(array).to_sparse()

    with pytest.raises(TypeError):
        source.numpy()


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@in_both
def test_converts_on_the_cpu_alone(dtype, device):
    """A tensor gives an array on the CPU, and elsewhere it raises TypeError."""
    source = tensor(window(dtype), device)

    assert converts(source) == is_cpu(device)
    assert not converts(source.to("meta"))  # the one other place that every machine has


@documents("torch.Tensor.numpy", "torch.Tensor.cpu", guide=FROM_TENSOR)
@given(sample=draw.samples())
def test_converts_after_a_copy_to_the_cpu(sample, dtype, device):
    """A tensor of any device gives its values after .cpu(), which the array then shares."""
    array = sample(dtype)

    close(tensor(array, device).cpu().numpy(), array)


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(**WRITABLE))
def test_force_shares_what_can_be_shared(array, device):
    """With force=True the array shares memory with a tensor that requires grad if that lies on the CPU, else not."""
    source = tensor(array, device).requires_grad_()

    result = source.numpy(force=True)

    close(result, array)
    assert source.requires_grad
    assert share_memory(source, result) == is_cpu(device)


@documents("torch.Tensor.numpy", "torch.Tensor.resolve_conj", guide=FROM_TENSOR)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(sample=draw.samples(**WRITABLE))
def test_force_resolves_the_conjugate_bit(sample, dtype, device):
    """With force=True a conjugated tensor gives its own values in memory that it does not share."""
    array = sample(dtype)
    source = tensor(array, device).conj()

    with unchanged(source):
        result = source.numpy(force=True)

    close(result, array.conj())
    assert source.is_conj()
    assert not share_memory(result, source)


@documents("torch.Tensor.numpy", "torch.Tensor.resolve_neg", guide=FROM_TENSOR)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(sample=draw.samples(**WRITABLE))
def test_force_resolves_the_negative_bit(sample, dtype, device):
    """With force=True a tensor with its negative bit set gives its own values in memory that it does not share."""
    array = sample(dtype)
    source = tensor(array, device).conj().imag

    with unchanged(source):
        result = source.numpy(force=True)

    close(result, -array.imag)
    assert source.is_neg()
    assert not share_memory(result, source)


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(sample=draw.samples(**WRITABLE))
def test_force_equals_the_long_way(sample, dtype, device):
    """force=True is detach, cpu, resolve_conj, resolve_neg and numpy, one after the other."""
    source = (tensor(sample(dtype), device).requires_grad_() * 2).conj().imag

    close(source.numpy(force=True), source.detach().cpu().resolve_conj().resolve_neg().numpy())


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@every_shape
def test_force_refuses_dtypes_that_numpy_lacks(shape, device):
    """force=True converts no dtype: bfloat16 still raises TypeError."""
    source = torch.empty(shape, dtype=torch.bfloat16, device=device)

    with pytest.raises(TypeError):
        source.numpy(force=True)
