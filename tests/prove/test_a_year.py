"""A year with two thousand cases on a moved clock, over the real turn and a real SQLite file: no number is lost, and no call was left out."""

import os
import random
import time as machine
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import reconciling, upkeep
from bot.auditor import CHECKS
from bot.auditor.found import Found, Pass
from bot.database import Database
from bot.vault import Vault, make_key
from models.facts import Reconciliation
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.timer import TIMER
from tests.databases import create_tables
from tests.driver import PLAN, START, Scene
from tests.prove.year import YEAR, Year

CASES = int(os.environ.get("BAONGAY_PROVE_CASES", "2000"))
STORMS = CASES // 100
SEED = 20261123
OPENS = frozenset({"alerted", "released", "released_promise", "released_restricted", "released_cut", "reopened"})
"""Events after which nobody has the case: the room is called, and the ladder begins."""


@pytest.mark.prove
async def test_a_year_of_two_thousand_cases_is_accounted_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The books balance with what was done, the auditor finds nothing, and the calls of every case are those of its ladder, to the second."""
    url = f"sqlite:///{tmp_path / 'baongay.sqlite3'}"
    create_tables(url)
    db = Database(url)
    began = machine.monotonic()
    year = Year(await Scene.open(db, Vault([make_key()])), random.Random(SEED))
    await db.run(lambda connection: upkeep.stay_on_duty(connection, year.scene.engine))
    year.spread(CASES, STORMS)
    for week in range(53):
        await year.run(min(START + timedelta(days=7 * (week + 1)), START + YEAR))
        await in_order(year)
    seconds = machine.monotonic() - began
    calls = await ladders(year)
    db.close()
    with capsys.disabled():
        print("", *summary(year, calls, seconds), sep="\n")
    assert len(year.cases) == CASES
    assert not [line for one in calls.values() for line in one.faults]


# --- the books ----------------------------------------------------------------------------------------------------------


async def in_order(year: Year) -> None:
    """Now, in the middle of whatever people are doing: every number is a case, as often as it was reported and closed; nothing to mend."""
    found: Reconciliation = await year.scene.db.run(lambda db: reconciling.read(db, year.now))
    closed = sum(case.closed for case in year.cases.values())
    assert found.balances
    assert (found.received, found.ever.get(Status.CLOSED, 0)) == (len(year.cases), closed)
    assert sum(found.ever.get(status, 0) for status in (Status.INTAKE, Status.OPEN, Status.TAKEN)) == len(year.cases) - closed
    assert found.sources == dict(Counter(case.source for case in year.cases.values()))
    assert await year.scene.db.run(lambda db: audited(db, year)) == []


def audited(db: sa.Connection, year: Year) -> list[Found]:
    looks = Pass(db, year.scene.engine, year.now, datetime.now(UTC))
    return [found for check in CHECKS if (found := check(looks)).ids]


# --- the ladders --------------------------------------------------------------------------------------------------------


class Calls:
    """How a case was called, read from its events. `faults` say what its ladder does not explain."""

    def __init__(self, case: Any, events: Sequence[Any], pending: datetime | None, until: datetime) -> None:
        self.case, self.level, self.faults = case, PLAN.ladder.of(case.severity), list[str]()
        self.calls, self.waited = 0, timedelta()
        self._follow(events, pending, until)

    def _follow(self, events: Sequence[Any], pending: datetime | None, until: datetime) -> None:
        """Called when nobody has it, and then at each step until somebody does; `pending`: the call that is set at the end."""
        open_since = last = None
        step = 0
        for event in events:
            if event.kind in OPENS:
                open_since, last, step = event.at, event.at, 1
            elif event.kind == "called_again":
                self._expect(last is not None and event.at == self.due(last, step), event, step)
                last, step, self.calls = event.at, step + 1, self.calls + 1
            elif event.kind == "taken" and open_since is not None and last is not None:
                self._expect(event.at <= self.due(last, step), event, step)
                self._expect(self._heard(last, event.at), event, step)
                self.waited = max(self.waited, event.at - open_since)
                open_since = last = None
        if last is not None:
            self._end(last, step, pending, until)
        elif self.case.status == Status.OPEN or pending is not None:
            self.faults.append(f"{self._code}: {self.case.status} with a call set for {pending}")
        if not any(event.kind in OPENS for event in events) and self.case.status != Status.INTAKE:
            self.faults.append(f"{self._code}: nobody was ever called")

    def _end(self, last: datetime, step: int, pending: datetime | None, until: datetime) -> None:
        if self.case.status != Status.OPEN or pending != self.due(last, step) or pending < until:
            self.faults.append(f"{self._code}: {self.case.status}, last called {last}, next {pending}, expected {self.due(last, step)}")

    def due(self, last: datetime, step: int) -> datetime:
        """By the data of the plan: so many minutes behind the call before, and out of the quiet hours into the morning."""
        due = last + timedelta(minutes=self.level.gap(step))
        local = due.astimezone(PLAN.zone)
        if self.level.night or not PLAN.ladder.quiet(local.time()):
            return due
        morning = PLAN.ladder.quiet_until
        day = local.date() + timedelta(days=local.time() >= morning)
        return datetime.combine(day, morning, PLAN.zone).astimezone(UTC)

    def _heard(self, last: datetime, taken: datetime) -> bool:
        """No silence longer than the largest distance, besides a night that is not to be disturbed."""
        silence = taken - last
        longest = timedelta(minutes=max([step.after for step in self.level.steps] + list(self.level.again)))
        night = timedelta() if self.level.night else timedelta(hours=10)
        return silence <= longest + night

    def _expect(self, holds: bool, event: Any, step: int) -> None:
        if not holds:
            self.faults.append(f"{self._code} ({self.case.severity}): {event.kind} at {event.at}, step {step}")

    @property
    def _code(self) -> str:
        return f"VV-{self.case.year}-{self.case.number:04d}"


async def ladders(year: Year) -> dict[str, Calls]:
    """By incident."""

    def read(db: sa.Connection) -> dict[str, Calls]:
        events: dict[str, list[Any]] = defaultdict(list)
        for row in db.execute(sa.select(INCIDENT_EVENT).order_by(INCIDENT_EVENT.c.id)):
            events[row.incident].append(row)
        pending = {
            row.subject: row.due_at for row in db.execute(sa.select(TIMER).where(TIMER.c.kind == "ladder", TIMER.c.fired_at.is_(None)))
        }
        rows = db.execute(sa.select(INCIDENT)).all()
        return {row.id: Calls(row, events[row.id], pending.get(row.id), year.now) for row in rows}

    return await year.scene.db.run(read)


# --- the summary --------------------------------------------------------------------------------------------------------


def summary(year: Year, calls: dict[str, Calls], seconds: float) -> Iterator[str]:
    """What happened, and how long that took on this machine."""
    levels = Counter(one.case.severity for one in calls.values())
    what = f"{len(year.cases)} cases, {STORMS} storms, {year.turns} messages, {year.fired} timers"
    yield f"{what} in {seconds:.0f} s: {len(year.cases) / seconds:.1f} cases a second"
    yield "  " + ", ".join(f"{name} {count}" for name, count in sorted(levels.items()))
    yield "  " + ", ".join(f"{name} {count}" for name, count in sorted(year.done.items()))
    waited = max((one.waited for one in calls.values()), default=timedelta())
    yield f"  {sum(one.calls for one in calls.values())} calls of ladders, each at its step; longest wait {waited}"
    yield from (line for one in calls.values() for line in one.faults[:1])
