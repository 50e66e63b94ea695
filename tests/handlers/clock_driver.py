"""Legal clocks for tests of handlers: as they stand for a case and its answers, without a database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.clocks import wanted
from models.facts import Case, RunningClock
from models.talk import Json
from tests.handlers.people_driver import CASE, NOW, PLAN

ZONE = PLAN.zone


def local(text: str) -> datetime:
    """ "2026-11-23 10:32" in the plan's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def span(start: str, end: str = "", precision: str = "hour") -> Json:
    """A `when` answer as it is stored."""
    return {
        "start": local(start).isoformat(), "end": local(end or start).isoformat(), "approximate": False, "precision": precision, "text": "",
    }  # fmt: skip


ONGOING: Json = {"start": None, "end": None, "approximate": True, "precision": "ongoing", "text": ""}
UNKNOWN: Json = {"start": None, "end": None, "approximate": True, "precision": "unknown", "text": ""}


def clocks(
    case: Case = CASE, answers: Mapping[str, Json] | None = None, stated: Mapping[str, datetime] | None = None, now: datetime = NOW
) -> tuple[RunningClock, ...]:
    """What runs for the case."""
    answers = {"kind": case.kind, "danger": case.danger, **(answers or {})}
    return tuple(
        RunningClock(
            f"clock-{one.kind}", one.kind, PLAN.clock(one.kind).name, one.basis, one.starts_at, one.due_at, one.strict_at,
            overdue=now >= one.due_at, law=PLAN.clock(one.kind).law or "",
        )
        for one in wanted(case, answers, PLAN, stated or {})
    )  # fmt: skip


def clock(kind: str, *args: Any, **more: Any) -> RunningClock:
    return next(one for one in clocks(*args, **more) if one.kind == kind)


def done(one: RunningClock, at: datetime) -> RunningClock:
    return replace(one, state="done", stated_at=at, overdue=False)
