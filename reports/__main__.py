"""The command line: python -m reports show, page, coverage, compare, gate, timing, calibrate or matrix."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, Optional

from reports.comparison.waiver import WaiverError
from reports.record import RecordError, read

RUNS = Path(__file__).parent / "runs"
UNREADABLE = 2


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        self.exit(UNREADABLE, f"{self.prog}: {message} (--help shows how)\n")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command, and give its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (RecordError, WaiverError, OSError) as error:
        print(_one_line(str(error)), file=sys.stderr)
        return UNREADABLE


def show(options: argparse.Namespace) -> int:
    """Print a run: exit code 0 where it is green, 1 red, 3 incomplete."""
    from rich.console import Console

    from reports.show import show

    return show(read(options.run), Console(markup=False, emoji=False, highlight=False))


def page(options: argparse.Namespace) -> int:
    """Write a run as one HTML file."""
    from reports.page import render

    run = read(options.run)
    out = options.out or run.path.with_suffix(".html")
    out.write_text(render(run), encoding="utf-8")
    print(_one_line(str(out)))
    return 0


def coverage(options: argparse.Namespace) -> int:
    """List the headings of the guide with their claims: exit code 1 where one has none."""
    from reports.coverage import from_collection, from_run, report

    return report(from_run(read(options.run)) if options.run else from_collection())


def compare(options: argparse.Namespace) -> int:
    """Compare two runs: exit code 0 upgrade, 1 do not, 2 unusable input, 3 could not tell."""
    from reports.comparison.conclude import compare_records

    return compare_records(options.baseline, options.candidate, options.waivers, options.out)


def gate(options: argparse.Namespace) -> int:
    """May I upgrade torch from A to B? Run both and compare: exit code 0 upgrade, 1 do not, 3 could not tell."""
    from reports.gate.gate import gate

    return gate(options)


def timing(options: argparse.Namespace) -> int:
    """Is the candidate slower? Two processes take turns on one core: exit code 1 where something is much slower."""
    from reports.timing.command import timing

    return timing(options)


def calibrate(options: argparse.Namespace) -> int:
    """How good is the judge of times here? A torch beside itself, slowed down by what is known."""
    from reports.timing.calibrate import calibrate

    return calibrate(options)


def matrix(options: argparse.Namespace) -> int:
    """Lay runs side by side: claims by versions and devices, the first bad and the last good version of each."""
    from rich.console import Console

    from reports import matrix

    found = matrix.lay(matrix.records(options.runs))
    if options.out:
        options.out.write_text(matrix.render(found), encoding="utf-8")
    matrix.show(found, Console(markup=False, emoji=False, highlight=False))
    return 0


def _parser() -> Parser:
    from reports.gate.gate import add_options
    from reports.timing.calibrate import add_options as calibrate_options
    from reports.timing.command import add_options as timing_options

    parser = Parser(prog="python -m reports", description=__doc__)
    commands = parser.add_subparsers(
        required=True, metavar="show | page | coverage | compare | gate | timing | calibrate | matrix"
    )
    for command, default in ((show, RUNS), (page, RUNS), (coverage, None)):
        added = _command(commands, command)
        added.add_argument("run", nargs="?", type=Path, default=default, help="a record, or a folder of records")
        if command is page:
            added.add_argument("--out", type=Path, metavar="FILE", help="where the page goes (default: by the record)")
    added = _command(commands, compare)
    added.add_argument("baseline", type=Path, help="the record of the torch in use")
    added.add_argument("candidate", type=Path, help="the record of the torch to upgrade to")
    _outcome_options(added)
    added = _command(commands, gate)
    add_options(added)
    _outcome_options(added)
    timing_options(_command(commands, timing))
    calibrate_options(_command(commands, calibrate))
    added = _command(commands, matrix)
    added.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="a record, or a folder of records")
    added.add_argument("--out", type=Path, metavar="FILE", help="write the matrix as one HTML file")
    return parser


def _command(commands: Any, command: Callable[[argparse.Namespace], int]) -> Parser:
    added = commands.add_parser(command.__name__, help=command.__doc__, description=command.__doc__)
    added.set_defaults(command=command)
    return added


def _outcome_options(parser: Parser) -> None:
    """Add what every comparison may be asked for."""
    parser.add_argument("--waivers", type=Path, metavar="FILE", help="verdicts that somebody answers for, as TOML")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write page, Markdown, JUnit XML and JSON into DIR")


def _one_line(text: str) -> str:
    from reports.text import line

    return line(text)


if __name__ == "__main__":
    sys.exit(main())
