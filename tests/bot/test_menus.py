"""Menus of commands at the real turn: planned where the messenger has them, set anew, taken back; tried without ever holding anything up."""

from dataclasses import replace

import pytest

from bot.channels import Later, Never, Unknown
from bot.database import Database
from bot.vault import Vault
from models.letter import LetterState
from models.talk import Lane, LetterKind
from tests.driver import WEB, Scene, Seen
from tests.emulators.wire import EVERYTHING, FAST, Wire
from tests.letters import Draft, deliver, make_outbox, plan, running, states, until

MENUS = replace(WEB, menus=True)


def menus(letters: list[Seen]) -> list[dict[str, str]]:
    """Command -> what it does, of the menus among them."""
    return [{data.partition(".")[2]: label for label, data in seen.buttons.items()} for seen in letters if seen.kind == LetterKind.MENU]


async def test_a_language_changes_the_menu_in_the_same_turn(db: Database, vault: Vault) -> None:
    """The menu is said in the language that was chosen, in no hurry."""
    room = await Scene.open(db, vault, capabilities=MENUS)
    said = await room.says("ctv", "/ngonngu en")
    (menu,) = menus(said)
    assert menu["baocao"] == "report a child who is harmed, injured or at risk"
    assert [seen.row.lane for seen in said if seen.kind == LetterKind.MENU] == [Lane.REMINDER]
    assert menus(await room.says("ctv", "/ngonngu vi"))[0]["trogiup"] == "trợ giúp"


async def test_where_there_are_no_menus_none_is_planned(db: Database, vault: Vault) -> None:
    """Nothing waits for ever."""
    room = await Scene.open(db, vault)
    assert menus(await room.says("ctv", "/ngonngu en")) == []


async def test_whoever_is_cut_has_their_menu_taken_back(db: Database, vault: Vault) -> None:
    """In every chat where they were reached; their commands are no longer theirs."""
    room = await Scene.open(db, vault, capabilities=MENUS)
    (offer,) = await room.says("phuong", "/thuhoi")
    await room.presses("phuong", next(iter(offer.buttons)))
    assert menus(await room.letters("ctv")) == []
    await room.presses("phuong", "yes")
    assert menus(await room.letters("ctv")) == [{}]


# --- on the wire ------------------------------------------------------------------------------------------------------


def a_menu(**more: object) -> Draft:
    return Draft("", lane=Lane.REMINDER, kind=LetterKind.MENU, buttons=(("0.nhan", "nhận", ""),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "state"), [(Never("no"), LetterState.GIVEN_UP), (Unknown("?"), LetterState.GIVEN_UP), (Later("busy"), LetterState.DELIVERED)]
)
async def test_a_menu_is_best_effort(db: Database, vault: Vault, answer: Never | Unknown | Later, state: LetterState) -> None:
    """Refused, or of unknown outcome, it is given up at once; what surely did not leave is tried again."""
    wire, menu = Wire(capabilities=replace(EVERYTHING, menus=True)), a_menu()
    wire.will("a", answer)
    await plan(db, vault, menu)
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: len(wire.sent) == (2 if state is LetterState.DELIVERED else 1))
    assert [found for found, _reason in await states(db, [menu])] == [state]


async def test_where_there_are_none_a_menu_is_closed(db: Database, vault: Vault) -> None:
    """One that was planned before a channel lost them."""
    wire, menu = Wire(capabilities=replace(EVERYTHING, menus=False)), a_menu()
    await deliver(db, vault, wire, menu)
    assert (wire.sent, await states(db, [menu])) == ([], [(LetterState.GIVEN_UP, "impossible here")])


async def test_a_menu_costs_its_chat_no_place(db: Database, vault: Vault) -> None:
    """It is no message: an answer planned after it leaves at once where the chat takes one a second."""
    wire = Wire(capabilities=replace(EVERYTHING, menus=True), pace=replace(FAST, per_chat_second=0.5))
    await plan(db, vault, a_menu())
    async with running(make_outbox(db, vault, wire)) as outbox:
        await until(lambda: wire.sent)
        await plan(db, vault, Draft("answer"))
        outbox.wake()
        await until(lambda: len(wire.sent) == 2, 1.5)
    assert wire.texts() == ["", "answer"]
