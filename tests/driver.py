"""People at the real turn and a real database: what they say goes through `take_turn`, what they get is read from the letters' rows.

    room = await Scene.open(db, vault)
    answers = await room.says("ctv", "báo cáo")          # the letters of that turn in that chat, oldest first
    await room.presses("ctv", "ĐANG NGUY HIỂM")
    room.texts("phong-truc")
    await room.reads("ctv", ("báo cáo", "Trẻ đang như thế nào?…"), ("1", "…"))    # on a channel without buttons
    await room.on("zalo").says("nguoi-la", "lienket 123456")                      # the same people on another messenger

No channel and no outbox run: a letter counts as seen once it was planned. The cast is the training room's (bot.training.seed).
"""

import itertools
import json
from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.channels import Capabilities
from bot.channels.buttons import decode
from bot.conversations import Talk
from bot.database import Database
from bot.engine import Engine
from bot.form_files import load_forms
from bot.plan_files import load_plan
from bot.training import ROOM_CHAT, seed
from bot.turn import Taken, take_turn
from bot.vault import Vault
from models.facts import Facts
from models.ids import new_id
from models.letter import LETTER
from models.plan import Plan
from models.talk import FileRef, Incoming, Kind, Press
from models.timer import TIMER
from scheduler.due import as_incoming

ROOT = Path(__file__).parent.parent
PLAN = load_plan(ROOT / "plans/longbien-2021")
FORMS = load_forms(ROOT / "forms", PLAN)
WEB = Capabilities(buttons=True, edits=True, deletes=True, toasts=True, files_out=True, protects=False, max_text=4096, redelivers=True)
NO_BUTTONS = Capabilities(
    buttons=False, edits=False, deletes=False, toasts=False, files_out=False, protects=False, max_text=2000, redelivers=False
)
MENTIONED = replace(NO_BUTTONS, mention="@Bot", title="Zalo")  # and groups hear only what begins with its name
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # Monday 10:00 in Hà Nội
GROUPS = {ROOM_CHAT}


@dataclass(frozen=True)
class Seen:
    """A letter as its reader gets it."""

    id: str
    chat: str
    kind: str
    text: str
    buttons: dict[str, str]  # label -> data
    row: Any
    screen: str = ""  # as it reads where there are no buttons: choices numbered, actions as they are typed

    def find(self, label: str) -> str | None:
        """The data of the button with that label (or a part of it, or its key)."""
        for name, data in self.buttons.items():
            if label in {name, data} or label.casefold() in name.casefold() or data.endswith("." + label):
                return data
        return None

    def data(self, label: str) -> str:
        """`find` what is there."""
        found = self.find(label)
        assert found is not None, f"no button {label!r} among {list(self.buttons)}"
        return found


