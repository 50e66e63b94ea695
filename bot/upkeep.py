"""Retention, what stays set, and which messengers were switched off."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from bot import left_behind
from bot.alone import alone
from bot.apply import clocks, loose, roster
from bot.engine import Engine
from bot.expected_rows import ensure
from bot.gather.cases import load_case
from bot.gather.people import read_service
from bot.planned import difference
from bot.vault import VaultError
from handlers import digest, progress, reconcile, reminding
from handlers.kept import KEPT
from models import inbox, page, quota
from models.clock import CASE_CLOCK
from models.ids import new_id
from models.incident import INCIDENT, Status
from models.people import ACCOUNT, ROOM
from models.service import CHANNEL_STATE
from models.submission import SUBMISSION
from models.timer import pending, set_timer

log = structlog.get_logger()

FOLLOWED = 100  # cases that get their legal clocks in one transaction: each is locked until its end


def forget(db: sa.Connection, engine: Engine) -> int:
    """Bodies of messages older than the retention go; their ids stay, so that a replay is still known. Pages whose time is over go too, files that
    belong to no report, and what was done once a day on days that are over (two days are kept: not every process counts them by the same clock)."""
    page.forget(db, engine.now())
    _forget_loose(db, engine)
    quota.forget_days(db, engine.now().astimezone(engine.zone).date() - timedelta(days=2))
    return inbox.forget_bodies(db, engine.now() - timedelta(days=engine.plan.retention_days("inbox_bodies")))


def _forget_loose(db: sa.Connection, engine: Engine) -> None:
    """Files that came by themselves and that nobody has given to a report."""
    old = sa.text("state = 'loose'"), SUBMISSION.c.created_at < engine.now() - KEPT  # literal, or its partial index is not used
    loose.forget(db, engine, db.execute(sa.select(SUBMISSION.c.id).where(*old)).scalars().all())


def stay_on_duty(db: sa.Connection, engine: Engine) -> None:
    """What a service on duty looks at by itself is set, also where it went on duty before there was any of it: the roster, the reconciliation,
    the legal clocks of cases that came before them, the reports that the plan asks for."""
    roster.ensure(db, engine)
    _follow_cases(db, engine)
    if read_service(db).ready:
        _each_morning(db, engine, reconcile.TIMER, reconcile.next_morning(engine.now(), engine.plan), {})
        _each_morning(db, engine, progress.TIMER, progress.next_look(engine.now(), engine.plan), {"since": engine.now().isoformat()})
        _each_morning(db, engine, digest.TICK, reminding.next_morning(engine.now(), engine.plan), {})
    _expect(db, engine)
    left_behind.watch(db, engine)


def _each_morning(db: sa.Connection, engine: Engine, kind: str, due: datetime, data: dict[str, str]) -> None:
    """Set unless it is: it sets itself again each time."""
    if not pending(db, kind, engine.plan.division):
        row = {"id": new_id(), "kind": kind, "subject": engine.plan.division, "due_at": due, "urgent": False, "data": data}
        set_timer(db, row | {"set_at": engine.now()})


def _expect(db: sa.Connection, engine: Engine) -> None:
    """What is new in the plan is owed from now on. What it moved or no longer asks for is only said in the log, once a day: that is done by
    `plan apply`, after somebody has looked at it."""
    if new := ensure(db, engine):
        log.info("reports_expected", new=new)
    if not quota.once_a_day(db, "plan_differs", "", engine.plan.division, engine.now().astimezone(engine.zone).date()):
        return
    found = difference(db, engine)
    if found:
        log.warning(
            "plan_differs", moved=len(found.moved), dropped=len(found.dropped), again=len(found.again), todo="python -m bot plan apply"
        )


def _follow_cases(db: sa.Connection, engine: Engine) -> None:
    """By chance, because a case to which nothing is owed never gets a row, and must not stand before the others for ever; then by id, as locks
    are taken. A case whose answers open no more is left: it has its calls and the morning's look all the same."""
    none = sa.not_(sa.exists().where(CASE_CLOCK.c.incident == INCIDENT.c.id))
    live = INCIDENT.c.status.in_((Status.OPEN, Status.TAKEN)), INCIDENT.c.drill.is_(False), none
    cases = sorted(db.execute(sa.select(INCIDENT.c.id).where(*live).order_by(sa.func.random()).limit(FOLLOWED)).scalars())
    if not cases:
        return
    w = alone(db, engine, "upkeep")
    for case in cases:
        with suppress(VaultError):
            clocks.follow(w, load_case(db, case))


def switched_off(db: sa.Connection, on: Collection[str]) -> list[tuple[str, str]]:
    """Messengers (with what people call them) that live rooms or accounts are on, that are not switched on here, and that nobody was told of."""
    rooms = sa.select(ROOM.c.channel).where(ROOM.c.unbound_at.is_(None))
    accounts = sa.select(ACCOUNT.c.channel).where(ACCOUNT.c.cut_at.is_(None))
    states = {row.name: row for row in db.execute(sa.select(CHANNEL_STATE)).all()}
    names = sorted(set(db.execute(rooms.union(accounts)).scalars()) - set(on))
    return [
        (name, states[name].title if name in states else name) for name in names if name not in states or states[name].down_since is None
    ]
