"""Tokens: the words, numbers and signs of a short Vietnamese answer.

Rules:

1. Every word is folded, so the grammar is written once and reads text with and without diacritics.
2. Seven homographs are told apart where the typist used marks, because the meaning turns over: tới (next; till) is not tối (evening),
   tôi (I) neither; mốt (the day after tomorrow) is not một (one); kìa is one day before kia; tháng sáu is not tháng sau; tối đó is not
   độ; mỗi (every) is not mới (just).
3. Chat spelling, Telex keys left in a word and words written together are put right only towards words of the grammar; whatever is
   still unknown stays as it is, and the grammar then refuses the whole text.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from handlers.reading.folding import fold, tidy, undo_telex

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[/:.,'’\-–—~]")
_ABBREVIATION_DOT = re.compile(r"(?<![^\W\d_])(t|c|th|tg)\.\s?(?=[^\W_])")
_SIGNS = {"–": "-", "—": "-", "~": "-", "’": "'"}
_LONGEST = 300


def words(text: str) -> frozenset[str]:
    """A set of words, written as people read them."""
    return frozenset(text.split())


VOCABULARY = words(
    """
    hom qua nay kia ngay sang trua chieu toi dem khuya rang som muon mo buoi ban nua giua dau cuoi gan
    gio phut tieng giay h tuan thang nam thu chu nhat cn t
    truoc roi vua moi xong cach day ngoai mai sau lat ti chut sap hien tai bay dang
    khoang tam luc vao hoi do chung co hon dung kem thieu ruoi quang den tu trong
    mot hai ba bon sau bay tam chin muoi lam nham ham khong vai may
    mung ram tet am duong lich gieng chap giao thua
    am pm a nhe nha da thua vang em chau con anh chi co bac thay la thi hinh nhu chac le gi xay ra su viec vu hay hoac xe chap toi
    """
)
# Chat spelling and common slips, folded -> the words meant. Only forms that are no Vietnamese words of another meaning here.
_SLIPS = {
    "hqua": "hom qua", "hwa": "hom qua", "homqa": "hom qua", "hnay": "hom nay", "hny": "hom nay", "hkia": "hom kia", "hum": "hom",
    "bua": "hom", "wa": "qua", "qwa": "qua", "qa": "qua", "nai": "nay", "chiu": "chieu", "chjeu": "chieu", "chieo": "chieu",
    "sag": "sang", "snag": "sang", "tui": "toi_i", "trc": "truoc", "truok": "truoc", "trk": "truoc", "trih": "truoc", "rui": "roi",
    "khoag": "khoang", "ruoj": "ruoi", "ruou": "ruoi", "gjo": "gio", "fut": "phut", "ngy": "ngay", "thg": "thang", "thag": "thang",
    "cnhat": "chu nhat", "nhut": "nhat", "mong": "mung", "tieg": "tieng", "tig": "tieng", "bh": "bay gio", "hoj": "hoi", "luk": "luc",
    "al": "am_lich", "dl": "duong_lich", "amlich": "am_lich", "thw": "thu", "ph": "phut", "p": "phut", "g": "gio",
}  # fmt: skip
_MARKED = {"tới": "toi_next", "tôi": "toi_i", "mốt": "mot_next", "kìa": "kia_far", "sáu": "sau_six", "đó": "do_that", "mỗi": "moi_each"}
_SHORT_HEADS = ("h", "g", "p")


@dataclass(frozen=True, slots=True)
class Token:
    """One word (folded), number (its digits) or sign; `glued` where no white space stood before it; `marked` where the text used marks."""

    text: str
    glued: bool = False
    marked: bool = False

    @property
    def number(self) -> int | None:
        """The value of up to four digits; longer runs are phone numbers or noise, never part of a date."""
        return int(self.text) if self.text.isdecimal() and len(self.text) <= 4 else None


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of a text; unknown words are kept, unknown signs (emoji, brackets) are dropped."""
    plain = _ABBREVIATION_DOT.sub(r"\1 ", tidy(text))
    marked = any(fold(c) != c for c in plain if c.isalpha())
    tokens: list[Token] = []
    for found in _TOKEN.finditer(plain):
        glued = found.start() > 0 and not plain[found.start() - 1].isspace()
        for i, word in enumerate(_words(found.group())):
            tokens.append(Token(word, glued=glued or i > 0, marked=marked))
        if len(tokens) > _LONGEST:
            # Nobody answers "when" with so many words; the tail must not be dropped unread, so the whole is unknown.
            return (Token("too_long"),)
    return tuple(tokens)


def _words(raw: str) -> tuple[str, ...]:
    if raw in _SIGNS:
        return (_SIGNS[raw],)
    if not raw.isalpha():
        # Digits of another script count too: int() reads them, so they are written the one way here.
        return ("".join(str(int(c)) for c in raw),) if raw.isdecimal() else (raw,)
    return (_MARKED[raw],) if raw in _MARKED else _spelled(fold(raw))


@lru_cache(maxsize=4096)
def _spelled(word: str) -> tuple[str, ...]:
    if word in _SLIPS:
        return tuple(_SLIPS[word].split())
    if word in VOCABULARY:
        return (word,)
    bare = undo_telex(word)
    if len(bare) > 2 and bare in VOCABULARY:
        return (_SLIPS.get(bare, bare),)
    return _split(word) or (word,)


def _split(word: str) -> tuple[str, ...]:
    """Words written together ("homqua", "htoi" after a number), or nothing."""
    if len(word) > 24:
        return ()
    for end in range(len(word) - 2, 0, -1):
        head, tail = word[:end], word[end:]
        if not ((len(head) > 2 and head in VOCABULARY) or head in _SHORT_HEADS):
            continue
        rest = (tail,) if len(tail) > 1 and tail in VOCABULARY else tuple(_SLIPS.get(tail, "").split()) or _split(tail)
        if rest:
            return (_SLIPS.get(head, head), *rest)
    return ()


_ONES = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "sau_six": 6, "bay": 7, "tam": 8, "chin": 9}
_AFTER_TEN = {
    "mot": 1,
    "mot_next": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "lam": 5,
    "nham": 5,
    "sau": 6,
    "sau_six": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
}


def word_at(tokens: tuple[Token, ...], at: int) -> str:
    """The text of a token, or an empty string behind the end."""
    return tokens[at].text if 0 <= at < len(tokens) else ""


def digits_at(tokens: tuple[Token, ...], at: int) -> int | None:
    """The value of a token of digits, or None."""
    return tokens[at].number if 0 <= at < len(tokens) else None


def read_number(tokens: tuple[Token, ...], at: int) -> tuple[int, int] | None:
    """A number in digits or in words up to 99, and the place behind it.

    The words are homographs of others when folded (tám/tầm, năm, ba/bà, bảy/bây): the caller must see a unit behind them.
    """
    value = digits_at(tokens, at)
    if value is not None:
        return value, at + 1
    word = word_at(tokens, at)
    if word in {"muoi", "ham"}:
        tens = 10 if word == "muoi" else 20
    elif word in _ONES and word_at(tokens, at + 1) == "muoi":
        tens, at = _ONES[word] * 10, at + 1
    else:
        return (_ONES[word], at + 1) if word in _ONES else None
    ones = _AFTER_TEN.get(word_at(tokens, at + 1))
    return (tens, at + 1) if ones is None else (tens + ones, at + 2)
