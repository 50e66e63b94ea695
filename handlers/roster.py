"""Who is on duty: a weekly pattern, and what differs from it on certain days. Pure: the same rows give the same answer, in whatever order.

1. Of the overrides of a moment that speak of everybody the newest counts, and the pattern does not ("" as its person: nobody, on purpose).
2. Newer overrides that name whom they stand in for then change just that: one person goes, another comes; colleagues stay.
3. A turn of the pattern that crosses midnight belongs to the day on which it begins.
4. A gap is a time with nobody that nobody has decided on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from models.facts import Instead, Roster, Weekly
from models.plan import Plan

AHEAD = timedelta(days=8)  # how far turns are looked up: whoever is on duty for longer has no end to show
DAY = timedelta(days=1)


class Duty(NamedTuple):
    """Persons on duty at one moment, in the order of their ids; `decided`: that it is nobody was somebody's decision."""

    persons: tuple[str, ...]
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` until before `until` nothing changes."""

    start: datetime
    until: datetime
    duty: Duty

    @property
    def gap(self) -> bool:
        return not self.duty.persons and not self.duty.decided


def who(patterns: Iterable[Weekly], overrides: Iterable[Instead], at: datetime, plan: Plan) -> tuple[str, ...]:
    """Persons on duty at that moment."""
    return duty_at(patterns, overrides, at, plan).persons


def duty_at(patterns: Iterable[Weekly], overrides: Iterable[Instead], at: datetime, plan: Plan) -> Duty:
    """The rules above."""
    now = sorted((one for one in overrides if one.start <= at < one.until), key=lambda one: (one.created_at, one.id))
    last = max((place for place, one in enumerate(now) if not one.instead_of), default=-1)
    if last >= 0:
        persons = {now[last].person} - {""}
    else:
        persons = {row.person for row in patterns if any(start <= at < until for start, until in turns_of(row, at, at, plan))}
    for one in now[last + 1 :]:
        persons = (persons - {one.instead_of}) | ({one.person} - {""})
    return Duty(tuple(sorted(persons)), decided=not persons and bool(now))


def turns_of(row: Weekly, first: datetime, last: datetime, plan: Plan) -> Iterator[tuple[datetime, datetime]]:
    """Turns of a row of the pattern that begin on the days from the one before `first` up to that of `last`, as (start, until)."""
    day, end = first.astimezone(plan.zone).date() - DAY, last.astimezone(plan.zone).date()
    day += timedelta(days=(row.weekday - day.weekday()) % 7)
    start, until = time.fromisoformat(row.start), time.fromisoformat(row.until)
    while day <= end:
        yield _at(day, start, plan), _at(day + DAY if until <= start else day, until, plan)
        day += timedelta(days=7)


def midnight(day: date, plan: Plan) -> datetime:
    return _at(day, time(), plan)


def _at(day: date, clock: time, plan: Plan) -> datetime:
    return datetime.combine(day, clock, plan.zone)


# --- over a time ------------------------------------------------------------------------------------------------------


def stretches(roster: Roster, start: datetime, until: datetime, plan: Plan) -> tuple[Stretch, ...]:
    """From `start` until `until` without a hole, each as long as nothing changes; empty if there is no time between."""
    found: list[Stretch] = []
    edges = [*_edges(roster, start, until, plan), until] if start < until else []
    for edge in edges:
        begins = found[-1].until if found else start
        duty = duty_at(roster.patterns, roster.overrides, begins, plan)
        if found and found[-1].duty == duty:
            found[-1] = replace(found[-1], until=edge)
        else:
            found.append(Stretch(begins, edge, duty))
    return tuple(found)


def _edges(roster: Roster, start: datetime, until: datetime, plan: Plan) -> list[datetime]:
    turns = [turn for row in roster.patterns for turn in turns_of(row, start, until, plan)]
    turns += [(one.start, one.until) for one in roster.overrides]
    return sorted({edge for turn in turns for edge in turn if start < edge < until})


def gaps(roster: Roster, start: datetime, until: datetime, plan: Plan) -> tuple[Stretch, ...]:
    """Times without anybody, in order."""
    return tuple(stretch for stretch in stretches(roster, start, until, plan) if stretch.gap)


def ends(roster: Roster, person: str, at: datetime, plan: Plan) -> datetime | None:
    """When the turn ends that `person` is in at that moment; None if it goes on for longer than AHEAD, and `at` if they are in none."""
    for stretch in stretches(roster, at, at + AHEAD, plan):
        if person not in stretch.duty.persons:
            return stretch.start
    return None


def turns(roster: Roster, person: str, start: datetime, until: datetime, plan: Plan) -> tuple[tuple[datetime, datetime], ...]:
    """The turns of one person within a time, each whole as far as the time goes."""
    found: list[tuple[datetime, datetime]] = []
    for stretch in stretches(roster, start, until, plan):
        if person in stretch.duty.persons:
            goes_on = found and found[-1][1] == stretch.start
            begins = found.pop()[0] if goes_on else stretch.start
            found.append((begins, stretch.until))
    return tuple(found)


def empty(roster: Roster, now: datetime) -> bool:
    """Nothing was ever filled in, or nothing is left of it."""
    return not roster.patterns and not any(one.until > now for one in roster.overrides)


# --- changing the week ------------------------------------------------------------------------------------------------

WEEK = 7 * 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a day of the week, as a row of the pattern has them."""

    weekday: int
    start: str
    until: str

    @property
    def minutes(self) -> tuple[int, int]:
        """From and until, in minutes since Monday 0:00; the end of a Sunday night lies behind WEEK."""
        start, until = _minutes(self.start), _minutes(self.until)
        begins = self.weekday * 24 * 60 + start
        return begins, begins + ((until - start) % (24 * 60) or 24 * 60)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def without(row: Weekly, hours: Sequence[Hours]) -> tuple[Hours, ...] | None:
    """What is left of a row of the pattern when others take these hours; None if they do not touch it."""
    whole = Hours(row.weekday, row.start, row.until).minutes
    left = [whole]
    for start, until in (one.minutes for one in hours):
        for shift in (-WEEK, 0, WEEK):
            left = [piece for each in left for piece in _cut(each, start + shift, until + shift)]
    return None if left == [whole] else tuple(_hours(*piece) for piece in left)


def _cut(piece: tuple[int, int], start: int, until: int) -> list[tuple[int, int]]:
    pieces = (piece[0], min(piece[1], start)), (max(piece[0], until), piece[1])
    return [piece] if until <= piece[0] or piece[1] <= start else [(a, b) for a, b in pieces if a < b]


def _hours(start: int, until: int) -> Hours:
    return Hours(start // (24 * 60) % 7, _clock(start), _clock(until))


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
