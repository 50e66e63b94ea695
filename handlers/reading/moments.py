"""From pieces to a span: what the words say together, seen from now.

Rules ("the latest past" and "never silently wrong"):

1. A part of day without a day is the latest one that has begun; if its hour is still ahead today, the reading is refused as future and
   yesterday's is offered. "8h tối" said in the morning is last night's; said at seven in the evening it is asked about.
2. An hour without part and day is the latest past reading of today, and the other one goes into `also` ("7h" at 20:00: 19:00, also 7:00).
   If it would fall into the small hours although it is day ("3h" or "12h" at ten), or if today has no past reading, it is asked about.
3. An hour with another day is the 24-hour reading ("7h hôm qua" is 07:00), and 19:00 goes into `also`.
4. đêm belongs to the day on which it begins: "đêm qua" is 22:00 yesterday to 5:00 today, "1h đêm qua" is today's 01:00. Before five in the
   morning "đêm nay" is the running night, and "đêm qua" is too, with the night before in `also`. "1h đêm" beside a date has two readings.
5. Whatever is still running ends now; nothing in a result lies after now.
6. More than `OLDEST_YEARS` ago is too old: no child of today was born.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.reading.clock import DAY, minutes_of
from handlers.reading.pieces import Ago, Clock, ClockRange, DayOffset, Lunar, Month, Part, Piece, Week, Weekday, Year
from handlers.reading.resolve import Day, add_months, lunar_days, which_day, which_stretch
from handlers.reading.values import Precision, Span, Unclear

OLDEST_YEARS = 18


class Reading:
    """One text's pieces against one clock."""

    def __init__(self, pieces: tuple[Piece, ...], notes: frozenset[str], now: datetime) -> None:
        self.now = now.replace(second=0, microsecond=0)
        self.today = now.date()
        self.notes = notes
        self.pieces = _without_seam(pieces)
        self.approximate = "approximate" in notes
        self.times = tuple(dict.fromkeys(p for p in self.pieces if isinstance(p, Clock | ClockRange)))
        if "midnight" in notes and not self.times:
            self.times = (Clock(12),)
        if "this_hour" in notes:
            self.times = (*self.times, Clock(now.hour, now.minute, literal=True, to_the_minute=True))
        self.day_parts = _narrowest(tuple(p for p in self.pieces if isinstance(p, Part)))

    def answer(self) -> Span | Unclear:
        """What the pieces say together."""
        if len(self.times) > 1 or len(self.day_parts) > 1:
            return Unclear("ambiguous")
        lunar = [p for p in self.pieces if isinstance(p, Lunar)]
        if lunar:
            found = [s for day in lunar_days(lunar[0], self.today) for s in self._on(day)]
            alone = len(lunar) == 1 and not any(isinstance(p, Week | Month | Year) for p in self.pieces)
            return Unclear("lunar", tuple(found) if alone else ())
        lengths = [p for p in self.pieces if isinstance(p, Ago) and (p.unit in {"minute", "hour"} or p.least != p.most)]
        if lengths:
            return self._length(lengths)
        return self._day_or_time()

    @property
    def time(self) -> Clock | ClockRange | None:
        """The one time that was said."""
        return self.times[0] if self.times else None

    @property
    def part(self) -> Part | None:
        """The one part of day that was said."""
        return self.day_parts[0] if self.day_parts else None

    def _length(self, lengths: list[Ago]) -> Span | Unclear:
        if len(lengths) > 1:
            return Unclear("ambiguous")
        span = self._ago(lengths[0])
        rest = Reading(tuple(p for p in self.pieces if not isinstance(p, Ago)), self.notes - {"just_now", "a_while_ago"}, self.now)
        other = rest._day_or_time()
        if isinstance(other, Unclear):
            return span if other.reason == "empty" else Unclear("ambiguous", (span,))
        if other.start <= span.start and span.end <= max(other.end, other.start):
            return span
        return Unclear("ambiguous", (span, other))

    def _ago(self, length: Ago) -> Span:
        loose = self.approximate or length.least != length.most
        if length.unit in {"minute", "hour"}:
            step = timedelta(minutes=1) if length.unit == "minute" else timedelta(hours=1)
            return Span(self.now - step * length.most, self.now - step * length.least, loose, "hour" if length.unit == "hour" else "minute")
        if length.unit in {"day", "week"}:
            days = 7 if length.unit == "week" else 1
            first = self.today - timedelta(days=days * length.most)
            return self._whole(first, self.today - timedelta(days=days * length.least) + timedelta(days=1), "day", loose=True)
        return self._whole(add_months(self.today, -length.most), add_months(self.today, 1 - length.least), "month", loose=True)

    def _day_or_time(self) -> Span | Unclear:
        found = which_day(self.pieces, self.today)
        if found is None:
            return self._no_day()
        if found.problem:
            return Unclear(found.problem, tuple(s for day in found.days for s in self._on(day)))
        day = self._tonight(found.days[0])
        past = self._on(day)
        if self.part and len(self._minute_pairs()) > 1:
            return Unclear("ambiguous", tuple(past))
        if not past:
            return self._nothing_past(day)
        if self.time and (self.part or day.on == self.today):
            past.sort(key=lambda s: s.start, reverse=True)
        if len(past) > 1 and self.part and self.time:
            return Unclear("ambiguous", tuple(past))
        if any(isinstance(p, Ago) and p.unit == "week" for p in self.pieces) and not self._says_weekday():
            past[0] = replace(past[0], approximate=True)
        return self._old(replace(past[0], also=(*past[1:], *self._night_before(day))))

    def _says_weekday(self) -> bool:
        return any(isinstance(p, Weekday) for p in self.pieces)

    def _tonight(self, day: Day) -> Day:
        # Before five in the morning the night of "đêm nay" is the one that began yesterday.
        running = self.part is not None and self.part.name == "night" and self.now.hour < 5
        return replace(day, on=day.on - timedelta(days=1)) if running and day.relative and day.on == self.today else day

    def _night_before(self, day: Day) -> list[Span]:
        said_qua = DayOffset(-1) in self.pieces and self.part is not None and self.part.name == "night"
        return self._on(replace(day, on=day.on - timedelta(days=1))) if said_qua and self.now.hour < 5 else []

    def _nothing_past(self, day: Day) -> Unclear:
        if not self._readings(day):
            return Unclear("impossible")
        back = day.back or (1 if day.relative and day.on >= self.today else 0)
        return Unclear("future", tuple(self._on(replace(day, on=day.on - timedelta(days=back)))) if back else ())

    def _no_day(self) -> Span | Unclear:
        stretches = [p for p in self.pieces if isinstance(p, Week | Month)]
        years = [p for p in self.pieces if isinstance(p, Year)]
        if stretches or years:
            return self._stretch(stretches, years)
        if any(isinstance(p, Ago) for p in self.pieces):
            return self._long_ago()
        if self.time is None and self.part is None:
            return self._just_now()
        if "this_hour" in self.notes:
            return Span(self.now, self.now, self.approximate, "minute")
        return self._part_of_day() if self.part else self._bare_time()

    def _just_now(self) -> Span | Unclear:
        window = 15 if "just_now" in self.notes else 120 if "a_while_ago" in self.notes else None
        if window is None:
            return Unclear("empty")
        return Span(self.now - timedelta(minutes=window), self.now, approximate=True, precision="minute" if window == 15 else "hour")

    def _stretch(self, stretches: list[Week | Month], years: list[Year]) -> Span | Unclear:
        if self.time or self.part or len(stretches) != 1 or len(years) > 1:
            return Unclear("ambiguous")
        found = which_stretch(stretches[0], years[0] if years else None, self.today)
        if isinstance(found, str):
            return Unclear(found)
        if found.first > self.today:
            return Unclear("future")
        precision: Precision = "week" if isinstance(stretches[0], Week) else "month"
        return self._old(self._whole(found.first, found.behind, precision, loose=not found.whole))

    def _long_ago(self) -> Unclear | Span:
        lengths = [p for p in self.pieces if isinstance(p, Ago)]
        if len(lengths) > 1 or self.time or self.part or lengths[0].unit == "year":
            return Unclear("too_old" if lengths[0].unit == "year" and lengths[0].least > OLDEST_YEARS else "ambiguous")
        return self._old(self._ago(lengths[0]))

    def _part_of_day(self) -> Span | Unclear:
        assert self.part is not None
        begins = 0 if self.time and self.part.name == "morning" else self.part.start
        begun = self._at(self.today, begins) <= self.now
        day = Day(self.today if begun else self.today - timedelta(days=1), relative=True)
        past = self._on(day)
        if len(self._minute_pairs()) > 1:
            return Unclear("ambiguous", tuple(past))
        if past:
            return past[0]
        return self._nothing_past(replace(day, back=1))

    def _bare_time(self) -> Span | Unclear:
        past = sorted(self._on(Day(self.today)), key=lambda s: s.start, reverse=True)
        before = sorted(self._on(Day(self.today - timedelta(days=1))), key=lambda s: s.start, reverse=True)
        if not past:
            return Unclear("future", tuple(before))
        two_readings = len(self._readings(Day(self.today))) > 1
        if two_readings and past[0].start.hour < 5 <= self.now.hour:
            return Unclear("ambiguous", (past[0], *before[:1]))
        return replace(past[0], also=(*past[1:], *(before[:1] if two_readings and len(past) == 1 else ())))

    def _on(self, day: Day) -> list[Span]:
        """The readings on a day that are past, the 24-hour one first; a running span ends now."""
        past = [s for s in self._readings(day) if s.start <= self.now]
        return [replace(s, end=min(s.end, self.now)) for s in past]

    def _readings(self, day: Day) -> list[Span]:
        if self.time is None and self.part is None:
            return [Span(self._at(day.on, 0), self._at(day.on, DAY), self.approximate, "day")]
        if self.time is None and self.part is not None:
            return [Span(self._at(day.on, self.part.start), self._at(day.on, self.part.end), approximate=True, precision="part")]
        spans = [self._between(day, first, last) for first, last in self._minute_pairs()]
        either_side = not day.relative and self.part is not None and self.part.name == "night"
        spans += [self._between(day, a - DAY, b - DAY) for a, b in self._minute_pairs() if either_side and a >= DAY]
        return spans

    def _minute_pairs(self) -> list[tuple[int, int]]:
        if isinstance(self.time, ClockRange):
            return _range_minutes(self.time, self.part)
        return [(m, m) for m in minutes_of(self.time, self.part)] if self.time else []

    def _between(self, day: Day, first: int, last: int) -> Span:
        clocks = (self.time.first, self.time.last) if isinstance(self.time, ClockRange) else (self.time,)
        minute = any(c is not None and (c.to_the_minute or c.minute) for c in clocks)
        return Span(self._at(day.on, first), self._at(day.on, last), self.approximate, "minute" if minute else "hour")

    def _whole(self, first: date, behind: date, precision: Precision, *, loose: bool) -> Span:
        return Span(self._at(first, 0), min(self._at(behind, 0), self.now), self.approximate or loose, precision)

    def _at(self, on: date, minutes: int) -> datetime:
        return datetime(on.year, on.month, on.day, tzinfo=self.now.tzinfo) + timedelta(minutes=minutes)

    def _old(self, span: Span) -> Span | Unclear:
        return Unclear("too_old") if span.end.year < self.now.year - OLDEST_YEARS else span


