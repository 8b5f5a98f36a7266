"""What a file holds besides plain tensors: memory maps, subclasses, sparse tensors, graphs, names and hooks."""

import copy
import io
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from suites.kit import array, close, documents, draw, share_memory, tensor

pytestmark = [
    pytest.mark.filterwarnings("ignore:Validating sparse tensor invariants:UserWarning"),
    pytest.mark.filterwarnings("ignore:TypedStorage is deprecated:UserWarning"),
    pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta:UserWarning"),
]
NOTES = "notes/serialization"
#: What a file may hold is left open.
ANY = {"weights_only": False}
VALUES = draw.normal(1, 6, 5)


class Marked(torch.Tensor):
    """A subclass that adds nothing."""


def again(value, **options):
    """What torch.load makes of what torch.save wrote."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, **options)


@documents("torch.load", NOTES, since="2.1")
@pytest.mark.parametrize("only", [True, False], ids=["weights only", "anything"])
def test_maps_a_file_into_memory(only, tmp_path):
    """With mmap=True a file gives the same tensors, which can be written to without writing to the file."""
    path = str(tmp_path / "file.pt")
    torch.save({"a": tensor(VALUES), "b": [tensor(np.arange(9))]}, path)

    found = torch.load(path, mmap=True, weights_only=only)
    close(found["a"], VALUES)
    close(found["b"][0], np.arange(9))
    found["a"].zero_()

    close(torch.load(path, mmap=True, weights_only=only)["a"], VALUES)


@documents("torch.load", NOTES, since="2.1")
def test_views_of_a_mapped_file_share_memory(tmp_path):
    """Views of one storage are views of one storage when their file is mapped."""
    path, whole = str(tmp_path / "file.pt"), tensor(VALUES)
    torch.save([whole, whole[1:, ::2], whole.t()], path)

    first, part, turned = torch.load(path, mmap=True)

    assert share_memory(first, part) and share_memory(first, turned)
    close(part, VALUES[1:, ::2])
    assert turned.stride() == whole.t().stride()


@documents("torch.load", "torch.save", NOTES)
def test_subclasses_come_back(device):
    """A tensor of a subclass comes back in its class, with its values and attributes."""
    marked = tensor(VALUES, device).as_subclass(Marked)
    marked.note = {"from": [1, 2]}

    found = again(marked, **ANY)

    assert type(found) is Marked and found.note == {"from": [1, 2]}
    close(found.as_subclass(torch.Tensor), VALUES, device=device)


@documents("torch.load", "torch.save", "torch.nn.parameter.Parameter", NOTES)
@pytest.mark.parametrize("requires_grad", [True, False])
def test_parameters_keep_their_kind(requires_grad, device):
    """A Parameter comes back as one, requiring grad or not, and one that is shared comes back shared."""
    parameter = nn.Parameter(tensor(VALUES, device), requires_grad)

    found, other, view = again([parameter, parameter, parameter.detach()[2]])

    assert type(found) is nn.Parameter and found is other and found.requires_grad is requires_grad
    assert share_memory(found, view)
    close(found, VALUES, device=device)


@documents("torch.load", "torch.save", "torch.sparse_coo_tensor", NOTES)
@pytest.mark.parametrize("way", [again, copy.deepcopy], ids=["save", "deepcopy"])
@pytest.mark.parametrize("coalesced", [True, False])
def test_sparse_tensors_come_back(way, coalesced, device):
    """A sparse tensor comes back sparse, with its indices, repeated ones too, its values and shape."""
    indices, values = np.array([[0, 2, 2, 5], [1, 4, 4, 0]]), draw.normal(2, 4)
    original = torch.sparse_coo_tensor(tensor(indices, device), tensor(values, device), (6, 5))
    original = original.coalesce() if coalesced else original

    found = way(original)

    assert (found.layout, found.shape) == (torch.sparse_coo, (6, 5))
    assert found._nnz() == (3 if coalesced else 4)
    dense = np.zeros((6, 5))
    np.add.at(dense, tuple(indices), values)
    close(found.to_dense(), dense, device=device)


@documents("torch.load", "torch.save", "torch.sparse_csr_tensor", NOTES)
def test_compressed_tensors_come_back(device):
    """A tensor of compressed rows comes back with its row pointers, columns and values."""
    rows, columns, values = np.array([0, 2, 2, 3]), np.array([0, 3, 1]), draw.normal(2, 3)
    original = torch.sparse_csr_tensor(*(tensor(x, device) for x in (rows, columns, values)), (3, 4))

    found = again(original)

    assert (found.layout, found.shape) == (torch.sparse_csr, (3, 4))
    close(found.crow_indices(), rows, device=device)
    close(found.col_indices(), columns, device=device)
    close(found.values(), values, device=device)


@documents("torch.load", "torch.save", NOTES)
def test_what_was_computed_comes_back_as_a_leaf(device):
    """A tensor with a graph comes back as a leaf that requires grad."""
    leaf = tensor(VALUES, device).requires_grad_()

    found = again(leaf * 2)

    assert found.is_leaf and found.requires_grad and found.grad_fn is None
    close(found, 2 * VALUES, device=device)


@documents("torch.save", NOTES)
def test_a_view_brings_its_storage(device):
    """The storage of a view is saved whole; that of its clone is as large as the clone."""
    whole = tensor(np.arange(1000.0), device)
    view, clone = io.BytesIO(), io.BytesIO()

    torch.save(whole[:5], view)
    torch.save(whole[:5].clone(), clone)

    assert len(view.getvalue()) > 8000 > 4000 > len(clone.getvalue())
    view.seek(0)
    close(torch.load(view).as_strided((1000,), (1,)), np.arange(1000.0), device=device)


@documents("torch.save", "torch.load", "torch.nn.Module.state_dict", NOTES)
def test_a_state_dict_keeps_order_and_versions(device):
    """A state_dict comes back as an OrderedDict in its order, with the versions of the modules."""
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.PReLU()).to(device)
    state = model.state_dict()

    found = again(state)

    assert type(found) is OrderedDict and list(found) == list(state)
    assert getattr(found, "_metadata", None) == state._metadata and state._metadata["1"] == {"version": 2}
    assert all(not value.requires_grad for value in found.values())


@documents("torch.save", "torch.load", "torch.optim.Optimizer.state_dict", NOTES)
def test_an_optimizer_comes_back_with_its_shared_tensors(device):
    """The state of an optimizer, saved with the model's, comes back equal in every number, group and option."""
    parameter = tensor(VALUES, device).requires_grad_()
    optimizer = torch.optim.Adam([parameter], lr=0.25, betas=(0.5, 0.75))
    parameter.grad = tensor(2 * VALUES, device)
    optimizer.step()
    state = optimizer.state_dict()

    found = again({"model": {"w": parameter.detach()}, "optimizer": state})["optimizer"]

    assert found["param_groups"] == state["param_groups"]
    for name, value in state["state"][0].items():
        close(torch.as_tensor(found["state"][0][name]), array(torch.as_tensor(value)), device=str(value.device))


@documents("torch.load", "torch.save", NOTES)
@pytest.mark.parametrize(
    "value",
    [torch.Size([2, 3]), torch.float16, torch.strided, torch.device("cpu"), torch.per_tensor_affine, slice(1, 5, 2),
     b"bytes\x00\xff", {1, 2}, frozenset({3}), 2**100, 1 + 2j, float("inf"), "ünïcode", range(3)],
    ids=repr,
)  # fmt: skip
def test_what_is_no_tensor_comes_back(value):
    """Sizes, dtypes, layouts, devices and Python's own values come back equal and of their types."""
    found = again({"value": value}, **ANY)["value"]

    assert found == value and type(found) is type(value)
