"""Sums over units, the same that the workbook's formulas work out."""

from dataclasses import dataclass

from bot.documents.reading import Line, Part
from models.plan import Target


@dataclass(frozen=True, slots=True)
class Total:
    """Of how many `units` the figure is known."""

    value: int | float
    units: int


def total(part: Part, question: str) -> Total:
    """What the units gave together; of nobody 0."""
    known = [figure for line in part.lines if (figure := line.figure(question)) is not None]
    value = round(sum(known), 3)
    return Total(int(value) if value == int(value) else value, len(known))


def reached(part: Part, target: Target) -> float | None:
    """In percent; None where nobody gave both figures, or nobody has answered. With `whole`: over the units that gave both. Without: units that
    answered "dat" of all that owe it."""
    if target.whole is None:
        answered = [line for line in part.lines if (line.values or {}).get(target.part)]
        return 100 * sum(_is_so(line, target.part) for line in answered) / len(part.lines) if answered else None
    both = [
        (given, of)
        for line in part.lines
        if (given := line.figure(target.part)) is not None and (of := line.figure(target.whole)) is not None
    ]
    whole = sum(of for _given, of in both)
    return 100 * sum(given for given, _of in both) / whole if whole else None


def named_target(target: Target) -> str:
    """With where the plan says so."""
    return f"{target.name.vi} ({target.section})"


def _is_so(line: Line, question: str) -> bool:
    return (line.values or {}).get(question) == "dat"
