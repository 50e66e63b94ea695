"""The attachment worker: fetches what a turn wanted, checks it, seals it, keeps it as a file whose name is the row's id.

    wanted --file fsynced and renamed--> stored            wanted --too_large | wrong_type | gone | broken--> refused
    wanted --anything else--> wanted (later, without end)  refused, lease_until set: its sender was not told yet

The file is complete on the disk before its row says so; a file without a row is removed by `sweep`. Leases and tries use real time.
A spreadsheet of ours that came back filled in (bot.documents.table) sets the timer "file" with what stands in it, sealed; one
that came by itself, whatever it is, the timer "sheet".
"""

import asyncio
import base64
import contextlib
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from bot.channels import FileGone, FileTooLarge
from bot.database import BULK, Database, StorageDown
from bot.documents.table import NOT_OURS, TABLE_PLACE, Table, Unreadable, read_table
from bot.media import GONE, MAX_BYTES, TOO_LARGE, Refused, checked, ending, kept_as, mime_of
from bot.papers import XLSX
from bot.vault import Vault, VaultError
from models.attachment import ATTACHMENT, BLANK, SHEET, AttachmentState
from models.document import DOCUMENT
from models.ids import new_id
from models.submission import LOOSE, SUBMISSION
from models.talk import FileRef, Picture
from models.timer import set_timer

log = structlog.get_logger()

Fetch = Callable[[FileRef], Awaitable[bytes]]

_AT_ONCE = 3
_IDLE_SECONDS = 5.0
_FETCH_SECONDS = 60.0
_LEASE = timedelta(seconds=90)  # longer than fetching and storing take: two workers at one file are harmless, but wasteful
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
_ORPHANED = timedelta(hours=1)
_SLICE = 500
_OURS = re.compile(r"[0-9a-f]{32}(\.[0-9a-f]{8}\.part)?")
_ID = re.compile(r"[0-9a-f]{32}")
_WANTED = ATTACHMENT.c.state == sa.literal_column(f"'{AttachmentState.WANTED}'")  # a literal: a partial index is not used for a parameter


def _real_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Swept:
    """`removed`: files that no row knows; `missing`: rows whose file is not there."""

    removed: int
    missing: tuple[str, ...]


