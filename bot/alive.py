"""When the service was last alive, as a row: the auditor writes it every minute, and a start that finds it old tells of the outage."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels import Capabilities
from bot.watch import internal
from models.columns import upsert
from models.service import SETTING
from models.talk import Incoming, Json

NAME = "alive_at"
DEAF = timedelta(minutes=5)  # shorter ones are restarts: Telegram keeps what comes, and bot.watch tells of a messenger that does not


def write(db: sa.Connection, now: datetime) -> None:
    upsert(db, SETTING, ("name",), {"name": NAME, "value": now.isoformat(), "person": None, "at": now})


def outage(db: sa.Connection, now: datetime, channels: Mapping[str, Capabilities]) -> Incoming | None:
    """The outage that has just ended as an internal message, None if there was none worth telling. It is named after its beginning: however
    many processes start together, or one again and again, it is told once."""
    since = db.execute(sa.select(SETTING.c.at).where(SETTING.c.name == NAME)).scalar()
    if since is None or now - since < DEAF:
        return None
    kept, lost = (_titles(channels, redelivers=redelivers) for redelivers in (True, False))
    data: dict[str, Json] = {
        "timer": "outage", "subject": NAME, "since": since.isoformat(), "until": now.isoformat(), "kept": kept, "lost": lost,
    }  # fmt: skip
    return internal(f"outage:{since.isoformat()}", data, now)


def _titles(channels: Mapping[str, Capabilities], *, redelivers: bool) -> list[Json]:
    """What people call the messengers of that kind, each once: several bots of one messenger have one name."""
    return list(dict.fromkeys(can.title for can in channels.values() if can.title and can.redelivers is redelivers))
