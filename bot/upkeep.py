"""Retention, what stays set, and which messengers were switched off."""

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa

from bot.apply import roster
from bot.engine import Engine
from bot.gather import read_service
from handlers import reconcile
from models import inbox, page, quota
from models.ids import new_id
from models.people import ACCOUNT, ROOM
from models.service import CHANNEL_STATE
from models.timer import pending, set_timer


def forget(db: sa.Connection, engine: Engine) -> int:
    """Bodies of messages older than the retention go; their ids stay, so that a replay is still known. Pages whose time is over go too, and what was
    done once a day on days that are over (two days are kept: not every process counts them by the same clock)."""
    page.forget(db, engine.now())
    quota.forget_days(db, engine.now().astimezone(engine.zone).date() - timedelta(days=2))
    return inbox.forget_bodies(db, engine.now() - timedelta(days=engine.plan.retention_days("inbox_bodies")))


def stay_on_duty(db: sa.Connection, engine: Engine) -> None:
    """What a service on duty looks at by itself is set, also where it went on duty before there was any of it: the roster, the reconciliation."""
    roster.ensure(db, engine)
    division = engine.plan.division
    if read_service(db).ready and not pending(db, reconcile.TIMER, division):
        due = reconcile.next_morning(engine.now(), engine.plan)
        row = {"id": new_id(), "kind": reconcile.TIMER, "subject": division, "due_at": due, "urgent": False, "data": {}}
        set_timer(db, row | {"set_at": engine.now()})


def switched_off(db: sa.Connection, on: Collection[str]) -> list[tuple[str, str]]:
    """Messengers (with what people call them) that live rooms or accounts are on, that are not switched on here, and that nobody was told of."""
    rooms = sa.select(ROOM.c.channel).where(ROOM.c.unbound_at.is_(None))
    accounts = sa.select(ACCOUNT.c.channel).where(ACCOUNT.c.cut_at.is_(None))
    states = {row.name: row for row in db.execute(sa.select(CHANNEL_STATE)).all()}
    names = sorted(set(db.execute(rooms.union(accounts)).scalars()) - set(on))
    return [
        (name, states[name].title if name in states else name) for name in names if name not in states or states[name].down_since is None
    ]
