"""What a DataLoader fetches is dataset[index], also of a class that changes what another class gives."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

import pytest
import torch
from torch.utils import data

from suites.kit import array, close, documents, draw, tensor


class Base(NamedTuple):
    """A documented dataset, and one of ten numbers made of a class derived from it."""

    name: str
    make: Callable[[type], Any]
    since: str | None = None
    until: str | None = None

    def __str__(self) -> str:
        return self.name


def numbers() -> torch.Tensor:
    return tensor(draw.normal(1, 10))


ROWS = (
    Base("TensorDataset", lambda kind: kind(numbers())),
    Base("Subset", lambda kind: kind(numbers(), [3, 1, 4, 1, 5, 9, 2, 6, 5, 0]), until="2.11"),
    Base("ConcatDataset", lambda kind: kind([numbers()[:4], numbers()[4:]])),
    Base("StackDataset", lambda kind: kind(numbers()), since="2.1"),
)


def turned(base: type) -> type:
    """The class with a __getitem__ of its own: everything negative."""

    class Turned(base):  # type: ignore[misc, valid-type]
        def __getitem__(self, index):
            found = super().__getitem__(index)
            return -found if isinstance(found, torch.Tensor) else -found[0]

    return Turned


@documents("torch.utils.data.DataLoader")
@pytest.mark.parametrize(
    "row",
    [pytest.param(r, id=r.name, marks=documents(f"torch.utils.data.{r}", since=r.since, until=r.until)) for r in ROWS],
)
def test_fetches_what_the_class_gives(row):
    """A DataLoader fetches dataset[index] from a class derived from {row}, whose own __getitem__ counts."""
    dataset = row.make(turned(getattr(data, row.name)))
    expected = torch.stack([dataset[index] for index in range(10)])

    batches = list(data.DataLoader(dataset, batch_size=4))

    close(torch.cat(batches), array(expected))


@documents("torch.utils.data.Subset", "torch.utils.data.DataLoader")
def test_a_part_gives_what_the_whole_gives():
    """Batches of a Subset are what the dataset's own __getitem__ gives at its indices."""
    whole = turned(data.TensorDataset)(numbers())
    indices = [7, 2, 2, 9]

    (batch,) = data.DataLoader(data.Subset(whole, indices), batch_size=4)

    close(batch, -array(numbers())[indices])


@documents("torch.utils.data.Subset", since="2.11")
def test_a_part_with_a_getitem_of_its_own_needs_a_getitems_too():
    """A class derived from Subset that overrides __getitem__ alone raises NotImplementedError when it is made."""
    with pytest.raises(NotImplementedError):
        turned(data.Subset)(numbers(), [1, 2])
