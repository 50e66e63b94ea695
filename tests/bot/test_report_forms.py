"""The report forms of this repository, and the mistakes of others that are refused at load."""

from pathlib import Path

import pytest

from bot.form_files import FormError, load_forms
from handlers.forms.engine import Filled
from handlers.forms.filling import block
from handlers.forms.showing import Around, ask
from models.form import Form, Question, QuestionType
from tests.handlers.figure_forms import filling
from tests.transcripts import ROOT, Talk, plan, render

FORMS = load_forms(ROOT / "forms", plan())
REPORTS = {path.stem: FORMS[path.stem] for path in sorted((ROOT / "forms/reports").glob("*.yaml"))}
INDICATORS = REPORTS["bo_chi_tieu"]
SCREEN = 600  # letters of a message that is read without scrolling far

every_form = pytest.mark.parametrize("form", REPORTS.values(), ids=list(REPORTS))


def test_there_is_a_form_for_every_report_of_the_plan() -> None:
    """And none besides."""
    assert {*REPORTS} == {"ke_hoach_phuong", "bo_chi_tieu", "thang_hanh_dong", "hoat_dong_he", "phuong_phu_hop", "van_ban"}
    assert {report.form for report in plan().reports} <= {*REPORTS}


@every_form
def test_every_report_asks_for_papers_a_note_and_the_day_last(form: Form) -> None:
    """Papers and note may be skipped, the day may not."""
    asked = [(question.name, question.type, question.required) for question in form.questions[-3:]]
    assert asked == [("tep", QuestionType.FILE, False), ("ghi_chu", QuestionType.TEXT, False), ("so_lieu_den", QuestionType.DATE, True)]


@every_form
def test_no_figure_is_required(form: Form) -> None:
    """One that nobody knows stays visibly empty instead of being made up."""
    assert [question.name for question in form.questions if question.figure and question.required] == []


@every_form
def test_every_figure_says_what_is_counted(form: Form) -> None:
    """Children, cases, millions of đồng: money is the only figure with parts."""
    money = {question.name for question in form.questions if question.measure is not None and question.measure.vi == "triệu đồng"}
    assert [question.name for question in form.questions if question.figure and question.measure is None] == []
    assert money == {question.name for question in form.questions if question.type is QuestionType.DECIMAL}


@every_form
def test_every_text_has_both_languages(form: Form) -> None:
    """No label is empty or the same by mistake."""
    labels = [label for question in form.questions for label in (question.label, question.short, question.hint, question.measure) if label]
    labels += [form.title, *(section.label for section in form.sections), *(ratio.label for ratio in form.ratios)]
    assert [label for label in labels if not (label.vi.strip() and label.en.strip()) or (label.vi == label.en and " " in label.vi)] == []


@every_form
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_question_fits_a_small_screen(form: Form, locale: str) -> None:
    """A part of seven figures too."""
    talk, empty, work = Talk(), Filled(form, {}), filling()
    work.form = form
    says = [ask(question, empty, talk.facts(), Around(block=block(work, question))) for question in form.questions]
    assert [render(say.text, locale) for say in says if len(render(say.text, locale)) > SCREEN or len(say.choices) > 6] == []


@every_form
def test_short_names_of_a_part_tell_its_figures_apart(form: Form) -> None:
    """They are what people type before a figure."""
    for section in form.sections:
        for locale in ("vi", "en"):
            names = [render(question.short, locale) for question in form.questions if question.section == section.name and question.figure]
            assert sorted(set(names)) == sorted(names)


# --- the indicators ---------------------------------------------------------------------------------------------------


def test_the_groups_are_those_of_the_law_in_its_words() -> None:
    """Luật Trẻ em Điều 10 khoản 1, in its order, as the plan's list has them."""
    groups = [(f"hcdb_{item.id}", item.name.vi) for item in plan().list("child_groups")]
    asked = [(question.name, question.label.vi) for question in INDICATORS.questions if question.section in {"nhom_1", "nhom_2"}]
    assert (groups, 14) == (asked, len(asked))


