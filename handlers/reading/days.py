"""Days, weeks, months and the small words around them, without working out which day they are (see `resolve`).

Rules:

1. Weekdays look back: "t7" is the last Saturday, today included; "vừa rồi" excludes today; "thứ 2 trước" is ambiguous.
2. Words that point ahead (mai, tuần sau, thứ 2 tới, lát nữa) are notes of the future; "hôm nọ", "gần đây" and "tối đó" are vague.
3. Words of politeness and the like carry nothing; every word that is in no table makes the whole text not understood.
"""

from handlers.reading.pieces import (
    AMBIGUOUS,
    APPROXIMATE,
    FILLER,
    FUTURE,
    IMPOSSIBLE,
    VAGUE,
    DayOffset,
    Found,
    Lunar,
    Month,
    Note,
    Piece,
    Third,
    Tokens,
    Week,
    Weekday,
    Year,
)
from handlers.reading.tokens import digits_at, read_number, word_at, words

_WEEKDAY_WORDS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "sau_six": 4, "bay": 5}
_THIRDS: dict[str, Third] = {"dau": "first", "giua": "middle", "cuoi": "last"}
_PAST = {"truoc": -1, "roi": -1, "qua": -1, "ngoai": -1, "vua": -1, "nay": 0}
_AHEAD = frozenset({"sau", "toi_next", "mai"})

PHRASES: dict[tuple[str, ...], tuple[Piece, ...]] = {
    ("hom", "nay"): (DayOffset(0),),
    ("hom", "qua"): (DayOffset(-1),),
    ("hom", "kia"): (DayOffset(-2),),
    ("hom", "kia_far"): (DayOffset(-3),),
    ("hom", "truoc"): (VAGUE,),
    ("hom", "no"): (VAGUE,),
    ("gan", "day"): (VAGUE,),
    ("dao", "nay"): (VAGUE,),
    ("dao", "truoc"): (VAGUE,),
    ("bay", "gio"): (Note("this_hour"),),
    ("gio", "nay"): (Note("this_hour"),),
    ("tam", "nay"): (Note("this_hour"), APPROXIMATE),
    ("hien", "tai"): (Note("this_hour"),),
    ("hien", "nay"): (Note("this_hour"),),
    ("ngay", "bay", "gio"): (Note("this_hour"),),
    ("mai",): (FUTURE,),
    ("ngay", "mai"): (FUTURE,),
    ("ngay", "mot_next"): (FUTURE,),
    ("ngay", "kia"): (FUTURE,),
    ("hom", "sau"): (FUTURE,),
    ("lat", "nua"): (FUTURE,),
    ("ti", "nua"): (FUTURE,),
    ("chut", "nua"): (FUTURE,),
    ("sap",): (FUTURE,),
    ("sap", "toi"): (FUTURE,),
    ("sap", "toi_next"): (FUTURE,),
    ("hinh", "nhu"): (APPROXIMATE,),
    ("co", "le"): (APPROXIMATE,),
    ("xay", "ra"): (FILLER,),
    ("ca", "ngay"): (FILLER,),
    ("su", "viec"): (FILLER,),
    ("vu", "viec"): (FILLER,),
    ("gi", "do"): (APPROXIMATE,),
    ("gi", "do_that"): (APPROXIMATE,),
    ("dau", "do"): (APPROXIMATE,),
    ("dau", "do_that"): (APPROXIMATE,),
    ("dau", "khoang"): (APPROXIMATE,),
    ("thoi", "gian"): (FILLER,),
    ("thoi", "diem"): (FILLER,),
    ("vua", "xong"): (Note("just_now"),),
    ("vua", "moi"): (Note("just_now"),),
    ("vua", "moi", "xong"): (Note("just_now"),),
    ("moi", "xong"): (Note("just_now"),),
    ("vua", "roi"): (Note("just_now"),),
    ("moi", "roi"): (Note("just_now"),),
    ("ban", "nay"): (Note("a_while_ago"),),
    ("luc", "nay"): (Note("a_while_ago"),),
    ("hoi", "nay"): (Note("a_while_ago"),),
    ("khi", "nay"): (Note("a_while_ago"),),
    ("vua", "nay"): (Note("a_while_ago"),),
    ("moi", "nay"): (Note("a_while_ago"),),
    ("nay", "gio"): (Note("a_while_ago"),),
    ("moi", "day"): (Note("a_while_ago"),),
    ("hay",): (Note("or"),),
    ("hoac",): (Note("or"),),
    ("do_that",): (VAGUE,),
}
_BEFORE_A_TIME = words("tam do co")
_TIME_HEADS = words("sang trua chieu toi dem hom ngay luc thu chu cn giua dau cuoi rang nua mung")
_LOOSE = words("khoang gan hon chung quang chac")
_EMPTY = words(
    "luc vao hoi a nhe nha da thua vang em chau con anh chi bac chu co thay toi_i la thi buoi ban ngay hom dung trong cua luon roi vua "
    "thoi nhi ma va duoc"
)


