"""How a messenger does: seen from its sends, asked where there are none; five minutes of failure start what follows, once."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.channels import Delivered, Gone, Later, Never, Outcome, Unknown
from bot.database import Database, StorageDown
from bot.engine import Engine
from bot.settings import Settings
from bot.vault import Vault
from bot.watch import Listening, Patience, Watch, answered
from models.inbox import INBOX
from models.service import CHANNEL_STATE
from models.talk import Incoming
from tests.driver import FORMS, PLAN, START
from tests.emulators.wire import Wire


@dataclass
class Watched:
    """A watch on a wire; `told` are the internal messages that followed. Time goes by in the rows."""

    db: Database
    wire: Wire = field(default_factory=Wire)
    patience: Patience = Patience()
    told: list[Incoming] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = Watch(self.db, self.wire, self._hear, lambda: START, self.patience, frozenset())

    async def _hear(self, incoming: Incoming) -> None:
        """What the turn of it would have written."""
        self.told.append(incoming)
        down = {"messenger_down": START, "messenger_up": None}
        if (what := str(incoming.data["timer"])) in down:
            await self.db.run(lambda db: db.execute(sa.update(CHANNEL_STATE).values(down_since=down[what])))

    async def looks(self, *outcomes: Outcome, minutes: float = 0, chat: str = "a") -> list[str]:
        """Some sends end, a look follows, time goes by; what was told in this look."""
        before = len(self.told)
        for outcome in outcomes:
            self.watch.saw(chat, outcome)
        await self.watch.look()
        if minutes:
            await self.db.run(_passes(minutes))
        return [str(one.data["timer"]) for one in self.told[before:]]


def _passes(minutes: float):  # type: ignore[no-untyped-def]
    def age(db: sa.Connection) -> None:
        for row in db.execute(sa.select(CHANNEL_STATE)).all():
            back = {name: getattr(row, name) - timedelta(minutes=minutes) for name in ("failing_since",) if getattr(row, name)}
            if back:
                db.execute(sa.update(CHANNEL_STATE).values(**back))

    return age


DEAD = Unknown("ReadTimeout")


async def test_five_minutes_of_failing_sends_are_a_messenger_down(db: Database) -> None:
    """Not a moment earlier, and told once."""
    one = Watched(db, Wire(answers=False))
    assert await one.looks(DEAD, minutes=4.9) == []
    assert await one.looks(DEAD, minutes=0.2) == []
    assert await one.looks(DEAD) == ["messenger_down"]
    assert await one.looks(DEAD, minutes=60) == []
    assert await one.looks(DEAD) == []


async def test_one_send_that_gets_through_ends_a_failure(db: Database) -> None:
    """The five minutes begin anew."""
    one = Watched(db, Wire(answers=False))
    await one.looks(DEAD, minutes=4)
    await one.looks(DEAD, Delivered("1"), minutes=4)
    assert await one.looks(DEAD, minutes=4) == []
    assert await one.looks(DEAD) == []


async def test_a_chat_that_fails_by_itself_is_no_failing_messenger(db: Database) -> None:
    """Others get through, or the platform answers when nobody sends."""
    one = Watched(db)
    for _ in range(5):
        assert await one.looks(DEAD, minutes=3) == []
        assert await one.looks(minutes=3) == []
    assert one.wire.asked == 5


async def test_a_platform_that_answers_and_carries_nothing_is_failing(db: Database) -> None:
    """Sends to several chats fail, and between them it says that it is there."""
    one = Watched(db)
    await one.looks(DEAD, chat="a")
    await one.looks(DEAD, chat="b", minutes=3)
    assert await one.looks(minutes=3) == []
    assert await one.looks() == ["messenger_down"]
    assert await one.looks(Delivered("1")) == ["messenger_up"]


async def test_a_silent_messenger_is_asked_whether_it_is_there(db: Database) -> None:
    """At night nothing is sent, and the failure must be known before the first alert."""
    one = Watched(db, Wire(answers=False))
    await one.looks(minutes=6)
    assert await one.looks() == ["messenger_down"]
    one.wire.answers = True
    assert await one.looks() == ["messenger_up"]
    assert await one.looks() == []


async def test_another_process_that_takes_over_goes_on_counting(db: Database) -> None:
    """Since when it fails is a row."""
    first = Watched(db, Wire(answers=False))
    await first.looks(DEAD, minutes=6)
    second = Watched(db, Wire(answers=False))
    assert await second.looks() == ["messenger_down"]


@pytest.mark.parametrize("refused", [Unknown("403", answered=True), Later("404", answered=True)])
async def test_rooms_that_threw_us_out_are_no_failing_messenger(db: Database, refused: Outcome) -> None:
    """Two such chats at night, when nothing else is sent: the platform answers, so it is up."""
    one = Watched(db)
    for _ in range(3):
        assert await one.looks(refused, chat="a") == []
        assert await one.looks(refused, chat="b", minutes=6) == []
    assert one.wire.asked == 6


async def test_a_refused_chat_does_not_hide_a_failing_messenger(db: Database) -> None:
    """What the platform has against one chat brings no letter to another."""
    one = Watched(db)
    refused = Unknown("403", answered=True)
    await one.looks(DEAD, refused, chat="a", minutes=3)
    await one.looks(DEAD, chat="b", minutes=3)
    assert await one.looks(refused, chat="c") == ["messenger_down"]


@pytest.mark.parametrize(
    ("outcome", "answers"),
    [
        (Delivered("1"), True),
        (Never("too long"), True),
        (Gone("blocked"), True),
        (Later("429", wait=timedelta(seconds=3)), True),
        (Later("ConnectError"), False),
        (Later("quota", whole_channel=True), False),
        (Unknown("ReadTimeout"), False),
    ],
)
def test_a_platform_that_says_no_has_answered(outcome: Outcome, answers: bool) -> None:
    """A refusal or a wait comes from the platform itself; a used-up quota carries nothing, whoever says so."""
    assert answered(outcome) is answers


# --- listening --------------------------------------------------------------------------------------------------------


@dataclass
class Ear:
    """The process that listens on a wire, and what it told."""

    db: Database
    told: list[Incoming] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wire = Wire()
        self.listening = Listening(self.db, self.wire, self._hear, lambda: START, Patience().deaf)

    async def _hear(self, incoming: Incoming) -> None:
        self.told.append(incoming)

    async def notes(self, until: datetime | None) -> list[str]:
        """What is told when it has listened until then."""
        before, self.wire.listened_until = len(self.told), until
        await self.listening.note()
        return [str(one.data["timer"]) for one in self.told[before:]]


async def test_a_gap_in_listening_is_told_with_its_hours(db: Database) -> None:
    """Where the platform keeps nothing for an absent ear."""
    now, one = datetime.now(UTC), Ear(db)
    assert await one.notes(now - timedelta(minutes=20)) == []
    assert await one.notes(now) == ["deaf"]
    assert (one.told[-1].data["since"], one.told[-1].data["until"]) == ((now - timedelta(minutes=20)).isoformat(), now.isoformat())
    assert await one.notes(now + timedelta(seconds=60)) == []


async def test_an_ear_that_has_not_heard_yet_after_a_restart_is_no_gap_yet(db: Database) -> None:
    """It is one as soon as it hears again: then its length is known."""
    now = datetime.now(UTC)
    await Ear(db).notes(now - timedelta(minutes=20))
    after = Ear(db)
    assert await after.notes(None) == []
    assert await after.notes(now) == ["deaf"]


async def test_a_gap_is_told_whichever_process_sends(db: Database) -> None:
    """The one that sends does not listen: it neither notes nor wipes out what the other has noted."""
    now, sender = datetime.now(UTC), Watched(db)
    await Ear(db).notes(now - timedelta(minutes=20))
    assert await sender.looks(Delivered("1"), minutes=1) == []
    assert await Ear(db).notes(now) == ["deaf"]
    assert await sender.looks(Delivered("1")) == []


async def test_a_gap_that_could_not_be_told_is_told_later_and_once(db: Database) -> None:
    """It is written after it was told, and known by its beginning: told twice it is one turn."""
    now, one = datetime.now(UTC), Ear(db)
    await one.notes(now - timedelta(minutes=20))

    async def away(_incoming: Incoming) -> None:
        raise StorageDown

    stopped = Ear(db)
    stopped.listening = Listening(db, stopped.wire, away, lambda: START, Patience().deaf)
    with pytest.raises(StorageDown):
        await stopped.notes(now)
    assert await one.notes(now + timedelta(seconds=10)) == ["deaf"]
    assert one.told[-1].external_id == f"deaf:wire:{(now - timedelta(minutes=20)).isoformat()}"


async def test_the_note_of_an_ear_that_was_replaced_takes_nothing_back(db: Database) -> None:
    """Its last word may come after the first of its successor."""
    now, one = datetime.now(UTC), Ear(db)
    await one.notes(now)
    await Ear(db).notes(now - timedelta(minutes=20))
    assert await one.notes(now + timedelta(seconds=10)) == []


async def test_posts_that_do_not_arrive_are_told_once(db: Database) -> None:
    """And again when it happens again; without an end, because it lasts."""
    one, first = Ear(db), datetime.now(UTC)
    for since in (None, first, first, None, first + timedelta(hours=1)):
        one.wire.deaf_since = since
        await one.listening.look()
    assert [told.data.get("since") for told in one.told] == [first.isoformat(), (first + timedelta(hours=1)).isoformat()]
    assert [told.data["timer"] for told in one.told if "until" not in told.data] == ["deaf", "deaf"]


async def test_the_process_that_listens_tells_the_gap_itself(
    db: Database, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sends here: another process does."""
    monkeypatch.setattr("bot.app.EAR_LEASE", 0.3)
    now, wire = datetime.now(UTC), Wire()
    await Ear(db).notes(now - timedelta(minutes=20))
    wire.listened_until = now
    engine = Engine(PLAN, FORMS, vault, PLAN.zone, lambda: START, {"wire": wire.capabilities})
    given: dict[str, Any] = {"_env_file": None, "data_dir": tmp_path}
    app = App(Settings(**given), db, engine, [wire], tmp_path)
    listening = asyncio.create_task(app._listen_alone(wire))  # noqa: TID251  the ear alone, as of a process that does not send
    async with asyncio.timeout(30):
        while not (told := await db.run(_told)):  # noqa: ASYNC110  rows tell nobody
            await asyncio.sleep(0.02)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert told == [f"deaf:wire:{(now - timedelta(minutes=20)).isoformat()}"]
    assert (await db.run(lambda rows: rows.execute(sa.select(CHANNEL_STATE.c.listened_until)).scalar_one())) == now


def _told(db: sa.Connection) -> list[str]:
    noted = db.execute(sa.select(CHANNEL_STATE.c.listened_until)).scalar_one()
    found = db.execute(sa.select(INBOX.c.external_id).where(INBOX.c.channel == "internal")).scalars().all()
    return list(found) if datetime.now(UTC) - noted < timedelta(minutes=10) else []
