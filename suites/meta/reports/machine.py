"""A noisy machine in numbers: sides of a paired comparison that time nothing."""

import itertools
import math
import random

NAMES = [f"benchmark {number}" for number in range(12)]


class Machine:
    """Pairs of sides on a noisy machine that grows slower: each process and each block errs by a few per cent."""

    def __init__(self, seed, slowdowns=None, process=0.012, block=0.03, drift=0.0):
        self.rng, self.slowdowns = random.Random(seed), slowdowns or {}
        self.process, self.block, self.drift, self.blocks, self.started = process, block, drift, 0, 0
        self.known, self.seconds = [], itertools.repeat(1e-6)

    def start(self):
        self.started += 1
        return Side(self, {}), Side(self, self.slowdowns)


class Side:
    """A worker whose calls take a microsecond, or as much longer as the slowdowns say."""

    def __init__(self, machine, slowdowns):
        self.machine, self.slowdowns = machine, slowdowns

    def ask(self, question):
        if isinstance(question, dict):
            self.machine.known.append(question["known"])
            trouble, self.late = self.slowdowns.get(question["name"]), None
            if isinstance(trouble, Exception):
                raise trouble
            if isinstance(trouble, tuple):  # it dies in a block
                trouble, self.late = None, trouble[0]
            self.factor = (1 + (trouble or 0.0)) * math.exp(self.machine.rng.gauss(0, self.machine.process))
            return {"seconds": next(self.machine.seconds), "bytes": None if question["known"] else 100}
        if self.late:
            raise self.late
        self.machine.blocks += 1
        noise = self.machine.rng.gauss(0, self.machine.block) + self.machine.drift * self.machine.blocks
        return question * 1e-6 * self.factor * math.exp(noise)

    def close(self):
        pass
