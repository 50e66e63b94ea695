"""Times of day: reading them, and which minutes of a day they can mean beside a part of day.

Rules:

1. Parts of day: sáng 5-11, trưa 11-14, chiều 13-18, tối 18-22, đêm 22-5 of the next day; rạng sáng 0-5, and the finer ones in `PARTS`.
2. "8h", "8g30", "8:30", "8 giờ rưỡi", "9 giờ kém 15", "kém 15 9 giờ", "tám rưỡi", "8 tối" are times. An hour over 12, a leading zero
   ("08:30"), am or pm fix the 24-hour reading; any other hour without a part of day has two readings, 12 hours apart.
3. Beside a part of day an hour has one reading ("8h tối" 20:00, "1h trưa" 13:00, "12h đêm" the end of that day, "1h đêm" in the small
   hours after it); an hour that the part cannot hold ("3h tối") is impossible, and "12h sáng" has two readings.
"""

from handlers.reading.pieces import AMBIGUOUS, APPROXIMATE, IMPOSSIBLE, Clock, ClockRange, Found, Note, Part, Tokens
from handlers.reading.tokens import digits_at, read_number, word_at

DAY = 24 * 60
_HOUR_WORDS = frozenset({"h", "gio"})
_MINUTE_WORDS = frozenset({"phut", "'"})
_PART_HEADS = frozenset({"sang", "trua", "chieu", "toi", "dem", "khuya"})
# After a number these make it a date, an age or a length of time, so it cannot be the minutes of the hour before it.
_NOT_MINUTES = frozenset({"/", "-", ".", "thang", "ngay", "hom", "tuan", "tieng", "nam", "h", "gio", ":", "t"})
_TILL = frozenset({"-", "den", "toi_next", ","})


def _part(name: str, start: float, end: float) -> Part:
    return Part(name, int(start * 60), int(end * 60))  # type: ignore[arg-type]  # the literal table below is its only caller


MORNING, NOON = _part("morning", 5, 11), _part("noon", 11, 14)
AFTERNOON, EVENING = _part("afternoon", 13, 18), _part("evening", 18, 22)
NIGHT, SMALL_HOURS = _part("night", 22, 29), _part("small_hours", 0, 5)
DUSK = _part("evening", 17, 20)
PARTS: dict[tuple[str, ...], Part] = {
    ("sang",): MORNING,
    ("sang", "som"): _part("morning", 5, 8),
    ("som",): _part("morning", 5, 8),
    ("dau", "gio", "sang"): _part("morning", 7, 9),
    ("cuoi", "gio", "sang"): _part("morning", 9, 11),
    ("giua", "buoi", "sang"): _part("morning", 8, 10),
    ("rang", "sang"): SMALL_HOURS,
    ("mo", "sang"): _part("small_hours", 4, 6),
    ("to", "mo", "sang"): _part("small_hours", 4, 6),
    ("gan", "sang"): _part("small_hours", 3, 6),
    ("dem", "rang", "sang"): SMALL_HOURS,
    ("trua",): NOON,
    ("giua", "trua"): _part("noon", 11.5, 12.5),
    ("dau", "gio", "chieu"): _part("afternoon", 13, 15),
    ("dau", "buoi", "chieu"): _part("afternoon", 13, 15),
    ("dau", "chieu"): _part("afternoon", 13, 15),
    ("chieu",): AFTERNOON,
    ("xe", "chieu"): _part("afternoon", 15, 17),
    ("chieu", "muon"): _part("afternoon", 16, 18),
    ("cuoi", "chieu"): _part("afternoon", 16, 18),
    ("cuoi", "gio", "chieu"): _part("afternoon", 16, 18),
    ("cuoi", "buoi", "chieu"): _part("afternoon", 16, 18),
    ("chieu", "toi"): DUSK,
    ("chap", "toi"): _part("evening", 18, 20),
    ("dau", "toi"): _part("evening", 18, 20),
    ("toi",): EVENING,
    ("toi", "muon"): _part("evening", 20, 22),
    ("dem",): NIGHT,
    ("khuya",): NIGHT,
    ("dem", "khuya"): NIGHT,
    ("toi", "khuya"): NIGHT,
}


