"""Wrong answers about shapes, views and joining."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.tensors import test_joining as joining
from suites.tensors import test_keywords as keywords
from suites.tensors import test_large as large
from suites.tensors import test_shape as shape
from suites.tensors import test_views as views


def row(table, name):
    """The cell of a claim that judges this name."""
    return {"row": next(row for row in table if name in (str(row), row[0] if isinstance(row[0], str) else ""))}


def spelling(table, name):
    """The cell of an operation with this one spelling."""
    return {"row": next(row for row in table if name in row.spellings)._replace(spellings=(name,))}


def with_arguments(change):
    """The arguments after the tensor are changed."""
    return lambda original: lambda x, *rest, **more: original(x, *change(*rest), **more)


def copied(original):
    return lambda *given, **more: original(*given, **more).clone()


def copied_list(original):
    return lambda *given, **more: [piece.clone() for piece in original(*given, **more)]


def backwards(original):
    return lambda tensors, *rest, **more: original(list(tensors)[::-1], *rest, **more)


def tolerant(answer):
    """Where torch raises, an answer is given instead."""

    def wrong(original):
        def answered(*given, **more):
            try:
                return original(*given, **more)
            except (IndexError, RuntimeError, ValueError):
                return answer

        return answered

    return wrong


def in_storage_order(original):
    """A tensor that is not contiguous is read as it lies in memory."""

    def wrong(x, *rest, **more):
        dense = x.ndim and x.numel() and sum((n - 1) * s for n, s in zip(x.shape, x.stride())) + 1 == x.numel()
        return original(x.as_strided(x.shape, x.contiguous().stride()) if dense else x, *rest, **more)

    return wrong


def out_is_made_anew(original):
    return lambda *given, out, **more: original(*given, **more)


def larger_last(original):
    return lambda x, chunks, dim=0: torch.tensor_split(x, chunks, dim)


def without_neighbour(original):
    def wrong(tensors, *rest, **more):
        kept = [x for x in tensors if x.shape != (0,)]
        return original(kept[:-1] if 1 < len(kept) < len(tensors) else kept or tensors, *rest, **more)

    return wrong


def first_dtype(original):
    return lambda tensors, *rest, **more: original(tensors, *rest, **more).to(tensors[0].dtype)


def always_view(original):
    return lambda x, *rest: x.as_strided((x.numel(),), (1,))


VIEW = torch.Tensor.view


def views_what_it_can(original):
    """Where no view has the shape there is a copy."""
    return lambda x, *given: x.reshape(*given)


PLANTS = (
    Plant(
        "a non-contiguous tensor is read in storage order",
        shape.test_moves_elements_as_its_formula_says,
        "torch.reshape",
        in_storage_order,
        spelling(shape.TABLE, "torch.reshape"),
    ),
    Plant(
        "a negative dim is one too small",
        shape.test_moves_elements_as_its_formula_says,
        "torch.unsqueeze",
        lambda original: lambda x, dim: original(x, dim - 1 if dim == -1 and x.ndim else dim),
        spelling(shape.TABLE, "torch.unsqueeze"),
    ),
    Plant(
        "a negative offset is taken as positive",
        shape.test_moves_elements_as_its_formula_says,
        "torch.diagonal",
        lambda original: lambda x, offset=0, dim1=0, dim2=1: original(x, abs(offset), dim1, dim2),
        spelling(shape.TABLE, "torch.diagonal"),
    ),
    Plant(
        "repeats of dimensions that x lacks are 1",
        shape.test_moves_elements_as_its_formula_says,
        "torch.Tensor.repeat",
        with_arguments(lambda repeats: ([1] * (len(repeats) > 1) + [*repeats[len(repeats) > 1 :]],)),
        spelling(shape.TABLE, "torch.Tensor.repeat"),
    ),
    Plant(
        "the last partial window is left out",
        shape.test_moves_elements_as_its_formula_says,
        "torch.Tensor.unfold",
        with_arguments(lambda dim, size, step: (dim, size, step + 1)),
        spelling(shape.TABLE, "torch.Tensor.unfold"),
    ),
    Plant(
        "out is left alone",
        shape.test_writes_into_out,
        "torch.diag",
        out_is_made_anew,
        spelling(shape.TABLE, "torch.diag"),
    ),
    Plant(
        "reads in storage order",
        shape.test_narrow_copy_may_keep_all,
        "torch.narrow_copy",
        in_storage_order,
    ),
    Plant(
        "the diagonal is cut to 32 bits",
        shape.test_a_diagonal_may_lie_far_outside,
        "torch.triu",
        with_arguments(lambda diagonal: (int(np.int64(diagonal).astype(np.int32)),)),
    ),
    Plant(
        "the dimension is wrapped",
        shape.test_a_dimension_out_of_range_raises,
        "torch.select",
        lambda original: lambda x, dim, index: original(x, dim % x.ndim, index),
        row(shape.AXES, "torch.select"),
    ),
    Plant(
        "nothing is said",
        shape.test_permute_needs_each_dimension_once,
        "torch.permute",
        tolerant(None),
        {"axes": (0, 1)},
    ),
    Plant(
        "only the first of them",
        shape.test_squeeze_takes_several_dimensions,
        "torch.squeeze",
        with_arguments(lambda dims: (dims[:1],)),
    ),
    Plant(
        "is a copy", views.test_is_a_view, "torch.Tensor.transpose", copied, row(views.VIEWS, "torch.Tensor.transpose")
    ),
    Plant("is a copy", views.test_is_a_view, "torch.Tensor.__getitem__", copied, row(views.VIEWS, "x[1:]")),
    Plant("are copies", views.test_is_a_view, "torch.chunk", copied_list, row(views.VIEWS, "torch.chunk")),
    Plant(
        "is a view where nothing moves",
        views.test_is_a_copy,
        "torch.roll",
        lambda original: lambda x, shifts, dims: original(x, shifts, dims) if shifts else x[...],
        row(views.COPIES, "torch.roll"),
    ),
    Plant(
        "of one tensor is that tensor",
        views.test_is_a_copy,
        "torch.cat",
        lambda original: lambda tensors: tensors[0] if len(tensors) == 1 else original(tensors),
        row(views.COPIES, "torch.cat"),
    ),
    Plant(
        "is not conjugated",
        views.test_an_attribute_is_another_order,
        "torch.Tensor.mH",
        lambda original: property(lambda x: x.mT),
        {"row": "mH"},
    ),
    Plant(
        "is not conjugated",
        views.test_adjoint_conjugates_each_matrix,
        "torch.Tensor.adjoint",
        lambda original: lambda x: x.mT,
    ),
    Plant(
        "every second place",
        keywords.test_slice_scatter_steps_by_one,
        "torch.slice_scatter",
        lambda original: lambda x, src, dim, start, end: original(x, src[..., :1], dim, start, end, 2),
    ),
    Plant(
        "start_dim is ignored",
        keywords.test_takes_its_arguments_by_name,
        "torch.flatten",
        lambda original: lambda x, start_dim, end_dim: original(x),
        row(keywords.TABLE, "torch.flatten"),
    ),
    Plant(
        "the last element is lost",
        large.test_loses_no_element,
        "torch.roll",
        lambda original: lambda x, shift: original(x, shift).index_fill(0, torch.tensor([x.numel() - 1]), 0),
        row(large.TABLE, "torch.roll"),
    ),
    Plant(
        "the real part is a copy",
        views.test_parts_of_complex_tensors_are_views,
        "torch.real",
        copied,
        {"dtype": torch.complex64},
    ),
    Plant("is a copy", views.test_pairs_are_complex_numbers, "torch.view_as_complex", copied),
    Plant(
        "the shape is read backwards",
        views.test_view_has_the_same_elements_under_another_shape,
        "torch.Tensor.view",
        lambda original: lambda x, shape: original(x, shape[::-1] if isinstance(shape, tuple) else shape),
    ),
    Plant("is a copy instead", views.test_view_never_copies, "torch.Tensor.view", views_what_it_can),
    Plant(
        "nothing is said",
        views.test_another_number_of_elements_raises,
        "torch.Tensor.view",
        tolerant(None),
        {"name": "view"},
    ),
    Plant(
        "converts",
        views.test_view_as_another_dtype_reads_the_same_bytes,
        "torch.Tensor.view",
        lambda original: lambda x, dtype: x.to(dtype),
    ),
    Plant("copies always", views.test_contiguous_is_row_major, "torch.Tensor.contiguous", copied),
    Plant(
        "copies always",
        views.test_flattening_copies_only_where_it_must,
        "torch.flatten",
        copied,
        row(views.FLATTENED, "torch.flatten"),
    ),
    Plant(
        "never copies",
        views.test_flattening_copies_only_where_it_must,
        "torch.flatten",
        always_view,
        row(views.FLATTENED, "torch.flatten"),
    ),
    Plant("is a copy", views.test_an_expanded_tensor_repeats_one_memory, "torch.Tensor.expand", copied),
    Plant("nothing is said", views.test_only_a_side_of_one_expands, "torch.Tensor.expand", tolerant(None)),
    Plant(
        "the offset is ignored",
        views.test_as_strided_reads_the_memory_as_told,
        "torch.as_strided",
        lambda original: lambda x, size, stride, offset: original(x, size, stride),
    ),
    Plant(
        "is a contiguous copy",
        views.test_transposing_moves_no_data,
        "torch.Tensor.transpose",
        lambda original: lambda x, first, second: original(x, first, second).contiguous(),
    ),
    Plant("is a copy", views.test_a_view_of_a_view_writes_to_the_first, "torch.Tensor.unsqueeze", copied),
    Plant(
        "three or more are joined in reverse",
        joining.test_joins_or_parts_as_its_formula_says,
        "torch.cat",
        backwards,
        spelling(joining.TABLE, "torch.cat"),
    ),
    Plant(
        "the last chunk is larger",
        joining.test_joins_or_parts_as_its_formula_says,
        "torch.chunk",
        larger_last,
        spelling(joining.TABLE, "torch.chunk"),
    ),
    Plant(
        "dim=-1 stacks before the last",
        joining.test_joins_or_parts_as_its_formula_says,
        "torch.stack",
        lambda original: lambda tensors, dim=0: original(tensors, -2 if dim == -1 and tensors[0].ndim else dim),
        spelling(joining.TABLE, "torch.stack"),
    ),
    Plant(
        "out is left alone",
        joining.test_writes_into_out,
        "torch.stack",
        out_is_made_anew,
        spelling(joining.TABLE, "torch.stack"),
    ),
    Plant(
        "out is left alone",
        joining.test_writes_one_element_into_out,
        "torch.cat",
        out_is_made_anew,
        spelling(joining.JOINING, "torch.cat"),
    ),
    Plant(
        "joins along the first dimension",
        joining.test_cat_joins_along_a_dimension,
        "torch.cat",
        lambda original: lambda tensors, dim: original(tensors, 0),
    ),
    Plant("the dtype of the first", joining.test_cat_promotes, "torch.cat", first_dtype),
    Plant("its neighbour is lost", joining.test_cat_leaves_out_empty_vectors, "torch.cat", without_neighbour),
    Plant("nothing is said", joining.test_shapes_that_do_not_fit_raise, "torch.cat", tolerant(None), {"name": "cat"}),
    Plant("nothing is said", joining.test_nothing_to_join_raises, "torch.cat", tolerant(None), {"name": "cat"}),
    Plant(
        "nothing is said",
        joining.test_sizes_that_do_not_add_up_raise,
        "torch.split",
        tolerant(None),
        {"sizes": [1, 1]},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
