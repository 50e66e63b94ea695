"""The spreadsheet of a report: one row for each figure, to be filled in by the office and sent back.

    A STT   B Câu hỏi   C Đơn vị tính   D Kỳ trước   E Số liệu (to fill)   F Ghi chú   G hidden: the question's name

The hidden column's head says what this is: "baongay:1|form|version|hash|expected report". Everything but E and F is locked, without a password: it keeps
people from slips, not from anything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bot.documents.cells import HEAD_FILL, TOTAL_FILL, ascii_name, dress, fill, frame, print_on, put_number, put_text, saved
from bot.documents.made import XLSX, Made, Recipe
from bot.documents.reading import figures_of, unit_name
from bot.documents.table import HEADS, MARK, VALUE
from bot.engine import Engine
from bot.expected_rows import ROWS, as_expected
from models.expected import EXPECTED, STANDING
from models.form import Form, Question, QuestionType
from models.report_facts import Expected
from models.talk import Json

HEAD = 6  # row
WIDTHS = (6, 52, 14, 12, 14, 26, 4)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the spreadsheet. `given` and `before`: figures by question, of the draft so far and of the period before."""

    code: str
    expected: str
    title: str
    period: str
    unit: str
    due: str  # "hết ngày 9/8/2021"
    form: Form
    given: Mapping[str, Json]
    before: Mapping[str, Json]
    before_name: str


def read(db: sa.Connection, engine: Engine, data: Mapping[str, Any], now: datetime) -> Sheet:
    """Of a document's data {"expected": id}. LookupError if the report is gone, or its form has no figures or is known no more."""
    row = db.execute(ROWS.where(EXPECTED.c.id == str(data["expected"]))).one()
    one = as_expected(db, engine, row)
    form = engine.forms[one.form]
    if not any(question.figure for question in form.questions):
        raise LookupError("no figures are asked in this form")
    before = _before(db, engine, one)
    day = (one.due_at - timedelta(microseconds=1)).astimezone(engine.zone)
    last = f"hết ngày {day.day}/{day.month}/{day.year}"
    return Sheet(
        one.code, one.id, one.title.vi, one.period_name.vi, unit_name(engine, one.unit), last, form, figures_of(db, engine, one.submission),
        figures_of(db, engine, before.submission, filed=True) if before else {}, before.period_name.vi if before else "",
    )  # fmt: skip


def _before(db: sa.Connection, engine: Engine, one: Expected) -> Expected | None:
    """The same unit's report of the period before, if one stands and did not state that there was nothing."""
    try:
        period = engine.plan.report(one.report).before(one.period)
    except KeyError:
        return None
    if period is None:
        return None
    e = EXPECTED.c
    same = e.report == one.report, e.unit == one.unit, e.period == period.id
    row = db.execute(ROWS.where(*same, e.state.in_(STANDING), e.zero.is_(False))).first()
    return as_expected(db, engine, row) if row is not None else None


def draw(values: Sheet) -> Made:
    from openpyxl import Workbook

    book = Workbook()
    del book["Sheet"]
    sheet = book.create_sheet("Số liệu")
    _title(sheet, values)
    _heads(sheet, values)
    last = _rows(sheet, values)
    _only_figures(sheet, last, values.form)
    _locked(sheet, last)
    for letter, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["G"].hidden = True
    sheet.freeze_panes = f"A{HEAD + 1}"
    sheet.print_area = f"A1:F{last}"
    print_on(sheet, landscape=False, wide=1, heads=f"{HEAD}:{HEAD}")
    return Made("file", saved(book), XLSX, f"{values.code}-{ascii_name(values.form.id)}.xlsx")


RECIPE = Recipe(read, draw)


def _title(sheet: Any, values: Sheet) -> None:
    put_text(sheet.cell(1, 1), values.unit.upper(), bold=True, wrap=False)
    put_text(sheet.cell(2, 1), f"{values.title}, {values.period}", bold=True, size=14)
    sheet.merge_cells("A2:F2")
    sheet.row_dimensions[2].height = 38
    put_text(sheet.cell(3, 1), f"Mã báo cáo: {values.code}. Hạn cuối: {values.due}.", wrap=False)
    guide = "Điền cột “Số liệu” rồi gửi lại tệp này trong chat. Không có thì ghi 0; chưa có số liệu thì để trống. Kinh phí tính bằng triệu đồng."
    put_text(sheet.cell(4, 1), guide, italic=True)
    sheet.merge_cells("A4:F4")
    sheet.row_dimensions[4].height = 32


def _heads(sheet: Any, values: Sheet) -> None:
    heads = [*HEADS]
    if values.before_name:
        heads[3] = f"{HEADS[3]} ({values.before_name})"
    for place, head in enumerate(heads, 1):
        put_text(sheet.cell(HEAD, place), head, bold=True, align="center")
        fill(sheet.cell(HEAD, place), HEAD_FILL)
    mark = "|".join((MARK, values.form.id, str(values.form.version), values.form.content_hash[:16], values.expected))
    put_text(sheet.cell(HEAD, len(heads) + 1), mark, wrap=False)
    sheet.row_dimensions[HEAD].height = 34
    frame(sheet.cell(HEAD, place) for place in range(1, len(heads) + 1))


def _rows(sheet: Any, values: Sheet) -> int:
    """Write the figures below the names of their parts; returns the last row."""
    labels = {section.name: section.label.vi for section in values.form.sections}
    row, number = HEAD, 0
    figures = [question for question in values.form.questions if question.figure]
    for section, questions in groupby(figures, key=lambda question: question.section):
        row += 1
        put_text(sheet.cell(row, 2), labels.get(section, ""), bold=True)
        for place in range(1, 7):
            fill(sheet.cell(row, place), TOTAL_FILL)
        frame(sheet.cell(row, place) for place in range(1, 7))
        for question in questions:
            row, number = row + 1, number + 1
            _row(sheet, row, number, question, values)
    return row


def _row(sheet: Any, row: int, number: int, question: Question, values: Sheet) -> None:
    put_number(sheet.cell(row, 1), number)
    dress(sheet.cell(row, 1), align="center")
    put_text(sheet.cell(row, 2), question.label.vi)
    put_text(sheet.cell(row, 3), question.measure.vi if question.measure else "", align="center")
    for place, known in ((4, values.before), (VALUE, values.given)):
        figure = known.get(question.name)
        put_number(sheet.cell(row, place), figure if isinstance(figure, int | float) and not isinstance(figure, bool) else None)
    put_text(sheet.cell(row, 7), question.name, wrap=False)
    if question.type is QuestionType.DECIMAL:
        sheet.cell(row, VALUE).number_format = "#,##0.###"
    sheet.row_dimensions[row].height = 16 * max(1, -(-len(question.label.vi) // 48))
    frame(sheet.cell(row, place) for place in range(1, 7))


def _only_figures(sheet: Any, last: int, form: Form) -> None:
    """What is typed beside a number is refused by the program that it is typed in, so that it need not be asked again here."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    rule.errorTitle, rule.error = "Chưa đúng", "Ô này chỉ nhận số, từ 0 trở lên."
    rule.promptTitle, rule.prompt = "Số liệu", "Không có thì ghi 0. Chưa có số liệu thì để trống."
    sheet.add_data_validation(rule)
    rule.add(f"E{HEAD + 1}:E{last}")


def _locked(sheet: Any, last: int) -> None:
    from openpyxl.styles import Protection

    for row in range(HEAD + 1, last + 1):
        if sheet.cell(row, 7).value:
            for place in (VALUE, VALUE + 1):
                sheet.cell(row, place).protection = Protection(locked=False)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
