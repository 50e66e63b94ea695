"""Retention, and what the service says of itself."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.engine import Engine
from bot.gather import read_service
from bot.metrics import Metrics
from models import inbox, page
from models.incident import INCIDENT, Status
from models.letter import LETTER, OPEN
from models.people import ACCOUNT, ROOM
from models.service import CHANNEL_STATE
from models.talk import Lane
from models.timer import TIMER

STUCK = timedelta(minutes=10)


def forget(db: sa.Connection, engine: Engine) -> int:
    """Bodies of messages older than the retention go; their ids stay, so that a replay is still known. Pages whose time is over go too."""
    page.forget(db, engine.now())
    return inbox.forget_bodies(db, engine.now() - timedelta(days=engine.plan.retention_days("inbox_bodies")))


def switched_off(db: sa.Connection, on: Collection[str]) -> list[tuple[str, str]]:
    """Messengers (with what people call them) that live rooms or accounts are on, that are not switched on here, and that nobody was told of."""
    rooms = sa.select(ROOM.c.channel).where(ROOM.c.unbound_at.is_(None))
    accounts = sa.select(ACCOUNT.c.channel).where(ACCOUNT.c.cut_at.is_(None))
    states = {row.name: row for row in db.execute(sa.select(CHANNEL_STATE)).all()}
    names = sorted(set(db.execute(rooms.union(accounts)).scalars()) - set(on))
    return [
        (name, states[name].title if name in states else name) for name in names if name not in states or states[name].down_since is None
    ]


def waiting_letters(db: sa.Connection) -> dict[str, dict[str, float]]:
    """By lane: how many letters wait, and for how long the oldest has waited (seconds, real time)."""
    rows = db.execute(sa.select(LETTER.c.lane, sa.func.count(), sa.func.min(LETTER.c.id)).where(OPEN).group_by(LETTER.c.lane)).all()
    now = datetime.now(UTC).timestamp()
    return {
        Lane(lane).name.lower(): {"waiting": count, "oldest_seconds": max(0.0, now - int(first[:16], 16) / 1e9)}
        for lane, count, first in rows
    }


def health(db: sa.Connection, engine: Engine) -> dict[str, Any]:
    """Ok while the database answers and no lane has been stuck for ten minutes."""
    letters = waiting_letters(db)
    stuck = [lane for lane, found in letters.items() if found["oldest_seconds"] > STUCK.total_seconds()]
    late = db.execute(
        sa.select(sa.func.count()).where(TIMER.c.fired_at.is_(None), TIMER.c.due_at < engine.now() - timedelta(minutes=2))
    ).scalar_one()
    return {
        "ok": not stuck and not late, "database": "up", "ready": read_service(db).ready, "letters": letters, "stuck_lanes": stuck, "late_timers": late,
        "channels": sorted(engine.channels),
    }  # fmt: skip


def gauges(db: sa.Connection, metrics: Metrics) -> None:
    """Set the gauges that are read from rows."""
    letters = waiting_letters(db)
    for lane in Lane:
        found = letters.get(lane.name.lower(), {"waiting": 0, "oldest_seconds": 0})
        metrics.waiting.labels(lane.name.lower()).set(found["waiting"])
        metrics.oldest.labels(lane.name.lower()).set(found["oldest_seconds"])
    metrics.cases.clear()
    counted = sa.select(INCIDENT.c.severity, INCIDENT.c.status, sa.func.count()).where(INCIDENT.c.status != Status.CLOSED)
    for severity, status, number in db.execute(counted.group_by(INCIDENT.c.severity, INCIDENT.c.status)).all():
        metrics.cases.labels(severity, status).set(number)
