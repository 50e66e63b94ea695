"""Working days, and the hour of the day by its name in the plan (DESIGN section 7).

A day is worked on if it is one of the week's days and no holiday, or a day of the weekend that is worked instead of a holiday. Holidays and
swapped days are those that the `holidays` package knows for the plan's country; `days_off` and `make_up_days` of calendar.yaml have the last
word, because each year's decision comes later than the package.

The package's quirks that matter here: an object of it grows while it is asked, which threads must not share, so each year is asked for once
and kept as plain days; a holiday that falls on a weekend brings another day ("observed"), which is free too; the names of days change with
the language, so no name is ever read; a year that it does not know (its lunar calendar ends in 2199) has no holidays and is no error.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from models.plan import Plan

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_REST = 60  # days: a longer run without a working day is a calendar that has none


def is_working_day(day: date, plan: Plan) -> bool:
    """Whether offices are open on that day (a day of the plan's zone)."""
    calendar = plan.calendar
    if any(day == corrected.date for corrected in calendar.days_off):
        return False
    if any(day == corrected.date for corrected in calendar.make_up_days):
        return True
    free, worked = _known(calendar.country, day.year)
    return day in worked or (WEEK[day.weekday()] in calendar.working_week.days and day not in free)


def add_working_days(day: date, count: int, plan: Plan) -> date:
    """The `count`-th working day after `day`, which is never counted itself (Bộ luật Dân sự Điều 147 khoản 3); 0 gives `day` back. Raises
    ValueError for a negative count."""
    if count < 0:
        raise ValueError("working days are counted forward")
    for _ in range(count):
        day = _next(day, plan)
    return day


def hour_of(at: datetime, plan: Plan) -> str:
    """The name of the hour at that moment, as ladder.yaml names hours (holiday, office, evening, night)."""
    local = at.astimezone(plan.zone)
    return plan.ladder.hour(local.time(), working=is_working_day(local.date(), plan))


def _next(day: date, plan: Plan) -> date:
    for later in range(1, LONGEST_REST):
        if is_working_day(found := day + timedelta(days=later), plan):
            return found
    raise ValueError("the plan's calendar has no working days")


@lru_cache(maxsize=64)
def _known(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Of one year: the days that the package calls free, and the days of the weekend that it knows to be worked instead."""
    known = holidays.country_holidays(country, years=year)
    return frozenset(known), frozenset(known.weekend_workdays)
