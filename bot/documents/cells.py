"""Cells of a spreadsheet: words can never become a formula, numbers are numbers, and everything looks the same in every workbook.

Fonts: Times New Roman, as the papers of the office (Nghị định 30/2020/NĐ-CP, Phụ lục I).
"""

import re
from collections.abc import Iterable
from typing import Any

FONT = "Times New Roman"
MOST = 32767  # letters of a cell
EMPTY_FILL, HEAD_FILL, TOTAL_FILL = "FFE699", "DDEBF7", "EDEDED"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")


def put_text(cell: Any, text: str, *, bold: bool = False, italic: bool = False, size: int = 11, align: str = "", wrap: bool = True) -> None:
    """Words, and never anything else: the cell's type says so, and where a program would read a formula it is marked as quoted, so that it stays words
    when somebody edits it or saves it as CSV."""
    words = _CONTROL.sub("", text)[:MOST]
    if words.startswith(_FORMULA):
        cell.value = words
        cell.data_type = "s"
        dress(cell, bold=bold, italic=italic, size=size, align=align, wrap=wrap)
        cell.quotePrefix = True
        return
    cell.value = words
    cell.data_type = "s"
    dress(cell, bold=bold, italic=italic, size=size, align=align, wrap=wrap)


def put_number(cell: Any, value: int | float | None, *, bold: bool = False, percent: bool = False) -> None:
    """A number in the plan's way of writing it, or an empty cell."""
    cell.value = value
    dress(cell, bold=bold, align="right")
    cell.number_format = "0.0%" if percent else "#,##0.###" if isinstance(value, float) else "#,##0"


def put_formula(cell: Any, formula: str, *, bold: bool = False, form: str = "#,##0") -> None:
    """A formula of ours; nothing that somebody typed is ever part of one."""
    cell.value = formula
    dress(cell, bold=bold, align="right")
    cell.number_format = form


def dress(cell: Any, *, bold: bool = False, italic: bool = False, size: int = 11, align: str = "", wrap: bool = False) -> None:
    from openpyxl.styles import Alignment, Font

    cell.font = Font(name=FONT, size=size, bold=bold, italic=italic)
    cell.alignment = Alignment(horizontal=align or None, vertical="center", wrap_text=wrap)


def fill(cell: Any, colour: str) -> None:
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", start_color=colour)


def frame(cells: Iterable[Any]) -> None:
    """Thin lines around each cell."""
    from openpyxl.styles import Border, Side

    side = Side(style="thin", color="808080")
    border = Border(left=side, right=side, top=side, bottom=side)
    for cell in cells:
        cell.border = border


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that every program takes: at most 31 letters, none of []:*?/\\, not in quotes, never twice."""
    bare = " ".join(_NOT_IN_A_NAME.sub(" ", wanted).split()).strip("'") or "Báo cáo"
    used = {name.casefold() for name in taken}
    name, number = bare[:31].strip(" '"), 1
    while name.casefold() in used or name.casefold() == "history":
        number += 1
        tail = f" ({number})"
        name = bare[: 31 - len(tail)].strip(" '") + tail
    return name


def ascii_name(words: str) -> str:
    """A part of a file's name: plain small letters and dashes."""
    from handlers.reading.folding import fold

    return "-".join(re.findall(r"[a-z0-9]+", fold(words)))[:60] or "bao-cao"


def print_on(sheet: Any, *, landscape: bool, wide: int, heads: str, sides: str = "") -> None:
    """A4, `wide` pages beside each other at most, as many below as it takes; rows `heads` and columns `sides` on each page, its number at the foot."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.6, 0.8, 0.4
    sheet.print_title_rows = heads
    if sides:
        sheet.print_title_cols = sides
    sheet.oddFooter.right.text = "Trang &P/&N"
    sheet.oddFooter.left.text = "&A"


def saved(book: Any) -> bytes:
    import io

    body = io.BytesIO()
    book.properties.creator = book.properties.lastModifiedBy = "Báo Ngay"
    book.save(body)
    return body.getvalue()
