"""The draft of the division's report: the decree's parts in their places, the figures of the wards, and nothing that nobody said."""

import io
from pathlib import Path
from typing import Any

from bot.documents import periodic_report
from bot.documents.sums import total
from handlers.forms.values import figure_text
from tests.bot.documents.office import converted, needs_libreoffice
from tests.bot.documents.sample import consolidated, part

INDICATORS, ACTION = part("bo_chi_tieu", "9_thang_2021"), part("thang_hanh_dong", "nam_2021", 4)


def document(*parts: Any) -> Any:
    from docx import Document

    return Document(io.BytesIO(periodic_report.draw(consolidated(*parts)).body))


def texts(paper: Any) -> list[str]:
    in_tables = [cell.text for grid in paper.tables for row in grid.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in paper.paragraphs), *"\n".join(in_tables).splitlines()]


def test_every_part_of_the_decree_is_in_its_place() -> None:
    """Nghị định 30/2020 Điều 8; what only the office knows stands as "…"."""
    found = texts(document(INDICATORS))
    wanted = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND QUẬN LONG BIÊN",
        "PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI QUẬN LONG BIÊN",
        "Số: …/BC-…", "DỰ THẢO", "Long Biên, ngày … tháng … năm …", "BÁO CÁO", "Kính gửi:", "Nơi nhận:", "- Như trên;", "- Lưu: VT, ….",
    ]  # fmt: skip
    assert [text for text in wanted if text not in found] == []


def test_the_page_is_the_decrees() -> None:
    """A4, margins 20, 20, 30, 15 mm, Times New Roman 14, the page number not on the first page."""
    paper = document(INDICATORS)
    section = paper.sections[0]
    lengths = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [round(length.mm) for length in lengths] == [210, 297, 20, 20, 30, 15]
    assert (paper.styles["Normal"].font.name, paper.styles["Normal"].font.size.pt) == ("Times New Roman", 14)
    assert section.different_first_page_header_footer


def test_the_figures_are_the_sums_of_the_wards_and_say_of_how_many() -> None:
    """A total over some is never shown as a total over all."""
    found = total(INDICATORS, "tong_tre_em")
    assert 0 < found.units < 14
    line = f"- Tổng số trẻ em dưới 16 tuổi: {figure_text(found.value)} trẻ em (số liệu của {found.units}/14 đơn vị)."
    assert line in texts(document(INDICATORS))


def test_who_is_missing_is_named() -> None:
    """By the name of the unit, for each report."""
    found = texts(document(INDICATORS, ACTION))
    assert "- Bộ chỉ tiêu 9 tháng năm 2021: chưa nộp: Phường Gia Thụy." in found
    assert "- Tháng hành động năm 2021: trả lại, chưa nộp lại: Phường Bồ Đề." in found


def test_the_table_of_wards_shows_gaps() -> None:
    """One line a ward and the total."""
    paper = document(ACTION)
    grid = paper.tables[2]
    assert [cell.text for cell in grid.rows[0].cells] == ["Đơn vị", "Tình trạng", "tổng số trẻ em", "trẻ tham gia"]
    assert len(grid.rows) == 1 + 14 + 1
    missing = [cell.text for cell in grid.rows[6].cells]
    assert missing == ["Phường Gia Thụy", "Chưa nộp", "…", "…"]


@needs_libreoffice
def test_another_program_opens_it(tmp_path: Path) -> None:
    """As a PDF, with every letter."""
    assert converted(periodic_report.draw(consolidated(INDICATORS)).body, ".docx", "pdf", tmp_path).startswith(b"%PDF-")
