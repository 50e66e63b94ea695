"""The consolidated workbook: lines, totals by formula, gaps that are seen, and words that stay words."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.documents import workbook
from bot.documents.cells import EMPTY_FILL, sheet_name
from bot.documents.reading import Consolidated, Part
from bot.documents.sums import reached, total
from tests.bot.documents.office import converted, needs_libreoffice
from tests.bot.documents.sample import ODD, consolidated, part

INDICATORS = part("bo_chi_tieu", "9_thang_2021")
FRIENDLY = part("phuong_phu_hop", "nam_2021", 3)
ACTION = part("thang_hanh_dong", "nam_2021", 4)


def opened(values: Consolidated) -> Any:
    return load_workbook(io.BytesIO(workbook.draw(values).body))


def heads(sheet: Any) -> dict[str, int]:
    """Columns by their heads."""
    return {str(cell.value): cell.column for row in (workbook.HEAD - 1, workbook.HEAD) for cell in sheet[row] if cell.value}


def test_one_sheet_a_report_and_one_line_a_unit() -> None:
    """In the plan's order, whether or not somebody has handed in."""
    book = opened(consolidated(INDICATORS, ACTION))
    assert book.sheetnames == ["Bộ chỉ tiêu 9 tháng năm 2021", "Tháng hành động năm 2021"]
    sheet = book.worksheets[0]
    lines = [(sheet.cell(workbook.FIRST + place, 2).value, sheet.cell(workbook.FIRST + place, 3).value) for place in range(14)]
    assert lines == [(line.name, line.state) for line in INDICATORS.lines]
    assert {state for _name, state in lines} == {"Đúng hạn", "Nộp muộn", "Chưa nộp", "Trả lại, chưa nộp lại"}
    assert (sheet.freeze_panes, sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("C8", "landscape", 9)


def test_figures_are_numbers_and_gaps_are_coloured() -> None:
    """A gap is never a zero."""
    sheet = opened(consolidated(INDICATORS)).worksheets[0]
    column = heads(sheet)["Tổng số trẻ em dưới 16 tuổi"]
    for place, line in enumerate(INDICATORS.lines):
        cell = sheet.cell(workbook.FIRST + place, column)
        assert cell.value == line.figure("tong_tre_em")
        assert (cell.fill.start_color.rgb == f"00{EMPTY_FILL}") is (cell.value is None)


def test_totals_are_formulas() -> None:
    """Whoever corrects a cell sees the total change."""
    sheet = opened(consolidated(INDICATORS)).worksheets[0]
    cell = sheet.cell(workbook.FIRST + 14, heads(sheet)["Tổng số trẻ em dưới 16 tuổi"])
    assert cell.value == f"=SUM(${cell.column_letter}$8:${cell.column_letter}$21)"


@needs_libreoffice
def test_libreoffice_works_out_the_same_totals_shares_and_targets(tmp_path: Path) -> None:
    """Every total of every sheet, and every target, against a sum made here."""
    values = consolidated(INDICATORS, FRIENDLY, ACTION)
    book = load_workbook(io.BytesIO(converted(workbook.draw(values).body, ".xlsx", "xlsx", tmp_path)), data_only=True)
    for sheet, one in zip(book.worksheets, values.parts, strict=True):
        assert _totals(sheet, one) == {question.label.vi: total(one, question.name).value for question in _figures(one)}
        wanted = [number for target in one.targets for number in (target.least / 100, (reached(one, target) or 0) / 100)]
        assert _targets(sheet, one) == pytest.approx(wanted)


def _figures(one: Part) -> list[Any]:
    return [question for question in one.form.questions if question.figure] if one.form else []


def _totals(sheet: Any, one: Part) -> dict[str, float]:
    row = workbook.FIRST + len(one.lines)
    columns = heads(sheet)
    return {question.label.vi: sheet.cell(row, columns[question.label.vi]).value for question in _figures(one)}


def _targets(sheet: Any, one: Part) -> list[float]:
    """What the plan wants and what was reached, line by line."""
    first = workbook.FIRST + len(one.lines) + 3
    return [sheet.cell(first + place, column).value for place in range(len(one.targets)) for column in (3, 4)]


def test_names_that_look_like_formulas_stay_words() -> None:
    """A cell's type says that it is words, and the mark for quoted words is set, so that it stays so when somebody edits it."""
    sheet = opened(consolidated(part("hoat_dong_he", "nam_2021", 2, ODD))).worksheets[0]
    cells = [sheet.cell(workbook.FIRST + place, 2) for place in range(len(ODD))]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * len(ODD)
    assert [cell.value for cell in cells] == list(ODD)


@needs_libreoffice
def test_a_formula_in_a_name_is_not_worked_out_by_another_program(tmp_path: Path) -> None:
    """LibreOffice shows it as it stands."""
    made = workbook.draw(consolidated(part("hoat_dong_he", "nam_2021", 2, ODD))).body
    rows = list(csv.reader(io.StringIO(converted(made, ".xlsx", "csv:Text - txt - csv (StarCalc):44,34,76", tmp_path).decode("utf-8"))))
    shown = [row[1].strip() for row in rows[workbook.FIRST - 1 : workbook.FIRST - 1 + len(ODD)]]
    assert shown == [name.strip() for name in ODD]


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("Báo cáo [gấp]: số 1/2?", [], "Báo cáo gấp số 1 2"),
        ("", [], "Báo cáo"),
        ("'''", [], "Báo cáo"),
        ("History", [], "History (2)"),
        ("a" * 40, ["A" * 31], "a" * 27 + " (2)"),
        ("Hè", ["hè", "Hè (2)"], "Hè (3)"),
    ],
)
def test_a_sheet_has_a_name_that_every_program_takes(wanted: str, taken: list[str], name: str) -> None:
    """At most 31 letters, no sign that is forbidden, no name twice."""
    assert sheet_name(wanted, taken) == name
    assert len(name) <= 31


def test_a_report_that_nobody_knows_the_form_of_has_its_line_all_the_same() -> None:
    """Of an earlier plan: who handed in is still seen."""
    one = Part("cu", "Báo cáo cũ", "Cũ", "2019", "", INDICATORS.last, None, (), INDICATORS.lines)
    sheet = opened(consolidated(one)).worksheets[0]
    assert sheet.cell(workbook.FIRST, 2).value == INDICATORS.lines[0].name
