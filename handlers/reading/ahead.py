"""When somebody says they will have done something: "30 phut nua qua nha", "8h sáng mai", "trong 1 tiếng", "chiều nay". The words around it are
free, so a time is looked for within them; nothing here is sure enough to be taken without being shown back.

Rules:

1. A length counts from now: "15 phút", "1 tiếng rưỡi", "nửa tiếng"; hours by "h" or "giờ" only with "trong", "sau" or "khoảng" before or
   "nữa" behind, because "1h" alone is the time on the clock. Of a range the later end counts.
2. An hour is the first moment ahead that it can mean; a part of day stands right behind its hour ("8h tối") or right before its day ("sáng
   mai"), so that "tôi" (I), typed without marks, is no evening. "8h toi qua" is eight o'clock: the earlier one, because it is asked about sooner.
3. A part of day without an hour is over at its end. A day without either says too little.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.reading.ago import read_length
from handlers.reading.clock import minutes_of, read_part, read_time
from handlers.reading.pieces import Ago, Clock, ClockRange, Part, Tokens
from handlers.reading.tokens import tokenize, word_at, words

_BEFORE = frozenset({"trong", "sau", "vong", "khoang", "tam", "mat"})
_BEHIND = frozenset({"nua", "sau", "toi_next"})
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_DAYS = {"nay": 0, "mai": 1, "mot_next": 2}
_I_DO = words("qua den di se ve goi bao gap xuong toi_next lam cho dua sang lien can phai")


@dataclass(frozen=True, slots=True)
class _Clocked:
    """What was found of a time on the clock."""

    clock: Clock | None = None
    part: Part | None = None
    day: int | None = None


def read_ahead(text: str, now: datetime) -> datetime | None:
    """The moment ahead of `now` (aware, in the plan's zone) that a text names; None if it names none."""
    tokens, now = tokenize(text), now.replace(second=0, microsecond=0)
    for at in range(len(tokens)):
        length = _length(tokens, at)
        if length is not None:
            return now + length
    return _moment(_clocked(tokens), now)


def _length(tokens: Tokens, at: int) -> timedelta | None:
    found = read_length(tokens, at)
    if found is None:
        return None
    ago, behind, unit_word = found
    if not isinstance(ago, Ago) or ago.unit not in _UNITS:
        return None
    led = word_at(tokens, at - 1) in _BEFORE or word_at(tokens, behind) in _BEHIND
    if not led and (unit_word in {"h", "gio"} or ago.unit == "day"):
        return None
    if ago.most <= 0 or word_at(tokens, behind) in {"truoc", "roi"}:
        return None
    return _UNITS[ago.unit] * ago.most


def _clocked(tokens: Tokens) -> _Clocked:
    """The first hour, and the part and day that belong to it."""
    clock: Clock | None = None
    part: Part | None = None
    day: int | None = None
    at = 0
    while at < len(tokens):
        word = word_at(tokens, at)
        if clock is None and (found := _time(tokens, at)) is not None:
            clock, at = found
            if (behind := _part(tokens, at)) is not None:
                part, at = behind
            continue
        if part is None and (ahead := read_part(tokens, at)) is not None and word_at(tokens, ahead[1]) in _DAYS:
            part = next((one for one in ahead[0] if isinstance(one, Part)), None)
            at = ahead[1]
            continue
        before = word_at(tokens, at - 1)
        if day is None and word in _DAYS and (word != "nay" or part is not None or before == "hom"):
            day = _DAYS[word]
        at += 1
    return _Clocked(clock, part, day)


def _time(tokens: Tokens, at: int) -> tuple[Clock, int] | None:
    found = read_time(tokens, at)
    if found is None:
        return None
    first = found[0][0]
    if isinstance(first, ClockRange):
        return first.last, found[1]
    return (first, found[1]) if isinstance(first, Clock) else None


def _part(tokens: Tokens, at: int) -> tuple[Part, int] | None:
    """The part of day right behind an hour; "toi" before a verb is "tôi"."""
    found = read_part(tokens, at)
    if found is None or (word_at(tokens, at) == "toi" and word_at(tokens, found[1]) in _I_DO):
        return None
    part = next((one for one in found[0] if isinstance(one, Part)), None)
    return (part, found[1]) if part is not None else None


def _moment(found: _Clocked, now: datetime) -> datetime | None:
    if found.clock is None and found.part is None:
        return None
    minutes = minutes_of(found.clock, found.part) if found.clock is not None else (found.part.end,) if found.part is not None else ()
    days = (found.day,) if found.day is not None else (0, 1)
    midnight = now.replace(hour=0, minute=0)
    moments = [midnight + timedelta(days=day, minutes=minute) for day in days for minute in minutes]
    if found.day is not None and found.day > 0:  # "8h mai" is the morning, as the 24-hour clock has it
        moments = moments[:1]
    return min((moment for moment in moments if moment > now), default=None)
