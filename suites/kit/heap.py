"""Memory that is freed stays with the process, so that what a call costs does not depend on what ran before it."""

from __future__ import annotations

import ctypes
import sys

#: glibc's names for its settings (mallopt(3)), and the bytes that each is set to: a block so large is mapped by itself,
#: the most that glibc takes; so much lies free before any is given back; so much is asked for at once.
MAPPED, GIVEN_BACK, ASKED_FOR = (-3, 2**25), (-1, 2**30), (-2, 2**26)


def keep() -> bool:
    """Have the C library keep what is freed; False where it is not glibc, which alone has this setting.

    Left to itself glibc gives the end of its heap back, or does not, by what was freed before: then every call takes
    its memory from the system again, page by page, and the same call lasts several times as long.
    """
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    return hasattr(library, "mallopt") and all(library.mallopt(*setting) for setting in (MAPPED, GIVEN_BACK, ASKED_FOR))
