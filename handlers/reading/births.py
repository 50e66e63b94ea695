"""Dates of birth and ages: "15/3/2015", "sinh năm 2015", "8 tuổi", "khoảng 7-8 tuổi", "10 tháng".

Rules:

1. A date needs its year; two digits are this century unless that lies ahead ("98" is 1998). "15/3" alone is ambiguous, and the latest one
   is offered; "năm 2015" is no date. Days said relative to today ("hôm qua") are dates too.
2. "8", "8t", "8 tuổi" are years; "10 tháng" and "15 ngày tuổi" are not rounded. "2 tuổi rưỡi" is 30 months. Two numbers are a range.
3. A year of four digits is a birth year, "2k15" too. A school class ("lớp 3") only hints at an age: ambiguous.
4. Ages are not judged here (a child or not): the question's constraint does that; over 120 years is impossible.
"""

from datetime import date, datetime, timedelta

from handlers.reading.grammar import parse
from handlers.reading.pieces import Calendar, Month, Tokens, Weekday, Year
from handlers.reading.resolve import add_months, real_date
from handlers.reading.spans import read_when
from handlers.reading.tokens import digits_at, read_number, tokenize, word_at, words
from handlers.reading.values import Age, BirthDate, Span, Unclear

_OLDEST_YEARS = 120
_ASKED = frozenset({"sinh", "sn", "de", "birth"})
_ABOUT = frozenset({"khoang", "tam", "gan", "hon", "chung", "do", "co", "chac", "tren", "duoi"})
_EMPTY = words("da thua a nhe nha em chau con be anh chi co chu bac la thi duoc vang moi tu")
_JOINS = frozenset({"-", ",", "den", "toi_next", "hoac", "hay", "/"})


def read_date(text: str, now: datetime) -> date | Unclear:
    """One day, seen from `now`; a date of birth or any other past date."""
    tokens = _without_birth_words(tokenize(text))
    calendar = _calendar(tokens)
    if calendar is None:
        return _said_otherwise(text, now)
    if calendar.month is None or calendar.year is None:
        reading = read_when(text, now)
        offers = (reading,) if isinstance(reading, Span) else reading.candidates
        return reading if isinstance(reading, Unclear) and reading.reason == "impossible" else Unclear("ambiguous", offers)
    year = calendar.year - 100 if _two_digits(tokens, calendar.year) and _ahead(calendar, now.date()) else calendar.year
    found = real_date(year, calendar.month, calendar.day)
    if found is None:
        return Unclear("impossible")
    return _past(found, now.date())


def _past(found: date, today: date) -> date | Unclear:
    if found > today:
        return Unclear("future")
    return found if found.year >= today.year - _OLDEST_YEARS else Unclear("too_old")


def _said_otherwise(text: str, now: datetime) -> date | Unclear:
    reading = read_when(text, now)
    if isinstance(reading, Unclear):
        return reading
    one_day = reading.precision == "day" and reading.end - reading.start <= timedelta(days=1)
    return reading.start.date() if one_day and not reading.approximate else Unclear("ambiguous")


def _without_birth_words(tokens: Tokens) -> Tokens:
    return tuple(t for t in tokens if t.text not in _ASKED and t.text != "be")


def _calendar(tokens: Tokens) -> Calendar | None:
    """The date, where the text is nothing but one date with figures (a weekday beside it is let pass only if it fits)."""
    parsed = parse(tokens)
    dates = [p for p in parsed.pieces if isinstance(p, Calendar)]
    rest = [p for p in parsed.pieces if not isinstance(p, Calendar | Year | Weekday)]
    years = [p for p in parsed.pieces if isinstance(p, Year)]
    if parsed.unknown or len(dates) != 1 or rest or len(years) > 1:
        return None
    found = dates[0]
    if years and (found.year is not None or years[0].number is None):
        return None
    found = Calendar(found.day, found.month, years[0].number) if years else found
    on = real_date(found.year, found.month, found.day) if found.year and found.month else None
    weekdays = {p.number for p in parsed.pieces if isinstance(p, Weekday)}
    return found if on is None or weekdays <= {on.weekday()} else None


def _two_digits(tokens: Tokens, year: int) -> bool:
    return not any(t.text == str(year) for t in tokens)


def _ahead(calendar: Calendar, today: date) -> bool:
    on = real_date(calendar.year or 1, calendar.month or 1, calendar.day)
    return on is not None and on > today


def read_age_or_birth(text: str, now: datetime) -> BirthDate | Age | Unclear:
    """The age or the birth date of a child, or why neither is clear."""
    tokens = tokenize(text)
    if not any(t.text.isalnum() for t in tokens):
        return Unclear("empty") if not text.strip() else Unclear("not_understood")
    if any(t.text == "lop" for t in tokens):
        return Unclear("ambiguous")
    return _age(tokens) or _birth(tokens, text, now)


