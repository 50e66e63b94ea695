"""`read_when`: the text, its grammar, and the questions that are asked back before anything is worked out."""

from datetime import datetime

from handlers.reading.grammar import parse
from handlers.reading.moments import Reading
from handlers.reading.pieces import Tokens
from handlers.reading.tokens import tokenize
from handlers.reading.values import Span, Unclear


def read_when(text: str, now: datetime) -> Span | Unclear:
    """The span of time that a text names, seen from `now` (aware, in the plan's zone), or why it is not clear."""
    if now.tzinfo is None:
        msg = "now must be aware"
        raise ValueError(msg)
    tokens = tokenize(text)
    if not any(t.text.isalnum() or "_" in t.text for t in tokens):
        return Unclear("empty") if not text.strip() else Unclear("not_understood")
    return _read(tokens, now)


def _read(tokens: Tokens, now: datetime) -> Span | Unclear:
    parsed = parse(tokens)
    notes = parsed.notes()
    if "or" in notes:
        return _either(tokens, now)
    if parsed.unknown:
        return Unclear("not_understood")
    if "future" in notes:
        return Unclear("future")
    if "impossible" in notes:
        return Unclear("impossible")
    if "vague" in notes:
        return Unclear("not_understood")
    answer = Reading(parsed.pieces, notes, now).answer()
    if "ambiguous" in notes:
        return Unclear("ambiguous", _offers(answer))
    # Only empty words ("dạ", "khoảng"): they were understood, but they name no time.
    return Unclear("not_understood") if answer == Unclear("empty") else answer


def _offers(answer: Span | Unclear) -> tuple[Span, ...]:
    return (answer, *answer.also) if isinstance(answer, Span) else answer.candidates


def _either(tokens: Tokens, now: datetime) -> Unclear:
    """ "hôm qua hay hôm kia": both sides are offered if both are clear."""
    at = next(i for i, t in enumerate(tokens) if t.text in {"hay", "hoac"})
    sides = [_read(side, now) for side in (tokens[:at], tokens[at + 1 :]) if not parse(side).notes() & {"or"}]
    if len(sides) != 2 or not all(isinstance(side, Span) for side in sides):
        return Unclear("not_understood")
    return Unclear("ambiguous", tuple(side for side in sides if isinstance(side, Span)))
