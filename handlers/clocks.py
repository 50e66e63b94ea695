"""Legal clocks of a case, computed from the case and its answers (plans/<plan>/clocks.yaml says which there are).

1. They count through nights and Tết; only those in working days follow the calendar.
2. The written report counts from the beginning of the event. Where nobody knows it, where it lasts or lies so far back that even the latest hour
   had passed when the report came, it counts from the receipt and says so: nobody is to be tempted to invent a date.
3. Days end at 24:00 of the last one in the plan's zone; the day of the start is not counted (BLDS Điều 147 khoản 3, 148 khoản 1 và 6).
4. An answer can start a clock and move it, never take it away: who corrects an answer may have somebody standing behind them. A clock ends by a
   statement, or with the case.
5. A clock moves by the same rule that started it. When it moves, whoever was told the old hour is told the new one (`is_told`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.forms.values import value_span
from handlers.workdays import add_working_days
from models.condition import holds
from models.facts import Case
from models.plan import Clock, Plan
from models.talk import Json

LIVE = frozenset({"open", "taken"})
LASTING = frozenset({"week", "month"})
"""Spans whose first moment is a guess and not the hour of an event."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clock as it should stand; the words are those of models/clock.py."""

    kind: str
    basis: str
    starts_at: datetime
    strict_at: datetime | None
    due_at: datetime


def wanted(case: Case, answers: Mapping[str, Json], plan: Plan, stated: Mapping[str, datetime]) -> tuple[Wanted, ...]:
    """The clocks of a case, in the plan's order; none before the room was told, and none for an exercise. `answers` are the relevant ones,
    `stated` when duties were done (clock kind -> the hour that was stated)."""
    if case.drill or case.status not in LIVE:
        return ()
    known = _known(case, answers)
    rules = {rule.id for rule in plan.severity(known).matched}
    owed = (clock for clock in plan.clocks if _owed(clock, known, rules) and not (clock.at_once and _telephoned(case)))
    return tuple(_limit(clock, *start, plan) for clock in owed if (start := _start(clock, case, known.get("when"), stated, plan)))


def is_told(case: Case, old: datetime, new: datetime) -> bool:
    """Whether people are told that the latest hour has moved. Later: always. Earlier: not while the report is still being written, because
    their card changes with every answer."""
    return new != old and (new > old or case.sent_at is not None or case.status == "taken")


def asks_about(plan: Plan) -> frozenset[str]:
    """Questions whose answers can start or move a clock."""
    return frozenset({"when", *plan.severity_rules.answers, *plan.severity_rules.answers_from})


def _known(case: Case, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The card's words where there is no answer: a child's call for help has few of them."""
    columns: dict[str, Any] = {"kind": case.kind, "danger": case.danger}
    return columns | {name: value for name, value in answers.items() if value is not None} | {"source": case.source}


def _owed(clock: Clock, known: Mapping[str, Json], rules: set[str]) -> bool:
    by_rule = not clock.rules or bool(rules.intersection(clock.rules))
    return by_rule and (clock.when is None or holds(clock.when, known))


def _telephoned(case: Case) -> bool:
    """An officer wrote it down and says that the division has heard it: the division's own were told themselves, so nobody is asked for it."""
    return case.came_by != "chat" and case.called == "yes"


def _start(clock: Clock, case: Case, when: Json, stated: Mapping[str, datetime], plan: Plan) -> tuple[str, datetime] | None:
    """Basis and moment; None while the duty that it follows is not done."""
    if clock.start.basis == "statement":
        done = stated.get(clock.start.of or "")
        return ("statement", done) if done is not None else None
    if clock.start.basis == "event" and (event := _event(clock, when, case.received_at, plan)) is not None:
        return "event", event
    return "receipt", case.received_at


def _event(clock: Clock, when: Json, received: datetime, plan: Plan) -> datetime | None:
    """The first moment of the event, never after the receipt; None where it is no ground to count from (rule 2)."""
    span = value_span(when, plan.zone)
    if span is None or span.precision in LASTING:
        return None
    start = min(span.start, received)
    return start if _limit(clock, "event", start, plan).due_at > received else None


def _limit(clock: Clock, basis: str, start: datetime, plan: Plan) -> Wanted:
    strict = start + timedelta(hours=clock.strict_hours) if clock.strict_hours else None
    return Wanted(clock.id, basis, start, strict, _due(clock, start, plan))


def _due(clock: Clock, start: datetime, plan: Plan) -> datetime:
    if clock.hours is not None:
        return start + timedelta(hours=clock.hours)
    first = start.astimezone(plan.zone).date()
    if clock.days is not None:
        return end_of(first + timedelta(days=clock.days), plan)
    return end_of(add_working_days(first, clock.working_days or 1, plan), plan)


def end_of(day: date, plan: Plan) -> datetime:
    """24:00 of a day in the plan's zone."""
    return datetime.combine(day + timedelta(days=1), time(), plan.zone)
