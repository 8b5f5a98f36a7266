"""Grad modes as decorators of generators, methods and functions that call themselves, in threads, after exceptions."""

import threading

import pytest
import torch

from suites.kit import documents

from .test_modes import GUIDE, SETTING, put_back, rows


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*SETTING)
@pytest.mark.parametrize("before", [True, False], ids=["on", "off"])
def test_decorates_generators(row, before):
    """A generator decorated with {row} runs in it after each resumption, and its caller in the mode it had."""
    seen = []

    @row.enter()
    def steps():
        try:
            seen.append((torch.is_grad_enabled(), (yield "first")))
            yield "second"
        except KeyError:
            seen.append((torch.is_grad_enabled(), "thrown"))
            yield "third"
        finally:
            seen.append((torch.is_grad_enabled(), "closed"))

    with put_back(before):
        running = steps()
        got = [next(running), running.send("sent"), running.throw(KeyError())]
        between = torch.is_grad_enabled()
        running.close()

        assert got == ["first", "second", "third"]
        assert seen == [(row.records, "sent"), (row.records, "thrown"), (row.records, "closed")]
        assert (between, torch.is_grad_enabled()) == (before, before)


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*SETTING)
def test_decorated_generators_return_their_value(row):
    """What a generator decorated with {row} returns is the value of a yield from it, and passes on."""

    @row.enter()
    def inner():
        yield torch.is_grad_enabled()
        return torch.is_grad_enabled()

    def outer():
        returned = yield from inner()
        yield returned, torch.is_grad_enabled()

    with put_back(not row.records):
        assert list(outer()) == [row.records, (row.records, not row.records)]


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*SETTING)
def test_decorates_functions_that_call_themselves(row):
    """A function decorated with {row} that calls itself, and raises at its end, leaves the mode of its caller."""

    @row.enter()
    def deep(seen, depth):
        seen.append(torch.is_grad_enabled())
        if not depth:
            raise KeyError
        deep(seen, depth - 1)

    with put_back(not row.records):
        seen = []
        with pytest.raises(KeyError):
            deep(seen, 3)

        assert seen == [row.records] * 4
        assert torch.is_grad_enabled() is not row.records


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*SETTING)
def test_decorates_methods(row):
    """Methods, static and class methods and properties that are decorated with {row} run in it."""

    class Holder:
        @row.enter()
        def plain(self):
            return torch.is_grad_enabled()

        @staticmethod
        @row.enter()
        def static():
            return torch.is_grad_enabled()

        @classmethod
        @row.enter()
        def of_class(cls):
            return torch.is_grad_enabled()

        @property
        @row.enter()
        def value(self):
            return torch.is_grad_enabled()

    with put_back(not row.records):
        one = Holder()

        assert (one.plain(), one.static(), one.of_class(), one.value) == (row.records,) * 4
        assert torch.is_grad_enabled() is not row.records


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*SETTING)
def test_decorates_functions_for_every_thread(row):
    """A function decorated with {row} in one thread runs in it in another, which has its own mode again after it."""
    seen = []

    @row.enter()
    def look():
        seen.append(torch.is_grad_enabled())

    def work():
        look()
        seen.append(torch.is_grad_enabled())

    with put_back(False):
        other = threading.Thread(target=work)
        other.start()
        other.join()

    assert seen == [row.records, True]
