"""The fuse and the ladder: a card that went into a summary leaves no case silent, and comes back as a card with the next call."""

from typing import Any

from bot.database import Database
from bot.fuse import SINGLES
from bot.vault import Vault
from models.incident import INCIDENT, Status
from models.letter import FUSE, LETTER, LetterState
from models.talk import Lane
from models.timer import TIMER
from tests.driver import NO_BUTTONS, WEB, Scene
from tests.emulators.wire import Wire
from tests.hours import Hours
from tests.letters import Draft

ROOM = "phong-truc"


async def quiet_report(scene: Scene) -> Any:
    """A case that rings, but not as an alarm: safe for now, an accident, then left lying until the room is told."""
    for words in ("báo cáo", "tạm an toàn", "tai nạn thương tích"):
        await scene.says("ctv", words)
    await scene.passes(minutes=21)
    (case,) = await scene.rows(INCIDENT)
    assert case.status == Status.OPEN
    return case


def talk(number: int) -> list[Draft]:
    """What nobody asked for, in the room."""
    return [Draft(f"talk {n}", chat=ROOM, channel="web", group=True) for n in range(number)]


async def cards(scene: Scene) -> list[Any]:
    return [seen.row for seen in await scene.letters(ROOM) if seen.kind == "say" and seen.row.purpose == "card"]


async def test_a_case_in_a_flooded_room_is_never_silent(db: Database, vault: Vault) -> None:
    """Each call of the ladder is a line of a summary with the words that take the case; the case has its next timer all the while."""
    scene, hours = await Scene.open(db, vault), Hours(db, vault, Wire(name="web", capabilities=WEB))
    async with hours.run():
        await hours.plans(*talk(SINGLES + 2))  # the last two are the first summary
        case = await quiet_report(scene)
        await hours.passes(minutes=1)
        (card,) = await cards(scene)
        assert (card.lane, card.state, card.reason) == (Lane.DIALOGUE, LetterState.PLANNED, FUSE)
        await scene.passes(hours=3)
        called = len(await cards(scene))
        await hours.passes(minutes=10)
    summary = next(letter.text for _at, letter in reversed(hours.sent) if letter.text.startswith("📋"))
    assert called > 1
    assert {row.state for row in await cards(scene)} == {LetterState.SUPERSEDED}
    assert f"VV-2026-{case.number:04d}" in summary
    waiting = await scene.rows(TIMER, TIMER.c.subject == case.id, TIMER.c.fired_at.is_(None))
    assert [row.kind for row in waiting] == ["ladder"]


async def test_the_next_call_posts_a_card_again(db: Database, vault: Vault) -> None:
    """What stands in a summary is no live card: nothing is edited in vain, and a room that is quiet again gets a card to press."""
    scene, hours = await Scene.open(db, vault), Hours(db, vault, Wire(name="web", capabilities=WEB))
    async with hours.run():
        await hours.plans(*talk(SINGLES + 2))
        await quiet_report(scene)
        await hours.plans(*talk(1))
        await hours.passes(minutes=10)
        (card,) = await cards(scene)
        assert card.state == LetterState.SUPERSEDED
        await hours.passes(minutes=61)
        await scene.passes(hours=3)
        await hours.settles()
        last = (await cards(scene))[-1]
        follow = await scene.rows(LETTER, LETTER.c.target == card.id)
        await scene.presses("truc-a", "Tôi tiếp nhận", ROOM)
        await hours.settles()
    assert (last.state, follow) == (LetterState.DELIVERED, [])
    assert [letter.target_external for _at, letter in hours.sent if letter.kind == "edit" and letter.chat == ROOM][-1] == last.external_id
    (case,) = await scene.rows(INCIDENT)
    assert case.status == Status.TAKEN


async def test_a_typed_number_takes_what_a_summary_named(db: Database, vault: Vault) -> None:
    """Where there are no buttons the summary's line is enough."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    hours = Hours(db, vault, Wire(name="web", capabilities=NO_BUTTONS))
    async with hours.run():
        await hours.plans(*talk(SINGLES + 2))
        case = await quiet_report(scene)
        await hours.plans(*talk(1))
        await hours.passes(minutes=10)
        await scene.says("truc-b", f"nhan {case.number}", ROOM)
        await hours.settles()
    assert (await scene.rows(INCIDENT))[0].status == Status.TAKEN
    answers = [letter.text for _at, letter in hours.sent if letter.chat == ROOM and not letter.text.startswith(("📋", "talk"))]
    assert [text for text in answers if f"VV-2026-{case.number:04d}" in text] != []


async def test_a_room_whose_card_stood_in_a_summary_hears_that_the_case_is_taken(db: Database, vault: Vault) -> None:
    """A line of a summary cannot be edited, and it still asks for somebody: one line more says who has it."""
    scene, hours = await Scene.open(db, vault), Hours(db, vault, Wire(name="web", capabilities=WEB))
    async with hours.run():
        await hours.plans(*talk(SINGLES + 2))
        case = await quiet_report(scene)
        await hours.plans(*talk(1))
        await hours.passes(minutes=10)
        (card,) = await cards(scene)
        assert card.state == LetterState.SUPERSEDED
        await scene.says("truc-a", f"nhan {case.number}")
    told = [seen.text for seen in await scene.letters(ROOM) if seen.row.purpose == "card_state"]
    assert len(told) == 1
    assert "đã nhận" in told[0]
