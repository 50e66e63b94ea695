"""The consolidated workbook of one due day: a sheet for each report, a line for each unit, totals and shares by formula.

    1 the division             5 parts of the form
    2 what it is               6 names of the columns
    3 due day, when read       7 what is counted, and the target
    8… a line for each unit, then the total, then targets beside what was reached

A cell that nobody has filled is coloured. What people wrote in words is not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.documents.cells import (
    EMPTY_FILL,
    HEAD_FILL,
    TOTAL_FILL,
    dress,
    fill,
    frame,
    print_on,
    put_formula,
    put_number,
    put_text,
    saved,
    sheet_name,
)
from bot.documents.made import XLSX, Made, Recipe
from bot.documents.reading import NOTHING, Consolidated, Line, Part, read
from models.form import Form, QuestionType
from models.plan import Target

HEAD, MEASURE, FIRST = 6, 7, 8  # rows
FIXED = ("STT", "Đơn vị", "Tình trạng", "Nộp lúc", "Số liệu tính đến")
A_PAGE = 10  # figure columns that can still be read on one sheet of paper
PERCENT = "0.0%"


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: figure | choice | share. Of a share `part` and `whole` are questions, `least` the plan's target in percent (0: none)."""

    kind: str
    name: str
    head: str
    measure: str
    section: str
    part: str = ""
    whole: str = ""


def draw(values: Consolidated) -> Made:
    from openpyxl import Workbook

    book = Workbook()
    del book["Sheet"]
    for part in values.parts:
        _sheet(book.create_sheet(sheet_name(f"{part.short} {part.period}", book.sheetnames)), values, part)
    if not values.parts:
        put_text(book.create_sheet("Báo cáo").cell(1, 1), "Không có báo cáo nào có hạn này.")
    return Made("file", saved(book), XLSX, f"tong-hop-{values.due.isoformat()}.xlsx")


RECIPE = Recipe(read, draw)


# --- columns ----------------------------------------------------------------------------------------------------------


def columns(form: Form | None, targets: tuple[Target, ...]) -> tuple[Column, ...]:
    """Figures and choices in the form's order, then the shares: the form's own, and those that the plan has a target for."""
    if form is None:
        return ()
    labels = {section.name: section.label.vi for section in form.sections}
    found = [
        Column("choice" if question.type is QuestionType.SELECT_ONE else "figure", question.name, question.label.vi if question.figure
               else question.short.vi, question.measure.vi if question.measure else "", labels.get(question.section, ""))
        for question in form.questions
        if question.figure or (question.type is QuestionType.SELECT_ONE and question.choices)
    ]  # fmt: skip
    return (*found, *_shares(form, targets))


def _shares(form: Form, targets: tuple[Target, ...]) -> Iterator[Column]:
    least = {(target.part, target.whole): target.least for target in targets if target.whole}
    named = {(ratio.part, ratio.whole): ratio.label.vi for ratio in form.ratios}
    named |= {
        (target.part, target.whole): _share_of(target) for target in targets if target.whole and (target.part, target.whole) not in named
    }
    for (part, whole), label in named.items():
        if form.has(part) and form.has(whole):
            goal = f"%, chỉ tiêu từ {least[part, whole]}%" if (part, whole) in least else "%"
            yield Column("share", f"{part}/{whole}", label, goal, "Tỷ lệ", part, whole)


def _share_of(target: Target) -> str:
    """ "Tỷ lệ trẻ em tham gia …": not the name of the figure beside it."""
    return f"Tỷ lệ {target.name.vi[:1].lower()}{target.name.vi[1:]}"


# --- one sheet --------------------------------------------------------------------------------------------------------


class _Grid:
    """Where things stand on one sheet."""

    def __init__(self, sheet: Any, part: Part) -> None:
        from openpyxl.utils import get_column_letter

        self.sheet, self.part, self.form = sheet, part, part.form
        self.columns = columns(part.form, part.targets)
        self.letters = {column.name: get_column_letter(len(FIXED) + 1 + place) for place, column in enumerate(self.columns)}
        self.last = max(FIRST + len(part.lines) - 1, FIRST)
        self.width = len(FIXED) + len(self.columns)

    def span(self, question: str) -> str:
        """The cells of all units in a question's column, both ends fixed: "$F$8:$F$21"."""
        letter = self.letters[question]
        return f"${letter}${FIRST}:${letter}${self.last}"

    def both(self, part: str, whole: str) -> str:
        """Part by whole over the units that gave both; an error where nobody did."""
        given, of = self.span(part), self.span(whole)
        return f'SUMIFS({given},{of},"<>")/SUMIFS({of},{given},"<>")'

    def row(self, number: int) -> list[Any]:
        return [self.sheet.cell(number, place) for place in range(1, self.width + 1)]


