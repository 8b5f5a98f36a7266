"""A seed draws the same examples in every run, whatever else is loaded."""

from hypothesis.internal.conjecture import providers


def test_no_number_is_drawn_from_our_source():
    constants = providers._get_local_constants()

    assert not any(constants.set_for_type(kind) for kind in ("integer", "float", "string", "bytes"))
