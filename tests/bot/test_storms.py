"""Many cases at once, on both engines: nine cards, then one message with all codes; khẩn cấp always alone; nothing is ever lost in it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.channels import Quota
from bot.database import Database
from bot.training import ROOM_CHAT
from bot.vault import Vault
from handlers import storm
from models.commands import CutAccount, Restrict, TakeIncident, UpdateIncident
from models.incident import INCIDENT
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, ROOM
from models.quota import SENT, count
from models.talk import Lane
from models.timer import TIMER
from tests.bot.cases import applied, told
from tests.driver import NO_BUTTONS, Scene, Seen


async def seen(scene: Scene, kind: str = "say", chat: str = ROOM_CHAT) -> list[Seen]:
    """What tells of cases; reminders of legal clocks are no part of a storm."""
    return [letter for letter in await scene.letters(chat) if letter.kind == kind and letter.row.purpose != "clock"]


async def messages(scene: Scene, chat: str = ROOM_CHAT) -> list[Seen]:
    """The storms' messages of a chat."""
    return [letter for letter in await seen(scene, chat=chat) if letter.row.purpose == "storm"]


async def stands(scene: Scene, chat: str = ROOM_CHAT) -> str:
    """How the newest storm's message reads now."""
    message = (await messages(scene, chat))[-1]
    return [letter for letter in await scene.letters(chat) if message.id in {letter.id, letter.row.target}][-1].text


async def many(scene: Scene, count: int, **columns: str) -> list[str]:
    return [await told(scene, **columns) for _ in range(count)]


def code(number: int) -> str:
    return f"VV-2026-{number:04}"


async def test_the_tenth_case_in_five_minutes_and_all_behind_it_come_in_one_message(db: Database, vault: Vault) -> None:
    """Nine cards ring one by one; then one message rings, is edited, and names every case; each keeps its own ladder."""
    scene = await Scene.open(db, vault)
    await many(scene, 40)
    says = await seen(scene)
    assert [letter.row.purpose for letter in says] == ["card"] * 9 + ["storm"]
    assert [letter.row.silent for letter in says] == [False] * 10
    assert [number for number in range(10, 41) if code(number) not in await stands(scene)] == []
    assert len(await scene.rows(TIMER, TIMER.c.kind == "ladder", TIMER.c.fired_at.is_(None))) == 40


async def test_nine_cases_are_no_storm(db: Database, vault: Vault) -> None:
    """Nor are ten in a longer time: the card of six minutes ago does not count."""
    scene = await Scene.open(db, vault)
    await many(scene, 9)
    scene.clock[0] += timedelta(minutes=6)
    await many(scene, 1)
    assert [letter.row.purpose for letter in await seen(scene)] == ["card"] * 10


async def test_an_urgent_case_comes_alone_and_before_everything(db: Database, vault: Vault) -> None:
    """In the midst of a storm: its own card, with a sound, in the lane that overtakes."""
    scene = await Scene.open(db, vault)
    await many(scene, 12)
    await told(scene, severity="khan_cap", danger="danger")
    last = (await seen(scene))[-1]
    assert (last.row.purpose, last.row.lane, last.row.silent) == ("card", Lane.URGENT, False)
    assert code(13) in last.text
    assert code(13) not in await stands(scene)


async def test_each_chat_has_its_own_storm(db: Database, vault: Vault) -> None:
    """The ward that has one of the cases gets its card; the ward of all of them gets the list too."""
    scene = await Scene.open(db, vault)
    await many(scene, 11)
    await told(scene, ward="ngoc_lam")
    assert [letter.row.purpose for letter in await seen(scene, chat="phuong")] == ["card"]
    await many(scene, 10, ward="ngoc_lam")
    assert [letter.row.purpose for letter in await seen(scene, chat="phuong")] == ["card"] * 9 + ["storm"]
    assert code(22) in await stands(scene, "phuong")


async def test_a_storm_that_lasts_rings_again_every_five_minutes(db: Database, vault: Vault) -> None:
    """A new message is begun, so that nobody reads on in one that grew in silence; the earlier one keeps its cases."""
    scene = await Scene.open(db, vault)
    for _ in range(4):
        await many(scene, 10)
        scene.clock[0] += timedelta(minutes=3)
    lists = await messages(scene)
    assert [letter.row.silent for letter in lists] == [False] * len(lists)
    assert len(lists) == 2
    assert len([letter for letter in await seen(scene) if letter.row.purpose == "card"]) == 9


