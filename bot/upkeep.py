"""Retention, and which messengers were switched off."""

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa

from bot.engine import Engine
from models import inbox, page, quota
from models.people import ACCOUNT, ROOM
from models.service import CHANNEL_STATE


def forget(db: sa.Connection, engine: Engine) -> int:
    """Bodies of messages older than the retention go; their ids stay, so that a replay is still known. Pages whose time is over go too, and what was
    done once a day on days that are over (two days are kept: not every process counts them by the same clock)."""
    page.forget(db, engine.now())
    quota.forget_days(db, engine.now().astimezone(engine.zone).date() - timedelta(days=2))
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
