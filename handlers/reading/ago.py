"""Lengths of time before now: "cách đây 2 tiếng", "30p trước", "nửa tiếng trước", "2-3 hôm trước", "vừa xong".

Rules:

1. A length counts from now only with "cách đây", "trước", "rồi" or the like beside it. A bare "15 phút" is ambiguous (it may have lasted
   so long), "3 ngày nay" says how long and not when (vague), "2 tiếng nữa" lies ahead.
2. "2h trước" is two hours ago; "2h rồi" may also be the time on the clock, so it is ambiguous.
3. "vài" and "mấy" are taken as two to five of minutes and hours; of days and more they are too vague.
"""

from handlers.reading.pieces import AMBIGUOUS, APPROXIMATE, FUTURE, VAGUE, Ago, Found, Note, Piece, Tokens, Unit
from handlers.reading.tokens import digits_at, read_number, word_at

# The words of a length and the unit they count.
_UNITS: dict[str, Unit] = {
    "phut": "minute",
    "'": "minute",
    "tieng": "hour",
    "gio": "hour",
    "h": "hour",
    "ngay": "day",
    "hom": "day",
    "tuan": "week",
    "thang": "month",
    "nam": "year",
}
_MINUTES: dict[Unit, int] = {"minute": 1, "hour": 60}
_BEFORE = (("cach", "day"), ("cach", "nay"), ("truoc", "day"))
_LOOSE = frozenset({"khoang", "tam", "hon", "gan", "chung", "do", "co", "moi", "chi", "quang"})
_JOINS = frozenset({"-", ",", "den", "toi_next"})


def read_ago(tokens: Tokens, at: int) -> Found | None:
    """A length of time before now, or the note that says why such a length tells nothing."""
    begun = at
    led = (word_at(tokens, at), word_at(tokens, at + 1)) in _BEFORE
    at += 2 if led else 0
    loose: tuple[Piece, ...] = ()
    while led and word_at(tokens, at) in _LOOSE and not _starts_amount(tokens, at):
        loose, at = (APPROXIMATE,), at + 1
    length = read_length(tokens, at)
    if length is None:
        return None
    ago, behind, unit_word = length
    followed = word_at(tokens, behind)
    if followed == "nua" and word_at(tokens, behind + 1) not in _UNITS:
        return (FUTURE,), behind + 1
    if not led and followed == "truoc" and isinstance(ago, Ago) and ago.unit == "month" and ago.least > 12:
        return (AMBIGUOUS,), _past_ending(tokens, behind)  # "20 tháng trước" is rather the 20th of last month
    if led or followed == "truoc" or (followed == "roi" and unit_word not in {"h", "gio"}):
        return (ago, *loose), _past_ending(tokens, behind)
    if begun > 0 and word_at(tokens, begun - 1) in {"moi", "vua"} and unit_word not in {"h", "gio"}:
        return (ago, APPROXIMATE), behind
    return _bare(followed, behind, unit_word)


def _starts_amount(tokens: Tokens, at: int) -> bool:
    return word_at(tokens, at) == "tam" and word_at(tokens, at + 1) in _UNITS


def _bare(followed: str, behind: int, unit_word: str) -> Found | None:
    if followed in {"nay", "lien"} and unit_word not in {"h", "gio"}:
        return (VAGUE,), behind + 1
    if followed == "roi":
        return (AMBIGUOUS,), behind + 1
    return ((AMBIGUOUS,), behind) if unit_word in {"phut", "tieng", "'"} else None


def _past_ending(tokens: Tokens, at: int) -> int:
    while word_at(tokens, at) in {"truoc", "roi", "day"}:
        at += 1
    return at


def read_length(tokens: Tokens, at: int) -> tuple[Ago | Note, int, str] | None:
    """How long: the amount with its unit, the place behind it, and the word of the unit."""
    if word_at(tokens, at) == "nua" or _is_half(tokens, at):
        return _half(tokens, at + (1 if word_at(tokens, at) == "nua" else 3))
    if word_at(tokens, at) in {"vai", "may"}:
        return _vague(tokens, at)
    low = read_number(tokens, at)
    if low is None:
        return None
    high = _second_bound(tokens, low)
    unit_word = word_at(tokens, high[1])
    if unit_word not in _UNITS or (unit_word == "nam" and read_number(tokens, high[1] + 1)):
        return None
    unit = _UNITS[unit_word]
    return (*_with_rest(tokens, low[0], high[0], unit, high[1] + 1), unit_word)


def _is_half(tokens: Tokens, at: int) -> bool:
    return [word_at(tokens, at + i) for i in range(3)] == ["1", "/", "2"] and word_at(tokens, at + 3) in {"tieng", "gio", "ngay", "thang"}


def _second_bound(tokens: Tokens, low: tuple[int, int]) -> tuple[int, int]:
    """The upper end of "2-3", "2,3" and "hai ba" where one follows and is larger, else the lower end again."""
    joined = word_at(tokens, low[1]) in _JOINS
    high = read_number(tokens, low[1] + 1 if joined else low[1])
    in_words = digits_at(tokens, low[1]) is None
    if high and low[0] < high[0] and (joined or in_words) and word_at(tokens, high[1]) in _UNITS:
        return high
    return low


def _with_rest(tokens: Tokens, low: int, high: int, unit: Unit, at: int) -> tuple[Ago | Note, int]:
    """Adds "rưỡi" and "1 tiếng 30 phút"; lengths shorter than a day are given in minutes where they are not whole hours."""
    if unit in _MINUTES:
        extra, behind = _extra_minutes(tokens, unit, at)
        if not extra:
            return Ago(low, high, unit), behind
        return Ago(low * _MINUTES[unit] + extra, high * _MINUTES[unit] + extra, "minute"), behind
    if word_at(tokens, at) == "ruoi":
        return (Ago(low * 30 + 15, high * 30 + 15, "day") if unit == "month" else AMBIGUOUS), at + 1
    return Ago(low, high, unit), at


def _extra_minutes(tokens: Tokens, unit: Unit, at: int) -> tuple[int, int]:
    if unit != "hour":
        return 0, at
    if word_at(tokens, at) == "ruoi":
        return 30, at + 1
    more = read_number(tokens, at)
    if more and word_at(tokens, more[1]) in {"phut", "'"}:
        return more[0], more[1] + 1
    glued = more and word_at(tokens, at - 1) == "h" and tokens[at].glued and word_at(tokens, more[1]) == "truoc"
    return (more[0], more[1]) if more and glued else (0, at)


def _half(tokens: Tokens, at: int) -> tuple[Ago | Note, int, str] | None:
    unit_word = word_at(tokens, at)
    if unit_word in {"tieng", "gio"}:
        return Ago(30, 30, "minute"), at + 1, "tieng"
    if unit_word == "thang":
        return Ago(15, 15, "day"), at + 1, unit_word
    return (AMBIGUOUS, at + 1, unit_word) if unit_word in {"ngay", "nam", "tuan"} else None


def _vague(tokens: Tokens, at: int) -> tuple[Ago | Note, int, str] | None:
    unit_word = word_at(tokens, at + 1)
    if unit_word not in _UNITS:
        return None
    unit = _UNITS[unit_word]
    return (Ago(2, 5, unit) if unit in _MINUTES else AMBIGUOUS), at + 2, unit_word
