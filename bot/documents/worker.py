"""The document worker: takes what a turn wanted, reads, draws, keeps the sealed file, and sets the timer whose turn sends it.

    wanted --file fsynced and renamed--> made, timer "document"            (one transaction, after the file is safe)
    wanted --failed--> wanted (later)    wanted --failed five times--> failed, timer "document": who wanted it is told

A process that dies on the way leaves a lease that ends by itself; then it is drawn again over the same file. What is sent twice at most is the
letter, by the outbox's own rules. Leases and tries use real time, timers domain time.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from bot.attachments import write
from bot.database import BULK, Database, StorageDown
from bot.documents.made import Made, Recipe
from bot.engine import Engine
from bot.media import kept_as
from models.attachment import ATTACHMENT, AttachmentState
from models.document import DOCUMENT, DocumentState
from models.ids import new_id
from models.timer import set_timer

log = structlog.get_logger()

TRIES = 5
KEPT = timedelta(days=7)  # domain time; whoever needs it later asks again, and gets the figures of that day
TIMER = "document"
_LEASE = timedelta(minutes=5)  # longer than any drawing takes
_IDLE_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
_WANTED = DOCUMENT.c.state == sa.literal_column(f"'{DocumentState.WANTED}'")  # a literal: a partial index is not used for a parameter


async def _nothing() -> None:
    """For whoever looks at due timers soon anyway."""


def _real_time() -> datetime:
    return datetime.now(UTC)


class Documents:
    """`folder` is the attachments' own, shared by all processes. `set_timers` is awaited when a timer was set. One document at a time: the libraries
    that draw are not made for threads, and one is enough for an office."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        folder: Path,
        recipes: Mapping[str, Recipe],
        *,
        set_timers: Callable[[], Awaitable[Any]] = _nothing,
        now: Callable[[], datetime] = _real_time,
    ) -> None:
        self._db, self._engine, self._folder, self._recipes, self._told, self._now = db, engine, folder, recipes, set_timers, now
        self._woken = asyncio.Event()
        self._one = asyncio.Lock()

    def wake(self) -> None:
        """A turn that wants something has committed."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. An unreachable database or a full disk is waited out."""
        while True:
            self._woken.clear()
            try:
                if await self.once():
                    await self._told()
                    continue
            except Exception as error:  # noqa: BLE001  no database, or a bug of ours: said at every round, and no reason to end the talks
                log.error("documents_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_SECONDS):
                    await self._woken.wait()

    async def drain(self) -> None:
        """Until nothing that is due is left (the training clock stops here before it moves on)."""
        while await self.once():
            pass

    async def once(self) -> bool:
        """Make one document that is due; False if none was."""
        async with self._one:
            row = await self._db.run(partial(_claim, now=self._now()), BULK)
            if row is not None:
                await self._take(row)
        return row is not None

    async def _take(self, row: sa.Row[Any]) -> None:
        if row.attempts >= TRIES:  # whatever it is, it ended the process each time, so nobody has written down that it failed
            await self._fail(row)
            return
        try:
            await self._keep(row, await self._made(row))
        except StorageDown:
            raise  # the lease ends by itself
        except Exception as error:  # noqa: BLE001  a bug of a recipe, the disk: tried again a few times, and said each time
            log.warning("document_failed", document=row.id, kind=row.kind, attempts=row.attempts + 1, error=type(error).__name__)
            if row.attempts + 1 >= TRIES:
                await self._fail(row)
            else:
                await self._db.run(partial(_postpone, row=row, now=self._now()))

    async def _made(self, row: sa.Row[Any]) -> Made:
        recipe, data = self._recipes[row.kind], {**row.data, "locale": row.locale}
        values = await self._db.run(lambda db: recipe.read(db, self._engine, data, self._engine.now()), BULK)
        return await asyncio.to_thread(recipe.draw, values)

    async def _keep(self, row: sa.Row[Any], made: Made) -> None:
        """The key's row commits before the file is written, and the file is safe before the row says made."""
        subject = f"submission:{row.id}"
        seal = partial(self._engine.vault.seal, subject=subject, place="attachment.file", row=row.id, plain=made.body)
        sealed = await self._db.run(seal, BULK)
        await asyncio.to_thread(write, self._folder, row.id, sealed)
        await self._db.run(partial(_store, document=row.id, made=made, engine=self._engine))

    async def _fail(self, row: sa.Row[Any]) -> None:
        log.error("document_given_up", document=row.id, kind=row.kind)
        await self._db.run(partial(_give_up, document=row.id, engine=self._engine))

    async def forget(self) -> int:
        """Delete what is older than KEPT: row and attachment in one transaction, then the file. A file that a dying process leaves behind has no row,
        so the attachments' sweep removes it."""
        old = await self._db.run(partial(_forget, engine=self._engine), BULK)
        for document in old:
            await asyncio.to_thread((self._folder / document).unlink, missing_ok=True)
        return len(old)


# --- rows -------------------------------------------------------------------------------------------------------------


def _claim(db: sa.Connection, now: datetime) -> sa.Row[Any] | None:
    """The longest waiting due row, leased."""
    d = DOCUMENT.c
    due = _WANTED, d.next_try <= now, sa.or_(d.lease_until.is_(None), d.lease_until <= now)
    row = db.execute(sa.select(DOCUMENT).where(*due).order_by(d.next_try).limit(1).with_for_update(skip_locked=True)).first()
    if row is not None:
        _update(db, row.id, attempts=row.attempts + 1, lease_until=now + _LEASE)
    return row


def _postpone(db: sa.Connection, row: sa.Row[Any], now: datetime) -> None:
    pause = min(_FIRST_PAUSE * 4**row.attempts, _LONGEST_PAUSE)
    _update(db, row.id, next_try=now + pause, lease_until=None)


def _store(db: sa.Connection, document: str, made: Made, engine: Engine) -> None:
    """Once: a second worker whose lease came too late changes nothing."""
    now = engine.now()
    if not _update(db, document, state=DocumentState.MADE, name=made.name[:128], made_at=now, lease_until=None):
        return
    db.execute(
        sa.insert(ATTACHMENT).values(
            id=document, submission=document, question="", conversation="", channel="", kind=made.kind, unique_ref="", mime=kept_as(made.mime),
            size=len(made.body), state=AttachmentState.STORED, reason="", attempts=0, next_try=now, created_at=now, stored_at=now,
        )
    )  # fmt: skip
    _set_timer(db, document, now)


def _give_up(db: sa.Connection, document: str, engine: Engine) -> None:
    if _update(db, document, state=DocumentState.FAILED, lease_until=None):
        _set_timer(db, document, engine.now())


def _set_timer(db: sa.Connection, document: str, now: datetime) -> None:
    set_timer(db, {"id": new_id(), "kind": TIMER, "subject": document, "due_at": now, "urgent": False, "data": {}, "set_at": now})


def _update(db: sa.Connection, document: str, **values: Any) -> bool:
    """False if it is wanted no more."""
    where = DOCUMENT.c.id == document, DOCUMENT.c.state == DocumentState.WANTED
    return int(db.execute(sa.update(DOCUMENT).where(*where).values(**values)).rowcount) == 1


def _forget(db: sa.Connection, engine: Engine) -> list[str]:
    d = DOCUMENT.c
    old = sa.select(d.id).where(d.created_at < engine.now() - KEPT, d.state != DocumentState.WANTED).order_by(d.id).limit(1000)
    ids = list(db.scalars(old))
    db.execute(sa.delete(ATTACHMENT).where(ATTACHMENT.c.id.in_(ids), ATTACHMENT.c.submission == ATTACHMENT.c.id))
    db.execute(sa.delete(DOCUMENT).where(d.id.in_(ids)))
    for document in ids:
        engine.vault.erase(db, f"submission:{document}")
    return ids
