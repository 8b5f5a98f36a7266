"""Wrong answers about gathering, scattering, sorting and looking up."""

import pytest
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.tensors import test_gathering as gathering
from suites.tensors import test_ordering as ordering
from suites.tensors import test_where as where


def spelling(table, name):
    """The cell of an operation with this one spelling."""
    return {"row": next(row for row in table if name in row.spellings)._replace(spellings=(name,))}


def tolerant(original):
    """Nothing is said where torch raises."""

    def answered(*given, **more):
        try:
            return original(*given, **more)
        except (IndexError, RuntimeError):
            return None

    return answered


def no_duplicates(original):
    """What comes to one place is added once."""
    return lambda x, dim, index, src: x.scatter(dim, index, x.gather(dim, index) + src[tuple(map(slice, index.shape))])


def last_left_out(original):
    def wrong(x, dim, index, src):
        short = index.ndim and index.shape[dim] > 1
        return original(x, dim, index.narrow(dim, 0, index.shape[dim] - 1) if short else index, src)

    return wrong


def column_of_zeros(original):
    """An index of one column is read from its start for each row."""
    return lambda x, dim, index: original(x, dim, index[:1].expand_as(index) if index.ndim == 2 else index)


def with_self(original):
    return lambda x, dim, index, src, reduce, include_self=True: original(x, dim, index, src, reduce)


def on_a_copy(original):
    return lambda x, *rest, **more: original(x.clone(), *rest, **more)


def sides_exchanged(original):
    return lambda *given: original(given[0], given[2], given[1]) if len(given) == 3 else original(*given)


def columns_exchanged(original):
    def wrong(x, **more):
        found = original(x, **more)
        return found[::-1] if isinstance(found, tuple) else found.flip(-1)

    return wrong


def nan_first(original):
    def wrong(x, *rest, **more):
        if not x.is_floating_point() or not x.ndim:
            return original(x, *rest, **more)
        at = original(x.nan_to_num(-float("inf"), float("inf"), -float("inf")), *rest, **more)[1]
        return x.gather(more.get("dim", -1), at), at

    return wrong


def shifted(which):
    """The indices of one result are one too large, where there are such."""

    def wrong(original):
        def made(*given, **more):
            results = original(*given, **more)
            if not isinstance(results, tuple):
                return results
            results = [*results]
            results[which] = (results[which] + 1) % max(int(results[which].max()) + 1, 1)
            return tuple(results)

        return made

    return wrong


def reversed_values(original):
    def wrong(*given, **more):
        values, at = original(*given, **more)
        dim = given[2] if len(given) > 2 else more.get("dim", -1)
        return torch.return_types.topk((values.flip(dim), at.flip(dim)))

    return wrong


def unsorted_beside_nan(original):
    def wrong(x, **more):
        found = original(x, **more)
        return found.flip(0)

    return wrong


def same_place(original):
    """The indices are all that of the first."""

    def wrong(x, *rest, **more):
        values, at = original(x, *rest, **more)
        return values, at * 0

    return wrong


GATHERED = gathering.test_reads_and_writes_as_its_formula_says

DESCENDING = {"descending": True}

