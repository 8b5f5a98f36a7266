"""What pairs of processes say about a ratio of times: an interval over the pairs, and a verdict."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

#: Student's t, two-sided at 99 %, by degrees of freedom. A pair is one observation: within one, rounds agree too well.
T99 = {1: 63.657, 2: 9.925, 3: 5.841, 4: 4.604, 5: 4.032, 6: 3.707, 7: 3.499, 8: 3.355, 9: 3.250, 10: 3.169}
#: A difference that matters, and what is near enough to none; as logarithms of the ratio.
MATTERS, NEAR = math.log(1.03), math.log(1.05)


class Estimate(NamedTuple):
    """The candidate's time by the baseline's, and the 99 % interval around it: all three as ratios."""

    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Slower or faster where the interval excludes 1 and the ratio is 3 % off; same within 5 %; else undecided."""
        ratio, low, high = map(math.log, self)
        if low > 0 and ratio > MATTERS:
            return "slower"
        if high < 0 and ratio < -MATTERS:
            return "faster"
        return "same" if max(-low, high) < NEAR else "undecided"

    @property
    def plain(self) -> bool:
        """Whether the interval lies within what is the same, or beyond all that does not matter."""
        _, low, high = map(math.log, self)
        return self.verdict == "same" or low > MATTERS or high < -MATTERS


def estimate(logarithms: Sequence[float]) -> Estimate:
    """Student's interval over the pairs' log-ratios, at least two and at most eleven of them."""
    middle = statistics.fmean(logarithms)
    reach = T99[len(logarithms) - 1] * statistics.stdev(logarithms) / math.sqrt(len(logarithms))
    return Estimate(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach))
