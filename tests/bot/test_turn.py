"""The turn: rules 1 to 3 of the architecture, on both engines."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot import apply
from bot.apply.people import cut_account
from bot.conversations import open_talk
from bot.database import Database
from bot.hearing import Hearing
from bot.turn import store
from bot.vault import Vault
from bot.wire_json import frame_from_json, frame_to_json, incoming_from_json, incoming_to_json
from bot.writing import Writing
from models.commands import CutAccount, OpenSubmission
from models.conversation import CONVERSATION
from models.inbox import INBOX, InboxState
from models.incident import INCIDENT
from models.letter import LETTER
from models.submission import SUBMISSION
from models.talk import FileRef, Frame, Incoming, Kind, Press, Shown
from tests.driver import START, Scene
from tests.letters import until


async def test_the_same_message_twice_is_one_turn(db: Database, vault: Vault) -> None:
    """Rule 1: a platform that delivers again changes nothing."""
    scene = await Scene.open(db, vault)
    incoming = scene.incoming("ctv", Kind.TEXT, text="báo cáo")
    assert await scene.hears(incoming) is not None
    letters = len(await scene.letters())
    assert await scene.hears(incoming) is None
    assert len(await scene.letters()) == letters


async def test_the_same_message_from_two_processes_at_once_is_one_turn(db: Database, vault: Vault) -> None:
    """Rule 1, with both at the same moment."""
    scene = await Scene.open(db, vault)
    incoming = scene.incoming("ctv", Kind.TEXT, text="báo cáo")
    taken = await asyncio.gather(*(scene.hears(incoming) for _ in range(8)))
    assert sum(found is not None for found in taken) == 1
    assert len(await scene.rows(INBOX)) == 1


async def test_a_failing_command_leaves_nothing(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 2: no state, no letter, no inbox row; and the message can have its turn later."""
    scene = await Scene.open(db, vault)

    def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    incoming = scene.incoming("ctv", Kind.TEXT, text="báo cáo")
    with monkeypatch.context() as patch:
        patch.setitem(apply.APPLY, OpenSubmission, fails)
        with pytest.raises(RuntimeError):
            await scene.hears(incoming)
    assert (await scene.rows(INBOX), await scene.rows(LETTER), await scene.rows(SUBMISSION), await scene.rows(CONVERSATION)) == (
        [],
        [],
        [],
        [],
    )
    assert await scene.hears(incoming) is not None


async def test_messages_of_one_conversation_wait_for_each_other(db: Database, vault: Vault) -> None:
    """Rule 3: twenty taps at once are twenty turns, each on the frame that the one before it left."""
    scene = await Scene.open(db, vault)
    await asyncio.gather(*(scene.hears(scene.incoming("ctv", Kind.TEXT, text="/trogiup")) for _ in range(20)))
    row = (await scene.rows(CONVERSATION, CONVERSATION.c.chat == "ctv"))[0]
    assert row.turns == 20


