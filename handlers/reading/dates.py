"""Dates in figures and words, solar and lunar, without working out which year they are in (see `resolve`).

Rules:

1. Dates are day before month: "15/3", "15-3-2026", "15.3.26", "15 tháng 3", "ngày 15", "2026-03-15". Two small numbers with a dash or a
   point between them ("7-8", "8.10") could also be hours: without "ngày" or a year they are ambiguous.
2. "mùng" and "rằm", Tết and "âm lịch" are lunar; "mùng 5 tháng 3" is said of both calendars. "dương lịch" settles it.
"""

from handlers.reading.days import month_number, past_lunar_word, year_behind
from handlers.reading.pieces import AMBIGUOUS, IMPOSSIBLE, Calendar, Found, Lunar, Month, Tokens
from handlers.reading.tokens import digits_at, read_number, word_at

_DAY_HEADS = frozenset({"ngay", "hom"})
_FEASTS = {("giao", "thua"): Lunar(30, 12), ("trung", "thu"): Lunar(15, 8), ("tet", "trung", "thu"): Lunar(15, 8), ("tet",): Lunar(None)}


def read_date(tokens: Tokens, at: int) -> Found | None:
    """A date in figures or words, solar or lunar."""
    feast = _feast(tokens, at)
    if feast:
        return feast
    start, headed = at, False
    while word_at(tokens, start) in _DAY_HEADS:
        start, headed = start + 1, True
    lunar = word_at(tokens, start) in {"mung", "ram"}
    if word_at(tokens, start) == "ram":
        return _lunar_month(tokens, 15, start + 1, perhaps_solar=False)
    number = read_number(tokens, start + 1 if lunar else start)
    if number is None or (digits_at(tokens, number[1] - 1) is None and not headed and not lunar and word_at(tokens, number[1]) != "thang"):
        return None
    if lunar:
        return _lunar_month(tokens, number[0], number[1], perhaps_solar=True) if 1 <= number[0] <= 10 else ((IMPOSSIBLE,), number[1])
    return _year_first(tokens, start) or _day_first(tokens, number, headed=headed)


def _feast(tokens: Tokens, at: int) -> Found | None:
    for length in (3, 2, 1):
        key = tuple(word_at(tokens, at + i) for i in range(length))
        if key in _FEASTS:
            return (_FEASTS[key],), at + length
    return None


def _year_first(tokens: Tokens, at: int) -> Found | None:
    year, sign, month, same, day = (word_at(tokens, at + i) for i in range(5))
    if len(year) != 4 or sign not in {"-", "/", "."} or same != sign or not (month.isdecimal() and day.isdecimal()):
        return None
    return ((Calendar(int(day[:4]), int(month[:4]), int(year)),), at + 5) if len(day) <= 2 and len(month) <= 2 else ((IMPOSSIBLE,), at + 5)


def _day_first(tokens: Tokens, number: tuple[int, int], *, headed: bool) -> Found | None:
    day, at = number
    sign = word_at(tokens, at)
    if sign == "tet":
        return (Lunar(day, 12 if day > 20 else 1),), at + 1
    if sign == "thang" or (sign == "t" and tokens[at].glued and headed):
        relative = word_at(tokens, at + 1) in {"nay", "truoc", "roi", "qua", "vua"}
        if relative:
            return (Calendar(day),), at
        month, behind = month_number(tokens, at + 1)
        if word_at(tokens, at + 1) in {"gieng", "chap"}:
            return (Lunar(day, month),), behind
        if month is None or month < 0:
            return ((AMBIGUOUS,), behind) if month else None
        return _dated(tokens, day, month, behind)
    if sign in {"/", "-", "."} and digits_at(tokens, at + 1) is not None and len(word_at(tokens, at + 1)) <= 2:
        return _figures(tokens, day, at, headed=headed)
    if headed and sign in {"am", "am_lich"}:
        return (Lunar(day),), past_lunar_word(tokens, at)
    year = digits_at(tokens, at + 1) or 0
    if sign == "/" and year >= 1900 and 1 <= day <= 12:
        return (Month(number=day, year=year),), at + 2
    return ((Calendar(day),), at) if headed and sign not in {"tieng", "phut", "gio", "h", ":"} else None


def _figures(tokens: Tokens, day: int, at: int, *, headed: bool) -> Found | None:
    month = digits_at(tokens, at + 1) or 0
    same_sign = word_at(tokens, at + 2) == word_at(tokens, at)
    year = digits_at(tokens, at + 3) if same_sign and len(word_at(tokens, at + 3)) in {2, 4} else None
    sure = word_at(tokens, at) == "/" or headed or year is not None or (word_at(tokens, at) == "-" and day > 12) or day > 24
    if not sure and month <= 12:
        return (AMBIGUOUS,), at + 2
    return _dated(tokens, day, month, at + 2)


def _dated(tokens: Tokens, day: int, month: int, at: int) -> Found:
    year, behind = year_behind(tokens, at)
    word = word_at(tokens, behind)
    if word in {"am", "am_lich"}:
        return (Lunar(day, month),), past_lunar_word(tokens, behind)
    if word in {"duong", "duong_lich"}:
        behind = past_lunar_word(tokens, behind)
    return (Calendar(day, month, year),), behind


def _lunar_month(tokens: Tokens, day: int, at: int, *, perhaps_solar: bool) -> Found:
    if word_at(tokens, at) == "tet":
        return (Lunar(day, 1),), at + 1
    month: int | None = None
    if word_at(tokens, at) in {"thang", "/"}:
        value, behind = month_number(tokens, at + 1)
        if word_at(tokens, at + 1) in {"gieng", "chap"}:
            return (Lunar(day, value),), behind
        month, at = (value, behind) if value and 1 <= value <= 12 else (None, at)
    _, at = year_behind(tokens, at)
    if word_at(tokens, at) in {"am", "am_lich"}:
        return (Lunar(day, month),), past_lunar_word(tokens, at)
    if word_at(tokens, at) in {"duong", "duong_lich"}:
        return (Calendar(day, month),), past_lunar_word(tokens, at)
    return (Lunar(day, month, perhaps_solar=perhaps_solar),), at
