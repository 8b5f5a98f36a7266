"""The environments of the gate: built once for each requirement, with uv where it is installed, and kept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from reports.gate.side import GateError, Side

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


class Recipe(NamedTuple):
    """How environments are made: where they are kept, from which index torch comes, and whether anew."""

    cache: Path
    index_url: Optional[str] = None
    fresh: bool = False


def default_cache() -> Path:
    """Give the folder where a user's programs keep what they can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "torch-conformance"


def interpreter(side: Side, recipe: Recipe, log: Path) -> Path:
    """Give the interpreter of a side, from an environment that is built where it is not there yet."""
    if side.interpreter:
        return side.interpreter
    place = recipe.cache / _name(side, recipe)
    if recipe.fresh:
        shutil.rmtree(place, ignore_errors=True)
    if not _python(place).exists():
        _build(side, recipe, place, log)
    return _python(place)


def dependencies() -> list[str]:
    """Read what the suite needs beside torch."""
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        raise GateError(f"{ROOT} is no checkout of torch-conformance: run the gate from one") from None
    return [name for name in project["dependencies"] if not re.match(r"torch\b(?!-)", name)]


def commands(side: Side, index: Optional[str], place: Path) -> list[list[str]]:
    """Give the commands that build an environment; torch alone comes from an index of its own."""
    make, install, early = _tools(place)
    rest = [*dependencies(), *side.companions]
    if index is None:
        return [make, [*install, side.requirement, *rest]]
    return [make, [*install, *rest], [*install, early, "--index-url", index, side.requirement, *side.companions]]


def _tools(place: Path) -> tuple[list[str], list[str], str]:
    """Give what makes an environment and what installs into it, and its word for taking nightlies too."""
    uv, python = shutil.which("uv"), str(_python(place))
    if uv:
        make = [uv, "venv", "--python", sys.executable, str(place)]
        return make, [uv, "pip", "install", "--python", python], "--prerelease=allow"
    make = [sys.executable, "-m", "venv", str(place)]
    return make, [python, "-m", "pip", "install", "--progress-bar", "off"], "--pre"


def _build(side: Side, recipe: Recipe, place: Path, log: Path) -> None:
    """Build beside the place and move it there whole, so that what stopped halfway is never taken for ready."""
    halfway = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for command in commands(side, recipe.index_url, halfway):
            _run(side, command, log)
        if not place.exists():  # another gate may have been faster
            halfway.rename(place)
    except OSError as error:
        raise GateError(f"the {side.name}'s environment cannot be built: {error}") from None
    finally:
        shutil.rmtree(halfway, ignore_errors=True)


def _run(side: Side, command: list[str], log: Path) -> None:
    with log.open("ab") as file:
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise GateError(f"the {side.name}'s environment cannot be built: {last_line(log)} (all of it: {log})")


def last_line(log: Path) -> str:
    """Give the last line of a log that says something."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _name(side: Side, recipe: Recipe) -> str:
    """Name an environment by all that makes it what it is."""
    wanted = [sys.version, side.requirement, recipe.index_url or "", os.environ.get("UV_TORCH_BACKEND", "")]
    if side.requirement.startswith("torch @ file:"):
        wanted.append(str(Path(side.text).stat().st_mtime_ns))
    digest = hashlib.sha256("\n".join([*wanted, *dependencies()]).encode()).hexdigest()
    return f"{re.sub(r'[^a-z0-9.]+', '-', side.requirement.lower())[:40].strip('-')}-{digest[:12]}"


def _python(place: Path) -> Path:
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
