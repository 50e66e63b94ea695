"""The same load for every contestant: people who answer at once, so many of them at the same time, and how long each answer took."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.dialogue import PEOPLE, STEPS


class Contestant(Protocol):
    """Takes the next step of a person's dialogue: after the last one the first again."""

    async def turn(self, person: int) -> None: ...


@dataclass
class Measured:
    """Turns of one contestant at one load."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.took) / self.seconds

    def milliseconds(self, percent: int) -> float:
        return 1000 * statistics.quantiles(self.took, n=100)[percent - 1]


@dataclass
class Load:
    """`at_once` people talk at any moment; who has come to an end makes room for the next of PEOPLE."""

    contestant: Contestant
    at_once: int
    measured: Measured = field(default_factory=Measured)
    places: Sequence["itertools.cycle[int]"] = ()

    def __post_init__(self) -> None:
        everybody = range(PEOPLE)
        turns = [[person for person in everybody[place :: self.at_once] for _ in STEPS] for place in range(self.at_once)]
        self.places = [itertools.cycle(people) for people in turns]

    async def run(self, seconds: float) -> None:
        """May be called again: everybody goes on where they stood."""
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for people in self.places:
                tasks.create_task(self._talk(people, begun + seconds))
        self.measured.seconds += time.perf_counter() - begun

    async def _talk(self, people: "itertools.cycle[int]", until: float) -> None:
        while (begun := time.perf_counter()) < until:
            await self.contestant.turn(next(people))
            self.measured.took.append(time.perf_counter() - begun)
