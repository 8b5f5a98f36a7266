"""Strategies for the operands of operators, and the domains to which an operation's operands are brought."""

from __future__ import annotations

from typing import Callable

import numpy as np
from hypothesis import strategies as st

from suites.kit import draw
from suites.operators.values import within

#: Shapes of every kind: without dimensions, without elements, with sides of 1, and straddling the widths of vectors.
SHAPES = (
    (),
    (5,),
    (3, 4),
    (2, 3, 4),
    (0,),
    (17,),
    (33,),
    (1, 1),
    (2, 0, 3),
    (7, 9),
    (64,),
    (3, 65),
    (2, 1, 3, 2),
    (129,),
    (31, 2),
)

#: Two shapes that broadcast: equal ones, one inside the other, and both stretched.
BROADCASTS = (
    ((), ()),
    ((5,), (5,)),
    ((33,), (33,)),
    ((3, 4), (4,)),
    ((3, 1), (1, 4)),
    ((), (7,)),
    ((7,), ()),
    ((3, 65), (3, 65)),
    ((2, 3, 4), (3, 1)),
    ((2, 1, 4), (3, 1)),
    ((0,), (1,)),
    ((1,), (0,)),
    ((17,), (1,)),
    ((2, 0), (1, 1)),
    ((4,), (3, 1)),
    ((2, 3, 1), (2, 1, 5)),
    ((129,), (129,)),
    ((2, 1, 3, 2), (2, 5, 1, 2)),
    ((64, 2), (64, 2)),
    ((1, 65), (3, 1)),
)


def singles(
    shapes: tuple[tuple[int, ...], ...] = SHAPES,
    hard: tuple[str, ...] = draw.HARD,
    fills: tuple[str, ...] = draw.FILLS,
    layouts: tuple[str, ...] = draw.LAYOUTS,
) -> st.SearchStrategy[draw.Sample]:
    """Recipes of one array; like draw.samples, with the shapes listed and so drawn in a tenth of the time."""
    return st.builds(
        draw.Sample,
        st.sampled_from(shapes),
        draw.seeds(),
        st.sampled_from(fills),
        st.sampled_from(layouts),
        draw.places(hard),
    )


def several(
    table: tuple[tuple[tuple[int, ...], ...], ...] = BROADCASTS,
    hard: tuple[str, ...] = draw.HARD,
    fills: tuple[str, ...] = draw.FILLS,
    layouts: tuple[str, ...] = draw.LAYOUTS,
) -> st.SearchStrategy[tuple[draw.Sample, ...]]:
    """Recipes of several arrays at once, with the shapes of one entry of the table."""

    def build(shapes: tuple, seed: int, fill: str, first: str, others: str, place: tuple, last: tuple) -> tuple:
        return tuple(
            draw.Sample(shape, seed + i, fill, others if i else first, last if i else place)
            for i, shape in enumerate(shapes)
        )

    return st.builds(
        build,
        st.sampled_from(table),
        draw.seeds(),
        st.sampled_from(fills),
        st.sampled_from(layouts),
        st.sampled_from(layouts),
        draw.places(hard),
        draw.places(hard),
    )


#: Recipes of two arrays whose shapes broadcast.
pairs = several
#: Two arrays in which each hard value meets each.
MEETING = (draw.Sample((len(draw.HARD), 1), place=draw.HARD), draw.Sample((1, len(draw.HARD)), place=draw.HARD))


def seeded(hard: tuple[str, ...] = draw.HARD, layouts: tuple[str, ...] = draw.LAYOUTS) -> st.SearchStrategy[Callable]:
    """Makers of recipes for a table of shapes that the claim's row names: call one with the table."""

    def build(index: int, seed: int, fill: str, first: str, others: str, place: tuple) -> Callable:
        def recipes(table: tuple) -> tuple[draw.Sample, ...]:
            shapes = table[index % len(table)]
            return tuple(
                draw.Sample(shape, seed + i, fill, others if i else first, place) for i, shape in enumerate(shapes)
            )

        return recipes

    return st.builds(
        build,
        st.integers(0, 59),
        draw.seeds(),
        st.just("ties") if not hard else st.sampled_from(draw.FILLS),
        st.sampled_from(layouts),
        st.sampled_from(layouts),
        draw.places(hard),
    )


def anything(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The operands as they are."""
    return x, y


def divided(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers whose quotient is one: no divisor is 0, and the lowest number is not divided by -1."""
    return np.where(x == _lowest(x), 5, x).astype(x.dtype), np.where(y == 0, 3, y).astype(y.dtype)


def comparable(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Floats whose quotient has few digits before the point."""
    return within(x, -64, 64), np.where(np.abs(y) < 0.0625, np.copysign(0.25, y), y).astype(y.dtype)


def quarters(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Multiples of a quarter below 16, whose quotients round to no integer that they are not."""
    x, y = within(x, -16, 16), within(y, -16, 16)
    return (np.rint(4 * x) / 4).astype(x.dtype), (np.rint(4 * y) / 4).astype(y.dtype)


def raised(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers and small exponents that are not negative."""
    return x, (y & 7).astype(y.dtype)


def shifted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers and shifts below seven bits."""
    return x, (y & 7 if y.dtype.itemsize > 1 else y & 3).astype(y.dtype)


def small(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers whose least common multiple fits."""
    return (x % 11).astype(x.dtype), (y % 11).astype(y.dtype)


def _lowest(x: np.ndarray) -> int:
    return np.iinfo(x.dtype).min if x.dtype.kind == "i" else -1
