"""Wrong answers where torch does not keep a claim about operators: it holds of a mended torch, and rejects them."""

from suites.meta import wrong
from suites.meta.planting import Plant, _resolve, assert_rejected, plants
from suites.operators import test_contraction as contraction
from suites.operators import test_extremes as extremes

PLANTS = (
    Plant("exchanged", contraction.test_kron_takes_any_strides, "torch.kron", wrong.swapped),
    Plant(
        "one more",
        extremes.test_the_median_of_one_element_repeated_is_that_element,
        "torch.median",
        wrong.off,
        {"name": "median", "length": 5},
    ),
)


def mended(original):
    """The function of contiguous tensors, which it is right for."""
    return lambda x, *rest: original(x.contiguous(), *(r if isinstance(r, int) else r.contiguous() for r in rest))


@plants(*PLANTS)
def test_is_rejected(plant, request, monkeypatch):
    owner, name = _resolve(plant.target)
    monkeypatch.setattr(owner, name, mended(getattr(owner, name)))
    assert_rejected(plant, request)
