"""How long to look: the profiles, the seed of each claim, and the line that reproduces a failure."""

from __future__ import annotations

import hashlib
import shlex
from typing import Any

from hypothesis import HealthCheck, Phase, is_hypothesis_test, seed, settings
from hypothesis.internal.conjecture import providers

#: Examples that each drawn claim sees, by profile.
EXAMPLES = {"quick": 5, "default": 14, "soak": 500}


def load(name: str) -> None:
    """Make a profile Hypothesis' own: no database and no deadline, so that a run depends on its seed alone."""
    settings.register_profile(
        f"conformance-{name}",
        max_examples=EXAMPLES[name],
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # machines are noisy
    )
    settings.load_profile(f"conformance-{name}")
    _forget_the_source()


def _forget_the_source() -> None:
    """Keep Hypothesis from drawing numbers that stand in our modules: examples would depend on what else is loaded.

    It has no setting for that.
    """
    providers.is_local_module_file = lambda path: False  # type: ignore[assignment]


def seed_of(claim: str, dtype: str | None, run_seed: int) -> int:
    """The seed of a claim in a dtype: every device and every torch version sees the same examples.

    Each dtype sees its own, so that a fault of shapes, strides or axes meets as many more of them.
    """
    return int.from_bytes(hashlib.sha256(f"{run_seed}/{claim}/{dtype}".encode()).digest()[:8], "big")


def plant_seed(function: Any, value: int) -> None:
    """Let Hypothesis start a claim's draws from ``value``."""
    if is_hypothesis_test(function):
        seed(value)(function)


def without_shrinking(function: Any) -> None:
    """Do not shrink or explain what is known to fail; it takes most of the time of a red claim."""
    if is_hypothesis_test(function) and not hasattr(function, "_unshrunk"):
        settings(phases=[Phase.explicit, Phase.generate])(function)
        function._unshrunk = True


def reproduce(nodeid: str, device: str | None, dtype: str | None, profile: str, run_seed: int) -> str:
    """The line to type that runs one cell of one claim again with the same examples."""
    options = ["-n0", f"--profile={profile}", f"--seed={run_seed}"]
    options += [f"--device={device}"] * bool(device) + [f"--dtype={dtype}"] * bool(dtype)
    return shlex.join(["python", "-m", "pytest", nodeid, *options])