async def test_a_failed_message_holds_only_its_own_conversation(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after it in the same chat waits; another chat goes on; in the end everything is taken, in order."""
    scene = await Scene.open(db, vault)
    hearing = Hearing(db, scene.engine, lambda _taken: None, pause=0.2)
    calls = 0
    real = apply.APPLY[OpenSubmission]

    def fails_twice(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls <= 2:
            raise RuntimeError("a bug")
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setitem(apply.APPLY, OpenSubmission, fails_twice)
    first = asyncio.ensure_future(hearing.hear(scene.incoming("ctv", Kind.TEXT, text="báo cáo")))
    await until(lambda: calls)
    second = asyncio.ensure_future(hearing.hear(scene.incoming("ctv", Kind.TEXT, text="1")))
    await hearing.hear(scene.incoming("phuong", Kind.TEXT, text="/trogiup"))
    assert not second.done()
    await asyncio.gather(first, second)
    assert [row.state for row in await scene.rows(INBOX)] == [InboxState.DONE] * 3
    assert (await scene.rows(INCIDENT))[0].danger == "danger"


async def test_a_message_that_fails_five_times_is_parked_and_its_sender_told(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue goes on; nobody is left thinking that a report was received."""
    scene = await Scene.open(db, vault)
    hearing = Hearing(db, scene.engine, lambda _taken: None, pause=0.001)

    def fails(*_: object) -> None:
        raise RuntimeError("Nguyễn Văn A")

    monkeypatch.setitem(apply.APPLY, OpenSubmission, fails)
    await hearing.hear(scene.incoming("ctv", Kind.TEXT, text="báo cáo"))
    row = (await scene.rows(INBOX))[0]
    assert (row.state, row.attempts, row.error) == (InboxState.PARKED, 5, "RuntimeError")
    assert "111" in (await scene.last("ctv")).text
    await hearing.hear(scene.incoming("ctv", Kind.TEXT, text="/trogiup"))
    assert hearing.turns == 1


async def test_a_stored_message_gets_its_turn_after_a_restart(db: Database, vault: Vault) -> None:
    """Where a platform does not deliver again, the row commits first, and whoever starts next takes the turn."""
    scene = await Scene.open(db, vault)
    incoming = scene.incoming("ctv", Kind.TEXT, text="báo cáo")
    await db.run(lambda connection: store(connection, scene.engine, incoming))
    assert await scene.letters("ctv") == []
    hearing = Hearing(db, scene.engine, lambda _taken: None)
    scene.clock[0] = START.replace(hour=4)
    await hearing.resume()
    assert "Trẻ" in (await scene.last("ctv")).text
    await hearing.resume()
    assert hearing.turns == 1


async def test_what_somebody_wrote_is_nowhere_in_the_database_file(db: Database, vault: Vault) -> None:
    """Rule 8: inbox bodies, frames, answers and letters are ciphertext."""
    scene = await Scene.open(db, vault)
    secret = "Nguyễn Thị Bí Mật ở ngõ Cây Gạo"
    for text in ("báo cáo", "1", secret, secret, secret):
        await scene.says("ctv", text)

    def dump(connection: sa.Connection) -> bytes:
        return b"".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in (INBOX, LETTER, CONVERSATION, SUBMISSION, INCIDENT, sa.table("answer", sa.column("value"), sa.column("question")))
            for row in connection.execute(sa.select(table)).all()
            for value in row
        )

    stored = await db.run(dump)
    assert secret.encode() not in stored
    assert "Bí Mật".encode() not in stored


async def test_a_cut_account_knows_nothing_any_more(db: Database, vault: Vault) -> None:
    """/thuhoi works at once: the next message is a stranger's."""
    scene = await Scene.open(db, vault)

    def cut(connection: sa.Connection) -> None:
        incoming = scene.incoming("phuong", Kind.TEXT)
        talk = open_talk(connection, scene.engine, incoming)
        assert talk.who is not None
        facts = scene.facts(talk)
        cut_account(Writing(connection, scene.engine, incoming, talk, facts), CutAccount(talk.who.person))

    await db.run(cut)
    assert "111" in (await scene.says("phuong", "/moi"))[-1].text


def test_a_message_survives_the_way_to_json_and_back() -> None:
    """Nothing that a turn needs is lost while it waits."""
    full = Incoming(
        "telegram", "u1", "-100", "7", Kind.PHOTO, START, text="ảnh", press=Press(3, "danger", "p", "m"),
        files=(FileRef("ref", "photo", 12, "image/jpeg", "a.jpg", "u"),), group=True, topic="9", anonymous=True, sender_name="Lan", message="5",
        edits=True, album="al", forwarded=True, locale="vi", data={"to": "x"},
    )  # fmt: skip
    assert incoming_from_json(incoming_to_json(full)) == full
    assert incoming_from_json(incoming_to_json(replace(full, files=(), press=None))) == replace(full, files=(), press=None)
    frame = Frame("report", "kind", {"submission": "x"}, 4, (Shown("danger", "dang nguy hiem", action=True),))
    assert frame_from_json(frame_to_json(frame)) == frame


async def test_two_turns_on_two_connections_give_two_case_numbers(db: Database, vault: Vault) -> None:
    """Numbers of cases are given inside the turn: none twice, none lost."""
    scene = await Scene.open(db, vault)
    people = ("ctv", "truc-a", "truc-b", "lanh-dao", "phuong")
    await asyncio.gather(*(_danger(scene, person) for person in people))
    assert sorted(row.number for row in await scene.rows(INCIDENT)) == [1, 2, 3, 4, 5]


async def _danger(scene: Scene, person: str) -> None:
    await scene.hears(scene.incoming(person, Kind.TEXT, text="báo cáo"))
    await scene.hears(scene.incoming(person, Kind.TEXT, text="đang nguy hiểm"))
