"""What torch.load may load by weights alone, what map_location may leave open, and protocols of pickling."""

import fractions
import io
import zipfile

import numpy as np
import pytest
import torch

from suites.kit import close, documents

HALF = fractions.Fraction(1, 2)


def saved(value, **settings):
    """The bytes of a file that holds the value."""
    buffer = io.BytesIO()
    torch.save(value, buffer, **settings)
    return buffer.getvalue()


def load(data, **settings):
    return torch.load(io.BytesIO(data), **settings)


@documents("torch.serialization.safe_globals", since="2.5")
def test_classes_are_safe_within_the_block():
    """Within safe_globals objects of these classes are loaded by weights alone, and after it are refused again."""
    data, before = saved({"a": HALF}), set(torch.serialization.get_safe_globals())
    with torch.serialization.safe_globals([fractions.Fraction]):
        assert set(torch.serialization.get_safe_globals()) == {*before, fractions.Fraction}
        assert load(data, weights_only=True) == {"a": HALF}

    assert set(torch.serialization.get_safe_globals()) == before
    with pytest.raises(Exception, match="Fraction"):
        load(data, weights_only=True)


@documents("torch.serialization.add_safe_globals", "torch.serialization.clear_safe_globals", since="2.4")
def test_added_classes_are_safe_until_cleared():
    """Classes given to add_safe_globals are loaded by weights alone until clear_safe_globals."""
    data, before = saved(HALF), list(torch.serialization.get_safe_globals())
    torch.serialization.add_safe_globals([fractions.Fraction])
    added = list(torch.serialization.get_safe_globals())
    try:
        assert fractions.Fraction in added
        assert load(data, weights_only=True) == HALF
    finally:
        torch.serialization.clear_safe_globals()
        left = list(torch.serialization.get_safe_globals())
        torch.serialization.add_safe_globals(before)

    assert left == []
    with pytest.raises(Exception, match="Fraction"):
        load(data, weights_only=True)


@documents("torch.serialization.get_unsafe_globals_in_checkpoint", since="2.6")
def test_names_what_is_not_safe():
    """get_unsafe_globals_in_checkpoint names the classes that loading by weights alone would refuse."""
    names = torch.serialization.get_unsafe_globals_in_checkpoint

    assert names(io.BytesIO(saved({"a": HALF, "b": torch.ones(2)}))) == ["fractions.Fraction"]
    assert names(io.BytesIO(saved(torch.ones(2)))) == []


@documents("torch.load")
def test_a_function_may_leave_the_place_open():
    """A storage for which map_location returns None is put where it was, with its values."""
    seen = []
    found = load(saved([torch.arange(3.0), torch.ones(2)]), map_location=lambda *args: seen.append(args))

    close(found[0], np.arange(3, dtype="float32"))
    close(found[1], np.ones(2, "float32"))
    assert {place for _, place in seen} == {"cpu"}


def first_pickle(data, zipped):
    """The pickle that a file begins with, or that its archive names so."""
    if not zipped:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))


@documents("torch.save")
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "older"])
def test_pickles_by_the_protocol_asked_for(protocol, zipped):
    """pickle_protocol says by which protocol of pickle a file is written; each is loaded with the same values."""
    data = saved({"a": torch.arange(3.0)}, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)

    assert first_pickle(data, zipped)[:2] == bytes([0x80, protocol])
    close(load(data, weights_only=False)["a"], np.arange(3, dtype="float32"))
