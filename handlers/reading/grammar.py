"""The grammar: tries each phrase rule at each place of a text, so that every word is either read or makes the text not understood."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.reading.ago import read_ago
from handlers.reading.clock import read_part, read_time
from handlers.reading.dates import read_date
from handlers.reading.days import read_period, read_phrase, read_small_word, read_weekday
from handlers.reading.pieces import AMBIGUOUS, DayOffset, Found, Note, Part, Piece, Tokens
from handlers.reading.tokens import digits_at, word_at, words

# Longer and surer phrases first: "2h trước" is a length before it is a time, "7-8h" a range of times before it is a date.
_RULES: tuple[Callable[[Tokens, int], Found | None], ...] = (
    read_ago,
    read_part,
    read_phrase,
    read_weekday,
    read_period,
    read_time,
    read_date,
    read_small_word,
)
# Behind "toi" without marks these say that it is tôi (I), not tối (evening).
_AFTER_I = words("thay nghe biet la co bi gap di ve dang thi")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The pieces of a text in order; `unknown` where a word or number was in no rule."""

    pieces: tuple[Piece, ...]
    unknown: bool

    def notes(self) -> frozenset[str]:
        """The kinds of the notes among the pieces."""
        return frozenset(p.kind for p in self.pieces if isinstance(p, Note))


def parse(tokens: Tokens) -> Parsed:
    """All pieces of a text, without the empty words and without repetitions."""
    pieces: list[Piece] = []
    unknown, at, after_part = False, 0, False
    while at < len(tokens):
        found = _behind_part(tokens, at) if after_part else None
        found = found or _first_rule(tokens, at)
        if found is None:
            # A lone number may be an hour, a day or a count: that is worth another question than a word nobody knows.
            unknown = unknown or digits_at(tokens, at) is None
            found = (AMBIGUOUS,), at + 1
        after_part = any(isinstance(p, Part) for p in found[0])
        pieces += [p for p in found[0] if p not in pieces and not (isinstance(p, Note) and p.kind == "filler")]
        at = found[1]
    return Parsed(tuple(pieces), unknown)


def _first_rule(tokens: Tokens, at: int) -> Found | None:
    if word_at(tokens, at) == "toi" and word_at(tokens, at + 1) in _AFTER_I:
        return None
    return next((found for rule in _RULES if (found := rule(tokens, at))), None)


def _behind_part(tokens: Tokens, at: int) -> Found | None:
    # "tối qua", "sáng nay": only beside a part of day do these two words stand for a day.
    word = word_at(tokens, at)
    if word == "qua":
        return (DayOffset(-1),), at + 1
    return ((DayOffset(0),), at + 1) if word == "nay" else None
