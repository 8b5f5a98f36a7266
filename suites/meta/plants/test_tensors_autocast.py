"""Wrong answers about torch.autocast."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_tensors import constant
from suites.tensors import test_autocast as claims

LOWER = {row.name: row for row in claims.LOWER}
KEPT = {row.name: row for row in claims.KEPT}
ENTER, EXIT, INIT = (f"torch.autocast.__{name}__" for name in ("enter", "exit", "init"))


def nothing(original):
    """No region is enabled."""

    def wrong(self):
        self._enabled = False
        return original(self)

    return wrong


def still_on(original):
    """Autocast goes on after a region."""

    def wrong(self, *error):
        original(self, *error)
        torch.set_autocast_enabled(self.device, True)

    return wrong


def as_before(original):
    """A region that is not enabled leaves autocast as it is."""

    def wrong(self):
        before = torch.is_autocast_enabled(self.device)
        original(self)
        torch.set_autocast_enabled(self.device, self._enabled or before)

    return wrong


def always_bfloat16(original):
    def wrong(self):
        original(self)
        torch.set_autocast_dtype(self.device, torch.bfloat16)

    return wrong


def half_by_default(original):
    return lambda self, kind, dtype=torch.float16, **options: original(self, kind, dtype=dtype, **options)


def called_once(original):
    """The decorated function is a region the first time alone."""

    def wrong(self, function):
        inside, calls = original(self, function), []
        return lambda *args: (calls.append(1), inside if len(calls) == 1 else function)[1](*args)

    return wrong


def for_all_threads(original):
    class Thread(original):
        def run(self):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                super().run()

    return Thread


PLANTS = (
    Plant(
        "autocast does nothing",
        claims.test_multiplies_in_lower_precision,
        ENTER,
        nothing,
        {"row": LOWER["nn.functional.linear"]},
    ),
    Plant(
        "everything is bfloat16",
        claims.test_leaves_other_operations_alone,
        "torch.exp",
        lambda original: lambda x: original(x).bfloat16(),
        {"row": KEPT["exp"]},
    ),
    Plant(
        "float64 is bfloat16 too",
        claims.test_multiplies_to_the_precision_of_its_dtype,
        "torch.mm",
        lambda original: lambda x, w: original(x.float(), w.float()),
    ),
    Plant(
        "losses are bfloat16",
        claims.test_computes_losses_in_full_precision,
        "torch.nn.functional.mse_loss",
        lambda original: lambda x, y: original(x, y).bfloat16(),
    ),
    Plant(
        "the first dtype counts",
        claims.test_joins_in_the_widest_dtype,
        "torch.cat",
        lambda original: lambda tensors: original(tensors).to(tensors[0].dtype),
    ),
    Plant("autocast stays on", claims.test_ends_with_its_region, EXIT, still_on),
    Plant("a nested region is on", claims.test_is_off_where_not_enabled, ENTER, as_before),
    Plant("dtype is ignored", claims.test_takes_a_dtype_for_each_region, ENTER, always_bfloat16),
    Plant("the default is float16", claims.test_computes_in_bfloat16_on_the_cpu_by_default, INIT, half_by_default),
    Plant("autocast is never on", claims.test_tells_whether_it_is_on, "torch.is_autocast_enabled", constant(False)),
    Plant("the first call is a region", claims.test_decorates_a_function, "torch.autocast.__call__", called_once),
    Plant("all threads are in the region", claims.test_is_a_state_of_its_thread, "threading.Thread", for_all_threads),
    Plant(
        "gradients are doubled",
        claims.test_carries_gradients_back_in_the_dtype_of_leaves,
        "torch.mm",
        lambda original: lambda x, w: original(x, w + w - w.detach()),
    ),
    Plant(
        "the first cast is kept",
        claims.test_sees_the_weights_of_now,
        "torch.mm",
        lambda original: (lambda kept: lambda x, w: original(x, kept.setdefault("w", w.detach().clone())))({}),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    _restore(request)
    assert_rejected(plant, request)


def _restore(request):
    """A region that was left on ends with its test."""
    request.addfinalizer(lambda: torch.set_autocast_enabled("cpu", False))
