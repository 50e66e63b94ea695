"""Figures as people type them: one, or several in one message for the questions that follow one another in a part of the form.

Rules:

1. A message of figures is read whole or not at all: one word that means nothing here, and nothing of it is taken.
2. A point between groups of three is of thousands ("1.234"), a comma is decimal ("1,5"); where whole numbers are asked, and in a row of three or more,
   commas stand between numbers ("12,3,0,5").
3. "Không" is 0, "-" leaves a place out. Money is in millions of đồng: "2 tỷ" is 2000, "500 nghìn" is 0,5.
4. Words before a figure that name one question alone put it there ("nữ 60 nam 61"); then every figure is named. Units and other words of the
   labels are let pass, and the figures go in the order of the questions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.reading.folding import fold, tidy
from models.form import Question, QuestionType
from models.talk import Text, msg

BLOCK = 7  # figures asked in one message: more do not fit a small screen
LARGEST = 1_000_000_000
Number = int | float
_NOTHING = frozenset({"khong", "ko", "k", "khong co", "zero", "none"})
_BLANK = frozenset({"-", "–", "—", "_", "x"})
_TIMES = {"trieu": 1.0, "tr": 1.0, "ty": 1000.0, "ti": 1000.0, "nghin": 0.001, "ngan": 0.001}
_UNITS = frozenset((
    "co", "la", "gom", "tong", "cong", "so", "va", "tre", "em", "chau", "be", "vu", "ho", "nguoi", "buoi", "luot", "dong", "trieu", "hoat", "truong",
    "hop",
))  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(,\d{1,3})?")
_PIECE = re.compile(r"[^\s;:=|]+")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was read, by question; None leaves it out."""

    values: tuple[tuple[Question, Number | None], ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why nothing of it was taken."""

    why: Text


@dataclass(slots=True)
class _Said:
    words: list[str]
    value: Number | None


class _NotHereError(Exception):
    def __init__(self, why: Text) -> None:
        self.why = why


def read_figures(text: str, block: Sequence[Question]) -> Figures | Unread:
    """Read a message against the questions that it may answer, in their order; there is at least one."""
    try:
        said = list(_said(text, block))
        return Figures(_placed(said, block))
    except _NotHereError as problem:
        return Unread(problem.why)


# --- pieces -----------------------------------------------------------------------------------------------------------


def _said(text: str, block: Sequence[Question]) -> Iterator[_Said]:
    words: list[str] = []
    known = _known_words(block)
    last: _Said | None = None
    for piece in _pieces(text, block):
        folded = fold(piece)
        if piece in _BLANK or folded in _NOTHING or _NUMBER.fullmatch(piece):
            if last is not None:
                yield last
            last, words = _Said(words, None if piece in _BLANK else 0 if folded in _NOTHING else _number(piece, block)), []
        elif folded in _TIMES and last is not None and not words and _money(block):
            last.value = _clean((last.value or 0) * _TIMES[folded])
        elif folded in known or not folded:
            words += [folded] if folded else []
        else:
            raise _NotHereError(
                msg("“%(word)s” could not be read. Please type figures only, for example: %(example)s.", word=piece, example=example(block))
            )
    if last is None:
        raise _NotHereError(msg("Please type a figure, for example: %(example)s.", example=example(block)))
    yield last


def _pieces(text: str, block: Sequence[Question]) -> Iterator[str]:
    for piece in _PIECE.findall(tidy(text)):
        bare = piece.strip(",") if len(piece) > 1 else piece
        glued = re.fullmatch(r"([+-]?\d[\d.,]*)([^\W\d]+\w*)", bare)
        if glued:
            yield from glued.groups()
        elif "," in bare and _NUMBER.fullmatch(bare) and (bare.count(",") > 1 or not _money(block)):
            yield from (part for part in bare.split(",") if part)
        elif bare:
            yield bare


def _number(piece: str, block: Sequence[Question]) -> Number:
    whole = piece.rstrip(".,")
    if whole.startswith("-"):
        raise _NotHereError(msg("A figure below zero cannot be right. Please type it once more."))
    whole = whole.lstrip("+")
    if not _GROUPED.fullmatch(whole) and "." in whole:
        if not _money(block):
            raise _NotHereError(msg("“%(word)s” could be read in two ways. Please type the figure without a point.", word=piece))
        whole = whole.replace(".", ",") if whole.count(".") == 1 and "," not in whole else whole
    try:
        value = _clean(float(whole.replace(".", "").replace(",", ".")))
    except ValueError:
        raise _NotHereError(msg("“%(word)s” could not be read. Please type the figure once more.", word=piece)) from None
    if value > LARGEST:
        raise _NotHereError(msg("“%(word)s” is too large. Please type the figure once more.", word=piece))
    return value


def _clean(value: float) -> Number:
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def _money(block: Sequence[Question]) -> bool:
    return all(question.type is QuestionType.DECIMAL for question in block)


def _known_words(block: Sequence[Question]) -> frozenset[str]:
    named = {
        word
        for question in block
        for label in (question.label, question.short)
        for text in (label.vi, label.en)
        for word in fold(text).split()
    }
    return _UNITS | {word.strip("().,:/") for word in named} | named


# --- places -----------------------------------------------------------------------------------------------------------


def _placed(said: list[_Said], block: Sequence[Question]) -> tuple[tuple[Question, Number | None], ...]:
    if len(said) > len(block):
        raise _NotHereError(
            msg(
                "%(given)s figures came, but %(asked)s are asked here. Nothing was noted: please type them once more.",
                given=len(said),
                asked=len(block),
            )
        )
    named = [_named(one.words, block) for one in said]
    if any(named):
        if not all(named) or len({question.name for question in named if question}) < len(named):
            raise _NotHereError(msg("It is not clear which figure is which. Please type the figures in the order of the list."))
        return tuple((question, one.value) for question, one in zip(named, said, strict=True) if question)
    return tuple((question, one.value) for question, one in zip(block, said, strict=False))


def _named(words: list[str], block: Sequence[Question]) -> Question | None:
    """The only question whose short name is these words."""
    joined = " ".join(words)
    found = [question for question in block if joined and joined in {fold(question.short.vi), fold(question.short.en)}]
    return found[0] if len(found) == 1 else None


def example(block: Sequence[Question]) -> str:
    """Figures as they could be typed for these questions."""
    if _money(block):
        return " ".join(("12,5", "3", "0")[: max(1, min(3, len(block)))])
    return " ".join(("12", "3", "0", "5", "1", "0", "2")[: max(1, len(block))])