async def test_no_message_holds_more_than_fits(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is begun at once."""
    monkeypatch.setattr(storm, "MOST", 5)
    scene = await Scene.open(db, vault)
    await many(scene, 9 + 5 + 5 + 1)
    assert len(await messages(scene)) == 3
    assert code(20) in await stands(scene)


async def test_who_has_taken_a_case_is_seen_in_the_list(db: Database, vault: Vault) -> None:
    """Taken by typing its number, as the list says."""
    scene = await Scene.open(db, vault)
    await many(scene, 12)
    await scene.says("truc-a", "/nhan 11", ROOM_CHAT)
    assert f"✅ {code(11)}" in await stands(scene)
    assert f"⏳ 🟠 {code(10)} {code(12)}" in await stands(scene)


async def test_a_case_given_back_or_closed_and_opened_again_rings_on_a_card_of_its_own(db: Database, vault: Vault) -> None:
    """An edit of the list would ring nowhere, and would not say why others are called; a closed case is marked in the list."""
    scene = await Scene.open(db, vault)
    await many(scene, 12)
    for said in ("nhan 11", "nhan 12", "tralai 11 đang bận", "xong 12", "dong 12", "1", "không", "có"):
        await scene.says("truc-a", said)
    assert f"✔ {code(12)}" in await stands(scene)
    await scene.says("truc-b", "molai 12 gọi lại")
    cards = [letter for letter in await seen(scene) if letter.row.purpose == "card"][-2:]
    assert [letter.text.splitlines()[0] for letter in cards] == [
        f"🔔 {code(11)} được trả lại, rất cần một anh/chị nhận tiếp.",
        f"🔔 {code(12)} được mở lại, rất cần một anh/chị nhận.",
    ]
    assert [letter.row.silent for letter in cards] == [False, False]
    assert not {code(11), code(12)} & set((await stands(scene)).split())


async def test_a_case_called_again_comes_on_a_card_of_its_own(db: Database, vault: Vault) -> None:
    """An hour later the storm is over for it: it rings by itself and leaves the list."""
    scene = await Scene.open(db, vault)
    await many(scene, 9)
    await told(scene, severity="can_theo_doi")
    scene.clock[0] += timedelta(minutes=10)
    for row in await scene.rows(INCIDENT, INCIDENT.c.number < 10):
        await applied(scene, TakeIncident(row.id), sender="truc-a")
    await scene.passes(minutes=55)
    last = (await seen(scene))[-1]
    assert (last.row.purpose, last.row.silent) == ("card", False)
    assert last.text.startswith(f"🔔 GỌI LẦN 2: {code(10)} vẫn chưa ai nhận")
    assert code(10) not in await stands(scene)


async def test_calls_of_a_storm_are_a_storm_again(db: Database, vault: Vault) -> None:
    """Twenty cases that nobody took are called again within a minute: nine cards and one list, which rings."""
    scene = await Scene.open(db, vault)
    await many(scene, 20)
    before = len(await seen(scene))
    await scene.passes(minutes=61)
    says = (await seen(scene))[before:]
    assert [letter.row.purpose for letter in says] == ["card"] * 9 + ["storm"]
    assert [letter.row.silent for letter in says] == [False] * 10
    assert [number for number in range(1, 21) if code(number) not in " ".join([*(one.text for one in says), await stands(scene)])] == []


async def test_a_storm_is_told_from_the_reserve(db: Database, vault: Vault) -> None:
    """Where only urgent letters leave this month, each letter that names one more case is urgent, and the word that one was taken."""
    scene = await Scene.open(db, vault, capabilities=replace(NO_BUTTONS, quota=Quota(month=100, reserve=0.1)))
    await db.run(lambda db: count(db, SENT, "web", "2026-11", 95))
    await many(scene, 12)
    await scene.says("truc-a", "/nhan 11")
    told = [(one.row.purpose, one.row.lane) for one in await scene.letters(ROOM_CHAT) if one.row.purpose in {"storm", "state"}]
    assert told == [("storm", Lane.URGENT)] * 3 + [("state", Lane.URGENT)]


async def test_a_case_in_the_list_is_not_told_twice(db: Database, vault: Vault) -> None:
    """More answers of its reporter change the list, and nothing else is said in the room."""
    scene = await Scene.open(db, vault)
    incident = (await many(scene, 11))[-1]
    before = len(await seen(scene))
    await applied(scene, UpdateIncident(incident, {"ward": "ngoc_lam"}))
    assert len(await seen(scene)) == before
    assert "Ngọc Lâm 11" in await stands(scene)


async def test_a_case_that_becomes_urgent_leaves_the_list_and_rings(db: Database, vault: Vault) -> None:
    """Its own card, at once."""
    scene = await Scene.open(db, vault)
    incident = (await many(scene, 12))[-1]
    await applied(scene, UpdateIncident(incident, {"severity": "khan_cap"}))
    last = (await seen(scene))[-1]
    assert (last.row.purpose, last.row.lane, code(12) in last.text) == ("card", Lane.URGENT, True)
    assert code(12) not in await stands(scene)


@pytest.mark.parametrize("which", [9, 10])
async def test_a_restricted_case_leaves_the_list(db: Database, vault: Vault, which: int) -> None:
    """Rule 7: the room reads nothing more of it, whether it began the list or came later; the others stay."""
    scene = await Scene.open(db, vault)
    incident = (await many(scene, 12))[which]
    await applied(scene, Restrict(incident))
    text = await stands(scene)
    assert code(which + 1) not in text
    assert code(12) in text
    await applied(scene, TakeIncident(incident), sender="lanh-dao")
    assert code(which + 1) not in await stands(scene)


async def test_where_nothing_can_be_edited_the_list_is_said_at_most_once_a_minute(db: Database, vault: Vault) -> None:
    """The first at once; what follows waits for a minute, and no longer however many come: the newest stands for all."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    await many(scene, 14)
    first = (await messages(scene))[0]
    edits = [letter for letter in await seen(scene, "edit") if letter.row.target == first.id]
    assert len(edits) == 4
    assert len({letter.row.not_before for letter in edits}) == 1
    assert timedelta(seconds=50) < edits[0].row.not_before - first.row.not_before <= timedelta(seconds=70)
    assert [number for number in range(10, 15) if code(number) not in edits[-1].text] == []


async def test_where_nothing_can_be_edited_a_taken_case_is_said_in_short(db: Database, vault: Vault) -> None:
    """Not the whole list again, and not to whoever has just typed it there."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    incidents = await many(scene, 12)
    before = len(await scene.letters(ROOM_CHAT))
    await applied(scene, TakeIncident(incidents[-1]), sender="truc-a")
    new = (await scene.letters(ROOM_CHAT))[before:]
    assert [letter.text for letter in new] == [f"{code(12)} · ✅ Anh/chị Cán bộ trực A đã nhận lúc 10:00 23/11"]


async def test_a_list_that_never_arrived_hides_no_case(db: Database, vault: Vault) -> None:
    """The platform has refused it for good: whoever is to be told is told anew."""
    scene = await Scene.open(db, vault)
    await many(scene, 11)
    await db.run(
        lambda connection: connection.execute(sa.update(LETTER).where(LETTER.c.purpose == "storm").values(state=LetterState.GIVEN_UP))
    )
    await many(scene, 1)
    assert len(await messages(scene)) == 2
    assert code(12) in await stands(scene)


async def test_cases_at_the_same_moment_are_all_named(db: Database, vault: Vault) -> None:
    """Two turns that write the list at once do not leave the other's case out."""
    scene = await Scene.open(db, vault)
    await many(scene, 10)
    await asyncio.gather(*(told(scene) for _ in range(12)))
    text = " ".join([(await seen(scene))[-1].text, await stands(scene)])
    cards = " ".join(letter.text for letter in await seen(scene) if letter.row.purpose == "card")
    assert [number for number in range(1, 23) if code(number) not in text + cards] == []


async def test_a_cut_officer_reads_no_list_any_more(db: Database, vault: Vault) -> None:
    """What changes later is not written to their chat."""
    scene = await Scene.open(db, vault)
    await db.run(lambda connection: connection.execute(ROOM.delete()))
    await many(scene, 11)
    person = (await scene.rows(ACCOUNT, ACCOUNT.c.external_id == "truc-a"))[0].person
    await applied(scene, CutAccount(person), sender="lanh-dao")
    before = len(await scene.letters("truc-a"))
    await scene.says("truc-b", "/nhan 11")
    assert len(await scene.letters("truc-a")) == before
