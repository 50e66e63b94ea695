"""Pieces: what one phrase of the grammar means before the phrases are put together. No dates are worked out here."""

from dataclasses import dataclass
from typing import Literal

from handlers.reading.tokens import Token
from handlers.reading.values import PartName

Tokens = tuple[Token, ...]
Unit = Literal["minute", "hour", "day", "week", "month", "year"]
Third = Literal["first", "middle", "last"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time on a clock face. `literal` means the 24-hour clock for sure (over 12, a leading zero, am or pm)."""

    hour: int
    minute: int = 0
    literal: bool = False
    to_the_minute: bool = False


@dataclass(frozen=True, slots=True)
class ClockRange:
    """From one time to another."""

    first: Clock
    last: Clock


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a day in minutes after midnight; the night runs past 1440 into the next morning."""

    name: PartName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DayOffset:
    """So many days from today (0 today, -1 yesterday)."""

    days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 0 for Monday. `previous`: the words exclude today ("vừa rồi")."""

    number: int
    previous: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """A solar date; what was not said is None."""

    day: int
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Lunar:
    """A lunar date; `day` None means a whole feast. `perhaps_solar`: "mùng 8 tháng 3" is said of both calendars."""

    day: int | None
    month: int | None = None
    perhaps_solar: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """A week, Monday to Sunday, so many weeks from this one; perhaps only its beginning, middle or end (the weekend).

    `offset` None is the latest one that has begun ("cuối tuần" on a Monday).
    """

    offset: int | None
    third: Third | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month by offset or by number (and year)."""

    offset: int | None = None
    number: int | None = None
    year: int | None = None
    third: Third | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """A year by offset or by number."""

    offset: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Ago:
    """So long ago: from `least` to `most` units (the same unless a range was said); minutes for anything shorter than a day."""

    least: int
    most: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Note:
    """A word that changes the reading as a whole, or nothing ("filler")."""

    kind: Literal[
        "approximate", "future", "filler", "ambiguous", "vague", "impossible", "midnight", "this_hour", "or", "just_now", "a_while_ago"
    ]


Piece = Clock | ClockRange | Part | DayOffset | Weekday | Calendar | Lunar | Week | Month | Year | Ago | Note
Found = tuple[tuple[Piece, ...], int]  # the pieces read and the place behind them

FILLER, APPROXIMATE, FUTURE = Note("filler"), Note("approximate"), Note("future")
AMBIGUOUS, VAGUE, IMPOSSIBLE = Note("ambiguous"), Note("vague"), Note("impossible")
