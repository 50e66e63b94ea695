"""The spreadsheet of a report, out and back: what was filled in is what is read, whatever was done to the file on the way."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.documents import template
from bot.documents.table import BROKEN, MAX_ROWS, NO_FIGURES, NO_NAMES, NOT_OURS, TOO_LARGE, Table, Unreadable, read_table
from bot.documents.template import Sheet
from models.talk import Json
from tests.bot.documents.office import converted, needs_libreoffice
from tests.driver import FORMS

FORM = FORMS["bo_chi_tieu"]
FIGURES = [question.name for question in FORM.questions if question.figure]
EXPECTED = "0123456789abcdef0123456789abcdef"


def made(given: dict[str, Json] | None = None, before: dict[str, Json] | None = None) -> bytes:
    sheet = Sheet(
        "BC-17", EXPECTED, "Báo cáo Bộ chỉ tiêu", "9 tháng năm 2021", "Phường Ngọc Lâm", "hết ngày 9/8/2021", FORM, given or {}, before or {},
        "6 tháng năm 2021" if before else "",
    )  # fmt: skip
    return template.draw(sheet).body


BLANK = made()


def changed(change: Callable[[Any], None], body: bytes = BLANK) -> bytes:
    book = load_workbook(io.BytesIO(body))
    change(book.worksheets[0])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def rows(sheet: Any) -> dict[str, int]:
    return {str(row[6].value): row[6].row for row in sheet.iter_rows(min_row=template.HEAD + 1) if row[6].value}


def filled(values: dict[str, Any]) -> bytes:
    def change(sheet: Any) -> None:
        places = rows(sheet)
        for name, value in values.items():
            sheet.cell(places[name], 5).value = value

    return changed(change)


def table(body: bytes) -> Table:
    found = read_table(body)
    assert isinstance(found, Table), found
    return found


def test_one_row_a_figure_with_what_is_known() -> None:
    """The draft so far stands in it, and the period before beside it; everything but the answers is locked, without a password."""
    sheet = load_workbook(io.BytesIO(made({"tong_nam": 61}, {"tong_nam": 60}))).worksheets[0]
    places = rows(sheet)
    assert list(places) == FIGURES
    cells = [sheet.cell(places["tong_nam"], place) for place in range(1, 8)]
    assert [cell.value for cell in cells] == [2, "Trong đó: nam", "trẻ em", 60, 61, None, "tong_nam"]
    assert [cell.protection.locked for cell in cells] == [True, True, True, True, False, False, True]
    assert (sheet.protection.sheet, sheet.protection.password, sheet.column_dimensions["G"].hidden) == (True, None, True)


def test_it_says_what_it_was_made_for() -> None:
    """Form, version, content and report: a table of another report is never taken."""
    found = table(BLANK)
    assert (found.form, found.version, found.form_hash, found.expected) == ("bo_chi_tieu", "1", FORM.content_hash[:16], EXPECTED)
    assert found.values == dict.fromkeys(FIGURES)


@settings(max_examples=12, deadline=None)
@given(st.dictionaries(st.sampled_from(FIGURES), st.one_of(st.integers(0, 10**9), st.floats(0, 10**6).map(lambda one: round(one, 3)))))
def test_what_is_filled_in_is_what_is_read(values: dict[str, Any]) -> None:
    """Every figure under its own question, and nothing else."""
    found = table(filled(values))
    assert found.values == dict.fromkeys(FIGURES) | values
    assert found.unclear == ()


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_and_further_rows_do_not_matter(chance: random.Random) -> None:
    """Rows are known by their hidden names."""
    values = {name: chance.randint(0, 999) for name in chance.sample(FIGURES, 10)}

    def shuffle(sheet: Any) -> None:
        kept = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=template.HEAD + 1)]
        chance.shuffle(kept)
        for place, row in enumerate([["", "ghi thêm", "", "", 7, "", None], *kept], template.HEAD + 1):
            for column, value in enumerate(row, 1):
                sheet.cell(place, column).value = value

    assert table(changed(shuffle, filled(values))).values == dict.fromkeys(FIGURES) | values


@needs_libreoffice
def test_another_program_may_save_it(tmp_path: Path) -> None:
    """LibreOffice keeps the hidden column and the figures, and works formulas out."""
    body = converted(filled({"tong_nam": 61, "tong_nu": "=30+29", "kinh_phi_ngan_sach": 12.5}), ".xlsx", "xlsx", tmp_path)
    values = table(body).values
    assert {name: values[name] for name in ("tong_nam", "tong_nu", "kinh_phi_ngan_sach")} == {
        "tong_nam": 61,
        "tong_nu": 59,
        "kinh_phi_ngan_sach": 12.5,
    }


def test_words_are_handed_on_as_they_are() -> None:
    """Numbers typed as text are read like typed ones, by whoever knows the question."""
    values = table(filled({"tong_nam": " 1.234 ", "tong_nu": "không", "ngheo": "x" * 500, "hcdb": "  "})).values
    assert (values["tong_nam"], values["tong_nu"], values["ngheo"], values["hcdb"]) == ("1.234", "không", "x" * 100, None)


def test_what_is_no_figure_at_all_is_named() -> None:
    """A date (which spreadsheets make of 1/2), TRUE, an error; and a row that is there twice."""
    from datetime import datetime

    def twice(sheet: Any) -> None:
        sheet.cell(60, 5).value, sheet.cell(60, 7).value = 9, "ctv"

    body = changed(twice, filled({"tong_nam": datetime(2021, 2, 1), "tong_nu": True, "ngheo": "#REF!", "ctv": 5}))  # noqa: DTZ001
    found = table(body)
    assert sorted(found.unclear) == ["ctv", "ngheo", "tong_nam", "tong_nu"]
    assert not {"ctv", "ngheo", "tong_nam", "tong_nu"} & found.values.keys()


def test_a_figure_in_a_cell_over_several_rows_belongs_to_none() -> None:
    """Nobody can tell which question was meant."""

    def merge(sheet: Any) -> None:
        places = rows(sheet)
        sheet.merge_cells(start_row=places["tong_nam"], end_row=places["tong_nu"], start_column=5, end_column=5)

    assert set(table(changed(merge, filled({"tong_nam": 5}))).unclear) == {"tong_nam", "tong_nu"}


@pytest.mark.parametrize("hidden", [False, True])
def test_of_a_copied_sheet_only_what_is_the_same_is_taken(hidden: bool) -> None:
    """Filled in on the copy alone, or alike on both, it counts; where they differ nobody can tell which is meant."""

    def copy(sheet: Any) -> None:
        other, places = sheet.parent.copy_worksheet(sheet), rows(sheet)
        other.sheet_state = "hidden" if hidden else "visible"
        for name, value in {"tong_nam": 61, "tong_nu": 59, "ngheo": 7}.items():
            other.cell(places[name], 5).value = value

    found = table(changed(copy, filled({"tong_nu": 59, "ngheo": 8})))
    assert (found.values["tong_nam"], found.values["tong_nu"], found.unclear) == (61, 59, ("ngheo",))


def _without(column: int) -> bytes:
    return changed(lambda sheet: sheet.delete_cols(column))


def test_moved_columns_are_found() -> None:
    """By their heads."""
    body = changed(lambda sheet: sheet.insert_cols(2), BLANK)
    assert table(body).values == dict.fromkeys(FIGURES)


def _free() -> bytes:
    saved = io.BytesIO()
    book = Workbook()
    book.create_sheet("Báo cáo").append(["Phường", "Số liệu"])
    book.save(saved)
    return saved.getvalue()


def _huge() -> bytes:
    body = io.BytesIO(BLANK)
    with zipfile.ZipFile(body, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * (6 * 2**20))
    return body.getvalue()


def _far_below() -> bytes:
    def move(sheet: Any) -> None:
        sheet.move_range(f"A{template.HEAD}:G{sheet.max_row}", rows=MAX_ROWS + 10)

    return changed(move)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_free, NOT_OURS), (_far_below, NOT_OURS), (lambda: _without(7), NO_NAMES), (lambda: _without(5), NO_FIGURES), (_huge, TOO_LARGE),
        (lambda: BLANK[:4000], BROKEN), (lambda: b"", BROKEN), (lambda: b"PK\x03\x04", BROKEN),
    ],
    ids=["the office's own", "out of reach", "no names", "no figures", "too large", "half", "nothing", "no zip"],
)  # fmt: skip
def test_what_cannot_be_read_has_a_reason(make: Callable[[], bytes], reason: str) -> None:
    """Nothing is guessed from a table that has lost its names."""
    assert read_table(make()) == Unreadable(reason)


@given(st.binary(max_size=2000))
def test_whatever_the_bytes_are_nothing_is_raised(body: bytes) -> None:
    """A file that comes back broken is kept, and said to be broken."""
    assert isinstance(read_table(body), Unreadable)
