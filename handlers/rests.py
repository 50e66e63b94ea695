"""Holidays as a roster sees them: several days off in a row, ordinary weekends not among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.reading.lunar import solar_date
from handlers.workdays import LONGEST_REST, WEEK, is_working_day
from models.plan import Plan

SHORTEST = 3  # days: shorter ones are planned like any weekend
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rest:
    """From the first day off until the last, both included. `tet`: the lunar new year lies in it."""

    first: date
    last: date
    tet: bool

    def days(self) -> tuple[date, ...]:
        return tuple(self.first + DAY * number for number in range((self.last - self.first).days + 1))


def rests(first: date, last: date, plan: Plan) -> Iterator[Rest]:
    """Holidays whose first day off lies between two days, both included."""
    day = first
    while day <= last:
        length = _length(day, plan) if is_working_day(day - DAY, plan) else 0
        rest = Rest(day, day + DAY * (length - 1), tet=_holds_new_year(day, length))
        if length >= SHORTEST and any(WEEK[one.weekday()] in plan.calendar.working_week.days for one in rest.days()):
            yield rest
        day += DAY * max(length, 1)


def _length(day: date, plan: Plan) -> int:
    return next((days for days in range(LONGEST_REST) if is_working_day(day + DAY * days, plan)), 0)


def _holds_new_year(day: date, length: int) -> bool:
    new_year = solar_date(1, 1, (day + DAY * length).year)
    return new_year is not None and day <= new_year < day + DAY * length