def _sheet(sheet: Any, values: Consolidated, part: Part) -> None:
    grid = _Grid(sheet, part)
    _title(grid, values)
    _heads(grid)
    for place, line in enumerate(part.lines):
        _line(grid, FIRST + place, place + 1, line)
    _totals(grid, grid.last + 1)
    _targets(grid, grid.last + 3)
    for letter, width in zip("ABCDE", (5, 26, 13, 13, 12), strict=True):
        sheet.column_dimensions[letter].width = width
    for letter in grid.letters.values():
        sheet.column_dimensions[letter].width = 13
    sheet.freeze_panes = f"C{FIRST}"
    wide = max(1, -(-len(grid.columns) // A_PAGE))
    print_on(sheet, landscape=True, wide=wide, heads=f"{HEAD - 1}:{MEASURE}", sides="A:B")
    sheet.print_area = f"A1:{sheet.cell(1, grid.width).column_letter}{max(sheet.max_row, grid.last + 1)}"


def _title(grid: _Grid, values: Consolidated) -> None:
    sheet, part = grid.sheet, grid.part
    put_text(sheet.cell(1, 1), values.division.upper(), bold=True, wrap=False)
    put_text(sheet.cell(2, 1), f"TỔNG HỢP: {part.title}, {part.period}", bold=True, size=14, wrap=False)
    day, at = part.last, values.at
    due = f"Hạn cuối: hết ngày {day.day}/{day.month}/{day.year}. Số liệu đọc lúc {at:%H:%M} ngày {at.day}/{at.month}/{at.year}."
    put_text(sheet.cell(3, 1), f"{due} Ô tô màu: chưa có số liệu.", italic=True, wrap=False)
    sheet.row_dimensions[2].height = 24


def _heads(grid: _Grid) -> None:
    sheet = grid.sheet
    for place, name in enumerate(FIXED, 1):
        put_text(sheet.cell(HEAD - 1, place), name, bold=True, size=10, align="center")
        sheet.merge_cells(start_row=HEAD - 1, end_row=MEASURE, start_column=place, end_column=place)
    start = len(FIXED) + 1
    for place, column in enumerate(grid.columns, start):
        put_text(sheet.cell(HEAD, place), column.head, bold=True, size=10, align="center")
        put_text(sheet.cell(MEASURE, place), column.measure, italic=True, size=9, align="center")
    for section, here in groupby(enumerate(grid.columns, start), key=lambda placed: placed[1].section):
        places = [place for place, _column in here]
        put_text(sheet.cell(HEAD - 1, places[0]), section, bold=True, size=10, align="center")
        sheet.merge_cells(start_row=HEAD - 1, end_row=HEAD - 1, start_column=places[0], end_column=places[-1])
    for number in (HEAD - 1, HEAD, MEASURE):
        for cell in grid.row(number):
            fill(cell, HEAD_FILL)
        frame(grid.row(number))
    sheet.row_dimensions[HEAD].height = 15 * max([2, *(-(-len(column.head) // 11) for column in grid.columns)])
    sheet.row_dimensions[HEAD - 1].height = 28
    sheet.row_dimensions[MEASURE].height = 26


def _line(grid: _Grid, row: int, number: int, line: Line) -> None:
    sheet = grid.sheet
    put_number(sheet.cell(row, 1), number)
    dress(sheet.cell(row, 1), align="center")
    if line.zero:
        sheet.row_dimensions[row].height = 40
    put_text(sheet.cell(row, 2), line.name)
    put_text(sheet.cell(row, 3), f"{line.state}. {NOTHING}" if line.zero else line.state, size=10)
    for place, shown in (
        (4, f"{line.handed_at:%H:%M} {line.handed_at.day}/{line.handed_at.month}" if line.handed_at else ""),
        (5, _day(line.as_of)),
    ):
        put_text(sheet.cell(row, place), shown, size=10, align="center")
    for cell, column in zip(grid.row(row)[len(FIXED) :], grid.columns, strict=True):
        _value(grid, cell, column, line)
    frame(grid.row(row))


def _value(grid: _Grid, cell: Any, column: Column, line: Line) -> None:
    if column.kind == "share":
        part, whole = (f"{grid.letters[name]}{cell.row}" for name in (column.part, column.whole))
        put_formula(cell, f'=IF(OR({part}="",{whole}=""),"",IFERROR({part}/{whole},""))', form=PERCENT)
        return
    if column.kind == "choice":
        given = _choice(grid.form, column.name, line)
        put_text(cell, given, align="center") if given else put_number(cell, None)
        empty = not given
    else:
        put_number(cell, line.figure(column.name))
        empty = line.figure(column.name) is None
    if empty and not line.zero:
        fill(cell, EMPTY_FILL)


def _choice(form: Form | None, question: str, line: Line) -> str:
    given = (line.values or {}).get(question)
    found = form.question(question).choices if form is not None else ()
    return next((choice.label.vi for choice in found if choice.name == given), "")


def _totals(grid: _Grid, row: int) -> None:
    sheet = grid.sheet
    put_text(sheet.cell(row, 2), "Tổng cộng", bold=True)
    standing = f'COUNTIF($C${FIRST}:$C${grid.last},"Đúng hạn*")+COUNTIF($C${FIRST}:$C${grid.last},"Nộp muộn*")'
    put_formula(sheet.cell(row, 3), f'=({standing})&"/{len(grid.part.lines)} đã nộp"', bold=True)
    for place, column in enumerate(grid.columns, len(FIXED) + 1):
        cell = sheet.cell(row, place)
        match column.kind:
            case "figure":
                put_formula(
                    cell, f"=SUM({grid.span(column.name)})", bold=True, form="#,##0.###" if _money(grid.form, column.name) else "#,##0"
                )
            case "share":
                put_formula(cell, f'=IFERROR({grid.both(column.part, column.whole)},"")', bold=True, form=PERCENT)
            case _:
                label = _best(grid.form, column.name).replace('"', '""')
                put_formula(cell, f'=COUNTIF({grid.span(column.name)},"{label}")&"/{len(grid.part.lines)} {label}"', bold=True)
    for cell in grid.row(row):
        fill(cell, TOTAL_FILL)
    frame(grid.row(row))


def _best(form: Form | None, question: str) -> str:
    """The label of the answer that the plan wants ("dat"), else of the first."""
    choices = form.question(question).choices if form is not None else ()
    return next((choice.label.vi for choice in choices if choice.name == "dat"), choices[0].label.vi if choices else "")


def _money(form: Form | None, question: str) -> bool:
    return form is not None and form.question(question).type is QuestionType.DECIMAL


def _targets(grid: _Grid, row: int) -> None:
    """The plan's targets beside what was reached, worked out from the cells above."""
    known = [
        target for target in grid.part.targets if target.part in grid.letters and (target.whole is None or target.whole in grid.letters)
    ]
    if not known:
        return
    sheet = grid.sheet
    for place, name in enumerate(("Chỉ tiêu của kế hoạch", "Chỉ tiêu", "Đạt được", "Kết quả"), 2):
        put_text(sheet.cell(row, place), name, bold=True, size=10, align="center")
        fill(sheet.cell(row, place), HEAD_FILL)
    for offset, target in enumerate(known, 1):
        put_text(sheet.cell(row + offset, 2), f"{target.name.vi} ({target.section})", size=10)
        sheet.row_dimensions[row + offset].height = 42
        put_number(sheet.cell(row + offset, 3), target.least / 100, percent=True)
        sheet.cell(row + offset, 3).number_format = '"≥ "0%'
        put_formula(sheet.cell(row + offset, 4), f'=IFERROR({_reached(grid, target)},"")', form=PERCENT)
        at = row + offset
        put_formula(sheet.cell(at, 5), f'=IF(D{at}="","Chưa có số liệu",IF(D{at}>=C{at},"Đạt","Chưa đạt"))')
    for number in range(row, row + len(known) + 1):
        frame(grid.row(number)[1:5])


def _reached(grid: _Grid, target: Target) -> str:
    if target.whole:
        return grid.both(target.part, target.whole)
    label = _best(grid.form, target.part).replace('"', '""')
    span = grid.span(target.part)
    return f'IF(COUNTA({span})=0,"",COUNTIF({span},"{label}")/ROWS({span}))'


def _day(iso: str) -> str:
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    return f"{int(day)}/{int(month)}/{year}" if day.isdigit() and month.isdigit() else ""