def read_time(tokens: Tokens, at: int) -> Found | None:
    """A range of times, or one time."""
    if (word_at(tokens, at), word_at(tokens, at + 1)) == ("khong", "gio"):
        return (Clock(0),), at + 2
    first = _one(tokens, at, borrows=True)
    if first is None:
        return _reversed_quarter(tokens, at)
    start, behind = first
    # "7h tối đến 9h tối": the part between is read with the first time, and the second must not name another one.
    between = read_part(tokens, behind)
    till = between[1] if between and word_at(tokens, between[1]) in {"den", "-"} else behind
    if word_at(tokens, till) in _TILL:
        last = _one(tokens, till + 1)
        if last and isinstance(start, Clock) and isinstance(last[0], Clock) and (word_at(tokens, till) != "," or start.hour < last[0].hour):
            return (ClockRange(start, last[0]), *(between[0] if between and till != behind else ())), last[1]
    if word_at(tokens, behind - 1) not in _HOUR_WORDS and _is_borrowed(tokens, at, behind):
        return None
    return (start,), behind


def _is_borrowed(tokens: Tokens, at: int, behind: int) -> bool:
    # A bare number was only looked at in case a range followed ("7-8h"): alone it is no time.
    return behind == at + 1 and digits_at(tokens, at) is not None and word_at(tokens, behind) not in _PART_HEADS


def _one(tokens: Tokens, at: int, *, borrows: bool = False) -> tuple[Clock | Note, int] | None:
    number = read_number(tokens, at)
    if number is None:
        return None
    hour, behind = number
    sign = word_at(tokens, behind)
    if sign == ":" or (sign == "." and _dot_is_a_clock(tokens, at)):
        return _colon(tokens, at)
    if sign in _HOUR_WORDS:
        return _hour(tokens, at, hour, behind + 1)
    if sign in {"ruoi", "kem", "thieu"}:
        return _hour(tokens, at, hour, behind)
    if sign in {"am", "pm"}:
        return _half_day(Clock(hour), sign), behind + 1
    spoken = 1 <= hour <= 12 and sign in _PART_HEADS
    in_digits = digits_at(tokens, at) is not None
    if (spoken and in_digits) or (borrows and in_digits and sign in _TILL and _hour_follows(tokens, behind + 1)):
        return _checked(Clock(hour)), behind
    return None


def _hour_follows(tokens: Tokens, at: int) -> bool:
    sign = word_at(tokens, at + 1)
    return digits_at(tokens, at) is not None and (sign in _HOUR_WORDS or (sign == ":" and word_at(tokens, at - 1) == "-"))


def _dot_is_a_clock(tokens: Tokens, at: int) -> bool:
    minute = word_at(tokens, at + 2)
    if len(minute) != 2 or word_at(tokens, at + 3) == "." or not minute.isdecimal() or digits_at(tokens, at) is None:
        return False
    return int(minute) > 12 or word_at(tokens, at + 3) in _PART_HEADS


def _colon(tokens: Tokens, at: int) -> tuple[Clock | Note, int] | None:
    hour, minute = digits_at(tokens, at), digits_at(tokens, at + 2)
    if hour is None or minute is None or len(word_at(tokens, at + 2)) != 2:
        return None
    behind = at + 3
    if word_at(tokens, behind) == ":" and digits_at(tokens, behind + 1) is not None:
        behind += 2
    if word_at(tokens, behind) in {"am", "pm"}:
        return _half_day(Clock(hour, minute, to_the_minute=True), word_at(tokens, behind)), behind + 1
    if word_at(tokens, behind) in _HOUR_WORDS:
        behind += 1
    return _checked(Clock(hour, minute, literal=word_at(tokens, at).startswith("0"), to_the_minute=True)), behind


