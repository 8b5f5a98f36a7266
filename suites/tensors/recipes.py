"""Samples for tables of many operations: a shape from a list and a seed for all else, two draws in place of ten.

Hypothesis repeats much of what it drew before; with few and wide draws most examples are still different ones.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from suites.kit import draw

#: No elements, one, few, and more than a vector register holds; sides that differ, sides of 1, in every place.
SHAPES = (
    *((2, 3), (3, 2), (2, 3, 4), (4, 3, 2), (3,), (), (4, 1), (1, 4), (3, 1, 2), (0,), (17,), (2, 33), (65, 2)),
    *((2, 1, 3, 2), (1, 2, 3), (2, 3, 1), (0, 3), (3, 0), (5, 2), (2, 5), (3, 64), (9,), (33,), (1,), (7, 3)),
    *((3, 4, 2), (2, 2, 9), (2, 0, 3), (3, 2, 2, 3), (2, 3, 1, 4), (1, 2, 0, 3), (4, 4), (2, 2, 2), (1, 1), (5, 4, 3)),
)

#: A transposed tensor is what the movers of elements most often get wrong.
LAYOUTS = (*draw.LAYOUTS, "transposed")


def samples(
    least: int = 0,
    most: int = 4,
    low: int = 0,
    high: int | None = None,
    layouts: tuple[str, ...] = LAYOUTS,
    hard: tuple[str, ...] = draw.HARD,
    fills: tuple[str, ...] = draw.FILLS,
) -> st.SearchStrategy[draw.Sample]:
    """Recipes of ``least`` to ``most`` dimensions with sides from ``low`` to ``high``; all else by a seed."""
    folded = [tuple(side if high is None else low + side % (high - low + 1) for side in shape) for shape in SHAPES]
    fitting = [s for s in folded if least <= len(s) <= most and min(s, default=low) >= low]

    def made(shape: tuple[int, ...], seed: int) -> draw.Sample:
        rng = np.random.default_rng(seed)
        place = tuple(hard[i] for i in rng.permutation(len(hard))[: rng.integers(0, 7)])
        return draw.Sample(shape, seed, fills[seed % len(fills)], layouts[seed // 3 % len(layouts)], place)

    return st.builds(made, st.sampled_from(fitting), draw.seeds())
