"""Checks over the figures of a form: what cannot be right, and what stands out and asks for a reason.

| check   | what                                                             | what follows                             |
|---------|------------------------------------------------------------------|------------------------------------------|
| sum     | the parts do not add up to the total, or some of them exceed it  | the figures are asked again              |
| at_most | a part is larger than what it is a part of                       | the figures are asked again              |
| compare | far from the period before                                       | a reason is asked and kept; it may stand |
| cases   | less than the cases of the period that the service knows         | a reason is asked and kept; it may stand |

A figure that was left out takes part in no check: it stays visibly empty. What is given beside it is still no more than the total.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from handlers.forms.values import figure_text
from models.form import Form, Question, QuestionType
from models.report_facts import Known
from models.talk import Join, Json, Text, msg

WHY = ".why"  # behind a question's name: the reason for its figure


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit. `questions`: the figures that it is about, the one that is named first. `hard`: it cannot be handed in so."""

    check: str
    questions: tuple[str, ...]
    why: Text
    hard: bool

    @property
    def question(self) -> str:
        return self.questions[0]


def findings(form: Form, values: Mapping[str, Json], known: Known) -> Iterator[Finding]:
    """Everything that does not fit, in the order of the form; `values` are the answers that count. A finding that has its reason is none."""
    for question in form.questions:
        if question.figure and _number(values.get(question.name)) is not None:
            yield from (found for found in _of(form, question, values, known) if found.hard or not values.get(question.name + WHY))


def found_at(form: Form, values: Mapping[str, Json], known: Known, changed: frozenset[str]) -> Finding | None:
    """The first finding that answers of this turn have to do with."""
    return next((found for found in findings(form, values, known) if changed.intersection(found.questions)), None)


def is_empty(form: Form, values: Mapping[str, Json]) -> bool:
    """Whether nothing is reported: no figure, no file, no choice and no words. The day of the figures alone is no report, nor is a note beside the papers
    ("sẽ nộp sau")."""
    papers = {question.section for question in form.questions if question.type is QuestionType.FILE}
    return not any(values.get(question.name) not in (None, "", []) for question in form.questions if not _beside(question, papers))


def _beside(question: Question, papers: Container[str | None]) -> bool:
    """Whether it only says something about the report."""
    return question.type is QuestionType.DATE or (question.type is QuestionType.TEXT and question.section in papers)


def _of(form: Form, question: Question, values: Mapping[str, Json], known: Known) -> Iterator[Finding]:
    value = _number(values[question.name]) or 0
    if question.sum:
        yield from _sum(form, question, value, values)
    if question.at_most is not None and (whole := _number(values.get(question.at_most))) is not None and value > whole:
        larger = form.question(question.at_most)
        why = msg(
            "“%(part)s” (%(value)s) cannot be more than “%(whole)s” (%(of)s).",
            part=question.short, value=figure_text(value), whole=larger.short, of=figure_text(whole),
        )  # fmt: skip
        yield Finding("at_most", (question.name, larger.name), why, hard=True)
    yield from _last(question, value, known)
    if question.cases is not None and value < known.cases.get(question.cases, 0):
        why = msg(
            "“%(question)s”: you write %(value)s, but the service knows of %(cases)s in this period.",
            question=question.short, value=figure_text(value), cases=known.cases[question.cases],
        )  # fmt: skip
        yield Finding("cases", (question.name,), why, hard=False)


def _sum(form: Form, question: Question, value: float, values: Mapping[str, Json]) -> Iterator[Finding]:
    given = {name: part for name in question.sum if (part := _number(values.get(name))) is not None}
    together, whole = sum(given.values()), len(given) == len(question.sum)
    if together < value + 0.0005 and not (whole and together < value - 0.0005):
        return
    names = Join(tuple(form.question(name).short for name in given), " + ")
    why = msg(
        "Added up, %(names)s = %(sum)s, but “%(total)s” is %(value)s.",
        names=names, sum=figure_text(together), total=question.short, value=figure_text(value),
    )  # fmt: skip
    yield Finding("sum", (question.name, *given), why, hard=True)


def _last(question: Question, value: float, known: Known) -> Iterator[Finding]:
    before = _number(known.last.get(question.name))
    rule = question.compare
    if rule is None or before is None or known.last_name is None:
        return
    far = abs(value - before)
    if far >= rule.least and far * 100 >= rule.percent * max(before, 1):
        why = msg(
            "“%(question)s”: %(value)s now, %(before)s in the report before (%(period)s).",
            question=question.short, value=figure_text(value), before=figure_text(before), period=known.last_name,
        )  # fmt: skip
        yield Finding("compare", (question.name,), why, hard=False)


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
