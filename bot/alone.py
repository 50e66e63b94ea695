"""What commands write to, where nobody said anything."""

import sqlalchemy as sa

from bot.conversations import Talk
from bot.engine import Engine
from bot.watch import internal
from bot.writing import Writing
from models.facts import Facts
from models.ids import new_id


def alone(db: sa.Connection, engine: Engine, why: str) -> Writing:
    """The service itself writes; `why` names the occasion. What was planned leaves with `flush`."""
    incoming = internal(why, {"subject": engine.plan.division}, engine.now())
    talk = Talk("", incoming.channel, incoming.chat, "", "", group=False)
    facts = Facts(engine.now(), engine.zone, engine.plan, engine.forms, talk.locale, new_id, lambda: ("", ""))
    return Writing(db, engine, incoming, talk, facts)
