"""What only shows once plan and forms are known: forms and questions that reports and targets name."""

from pathlib import Path
from typing import Any

import pytest

from bot.plan_files import PlanError, check_with_forms
from bot.report_checks import check_forms
from models.form import Choice, Form, Question, QuestionType
from models.talk import Label
from tests.driver import PLAN, ROOT

FOLDER = ROOT / "plans/longbien-2021"
WORDS = Label("x", "y")


def question(name: str, kind: str = "integer", *choices: str) -> Question:
    """As a form file would give it, whatever types this version knows."""
    known = {str(one): one for one in QuestionType}
    made: dict[str, Any] = {"name": name, "type": known.get(kind, kind), "choices": tuple(Choice(name=one, label=WORDS) for one in choices)}
    return Question.model_construct(**made)


def forms(**changed: Question) -> dict[str, Form]:
    """Every form that the plan names, with the questions that its targets count; `changed` replaces some of these by name."""
    reached = question("ket_qua", "select_one", "dat", "chua_dat")
    asked: dict[str, list[Question]] = {report.form: [] for report in PLAN.reports}
    for target in PLAN.targets:
        asked[target.form] += [reached] if target.whole is None else [question(target.part), question(target.whole)]
    return {
        name: Form.model_construct(id=name, questions=tuple(changed.get(one.name, one) for one in questions))
        for name, questions in asked.items()
    }


def test_a_plan_whose_forms_are_there_is_right() -> None:
    """Nothing is held against it."""
    check_with_forms(FOLDER, PLAN, forms())


def test_an_unknown_form_is_told_where_it_is_named() -> None:
    """At the report and at the target that is measured from it, with file and line."""
    known = {name: form for name, form in forms().items() if name != "thang_hanh_dong"}
    with pytest.raises(PlanError) as caught:
        check_with_forms(FOLDER, PLAN, known)
    assert [(mistake.file, mistake.reason) for mistake in caught.value.mistakes] == [
        ("longbien-2021/reports.yaml", "reports.thang_hanh_dong.form: unknown form thang_hanh_dong"),
        ("longbien-2021/targets.yaml", "targets.tham_gia.form: unknown form thang_hanh_dong"),
    ]
    assert [_line(FOLDER / Path(mistake.file).name, mistake.line) for mistake in caught.value.mistakes] == ["form: thang_hanh_dong"] * 2


@pytest.mark.parametrize(
    ("changed", "place", "reason"),
    [
        ({"hcdb": question("other")}, "whole", "the form bo_chi_tieu has no question hcdb"),
        ({"khai_sinh": question("khai_sinh", "text")}, "part", "khai_sinh is no number, so nothing can be a part of it"),
        (
            {"ket_qua": question("ket_qua", "select_one", "tot")},
            "part",
            "without `whole` the units are counted that answered “dat”, and ket_qua has no such choice",
        ),
    ],
)
def test_a_target_that_could_not_be_counted_is_told(changed: dict[str, Question], place: str, reason: str) -> None:
    """It would read as nothing reached, and nobody would see why."""
    assert [(loc[-1], why) for _file, loc, why in check_forms(PLAN.reports, PLAN.targets, forms(**changed))] == [(place, reason)]


def _line(path: Path, number: int) -> str:
    return path.read_text(encoding="utf-8").splitlines()[number - 1].strip()
