"""The gate from beginning to end: environments, a run in each, replays, the comparison."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, Optional

from rich.console import Console

from reports.comparison.compare import COULD_NOT_TELL, Comparison, compare
from reports.comparison.conclude import conclude, trusted, waivers_of
from reports.gate import replay
from reports.gate.build import ROOT, Recipe, default_cache, interpreter, last_line
from reports.gate.proof import Installed, installed, prove
from reports.gate.run import Question, run
from reports.gate.side import GateError, Side, side
from reports.gate.stages import Stages
from reports.record import Run
from reports.text import line
from reports.timing import hygiene, paired, table
from reports.timing.side import DiedError, RefusedError


class Ready(NamedTuple):
    """A side whose environment stands, and the torch that is in it."""

    side: Side
    python: Path
    torch: Installed


def gate(options: argparse.Namespace) -> int:
    """Answer whether to upgrade from one torch to another, and give the exit code."""
    before = signal.signal(signal.SIGTERM, _stop)  # a CI that gives up asks so
    try:
        return _Gate(options).answer()
    except GateError as error:
        print(line(str(error)), file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("could not tell: the gate was interrupted", file=sys.stderr)
        return COULD_NOT_TELL
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


class _Gate:
    """What is asked for, and what has been made of it so far."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.baseline, self.candidate = _sides(options)
        self.waivers = waivers_of(options.waivers)
        self.stored = trusted(options.baseline_record) if options.baseline_record else None
        if self.stored and not self.stored.complete:
            raise _unfinished(str(self.stored.path))
        self.question = _question(options, self.stored)
        moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%S")
        self.out: Path = (options.out or ROOT / "reports" / "runs" / f"gate-{moment}").resolve()
        self.stages = Stages(Console(stderr=True, markup=False, emoji=False, highlight=False))

    def answer(self) -> int:
        self.out.mkdir(parents=True, exist_ok=True)
        for old in self.out.glob("comparison.*"):
            old.unlink()
        first = self.ready(self.baseline) if self.baseline else None
        second = self.ready(self.candidate)
        before = self.stored or self.run(_there(first))
        if not before.complete:
            raise _unfinished(last_line(before.path.with_name("pytest.log")))
        comparison = self.settled(compare(before, self.run(second)), first, second)
        self.time(comparison, first, second)
        comparison.notes.append(self.stages.told())
        return conclude(comparison, self.waivers, self.out)

    def ready(self, side: Side) -> Ready:
        """Make the environment of a side, and ask it for its torch."""
        indices = {"baseline": self.options.baseline_index_url or self.options.index_url}
        recipe = Recipe(self.options.cache, indices.get(side.name, self.options.index_url), self.options.fresh)
        with self.stages.stage(f"{side.name}'s environment", side.text):
            python = interpreter(side, recipe, self.out / f"{side.name}-environment.log")
            return Ready(side, python, installed(side, python))

    def run(self, ready: Ready) -> Run:
        """Run the suite in the environment of a side, and prove that it was that one."""
        folder = _empty(self.out / ready.side.name)
        with self.stages.stage(ready.side.name, f"torch {ready.torch.version}") as watch:
            ran = run(ready.side.name, ready.python, self.question, folder, watch, "--inventory")
        prove(ready.side, ready.torch, ran)
        return ran

    def settled(self, comparison: Comparison, first: Optional[Ready], second: Ready) -> Comparison:
        """Replay what fails on the candidate, and give the comparison that the replays allow."""
        rows = [] if comparison.doubts else replay.doubted(comparison)
        if not rows:
            return comparison
        with self.stages.stage("replays", f"{len(rows)} failures, {replay.TIMES} times each"):
            before, after = (self.replays(ready, replay.nodes(rows)) for ready in (first, second))
        chosen = set(map(id, rows))
        comparison.rows = [replay.settle(row, before, after) if id(row) in chosen else row for row in comparison.rows]
        return comparison

    def time(self, comparison: Comparison, first: Optional[Ready], second: Ready) -> None:
        """Have both sides take turns at the benchmarks that were asked for, and tell of them among the verdicts."""
        if not self.options.benchmarks or comparison.doubts:
            return
        if first is None:
            comparison.notes.append("no benchmarks: a stored record has no interpreter to time")
            return
        start = paired.starting(first.python, second.python, max(paired.cores()))
        with self.stages.stage("benchmarks", self.options.benchmarks) as watch:
            try:
                names, one, other = paired.names(start, self.options.benchmarks)
                comparison.notes += hygiene.doubts(one, other)
                comparison.timings = paired.compare(start, names, self.question.seed, lambda done, of: watch(done))
            except (DiedError, RefusedError) as error:  # the claims are judged all the same
                comparison.notes.append(f"no benchmarks: a side could not be asked for them: {error}")
                return
        again = f"python -m reports timing {first.side.text} {second.side.text}"
        comparison.rows += table.rows(comparison.timings, again)
        comparison.notes.append(table.told(comparison.timings))

    def replays(self, ready: Optional[Ready], nodes: tuple[str, ...]) -> replay.Replays:
        """Run some claims again on a side, three times; on none where the baseline is but a record."""
        if ready is None:
            return []
        question = self.question._replace(select=nodes)
        folder = self.out / "replays"

        def again(number: int) -> Run:
            place = _empty(folder / f"{ready.side.name}-{number}")
            return run(ready.side.name, ready.python, question, place, lambda count: None, "-n1")

        return replay.replayed(again)


