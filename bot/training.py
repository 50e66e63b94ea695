"""The training room: a cast of roles, a clock that can be moved, and "start again", around the same engine, rows and channel contract as
in service. It has a database of its own and never runs beside a token or a public address."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.channels.web.contract import Onward, Past, Said, Sent
from bot.database import Database
from bot.engine import Engine
from bot.letters import opened
from bot.upkeep import stay_on_duty
from bot.wire_json import incoming_from_json
from models.attachment import ATTACHMENT, AttachmentState
from models.columns import upsert
from models.conversation import CONVERSATION
from models.facts import Role
from models.ids import new_id
from models.inbox import INBOX
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, MEMBERSHIP, PERSON, ROOM
from models.service import SETTING
from models.tables import METADATA
from models.talk import Incoming, Letter, Picture
from models.timer import next_due

Load = Callable[[sa.Connection, str], Picture | None]

CHANNEL = "web"
ROOM_CHAT = "phong-truc"
WARD = "ngoc_lam"  # where the cast lives; in a plan without it the first ward
_AHEAD, _MORNING = timedelta(days=7), time(7)


class TrainingClock:
    """The machine's clock plus an offset that is kept in the database, so that a restart does not travel back."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set(self, to: datetime) -> None:
        """Only forward: what has happened stays in the past."""
        self.offset = max(self.offset, to - datetime.now(UTC))

    def start(self, at: datetime | None) -> None:
        """At any moment, also in the past, or at the machine's own time: only for a room in which nothing has happened."""
        self.offset = at - datetime.now(UTC) if at is not None else timedelta()


class Training:
    """What the web channel is given (bot.channels.web.contract.TrainingRoom)."""

    def __init__(self, clock: TrainingClock) -> None:
        self._clock = clock

    def attach(
        self, db: Database, engine: Engine, tick: Callable[[], Awaitable[Any]], settle: Callable[[], Awaitable[None]], load: Load
    ) -> None:
        """The rest, which needs the web channel that needs this room: `tick` fires what is due, `settle` waits until all is delivered,
        `load` opens an attachment."""
        self._db, self._engine, self._tick, self._settle, self._load = db, engine, tick, settle, load

    def now(self) -> datetime:
        return self._clock.now()

    async def open(self) -> None:
        """A first start fills the room; a later one finds its clock where it was left."""
        offset = await self._db.run(_kept_offset)
        if offset is None:
            await self._db.run(partial(seed, engine=self._engine, now=self.now()))
        else:
            self._clock.offset = timedelta(seconds=offset)

    def suggested(self) -> datetime | None:
        """The morning a week before the first date of the report that the plan asks for most often."""
        asked = max(self._engine.plan.reports, key=lambda report: len(report.periods), default=None)
        if asked is None or not asked.periods:
            return None
        return datetime.combine(asked.periods[0].due - _AHEAD, _MORNING, self._engine.zone).astimezone(UTC)

    async def move(self, to: datetime, onward: Onward = lambda: True) -> None:
        """What falls due on the way runs row by row, each at its own due time."""
        async for _said in self._falling_due(to):
            if not onward():
                return
        await self._set(to)

    async def move_on(self, before: datetime, onward: Onward = lambda: True) -> bool:
        """Rows that only look and say nothing are passed by."""
        async for said in self._falling_due(before):
            if said or not onward():
                return True
        return False

    async def _falling_due(self, to: datetime) -> AsyncIterator[bool]:
        """Each moment until `to` at which something was due, after it has run: whether anything was said."""
        while (due := await self._db.run(next_due)) is not None and due <= to:
            before = await self._db.run(_newest_letter)
            await self._set(due)
            if not await self._tick() and await self._db.run(next_due) == due:
                return  # what is due cannot be taken just now: the interval job will, and says why
            await self._settle()
            yield await self._db.run(_newest_letter) != before

    async def _set(self, to: datetime) -> None:
        """Kept at each step: a process that ends in the middle of a move goes on where it was."""
        self._clock.set(to)
        await self._db.run(partial(_keep_offset, seconds=self._clock.offset.total_seconds(), now=self.now()))

    async def start_again(self, at: datetime | None = None) -> None:
        """An empty room."""
        self._clock.start(at)
        seconds = self._clock.offset.total_seconds()
        await self._db.run(partial(_empty_and_seed, engine=self._engine, now=self.now(), seconds=seconds))

    async def history(self, chat: str) -> Sequence[Past]:
        """What this chat has seen, in the order in which it happened."""
        return await self._db.run(partial(_history, engine=self._engine, chat=chat, load=self._load))


# --- rows -------------------------------------------------------------------------------------------------------------


def _kept_offset(db: sa.Connection) -> float | None:
    value = db.execute(sa.select(SETTING.c.value).where(SETTING.c.name == "training_offset")).scalar()
    return float(value) if value is not None else None


