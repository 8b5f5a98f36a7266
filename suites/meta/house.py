"""A small copy of the project with claims of a test's own, to run as a user would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class House:
    """The conftest, the kit, the reports and one file of claims below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, root)
        quiet = shutil.ignore_patterns("__pycache__", "runs")
        for folder in ("reports", "suites/kit", "reference"):
            shutil.copytree(ROOT / folder, root / folder, ignore=quiet)
        shutil.copy(ROOT / "suites" / "__init__.py", root / "suites")
        (root / "suites" / "deviations.toml").touch()

    def write(self, claims: str, name: str = "suites/test_claims.py") -> None:
        """Write a file of claims; the kit's names are imported."""
        head = "import os, signal, threading\nimport numpy as np\nimport pytest\nimport torch\n"
        head += "from hypothesis import given\nfrom suites.kit import *\nfrom suites.kit import draw\n\n"
        (self.root / name).write_text(head + claims, encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start pytest; both its streams in one."""
        env = {**os.environ, "PYTHONPATH": str(self.root)}
        env.pop("PYTEST_ADDOPTS", None)
        env = {name: value for name, value in env.items() if not name.startswith(("PYTEST_XDIST", "TORCH_FAULT"))}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--record", "runs", *arguments]
        return subprocess.Popen(
            command, cwd=self.root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run pytest to its end: the exit code and what it printed."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=100)
        return process.returncode, output

    def record(self) -> list[dict[str, Any]]:
        """The lines of the newest record."""
        newest = max((self.root / "runs").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]

    def outcomes(self) -> dict[str, str]:
        """The outcome of each claim, by the name of its function."""
        return {line["claim"].split("::")[1]: line["outcome"] for line in self.record() if line["kind"] == "claim"}
