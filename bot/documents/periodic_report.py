"""The division's periodic report as a DOCX draft: form and place of every part after Nghị định 30/2020/NĐ-CP (Điều 8, Phụ lục I), figures from the rows.

It says what the figures say and nothing else: no sentence about results, no reason, no praise. What only the office knows stands as "…".
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from bot.documents import paper
from bot.documents.made import DOCX, Made, Recipe
from bot.documents.reading import LATE, MISSING, ON_TIME, RETURNED, Consolidated, Line, Part, read
from bot.documents.sums import named_target, reached, total
from handlers.forms.values import figure_text
from models.form import Form, Question

BLANK = "…"
MOST_COLUMNS = 6  # figures that fit a page upright, beside the unit's name
ROMAN = ("I", "II", "III", "IV", "V", "VI")


def draw(values: Consolidated) -> Made:
    document = paper.new()
    paper.head(document, values.parent, values.division, values.place)
    paper.title(document, "BÁO CÁO", f"Tổng hợp báo cáo của các đơn vị: {_what(values)}")
    paper.addressed(document, [values.parent or BLANK, *values.besides])
    day = values.due
    paper.paragraph(
        document,
        f"Thực hiện {values.plan}, {values.division} tổng hợp báo cáo của các đơn vị có hạn ngày {day.day}/{day.month}/{day.year} như sau"
        f" (số liệu lúc {values.at:%H:%M} ngày {values.at.day}/{values.at.month}/{values.at.year}):",
    )
    sections = (_handed_in, _figures, _by_targets, _by_unit, _missing, _proposals)
    for number, section in zip(ROMAN, sections, strict=True):
        section(document, number, values)
    paper.foot(document)
    return Made("file", paper.saved(document), DOCX, f"du-thao-bao-cao-{day.isoformat()}.docx")


RECIPE = Recipe(read, draw)


def _what(values: Consolidated) -> str:
    return "; ".join(f"{part.short} {part.period}" for part in values.parts) or BLANK


# --- I, V: who -----------------------------------------------------------------------------------------------------------


def _handed_in(document: Any, number: str, values: Consolidated) -> None:
    paper.heading(document, f"{number}. TÌNH HÌNH NỘP BÁO CÁO")
    for place, part in enumerate(values.parts, 1):
        on_time, late = part.of(ON_TIME), part.of(LATE)
        paper.paragraph(
            document,
            f"{place}. {part.title}, {part.period}: {len(part.lines)} đơn vị phải nộp; {len(on_time) + len(late)} đơn vị đã nộp, trong đó"
            f" {len(on_time)} đúng hạn, {len(late)} nộp muộn{_named(late)}; {len(part.of(MISSING))} đơn vị chưa nộp; {len(part.of(RETURNED))} đơn vị"
            " được trả lại và chưa nộp lại.",
        )


def _missing(document: Any, number: str, values: Consolidated) -> None:
    paper.heading(document, f"{number}. SỐ LIỆU CÒN THIẾU")
    found = [f"{part.short} {part.period}: {text}." for part in values.parts for text in _gaps(part)]
    for text in found or ["Không có."]:
        paper.paragraph(document, f"- {text}" if found else text)


def _gaps(part: Part) -> Iterator[str]:
    for word, lines in (("chưa nộp", part.of(MISSING)), ("trả lại, chưa nộp lại", part.of(RETURNED))):
        if lines:
            yield f"{word}: {_names(lines)}"
    for line in part.lines:
        if line.standing and not line.zero and (empty := [one for one in _asked(part.form) if line.figure(one.name) is None]):
            names = "; ".join(one.short.vi for one in empty[:5]) + (f"; và {len(empty) - 5} số liệu khác" if len(empty) > 5 else "")
            yield f"{line.name} để trống {len(empty)} số liệu ({names})"


def _named(lines: tuple[Line, ...]) -> str:
    return f" ({_names(lines)})" if lines else ""


def _names(lines: tuple[Line, ...]) -> str:
    return ", ".join(line.name for line in lines)


# --- II: how many --------------------------------------------------------------------------------------------------------


def _figures(document: Any, number: str, values: Consolidated) -> None:
    paper.heading(document, f"{number}. SỐ LIỆU TỔNG HỢP")
    for place, part in enumerate(values.parts, 1):
        paper.paragraph(document, f"{place}. {part.title}, {part.period}", bold=True)
        if part.form is None or not _asked(part.form):
            paper.paragraph(document, "Báo cáo này không có số liệu để cộng.")
            continue
        sections = {section.name: section.label.vi for section in part.form.sections}
        for section, questions in groupby(_asked(part.form), key=lambda one: one.section):
            paper.paragraph(document, f"{sections[section]}:", italic=True)
            for question in questions:
                paper.paragraph(document, f"- {question.label.vi}: {_total(part, question)}.")


def _total(part: Part, question: Question) -> str:
    found = total(part, question.name)
    if found.units == 0:
        return f"{BLANK} (chưa đơn vị nào có số liệu)"
    measure = f" {question.measure.vi}" if question.measure else ""
    counted = "" if found.units == len(part.lines) else f" (số liệu của {found.units}/{len(part.lines)} đơn vị)"
    return f"{figure_text(found.value)}{measure}{counted}"


# --- III: targets --------------------------------------------------------------------------------------------------------


def _by_targets(document: Any, number: str, values: Consolidated) -> None:
    paper.heading(document, f"{number}. SO VỚI CHỈ TIÊU CỦA KẾ HOẠCH")
    rows = []
    for part in values.parts:
        for target in part.targets:
            percent = reached(part, target)
            result = BLANK if percent is None else "Đạt" if percent >= target.least else "Chưa đạt"
            share = BLANK if percent is None else f"{figure_text(round(percent, 1))}%"
            rows.append((named_target(target), f"từ {target.least}%", share, result))
    if rows:
        paper.table(document, ("Chỉ tiêu", "Mức của kế hoạch", "Đạt được", "Kết quả"), rows, widths=(85, 28, 26, 26))
        paper.paragraph(document, "Tỷ lệ được tính trên các đơn vị có đủ số liệu của cả hai vế.", italic=True)
    else:
        paper.paragraph(document, "Kế hoạch không có chỉ tiêu nào tính từ các báo cáo này.")


# --- IV: by unit ---------------------------------------------------------------------------------------------------------


def _by_unit(document: Any, number: str, values: Consolidated) -> None:
    paper.heading(document, f"{number}. SỐ LIỆU CHÍNH THEO ĐƠN VỊ")
    for place, part in enumerate(values.parts, 1):
        paper.paragraph(document, f"{place}. {part.short} {part.period}", bold=True)
        columns = _main(part)
        heads = ("Đơn vị", "Tình trạng", *(question.short.vi for question in columns))
        rows = [(line.name, line.state, *(_cell(line, question) for question in columns)) for line in part.lines]
        sums = [total(part, question.name) for question in columns]
        rows.append(("Tổng cộng", "", *(figure_text(one.value) if one.units else BLANK for one in sums)))
        width = (165 - 42 - 24) / max(1, len(columns))
        paper.table(document, heads, rows, widths=(42, 24, *[width] * len(columns)), last_bold=True, empty=BLANK)
    paper.paragraph(document, "Ô “…” là chưa có số liệu. Số liệu đầy đủ ở bảng tổng hợp kèm theo.", italic=True)


def _main(part: Part) -> list[Question]:
    """Figures that the plan's targets are about, else the first of the form."""
    asked = _asked(part.form)
    wanted = {name for target in part.targets for name in (target.part, target.whole)}
    return ([question for question in asked if question.name in wanted] or asked)[:MOST_COLUMNS]


def _cell(line: Line, question: Question) -> str:
    found = line.figure(question.name)
    return BLANK if found is None else figure_text(found)


def _asked(form: Form | None) -> list[Question]:
    return [question for question in form.questions if question.figure] if form is not None else []


# --- VI ------------------------------------------------------------------------------------------------------------------


def _proposals(document: Any, number: str, values: Consolidated) -> None:
    paper.heading(document, f"{number}. NHẬN XÉT, KIẾN NGHỊ")
    paper.paragraph(document, BLANK)
