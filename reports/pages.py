"""What the documentation lists, page by page: what has a claim, what an oracle, and why the rest has none."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from reports.text import line

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REASONS = Path(__file__).parent.parent / "suites" / "unclaimed.toml"

#: The table of what computes no numbers from numbers.
OTHERS = "not-mathematics"
#: A name is claimed too where the function is that it stands for: a method by the function, torch.relu by functional's.
SYNONYMS = {"torch.Tensor": ("torch",), "torch": ("torch.nn.functional",), "torch.nn.functional": ("torch",)}


class Page(NamedTuple):
    """The documented functions of a page, those with a claim, those of them with an oracle, and the rest by reason."""

    name: str
    documented: tuple[str, ...]
    claimed: tuple[str, ...]
    judged: tuple[str, ...]
    reasons: dict[str, list[str]]

    @property
    def mathematics(self) -> list[str]:
        """Those that compute numbers from numbers."""
        others = {name for reason, names in self.reasons.items() if reason.startswith(OTHERS) for name in names}
        return [name for name in self.documented if name not in others]

    @property
    def unexplained(self) -> list[str]:
        """Those that have no claim or no oracle, and no reason why."""
        explained = {name for names in self.reasons.values() for name in names}
        return [name for name in self.documented if name not in self.judged and name not in explained]


def load(path: Path = REASONS) -> dict[str, dict[str, list[str]]]:
    """Read why functions have no claim, or no oracle: patterns of their names by reason."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def tabulate(
    pages: Mapping[str, Iterable[str]],
    names: set[str],
    oracles: Iterable[str],
    reasons: Mapping[str, Mapping[str, Iterable[str]]],
) -> list[Page]:
    """Sort what each page documents into what is claimed, what is judged by an oracle, and the rest by reason."""
    known = {*oracles, *(name.replace("_", "") for name in oracles)}
    known |= {name for name, other in reasons.get("by-another-name", {}).items() if other in known}
    return [_sorted(page, tuple(documented), names, known, reasons) for page, documented in pages.items()]


def _sorted(
    page: str, documented: tuple[str, ...], about: set[str], known: set[str], reasons: Mapping[str, Mapping]
) -> Page:
    owners = (page, *SYNONYMS.get(page, ()))
    claimed = tuple(n for n in documented if any(f"{owner}.{_last(n)}" in about for owner in owners))
    judged = tuple(n for n in claimed if _spellings(n) & known)
    rest = {
        OTHERS: set(documented) - set(judged),
        "no-claim": set(documented) - set(claimed),
        "no-oracle": set(claimed) - set(judged),
    }
    found = {
        f"{kind}: {reason}": sorted(n for n in names if _any(_last(n), patterns))
        for kind, names in rest.items()
        for reason, patterns in reasons.get(kind, {}).items()
    }
    return Page(page, documented, claimed, judged, {reason: listed for reason, listed in found.items() if listed})


def _spellings(name: str) -> set[str]:
    """The names that an oracle may have: exp_ is exp; a class is what a claim beside reference/ is about, or else
    BatchNorm3d is batchnorm3d or batchnorm.
    """
    last = _last(name)
    plain = last.lower().removeprefix("lazy")
    return {name, plain, plain[:-2]} if last[0].isupper() else {last, last.rstrip("_")}


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def report(pages: Iterable[Page]) -> int:
    """Print each page with its counts and the rest by reason, and give 1 where something has no reason."""
    unexplained = 0
    for page in pages:
        share = len(page.judged) / max(len(page.mathematics), 1)
        print(
            f"{page.name}: {len(page.documented)} documented, {len(page.claimed)} with claims;"
            f" {len(page.mathematics)} are mathematics, {len(page.judged)} of them with an oracle: {share:.0%}"
        )
        for reason, listed in page.reasons.items():
            print(f"    {reason}: {', '.join(line(_last(name)) for name in listed)}")
        if page.unexplained:
            print(f"    no reason given: {', '.join(line(_last(name)) for name in page.unexplained)}")
        unexplained += len(page.unexplained)
    return 1 if unexplained else 0
