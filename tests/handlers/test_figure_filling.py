"""Figures in a dialogue: a part in one message, a table, what is known already, and the reason that goes with its figure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.forms import filling as fill
from handlers.forms.checks import WHY
from handlers.forms.figures import BLOCK
from handlers.forms.filling import Filling, read_table
from handlers.forms.offers import AS_BEFORE
from handlers.reply import KEEP, SKIP
from models.commands import PutAnswer
from models.report_facts import Known
from models.talk import Join, Text
from tests.handlers.figure_forms import INDICATORS, SPRING, filling, part
from tests.transcripts import render

CHILDREN = [question.name for question in part("tre_em")]
LAST = Known(last=dict(zip(CHILDREN, (120, 61, 59, 100, 5), strict=True)), last_name=SPRING)


def typed(text: str, answers: dict[str, Any] | None = None, at: str = "tong_tre_em") -> tuple[Filling, str]:
    """What typing `text` at a question does: the filling behind it, and the sentence if the question stays."""
    work = filling(text, answers, at=at)
    around = fill.typed(work, INDICATORS.question(at), text)
    return work, render(around.lead) if around is not None and around.lead is not None else ""


def values(work: Filling) -> dict[str, Any]:
    return {name: one.value for name, one in work.answers.items()}


def asked(work: Filling, name: str) -> str:
    """The question as it is asked, with its choices."""
    work.show(INDICATORS.question(name))
    say = work.says[-1]
    return "\n".join([render(say.text), *(f"[{render(choice.label)}] {render(choice.hint)}".strip() for choice in say.choices)])


def test_a_part_is_asked_as_a_short_list() -> None:
    """With an example that has as many figures as the list."""
    assert asked(filling(), "tong_tre_em").splitlines() == [
        "Phần 1/11: Trẻ em dưới 16 tuổi",
        "1) tổng số",
        "2) nam",
        "3) nữ",
        "4) có khai sinh",
        "5) hộ nghèo, cận nghèo",
        "Anh/chị nhắn 5 số một lượt, ví dụ: 12 3 0 5 1. Nhắn từng số cũng được.",
        "[Bỏ qua]",
    ]


def test_one_message_answers_the_part() -> None:
    """And shows what it took."""
    work, _ = typed("120 61 59 100 5")
    assert list(values(work).values()) == [120, 61, 59, 100, 5]
    assert render(work.echo or "") == "tổng số 120; nam 61; nữ 59; có khai sinh 100; hộ nghèo, cận nghèo 5"
    assert (work.next() or INDICATORS.questions[0]).name == "tre_duoi_6"


def test_fewer_figures_are_taken_and_the_next_one_is_asked() -> None:
    """A place that is left out is a skip."""
    work, _ = typed("120 x")
    assert values(work) == {"tong_tre_em": 120, "tong_nam": None}
    assert work.answers["tong_nam"].skipped
    assert (work.next() or INDICATORS.questions[0]).name == "tong_nu"


def test_too_many_figures_leave_everything_as_it_was() -> None:
    """Figures of the next part are not asked here."""
    work, why = typed("120 61 59 100 5 40")
    assert (values(work), work.commands) == ({}, [])
    assert why == "Anh/chị nhắn 6 số, ở đây chỉ hỏi 5 số. Tôi chưa ghi số nào, anh/chị nhắn lại giúp."


def test_a_place_that_is_skipped_is_named() -> None:
    """The list comes again without it."""
    work = filling()
    assert fill.press(work, INDICATORS.question("tong_tre_em"), SKIP) is None
    assert (render(work.echo or ""), values(work)) == ("tổng số –", {"tong_tre_em": None})


def test_a_list_is_kept_whole() -> None:
    """What is read as a list is kept as one; what has no figure yet stays open."""
    work = filling(answers={"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59})
    work.data["early"] = ["tong_tre_em", "tong_nam", "tong_nu"]
    assert fill.press(work, INDICATORS.question("tong_tre_em"), KEEP) is None
    assert (work.early, (work.next() or INDICATORS.questions[0]).name) == ([], "khai_sinh")


def test_figures_that_are_answered_already_are_not_overwritten() -> None:
    """Only what is still open counts places."""
    work, _ = typed("120 100", {"tong_nam": 61, "tong_nu": 59})
    assert values(work) == {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59, "khai_sinh": 100}


def test_a_part_is_confirmed_in_one_answer() -> None:
    """The figures of the period before are shown; they are answers only now."""
    work = filling(known=LAST)
    assert "[Cả 5 số như kỳ trước] 120; 61; 59; 100; 5\n[Như kỳ trước (tổng số)] 120" in asked(work, "tong_tre_em")
    assert values(work) == {}
    assert fill.press(work, INDICATORS.question("tong_tre_em"), AS_BEFORE) is None
    assert dict(LAST.last) == values(work)
    assert [command.question for command in work.commands if isinstance(command, PutAnswer)] == CHILDREN


def test_a_part_that_is_not_known_whole_is_not_confirmed_whole() -> None:
    """A figure that is missing from the period before is asked."""
    known = Known(last={"tong_tre_em": 120, "tong_nam": 61}, last_name=SPRING)
    assert "số như kỳ trước]" not in asked(filling(known=known), "tong_tre_em")


def test_the_count_of_cases_is_offered() -> None:
    """Beside the figure of the period before."""
    shown = asked(filling(known=Known(last={"xam_hai_vu": 1}, last_name=SPRING, cases={"violation": 3})), "xam_hai_vu")
    assert [line for line in shown.splitlines() if line.startswith("[")][:2] == ["[Theo hệ thống (số vụ)] 3", "[Như kỳ trước (số vụ)] 1"]


def test_another_figure_needs_another_reason() -> None:
    """The same figure keeps its reason."""
    before = {"tong_tre_em": 240, "tong_tre_em" + WHY: "nhập thêm tổ"}
    assert values(typed("240", before)[0])["tong_tre_em" + WHY] == "nhập thêm tổ"
    assert values(typed("300", before)[0])["tong_tre_em" + WHY] is None


@pytest.mark.parametrize("question", [question for question in INDICATORS.questions if question.figure])
def test_a_block_is_never_larger_than_a_screen(question: Any) -> None:
    """At most seven figures of one part and one kind."""
    block = fill.block(filling(), question)
    assert len(block) <= BLOCK
    assert {(one.section, one.type) for one in block} == {(question.section, question.type)}


# --- tables -----------------------------------------------------------------------------------------------------------


def take_table(work: Filling, cells: dict[str, Any]) -> tuple[int, tuple[Text, ...]]:
    """As handlers.table does: what was read is put; how many, and what was not understood."""
    found, misread = read_table(work.form, cells, work.facts)
    for name, value in found.items():
        work.put(name, value, skipped=value is None)
    return len(found), tuple(Join((question.short, ": ", why), "") for question, why in misread)


def test_a_table_fills_what_it_holds() -> None:
    """Numbers as numbers, words as if typed; empty cells and unknown names change nothing."""
    work = filling(answers={"khai_sinh": 90})
    taken, misread = take_table(
        work, {"tong_tre_em": 1234, "tong_nam": 600.0, "tong_nu": "634", "khai_sinh": " ", "ngheo": None, "ctv": "không", "x": 1}
    )
    assert (taken, misread) == (4, ())
    assert values(work) == {"khai_sinh": 90, "tong_tre_em": 1234, "tong_nam": 600, "tong_nu": 634, "ctv": 0}


def test_what_a_table_says_wrongly_is_told_and_the_rest_is_kept() -> None:
    """Each with its name."""
    work = filling()
    taken, misread = take_table(
        work, {"tong_tre_em": 120, "tong_nam": -1, "tong_nu": 12.5, "khai_sinh": "nhiều", "kinh_phi_ngan_sach": 12.5}
    )
    assert taken == 2
    assert [render(one) for one in misread] == [
        "nam: Số không thể nhỏ hơn 0. Anh/chị nhắn lại giúp.",
        "nữ: “12.5” không phải số nguyên. Anh/chị nhắn lại số giúp.",
        "có khai sinh: Tôi chưa hiểu “nhiều”. Anh/chị chỉ nhắn số, ví dụ: 12.",
    ]
    assert values(work) == {"tong_tre_em": 120, "kinh_phi_ngan_sach": 12.5}


NAMES = [question.name for question in INDICATORS.questions]
CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.integers(0, 5000)


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), CELLS), st.dictionaries(st.sampled_from(CHILDREN), st.integers(0, 99)))
def test_whatever_a_table_holds_nothing_else_is_lost(cells: dict[str, Any], before: dict[str, int]) -> None:
    """Every cell of a figure is taken, told, or empty; all other answers stand as they were."""
    work = filling(answers=before)
    taken, misread = take_table(work, cells)
    figures = {name: cell for name, cell in cells.items() if INDICATORS.has(name) and INDICATORS.question(name).figure}
    assert taken + len(misread) == len([cell for cell in figures.values() if cell is not None and str(cell).strip()])
    assert {name: value for name, value in values(work).items() if name not in figures} == {
        name: value for name, value in before.items() if name not in figures
    }
    assert [value for value in values(work).values() if value is not None and not 0 <= value < float("inf")] == []


# --- the day of the figures -------------------------------------------------------------------------------------------

UNREAD_DAY = "Tôi chưa đọc được ngày. Anh/chị thử: “hôm nay”, “30/4”, “9/5/2021”."


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hôm nay", "2026-11-23"),
        ("30/4", "2026-04-30"),
        ("9.5.2021", "2021-05-09"),
        ("hôm qua", "2026-11-22"),
        ("thứ 6 tuần trước", "2026-11-20"),
    ],
)
def test_the_day_is_read_as_people_type_it(text: str, day: str) -> None:
    """It is kept as a day."""
    assert values(typed(text, at="so_lieu_den")[0]) == {"so_lieu_den": day}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("mai", "Ngày đó chưa tới. Số liệu tính đến ngày nào ạ?"),
        ("30/12/2026", "Ngày đó chưa tới. Số liệu tính đến ngày nào ạ?"),
        ("tháng 4", UNREAD_DAY),
        ("tuần trước", UNREAD_DAY),
        ("120", UNREAD_DAY),
        ("bỏ qua", "Câu này cần anh/chị trả lời, ngắn thôi cũng được."),
    ],
)
def test_a_day_that_is_not_clear_is_asked_once_more(text: str, why: str) -> None:
    """Never in the future, never a week, never skipped."""
    work, said = typed(text, at="so_lieu_den")
    assert (values(work), said) == ({}, why)