def _newest_letter(db: sa.Connection) -> str | None:
    newest: str | None = db.scalar(sa.select(sa.func.max(LETTER.c.id)))  # ids grow
    return newest


def kept_clock(db: sa.Connection) -> TrainingClock:
    """The room's clock as it was left."""
    clock = TrainingClock()
    clock.offset = timedelta(seconds=_kept_offset(db) or 0.0)
    return clock


def _keep_offset(db: sa.Connection, seconds: float, now: datetime) -> None:
    upsert(db, SETTING, ("name",), {"name": "training_offset", "value": str(seconds), "person": None, "at": now})


def _empty_and_seed(db: sa.Connection, engine: Engine, now: datetime, seconds: float) -> None:
    for table in METADATA.tables.values():
        db.execute(sa.delete(table))
    seed(db, engine, now)
    _keep_offset(db, seconds, now)
    stay_on_duty(db, engine)


def seed(db: sa.Connection, engine: Engine, now: datetime) -> None:
    """The cast: roles, never invented people."""
    division, wards = engine.plan.division, [ward.id for ward in engine.plan.wards()]
    ward = WARD if WARD in wards else wards[0]
    cast = {
        "ctv": ("Cộng tác viên (tập huấn)", Role.COLLABORATOR, ward),
        "truc-a": ("Cán bộ trực A", Role.DUTY_OFFICER, division),
        "truc-b": ("Cán bộ trực B", Role.DUTY_OFFICER, division),
        "lanh-dao": ("Lãnh đạo phòng trực", Role.LEADER, division),
        "phuong": ("Cán bộ phường", Role.WARD_OFFICER, ward),
        "lanh-dao-phuong": ("Lãnh đạo phường", Role.LEADER, ward),
    }
    for actor, (name, role, unit) in cast.items():
        person = new_id()
        phone = engine.vault.seal(db, f"person:{person}", "person.phone", person, b"0900000000") if actor == "ctv" else None
        db.execute(sa.insert(PERSON).values(id=person, name=name, phone=phone, locale="vi", created_at=now))
        db.execute(
            sa.insert(ACCOUNT).values(
                id=new_id(), person=person, channel=CHANNEL, external_id=actor, chat=actor, started=True, created_at=now
            )
        )
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=now))
    db.execute(
        sa.insert(ROOM).values(
            id=new_id(), unit=division, purpose="main", channel=CHANNEL, chat=ROOM_CHAT, topic="", bound_by=person, bound_at=now
        )
    )
    settings = {
        "division_phone": "024 0000 0000 (số tập huấn)",
        "keys_backed_up": "1",
        "ready_at": now.isoformat(),
        "admin_code_used": "1",
        "training_offset": "0",
    }
    for key, value in settings.items():
        upsert(db, SETTING, ("name",), {"name": key, "value": value, "person": None, "at": now})


def _history(db: sa.Connection, engine: Engine, chat: str, load: Load) -> list[Past]:
    found: list[tuple[str, Past]] = []
    said = (
        sa.select(INBOX.c.id, INBOX.c.body, INBOX.c.conversation)
        .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation)
        .where(CONVERSATION.c.channel == CHANNEL, CONVERSATION.c.chat == chat, INBOX.c.body.is_not(None))
    )
    for row in db.execute(said).all():
        body = engine.vault.open(db, f"conversation:{row.conversation}", "inbox.body", row.id, row.body)
        incoming = incoming_from_json(body)
        found.append((row.id, Said(incoming, _kept(db, incoming, load))))
    sent = sa.select(LETTER).where(LETTER.c.channel == CHANNEL, LETTER.c.chat == chat, LETTER.c.state == LetterState.DELIVERED)
    found += [(row.id, Sent(_letter(db, engine, row, load), row.external_id, row.created_at)) for row in db.execute(sent).all()]
    return [past for _id, past in sorted(found, key=lambda pair: pair[0])]


def _letter(db: sa.Connection, engine: Engine, row: sa.Row[Any], load: Load) -> Letter:
    past = opened(db, engine.vault, row)
    return replace(past.letter, pictures=tuple(picture for each in past.attachments if (picture := load(db, each))))


def _kept(db: sa.Connection, incoming: Incoming, load: Load) -> dict[str, Picture]:
    """The files of a message as they were stored: the upload itself was gone with the process."""
    kept: dict[str, Picture] = {}
    for file in incoming.files:
        same = sa.select(ATTACHMENT.c.id).where(ATTACHMENT.c.unique_ref == file.unique, ATTACHMENT.c.state == AttachmentState.STORED)
        attachment = db.scalar(same.limit(1)) if file.unique else None
        if attachment is not None and (picture := load(db, attachment)):
            kept[file.ref] = picture
    return kept
