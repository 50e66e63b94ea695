"""One full report of violence against a child, as a member writes it: buttons where there are some, words where not. And our own contestant, which
takes it through `take_turn`."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.channels import Capabilities
from bot.database import Database
from bot.engine import Engine
from bot.form_files import load_forms
from bot.plan_files import load_plan
from bot.training import CHANNEL, WARD, seed
from bot.turn import take_turn
from bot.vault import Vault, make_key
from models.facts import Role
from models.ids import new_id
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.submission import SUBMISSION
from models.talk import Incoming, Kind, Press

ROOT = Path(__file__).parent.parent
PEOPLE = 96  # a multiple of every load, so that nobody talks twice at the same time
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday, 12:00 in Hà Nội: nothing is silent
TELEGRAM = Capabilities(
    buttons=True, edits=True, deletes=True, toasts=True, files_out=True, protects=True, max_text=4096, redelivers=True
)  # a press gets a toast there, so it is the channel with the most rows


@dataclass(frozen=True, slots=True)
class Step:
    """What the person does: presses a button, or types."""

    said: str
    pressed: bool = True


STEPS = (
    Step("báo cáo", pressed=False),
    Step("safe"),
    Step("violation"),
    Step("bao_luc"),
    Step("cha"),
    Step("yes"),
    Step("no"),
    Step(WARD),
    Step("5", pressed=False),
    Step("số 8 ngõ 12, gần trường mầm non", pressed=False),
    Step("last_night"),
    Step("Tôi nghe cháu khóc và thấy bố cháu cầm roi đánh cháu ngoài sân, tay cháu có vết bầm.", pressed=False),
    Step("_skip"),
    Step("yes"),
    Step("named"),
    Step("_send"),
    Step("_done"),
)
SENDS = [step.said for step in STEPS].index("_send")
ASKED = len(STEPS) - 1  # every step but the last is answered with a question


def name(person: int) -> str:
    return f"member-{person}"


def make_engine(vault: Vault) -> Engine:
    plan = load_plan(ROOT / "plans/longbien-2021")
    return Engine(plan, load_forms(ROOT / "forms", plan), vault, plan.zone, lambda: NOON, {CHANNEL: TELEGRAM})


@dataclass
class Ours:
    """The real turn on a database of its own. `done` counts every person's turns."""

    db: Database
    engine: Engine = field(default_factory=lambda: make_engine(Vault([make_key()])))
    done: list[int] = field(default_factory=lambda: [0] * PEOPLE)

    def open(self) -> None:
        """The service is ready, and everybody is a collaborator of the same ward with a telephone."""
        self.db.run_sync(lambda db: seed(db, self.engine, NOON))
        self.db.run_sync(self._join)

    def _join(self, db: sa.Connection) -> None:
        for chat in map(name, range(PEOPLE)):
            person = new_id()
            phone = self.engine.vault.seal(db, f"person:{person}", "person.phone", person, b"0912345678")
            db.execute(sa.insert(PERSON).values(id=person, name="Cộng tác viên", phone=phone, locale="vi", created_at=NOON))
            account = {"external_id": chat, "chat": chat, "channel": CHANNEL, "started": True}
            db.execute(sa.insert(ACCOUNT).values(id=new_id(), person=person, created_at=NOON, **account))
            db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=WARD, role=Role.COLLABORATOR, created_at=NOON))

    def incoming(self, person: int) -> Incoming:
        """What the person does next."""
        count, chat = self.done[person], name(person)
        report, place = divmod(count, len(STEPS))
        step = STEPS[place]
        if not step.pressed:
            return Incoming(CHANNEL, f"{chat}-{count}", chat, chat, Kind.TEXT, NOON, text=step.said, message=f"{count}")
        press = Press(ASKED * report + place, step.said, id=f"{chat}-{count}")
        return Incoming(CHANNEL, f"{chat}-{count}", chat, chat, Kind.PRESS, NOON, press=press, message=f"{count}")

    def work(self, person: int) -> Callable[[sa.Connection], object]:
        incoming = self.incoming(person)
        self.done[person] += 1
        return lambda db: take_turn(db, self.engine, incoming)

    async def turn(self, person: int) -> None:
        assert await self.db.run(self.work(person)) is not None

    def check(self) -> None:
        """Every report that was played to its end has been sent: nobody measured a dialogue that got stuck."""
        query = sa.select(sa.func.count()).where(SUBMISSION.c.state == "sent")
        sent = self.db.run_sync(lambda db: db.execute(query).scalar_one())
        assert sent == sum((count + len(STEPS) - SENDS - 1) // len(STEPS) for count in self.done), f"only {sent} reports were sent"

    def answers(self, person: int) -> list[dict[str, Any]]:
        """What the person was asked so far (text and buttons), for the others to say the same."""
        where = LETTER.c.chat == name(person), LETTER.c.kind == "say"
        rows = self.db.run_sync(lambda db: db.execute(sa.select(LETTER).where(*where).order_by(LETTER.c.id)).all())

        def opened(db: sa.Connection) -> list[dict[str, Any]]:
            vault = self.engine.vault
            return [json.loads(vault.open(db, f"conversation:{row.conversation}", "letter.body", row.id, row.body)) for row in rows]

        return self.db.run_sync(opened)
