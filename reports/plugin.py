"""The pytest plugin that records a run as it goes: one JSON line for each claim in each cell."""

from __future__ import annotations

import os
import shlex
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest

from reports import environment, inventory, limit, outcome, summary
from reports.cell import cell, command, is_claim
from reports.floor import shortfall
from reports.plain import plain
from reports.schema import SCHEMA, TOLD, misfits
from reports.writer import Writer


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where records go."""
    group = parser.getgroup("torch-conformance")
    group.addoption("--record", metavar="DIR", help="write the run record into DIR (default: reports/runs)")
    group.addoption(
        "--inventory", action="store_true", help="record the docstrings of all public names, as whole runs do"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Open the record before any claim runs, in the one process that hears of every claim."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    config.pluginmanager.register(Recorder(config), "torch-conformance-recorder")


class Recorder:
    """Hears what pytest reports, and appends it to the record."""

    def __init__(self, config: pytest.Config) -> None:
        """Open the record and write its header."""
        self.config = config
        self.devices = list(config.getoption("device", None) or ["cpu"])
        self.docstring = getattr(config, "documentation", lambda name: None)
        self.limit = limit.seconds(config)
        self.began = time.monotonic()
        self.started: dict[str, float] = {}
        self.reports: dict[str, list[Any]] = {}
        self.documented: set[str] = set()
        self.inventory = config.getoption("inventory") or getattr(config, "whole_suite", False)
        self.claims: dict[str, dict[str, Any]] = {}
        self.interrupted = False
        self.complaints: list[str] = []
        facts = environment.environment(self.devices)
        self.writer = open_record(config, str(facts["torch"]))
        self.write_header(facts)
        if self.writer.trouble:
            pytest.exit(f"{self.writer.trouble}; choose another folder: --record=DIR", 2)

    def write_header(self, facts: dict[str, Any]) -> None:
        """Say what runs, how it was asked for and on what."""
        self.writer.write(
            "header",
            schema=SCHEMA,
            started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            suite=environment.suite(self.config.rootpath),
            command="pytest " + " ".join(map(shlex.quote, map(str, self.config.invocation_params.args))),
            seed=self.config.getoption("seed", None),
            profile=self.config.getoption("profile", None),
            devices=self.devices,
            limit=self.limit,
            inventory=list(inventory.PAGES) if self.inventory else [],
            environment=facts,
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Name the claim before it runs, for it may be the last that this process does."""
        if is_claim(nodeid):
            self.started[nodeid] = time.monotonic()
            self.writer.write("start", nodeid=nodeid, at=round(self.started[nodeid] - self.began, 3))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reports of a claim's phases, and write its line once it is over."""
        if not is_claim(report.nodeid):
            return
        self.reports.setdefault(report.nodeid, []).append(report)
        if report.when not in ("setup", "call"):
            self.write_claim(report.nodeid, self.reports.pop(report.nodeid))

    def write_claim(self, nodeid: str, reports: list[Any]) -> None:
        """Write a claim's outcome, after the documentation it is the first to be evidence for."""
        known = told(plain(outcome.facts(reports)))
        self.write_documentation(known.get("documents", []))
        self.claims[nodeid] = {**self.line(nodeid, reports), **known}
        self.writer.write("claim", **self.claims[nodeid])

    def write_documentation(self, names: Iterable[str]) -> None:
        """Write the installed documentation of names that are new to the record."""
        for name in names:
            if name not in self.documented:
                self.documented.add(name)
                self.writer.write("documentation", **environment.documentation(name, self.docstring))

    def line(self, nodeid: str, reports: list[Any]) -> dict[str, Any]:
        """Collect the fields of a claim's line, with what a claim that lost its process would not tell."""
        elapsed = time.monotonic() - self.started.get(nodeid, time.monotonic())
        word, report = outcome.outcome(reports, elapsed, self.limit), outcome.telling(reports)
        where = cell(nodeid, self.devices)
        spent = elapsed if word in ("crashed", "hung") else sum(report.duration for report in reports)
        detail = outcome.detail(report)
        return {
            **where._asdict(),
            "outcome": word,
            "statement": "",
            "documents": [],
            "guide": [],
            "since": None,
            "until": None,
            "seconds": round(spent, 4),
            "comparisons": 0,
            "examples": 0,
            "observations": {},
            "reproduce": command(nodeid, where.device),
            "deviation": None,
            "message": outcome.message(report),
            "detail": detail,
            "falsifying": outcome.falsifying(detail),
        }

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the run was cut short."""
        self.interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge the run as a whole, and close the record with the result."""
        if not self.started and session.exitstatus in (0, 1, 5):
            self.writer.discard()  # a run without claims, such as that of suites/meta
            return
        if self.inventory:
            self.write_documentation(inventory.names())
        lacking = self.lacking(session)
        if lacking:
            self.complaints.append(lacking)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self.write_footer(int(session.exitstatus), lacking)
        self.writer.close()
        if self.writer.trouble:
            self.complaints.append(self.writer.trouble)
            session.exitstatus = pytest.ExitCode.INTERRUPTED  # 2: the run cannot be judged from its record

    def lacking(self, session: pytest.Session) -> Optional[str]:
        """Say what a whole and green run lacks to be believed."""
        if session.exitstatus != 0 or not getattr(self.config, "whole_suite", False):
            return None
        made: Counter[Optional[str]] = Counter()
        for claim in self.claims.values():
            made[claim["device"]] += claim["comparisons"]
        return shortfall(self.config.rootpath, self.config.getoption("profile", "default"), made, self.devices)

    def write_footer(self, status: int, lacking: Optional[str]) -> None:
        """Say that the record is whole, and what it holds."""
        self.writer.write(
            "footer",
            counts=Counter(claim["outcome"] for claim in self.claims.values()),
            exit=status,
            seconds=round(time.monotonic() - self.began, 3),
            comparisons=sum(claim["comparisons"] for claim in self.claims.values()),
            examples=sum(claim["examples"] for claim in self.claims.values()),
            interrupted=self.interrupted,
            complaint=lacking,
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Close pytest's own output with the deviations, the counts and the way to the page."""
        if not self.started:
            return
        terminalreporter.section("torch-conformance")
        for line in summary.lines(list(self.claims.values()), time.monotonic() - self.began, self.writer.path):
            terminalreporter.line(line)
        for line in self.complaints:
            terminalreporter.line(line, red=True)


def told(facts: dict[str, Any]) -> dict[str, Any]:
    """Keep of what a claim says what the record has a field for, so that a slip there never spoils the record."""
    return {name: value for name, value in facts.items() if name in TOLD and not misfits("claim", name, value)}


def open_record(config: pytest.Config, torch: str) -> Writer:
    """Create the record file, or end the session with the reason before any claim runs."""
    folder = Path(config.getoption("record") or config.rootpath / "reports" / "runs")
    moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Writer(folder / f"{moment}-torch-{torch}-{os.getpid()}.jsonl")
    except OSError as error:
        pytest.exit(f"cannot write a record to {folder}: {error.strerror}; choose another folder: --record=DIR", 2)