def _hour(tokens: Tokens, at: int, hour: int, behind: int) -> tuple[Clock | Note, int]:
    literal = len(word_at(tokens, at)) == 2 and word_at(tokens, at).startswith("0")
    word = word_at(tokens, behind)
    if word == "ruoi":
        return _checked(Clock(hour, 30, literal, to_the_minute=True)), behind + 1
    if word in {"kem", "thieu"}:
        less = read_number(tokens, behind + 1)
        if less is None or not 0 < less[0] < 60:
            return AMBIGUOUS, behind + 1
        to = (hour * 60 - less[0]) % DAY
        return _checked(Clock(to // 60, to % 60, literal, to_the_minute=True)), _past_minute_word(tokens, less[1])
    minute = _minutes(tokens, behind + 1 if word == ":" else behind)
    if minute is None:
        return _checked(Clock(hour, 0, literal)), behind
    return _checked(Clock(hour, minute[0], literal, to_the_minute=True)), minute[1]


def _minutes(tokens: Tokens, at: int) -> tuple[int, int] | None:
    number = read_number(tokens, at)
    if number is None:
        return None
    minute, behind = number
    if word_at(tokens, behind) in _MINUTE_WORDS:
        return minute, behind + 1
    glued = tokens[at].glued and word_at(tokens, at - 1) in _HOUR_WORDS and word_at(tokens, behind) not in {"/", "h", "gio"}
    if word_at(tokens, behind) in _NOT_MINUTES and not glued and not (word_at(tokens, behind) == "-" and _hour_follows(tokens, behind + 1)):
        return None
    # "8h30" and "8h 30" are minutes; "8h 3" is a slip that has to be asked about, and bare words are only taken from ten upwards.
    if digits_at(tokens, at) is None:
        return (minute, behind) if minute >= 10 else None
    return number if tokens[at].glued or len(tokens[at].text) == 2 else None


def _past_minute_word(tokens: Tokens, at: int) -> int:
    return at + 1 if word_at(tokens, at) in _MINUTE_WORDS else at


def _reversed_quarter(tokens: Tokens, at: int) -> Found | None:
    # "kém 15 9 giờ": a quarter to nine, the old way round.
    less = read_number(tokens, at + 1) if word_at(tokens, at) == "kem" else None
    hour = read_number(tokens, _past_minute_word(tokens, less[1])) if less else None
    if less is None or hour is None or word_at(tokens, hour[1]) not in _HOUR_WORDS or not (0 < less[0] < 60 and hour[0] <= 24):
        return None
    to = (hour[0] * 60 - less[0]) % DAY
    return (Clock(to // 60, to % 60, to_the_minute=True),), hour[1] + 1


def _half_day(clock: Clock, half: str) -> Clock | Note:
    if not 1 <= clock.hour <= 12:
        return IMPOSSIBLE
    return _checked(Clock(clock.hour % 12 + (12 if half == "pm" else 0), clock.minute, literal=True, to_the_minute=clock.to_the_minute))


def _checked(clock: Clock) -> Clock | Note:
    possible = (clock.hour <= 23 and clock.minute <= 59) or (clock.hour == 24 and clock.minute == 0)
    return clock if possible else IMPOSSIBLE


def read_part(tokens: Tokens, at: int) -> Found | None:
    """A part of day, the longest phrase first; "nửa đêm" is midnight unless a time stands beside it."""
    if (word_at(tokens, at), word_at(tokens, at + 1)) == ("nua", "dem"):
        return (NIGHT, Note("midnight"), APPROXIMATE), at + 2
    for length in (3, 2, 1):
        part = PARTS.get(tuple(word_at(tokens, at + i) for i in range(length)))
        if part is not None:
            return (part,), at + length
    return None


# For each part: the hours as they stand, those to which twelve are added, and those that belong to the following day.
_HOURS: dict[str, tuple[range | tuple[int, ...], range | tuple[int, ...], range | tuple[int, ...]]] = {
    "small_hours": (range(7), (), ()),
    "morning": (range(12), (), ()),
    "noon": (range(10, 15), (1, 2), ()),
    "afternoon": (range(12, 20), range(1, 8), ()),
    "evening": (range(17, 24), range(5, 12), ()),
    "night": (range(19, 24), range(7, 12), range(7)),
}


def minutes_of(clock: Clock, part: Part | None) -> tuple[int, ...]:
    """Minutes after the midnight that begins the day, one for each reading, the 24-hour one first; none where part and hour clash."""
    hour, minute = clock.hour, clock.minute
    if part is None:
        if clock.literal or hour > 12 or hour == 0:
            return (hour * 60 + minute,)
        return (hour * 60 + minute, (hour + 12) % 24 * 60 + minute)
    if part.name in {"evening", "night"} and hour in {0, 12, 24}:
        return (DAY + minute,)
    if part.name in {"morning", "small_hours"} and hour == 12:
        return (minute,) if part.name == "small_hours" else (minute, 12 * 60 + minute)
    stay, later, next_day = _HOURS[part.name]
    shift = 0 if hour in stay else 12 if hour in later else 24 if hour in next_day else None
    return () if shift is None else ((hour + shift) * 60 + minute,)
