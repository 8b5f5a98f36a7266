"""Freed memory stays with the process: what a call takes again is not mapped again."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from suites.kit import heap

ROOT = Path(__file__).parents[3]
#: Page faults of filling and freeing 48 MiB, once it was done before.
FAULTS = """
import resource, sys
import numpy as np
from suites.kit import heap

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    [np.ones(2**21) for _ in range(3)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

sys.argv[1] == "keep" and heap.keep()
faults()
print(faults())
"""


def faults(word):
    done = subprocess.run([sys.executable, "-c", FAULTS, word], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone can be told")
def test_what_was_freed_is_not_mapped_again():
    assert faults("keep") < 10 < faults("leave")


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(heap.sys, "platform", "darwin")

    assert heap.keep() is False
