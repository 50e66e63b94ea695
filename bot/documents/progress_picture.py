"""The picture of progress: units × reports, a sign and a colour in each cell. `read` gives frozen values, `draw` is a pure function of them.

The colours are those of Okabe and Ito, which people with any colour blindness tell apart; the sign in each cell says the same without colour. Nothing
that somebody typed is in it, because it is seen in a room: an ad-hoc report is called so. In Vietnamese, as every paper of the office.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from typing import Any

import sqlalchemy as sa

from bot import progress
from bot.documents.made import PNG, Made, Recipe
from bot.engine import Engine
from models.plan import Plan, UnitKind
from models.progress import Cell, Column, Sign

REPORTS, UNITS = 8, 40  # columns and lines that a phone can show
_DPI = 200
_WIDE, _LINE, _NAME, _HEAD, _FOOT = 0.62, 0.36, 1.38, 2.5, 1.75  # inches: a column, a line, the names, what stands above and below


@dataclass(frozen=True, slots=True)
class Look:
    """How a sign looks: what stands in the cell, its colour and that of the sign, what the legend says."""

    mark: str
    colour: str
    ink: str
    meaning: str


LOOKS: Mapping[Sign, Look] = {
    Sign.ON_TIME: Look("✓", "#009E73", "white", "Đúng hạn"),
    Sign.LATE: Look("M", "#F0E442", "black", "Nộp muộn"),
    Sign.RETURNED: Look("↩", "#56B4E9", "black", "Trả lại"),
    Sign.MISSING: Look("✗", "#D55E00", "white", "Chưa nộp, đã quá hạn"),
    Sign.WAITS: Look("…", "#FFFFFF", "#555555", "Chưa nộp, còn hạn"),
}
_NOT_ASKED = "#E6E6E6"


@dataclass(frozen=True, slots=True)
class Head:
    """A column: report, period, last day as written, and the rates of all units."""

    report: str
    period: str
    day: str
    rate: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`lines`: a unit with its signs, None where the report is not asked of it. `more`: units that are not in it."""

    title: str
    at: str
    heads: tuple[Head, ...]
    lines: tuple[tuple[str, tuple[Sign | None, ...]], ...]
    more: int = 0
    name: str = "tien-do.png"


# --- reading ------------------------------------------------------------------------------------------------------------


def read(db: sa.Connection, engine: Engine, data: Mapping[str, Any], now: datetime) -> Picture:
    """The newest reports until the day `due` of the data (ISO), each unit that owes one in the plan's order; not what the division
    itself owes to others."""
    due = str(data.get("due") or "")
    columns = [column for column in progress.columns(db, engine.plan, now, engine.zone) if not due or column.last_day <= due]
    columns = [column for column in columns if not column.outgoing][-REPORTS:]
    return picture(columns, progress.cells(db, now, columns, None), engine.plan, now.astimezone(engine.zone), due)


def picture(columns: Sequence[Column], cells: Sequence[Cell], plan: Plan, at: datetime, due: str) -> Picture:
    """Values for drawing. Where there are more units than fit, those that owe most stand in it."""
    signs: dict[str, dict[tuple[str, str], Sign]] = {}
    for cell in cells:
        signs.setdefault(cell.unit, {})[cell.report, cell.period] = cell.sign
    shown = _shown(signs, plan)
    keys = [(column.report, column.period) for column in columns]
    return Picture(
        f"Tiến độ nộp báo cáo, đến hạn {_day(due)}" if due else "Tiến độ nộp báo cáo",
        f"Số liệu lúc {at.hour}:{at.minute:02d} ngày {at.day}/{at.month}/{at.year}",
        tuple(_head(column) for column in columns),
        tuple((_name(unit, plan), tuple(signs[unit].get(key) for key in keys)) for unit in shown),
        len(signs) - len(shown),
        f"tien-do-{due}.png" if due else "tien-do.png",
    )


def _shown(signs: Mapping[str, Mapping[tuple[str, str], Sign]], plan: Plan) -> list[str]:
    place = {unit.id: (unit.kind is not UnitKind.WARD, number) for number, unit in enumerate(plan.units)}
    order = sorted(signs, key=lambda unit: (place.get(unit, (True, len(place))), unit))
    if len(order) <= UNITS:
        return order
    owing = {unit: sum(sign in {Sign.MISSING, Sign.RETURNED, Sign.WAITS} for sign in signs[unit].values()) for unit in order}
    kept = set(sorted(order, key=lambda unit: -owing[unit])[:UNITS])
    return [unit for unit in order if unit in kept]


