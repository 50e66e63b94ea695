"""Who may poll or send for a token just now: one row a name, renewed by its holder, taken over when it has run out (real time)."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from models.columns import insert_once
from models.service import LEASE

_READ = sa.select(LEASE.c.holder, LEASE.c.until).where(LEASE.c.name == sa.bindparam("lease")).with_for_update()


def take(db: sa.Connection, name: str, holder: str, now: datetime, lasts: timedelta) -> str | None:
    """Take the lease, or renew it when a third of it is over. Returns who held it before ("" for nobody, `holder` for a renewal), None
    while somebody else holds it. The row stays locked until the transaction ends: what is done in it is done as its holder."""
    row = db.execute(_READ, {"lease": name}).one_or_none()
    if row is None:
        return "" if insert_once(db, LEASE, {"name": name, "holder": holder, "until": now + lasts}) else None
    if row.holder != holder and row.until > now:
        return None
    if row.holder != holder or row.until - now < lasts * 2 / 3:
        db.execute(sa.update(LEASE).where(LEASE.c.name == name).values(holder=holder, until=now + lasts))
    return str(row.holder)


def release(db: sa.Connection, name: str, holder: str) -> None:
    """A graceful end: the next one need not wait."""
    db.execute(sa.delete(LEASE).where(LEASE.c.name == name, LEASE.c.holder == holder))
