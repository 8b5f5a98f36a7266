"""Options, fixtures and collection rules: the wiring between pytest, the kit and the reports."""

from __future__ import annotations

import dataclasses
import importlib
import os
import pkgutil
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch: workers share the cores, and waiting is not working

import hypothesis
import numpy as np
import pytest
import torch

import reference
import suites
from reports import environment
from reports.cell import cell
from reports.plain import plain
from suites.kit import device as devices
from suites.kit import dtypes, profile
from suites.kit.deviation import Deviation, DeviationError, by_function, load
from suites.kit.documents import claim_of, docstring, problems
from suites.kit.ledger import LEDGER, count_examples

pytest_plugins = ["reports.limit", "reports.plugin", "pytester"]

ROOT = Path(__file__).parent
CAPABILITY = environment.capability(torch.__config__.show()) or "unknown"
#: Folders that hold no claims and run only when they are named.
APART = (ROOT / "suites" / "meta", ROOT / "suites" / "benchmarks")

DEVIATIONS = pytest.StashKey[dict[str, list[Deviation]]]()
CLAIM = pytest.StashKey[dict]()
WHOLE = ([str(ROOT)], [str(ROOT / "suites")])

# Hypothesis draws from the constants of the modules that are imported (of tests not): all of them, whatever part
# of the suite runs, so that a claim sees the same examples alone and in company.
for _package in (reference, suites):
    for _module in pkgutil.walk_packages(_package.__path__, _package.__name__ + "."):
        if not _module.name.startswith(("suites.meta", "suites.benchmarks")) and ".test_" not in _module.name:
            importlib.import_module(_module.name)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    if pluginmanager.is_blocked("cacheprovider"):
        parser.addini("cache_dir", "known even so: a strict configuration refuses what no plugin declares")
    group = parser.getgroup("torch-conformance")
    names = {"type": lambda text: [name.strip() for name in text.split(",") if name.strip()], "metavar": "NAME,…"}
    group.addoption("--device", default=["cpu"], help="devices to judge (default: cpu)", **names)
    group.addoption("--dtype", default=[], help="run only these dtypes of claims that have several", **names)
    group.addoption("--profile", default="default", metavar="NAME", help="quick, default or soak")
    group.addoption("--seed", default="0", metavar="N", help="look at other examples (default: 0)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "documents(*names, guide, since, until): what this claim is evidence for")
    config.addinivalue_line("markers", "dtypes(*dtypes): what the dtype fixture of this claim runs over")
    _check_options(config)
    profile.load(config.option.profile)
    torch.set_num_threads(2)  # the parallel kernels run, split alike on every machine
    config.documentation = docstring  # type: ignore[attr-defined]
    config.whole_suite = _is_whole(config)  # type: ignore[attr-defined]
    try:
        config.stash[DEVIATIONS] = by_function(load(ROOT / "suites" / "deviations.toml", ROOT))
    except DeviationError as error:
        pytest.exit(str(error), returncode=2)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Benchmarks have the machine to themselves: no workers beside them."""
    if any("benchmarks" in Path(argument).parts for argument in config.args):
        config.option.numprocesses = 0


def _check_options(config: pytest.Config) -> None:
    """Leave with one clear line and exit code 2 where an option cannot be followed."""
    option = config.option
    try:
        for name in option.device:
            devices.check(name)
        for name in option.dtype:
            dtypes.in_torch(name)
        option.seed = _whole(option.seed)
        if option.profile not in profile.EXAMPLES or not option.device:
            raise LookupError(f"--profile is one of {', '.join(profile.EXAMPLES)}; --device names at least one device")
    except (devices.DeviceError, LookupError, ValueError) as error:
        pytest.exit(str(error), returncode=2)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"--seed is a whole number, not {text!r}") from None


def _is_whole(config: pytest.Config) -> bool:
    """Whether nothing of the suite was left out, so that its comparisons can be held against the floor."""
    option = config.option
    narrowed = option.keyword or option.markexpr or option.dtype or option.deselect or option.maxfail
    paths = sorted(str((config.invocation_params.dir / argument).resolve()) for argument in config.args)
    return not narrowed and paths in WHOLE


def pytest_report_header(config: pytest.Config) -> list[str]:
    described = ", ".join(devices.describe(name) for name in config.option.device)
    return [
        f"torch {torch.__version__} ({torch.version.git_version}), CPU capability {CAPABILITY}, devices: {described}",
        f"numpy {np.__version__}, hypothesis {hypothesis.__version__}, profile {config.option.profile},"
        f" seed {config.option.seed}",
    ]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests of the suite itself and the benchmarks are run by naming them."""
    here = [folder for folder in APART if folder in (collection_path, *collection_path.parents)]
    named = [str(config.invocation_params.dir / argument.split("::")[0]) for argument in config.args]
    return True if here and not any(Path(name).resolve().is_relative_to(here[0]) for name in named) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A claim runs in cells: each device and, where it takes one, each dtype."""
    own = {name for mark in metafunc.definition.iter_markers("parametrize") for name in _names(mark.args[0])}
    wanted = set(metafunc.fixturenames) - own
    if "device" in wanted:
        metafunc.parametrize("device", metafunc.config.option.device, scope="session")
    if "dtype" in wanted:
        mark = metafunc.definition.get_closest_marker("dtypes")
        chosen = mark.args if mark else dtypes.DEFAULT
        only = metafunc.config.option.dtype
        kept = [dtype for dtype in chosen if not only or dtypes.name(dtype) in only]
        metafunc.parametrize("dtype", kept, ids=dtypes.name, scope="session")


def _names(arguments: str | Sequence[str]) -> list[str]:
    """The argument names of a parametrize mark, which may be one string."""
    return [name.strip() for name in arguments.split(",")] if isinstance(arguments, str) else list(arguments)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> Generator[None, Any, Any]:
    """Every test outside meta and benchmarks is a claim; one that is not fails the collection of its file."""
    items = yield
    if isinstance(items, list) and not any(folder in collector.path.parents for folder in APART):
        for item in items:
            _make_claim(item)
    return items


def _make_claim(item: pytest.Function) -> None:
    found = problems(item)
    if found:
        raise pytest.Collector.CollectError("\n".join(f"{item.name} is no claim: {problem}" for problem in found))
    option, claim = item.config.option, claim_of(item)
    where = cell(item.nodeid, option.device)
    named = item.config.stash[DEVIATIONS].get(where.claim.split("[")[0], [])
    known = next((d for d in named if d.concerns(where.claim, where.device or "", CAPABILITY)), None)
    item.stash[CLAIM] = {
        "statement": claim.statement,
        "documents": list(claim.names),
        "guide": list(claim.guide),
        "since": claim.since,
        "until": claim.until,
        "deviation": known._asdict() if known else None,
        "comparisons": 0,
        "examples": 0,
        "observations": {},
        "reproduce": profile.reproduce(item.nodeid, where.device, where.dtype, option.profile, option.seed),
    }
    item.user_properties.append(("claim", item.stash[CLAIM]))
    count_examples(item.obj)
    if not claim.applies:
        item.add_marker(pytest.mark.skip(reason=f"promised {claim.span}"))
    elif known:
        reason = f"{known.kind}: {known.reason} ({known.link})"
        item.add_marker(pytest.mark.xfail(strict=True, run=known.runs, reason=reason))
        profile.without_shrinking(item.obj)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each claim starts from its own seed, with nothing counted."""
    LEDGER.clear()
    where = cell(item.nodeid, item.config.option.device)
    value = profile.seed_of(where.claim, where.dtype, item.config.option.seed)
    devices.manual_seed(item.config.option.device, value)
    profile.plant_seed(getattr(item, "obj", None), value)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Hand what the claim did to the reports, also when it failed; what a device does not have is not judged there."""
    try:
        return (yield)
    except TypeError as error:
        if devices.refuses_float64(error):
            pytest.skip("the device has no float64")
        raise
    finally:
        if CLAIM in item.stash:
            item.stash[CLAIM].update(plain(dataclasses.asdict(LEDGER)))
            item.stash[CLAIM]["examples"] = LEDGER.examples or 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Let reports carry what the claim says and did: the first, for it may be the last, and the one that decides."""
    report = yield
    if report.failed and LEDGER.at:
        where = ", ".join(f"{name}={value}" for name, value in LEDGER.at.items())
        report.sections.append(("Failing test case", f"Failing test case: ({where})"))
    if report.passed and report.when == "teardown":
        report.user_properties = []
    return report