class Attachments:
    """`folder` is shared by all processes; `fetchers` by channel name; `refused` is told the id of an attachment that will not be kept,
    perhaps more than once, so that the sender can be asked again."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        folder: Path,
        fetchers: Mapping[str, Fetch],
        *,
        refused: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime] = _real_time,
        domain_now: Callable[[], datetime] | None = None,
    ) -> None:
        """`domain_now`: by which the timer of a spreadsheet is due; in the training room it may be years from the real time."""
        self._db, self._vault, self._folder, self._fetchers, self._refused, self._now = db, vault, folder, fetchers, refused, now
        self._domain_now = domain_now or now
        self._woken = asyncio.Event()
        self._drawing = asyncio.Lock()  # one picture at a time: decoded, it takes up to 200 MB
        self._untold = True  # perhaps: a process died between a refusal and telling it

    def wake(self) -> None:
        """A turn that wants something has committed."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. An unreachable database or a full disk is waited out."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(_AT_ONCE):
                tasks.create_task(self._loop(), name=f"attachments-{number}")

    async def _loop(self) -> None:
        while True:
            self._woken.clear()
            try:
                if await self.once():
                    continue
            except Exception as error:  # noqa: BLE001  no database, or a bug of ours: said at every round, and no reason to end the talks
                log.error("attachments_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_SECONDS):  # not wait_for: on 3.11 it swallows a cancellation that comes with the wake
                    await self._woken.wait()

    async def once(self) -> bool:
        """Take one attachment that is due, and tell the senders of what was refused; False if nothing was due."""
        row = await self._db.run(partial(_claim, channels=tuple(self._fetchers), now=self._now()))
        if row is not None:
            await self._take(row)
        if self._untold:
            await self._tell()
        return row is not None

    async def _take(self, row: sa.Row[Any]) -> None:
        try:
            body, mime = await self._fetched(row)
            await self._keep(row, body, mime)
        except Refused as refusal:
            log.warning("attachment_refused", attachment=row.id, reason=refusal.reason)
            try:
                await self._db.run(partial(_refuse, attachment=row.id, reason=refusal.reason, now=self._now()))
            finally:
                self._untold = True
        except StorageDown:
            raise  # the lease ends by itself
        except Exception as error:  # noqa: BLE001  the network, the platform, the disk: tried again without end, and said each time
            log.warning("attachment_failed", attachment=row.id, attempts=row.attempts + 1, error=type(error).__name__)
            await self._db.run(partial(_postpone, row=row, now=self._now()))

    async def _fetched(self, row: sa.Row[Any]) -> tuple[bytes, str]:
        if row.size is not None and row.size > MAX_BYTES:
            raise Refused(TOO_LARGE)
        opened = await self._db.run(partial(self._vault.open, subject=_subject(row), place="attachment.ref", row=row.id, sealed=row.ref))
        file = FileRef(opened.decode(), row.kind, row.size, row.mime, unique=row.unique_ref)
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                body = await self._fetchers[row.channel](file)
        except FileGone:
            raise Refused(GONE) from None
        except FileTooLarge:
            raise Refused(TOO_LARGE) from None
        async with self._drawing:
            return await asyncio.to_thread(checked, row.kind, body)

    async def _keep(self, row: sa.Row[Any], body: bytes, mime: str) -> None:
        """The key's row commits before the file is written, and the file is safe before the row says stored."""
        sealed = await self._db.run(partial(self._vault.seal, subject=_subject(row), place="attachment.file", row=row.id, plain=body))
        await asyncio.to_thread(write, self._folder, row.id, sealed)
        found = await asyncio.to_thread(read_table, body) if mime == XLSX else Unreadable(NOT_OURS)
        store = partial(_store, vault=self._vault, row=row, mime=mime, size=len(body), found=found, now=self._now(), due=self._domain_now())
        await self._db.run(store)

    async def _tell(self) -> None:
        """Tell of every refusal that was not told; whatever fails is told at the next round. First the flag, then the rows: a refusal that
        comes meanwhile raises it again."""
        self._untold = False
        try:
            for attachment in await self._db.run(_untold):
                await self._refused(attachment)
                await self._db.run(partial(_update, attachment=attachment, values={"lease_until": None}, only=AttachmentState.REFUSED))
        except BaseException:
            self._untold = True
            raise

    def load(self, db: sa.Connection, attachment: str) -> Picture | None:
        """The attachment, opened, for sending; None, and a line in the log, if it does not open."""
        row = db.execute(sa.select(ATTACHMENT).where(ATTACHMENT.c.id == attachment, ATTACHMENT.c.state == AttachmentState.STORED)).first()
        if row is None:
            return None
        try:
            body = self._vault.open(db, _subject(row), "attachment.file", row.id, (self._folder / row.id).read_bytes())
        except (OSError, VaultError) as error:
            log.error("attachment_unreadable", attachment=row.id, error=type(error).__name__)
            return None
        mime = mime_of(row.mime)
        made = db.scalar(sa.select(DOCUMENT.c.name).where(DOCUMENT.c.id == row.id)) if row.submission == row.id else None
        return Picture(row.kind, body, mime, made or (f"tep{ending(mime)}" if row.kind == "file" else ""))

    async def sweep(self) -> Swept:
        """Remove files that no row knows and temporary ones, both older than an hour; say which stored files are missing."""
        self._untold = True
        old, all_names = await asyncio.to_thread(_files, self._folder, self._now() - _ORPHANED)
        ids = sorted({name[:32] for name in old})
        known = await self._in_slices(ids)
        orphans = [name for name in old if name.endswith(".part") or name not in known]
        strangers = [name for name in orphans if name[:32] not in known]
        if len(strangers) > 100 and 2 * len(strangers) > len(old):
            log.error("attachments_of_another_database", files=len(strangers))  # a wrong DATABASE_URL must not cost every picture
            orphans = []
        await asyncio.to_thread(_remove, self._folder, orphans)
        stored = await self._db.run(_stored_ids, BULK)
        missing = tuple(attachment for attachment in stored if attachment not in all_names and not (self._folder / attachment).exists())
        if orphans or missing:
            log.warning("attachments_swept", removed=len(orphans), missing=len(missing), first=missing[:5])
        return Swept(len(orphans), missing)

    async def _in_slices(self, ids: list[str]) -> set[str]:
        """Which of these ids have a row."""
        known: set[str] = set()
        for start in range(0, len(ids), _SLICE):
            known |= await self._db.run(partial(_known, ids=ids[start : start + _SLICE]), BULK)
        return known


# --- rows -------------------------------------------------------------------------------------------------------------


def _subject(row: sa.Row[Any]) -> str:
    return f"submission:{row.submission}"


def _claim(db: sa.Connection, channels: tuple[str, ...], now: datetime) -> sa.Row[Any] | None:
    """The longest waiting due row, leased. A first try is always due: the turn wrote `next_try` by the domain clock, which may be moved."""
    a = ATTACHMENT.c
    due = sa.or_(a.attempts == 0, a.next_try <= now)
    free = sa.or_(a.lease_until.is_(None), a.lease_until <= now)
    wanted = sa.select(ATTACHMENT).where(_WANTED, a.channel.in_(channels), due, free)
    row = db.execute(wanted.order_by(a.attempts != 0, a.next_try).limit(1).with_for_update(skip_locked=True)).first()
    if row is not None:
        _update(db, row.id, {"attempts": row.attempts + 1, "next_try": now, "lease_until": now + _LEASE})
    return row


def _postpone(db: sa.Connection, row: sa.Row[Any], now: datetime) -> None:
    pause = min(_FIRST_PAUSE * 2 ** min(row.attempts, 10), _LONGEST_PAUSE)
    _update(db, row.id, {"next_try": now + pause, "lease_until": None}, AttachmentState.WANTED)


def _store(
    db: sa.Connection, vault: Vault, row: sa.Row[Any], mime: str, size: int, found: Table | Unreadable, now: datetime, due: datetime
) -> None:
    values = {"state": AttachmentState.STORED, "mime": kept_as(mime), "size": size, "stored_at": now, "lease_until": None, "reason": ""}
    if mime.startswith("image/"):  # a picture that was sent as a file is shown like one
        values["kind"] = "photo"
    if isinstance(found, Table):
        if not found.unclear and not any(value is not None for value in found.values.values()):
            values["question"] = BLANK
    elif row.question == SHEET:  # a paper like any other
        values["question"] = ""
    _update(db, row.id, values, AttachmentState.WANTED)
    of = db.execute(sa.select(SUBMISSION.c.expected, SUBMISSION.c.state).where(SUBMISSION.c.id == row.submission)).first()
    ours = found != Unreadable(NOT_OURS)
    if of is not None and ((ours and of.expected) or (of.state == LOOSE and (ours or row.question == SHEET))):
        sealed = vault.seal_json(db, _subject(row), TABLE_PLACE, row.id, asdict(found))
        data = {"table": base64.b64encode(sealed).decode()}
        if not of.expected:  # whose it is stands in it, if anywhere
            named = found.expected if isinstance(found, Table) else ""
            data["expected"] = named if _ID.fullmatch(named) else ""
        kind = "file" if of.expected else "sheet"
        set_timer(db, {"id": new_id(), "kind": kind, "subject": row.id, "due_at": due, "urgent": False, "data": data, "set_at": due})


def _refuse(db: sa.Connection, attachment: str, reason: str, now: datetime) -> None:
    _update(db, attachment, {"state": AttachmentState.REFUSED, "reason": reason, "lease_until": now}, AttachmentState.WANTED)


def _untold(db: sa.Connection) -> list[str]:
    a = ATTACHMENT.c
    return list(db.scalars(sa.select(a.id).where(a.state == AttachmentState.REFUSED, a.lease_until.is_not(None)).order_by(a.id)))


def _update(db: sa.Connection, attachment: str, values: Mapping[str, Any], only: AttachmentState | None = None) -> None:
    where = [ATTACHMENT.c.id == attachment] + ([ATTACHMENT.c.state == only] if only else [])
    db.execute(sa.update(ATTACHMENT).where(*where).values(**values))


def _known(db: sa.Connection, ids: list[str]) -> set[str]:
    return set(db.scalars(sa.select(ATTACHMENT.c.id).where(ATTACHMENT.c.id.in_(ids))))


def _stored_ids(db: sa.Connection) -> list[str]:
    return list(db.scalars(sa.select(ATTACHMENT.c.id).where(ATTACHMENT.c.state == AttachmentState.STORED).order_by(ATTACHMENT.c.id)))


# --- files ------------------------------------------------------------------------------------------------------------


def write(folder: Path, name: str, body: bytes) -> None:
    """Whole or not at all, also after a power cut: written aside, synced, renamed, and the folder synced."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f"{name}.{os.urandom(4).hex()}.part"
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(folder / name)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files(folder: Path, before: datetime) -> tuple[list[str], set[str]]:
    """Names of our making that are older than `before`, and all names. Whatever else lies there is not ours to touch."""
    names: list[str] = []
    everything: set[str] = set()
    for path in folder.iterdir() if folder.exists() else ():
        everything.add(path.name)
        with contextlib.suppress(FileNotFoundError):
            if _OURS.fullmatch(path.name) and path.stat().st_mtime < before.timestamp():
                names.append(path.name)
    return names, everything


def _remove(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
