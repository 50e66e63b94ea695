"""Figure questions for tests: parts of the report forms, and a filling of them without a dialogue around."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.forms.filling import Filling
from models.facts import Given
from models.form import Form, Question
from models.report_facts import Known
from models.talk import Frame, Incoming, Kind, Label
from tests.transcripts import EVENING, Talk, form

INDICATORS: Form = form("reports/bo_chi_tieu")
SPRING = Label("6 tháng năm 2021", "first half of 2021")


def part(name: str, of: Form = INDICATORS) -> tuple[Question, ...]:
    """The figures of a part of the form."""
    return tuple(question for question in of.questions if question.section == name and question.figure)


def filling(text: str = "", answers: Mapping[str, Any] | None = None, known: Known | None = None, at: str = "tong_tre_em") -> Filling:
    """Somebody who fills in the indicators and types `text` at the question `at`."""
    facts = replace(Talk().facts(), known=known or Known())
    incoming = Incoming("telegram", "1", "5", "5", Kind.TEXT, EVENING, text=text, message="m1")
    given = {name: Given(value, value is None, "", EVENING) for name, value in (answers or {}).items()}
    return Filling(Frame("submit", at), incoming, facts, INDICATORS, "s", given, step=at)
