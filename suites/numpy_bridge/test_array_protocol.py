"""What NumPy's own functions make of tensors: np.asarray, np.array and ufuncs."""

import operator

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, share_memory, tensor, unchanged

from .bridge import FROM_TENSOR, in_both, opposite, quietly, same_steps, window

WRITABLE = {"shape": draw.shapes(low=1), "layouts": draw.WRITABLE}
numpy_2 = pytest.mark.skipif(int(np.__version__.split(".")[0]) < 2, reason="NumPy 1 does not give this warning")

#: Ufuncs of one and of two arguments whose results IEEE 754 settles, so that every path gives the same bits.
one_argument = pytest.mark.parametrize("name", ["negative", "square", "sqrt", "floor", "conjugate"])
two_arguments = pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum", "copysign"])


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@given(sample=draw.samples())
def test_asarray_keeps_values_shape_dtype_and_strides(sample, dtype):
    """np.asarray of a tensor has its values, shape, dtype and strides."""
    array = sample(dtype)
    source = tensor(array)

    result = np.asarray(source)

    assert type(result) is np.ndarray
    close(result, array)
    assert same_steps(source, result)


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@in_both
def test_asarray_shares_memory(dtype):
    """np.asarray of a tensor has its values and shares memory with it both ways, in every dtype."""
    source = tensor(window(dtype))

    close(np.asarray(source), window(dtype))
    assert share_memory(source, np.asarray(source))


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@in_both
def test_asarray_casts_to_another_dtype(dtype):
    """np.asarray with a dtype has the values in that dtype and does not share memory; the tensor keeps its own."""
    array = window(dtype)
    source = tensor(array)

    with unchanged(source):
        result = np.asarray(source, dtype=np.complex256 if dtype is torch.complex128 else np.complex128)

    close(result.astype(np.complex128), array.astype(np.complex128))
    assert result.dtype.kind == "c" and result.dtype != array.dtype


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@in_both
def test_array_copies(dtype):
    """np.array of a tensor has its values and memory of its own."""
    array = window(dtype)
    source = tensor(array)

    result = quietly(np.array, source)

    close(result, array)
    assert not share_memory(source, result)


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@numpy_2
def test_array_does_not_warn():
    """np.array of a tensor brings no warning, which would be an error here."""
    array = draw.normal(0, 3, 5)

    close(np.array(tensor(array)), array)


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@given(array=draw.arrays())
def test_asarray_refuses_tensors_that_require_grad(array):
    """np.asarray of a tensor that requires grad raises RuntimeError, as numpy() does."""
    source = tensor(array).requires_grad_()

    with pytest.raises(RuntimeError):
        np.asarray(source)


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
@given(array=draw.arrays("complex64"))
def test_asarray_refuses_the_conjugate_bit(array):
    """np.asarray of a tensor with its conjugate bit set raises RuntimeError, as numpy() does."""
    with pytest.raises(RuntimeError):
        np.asarray(tensor(array).conj())


@documents("torch.Tensor.__array__", guide=FROM_TENSOR)
def test_an_array_takes_the_values_of_a_tensor(dtype):
    """A tensor assigned to a part of an array stores its values there, and stays as it was."""
    array = window(dtype)
    source, target = tensor(array), np.zeros((4, 5))

    with unchanged(source):
        target[1:] = source

    close(target[1:], array.astype(np.float64))
    close(target[:1], np.zeros((1, 5)))


@documents("torch.Tensor.__array_wrap__", guide=FROM_TENSOR)
@one_argument
@given(sample=draw.samples(layouts=draw.WRITABLE, hard=draw.TAME))
def test_ufuncs_of_tensors_are_tensors(sample, name):
    """A ufunc of a tensor is a tensor with NumPy's values and dtype; the tensor stays as it was."""
    array = np.abs(sample("float32"))
    source = tensor(array)

    with unchanged(source):
        result = quietly(getattr(np, name), source)

    assert isinstance(result, torch.Tensor)
    close(result, getattr(np, name)(array))