PLANTS = (
    Plant("a column is misread", GATHERED, "torch.gather", column_of_zeros, spelling(gathering.TABLE, "torch.gather")),
    Plant("a column is misread", gathering.test_gathers_by_one_column, "torch.gather", column_of_zeros, {"columns": 2}),
    Plant(
        "the last index is left out",
        GATHERED,
        "torch.scatter",
        last_left_out,
        spelling(gathering.TABLE, "torch.scatter"),
    ),
    Plant(
        "duplicates are added once",
        GATHERED,
        "torch.scatter_add",
        no_duplicates,
        spelling(gathering.TABLE, "torch.scatter_add"),
    ),
    Plant(
        "alpha is ignored", GATHERED, "torch.index_add", ignoring("alpha"), spelling(gathering.TABLE, "torch.index_add")
    ),
    Plant(
        "a negative dim copies in reverse",
        GATHERED,
        "torch.index_copy",
        lambda original: lambda x, dim, at, src: original(x, dim, at, src.flip(dim) if dim < 0 and src.ndim else src),
        spelling(gathering.TABLE, "torch.index_copy"),
    ),
    Plant(
        "negative indices count from the start",
        GATHERED,
        "torch.take",
        lambda original: lambda x, index: original(x, index.abs() % max(x.numel(), 1)),
        spelling(gathering.TABLE, "torch.take"),
    ),
    Plant(
        "columns exchanged", GATHERED, "torch.nonzero", columns_exchanged, spelling(gathering.TABLE, "torch.nonzero")
    ),
    Plant(
        "a copy is written",
        gathering.test_works_in_place_too,
        "torch.Tensor.index_fill_",
        on_a_copy,
        spelling(gathering.in_place(gathering.TABLE), "torch.Tensor.index_fill_"),
    ),
    Plant(
        "fills column after column",
        gathering.test_masked_scatter_goes_by_rows,
        "torch.Tensor.masked_scatter_",
        lambda original: lambda x, mask, source: original(x.t(), mask.t(), source),
    ),
    Plant(
        "out is left alone",
        gathering.test_writes_into_out,
        "torch.gather",
        lambda original: lambda *given, out: original(*given),
        spelling(gathering.TABLE, "torch.gather"),
    ),
    Plant(
        "self is always included",
        gathering.test_scatter_reduce_reduces_what_meets,
        "torch.scatter_reduce",
        with_self,
        {"row": "sum-without self"},
    ),
    Plant(
        "self is always included",
        gathering.test_index_reduce_reduces_slices,
        "torch.index_reduce",
        with_self,
        {"row": "prod-without self"},
    ),
    Plant(
        "the last one stays",
        gathering.test_put_accumulates,
        "torch.Tensor.put_",
        lambda original: lambda x, index, value, accumulate: original(x, index, x.take(index) + value),
    ),
    Plant(
        "truncates",
        gathering.test_fills_with_any_number,
        "torch.Tensor.index_fill_",
        lambda original: lambda x, dim, index, value: original(x, dim, index, int(value)),
    ),
    Plant(
        "the sides are exchanged",
        where.test_where_takes_each_element_from_one_side,
        "torch.where",
        sides_exchanged,
    ),
    Plant("the sides are exchanged", where.test_where_takes_numbers_too, "torch.where", sides_exchanged),
    Plant("columns exchanged", where.test_indices_of_what_is_not_zero, "torch.nonzero", columns_exchanged),
    Plant(
        "the first dimension runs fastest",
        where.test_flat_indices_have_coordinates,
        "torch.unravel_index",
        lambda original: lambda index, shape: original(index, shape[::-1])[::-1],
    ),
    Plant(
        "nothing is said",
        gathering.test_an_index_past_the_end_raises,
        "torch.gather",
        tolerant,
        {"row": "torch.gather", "beyond": 0},
    ),
    Plant(
        "an index of 32 bits is 0",
        gathering.test_an_index_may_have_32_bits,
        "torch.index_select",
        lambda original: lambda x, dim, at: original(x, dim, at * 0 if at.dtype is torch.int32 else at),
    ),
    Plant("NaN is below all", ordering.test_nan_is_above_all_numbers, "torch.sort", nan_first),
    Plant("descending is ignored", ordering.test_sort_orders_stably, "torch.sort", ignoring("descending"), DESCENDING),
    Plant(
        "descending is ignored",
        ordering.test_argsort_gives_the_indices_of_sort,
        "torch.argsort",
        ignoring("descending"),
        DESCENDING,
    ),
    Plant("one place for all", ordering.test_indices_lead_to_the_values, "torch.topk", same_place),
    Plant(
        "the last dimension",
        ordering.test_msort_orders_the_first_dimension,
        "torch.msort",
        lambda original: lambda x: x.sort().values,
    ),
    Plant("the smallest first", ordering.test_topk_gives_the_largest_in_order, "torch.topk", reversed_values),
    Plant(
        "the smallest always",
        ordering.test_topk_may_leave_the_order_open,
        "torch.topk",
        lambda original: lambda x, k, dim, largest, sorted: original(x, k, dim, False, sorted),
    ),
    Plant(
        "the dimension is kept",
        ordering.test_kthvalue_counts_from_the_smallest,
        "torch.kthvalue",
        lambda original: lambda x, k, dim, keepdim: original(x, k, dim, True),
    ),
    Plant("inverse is one too large", ordering.test_unique_gives_the_distinct_in_order, "torch.unique", shifted(1)),
    Plant("inverse is one too large", ordering.test_unique_compares_slices, "torch.unique", shifted(1)),
    Plant("descending", ordering.test_unique_orders_numbers_beside_nan, "torch.unique", unsorted_beside_nan),
    Plant("inverse is off by one", ordering.test_unique_consecutive_gives_runs, "torch.unique_consecutive", shifted(1)),
    Plant("right is ignored", ordering.test_searchsorted_counts_what_is_below, "torch.searchsorted", ignoring("right")),
    Plant("the order is ignored", ordering.test_searchsorted_takes_an_order, "torch.searchsorted", ignoring("sorter")),
    Plant("right is ignored", ordering.test_bucketize_counts_boundaries, "torch.bucketize", ignoring("right")),
    Plant("right is ignored", ordering.test_a_number_is_looked_up_too, "torch.bucketize", ignoring("right")),
    Plant("invert is ignored", ordering.test_isin_looks_for_each_element, "torch.isin", ignoring("invert")),
    Plant("out is left alone", ordering.test_writes_into_out, "torch.msort", ignoring("out")),
)


@pytest.mark.filterwarnings("ignore:index_reduce", "ignore:torch.searchsorted")  # as the claims have it
@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
