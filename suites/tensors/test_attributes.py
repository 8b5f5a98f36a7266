"""What a tensor tells about itself: shape, dtype, device, and how its elements lie in memory."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from suites.kit import close, documents, draw, dtypes, share_memory, tensor

GUIDE = ("Tensors", "Attributes of a Tensor")
BYTES = {torch.float64: 8, torch.float32: 4, torch.float16: 2, torch.bfloat16: 2, torch.complex128: 16,
         torch.complex64: 8, torch.int64: 8, torch.int32: 4, torch.int16: 2, torch.int8: 1, torch.uint8: 1,
         torch.bool: 1}  # fmt: skip
NAMES = {torch.float64: "DoubleTensor", torch.float32: "FloatTensor", torch.float16: "HalfTensor",
         torch.bfloat16: "BFloat16Tensor", torch.int64: "LongTensor", torch.int32: "IntTensor",
         torch.int16: "ShortTensor", torch.int8: "CharTensor", torch.uint8: "ByteTensor",
         torch.bool: "BoolTensor"}  # fmt: skip
MISFITS = (((2, 3), (3, 3)), ((3, 3), (2, 3)), ((3,), (2,)), ((4, 1), (3, 1, 2), (2, 3)), ((0,), (2,)))


class Layout(NamedTuple):
    """How a tensor lies in memory, and whether that is contiguous."""

    name: str
    shape: tuple
    strides: tuple
    contiguous: bool
    channels_last: bool = False

    def __str__(self):
        return self.name


LAYOUTS = (
    Layout("row by row", (3, 4), (4, 1), True),
    Layout("column by column", (3, 4), (1, 3), False),
    Layout("rows with a gap", (3, 4), (5, 1), False),
    Layout("every other element", (5,), (2,), False),
    Layout("one element repeated", (3,), (0,), False),
    Layout("no dimension", (), (), True),
    Layout("no element", (0, 3), (7, 9), True),
    Layout("one element", (1, 1), (9, 5), True),
    Layout("one row of a matrix", (1, 4), (6, 1), True),
    Layout("one column of a matrix", (4, 1), (6, 1), False),
    Layout("a side of 1 in the middle", (3, 1, 4), (4, 99, 1), True),
    Layout("a side of 1 at the end", (3, 1), (1, 50), True),
    Layout("four dimensions", (2, 3, 4, 5), (60, 20, 5, 1), True),
    Layout("channels last", (2, 3, 4, 5), (60, 1, 15, 3), False, True),
    Layout("one channel", (2, 1, 4, 5), (20, 1, 5, 1), True, True),
)


def described(row, device):
    """A tensor of that shape and those strides."""
    memory = np.arange(200.0, dtype=np.float32)
    return tensor(memory, device).as_strided(row.shape, row.strides)


def rows(*table):
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in table])


@documents("torch.Tensor.shape", "torch.Tensor.dtype", "torch.Tensor.device", guide=GUIDE)
def test_is_described_as_in_the_guide():
    """torch.rand(3, 4) has the shape torch.Size([3, 4]), the dtype torch.float32, and lies on the device cpu."""
    x = torch.rand(3, 4)

    assert f"{x.shape}" == "torch.Size([3, 4])"
    assert f"{x.dtype}" == "torch.float32"
    assert f"{x.device}" == "cpu"


@documents("torch.Tensor.shape", "torch.Tensor.size", "torch.Size", guide=GUIDE)
@given(sample=draw.samples())
def test_has_a_shape(sample, device):
    """shape and size() are the sides as a torch.Size, which is a tuple."""
    x = tensor(sample(), device)

    assert x.shape == x.size() == sample.shape
    assert isinstance(x.shape, torch.Size) and isinstance(x.size(), torch.Size) and isinstance(x.shape, tuple)


@documents("torch.Tensor.size", "torch.Tensor.stride", "torch.Tensor.dim")
@given(sample=draw.samples())
def test_has_a_size_and_a_stride_in_each_dimension(sample, device):
    """size(dim) and stride(dim) are those of one dimension, counted from the end where dim is negative."""
    x, dims = tensor(sample(), device), range(-len(sample.shape), len(sample.shape))

    assert tuple(x.size(dim) for dim in dims) == tuple(x.size(dim=dim) for dim in dims) == 2 * sample.shape
    assert tuple(x.stride(dim) for dim in dims) == tuple(x.stride(dim=dim) for dim in dims) == 2 * x.stride()


@documents("torch.Tensor.size", "torch.Tensor.stride")
@pytest.mark.parametrize("dim", [2, -3])
def test_has_no_size_beyond_its_dimensions(dim, device):
    """size(dim) and stride(dim) raise IndexError outside of the dimensions."""
    x = tensor(draw.normal(1, 3, 4), device)

    with pytest.raises(IndexError):
        x.size(dim)
    with pytest.raises(IndexError):
        x.stride(dim)


@documents("torch.Tensor.stride", "torch.Tensor.storage_offset")
@given(start=st.integers(0, 4), step=st.integers(1, 3), stop=st.integers(5, 9), column=st.integers(0, 5))
def test_tells_strides_and_offset_of_views(start, step, stop, column, device):
    """stride() is the distance of neighbours in elements and storage_offset() that of the first from the start."""
    array = draw.normal(1, 9, 6)
    x = tensor(array, device)

    rows, single, turned = x[start:stop:step], x[:, column], x[start:, column:].t()
    assert (rows.stride(), rows.storage_offset()) == ((6 * step, 1), 6 * start)
    assert (single.stride(), single.storage_offset()) == ((6,), column)
    assert (turned.stride(), turned.storage_offset()) == ((1, 6), 6 * start + column)
    assert (x.storage_offset(), x[start:][1:].storage_offset()) == (0, 6 * start + 6)


@documents("torch.Tensor.dim", "torch.Tensor.ndim", "torch.Tensor.ndimension", "torch.Tensor.numel",
           "torch.Tensor.nelement", "torch.numel")  # fmt: skip
@given(sample=draw.samples())
@example(sample=draw.Sample((2, 0, 3)))
def test_counts_dimensions_and_elements(sample, device):
    """dim, ndim and ndimension count dimensions, numel and nelement count elements."""
    array = sample()
    x = tensor(array, device)

    assert x.dim() == x.ndim == x.ndimension() == array.ndim
    assert x.numel() == x.nelement() == torch.numel(x) == array.size


@documents("torch.Tensor.__len__")
@given(sample=draw.samples(shape=draw.shapes(least=1)))
def test_has_the_length_of_its_first_side(sample, device):
    """len of a tensor is the size of its first dimension."""
    assert len(tensor(sample(), device)) == sample.shape[0]


@documents("torch.Tensor.__len__")
def test_has_no_length_without_dimensions(device):
    """len of a 0-dim tensor raises TypeError."""
    with pytest.raises(TypeError):
        len(tensor(np.array(1.0), device))


@documents("torch.Tensor.element_size", "torch.dtype")
@pytest.mark.dtypes(*dtypes.EVERY)
def test_knows_the_bytes_of_an_element(device, dtype):
    """element_size() is the number of bytes of one element of the dtype."""
    assert tensor(draw.Sample((3, 2))(dtype), device, dtype).element_size() == BYTES[dtype]


@documents("torch.Tensor.itemsize", "torch.Tensor.nbytes", since="2.1")
@pytest.mark.dtypes(*dtypes.EVERY)
def test_knows_its_bytes(device, dtype):
    """itemsize is element_size() and nbytes the bytes of all elements."""
    x, empty = (tensor(draw.Sample(shape)(dtype), device, dtype) for shape in ((5, 7), (0, 3)))

    assert x.itemsize == x.dtype.itemsize == BYTES[dtype]
    assert x.nbytes == 35 * BYTES[dtype] and x[:, 0].nbytes == 5 * BYTES[dtype] and empty.nbytes == 0
    assert x[:1].expand(4, 7).nbytes == 28 * BYTES[dtype] and x[0, 0].nbytes == BYTES[dtype]


@documents("torch.Tensor.dtype", "torch.Tensor.is_floating_point", "torch.Tensor.is_complex", "torch.Tensor.is_signed",
           "torch.is_floating_point", "torch.is_complex", "tensor_attributes", guide=GUIDE)  # fmt: skip
@pytest.mark.dtypes(*dtypes.EVERY)
def test_knows_the_kind_of_its_dtype(device, dtype):
    """A tensor has its dtype, and it and its dtype know whether that is floating, complex, signed."""
    x = tensor(draw.Sample((2,))(dtype), device, dtype)
    floating, is_complex = dtype in dtypes.FLOATING, dtype in dtypes.COMPLEX

    assert x.dtype is dtype
    assert x.is_floating_point() is torch.is_floating_point(x) is dtype.is_floating_point is floating
    assert x.is_complex() is torch.is_complex(x) is dtype.is_complex is is_complex
    assert x.is_signed() is dtype.is_signed is (dtype not in (torch.uint8, torch.bool))


@documents("torch.Tensor.type", "torch.Tensor.type_as")
@pytest.mark.dtypes(*NAMES)
def test_names_its_type(dtype):
    """type() names the type of a CPU tensor; given a dtype or a name, as type_as, it converts, or returns self."""
    x = tensor(draw.Sample((3,))(dtype), "cpu", dtype)
    numbers = tensor(np.array([0, 1, 1]))

    assert x.type() == f"torch.{NAMES[dtype]}"
    expected = np.array([0, 1, 1], dtypes.in_numpy(dtype))
    close(numbers.type(dtype), expected, dtype=dtype)
    close(numbers.type(f"torch.{NAMES[dtype]}"), expected, dtype=dtype)
    close(numbers.type_as(x), expected, dtype=dtype)
    assert x.type_as(x) is x and x.type(dtype) is x


@documents("torch.Tensor.device", "torch.Tensor.get_device", guide=GUIDE)
def test_lies_on_a_device(device):
    """device is a torch.device of the type where the tensor was made; get_device() is -1 on the CPU."""
    x = tensor(draw.normal(1, 2), device)

    assert isinstance(x.device, torch.device) and x.device.type == torch.device(device).type
    cpu, meta = tensor(draw.normal(1, 2), "cpu"), torch.empty(2, device="meta")
    assert cpu.get_device() == -1 and cpu.is_cpu and not cpu.is_cuda and not cpu.is_meta
    assert meta.is_meta and not meta.is_cpu


@documents("torch.Tensor.is_contiguous")
@rows(*LAYOUTS)
def test_knows_whether_it_is_contiguous(row, device):
    """A tensor of the layout {row} is contiguous or not, whatever the strides of sides of size 1."""
    x = described(row, device)

    assert x.is_contiguous() is row.contiguous
    assert x.is_contiguous(memory_format=torch.contiguous_format) is row.contiguous


@documents("torch.Tensor.is_contiguous", "tensor_attributes")
@rows(*(row for row in LAYOUTS if len(row.shape) == 4))
def test_knows_whether_channels_are_last(row, device):
    """A tensor of the layout {row} is contiguous with channels last, or not."""
    assert described(row, device).is_contiguous(memory_format=torch.channels_last) is row.channels_last


@documents("torch.Tensor.contiguous")
@rows(*LAYOUTS)
def test_becomes_contiguous(row, device):
    """contiguous() of the layout {row} has the same elements row by row, and is self where they are so already."""
    x = described(row, device)

    y = x.contiguous()

    assert y.is_contiguous() and (y is x) is row.contiguous
    close(y, x.cpu().numpy().copy(), device=device)


@documents("torch.Tensor.contiguous")
def test_becomes_contiguous_with_channels_last(device):
    """contiguous(memory_format=torch.channels_last) keeps shape and values and puts channels last in memory."""
    values = draw.normal(1, 2, 3, 4, 5)

    y = tensor(values, device).contiguous(memory_format=torch.channels_last)

    assert y.stride() == (60, 1, 15, 3)
    close(y, values, device=device)


@documents("torch.Tensor.T", "torch.Tensor.mT", "torch.Tensor.t")
def test_transposes_a_matrix(device):
    """T, mT and t() of a matrix exchange rows and columns and share its memory."""
    values = draw.normal(1, 3, 5)
    x = tensor(values, device)

    for_each = x.T, x.mT, x.t()
    close(torch.stack(for_each), np.stack([values.T] * 3), device=device)
    assert share_memory(x, x.T) and share_memory(x, x.mT) and share_memory(x, x.t())


@documents("torch.Tensor.mT", "torch.Tensor.mH")
@pytest.mark.dtypes(torch.float64, torch.complex64)
@given(sample=draw.samples(shape=draw.shapes(least=2, long=False)))
def test_transposes_the_last_two_dimensions(sample, device, dtype):
    """mT exchanges the last two dimensions of a batch of matrices; mH takes the conjugate besides."""
    array = sample(dtype)
    x = tensor(array, device)

    close(x.mT, np.swapaxes(array, -1, -2), device=device)
    close(x.mH, np.conj(np.swapaxes(array, -1, -2)), device=device)


@documents("torch.Tensor.H", "torch.Tensor.mT")
def test_transposes_matrices_alone(device):
    """H is the conjugate transpose of a matrix; H of three dimensions and mT of one raise RuntimeError."""
    values = draw.Sample((2, 3))("complex128")
    close(tensor(values, device).H, values.conj().T, device=device)
    with pytest.raises(RuntimeError):
        tensor(draw.normal(1, 2, 3, 4), device).H  # noqa: B018
    with pytest.raises(RuntimeError):
        tensor(draw.normal(1, 2), device).mT  # noqa: B018


@documents("torch.Tensor.real", "torch.Tensor.imag", "torch.real", "torch.imag")
@pytest.mark.dtypes(*dtypes.COMPLEX)
@given(sample=draw.samples())
def test_has_real_and_imaginary_part(sample, device, dtype):
    """real and imag are the parts of a complex tensor in the floating dtype of their size."""
    array = sample(dtype)
    x = tensor(array, device)

    close(x.real, array.real.copy(), device=device)
    close(x.imag, array.imag.copy(), device=device)
    close(torch.real(x), array.real.copy(), device=device)
    close(torch.imag(x), array.imag.copy(), device=device)


@documents("torch.Tensor.real", "torch.Tensor.imag")
def test_shares_its_parts(device):
    """real and imag are views: what is written into them is written into the complex tensor, and assigned as well."""
    values = draw.Sample((3, 2))("complex64")
    x = tensor(values, device)

    x.real.fill_(2.0)
    close(x, (2.0 + 1j * values.imag).astype(np.complex64), device=device)
    x.imag.fill_(-1.0)
    x.real = tensor(values.imag.copy(), device)
    close(x, (values.imag - 1j).astype(np.complex64), device=device)


@documents("torch.Tensor.real", "torch.Tensor.imag")
def test_is_its_own_real_part(device, dtype):
    """real of a real tensor has its values and its memory; imag of a real tensor raises RuntimeError or TypeError."""
    values = draw.normal(1, 3, dtype=dtype)
    x = tensor(values, device)

    close(x.real, values, device=device)
    assert share_memory(x, x.real)
    with pytest.raises((RuntimeError, TypeError)):
        x.imag  # noqa: B018


@documents("torch.Tensor.requires_grad", "torch.Tensor.is_leaf", "torch.Tensor.requires_grad_", "torch.Tensor.grad",
           guide="Differentiation in Autograd")  # fmt: skip
def test_is_a_leaf_unless_computed_with_grad(device):
    """Tensors that do not require grad are leaves, views and results too; of those that do, the ones users made."""
    plain = tensor(draw.normal(1, 3, 4), device)
    leaf = tensor(draw.normal(2, 3, 4), device).requires_grad_()

    assert plain.is_leaf and plain[1:].is_leaf and plain.t().is_leaf and (plain * 2).is_leaf and leaf.detach().is_leaf
    assert leaf.is_leaf and leaf.requires_grad and leaf.grad is None
    assert not leaf[1:].is_leaf and not (leaf * 2).is_leaf and (leaf * 2).requires_grad
    assert not plain.requires_grad and not plain[1:].requires_grad and not leaf.detach().requires_grad


@documents("torch.Tensor.requires_grad_")
def test_may_stop_requiring_grad(device):
    """requires_grad_(False) of a leaf returns it and turns gradients off; requires_grad can be assigned."""
    x = tensor(draw.normal(1, 3), device).requires_grad_()

    assert x.requires_grad_(False) is x and not x.requires_grad
    x.requires_grad = True
    assert x.requires_grad


@documents("torch.broadcast_shapes")
@given(shapes=npst.mutually_broadcastable_shapes(num_shapes=3, min_side=0))
def test_broadcasts_shapes(shapes):
    """torch.broadcast_shapes is the shape of the sum of tensors of these shapes, as a torch.Size."""
    found = torch.broadcast_shapes(*shapes.input_shapes)

    assert isinstance(found, torch.Size) and found == shapes.result_shape


@documents("torch.broadcast_shapes")
@pytest.mark.parametrize("shapes", MISFITS, ids=str)
def test_refuses_shapes_that_do_not_fit(shapes):
    """torch.broadcast_shapes of shapes that cannot be broadcast raises RuntimeError."""
    with pytest.raises(RuntimeError):
        torch.broadcast_shapes(*shapes)


@documents("torch.Tensor.dim_order", since="2.1")
@pytest.mark.parametrize("axes", list(itertools.permutations(range(4))), ids=str)
def test_knows_the_order_of_its_dimensions(axes, device):
    """dim_order() lists the dimensions of a dense tensor from the outermost in memory to the innermost."""
    x = torch.empty_strided((2, 3, 4, 5), (60, 20, 5, 1), device=device).permute(axes)

    assert x.dim_order() == tuple(axes.index(dim) for dim in range(4))


@documents("torch.is_tensor", "torch.Tensor.is_set_to", "torch.Tensor.data_ptr")
def test_is_known_as_a_tensor(device):
    """torch.is_tensor is true of tensors alone, is_set_to of the same memory, shape and strides; data_ptr moves."""
    x = tensor(draw.normal(1, 4, 3), device)

    assert torch.is_tensor(x) and not torch.is_tensor(draw.normal(1, 2)) and not torch.is_tensor([x])
    assert x.is_set_to(x[:]) and not x.is_set_to(x[1:]) and not x.is_set_to(x.clone()) and not x.is_set_to(x.t())
    assert not x[:3].is_set_to(x[1:]) and not x[:3].is_set_to(x[:3].t()) and x[:3].is_set_to(x[:3].t().t())
    assert x[2:].data_ptr() - x.data_ptr() == 2 * 3 * 8
