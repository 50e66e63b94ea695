"""The auditor: once a minute, whether what must always hold does hold. What does not is mended by ordinary rows and told; nothing is fired here.

Each check is a transaction of its own with a fixed number of statements, whatever the tables hold: one that asks, and, where it has found at
most a hundred rows, one or two that mend them together. Any number of processes may run it: mending is idempotent.

Only a pass that has found nothing, and could check everything, is clean: it moves the metric and asks the outside heartbeat. So whoever watches
from outside hears of a service that is dead, one that cannot reach its database, and one that has to mend itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from bot import alive
from bot.auditor import letters, timers
from bot.auditor.found import Check, Found, Pass
from bot.database import BULK, Database, StorageDown
from bot.engine import Engine
from bot.heartbeat import Heartbeat
from bot.metrics import Metrics
from bot.watch import internal
from handlers.audit import told_setting
from models.service import SETTING
from models.talk import Incoming, Json

log = structlog.get_logger()

CHECKS: tuple[Check, ...] = (
    timers.intake,
    timers.ladder,
    timers.taken,
    timers.clocks,
    timers.standing,
    timers.left,
    timers.drills,
    timers.reports,
    timers.late,
    letters.far,
    letters.hangs,
    letters.unexplained,
    letters.attachments,
    letters.documents,
    letters.inbox,
)
AGAIN = timedelta(hours=1)  # administrators hear of one kind no oftener
_SHOWN = 10  # ids in the log


@dataclass(frozen=True, slots=True)
class Audited:
    """The last pass of this process, in real time."""

    at: datetime
    clean: bool


class Auditor:
    """`run` is one pass. `hear` takes the turns that tell administrators; `resume` gives stored messages their turn."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        metrics: Metrics,
        heartbeat: Heartbeat,
        hear: Callable[[Incoming], Awaitable[None]],
        resume: Callable[[], Awaitable[None]],
    ) -> None:
        self._db, self._engine, self._metrics, self._heartbeat = db, engine, metrics, heartbeat
        self._hear, self._resume = hear, resume
        self.last: Audited | None = None
        self.last_clean: datetime | None = None

    async def run(self) -> bool:
        """True if everything was found in order. Raises StorageDown; whatever else fails is told, and the pass is not clean."""
        found: list[Found] = []
        clean = False
        try:
            whole = await self._look(found)
            await self._db.run(partial(alive.write, now=self._engine.now()))
            await self._tell(found)
            clean = whole and not found
        finally:
            self.last = Audited(datetime.now(UTC), clean)
        if clean:
            self.last_clean = self.last.at
            self._metrics.audit_clean.set(self.last.at.timestamp())
            await self._heartbeat.ping()
        return clean

    async def _look(self, found: list[Found]) -> bool:
        """Every check, also after one that failed; False if one did."""
        whole = True
        for check in CHECKS:
            try:
                one = await self._db.run(partial(_checked, check=check, engine=self._engine), BULK)
            except StorageDown:
                raise
            except Exception as error:  # noqa: BLE001  a check that fails is told, must not stop the others, and makes no clean pass
                log.error("audit_check_failed", check=check.__name__, error=type(error).__name__)
                whole = False
                continue
            if one.ids:
                found.append(one)
        return whole

    async def _tell(self, found: list[Found]) -> None:
        """In the log each time, and to administrators once an hour a kind, by rows: what one process has told another does not tell again."""
        if not found:
            return
        log.warning(
            "audit_found",
            **{one.kind: {"count": len(one.ids), "mended": one.mended, "ids": list(one.ids[:_SHOWN])} for one in found},
        )
        for one in found:
            self._metrics.audit_found.labels(one.kind).inc(len(one.ids))
        told = await self._db.run(_told)
        for one in found:
            before = told.get(told_setting(one.kind))
            if before is None or self._engine.now() - before >= AGAIN:
                await self._hear(self._telling(one, before))
        if any(one.kind == "inbox" for one in found):
            await self._resume()

    def _telling(self, one: Found, before: datetime | None) -> Incoming:
        """Named after the telling before it, so that it is one turn on however many processes."""
        name = f"audit:{one.kind}:{before.isoformat() if before else 'first'}"
        data: dict[str, Json] = {"timer": "audit", "subject": one.kind, "count": len(one.ids), "mended": one.mended}
        return internal(name, data, self._engine.now())

    def status(self) -> dict[str, Any]:
        """For /healthz."""
        last = self.last
        return {
            "last": _shown(last.at if last is not None else None),
            "clean": last.clean if last is not None else None,
            "last_clean": _shown(self.last_clean),
        }


def _shown(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def _checked(db: sa.Connection, check: Check, engine: Engine) -> Found:
    return check(Pass(db, engine, engine.now(), datetime.now(UTC)))


def _told(db: sa.Connection) -> dict[str, datetime]:
    rows = db.execute(sa.select(SETTING.c.name, SETTING.c.at).where(SETTING.c.name.like(told_setting("%"))))
    return {row.name: row.at for row in rows}