def _range_minutes(time: ClockRange, part: Part | None) -> list[tuple[int, int]]:
    """Pairs of beginning and end; "11h đến 2h chiều" begins before its part of day, so the beginning may then be read without it."""
    ends = minutes_of(time.last, part)
    with_part = minutes_of(time.first, part)
    pairs = [(a, b) for a in with_part for b in ends if a < b <= a + DAY // 2]
    if pairs or part is None:
        return pairs
    return [max(((a, b) for a in minutes_of(time.first, None) for b in ends if a < b), default=(-1, -1))] if ends else []


def _narrowest(found: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts of one name say one thing ("sáng ... sáng sớm"): the narrowest is kept."""
    best: dict[str, Part] = {}
    for part in found:
        known = best.get(part.name)
        if known is None or part.end - part.start < known.end - known.start:
            best[part.name] = part
    return tuple(best.values())


def _without_seam(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """ "đêm qua rạng sáng nay" is one night, said from both its ends: the later half is dropped."""
    names = [p.name for p in pieces if isinstance(p, Part)]
    offsets = [p.days for p in pieces if isinstance(p, DayOffset)]
    if names == ["night", "small_hours"] and len(offsets) == 2 and offsets[1] == offsets[0] + 1:
        return tuple(p for p in pieces if p != DayOffset(offsets[1]) and (not isinstance(p, Part) or p.name == "night"))
    return pieces