def read_small_word(tokens: Tokens, at: int) -> Found | None:
    """A word that makes the rest approximate, or that carries nothing; punctuation too."""
    word = word_at(tokens, at)
    if (
        word in _BEFORE_A_TIME
        and not (word == "co" and not read_number(tokens, at + 1))
        and (read_number(tokens, at + 1) or word_at(tokens, at + 1) in _TIME_HEADS)
    ):
        # "tầm", "độ" and "cỡ" fold into tám, đó and có: they are these words only before a time.
        return (APPROXIMATE,), at + 1
    if word in _LOOSE:
        return (APPROXIMATE,), at + 1
    if word in _EMPTY or (word == "tu" and read_number(tokens, at + 1)):
        return (FILLER,), at + 1
    if word == "moi" and _is_just(tokens, at):
        return (FILLER,), at + 1
    return ((FILLER,), at + 1) if word in {",", ".", "-", "/", ":", "'"} else None


def _is_just(tokens: Tokens, at: int) -> bool:
    # Without marks "moi" is mới (just) as well as mỗi (every): "moi toi" happens again and again, "moi toi qua" happened once.
    following = [word_at(tokens, at + i) for i in range(1, 4)]
    once = following[0] in {"hom", "khoang", "gan", "luc", "vua", "qua", "vai", "nua"} or "qua" in following or "nay" in following
    return once or read_number(tokens, at + 1) is not None


def read_phrase(tokens: Tokens, at: int) -> Found | None:
    """A fixed phrase, the longest first."""
    for length in (3, 2, 1):
        key = tuple(word_at(tokens, at + i) for i in range(length))
        if key in PHRASES:
            return PHRASES[key], at + length
    return None


def read_weekday(tokens: Tokens, at: int) -> Found | None:
    """A day of the week: "thứ 2", "t7", "thứ hai", "chủ nhật", "cn", with "vừa rồi", "trước" or "tới" behind it."""
    number, behind = _weekday_number(tokens, at)
    if number is None:
        return None
    if not 0 <= number <= 6:
        return (IMPOSSIBLE,), behind
    word, after = word_at(tokens, behind), word_at(tokens, behind + 1)
    if word in _AHEAD:
        return (FUTURE,), behind + 1
    if word == "vua" and after in {"roi", "qua"}:
        return (Weekday(number, previous=True),), behind + 2
    if word in {"roi", "qua"}:
        return (Weekday(number, previous=True),), behind + 1
    if word == "nay":
        return (Weekday(number), Week(0)), behind + 1
    if word == "truoc":
        # The last one to some people, last week's to others.
        return (Weekday(number, previous=True), AMBIGUOUS), behind + 1
    return (Weekday(number),), behind


