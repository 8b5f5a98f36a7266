"""The file of a run record: it grows by whole lines, and a line that could not be written ends it quietly."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Optional

from reports.plain import plain


class Writer:
    """A record file that remembers trouble instead of raising it, so that a full disk never stops a run."""

    def __init__(self, path: Path) -> None:
        """Open the file for appending."""
        self.path = path
        self.trouble: Optional[str] = None
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, kind: str, **fields: Any) -> None:
        """Append one line; after the first failure no more, for a torn line must stay the last."""
        if self.trouble is not None:
            return
        try:
            self._append((json.dumps(plain({"kind": kind, **fields})) + "\n").encode("ascii"))
        except OSError as error:
            self.trouble = f"the record {self.path} is incomplete: {error.strerror or error}"

    def close(self) -> None:
        """Close the file, which some file systems make the moment to report a full disk."""
        try:
            os.close(self._file)
        except OSError as error:
            self.trouble = self.trouble or f"the record {self.path} may be incomplete: {error.strerror or error}"

    def discard(self) -> None:
        """Close the file and remove it, as the run held no claim."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _append(self, line: bytes) -> None:
        while line:
            line = line[os.write(self._file, line) :]