@dataclass
class Scene:
    """The people, their clock and what they have seen."""

    db: Database
    engine: Engine = field(repr=False)  # with the whole plan; asyncio writes out what a fixture's task returned
    clock: list[datetime]
    channel: str = "web"
    ids: Any = field(default_factory=itertools.count)

    @classmethod
    async def open(
        cls,
        db: Database,
        vault: Vault,
        *,
        seeded: bool = True,
        capabilities: Capabilities = WEB,
        channel: str = "web",
        plan: Plan = PLAN,
        **more: Capabilities,
    ) -> "Scene":
        """`more`: further messengers by name; see `on`."""
        clock = [START]
        forms = FORMS if plan is PLAN else load_forms(ROOT / "forms", plan)
        engine = Engine(plan, forms, vault, plan.zone, lambda: clock[0], {channel: capabilities, **more})
        if seeded:
            await db.run(lambda connection: seed(connection, engine, START))
        return cls(db, engine, clock, channel)

    def on(self, channel: str) -> "Scene":
        """The same rows and clock, seen from another messenger."""
        return replace(self, channel=channel)

    # --- acting -------------------------------------------------------------------------------------------------------

    async def hears(self, incoming: Incoming) -> Taken | None:
        return await self.db.run(lambda db: take_turn(db, self.engine, incoming))

    def incoming(self, sender: str, kind: Kind, chat: str = "", **more: Any) -> Incoming:
        chat = chat or sender
        number = next(self.ids)
        return Incoming(self.channel, f"u{number}", chat, sender, kind, self.clock[0], group=chat in GROUPS, message=f"m{number}", **more)

    async def _turn(self, incoming: Incoming) -> list[Seen]:
        before = await self.db.run(partial(self._ids, chat=incoming.chat))
        await self.hears(incoming)
        return await self.letters(incoming.chat, but=before)

    async def says(self, sender: str, text: str, chat: str = "", **more: Any) -> list[Seen]:
        return await self._turn(self.incoming(sender, Kind.TEXT, chat, text=text, **more))

    async def sends(self, sender: str, *refs: str, kind: str = "photo", text: str = "", **more: Any) -> list[Seen]:
        files = tuple(FileRef(ref, kind, 1000, unique=ref) for ref in refs)
        return await self._turn(self.incoming(sender, Kind.PHOTO if kind == "photo" else Kind.VOICE, text=text, files=files, **more))

    async def presses(self, sender: str, label: str, chat: str = "") -> list[Seen]:
        """Press the newest button of that label in the chat."""
        data = await self.db.run(partial(self._newest, chat=chat or sender, label=label))
        return await self.presses_data(sender, data, chat)

    async def presses_data(self, sender: str, data: str, chat: str = "") -> list[Seen]:
        found = decode(data)
        assert found is not None
        return await self._turn(self.incoming(sender, Kind.PRESS, chat, press=Press(*found, id=f"p{next(self.ids)}")))

    async def withheld(self, sender: str, chat: str = "") -> list[Seen]:
        """The platform tells that there was a message, and keeps back what it said."""
        return await self._turn(self.incoming(sender, Kind.WITHHELD, chat))

    async def reads(self, sender: str, *pairs: tuple[str, str], chat: str = "") -> None:
        """Play a dialogue where there are no buttons: what is typed, and everything that is then on the screen of that chat."""
        for said, expected in pairs:
            answered = "\n---\n".join(seen.screen for seen in await self.says(sender, said, chat))
            wanted = "\n".join(line.strip() for line in expected.strip().splitlines())
            assert answered == wanted, f"to {said!r}:\n{answered}\n\nexpected:\n{wanted}"

    async def passes(self, **time: float) -> int:
        """Time goes by; what falls due is taken one by one at its own due time. Returns how many timers fired."""
        until, fired = self.clock[0] + timedelta(**time), 0
        ahead = sa.select(TIMER).where(TIMER.c.fired_at.is_(None), TIMER.c.due_at <= until).order_by(TIMER.c.due_at, TIMER.c.id).limit(1)
        while True:
            row = await self.db.run(lambda db: db.execute(ahead).first())
            if row is None:
                break
            self.clock[0] = max(self.clock[0], row.due_at)
            await self.hears(as_incoming(row))
            fired += 1
        self.clock[0] = until
        return fired

    def facts(self, talk: Talk) -> Facts:
        """Facts for a turn that a test writes by hand."""
        return Facts(self.clock[0], PLAN.zone, PLAN, FORMS, talk.locale, new_id, lambda: ("", ""), who=talk.who, conversation=talk.id)

    # --- seeing -------------------------------------------------------------------------------------------------------

    async def letters(self, chat: str = "", but: Set[str] = frozenset()) -> list[Seen]:
        """All letters of a chat, oldest first, but those of these ids."""

        def read(db: sa.Connection) -> list[Seen]:
            return [self._seen(db, row) for row in db.execute(self._of(LETTER, chat)).all() if row.id not in but]

        return await self.db.run(read)

    def _ids(self, db: sa.Connection, chat: str) -> frozenset[str]:
        return frozenset(db.scalars(self._of(LETTER.c.id, chat)))

    def _of(self, what: Any, chat: str) -> sa.Select[Any]:
        statement = sa.select(what).where(LETTER.c.channel == self.channel).order_by(LETTER.c.id)
        return statement.where(LETTER.c.chat == chat) if chat else statement

    def _newest(self, db: sa.Connection, chat: str, label: str) -> str:
        """The data of the newest button of that label in the chat."""
        last = None
        for row in reversed(db.execute(self._of(LETTER, chat)).all()):
            seen = self._seen(db, row)
            if (data := seen.find(label)) is not None:
                return data
            last = last or (seen.buttons and seen.text)
        raise AssertionError(f"no button {label!r} in {chat}: last was {last!r}")

    def _seen(self, db: sa.Connection, row: Any) -> Seen:
        body = json.loads(self.engine.vault.open(db, f"conversation:{row.conversation}", "letter.body", row.id, row.body))
        numbers = itertools.count(1)
        choices = [
            f"• {label}: {typed}" if data.startswith("0.") else f"{next(numbers)}. {label}"
            for data, label, _style, typed in body["buttons"]
        ]
        screen = "\n".join([body["text"], *choices])
        return Seen(row.id, row.chat, row.kind, body["text"], {label: data for data, label, *_rest in body["buttons"]}, row, screen)

    async def last(self, chat: str) -> Seen:
        return (await self.letters(chat))[-1]

    async def texts(self, chat: str) -> list[str]:
        return [seen.text for seen in await self.letters(chat) if seen.text]

    async def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
        return await self.db.run(lambda db: list(db.execute(sa.select(table).where(*where).order_by(*table.primary_key.columns)).all()))