def _weekday_number(tokens: Tokens, at: int) -> tuple[int | None, int]:
    word, after = word_at(tokens, at), word_at(tokens, at + 1)
    if word == "cn":
        return 6, at + 1
    if word in {"chu", "c"} and after == "nhat":
        return 6, at + 2
    digits = digits_at(tokens, at + 1)
    if word == "t" and digits is not None and len(after) == 1:
        return _in_figures(digits), at + 2
    if word != "thu":
        return None, at
    if digits is not None and word_at(tokens, at + 2) not in {"/", ":"}:
        return _in_figures(digits), at + 2
    return (_WEEKDAY_WORDS[after], at + 2) if after in _WEEKDAY_WORDS else (None, at)


def _in_figures(digits: int) -> int:
    return digits - 2 if 2 <= digits <= 7 else -1


def read_period(tokens: Tokens, at: int) -> Found | None:
    """A week, a month or a year by its place from now, perhaps only its beginning, middle or end."""
    third = _THIRDS.get(word_at(tokens, at))
    start = at + 1 if third else at
    head = word_at(tokens, start)
    if head not in {"tuan", "thang", "nam"}:
        return None
    word, after = word_at(tokens, start + 1), word_at(tokens, start + 2)
    if word in _AHEAD and not (head == "thang" and word == "sau" and not tokens[start].marked):
        return (FUTURE,), start + 2
    if word == "vua" and after in {"roi", "qua"}:
        return (_period(head, -1, third),), start + 3
    if word == "truoc" and after in {"nua", "truoc"}:
        return (_period(head, -2, third),), start + 3
    if word in _PAST and word != "vua":
        return (_period(head, _PAST[word], third),), start + 2
    if head == "tuan":
        return ((Week(None, third),), start + 1) if third else None
    if head == "thang":
        return _named_month(tokens, start + 1, third)
    year = digits_at(tokens, start + 1)
    return ((Year(number=year),), start + 2) if year is not None and year >= 1900 and not third else None


def _period(head: str, offset: int, third: Third | None) -> Piece:
    if head == "tuan":
        return Week(offset, third)
    if head == "thang":
        return Month(offset=offset, third=third)
    return AMBIGUOUS if third else Year(offset=offset)


def _named_month(tokens: Tokens, at: int, third: Third | None) -> Found | None:
    number, behind = month_number(tokens, at)
    if number is None:
        return ((Month(third=third),), at) if third else None
    if number < 0 or word_at(tokens, at) in {"gieng", "chap"}:
        return ((Lunar(None, abs(number)),) if word_at(tokens, at) in {"gieng", "chap"} else (AMBIGUOUS,)), behind
    if not 1 <= number <= 12:
        return (IMPOSSIBLE,), behind
    year, behind = year_behind(tokens, behind)
    if word_at(tokens, behind) in {"am", "am_lich"}:
        return (Lunar(None, number),), past_lunar_word(tokens, behind)
    return (Month(number=number, year=year, third=third),), behind


def month_number(tokens: Tokens, at: int) -> tuple[int | None, int]:
    """The number of a month behind "tháng"; negative where "tháng sau" without marks may be next month as well as June."""
    word = word_at(tokens, at)
    if word in {"gieng", "chap", "tu"}:
        return {"gieng": 1, "chap": 12, "tu": 4}[word], at + 1
    if word == "sau" and at > 0 and not tokens[at - 1].marked:
        return -6, at + 1
    number = read_number(tokens, at)
    return number or (None, at)


def year_behind(tokens: Tokens, at: int) -> tuple[int | None, int]:
    """A year behind a month: "/2026", "-26", "năm 2026", or four digits."""
    sign = word_at(tokens, at) in {"/", "-", ".", "nam", ","}
    value = digits_at(tokens, at + 1 if sign else at)
    length = len(word_at(tokens, at + 1 if sign else at))
    if value is None or not (length == 4 or (sign and length == 2 and word_at(tokens, at) != ",")) or (length == 4 and value < 1900):
        return None, at
    return (value if length == 4 else 2000 + value), at + (2 if sign else 1)


def past_lunar_word(tokens: Tokens, at: int) -> int:
    """The place behind "âm", "âm lịch", "dương" or "dương lịch"."""
    return at + (2 if word_at(tokens, at + 1) == "lich" else 1)