def _unfinished(told: str) -> GateError:
    return GateError(f"the baseline's run did not come to its end: {told}", COULD_NOT_TELL)


def _sides(options: argparse.Namespace) -> tuple[Optional[Side], Side]:
    if len(options.torches) == 2:
        return side("baseline", options.torches[0]), side("candidate", options.torches[1])
    if len(options.torches) == 1 and options.baseline_record:
        return None, side("candidate", options.torches[0])
    raise GateError("name the baseline and the candidate, or the candidate and --baseline-record")


def _question(options: argparse.Namespace, stored: Optional[Run]) -> Question:
    """Say what both sides are asked; where the baseline was asked before, the candidate is asked the same."""
    asked: dict[str, Any] = stored.header if stored else {"devices": ["cpu"], "profile": "default", "seed": 0}
    for chosen in options.select:
        if not (ROOT / chosen.partition("::")[0]).exists():
            raise GateError(f"--select names a folder or file of the suite, not {chosen!r}")
    seed = asked["seed"] if options.seed is None else options.seed
    return Question(
        tuple(options.select) or ("suites",),
        options.device or ",".join(asked["devices"]),
        options.profile or str(asked["profile"]),
        int(seed or 0),
    )


def _empty(folder: Path) -> Path:
    """Give a folder that holds no record of an earlier gate."""
    folder.mkdir(parents=True, exist_ok=True)
    for record in folder.glob("*.jsonl"):
        record.unlink()
    return folder


def _there(ready: Optional[Ready]) -> Ready:
    assert ready is not None, "without a stored record there are two sides"
    return ready


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the gate may be told."""
    add = parser.add_argument
    kinds = "a version, a requirement, a wheel or an interpreter's path"
    add("torches", nargs="+", metavar="TORCH", help=f"the baseline and the candidate, each {kinds}")
    add("--index-url", metavar="URL", help="the index that torch comes from, such as that of nightly or CPU builds")
    add("--baseline-index-url", metavar="URL", help="another index for the baseline")
    add("--baseline-record", type=Path, metavar="FILE", help="compare with this stored run instead of running again")
    add("--device", metavar="NAME,…", help="the devices to judge (default: cpu)")
    add("--select", action="append", default=[], metavar="PATH", help="only this folder or file of the suite")
    add("--profile", choices=("quick", "default", "soak"), help="how long to look (default: default)")
    add("--seed", type=int, metavar="N", help="look at other examples (default: 0)")
    add("--benchmarks", choices=("quick", "full"), help="compare times too (default: claims alone)")
    add("--cache", type=Path, default=default_cache(), metavar="DIR", help="where environments are kept")
    add("--fresh", action="store_true", help="build the environments anew")
