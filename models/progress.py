"""How far reports have come, as the handlers and the picture see it: counted by rows, one row at most once in each count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.talk import Label


class Sign(StrEnum):
    """How one expected report stands. `waits`: owed, and its date is still ahead."""

    ON_TIME = "on_time"
    LATE = "late"
    RETURNED = "returned"
    MISSING = "missing"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Tally:
    """Of a number of rows. `reported`: handed in or accepted now; `on_time`: of those, first handed in before the due time; `unseen`: of those, nobody
    has accepted yet; `returned`: sent back and not handed in again. So on_time ≤ reported, and reported + returned ≤ expected."""

    expected: int = 0
    reported: int = 0
    on_time: int = 0
    unseen: int = 0
    returned: int = 0

    @property
    def late(self) -> int:
        return self.reported - self.on_time

    @property
    def missing(self) -> int:
        return self.expected - self.reported - self.returned

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.expected + other.expected,
            self.reported + other.reported,
            self.on_time + other.on_time,
            self.unseen + other.unseen,
            self.returned + other.returned,
        )


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class Column:
    """One report and period over all units. `title` and `period_name` are the plan's; an ad-hoc report has no name here, because anything may have been
    typed. `last_day` ISO: the last day on which it is on time. `outgoing`: the division's own duty, which goes out of the service."""

    report: str
    period: str
    title: Label
    period_name: Label
    due_at: datetime
    last_day: str
    tally: Tally
    outgoing: bool = False

    def passed(self, now: datetime) -> bool:
        return self.due_at <= now


@dataclass(frozen=True, slots=True)
class Cell:
    """One expected report: whose, which, how it stands."""

    report: str
    period: str
    unit: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Progress:
    """`columns`: what is due or was within a year, by date. `day`: the last day that is looked at (ISO, "" none); `cells`: of that day, of the units that
    the sender may see; `units`: of those too, over all dates of the year that have passed."""

    columns: tuple[Column, ...] = ()
    day: str = ""
    cells: tuple[Cell, ...] = ()
    units: Mapping[str, Tally] = field(default_factory=dict)

    def shown(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.last_day == self.day)
