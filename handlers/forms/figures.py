"""Figures as people type them: one, or several in one message for the questions that follow one another in a part of the form.

Rules:

1. A message of figures is read whole or not at all: one word that means nothing here, or one figure that could be two things, and nothing is taken.
2. A point between groups of three is of thousands ("1.234"), a comma is decimal ("1,5"); where whole numbers are asked, and in a row of three or more,
   commas stand between numbers ("12,3,0,5"). "1,234" could be either, so it is asked once more.
3. "Không" is 0; "-", "x", "không biết" leave a place out. Money is in millions of đồng: "2 tỷ" is 2000, "500 nghìn" is 0,5,
   "12.500.000 đồng" is 12,5.
4. Words put a figure where they belong (`handlers.forms.figure_places`); figures without words go in the order of the questions.
5. Numbers of the list are no figures ("1) 120 2) 61"), nor are numbers of a label ("dưới 6 tuổi: 61").
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.forms.figure_places import Number, Said, Unclear, known_words, neighbours, not_clear, placed, units_of, words_of
from handlers.forms.values import clipped
from handlers.reading.folding import fold, tidy
from models.form import Question, QuestionType
from models.talk import Text, msg

BLOCK = 7  # figures asked in one message: more do not fit a small screen
LARGEST = 10_000_000  # of anything counted in a district; a telephone number is larger
LARGEST_MONEY = 100_000  # millions of đồng: who types đồng without saying so is asked
_NOTHING = frozenset({"khong", "ko", "k", "zero", "none"})
_DASHES = frozenset({"-", "–", "—"})
_BLANK = _DASHES | {"_", "x"}
_TIMES = {"trieu": 1.0, "tr": 1.0, "ty": 1000.0, "ti": 1000.0, "nghin": 0.001, "ngan": 0.001}
_DONG = frozenset({"dong", "d", "vnd"})
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d{1,3})?")
_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_GLUED = re.compile(r"([+-]?\d[\d.,]*)([^\W\d]+)")
_PIECE = re.compile(r"[^\s;:=|]+")
_UNKNOWN = re.compile(
    r"\b(?:(?:không|khong|ko|k|chưa|chua)\s+(?:biết|biet|rõ|ro|nhớ|nho|có\s+số(?:\s+liệu)?|co\s+so(?:\s+lieu)?)|bỏ\s+qua|bo\s+qua)\b"
)
_MARK = re.compile(r"(?:^|(?<=\s))(\d{1,2})\s?(?:(\))|\.(?=\s))\s*")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was read, by question in the order of typing; None leaves it out."""

    values: tuple[tuple[Question, Number | None], ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why nothing of it was taken."""

    why: Text


def read_figures(text: str, block: Sequence[Question]) -> Figures | Unread:
    """Read a message against the questions that it may answer, in their order; there is at least one."""
    text = _UNKNOWN.sub(" x ", tidy(text)).strip()
    try:
        listed = _listed(text, block)
        if listed is not None:
            return Figures(tuple((question, _single(part, question)) for question, part in listed))
        said, behind = _said(text, block)
        return Figures(placed(said, behind, block))
    except Unclear as problem:
        return Unread(problem.why)


def checked(value: float, question: Question) -> Number | Unread:
    """A number that came as one, from the cell of a table: the same limits as for typed ones."""
    if value < 0:
        return Unread(msg("A figure below zero cannot be right. Please type it once more."))
    if not value <= _largest(question):  # not-a-number too
        return Unread(msg("“%(word)s” is too large. Please type the figure once more.", word=clipped(str(value))))
    if question.type is QuestionType.INTEGER and value != int(value):
        return Unread(msg("“%(word)s” is no whole number. Please type the figure once more.", word=str(value)))
    return _clean(value)


def example(block: Sequence[Question]) -> str:
    """Figures as they could be typed for these questions."""
    if _money(block):
        return " ".join(("12,5", "3", "0")[: max(1, min(3, len(block)))])
    return " ".join(("12", "3", "0", "5", "1", "0", "2")[: max(1, len(block))])


# --- the numbers of the list ------------------------------------------------------------------------------------------


def _listed(text: str, block: Sequence[Question]) -> list[tuple[Question, str]] | None:
    """The parts of "1) 120 2) 61", each with its question; None where no list was typed."""
    marks = list(_MARK.finditer(text))
    if not marks or marks[0].start() or "(" in text:
        return None
    numbers, ends = [int(mark[1]) for mark in marks], [*(mark.start() for mark in marks[1:]), len(text)]
    parts = [text[mark.end() : end].strip(" ,;") for mark, end in zip(marks, ends, strict=True)]
    fits = all(parts) and numbers == sorted(set(numbers)) and numbers[0] >= 1 and numbers[-1] <= len(block)
    if any(mark[2] for mark in marks):
        if not fits:
            raise Unclear(not_clear())
    elif not fits or numbers != list(range(1, len(numbers) + 1)):
        return None
    elif len(marks) == 1 and len(block) > 1:  # "1. 120": the first of the list, or two figures
        raise Unclear(_two_ways(marks[0][0].strip(), block))
    return [(block[number - 1], part) for number, part in zip(numbers, parts, strict=True)]


def _single(text: str, question: Question) -> Number | None:
    said, behind = _said(text, (question,))
    return placed(said, behind, (question,))[0][1]


# --- pieces -----------------------------------------------------------------------------------------------------------


def _said(text: str, block: Sequence[Question]) -> tuple[list[Said], list[str]]:
    """The figures with the words before each and the units behind it, and the words behind the last one."""
    found, words = list[Said](), list[str]()
    known, units = known_words(block), units_of(block)
    for piece, continues in _words_and_numbers(text, block, units):
        fresh = found[-1] if found and not words and not continues else None  # what stands right behind a figure may be its unit
        if _is_figure(piece) and not (continues and fold(piece) in _NOTHING):  # "không nơi nương tựa" is no 0
            found.append(Said(piece, _value(piece, block), words))
            words = []
        elif fresh is not None and _is_unit(fresh, fold(piece), units, money=_money(block)):
            continue
        elif any(letter.isdigit() for letter in piece) or not known.issuperset(words_of(piece)):
            why = msg(
                "“%(word)s” could not be read. Please type figures only, for example: %(example)s.",
                word=clipped(piece),
                example=example(block),
            )
            raise Unclear(why)
        else:
            words += words_of(piece)
    if not found:
        raise Unclear(msg("Please type a figure, for example: %(example)s.", example=example(block)))
    _same_separator(found)
    return _sized(found, block), words


def _is_figure(piece: str) -> bool:
    return piece in _BLANK or fold(piece) in _NOTHING or _NUMBER.fullmatch(piece) is not None


def _is_unit(one: Said, word: str, units: frozenset[str], *, money: bool) -> bool:
    """Whether the word behind a figure is its unit; then it is noted."""
    if money and word in _TIMES and one.times is None:
        one.times = _TIMES[word]
    elif money and word in _DONG:
        one.times = one.times or 0.000001
    elif word in units:
        one.units.append(word)
    else:
        return False
    return True


def _words_and_numbers(text: str, block: Sequence[Question], units: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Pieces, and whether a label goes on behind each ("trẻ bị xâm hại", "ngân sách"). Numbers of a label ("dưới 6 tuổi") are left out."""
    pieces, pairs = list(_pieces(text, block)), neighbours(block)
    folded = [fold(piece) for piece in pieces]
    for piece, before, here, behind in zip(pieces, ["", *folded], folded, [*folded[1:], ""], strict=False):
        if not (piece.isdigit() and ((before, here) in pairs or (here, behind) in pairs)):
            yield piece, (here, behind) in pairs and behind not in units


def _pieces(text: str, block: Sequence[Question]) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        bare = piece.strip(",()[]") or piece
        if (glued := _GLUED.fullmatch(bare)) and (glued[2] != "k" or _money(block)):  # "500k" is no 500 and 0
            yield from (glued[1], "nghìn" if glued[2] == "k" else glued[2])
        elif _COMMAS.fullmatch(bare):
            raise Unclear(_two_ways(bare, block))
        elif "," in bare and _NUMBER.fullmatch(bare) and (bare.count(",") > 1 or not _money(block)):
            yield from (part for part in bare.split(",") if part)
        elif bare != ",":
            yield bare


def _same_separator(found: list[Said]) -> None:
    """ "120 - 61 - 59": dashes between figures, or places left out?"""
    dashes = [one.typed in _DASHES and not one.words for one in found]
    alternating = all(one != other for one, other in itertools.pairwise(dashes))
    if any(dashes) and dashes.count(False) > 1 and alternating and not any(one.words for one in found):
        raise Unclear(msg("“-” could be read in two ways. Please put spaces between the figures, and x for one that is left out."))


# --- numbers ----------------------------------------------------------------------------------------------------------


def _value(piece: str, block: Sequence[Question]) -> Number | None:
    """The number of a piece, None of a place that is left out."""
    if piece in _BLANK:
        return None
    return 0 if fold(piece) in _NOTHING else _number(piece, block)


def _number(piece: str, block: Sequence[Question]) -> Number:
    whole = piece.rstrip(".,")
    if whole.startswith("-"):
        raise Unclear(msg("A figure below zero cannot be right. Please type it once more."))
    whole = whole.lstrip("+")
    if not _GROUPED.fullmatch(whole) and "." in whole:
        if not _money(block) or whole.count(".") > 1 or "," in whole:
            raise Unclear(_two_ways(piece, block))
        whole = whole.replace(".", ",")
    try:
        return float(whole.replace(".", "").replace(",", "."))
    except ValueError:
        raise Unclear(msg("“%(word)s” could not be read. Please type the figure once more.", word=clipped(piece))) from None


def _sized(found: list[Said], block: Sequence[Question]) -> list[Said]:
    """Every figure with what its unit makes of it, within limits. "2 tỷ 500 triệu" is one figure where one is asked."""
    merged: list[Said] = []
    for one in found:
        last = merged[-1] if merged else None
        follows = last is not None and last.times is not None and not one.words and one.value and (one.times or 0) < last.times
        if last is not None and follows:
            if len(block) > 1 or one.times is None:
                raise Unclear(_two_ways(f"{last.typed} … {one.typed}", block))
            last.value = (last.value or 0) * (last.times or 1) + one.value * one.times  # type: ignore[operator]  # both have values here
            last.times = 1.0
        else:
            merged.append(one)
    for one in merged:
        if one.value is not None:
            one.value = _limited(one.typed, one.value * (one.times or 1), block)
    return merged


def _limited(typed: str, value: float, block: Sequence[Question]) -> Number:
    if value > min(_largest(question) for question in block):
        raise Unclear(msg("“%(word)s” is too large. Please type the figure once more.", word=clipped(typed)))
    if value and not _clean(value):
        raise Unclear(_two_ways(typed, block))
    return _clean(value)


def _clean(value: float) -> Number:
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def _two_ways(word: str, block: Sequence[Question]) -> Text:
    if _money(block):
        return msg(
            "“%(word)s” could be read in two ways. Please type millions of đồng, for example: %(example)s.",
            word=clipped(word),
            example=example(block),
        )
    return msg("“%(word)s” could be read in two ways. Please type each figure without points and commas.", word=clipped(word))


def _money(block: Sequence[Question]) -> bool:
    return all(question.type is QuestionType.DECIMAL for question in block)


def _largest(question: Question) -> int:
    return LARGEST_MONEY if question.type is QuestionType.DECIMAL else LARGEST
