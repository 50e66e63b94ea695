"""What the consolidated papers are made of: for one due day, each report with a line for every unit that owes it. Read from the rows, never guessed:
a figure that nobody gave is None.

A paper of the office is in Vietnamese, whatever language its reader chats in.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.engine import Engine
from bot.expected_rows import AS_HANDED_IN, ROWS, as_expected
from models.expected import EXPECTED, STANDING, ExpectedState
from models.form import Form, QuestionType
from models.plan import Target
from models.report_facts import Expected
from models.submission import ANSWER
from models.talk import Json

ON_TIME, LATE, MISSING, RETURNED = "Đúng hạn", "Nộp muộn", "Chưa nộp", "Trả lại, chưa nộp lại"
NOTHING = "Trong kỳ không có"


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's report. `values`: figures and choices by question, only of a report that stands; `state` one of the four above."""

    unit: str
    name: str
    state: str
    handed_at: datetime | None = None  # by the plan's clock
    as_of: str = ""  # ISO
    zero: bool = False
    values: Mapping[str, Json] | None = None

    @property
    def standing(self) -> bool:
        return self.state in {ON_TIME, LATE}

    def figure(self, question: str) -> int | float | None:
        value = (self.values or {}).get(question)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Part:
    """One report and period: what the plan calls it, its form (None if it is known no more), its lines in the plan's order."""

    report: str
    title: str
    short: str
    period: str
    section: str
    last: date
    form: Form | None
    targets: tuple[Target, ...]
    lines: tuple[Line, ...]

    def of(self, *states: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state in states)


@dataclass(frozen=True, slots=True)
class Consolidated:
    """Everything that is due on one day to the division. `at`: when the figures were read, by the plan's clock."""

    due: date
    at: datetime
    plan: str  # "Kế hoạch số 116/KH-UBND ngày 24/2/2021 của UBND quận Long Biên"
    division: str
    parent: str  # the unit that the division belongs to, "" if none
    besides: tuple[str, ...]  # to whom its own report goes besides
    place: str  # where the paper is dated, "" if not known
    parts: tuple[Part, ...]


def read(db: sa.Connection, engine: Engine, data: Mapping[str, Any], now: datetime) -> Consolidated:
    """Of a document's data {"due": ISO day}. Two statements for the reports, one for their answers. What stood in the draft of a report that then stated
    that there was nothing is no figure of it."""
    due = str(data["due"])
    rows = _expected(db, engine, due)
    answers = _answers(
        db, engine, [one.submission for one in rows if one.state in STANDING and one.submission and not one.zero], AS_HANDED_IN
    )
    order = {unit.id: place for place, unit in enumerate(engine.plan.units)}
    groups: dict[tuple[str, str], list[Expected]] = {}
    for one in sorted(rows, key=lambda one: (_place(engine, one.report), one.period, order.get(one.unit, len(order)), one.number)):
        groups.setdefault((one.report, one.period), []).append(one)
    plan, division = engine.plan, engine.plan.unit(engine.plan.division)
    above = plan.unit(division.parent) if division.parent else None
    paper = plan.document
    source = f"{paper.kind.vi} số {paper.number} ngày {paper.date.day}/{paper.date.month}/{paper.date.year} của {paper.issuer.vi}"
    parts = tuple(_part(engine, group, answers) for group in groups.values())
    return Consolidated(
        date.fromisoformat(due), now.astimezone(engine.zone), source, division.name.vi, above.name.vi if above else "",
        tuple(one.vi for one in plan.reports_to), _place_name(above.short.vi) if above and above.short else "", parts,
    )  # fmt: skip


_KINDS = ("Quận ", "Huyện ", "Thị xã ", "Thành phố ", "Phường ", "Xã ", "UBND ")


def _place_name(short: str) -> str:
    """The place before the date of a paper: "Long Biên" of "Quận Long Biên"."""
    return next((short.removeprefix(kind) for kind in _KINDS if short.startswith(kind)), short)


def _expected(db: sa.Connection, engine: Engine, due: str) -> list[Expected]:
    """All units of every report and period that is due then, also those whose day stayed another one when the plan moved it (bot.planned)."""
    asked = EXPECTED.c.recipient == engine.plan.division, EXPECTED.c.state != ExpectedState.DROPPED
    of_day = sa.select(EXPECTED.c.report, EXPECTED.c.period).where(EXPECTED.c.due_day == due, *asked).distinct()
    keys = [tuple(row) for row in db.execute(of_day)]
    wanted = ROWS.where(sa.tuple_(EXPECTED.c.report, EXPECTED.c.period).in_(keys), *asked).order_by(EXPECTED.c.number)
    return [as_expected(db, engine, row) for row in db.execute(wanted).all()]


def _place(engine: Engine, report: str) -> int:
    """A report's place in the plan; ad-hoc ones and those of an earlier plan come last."""
    ids = [one.id for one in engine.plan.reports]
    return ids.index(report) if report in ids else len(ids)


def _part(engine: Engine, group: list[Expected], answers: Mapping[str, Mapping[str, Json]]) -> Part:
    first = group[0]
    form = engine.forms.get(first.form)
    targets = tuple(target for target in engine.plan.targets if target.form == first.form)
    last = max(one.due_at for one in group) - timedelta(seconds=1)
    lines = tuple(_line(engine, one, answers.get(one.submission, {})) for one in group)
    return Part(
        first.report, first.title.vi, first.short.vi, first.period_name.vi, first.section, last.astimezone(engine.zone).date(),
        form, targets, lines,
    )  # fmt: skip


def _line(engine: Engine, one: Expected, answers: Mapping[str, Json]) -> Line:
    name = unit_name(engine, one.unit)
    if one.state not in STANDING:
        return Line(one.unit, name, RETURNED if one.state == ExpectedState.RETURNED else MISSING)
    state = ON_TIME if one.on_time() else LATE
    handed = (one.first_at or one.handed_at or one.due_at).astimezone(engine.zone)
    return Line(one.unit, name, state, handed, one.as_of, one.zero, answers)


def unit_name(engine: Engine, unit: str) -> str:
    """Its name, its id if the plan does not know it, not even as an earlier one."""
    found = engine.plan.named(unit)
    return found.name.vi if found is not None else unit


def _answers(db: sa.Connection, engine: Engine, submissions: Iterable[str], which: sa.ColumnElement[bool]) -> dict[str, dict[str, Json]]:
    """Figures and choices; what people wrote in words stays where it is: nobody can tell whether a child's name stands in it."""
    wanted = {
        question.name for form in engine.forms.values() for question in form.questions if question.figure or question.type is QuestionType.SELECT_ONE
    }  # fmt: skip
    a = ANSWER.c
    found: dict[str, dict[str, Json]] = {}
    asked = sa.select(a.id, a.submission, a.question, a.value).where(a.submission.in_(list(submissions)), which, a.value.is_not(None))
    for row in db.execute(asked).all():
        if row.question in wanted:
            plain = engine.vault.open(db, f"submission:{row.submission}", "answer.value", row.id, row.value)
            found.setdefault(row.submission, {})[row.question] = json.loads(plain)
    return found


def figures_of(db: sa.Connection, engine: Engine, submission: str, *, filed: bool = False) -> dict[str, Json]:
    """Figures and choices of one submission as it stands now; `filed`: as it was last handed in."""
    which = AS_HANDED_IN if filed else ANSWER.c.superseded_at.is_(None)
    return _answers(db, engine, [submission], which).get(submission, {}) if submission else {}
