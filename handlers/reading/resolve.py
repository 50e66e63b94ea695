"""From the pieces of a phrase to days: which day, week or month "thứ 2", "15/3" or "tuần trước" is, looking back from now.

Rules:

1. A day without a year or month is the latest one that is past: "ngày 25" said on the 23rd is last month's. A date without a year goes
   back over New Year only half a year ("28/12" said in January); further back it is called future, and last year's is offered.
2. A weekday is the last one, today included. "tuần trước" is the week before this one, Monday to Sunday.
3. Two phrases for the day must name the same day ("thứ 2 ngày 16/3", "hôm qua chủ nhật"), otherwise both are offered.
4. "đầu tuần" is Monday and Tuesday, "giữa tuần" Wednesday and Thursday, "cuối tuần" Saturday and Sunday; a month is parted after 10 and
   20.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.reading.lunar import latest_solar_dates
from handlers.reading.pieces import Ago, Calendar, DayOffset, Lunar, Month, Piece, Week, Weekday, Year
from handlers.reading.values import Reason

_BACK_OVER_NEW_YEAR = 183
_WEEK_THIRDS = {"first": (0, 2), "middle": (2, 4), "last": (5, 7)}
_MONTH_THIRDS = {"first": (1, 10), "middle": (11, 20), "last": (21, 31)}


@dataclass(frozen=True, slots=True)
class Day:
    """A day.

    `relative` days ("hôm qua") own the whole night that follows them, "1h đêm 15/3" may be on either side. `back`: days to an earlier twin.
    """

    on: date
    relative: bool = False
    back: int = 0


@dataclass(frozen=True, slots=True)
class Days:
    """The day that was meant, or, with a problem, the days worth offering."""

    days: tuple[Day, ...]
    problem: Reason | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """First day and the day behind the last one of a week or month; not `whole` where only a third of it was said."""

    first: date
    behind: date
    whole: bool


def real_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_months(first: date, months: int) -> date:
    """The first day of the month that lies so many months away (never before year 1)."""
    index = max(first.year * 12 + first.month - 1 + months, 12)
    return date(index // 12, index % 12 + 1, 1)


def which_day(pieces: tuple[Piece, ...], today: date) -> Days | None:
    """The day that the pieces name together; None where no piece names a day."""
    weeks = [p for p in pieces if isinstance(p, Week)]
    months = [p for p in pieces if isinstance(p, Month)]
    years = [p for p in pieces if isinstance(p, Year)]
    weeks += [Week(-p.least) for p in pieces if isinstance(p, Ago) and p.unit == "week" and p.least == p.most and _has_weekday(pieces)]
    if len(weeks) > 1 or len(months) > 1 or len(years) > 1:
        return Days((), "ambiguous")
    named = [(piece, _one_day(piece, weeks, months, years, today)) for piece in pieces if _names_a_day(piece, weeks)]
    return _agreed(named) if named else None


def _names_a_day(piece: Piece, weeks: list[Week]) -> bool:
    if isinstance(piece, Ago):
        return piece.least == piece.most and (piece.unit == "day" or (piece.unit == "week" and not weeks))
    return isinstance(piece, DayOffset | Weekday | Calendar)


def _one_day(piece: Piece, weeks: list[Week], months: list[Month], years: list[Year], today: date) -> Days:
    if isinstance(piece, DayOffset):
        return Days((Day(today + timedelta(days=piece.days), relative=True),))
    if isinstance(piece, Ago):
        return Days((Day(today - timedelta(days=piece.least * (7 if piece.unit == "week" else 1)), relative=True),))
    if isinstance(piece, Weekday):
        return _weekday(piece, weeks[0] if weeks else None, today)
    assert isinstance(piece, Calendar)
    return _calendar(_completed(piece, months, years, today), today)


def _has_weekday(pieces: tuple[Piece, ...]) -> bool:
    return any(isinstance(p, Weekday) for p in pieces)


def _agreed(named: list[tuple[Piece, Days]]) -> Days:
    problem = next((d for _, d in named if d.problem), None)
    if len(named) == 1 or problem:
        return problem or named[0][1]
    dates = [(piece, answer.days[0]) for piece, answer in named]
    others = [d for piece, d in dates if not isinstance(piece, Weekday)]
    weekdays = {p.number for p, _ in dates if isinstance(p, Weekday)}
    # A weekday beside a date only confirms it: "thứ 2 ngày 16/3" must not be compared with last Monday.
    if others and len({d.on for d in others}) == 1 and weekdays <= {others[0].on.weekday()}:
        return Days((others[0],))
    if len({d.on for _, d in dates}) == 1:
        return Days((dates[0][1],))
    return Days(tuple(dict.fromkeys([*others, *(d for _, d in dates)])), "ambiguous")


def _weekday(piece: Weekday, week: Week | None, today: date) -> Days:
    since = (today.weekday() - piece.number) % 7
    if piece.previous and since == 0:
        since = 7
    latest = today - timedelta(days=since)
    if week is None or week.offset is None:
        return Days((Day(latest, back=7),))
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=week.offset)
    on = monday + timedelta(days=piece.number)
    if week.third and not _WEEK_THIRDS[week.third][0] <= piece.number < _WEEK_THIRDS[week.third][1]:
        return Days((Day(on),), "ambiguous")
    return Days((Day(latest),), "future") if on > today else Days((Day(on),))


def _completed(piece: Calendar, months: list[Month], years: list[Year], today: date) -> Calendar | None:
    """The date with the month and year that stand apart from it ("ngày 15 tháng trước"); None where they contradict."""
    day, month, year = piece.day, piece.month, piece.year
    for other in months:
        if month is not None or other.third:
            return None
        first = add_months(today, other.offset or 0)
        month, year = (other.number, other.year) if other.number else (first.month, first.year)
    for named in years:
        if year is not None or month is None:
            return None
        year = named.number if named.number is not None else today.year + (named.offset or 0)
    return Calendar(day, month, year)


def _calendar(piece: Calendar | None, today: date) -> Days:
    if piece is None:
        return Days((), "ambiguous")
    if piece.month is None:
        months = (add_months(today, -back) for back in range(4))
        dates = (real_date(m.year, m.month, piece.day) for m in months)
        past = next((d for d in dates if d is not None and d <= today), None)
        return Days((Day(past),)) if past else Days((), "impossible")
    if piece.year is not None:
        on = real_date(piece.year, piece.month, piece.day)
        if on is None:
            return Days((), "impossible")
        return Days((), "future") if on > today else Days((Day(on),))
    return _without_year(piece.day, piece.month, today)


def _without_year(day: int, month: int, today: date) -> Days:
    if real_date(2000, month, day) is None:
        swapped = real_date(today.year, day, month) if day <= 12 else None
        return Days((Day(swapped),) if swapped and swapped <= today else (), "impossible")
    this_year = real_date(today.year, month, day)
    if this_year is not None and this_year <= today:
        return Days((Day(this_year),))
    earlier = (real_date(today.year - back, month, day) for back in range(1, 9))
    past = next(d for d in earlier if d is not None)
    near = (today - past).days <= _BACK_OVER_NEW_YEAR
    return Days((Day(past),)) if near else Days((Day(past),), "future")


def lunar_days(piece: Lunar, today: date) -> tuple[Day, ...]:
    """The solar days that a lunar date may be: the one of the same figures first where the words are used of both calendars."""
    if piece.day is None:
        return ()
    found = [Day(d) for d in latest_solar_dates(piece.day, piece.month, today)]
    if piece.perhaps_solar:
        solar = _calendar(Calendar(piece.day, piece.month), today)
        found = [*solar.days, *found]
    return tuple(dict.fromkeys(found))


def which_stretch(piece: Week | Month, year: Year | None, today: date) -> Stretch | Reason:
    """The days of a week or month, or why there are none."""
    if isinstance(piece, Week):
        return _week(piece, today)
    if piece.number is None:
        if piece.offset is None:
            this = _third_of_month(today.replace(day=1), piece)
            return this if this.first <= today else _third_of_month(add_months(today, -1), piece)
        return _third_of_month(add_months(today, piece.offset), piece) if year is None else "ambiguous"
    if piece.year is not None and year is not None:
        return "ambiguous"
    number = piece.year
    if year is not None:
        number = year.number if year.number is not None else today.year + (year.offset or 0)
    if number is None:
        number = today.year if piece.number <= today.month else today.year - 1
    first = real_date(number, piece.number, 1)
    return _third_of_month(first, piece) if first else "impossible"


def _week(piece: Week, today: date) -> Stretch:
    begins, behind = _WEEK_THIRDS[piece.third] if piece.third else (0, 7)
    monday = today - timedelta(days=today.weekday())
    offset = piece.offset
    if offset is None:
        offset = 0 if monday + timedelta(days=begins) <= today else -1
    monday += timedelta(weeks=offset)
    return Stretch(monday + timedelta(days=begins), monday + timedelta(days=behind), piece.third is None)


def _third_of_month(first: date, piece: Month) -> Stretch:
    length = monthrange(first.year, first.month)[1]
    begins, last = _MONTH_THIRDS[piece.third] if piece.third else (1, length)
    return Stretch(first.replace(day=begins), first.replace(day=min(last, length)) + timedelta(days=1), piece.third is None)
