"""Wrong answers about grad modes as decorators."""

import functools
import inspect

import torch

from suites.autograd import test_mode_decorators as claims
from suites.autograd import test_modes as modes
from suites.meta.planting import Plant, assert_rejected, plants

OFF, ROW = "torch.no_grad.__call__", {"row": modes.NO_GRAD}


def mode_while_it_lives(original):
    """A decorated generator holds the mode from its first resumption to its end, its caller's time included."""

    def call(self, function):
        @functools.wraps(function)
        def wrapped(*given, **options):
            with self.clone():
                if inspect.isgeneratorfunction(function):
                    return (yield from function(*given, **options))

        return wrapped if inspect.isgeneratorfunction(function) else original(self, function)

    return call


def value_lost(original):
    """A decorated generator returns None."""

    def call(self, function):
        decorated = original(self, function)

        @functools.wraps(function)
        def wrapped(*given, **options):
            yield from decorated(*given, **options)

        return wrapped

    return call


def leaking(original):
    """The mode stays when the function raises."""

    def call(self, function):
        @functools.wraps(function)
        def wrapped(*given, **options):
            before = torch.is_grad_enabled()
            torch._C._set_grad_enabled(False)
            result = function(*given, **options)
            torch._C._set_grad_enabled(before)
            return result

        return wrapped

    return call


def first_argument_only(original):
    """Functions without an argument run in the mode of their caller."""

    def call(self, function):
        decorated = original(self, function)
        return lambda *given, **options: (decorated if given else function)(*given, **options)

    return call


def in_one_thread(original):
    """The mode is that of the thread in which the function was decorated."""

    def call(self, function):
        return function

    return call


PLANTS = (
    Plant("the caller is in the mode too", claims.test_decorates_generators, OFF, mode_while_it_lives,
          {**ROW, "before": True}),
    Plant("the value is lost", claims.test_decorated_generators_return_their_value, OFF, value_lost, ROW),
    Plant("the mode leaks", claims.test_decorates_functions_that_call_themselves, OFF, leaking, ROW),
    Plant("static methods are forgotten", claims.test_decorates_methods, OFF, first_argument_only, ROW),
    Plant("other threads are forgotten", claims.test_decorates_functions_for_every_thread, OFF, in_one_thread, ROW),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