@documents("torch.Tensor.__array_wrap__", guide=FROM_TENSOR)
@two_arguments
@given(samples=draw.broadcastable(layouts=draw.WRITABLE, hard=draw.TAME))
def test_ufuncs_of_tensors_and_arrays_are_tensors(samples, name):
    """A ufunc of a tensor and an array, in either order, is a tensor with NumPy's values and dtype."""
    left, right = (np.abs(sample("float32")) + 1 for sample in samples)
    ufunc = getattr(np, name)
    expected = ufunc(left, right)

    close(quietly(ufunc, tensor(left), tensor(right)), expected)
    close(quietly(ufunc, tensor(left), right), expected)
    close(quietly(ufunc, left, tensor(right)), expected)


@documents("torch.Tensor.__array_wrap__", guide=FROM_TENSOR)
@given(array=draw.arrays(**WRITABLE))
def test_ufuncs_leave_no_link(array):
    """The tensor that a ufunc gives does not share memory with its argument."""
    source = tensor(array)

    assert not share_memory(quietly(np.positive, source), source)


@documents("torch.Tensor.__array_wrap__", guide=FROM_TENSOR)
@numpy_2
def test_ufuncs_do_not_warn():
    """A ufunc of a tensor brings no warning, which would be an error here."""
    array = draw.normal(0, 3, 5)

    close(np.negative(tensor(array)), -array)


@documents("torch.Tensor")
@given(array=draw.arrays(shape=draw.shapes(least=2, most=3, low=1, high=5, long=False)), seed=draw.seeds())
def test_numpy_masks_select_elements(array, seed, device):
    """A boolean array of a tensor's shape selects the elements that it selects from the array."""
    mask = np.random.default_rng(seed).integers(0, 2, array.shape).astype(bool)

    close(tensor(array, device)[mask], array[mask], device=device)


@documents("torch.Tensor")
@pytest.mark.parametrize("rows", [31, 32, 33, 1025])
def test_numpy_masks_select_from_any_number_of_rows(rows, device):
    """A boolean array selects elements whatever the size of the first dimension."""
    array = draw.normal(rows, rows, 3)
    mask = draw.normal(rows + 1, rows, 3) > 0

    close(tensor(array, device)[mask], array[mask], device=device)


@documents("torch.Tensor")
@given(array=draw.arrays(shape=draw.shapes(least=1, most=3, low=1)), seed=draw.seeds())
def test_numpy_integers_select_rows(array, seed, device):
    """An array of integers with one dimension selects rows, those counted from the end too."""
    index = np.random.default_rng(seed).integers(-len(array), len(array), 4)

    close(tensor(array, device)[index], array[index], device=device)


@documents("torch.Tensor")
@given(array=draw.arrays(shape=draw.shapes(least=1, most=2, low=1)), seed=draw.seeds())
def test_numpy_integers_with_two_dimensions_select_rows(array, seed, device):
    """An array of integers with two dimensions selects rows and keeps its dimensions in the result."""
    index = np.random.default_rng(seed).integers(-len(array), len(array), (2, 3))

    close(tensor(array, device)[index], array[index], device=device)


@documents("torch.Tensor")
@given(array=draw.arrays(**WRITABLE))
def test_numpy_masks_choose_what_is_stored(array, device):
    """A tensor stores a number where a tensor made of a boolean array says so, and nowhere else."""
    target, mask = tensor(array, device), opposite(array).astype(bool)

    target[torch.as_tensor(mask, device=device)] = 7.0

    close(target, np.where(mask, 7.0, array), device=device)


@documents("torch.Tensor")
@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
@given(sample=draw.samples())
def test_compares_with_a_tensor_made_of_an_array(sample, name, dtype):
    """A tensor compared with the tensor of an array gives what NumPy gives for both arrays."""
    array = sample(dtype)
    other = array[..., ::-1].copy() if array.ndim else array
    compare = getattr(operator, name)

    close(compare(tensor(array), torch.as_tensor(other)), compare(array, other))
