"""Whether what was printed is what a page shows: the same text around the same numbers, to the digits shown."""

from __future__ import annotations

import re

import numpy as np

from suites.kit import bound, close

NUMBER = re.compile(r"(?<![A-Za-z_])[-+]?(?:(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?|inf\b|nan\b)")
#: What no page means to show: addresses, names of nodes, comments, spaces, how lines are broken and numbers cut off.
NOISE = re.compile(r"grad_fn=<[^>]*>| at 0x[0-9a-f]+|#.*|<BLANKLINE>|\s+|\.\.\.")


def same(printed: str, shown: str) -> None:
    """Assert that both have the same text around the same numbers.

    A number may differ by one in the last digit that either shows, and by 16 u of the largest number in float32.
    """
    printed, shown = NOISE.sub("", printed), NOISE.sub("", shown)
    if printed == shown:
        return
    assert NUMBER.sub("0", printed) == NUMBER.sub("0", shown), f"printed\n{printed}\nshown\n{shown}"
    found, expected = NUMBER.findall(printed), NUMBER.findall(shown)
    values, digits = np.array(found, float), np.array([max(map(last_digit, pair)) for pair in zip(found, expected)])
    allowed = 1.01 * digits + 2.0**-20 * np.max(np.abs(values[np.isfinite(values)]), initial=0.0)
    # Both sides have been read from text, which the comparison counts as two roundings.
    close(values, np.array(expected, float), bound.Bound(2.0**52, allowed, signed_zeros=False))


def last_digit(text: str) -> float:
    """What one more in the last digit is worth: 0.001 in 1.234, nothing in a whole number; 2. stands for 2.0000."""
    mantissa, _, exponent = text.lower().partition("e")
    whole, point, decimals = mantissa.partition(".")
    if not re.fullmatch(r"[-+]?\d*", whole) or not (point or exponent):
        return 0.0
    return 10.0 ** (int(exponent or 0) - (len(decimals) or 4 * len(point)))
