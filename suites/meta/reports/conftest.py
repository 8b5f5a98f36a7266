"""A small suite in a folder of its own, wired as the root conftest wires the real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.record import Run, read

ROOT = Path(__file__).parents[3]

# Importing the real torch in every run would take most of the time of these tests.
TORCH = """
from types import SimpleNamespace

__version__ = "2.13.0+cpu"
__config__ = SimpleNamespace(show=lambda: "PyTorch built with:\\n  - CPU capability usage: AVX2")
version = SimpleNamespace(git_version="f00d", cuda=None)
get_num_threads = lambda: 2
"""

WIRING = """
import signal

import pytest

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with SIGINT ignored

pytest_plugins = ["reports.limit", "reports.plugin"]
SEEN = {"comparisons": 3, "examples": 2, "observations": {"default": 1.5}}


def pytest_addoption(parser):
    parser.addoption("--device", default=["cpu"], type=lambda text: text.split(","))
    parser.addoption("--profile", default="default")
    parser.addoption("--seed", default=0)
    parser.addoption("--whole", action="store_true")


def pytest_configure(config):
    config.whole_suite = config.option.whole
    config.documentation = {"torch.add": "Adds other to input."}.get


def pytest_generate_tests(metafunc):
    if "device" in metafunc.fixturenames:
        metafunc.parametrize("device", metafunc.config.option.device)


def pytest_collection_modifyitems(items):
    for item in items:
        claim = {
            "statement": item.obj.__doc__ or "It holds.",
            "documents": ["torch.add"],
            "guide": ["Tensors"],
            "since": None,
            "until": None,
            "comparisons": 0,
            "examples": 0,
            "observations": {},
            "reproduce": f"pytest {item.nodeid!r}",
            "deviation": None,
        }
        if item.get_closest_marker("xfail"):
            claim["deviation"] = {"kind": "bug", "reason": "known", "link": "https://x.test/1", "torch": ">=2"}
        item.user_properties.append(("claim", claim))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    try:
        return (yield)
    finally:
        dict(item.user_properties)["claim"].update(SEEN)
"""

SETTINGS = "[pytest]\nxfail_strict = true\naddopts = -p no:cacheprovider -p no:benchmark\n"


class Suite:
    """A folder of claims, and the runs of it, each in a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Write the wiring."""
        self.folder = folder
        self.records = folder / "records"
        (folder / "conftest.py").write_text(WIRING, encoding="utf-8")
        (folder / "torch.py").write_text(TORCH, encoding="utf-8")
        (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")

    def command(self, *options: object) -> list[str]:
        """Give the line that runs the suite."""
        return [sys.executable, "-m", "pytest", "--record", str(self.records), *map(str, options)]

    def process(self, *options: object) -> subprocess.Popen[str]:
        """Start a run and leave it running."""
        command = self.command(*options)
        environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, source: str, *options: object) -> subprocess.CompletedProcess[str]:
        """Write one file of claims and run it to its end."""
        self.write(source)
        process = self.process(*options)
        output, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def write(self, source: str, path: str = "test_it.py") -> None:
        """Write a file of claims."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("import os, signal, threading, pytest\n" + source, encoding="utf-8")

    def read(self) -> Run:
        """Read the one record that the runs left."""
        (record,) = self.records.glob("*.jsonl")
        return read(record)

    def outcomes(self) -> dict[str, str]:
        """Give the outcome of each claim by its function's name."""
        return {claim.claim.partition("::")[2]: claim.outcome for claim in self.read().claims}


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Give an empty suite."""
    return Suite(tmp_path)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[[Sequence[str]], str]:
    """Give a function that runs ``python -m reports`` and returns its complaint: one line, with exit code 2."""

    def run(arguments: Sequence[str]) -> str:
        try:
            status = main(arguments)
        except SystemExit as leaving:
            status = leaving.code
        complaint = capsys.readouterr().err
        assert status == 2
        assert complaint.count("\n") == 1
        return complaint

    return run
