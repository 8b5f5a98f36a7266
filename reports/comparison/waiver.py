"""Waivers: verdicts that somebody answers for, for a while, as strict data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: The verdicts that can be waived; a waiver for another one would have nothing to do.
WAIVABLE = ("regressed", "crashed", "hung", "lost", "much slower", "unsteady", "undecided")
FIELDS = ("claim", "verdict", "torch", "reason", "link", "owner", "expires")
LONGEST = timedelta(days=180)


class WaiverError(Exception):
    """Waivers that cannot be used, with the place and the remedy in one line."""


class Waiver(NamedTuple):
    """One entry: these claims may have this verdict in these candidates until this day."""

    claim: str
    verdict: str
    torch: str
    reason: str
    link: str
    owner: str
    expires: date

    def concerns(self, torch: str) -> bool:
        """Whether it is about this candidate."""
        try:
            return Version(Version(torch).base_version) in SpecifierSet(self.torch, prereleases=True)
        except InvalidVersion:
            return False

    def matches(self, claim: str, verdict: str) -> bool:
        """Whether it is about this claim with this verdict; ``*`` stands for anything, brackets for themselves."""
        return verdict == self.verdict and fnmatchcase(claim, self.claim.replace("[", "[[]"))


def load(path: Path, today: date) -> list[Waiver]:
    """Read a file of waivers; raise WaiverError where one of them cannot be used."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WaiverError(f"{path}: {reason}") from None
    entries = found.pop("waiver", [])
    if found or not isinstance(entries, list):
        raise WaiverError(f"{path}: write each waiver under [[waiver]], and nothing else")
    return [_checked(entry, f"{path}, waiver {number}", today) for number, entry in enumerate(entries, start=1)]


def _checked(entry: Any, where: str, today: date) -> Waiver:
    for problem in _problems(entry, today):
        raise WaiverError(f"{where}: {problem}")
    return Waiver(**entry)


def _problems(entry: Any, today: date) -> Iterator[str]:
    texts = FIELDS[:-1]
    if not isinstance(entry, dict) or set(entry) != set(FIELDS):
        yield f"give exactly {', '.join(FIELDS)}"
    elif not all(isinstance(entry[name], str) and entry[name].strip() for name in texts):
        yield f"give {', '.join(texts)} each as a text that is not empty"
    elif type(entry["expires"]) is not date:
        yield "give expires as a date without quotes: expires = 2026-12-31"
    else:
        yield from _misfits(entry, today)


def _misfits(entry: dict[str, Any], today: date) -> Iterator[str]:
    if entry["verdict"] not in WAIVABLE:
        yield f"verdict is one of {', '.join(WAIVABLE)}, not {entry['verdict']!r}"
    if not entry["link"].startswith(("https://", "http://")):
        yield f"link is an address of the web, not {entry['link']!r}"
    if entry["expires"] < today:
        yield f"it expired on {entry['expires']}: close the issue, or decide again and say until when"
    if entry["expires"] > today + LONGEST:
        yield f"it expires on {entry['expires']}, more than {LONGEST.days} days away: choose an earlier day"
    try:
        SpecifierSet(entry["torch"])
    except InvalidSpecifier:
        yield f"torch is a range such as '>=2.13,<2.14', not {entry['torch']!r}"
