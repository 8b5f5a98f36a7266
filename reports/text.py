"""Text that others wrote, made safe to show: nothing in it steers a terminal or breaks an encoding."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[\n\t -~]*")


def clean(text: str) -> str:
    """Replace what does not print (control characters, escapes, surrogates, direction marks) by its code."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(character if _prints(character) else f"\\x{ord(character):02x}" for character in text)


def line(text: str) -> str:
    """Clean a text that belongs on one line."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _prints(character: str) -> bool:
    return character in "\n\t" or character.isprintable()
