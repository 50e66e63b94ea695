"""What the service says of itself in /healthz and /metrics: by messenger and lane, without anybody's name, number or word.

A lane is stuck when a letter of it has waited too long. What is held back on purpose (models.held: quota, digest, fuse) is told apart, under
`held`: it must be seen, and must wake nobody at night, because it leaves by itself. The pace is no such excuse: a lane that the pace alone
keeps waiting for so long is worth a look. A messenger that was switched off makes nothing stuck: whoever did it knows.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.engine import Engine
from bot.gather.people import read_service
from bot.metrics import Metrics
from models import letter
from models.incident import INCIDENT, Status
from models.letter import Waiting
from models.quota import month_of, used
from models.service import CHANNEL_STATE
from models.talk import Lane
from models.timer import TIMER

URGENT_STUCK, STUCK = timedelta(minutes=2), timedelta(minutes=10)


def health(db: sa.Connection, engine: Engine) -> dict[str, Any]:
    """Ok while the database answers, no lane is stuck and no timer is late. Times are seconds of real time."""
    now, waiting = datetime.now(UTC), letter.waiting(db)
    states = dict.fromkeys((one.channel for one in waiting), "off") | channel_states(db, engine)
    channels = {
        name: _channel(db, engine, name, state, [one for one in waiting if one.channel == name], now) for name, state in states.items()
    }
    stuck = sorted(f"{name}.{lane}" for name, found in channels.items() for lane in found["stuck"])
    late = db.execute(
        sa.select(sa.func.count()).where(TIMER.c.fired_at.is_(None), TIMER.c.due_at < engine.now() - timedelta(minutes=2))
    ).scalar_one()
    return {
        "ok": not stuck and not late, "database": "up", "ready": read_service(db).ready, "channels": channels, "stuck_lanes": stuck,
        "late_timers": late,
    }  # fmt: skip


def channel_states(db: sa.Connection, engine: Engine) -> dict[str, str]:
    """Every messenger that runs or once ran: up, failing (nothing has got through for a while), down (what is urgent goes elsewhere), off."""
    rows = {row.name: row for row in db.execute(sa.select(CHANNEL_STATE))}
    return {name: _state(rows.get(name)) if name in engine.channels else "off" for name in sorted({*engine.channels, *rows})}


def _state(row: Any) -> str:
    if row is None or (row.failing_since is None and row.down_since is None):
        return "up"
    return "failing" if row.down_since is None else "down"


def _channel(db: sa.Connection, engine: Engine, name: str, state: str, waiting: list[Waiting], now: datetime) -> dict[str, Any]:
    free, held = [one for one in waiting if not one.held], [one for one in waiting if one.held]
    found = {
        "state": state,
        "lanes": {one.lane.name.lower(): _numbers(one, now) for one in free},
        "held": _held(held, now),
        "stuck": [one.lane.name.lower() for one in free if state != "off" and now - one.since > patience(one.lane)],
    }
    quota = _quota(db, engine, name)
    return found | ({"quota": quota} if quota else {})


def patience(lane: Lane) -> timedelta:
    """How long a letter of this lane may wait before somebody should look."""
    return URGENT_STUCK if lane is Lane.URGENT else STUCK


def _numbers(one: Waiting, now: datetime) -> dict[str, float]:
    return {"waiting": one.count, "oldest_seconds": max(0.0, (now - one.since).total_seconds())}


def _held(held: list[Waiting], now: datetime) -> dict[str, dict[str, float]]:
    """By reason, all lanes together."""
    found: dict[str, dict[str, float]] = {}
    for one in held:
        sum_, more = found.setdefault(one.held.partition(": ")[2], {"waiting": 0, "oldest_seconds": 0.0}), _numbers(one, now)
        sum_["waiting"] += more["waiting"]
        sum_["oldest_seconds"] = max(sum_["oldest_seconds"], more["oldest_seconds"])
    return found


def _quota(db: sa.Connection, engine: Engine, name: str) -> dict[str, Any]:
    """What is used of the month, {} where nothing is limited. `share` may be over 1: urgent letters leave all the same."""
    quota = engine.capabilities(name).quota
    if quota is None:
        return {}
    spent = used(db, name, month_of(engine.now(), engine.zone))
    share = round(spent.total / quota.month, 4)
    return {"month": spent.month, "limit": quota.month, "sent": spent.sent, "received": spent.received, "share": share}


# --- metrics ----------------------------------------------------------------------------------------------------------


def gauges(db: sa.Connection, engine: Engine, metrics: Metrics) -> None:
    """Set the gauges that are read from rows."""
    _gauge_letters(db, engine, metrics)
    for name, state in channel_states(db, engine).items():
        metrics.channel_up.labels(name).set(state == "up")
        for direction in ("sent", "received"):
            if quota := _quota(db, engine, name):
                metrics.quota_used.labels(name, direction).set(quota[direction])
    metrics.cases.clear()
    counted = sa.select(INCIDENT.c.severity, INCIDENT.c.status, sa.func.count()).where(
        INCIDENT.c.status != Status.CLOSED, INCIDENT.c.drill.is_(False)
    )
    for severity, status, number in db.execute(counted.group_by(INCIDENT.c.severity, INCIDENT.c.status)).all():
        metrics.cases.labels(severity, status).set(number)


def _gauge_letters(db: sa.Connection, engine: Engine, metrics: Metrics) -> None:
    """`waiting` counts what is held as well; `oldest` does not, so that an alert on it wakes nobody for what leaves by itself."""
    for gauge in (metrics.waiting, metrics.oldest, metrics.held):
        gauge.clear()
    for name in engine.channels:
        for lane in Lane:
            metrics.waiting.labels(name, lane.name.lower()).set(0)
            metrics.oldest.labels(name, lane.name.lower()).set(0)
    now = datetime.now(UTC)
    for one in letter.waiting(db):
        place = one.channel, one.lane.name.lower()
        metrics.waiting.labels(*place).inc(one.count)
        if one.held:
            metrics.held.labels(one.channel, one.held.partition(": ")[2]).inc(one.count)
        else:
            metrics.oldest.labels(*place).set(_numbers(one, now)["oldest_seconds"])
