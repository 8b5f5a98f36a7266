"""Known deviations: where PyTorch and its documentation are known to differ, as strict data."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

import torch
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NOT_RUN = ("crash", "chance")
KINDS = ("bug", *NOT_RUN, "rounding", "documentation")
FIELDS = {"claim", "torch", "device", "kind", "counterexample", "reason", "link"}


class DeviationError(Exception):
    """A file of deviations that cannot be used, with its place and the remedy in one line."""


class Deviation(NamedTuple):
    """One line of the file: in these versions, on this device, this claim is known to fail."""

    claim: str
    torch: str
    device: str
    kind: str
    counterexample: str
    reason: str
    link: str

    @property
    def runs(self) -> bool:
        """Whether the claim is run to see it fail: not where it may end the process, or may hold by chance."""
        return self.kind not in NOT_RUN

    def concerns(self, claim: str, device: str, capability: str = "") -> bool:
        """Whether the claim, on this device and in the torch at hand, is expected to fail.

        Behind the device stand the vector instructions that it is about, where only some are: ``cpu AVX2 AVX512``.
        """
        where, *capabilities = self.device.split()
        if self.claim not in (claim, claim.split("[")[0]) or where not in ("*", device):
            return False
        here = Version(Version(str(torch.__version__)).base_version)
        return capability in (capabilities or [capability]) and here in SpecifierSet(self.torch, prereleases=True)


def load(path: Path, root: Path) -> list[Deviation]:
    """Read the file; raise DeviationError where it is no TOML, has other fields, or names no claim."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("deviation", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeviationError(f"{path}: {error}") from None
    if not isinstance(entries, list):
        raise DeviationError(f"{path}: write each deviation under [[deviation]]")
    return [_checked(entry, f"{path}, deviation {number}", root) for number, entry in enumerate(entries, start=1)]


def by_function(deviations: list[Deviation]) -> dict[str, list[Deviation]]:
    """The deviations under the node id of the function they are about, of whichever row."""
    found: dict[str, list[Deviation]] = {}
    for deviation in deviations:
        found.setdefault(deviation.claim.split("[")[0], []).append(deviation)
    return found


def _checked(entry: dict[str, str], where: str, root: Path) -> Deviation:
    """One entry with all its fields, each a legal value."""
    if set(entry) != FIELDS or not all(isinstance(value, str) and value for value in entry.values()):
        raise DeviationError(f"{where}: give exactly {', '.join(sorted(FIELDS))}, each a string that is not empty")
    if entry["kind"] not in KINDS:
        raise DeviationError(f"{where}: kind is one of {', '.join(KINDS)}, not {entry['kind']!r}")
    try:
        SpecifierSet(entry["torch"])
    except InvalidSpecifier:
        raise DeviationError(f"{where}: torch is a range such as '>=2.0,<2.6', not {entry['torch']!r}") from None
    if not _is_claim(entry["claim"], root):
        raise DeviationError(f"{where}: no claim {entry['claim']!r} (give its node id without device and dtype)")
    return Deviation(**entry)


def _is_claim(claim: str, root: Path) -> bool:
    """Whether the file of a node id has a function of that name."""
    file, _, function = claim.partition("::")
    path = root / file
    name = re.escape(function.split("[")[0])
    return path.is_file() and bool(re.search(rf"^def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE))
