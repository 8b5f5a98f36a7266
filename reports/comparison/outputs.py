"""The files of a comparison, all into one folder."""

from __future__ import annotations

from pathlib import Path

from reports.comparison import data, junit, markdown, page
from reports.comparison.compare import Comparison


def write(comparison: Comparison, folder: Path) -> list[Path]:
    """Write the page, the Markdown, the JUnit XML and the JSON, and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "comparison.html": page.render(comparison).encode("utf-8"),
        "comparison.md": markdown.render(comparison).encode("utf-8"),
        "comparison.xml": junit.render(comparison),
        "comparison.json": data.render(comparison).encode("ascii"),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]
