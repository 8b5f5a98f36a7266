"""The bits that operators give; ``python -m suites.operators.bits cpu`` prints those of every operator's first call."""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from collections.abc import Iterable

import torch

from suites.kit import array
from suites.operators.catalogue import CALLS


def digest(results: Iterable[torch.Tensor]) -> str:
    """A name for the bits of some tensors, with their dtypes and shapes."""
    hashed = hashlib.sha256()
    for result in results:
        values = array(result)
        hashed.update(f"{result.dtype} {values.shape}".encode() + values.tobytes())
    return hashed.hexdigest()[:16]


def of_every_call(device: str) -> dict[str, str]:
    """What each call of the catalogue gives, by number and name, in one thread: the number of them divides sums."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # several are in beta
            return {f"{n} {call}": digest(call.results(*call.parts(device))) for n, call in enumerate(CALLS)}
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    print(json.dumps(of_every_call(sys.argv[1])))