def _head(column: Column) -> Head:
    return Head(column.title.vi, column.period_name.vi, _day(column.last_day), f"{column.tally.reported}/{column.tally.expected}")


def _name(unit: str, plan: Plan) -> str:
    found = plan.short_of(unit)
    return found.vi if found is not None else unit


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day}/{day.month}/{day.year}"


# --- drawing ------------------------------------------------------------------------------------------------------------


def draw(values: Picture) -> Made:
    """A PNG. Only objects of its own, never the library's global state, so that any thread may draw."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns, rows = max(len(values.heads), 5), max(len(values.lines), 1)
    wide, high = _NAME + columns * _WIDE + 0.1, _HEAD + rows * _LINE + _FOOT
    figure = Figure(figsize=(wide, high), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, wide)
    axes.set_ylim(high, 0)  # from the top, in inches
    axes.axis("off")
    _title(axes, values)
    for place, head in enumerate(values.heads):
        _column(axes, head, _NAME + place * _WIDE)
    for place, (name, signs) in enumerate(values.lines):
        _line(axes, name, signs, _HEAD + place * _LINE)
    _foot(axes, values, _HEAD + rows * _LINE)
    body = io.BytesIO()
    figure.savefig(body, format="png", dpi=_DPI)
    return Made("photo", body.getvalue(), PNG, values.name)


def _text(axes: Any, x: float, y: float, text: str, size: float, **more: Any) -> None:
    axes.text(x, y, text, fontsize=size, family="DejaVu Sans", parse_math=False, **{"va": "center", "ha": "center", **more})


def _title(axes: Any, values: Picture) -> None:
    _text(axes, 0.12, 0.25, values.title, 12.5, ha="left", weight="bold")
    _text(axes, 0.12, 0.5, values.at, 10, ha="left", color="#333333")


def _column(axes: Any, head: Head, left: float) -> None:
    """Upwards, because eight names beside each other would be too small on a phone."""
    name = wrap(head.report, 25, max_lines=2, placeholder="…")
    words = [*name, *wrap(head.period, 25, max_lines=1, placeholder="…"), f"hạn {head.day}"][-4:]
    step = min(0.19, (_WIDE - 0.04) / len(words))
    for place, text in enumerate(words):
        _text(axes, left + _WIDE / 2 + (place - (len(words) - 1) / 2) * step, _HEAD - 0.08, text, 9.5, va="bottom", rotation=90)


def _line(axes: Any, name: str, signs: Sequence[Sign | None], top: float) -> None:
    words, size = ([name], 11.0) if len(name) <= 13 else (wrap(name, 18, max_lines=2, placeholder="…"), 8.5)
    _text(axes, 0.12, top + _LINE / 2, "\n".join(words), size, ha="left")
    for place, sign in enumerate(signs):
        _cell(axes, LOOKS[sign] if sign is not None else None, _NAME + place * _WIDE, top)


def _cell(axes: Any, look: Look | None, left: float, top: float, wide: float = _WIDE) -> None:
    from matplotlib.patches import Rectangle

    colour = look.colour if look is not None else _NOT_ASKED
    axes.add_patch(Rectangle((left + 0.03, top + 0.03), wide - 0.06, _LINE - 0.06, facecolor=colour, edgecolor="#777777", linewidth=0.8))
    if look is not None:
        _text(axes, left + wide / 2, top + _LINE / 2, look.mark, 14, color=look.ink, weight="bold")


def _foot(axes: Any, values: Picture, top: float) -> None:
    """How many have handed in, below each column; the legend; what is left out."""
    _text(axes, 0.12, top + 0.18, "Đã nộp", 10, ha="left", weight="bold")
    for place, head in enumerate(values.heads):
        _text(axes, _NAME + (place + 0.5) * _WIDE, top + 0.18, head.rate, 10, weight="bold")
    for place, look in enumerate((*LOOKS.values(), None)):
        left, row = 0.12 + (place % 2) * 2.15, top + 0.36 + (place // 2) * _LINE
        _cell(axes, look, left, row, 0.45)
        _text(axes, left + 0.52, row + _LINE / 2, look.meaning if look is not None else "Không phải nộp", 10, ha="left")
    if values.more:
        _text(axes, 0.12, top + 1.58, f"Còn {values.more} đơn vị khác, nợ ít hơn, không vẽ ở đây.", 10, ha="left")


RECIPE = Recipe(read, draw)
