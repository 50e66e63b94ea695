"""What a reading of time can give: plain frozen values, all times aware and in the plan's zone.

Nothing here is text for people: the renderer of each language gets `parts`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

Precision = Literal["minute", "hour", "part", "day", "week", "month"]
Reason = Literal["empty", "not_understood", "future", "lunar", "ambiguous", "impossible", "too_old"]
PartName = Literal["small_hours", "morning", "noon", "afternoon", "evening", "night"]


@dataclass(frozen=True, slots=True)
class Span:
    """When something happened.

    `start` and `end` are aware, in the plan's zone; `end == start` is an exact moment, otherwise `end` is exclusive. Neither is ever after
    the moment of reading: a span that is still running ends now. `approximate` is true where the words say so ("khoảng", "gần") and for
    parts of a day. `also` holds other readings of the same words, the likeliest first: the caller offers them for the one-tap correction.
    """

    start: datetime
    end: datetime
    approximate: bool
    precision: Precision
    also: tuple["Span", ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why the words were not taken. `candidates` are past readings worth offering as buttons, the likeliest first; often there are none."""

    reason: Reason
    candidates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth between `first` and `last`, both included: the same day twice, a whole month or a whole year."""

    first: date
    last: date
    precision: Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Age:
    """An age from `low` to `high` whole units, both included (the same number twice unless a range was given)."""

    low: int
    high: int
    unit: Literal["year", "month", "day"]
    approximate: bool


@dataclass(frozen=True, slots=True)
class SpanParts:
    """What a renderer needs to say a span in full, in any language.

    `weekday` is 0 for Monday. `last_day` is the last one that belongs to the span. `clock` is None unless the precision is minute, hour
    or part; `until` is the end of a stretch of hours. `part` names the part of day of `clock`; it is None where there is no time.
    """

    weekday: int
    day: date
    last_day: date
    clock: time | None
    until: time | None
    approximate: bool
    part: PartName | None
    precision: Precision


# The part of day that a start hour belongs to: the same borders as the grammar's (morning 5, noon 11, afternoon 13, evening 18, night 22).
_BORDERS: tuple[tuple[int, PartName], ...] = (
    (22, "night"),
    (18, "evening"),
    (13, "afternoon"),
    (11, "noon"),
    (5, "morning"),
    (0, "small_hours"),
)


def parts(span: Span) -> SpanParts:
    """The pieces of a span for a renderer."""
    timed = span.precision in {"minute", "hour", "part"}
    last = span.end - timedelta(microseconds=1) if span.end > span.start else span.end
    return SpanParts(
        weekday=span.start.weekday(),
        day=span.start.date(),
        last_day=last.date(),
        clock=span.start.time() if timed else None,
        until=span.end.time() if timed and span.end > span.start else None,
        approximate=span.approximate,
        part=next(name for hour, name in _BORDERS if span.start.hour >= hour) if timed else None,
        precision=span.precision,
    )
