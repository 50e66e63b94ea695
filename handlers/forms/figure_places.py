"""Which figure of a message belongs to which question.

Rules:

1. Words name a question if they are its short name or its label, or if it is the only one here that has all of them ("nữ" where one question is of girls).
2. Words stand before their figures ("nam 61 nữ 59"), or, where the message ends with words, behind them ("61 nam 59 nữ").
3. Figures without a name go in the order of the questions, beside named ones only if those stand in that order too ("tổng 120 nam 61 nữ 59").
4. Words and units must fit the question that their figure goes to ("3 vụ" is no answer to how many children): else nothing is taken.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from handlers.reading.folding import fold
from models.form import Question, QuestionType
from models.talk import Label, Text, msg

Number = int | float
Places = tuple[tuple[Question, Number | None], ...]
FILLERS = frozenset((
    "co", "la", "gom", "tong", "cong", "so", "va", "tre", "em", "chau", "be", "vu", "ho", "nguoi", "buoi", "luot", "dong", "hoat", "truong",
    "hop", "thi", "duoc", "trong", "do",
))  # fmt: skip
_CLASSIFIERS = frozenset({"tre", "em", "chau", "be", "truong", "hop"})  # of any count of children or cases
_NAMELESS = FILLERS - {"tong"}  # they alone name no question
_WORD = re.compile(r"\w+")


class Unclear(Exception):  # noqa: N818  # it never leaves the reader of figures: an answer of its own, no error
    """Why nothing of the message is taken."""

    def __init__(self, why: Text) -> None:
        super().__init__()
        self.why = why


@dataclass(slots=True)
class Said:
    """One figure as typed: the words before it, units right behind it, and by how much those multiply it."""

    typed: str
    value: Number | None
    words: list[str]
    units: list[str] = field(default_factory=list)
    times: float | None = None


def placed(said: list[Said], behind: list[str], block: Sequence[Question]) -> Places:
    """Every figure with its question; `behind` are the words after the last one. Raises Unclear."""
    names = [one.words for one in said]
    if _name(behind, block) is not None:
        if _name(names[0], block) is not None:
            raise Unclear(not_clear())
        names = [*names[1:], behind]
    found = [_name(words, block) for words in names]
    if any(found):
        kept = [
            at for at, one in enumerate(said) if found[at] is not None or one.value is not None or one.words
        ]  # a lone dash only separates
        said, names, found = [said[at] for at in kept], [names[at] for at in kept], [found[at] for at in kept]
    if len(said) > len(block):
        raise Unclear(
            msg(
                "%(given)s figures came, but %(asked)s are asked here. Nothing was noted: please type them once more.",
                given=len(said),
                asked=len(block),
            )
        )
    questions = _in_order(found, block)
    if not all(_fits(*each, block) for each in zip(said, names, found, questions, strict=True)):
        raise Unclear(not_clear())
    return tuple((question, one.value) for question, one in zip(questions, said, strict=True))


def _in_order(found: list[Question | None], block: Sequence[Question]) -> list[Question]:
    """The questions of the figures (rule 3)."""
    named = [question for question in found if question is not None]
    if len(named) == len(found) and len({question.name for question in named}) == len(named):
        return named
    if any(question is not None and question.name != here.name for question, here in zip(found, block, strict=False)):
        raise Unclear(not_clear())
    return list(block[: len(found)])


def _fits(one: Said, words: list[str], name: Question | None, question: Question, block: Sequence[Question]) -> bool:
    """Rule 4, for words that name nothing, and for units of other questions."""
    said = [] if name is not None else words
    others = frozenset[str]().union(*(_measure(other) for other in block)) - _measure(question)
    return {word for word in said if word not in FILLERS} <= _own(question) and others.isdisjoint({*one.units, *said})


def not_clear() -> Text:
    """What is said where a figure could belong to more than one question."""
    return msg("It is not clear which figure is which. Please type the figures in the order of the list.")


def _name(words: Iterable[str], block: Sequence[Question]) -> Question | None:
    """The only question that is called so (rule 1)."""
    said = list(words)
    for called in (_short, _label):
        found = [question for question in block if tuple(said) in called(question)]
        if len(found) == 1 and said:
            return found[0]
    own = frozenset[str]().union(*(_own(question) for question in block))
    content = {word for word in said if word in own}
    found = [question for question in block if content <= _own(question)]
    return found[0] if content - _NAMELESS and len(found) == 1 and len(block) > 1 else None


# --- words of questions -----------------------------------------------------------------------------------------------


def words_of(text: str) -> tuple[str, ...]:
    """Folded words, without signs and without numbers that stand in them."""
    return tuple(word for word in _WORD.findall(fold(text)) if not word.isdigit())


def known_words(block: Sequence[Question]) -> frozenset[str]:
    """Every word that may stand in a message of figures for these questions."""
    fillers = FILLERS if all(question.type is QuestionType.DECIMAL for question in block) else FILLERS - {"trieu"}
    return fillers.union(*(_own(question) | _measure(question) for question in block))


def units_of(block: Sequence[Question]) -> frozenset[str]:
    """Words that may stand right behind a figure as its unit."""
    return _CLASSIFIERS.union(*(_measure(question) for question in block))


def neighbours(block: Sequence[Question]) -> frozenset[tuple[str, str]]:
    """Words and numbers that follow one another in a label: ("duoi", "6"), ("6", "tuoi"), ("ngan", "sach")."""
    lines = [_in_a_row(text) for question in block for label in (question.label, question.short) for text in (label.vi, label.en)]
    return frozenset(pair for line in lines for pair in itertools.pairwise(line))


def _short(question: Question) -> tuple[tuple[str, ...], ...]:
    return _both(question.short)


def _label(question: Question) -> tuple[tuple[str, ...], ...]:
    return _both(question.label)


def _own(question: Question) -> frozenset[str]:
    return frozenset(word for words in (*_short(question), *_label(question)) for word in words)


def _measure(question: Question) -> frozenset[str]:
    return frozenset(word for words in _both(question.measure) for word in words) if question.measure is not None else frozenset()


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return words_of(text)


@lru_cache(maxsize=1024)
def _in_a_row(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text)))


def _both(label: Label) -> tuple[tuple[str, ...], ...]:
    return _words(label.vi), _words(label.en)
