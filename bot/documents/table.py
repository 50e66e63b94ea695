"""Reading a spreadsheet that came back: figures by question, or why it cannot be read. Nothing is guessed: rows are known by the hidden names, so that
they may stand in any order, between other rows, in other columns.

Bounded: 5 MB unpacked, 5 sheets, 2000 rows, 60 columns. Formulas are not worked out: what the program that saved it had worked out is taken.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.reading.folding import fold
from models.talk import Json

MARK = "baongay:1"
HEADS = ("STT", "Câu hỏi", "Đơn vị tính", "Kỳ trước", "Số liệu", "Ghi chú")
TABLE_PLACE = "attachment.table"  # where what was read is sealed
VALUE = 5  # the column of "Số liệu", from 1
MAX_UNPACKED, MAX_SHEETS, MAX_ROWS, MAX_COLUMNS = 5 * 2**20, 5, 2000, 60

NOT_OURS, TOO_LARGE, NO_NAMES, NO_FIGURES, BROKEN = "not_ours", "too_large", "no_names", "no_figures", "broken"
"""Why it is not read: the office's own file; too large; ours without the hidden column; without the column of figures; damaged."""

_NAME = re.compile(r"[a-z0-9_]{1,40}")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True, slots=True)
class Table:
    """`values`: what stands in the cells, by question: a number, words as typed, None where it is empty. `unclear`: cells that hold no figure at all
    (a date, TRUE, an error, several rows in one cell)."""

    form: str
    version: str
    form_hash: str
    expected: str
    values: Mapping[str, Json] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    reason: str


def read_table(body: bytes) -> Table | Unreadable:
    """Never raises, whatever the bytes are. Slow: call it in a thread."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                return Unreadable(TOO_LARGE)
            merged = _merged(archive)
        return _read(body, merged)
    except Exception:  # noqa: BLE001  libraries raise anything on damaged bytes, and would raise it again at the next try
        return Unreadable(BROKEN)


def _read(body: bytes, merged: Sequence[tuple[int, int, int, int]]) -> Table | Unreadable:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        reason, ours = NOT_OURS, list[Table]()
        for sheet in book.worksheets[:MAX_SHEETS]:
            sheet.reset_dimensions()  # what the file says of its own size is nothing to rely on
            rows = [tuple(row) for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)]
            found = _table(rows, merged)
            if isinstance(found, Table):
                ours.append(found)
            else:
                reason = found.reason if found.reason != NOT_OURS else reason
        return _together(ours) if ours else Unreadable(reason)
    finally:
        book.close()


def _together(ours: Sequence[Table]) -> Table:
    """A sheet that somebody has copied: what stands in one of them alone, or in all alike, is meant; where they differ, which of them is?"""
    first = ours[0]
    same = [one for one in ours if (one.form, one.version, one.expected) == (first.form, first.version, first.expected)]
    values, unclear = dict[str, Json](), {name for one in same for name in one.unclear}
    for name in dict.fromkeys(name for one in same for name in one.values):
        given = {one.values[name] for one in same if one.values.get(name) is not None}
        if len(given) > 1:
            unclear.add(name)
        elif name not in unclear:
            values[name] = next(iter(given), None)
    return Table(first.form, first.version, first.form_hash, first.expected, values, tuple(sorted(unclear)))


def _table(rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, int]]) -> Table | Unreadable:
    head = next((place for place, row in enumerate(rows) if _column(row, _is_mark) is not None), None)
    if head is None:
        ours = any({fold(HEADS[1]), fold(HEADS[4])} <= {fold(str(cell)) for cell in row if isinstance(cell, str)} for row in rows[:50])
        return Unreadable(NO_NAMES if ours else NOT_OURS)
    names, figures = _column(rows[head], _is_mark), _column(rows[head], _is_figures)
    if figures is None:
        return Unreadable(NO_FIGURES)
    assert names is not None
    mark = str(rows[head][names]).split("|")
    values, unclear = dict[str, Json](), list[str]()
    for place, row in enumerate(rows[head + 1 :], head + 1):
        name = row[names] if names < len(row) else None
        if not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
            continue
        name, cell = name.strip(), row[figures] if figures < len(row) else None
        if name in values or name in unclear or not _is_figure(cell) or _in_a_merged_cell(merged, place + 1, figures + 1):
            values.pop(name, None)  # a name that is there twice: which of them is meant?
            unclear += [name] if name not in unclear else []
            continue
        values[name] = _plain(cell)
    return Table(mark[1], mark[2], mark[3], mark[4], values, tuple(unclear))


def _column(row: Sequence[Any], fits: Any) -> int | None:
    return next((place for place, cell in enumerate(row) if isinstance(cell, str) and fits(cell)), None)


def _is_mark(text: str) -> bool:
    return text.startswith(MARK + "|") and text.count("|") == 4


def _is_figures(text: str) -> bool:
    return fold(text) == fold(HEADS[VALUE - 1])


def _is_figure(cell: Any) -> bool:
    """A number, words that may be one, or nothing. Not a date: "1/2" is one in every spreadsheet."""
    return cell is None or (isinstance(cell, int | float | str) and not isinstance(cell, bool) and not str(cell).startswith("#"))


def _plain(cell: Any) -> Json:
    if isinstance(cell, float):
        return int(cell) if cell == int(cell) else round(cell, 3)
    if isinstance(cell, str):
        return cell.strip()[:100] or None
    return cell if isinstance(cell, int) else None


# --- merged cells -------------------------------------------------------------------------------------------------------


def _merged(archive: zipfile.ZipFile) -> list[tuple[int, int, int, int]]:
    """(first column, first row, last column, last row) of every cell that covers several rows."""
    return [
        area
        for name in archive.namelist()
        if name.startswith("xl/worksheets/") and name.endswith(".xml")
        for area in _areas(archive.read(name))
    ]


def _areas(sheet: bytes) -> Iterator[tuple[int, int, int, int]]:
    for found in _MERGED.finditer(sheet):
        first, top, last, bottom = found.groups()
        if int(top) != int(bottom):
            yield _number(first), int(top), _number(last), int(bottom)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _in_a_merged_cell(merged: Sequence[tuple[int, int, int, int]], row: int, column: int) -> bool:
    return any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in merged)
