"""What people type about duties to come: days of the week, hours from-until, a date or a span of dates.

Rules:

1. Everything typed must be understood, or nothing is (None): a roster that was guessed wrong leaves a night with nobody.
2. Dates lie ahead: "thứ 7" is today or the next one, "28/11" without its year the next one, "mùng 1 Tết" that of the next Tết.
3. Hours beside one day belong to it, over midnight where the end is not later: "28/11 17h-7h30" ends on the 29th. Between two days they are
   its first and its last hour.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.reading.folding import fold
from handlers.reading.lunar import solar_date
from handlers.reading.resolve import real_date

ALL_DAY = ("00:00", "00:00")
_DAY_WORDS = {
    "chu nhat": "cn", "thu hai": "t2", "thu ba": "t3", "thu tu": "t4", "thu nam": "t5", "thu sau": "t6", "thu bay": "t7",
    "monday": "t2", "tuesday": "t3", "wednesday": "t4", "thursday": "t5", "friday": "t6", "saturday": "t7", "sunday": "cn",
    "mon": "t2", "tue": "t3", "wed": "t4", "thu": "t5", "fri": "t6", "sat": "t7", "sun": "cn", "tomorrow": "mai", "today": "hom nay",
}  # fmt: skip
_WHOLE = {
    **dict.fromkeys(("ca tuan", "hang ngay", "hang tuan", "moi ngay", "tat ca", "ca 7 ngay", "every day", "all week"), range(7)),
    **dict.fromkeys(("ngay thuong", "ngay lam viec", "trong tuan", "ngay trong tuan", "weekdays"), range(5)),
    **dict.fromkeys(("cuoi tuan", "weekend", "weekends"), range(5, 7)),
}
_ALL_DAY = frozenset({"ca ngay", "24/24", "24/24h", "24h", "24 gio", "ca ngay dem", "ngay dem", "suot ngay", "all day"})
_PART = r"(?:\s*(sang|trua|chieu|dem|am|pm|toi(?!\s*(?:\d|ngay|t[2-7]\b|cn\b|mai\b|hom\b))))?"
_MINUTES = r"(?:\s*(?:gio|h|g)\b\s*(?:(\d{2})\b(?!\s*[/.]\d))?|(?:h|g)(\d{2})\b|:(\d{2})\b)"
_CLOCK = re.compile(r"(\d{1,2})" + _MINUTES + _PART)
_BARE_CLOCK = re.compile(r"(\d{1,2})" + _MINUTES + "?" + _PART)
_AFTERNOON = {"chieu": range(12), "toi": range(12), "pm": range(12), "dem": range(7, 12), "trua": range(3)}  # twelve hours later
_TILL = re.compile(r"-|(?:den|toi|to|till|until)(?=[\s\d]|$)")
_EMPTY = re.compile(r"(?:tu luc|tu|from|luc|vao|hom|ngay(?=\s*(?:mai|kia|t[2-7]|cn)))\b")
_SEPARATOR = re.compile(r"[\s,;&+.]+|va\b|and\b")
_WEEKDAY = re.compile(r"(?:thu\s*|t)?([2-7])\b|(cn)\b")


@dataclass(frozen=True, slots=True)
class Days:
    """From the first until the last day, both included. `start` and `until` are hours of those two days, "" where none were said; an `until`
    of one day that is not later than `start` belongs to the day after."""

    first: date
    last: date
    start: str = ""
    until: str = ""


def _plain(text: str) -> str:
    folded = re.sub(r"\s*[–—~→]+>?\s*|\s*->\s*", "-", fold(text))
    for words, short in _DAY_WORDS.items():
        folded = re.sub(rf"\b{words}\b(?!\s*\d)", short, folded)
    return folded


# --- days of the week -------------------------------------------------------------------------------------------------


def read_weekdays(text: str) -> tuple[int, ...] | None:
    """Days of the week, 0 for Monday, in order: "thứ 2 đến thứ 6", "t2, t4, CN", "2-6", "cả tuần", "cuối tuần"."""
    rest, days, ranges = _plain(text), list[int](), False
    if rest in _WHOLE:
        return tuple(_WHOLE[rest])
    while rest:
        if found := _WEEKDAY.match(rest):
            day = 6 if found[2] else int(found[1]) - 2
            days += range(days[-1] + 1, days[-1] + 1 + (day - days[-1]) % 7) if ranges and days else (day,)
            ranges = False
        elif days and not ranges and (found := _TILL.match(rest)):
            ranges = True
        elif not (found := _SEPARATOR.match(rest) or _EMPTY.match(rest)):
            return None
        rest = rest[found.end() :]
    return tuple(sorted({day % 7 for day in days})) if days and not ranges else None


# --- hours ------------------------------------------------------------------------------------------------------------


def read_hours(text: str) -> tuple[str, str] | None:
    """From and until as "HH:MM": "7h30 - 17h", "17h đến 7h30 sáng", "từ 8 đến 5 giờ chiều", "cả ngày"."""
    plain = _plain(text)
    if plain in _ALL_DAY:
        return ALL_DAY
    rest = _EMPTY.sub("", plain, count=1).strip() if plain.startswith(("tu ", "tu luc ", "from ")) else plain
    first = _BARE_CLOCK.match(rest)
    between = _TILL.match(rest[first.end() :].strip()) if first else None
    if first is None or between is None:
        return None
    last = _BARE_CLOCK.fullmatch(rest[first.end() :].strip()[between.end() :].strip())
    start, until = _clock(first), _clock(last) if last else None
    return (start, until) if start and until else None


def _clock(found: re.Match[str]) -> str | None:
    hour, minute, part = int(found[1]), int(next((one for one in found.groups()[1:-1] if one), "0")), found.groups()[-1]
    if hour in _AFTERNOON.get(part or "", ()):
        hour += 12
    elif part in {"dem", "am"} and hour == 12:
        hour = 0
    return f"{hour % 24:02d}:{minute:02d}" if hour <= 24 and minute <= 59 and (hour < 24 or not minute) else None


# --- a date or a span of dates ----------------------------------------------------------------------------------------


def read_days(text: str, today: date) -> Days | None:
    """A day or a span of days ahead, with hours if they were said: "mai", "28/11 đến 2/12", "17h 28/11 đến 7h30 29/11"."""
    rest = re.sub(r"^(?:sang|trua|chieu|toi|dem) (?=mai|nay|hom|ngay|t[2-7]|cn)", "", _plain(text))
    if weeks := _weeks(rest, today):
        return weeks
    days, clocks, tills = list[date](), list[str](), 0
    while rest:
        if day := _day(rest, today):
            days.append(day[0])
            rest = rest[day[1] :]
            continue
        if found := _CLOCK.match(rest):
            clock = _clock(found)
            if clock is None:
                return None
            clocks.append(clock)
        elif found := _TILL.match(rest):
            tills += 1
        elif not (found := _SEPARATOR.match(rest) or _EMPTY.match(rest)):
            return None
        rest = rest[found.end() :]
    return _together(days, clocks, tills, today)


def _together(days: list[date], clocks: list[str], tills: int, today: date) -> Days | None:
    if len(clocks) not in {0, 2} or len(days) > 2 or not (days or clocks) or tills < (len(days) == 2 or len(clocks) == 2) or tills > 2:
        return None
    first, last = (days[0], days[-1]) if days else (today, today)
    return Days(first, last, *clocks) if first <= last else None


def _weeks(rest: str, today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    week = timedelta(days=7)
    return {
        "tuan nay": Days(today, monday + 6 * week / 7),
        "tuan sau": Days(monday + week, monday + week + 6 * week / 7),
        "tuan toi": Days(monday + week, monday + week + 6 * week / 7),
        **dict.fromkeys(("cuoi tuan", "cuoi tuan nay"), Days(max(today, monday + 5 * week / 7), monday + 6 * week / 7)),
        "cuoi tuan sau": Days(monday + week + 5 * week / 7, monday + week + 6 * week / 7),
    }.get(rest)


def _day(rest: str, today: date) -> tuple[date, int] | None:
    for pattern, read in _DAYS:
        if (found := pattern.match(rest)) and (day := read(found, today)):
            return day, found.end()
    return None


def _dated(found: re.Match[str], today: date) -> date | None:
    day, month, year = int(found[1]), int(found[2]), found[3]
    if year:
        return real_date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    years = (real_date(today.year + later, month, day) for later in range(9))  # 29/2 may be far ahead
    return next((one for one in years if one is not None and one >= today), None)


def _day_of_month(found: re.Match[str], today: date) -> date | None:
    months = ((today.year + (today.month + later - 1) // 12, (today.month + later - 1) % 12 + 1) for later in range(3))
    days = (real_date(year, month, int(found[1])) for year, month in months)
    return next((one for one in days if one is not None and one >= today), None)


def _of_tet(found: re.Match[str], today: date) -> date | None:
    """ "mùng 1 Tết" is of the first month, "29 Tết" of the twelfth."""
    day = int(found[1])
    days = (solar_date(day, 1, year) if day <= 15 else solar_date(day, 12, year) for year in (today.year - 1, today.year, today.year + 1))
    return next((one for one in sorted(filter(None, days)) if one >= today), None)


def _eve_of_tet(found: re.Match[str], today: date) -> date | None:
    firsts = (solar_date(1, 1, year) for year in (today.year, today.year + 1))
    eves = (first - timedelta(days=1) for first in firsts if first is not None)
    return next((eve for eve in eves if eve >= today), None)


def _weekday(found: re.Match[str], today: date) -> date | None:
    number = 6 if found[2] else int(found[1]) - 2
    if found[3]:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=number + (0 if found[3] == "nay" else 7))
    return today + timedelta(days=(number - today.weekday()) % 7)


_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (re.compile(r"(?:ngay\s*)?(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b"), _dated),
    (re.compile(r"(?:ngay\s*)?(\d{1,2})-(\d{1,2})-(\d{4})\b"), _dated),
    (re.compile(r"(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})(?:\s*nam\s*(\d{4}))?\b"), _dated),
    (re.compile(r"(?:mung|mong|ngay)?\s*(\d{1,2})\s*tet\b"), _of_tet),
    (re.compile(r"(?:dem\s*)?giao thua\b"), _eve_of_tet),
    (re.compile(r"(?:hom nay|nay)\b"), lambda _found, today: today),
    (re.compile(r"(?:ngay\s*)?mai\b"), lambda _found, today: today + timedelta(days=1)),
    (re.compile(r"ngay (?:kia|mot)\b"), lambda _found, today: today + timedelta(days=2)),
    (re.compile(r"(?:thu\s*|t)([2-7])()(?:\s*tuan\s*(nay|sau|toi))?\b"), _weekday),
    (re.compile(r"()(cn)(?:\s*tuan\s*(nay|sau|toi))?\b"), _weekday),
    (re.compile(r"ngay\s*(\d{1,2})\b(?!\s*[/h:])"), _day_of_month),
)
