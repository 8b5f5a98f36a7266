"""What a side of the gate may be: a version, a requirement, a wheel or an interpreter."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, Optional

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

#: From this release on torch is built against NumPy 2.
NUMPY_2 = Version("2.3")


class GateError(Exception):
    """The gate cannot go on, for the reason its message gives in one line; with the exit code."""

    def __init__(self, message: str, code: int = 2) -> None:
        """Keep the exit code beside the message."""
        super().__init__(message)
        self.code = code


class Side(NamedTuple):
    """One torch as it was asked for; an interpreter has it already, anything else is to be installed."""

    name: str
    text: str
    interpreter: Optional[Path]
    requirement: str
    versions: SpecifierSet

    def accepts(self, torch: str) -> bool:
        """Whether this torch is what was asked for; a local version counts where one was named."""
        try:
            return self.versions.contains(Version(torch), prereleases=True)
        except InvalidVersion:
            return not str(self.versions)

    @property
    def companions(self) -> list[str]:
        """Give the requirements that this torch has of its company."""
        exact = [Version(one.version) for one in self.versions if one.operator == "==" and "*" not in one.version]
        return ["numpy<2"] if exact and exact[0] < NUMPY_2 else []


def side(name: str, text: str) -> Side:
    """Understand what was asked for, or say what it may be."""
    if text.endswith(".whl"):
        return _wheel(name, text)
    if os.sep in text and "@" not in text:
        return _interpreter(name, text)
    try:
        Version(text)
        requirement = Requirement(f"torch=={text}")
    except InvalidVersion:
        requirement = _requirement(name, text)
    return Side(name, text, None, str(requirement), requirement.specifier)


def _requirement(name: str, text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        requirement = Requirement("unknown")
    if requirement.name != "torch":
        told = "a version (2.13.0), a requirement (torch>=2.12), a wheel or the path of an interpreter"
        raise GateError(f"the {name} is {told}, not {text!r}")
    return requirement


def _wheel(name: str, text: str) -> Side:
    path = Path(text).resolve()
    try:
        package, version, _, _ = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise GateError(f"the {name} is no wheel: {error}") from None
    if package != "torch" or not path.is_file():
        raise GateError(f"the {name} is no wheel of torch: {text}")
    return Side(name, text, None, f"torch @ {path.as_uri()}", SpecifierSet(f"=={version}"))


def _interpreter(name: str, text: str) -> Side:
    path = Path(os.path.abspath(text))  # not resolved: a virtual environment is known by its link
    if not path.is_file() or not os.access(path, os.X_OK):
        raise GateError(f"the {name} is no interpreter that can be run: {text}")
    return Side(name, text, path, "", SpecifierSet())
