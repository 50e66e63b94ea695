"""An administrative paper in DOCX after Nghị định 30/2020/NĐ-CP, Phụ lục I: A4, Times New Roman, black, margins 20 / 20 / 30 / 15 mm, page number
centred at the top from the second page on. Sizes in points, lengths in millimetres.

The number, the day, the signature and whoever gets a copy are filled in by the office: they stand as "…".
"""

import io
from collections.abc import Sequence
from typing import Any

from bot.documents.cells import FONT

BODY = 14
BLANK = "…"


def new() -> Any:
    """An empty paper with its page, fonts and page number."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(BODY), RGBColor(0, 0, 0)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    _page_number(section.header.paragraphs[0])
    document.core_properties.author = document.core_properties.last_modified_by = "Báo Ngay"
    document.core_properties.comments = ""
    return document


def saved(document: Any) -> bytes:
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


# --- parts of the first page --------------------------------------------------------------------------------------------


def head(document: Any, parent: str, issuer: str, place: str) -> None:
    """Issuer on the left, the country's name and motto on the right; below them number and day; that it is a draft."""
    grid = document.add_table(rows=2, cols=2)
    _wide(grid, (64, 101))
    left, right = grid.rows[0].cells
    if parent:
        line(left.paragraphs[0], parent.upper(), 12)
    line(left.add_paragraph() if parent else left.paragraphs[0], issuer.upper(), 12, bold=True)
    _rule(left, 20)
    line(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, bold=True)
    line(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", 13, bold=True)
    _rule(right, 56)
    below_left, below_right = grid.rows[1].cells
    line(below_left.paragraphs[0], f"Số: {BLANK}/BC-{BLANK}", 13)
    line(below_left.add_paragraph(), "DỰ THẢO", 13, bold=True)
    line(below_right.paragraphs[0], f"{place or BLANK}, ngày {BLANK} tháng {BLANK} năm {BLANK}", 13, italic=True)


def title(document: Any, kind: str, about: str) -> None:
    """Kind of paper, what it is about, and a line below."""
    first = line(document.add_paragraph(), kind, BODY, bold=True)
    first.paragraph_format.space_before = _points(12)
    line(document.add_paragraph(), about, BODY, bold=True)
    _rule(document, 40)


def addressed(document: Any, to: Sequence[str]) -> None:
    """To one unit on the same line; to several below it, each with a dash."""
    if len(to) == 1:
        line(document.add_paragraph(), f"Kính gửi: {to[0]}.", BODY)
        return
    first = line(document.add_paragraph(), "Kính gửi:", BODY, align="left")
    first.paragraph_format.left_indent = _cm(3)
    for place, unit in enumerate(to, 1):
        end = "" if unit.endswith(BLANK) else "." if place == len(to) else ";"
        item = line(document.add_paragraph(), f"- {unit}{end}", BODY, align="left")
        item.paragraph_format.left_indent = _cm(5)
    document.paragraphs[-1].paragraph_format.space_after = _points(6)


def foot(document: Any) -> None:
    """Who gets it, and who signs."""
    document.add_paragraph()
    grid = document.add_table(rows=1, cols=2)
    _stays_together(grid.rows[0])
    left, right = grid.rows[0].cells
    line(left.paragraphs[0], "Nơi nhận:", 12, bold=True, italic=True, align="left")
    for text in ("- Như trên;", f"- {BLANK};", f"- Lưu: VT, {BLANK}."):
        line(left.add_paragraph(), text, 11, align="left")
    line(right.paragraphs[0], f"{BLANK}", BODY, bold=True)
    line(right.add_paragraph(), "(Quyền hạn, chức vụ của người ký)", 12, italic=True)
    for _ in range(3):
        line(right.add_paragraph(), "", BODY)
    line(right.add_paragraph(), f"{BLANK}", BODY, bold=True)


# --- text ---------------------------------------------------------------------------------------------------------------


def heading(document: Any, text: str) -> None:
    written = line(document.add_paragraph(), text, BODY, bold=True, align="left")
    written.paragraph_format.first_line_indent = _cm(1.27)
    written.paragraph_format.space_before = _points(10)
    written.paragraph_format.keep_with_next = True


def paragraph(document: Any, text: str, *, bold: bool = False, italic: bool = False) -> None:
    """Body text: both sides even, first line indented, six points between."""
    written = line(document.add_paragraph(), text, BODY, bold=bold, italic=italic, align="justify")
    written.paragraph_format.first_line_indent = _cm(1.27)
    written.paragraph_format.space_before = written.paragraph_format.space_after = _points(3)
    written.paragraph_format.keep_with_next = bold


def table(
    document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[float], last_bold: bool = False, empty: str = ""
) -> None:
    """With lines, its heads on each page; everything but the first column centred. Cells that are `empty` are shaded."""
    grid = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, text in zip(grid.rows[0].cells, heads, strict=True):
        line(cell.paragraphs[0], text, 12, bold=True)
        _shade(cell, "DDEBF7")
    _repeats(grid.rows[0])
    for place, row in enumerate(rows, 1):
        cells = grid.add_row().cells
        for number, (cell, text) in enumerate(zip(cells, row, strict=True)):
            last = last_bold and place == len(rows)
            line(cell.paragraphs[0], text, 12, bold=last, align="left" if number == 0 else "center")
            if empty and text == empty:
                _shade(cell, "FFE699")
        _stays_together(grid.rows[place])
    _wide(grid, widths)


def _wide(grid: Any, widths: Sequence[float]) -> None:
    """Columns of these widths, whatever stands in them."""
    from docx.shared import Mm

    grid.autofit = False
    for place, width in enumerate(widths):
        grid.columns[place].width = Mm(width)
        for cell in grid.columns[place].cells:
            cell.width = Mm(width)


def line(written: Any, text: str, size: int, *, bold: bool = False, italic: bool = False, align: str = "center") -> Any:
    """Words into a paragraph, without space around it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    run = written.add_run("".join(letter for letter in text if letter.isprintable()))
    run.font.size, run.bold, run.italic = _points(size), bold, italic
    written.alignment = {"center": ALIGN.CENTER, "left": ALIGN.LEFT, "justify": ALIGN.JUSTIFY}[align]
    written.paragraph_format.space_before = written.paragraph_format.space_after = _points(0)
    written.paragraph_format.line_spacing = 1.1 if align == "justify" else 1.0
    return written


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)


def _cm(length: float) -> Any:
    from docx.shared import Cm

    return Cm(length)


# --- what the library has no words for -----------------------------------------------------------------------------------


def _element(name: str, **values: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in values.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _rule(where: Any, length: float) -> None:
    """A line of this length, centred: a paragraph without words whose lower border is as wide as what its indents leave."""
    from docx.shared import Mm

    written = line(where.add_paragraph(), "", 2)
    wide = 165.0 if hasattr(where, "sections") else where.width.mm - 4
    written.paragraph_format.left_indent = written.paragraph_format.right_indent = Mm((wide - length) / 2)
    border = _element("w:pBdr")
    border.append(_element("w:bottom", val="single", sz="6", space="1", color="000000"))
    written._p.get_or_add_pPr().append(border)  # noqa: SLF001  the library has no borders of paragraphs
    written.paragraph_format.line_spacing = _points(3)
    written.paragraph_format.space_after = _points(8)


def _shade(cell: Any, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=colour))  # noqa: SLF001


def _repeats(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))  # noqa: SLF001


def _stays_together(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))  # noqa: SLF001


def _page_number(written: Any) -> None:
    run = line(written, "", 13).runs[0]
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            run._r.append(_element("w:fldChar", fldCharType=kind))  # noqa: SLF001
        else:
            word = _element("w:instrText")
            word.text = text
            run._r.append(word)  # noqa: SLF001