def test_parts_and_wholes_of_the_indicators() -> None:
    """Only what is sure: a child may be in several groups, so these add up to nothing."""
    sums = {question.name: question.sum for question in INDICATORS.questions if question.sum}
    bounds = {question.name: question.at_most for question in INDICATORS.questions if question.at_most}
    assert sums == {"tong_tre_em": ("tong_nam", "tong_nu"), "tre_duoi_6": ("tre_duoi_6_nam", "tre_duoi_6_nu")}
    assert {name: whole for name, whole in bounds.items() if whole != "hcdb"} == {
        "khai_sinh": "tong_tre_em", "ngheo": "tong_tre_em", "tre_duoi_6": "tong_tre_em", "tre_duoi_6_bhyt": "tre_duoi_6", "hcdb": "tong_tre_em",
        "nguy_co": "tong_tre_em", "xam_hai_ke_hoach": "xam_hai_vu", "tntt_tu_vong": "tntt",
    }  # fmt: skip
    assert len([name for name, whole in bounds.items() if whole == "hcdb"]) == 15


def test_cases_are_counted_against_cases() -> None:
    """What the service knows is about cases, so only figures of cases and injuries are held against it."""
    assert {question.name: question.cases for question in INDICATORS.questions if question.cases} == {
        "xam_hai_vu": "violation",
        "tntt": "injury",
    }


# --- mistakes ---------------------------------------------------------------------------------------------------------

HEAD = """\
id: small
version: 1
title: {vi: Nhỏ, en: Small}
sections:
  - {name: all, label: {vi: Tất cả, en: All}}
questions:
"""


def figure(name: str, more: str = "", kind: str = "integer") -> str:
    lines = (
        f"  - name: {name}",
        f"    type: {kind}",
        "    section: all",
        "    label: {vi: Số, en: Figure}",
        "    short: {vi: Số, en: Figure}",
    )
    return "\n".join((*lines, *([f"    {more}"] if more else []))) + "\n"


def ratio(part: str, whole: str, name: str = "r") -> str:
    return f"ratios:\n  - {{name: {name}, label: {{vi: Tỷ lệ, en: Ratio}}, part: {part}, whole: {whole}}}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (figure("a", "sum: [b]"), "questions.a.sum: b is no figure of the form"),
        (figure("a", "sum: [b]") + figure("b", kind="text"), "questions.a.sum: b is no figure of the form"),
        (figure("a", "sum: [b, b]") + figure("b"), "questions.a.sum: a part stands twice"),
        (figure("a", "sum: [a]"), "questions.a.sum: the figure is compared with itself"),
        (
            figure("a", "sum: [b]") + figure("b", "sum: [c]") + figure("c", "sum: [a]"),
            "questions.c.sum: the figure is compared with itself",
        ),
        (figure("a", "at_most: b"), "questions.a.at_most: b is no figure of the form"),
        (figure("a", "at_most: b") + figure("b", "at_most: a"), "questions.b.at_most: the figure is compared with itself"),
        (figure("a", "at_most: b", "text") + figure("b"), "questions.a: a text is neither added up nor compared"),
        (figure("a", "measure: {vi: trẻ em, en: children}", "date"), "questions.a: a date is neither added up nor compared"),
        (figure("a", "compare: {percent: 30}"), "questions.a.compare.least: is missing"),
        (figure("a", "compare: {percent: much, least: 5}"), "questions.a.compare.percent: Input should be a valid integer"),
        (figure("a", "cases: violations"), "questions.a.cases: no cases are counted as violations"),
        (figure("a", "cases: 'violation:no_such_type'"), "questions.a.cases: no cases are counted as violation:no_such_type"),
        (figure("a", "choices: [{name: x, label: {vi: X, en: X}}]"), "questions.a: a integer takes no choices"),
        (figure("a") + ratio("a", "b"), "ratios.r.whole: b is no figure of the form"),
        (figure("a") + figure("b", kind="text") + ratio("b", "a"), "ratios.r.part: b is no figure of the form"),
        (figure("a") + figure("b") + ratio("a", "b", "a"), "ratios.a.name: the name stands twice"),
    ],
)
def test_a_mistake_about_figures_is_named_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    """In the folder of reports as in the other one."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "small.yaml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(FormError) as error:
        load_forms(tmp_path, plan())
    assert [line for line in str(error.value).split("\n") if line.startswith("small.yaml:") and reason in line] != [], str(error.value)


def test_counts_of_cases_may_be_of_a_kind_or_a_type(tmp_path: Path) -> None:
    """By the plan's own lists."""
    names = [
        "violation",
        "injury",
        "need",
        f"violation:{plan().list('violation_types')[0].id}",
        f"injury:{plan().list('injury_types')[0].id}",
    ]
    questions = "".join(figure(f"q{at}", f"cases: '{name}'") for at, name in enumerate(names))
    (tmp_path / "small.yaml").write_text(HEAD + questions, encoding="utf-8")
    found: tuple[Question, ...] = load_forms(tmp_path, plan())["small"].questions
    assert names == [question.cases for question in found]