def _age(tokens: Tokens) -> Age | Unclear | None:
    kept = tuple(t for t in tokens if t.text not in _EMPTY and t.text != ".")
    about = any(t.text in _ABOUT and not _is_eight(kept, i) for i, t in enumerate(kept))
    kept = tuple(t for i, t in enumerate(kept) if t.text not in _ABOUT or _is_eight(kept, i))
    if "".join(t.text for t in kept) in {"sosinh", "mosinh", "moisinh", "sinh"} and (word_at(kept, 0) in {"so", "sinh"}):
        return Age(0, 0, "month", approximate=True) if word_at(kept, 0) == "so" else None
    low = read_number(kept, 0)
    if low is None:
        return None
    high = _upper(kept, low)
    unit, behind = _unit(kept, high[1])
    if unit is None or behind != len(kept):
        return None
    if unit == "half":
        return Age(low[0] * 12 + 6, high[0] * 12 + 6, "month", about or low != high)
    bare = digits_at(kept, 0) is not None and behind == high[1]
    return _checked_age(kept, low[0], high[0], unit, about=about, bare=bare)


def _is_eight(tokens: Tokens, at: int) -> bool:
    return tokens[at].text == "tam" and word_at(tokens, at + 1) in {"tuoi", "thang", "tuan", "ngay", "t"}


def _upper(tokens: Tokens, low: tuple[int, int]) -> tuple[int, int]:
    joined = word_at(tokens, low[1]) in _JOINS
    high = read_number(tokens, low[1] + 1 if joined else low[1])
    in_words = digits_at(tokens, low[1]) is None
    return high if high and (joined or in_words) and low[0] < high[0] else low


def _unit(tokens: Tokens, at: int) -> tuple[str | None, int]:
    table: dict[tuple[str, ...], str] = {
        (): "year", ("tuoi",): "year", ("t",): "year", ("tuoi", "ruoi"): "half", ("thang",): "month", ("thang", "tuoi"): "month",
        ("th",): "month", ("tuan", "tuoi"): "week", ("tuan",): "week", ("ngay", "tuoi"): "day", ("ngay",): "day",
    }  # fmt: skip
    return table.get(tuple(t.text for t in tokens[at:])), len(tokens)


def _checked_age(tokens: Tokens, low: int, high: int, unit: str, *, about: bool, bare: bool) -> Age | Unclear | None:
    if bare and (high >= 1900 or (low != high and word_at(tokens, 1) == "/")):
        return None  # a year, or a date
    if bare and len(tokens[0].text) == 2 and tokens[0].text.startswith("0"):
        return Unclear("ambiguous")  # "09" may be a birth year
    if unit == "week":
        return Age(low * 7, high * 7, "day", approximate=True)
    limits = {"year": _OLDEST_YEARS, "month": 12 * _OLDEST_YEARS, "day": 366}
    if high > limits[unit]:
        return Unclear("impossible")
    known = {"year": "year", "month": "month", "day": "day"}
    return Age(low, high, known[unit], about or low != high)  # type: ignore[arg-type]  # the table above has only these names


def _birth(tokens: Tokens, text: str, now: datetime) -> BirthDate | Unclear:
    kept = tuple(t for t in tokens if t.text not in _ASKED | _EMPTY | _ABOUT)
    year = _year_alone(kept)
    if year is not None:
        first, last = date(year, 1, 1), date(year, 12, 31)
        precision: str = "year"
    elif (month := _month_alone(kept)) is not None:
        first, precision = month, "month"
        last = add_months(month, 1) - timedelta(days=1)
    else:
        found = read_date(text, now)
        return found if isinstance(found, Unclear) else BirthDate(found, found, "day")
    if first > now.date():
        return Unclear("future")
    if first.year < now.year - _OLDEST_YEARS:
        return Unclear("too_old")
    return BirthDate(first, min(last, now.date()), "year" if precision == "year" else "month")


def _year_alone(tokens: Tokens) -> int | None:
    said = [t.text for t in tokens if t.text != "nam"]
    if len(said) == 3 and said[0] == "2" and said[1] == "k" and len(said[2]) <= 2 and said[2].isdecimal():
        return 2000 + int(said[2])
    four = len(said) == 1 and len(said[0]) == 4 and said[0].isdecimal() and int(said[0]) >= 1900
    return int(said[0]) if four else None


def _month_alone(tokens: Tokens) -> date | None:
    """The first day of "tháng 3/2015", "3/2015" or "tháng 3 năm 2015"."""
    said = [t.text for t in tokens]
    if len(said) == 3 and said[1] in {"/", "-"} and said[0].isdecimal() and len(said[2]) == 4 and said[2].isdecimal():
        return real_date(int(said[2]), int(said[0][:3]), 1)
    pieces = parse(tokens).pieces
    if parse(tokens).unknown or not pieces or not isinstance(pieces[0], Month) or pieces[0].third or len(pieces) > 2:
        return None
    month, year = pieces[0], pieces[1] if len(pieces) == 2 else None
    number = month.year if month.year is not None else year.number if isinstance(year, Year) else None
    return real_date(number, month.number, 1) if number and month.number else None
