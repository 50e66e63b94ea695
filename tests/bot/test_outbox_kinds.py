"""Edits, retires, toasts, deletes, the plain second try, chats that are gone: on channels that can everything and on ones that cannot."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.channels import Gone, Later, Never, Unknown
from bot.database import Database
from bot.vault import Vault
from models.letter import LETTER, LetterState
from models.service import DATA_KEY
from models.talk import Button, Lane, Letter, LetterKind, Picture
from tests.emulators.wire import EVERYTHING, NOTHING, Wire
from tests.letters import Draft, deliver, make_outbox, old_id, plan, running, states, until, until_ended

CARD = (("0.take:1", "Tôi tiếp nhận", "success"),)
DONE, DEAD, OLD = (LetterState.DELIVERED, ""), LetterState.GIVEN_UP, LetterState.SUPERSEDED


def edit(text: str, target: Draft, **options: object) -> Draft:
    return replace(Draft(text, kind=LetterKind.EDIT, target=target.id), **options)  # type: ignore[arg-type]


def kinds(wire: Wire) -> list[tuple[str, str, str]]:
    return [(str(sent.letter.kind), sent.letter.text, sent.letter.target_external) for sent in wire.sent]


async def test_an_edit_waits_for_the_id_of_its_original(db: Database, vault: Vault) -> None:
    """An urgent edit of a slow letter leaves only when the platform has told the original's id; what stands behind it does not wait."""
    wire = Wire()
    wire.hang("a")
    card = Draft("card", lane=Lane.REMINDER)
    await plan(db, vault, card, edit("taken", card, lane=Lane.URGENT))
    async with running(make_outbox(db, vault, wire)) as outbox:
        await until(lambda: wire.sent)
        await plan(db, vault, Draft("alarm", lane=Lane.URGENT))
        wire.let_go("a")
        await outbox.idle()
    assert sorted(kinds(wire)) == [("edit", "taken", "1"), ("say", "alarm", ""), ("say", "card", "")]
    assert wire.texts()[0] == "card"


async def test_the_newest_edit_wins(db: Database, vault: Vault) -> None:
    """Of several planned edits of one letter only the newest leaves; the others are superseded."""
    wire, card = Wire(), Draft("card")
    edits = [edit(str(n), card) for n in range(5)]
    await deliver(db, vault, wire, card, *edits)
    assert kinds(wire) == [("say", "card", ""), ("edit", "4", "1")]
    assert await states(db, edits) == [(OLD, "newer")] * 4 + [DONE]


async def test_an_edit_never_undoes_a_newer_one(db: Database, vault: Vault) -> None:
    """An older edit in a slower lane is dropped when a newer one has left before it; a newer one in a slower lane makes nobody wait."""
    wire = Wire()
    cards = [Draft(state=LetterState.DELIVERED, external_id=name, chat=name) for name in ("m1", "m2")]
    older = edit("old", cards[0], chat="m1", lane=Lane.REMINDER), edit("quick", cards[1], chat="m2", lane=Lane.URGENT)
    newer = edit("new", cards[0], chat="m1", lane=Lane.URGENT), edit("slow", cards[1], chat="m2", lane=Lane.REMINDER)
    await deliver(db, vault, wire, *cards, *older, *newer)
    assert (wire.texts("m1"), wire.texts("m2")) == (["new"], ["quick", "slow"])


async def test_an_edit_that_comes_too_late_does_not_leave(db: Database, vault: Vault) -> None:
    """When a newer edit in a slower lane, or a delete, has arrived while an edit was backing off, that edit is dropped."""
    wire, cards = Wire(), [Draft(state=LetterState.DELIVERED, external_id=name, chat=name) for name in ("m1", "m2")]
    late = [edit("late", card, chat=card.chat, lane=Lane.URGENT) for card in cards]
    newer = edit("new", cards[0], chat="m1", lane=Lane.REMINDER), Draft(kind=LetterKind.DELETE, target=cards[1].id, chat="m2")
    await plan(db, vault, *cards, *(replace(draft, age=-timedelta(hours=1)) for draft in late), *newer)
    async with running(make_outbox(db, vault, wire)) as outbox:
        await until_ended(db, list(newer))
        again = sa.update(LETTER).where(LETTER.c.id.in_([draft.id for draft in late])).values(not_before=datetime.now(UTC))
        await db.run(lambda connection: connection.execute(again))
        outbox.wake()
        async with asyncio.timeout(30):
            while await states(db, late) != [(OLD, "newer")] * 2:  # noqa: ASYNC110  rows tell nobody
                await asyncio.sleep(0.02)
    assert sorted(kinds(wire)) == [("delete", "", "m2"), ("edit", "new", "m1")]


async def test_an_edit_older_than_a_retire_brings_no_button_back(db: Database, vault: Vault) -> None:
    """Once the buttons are to go, an earlier edit that leaves late leaves without them."""
    wire, card = Wire(), Draft("card", state=LetterState.DELIVERED, external_id="m1")
    retire = Draft(kind=LetterKind.RETIRE, target=card.id, lane=Lane.URGENT)
    await deliver(db, vault, wire, card, edit("text", card, buttons=CARD, lane=Lane.REMINDER), replace(retire, id=Draft().id))
    assert kinds(wire) == [("retire", "", "m1"), ("edit", "text", "m1")]
    assert wire.sent[1].letter.buttons == ()


async def test_an_edit_becomes_a_say_where_there_is_nothing_to_edit(db: Database, vault: Vault) -> None:
    """Without edits on the channel, or with an original that was given up, what the edit says is said anew, buttons and all."""
    lost = Draft("lost", state=LetterState.GIVEN_UP)
    able, unable = Wire(), Wire(name="bare", capabilities=NOTHING)
    await deliver(db, vault, able, lost, edit("anew", lost, buttons=CARD))
    card = Draft("card", channel="bare")
    await deliver(db, vault, unable, card, edit("taken", card, channel="bare"))
    assert (kinds(able), able.sent[0].letter.buttons) == ([("say", "anew", "")], (Button(*CARD[0]),))
    assert kinds(unable) == [("say", "card", ""), ("say", "taken", "")]


async def test_a_retire_takes_the_buttons_off_what_arrived(db: Database, vault: Vault) -> None:
    """It waits for its letter, is nothing to do where there are no buttons, and is given up with a letter that never arrived."""
    able, unable = Wire(), Wire(name="bare", capabilities=NOTHING)
    card, lost, plain = Draft("card"), Draft(state=LetterState.GIVEN_UP), Draft("card", channel="bare")
    retires = [Draft(kind=LetterKind.RETIRE, target=target.id, channel=target.channel) for target in (card, lost, plain)]
    await deliver(db, vault, able, card, lost, plain, *retires)
    await deliver(db, vault, unable)
    assert kinds(able) == [("say", "card", ""), ("retire", "", "1")]
    assert kinds(unable) == [("say", "card", "")]
    assert await states(db, retires) == [DONE, (DEAD, "target"), (LetterState.DELIVERED, "no buttons here")]


async def test_a_delete_takes_back_what_arrived(db: Database, vault: Vault) -> None:
    """It reaches the original where the channel can, is repeated when its outcome is unknown, and is given up where it is impossible."""
    able, unable = Wire(), Wire(name="bare", capabilities=NOTHING)
    details = [Draft(state=LetterState.DELIVERED, external_id="m1", channel=name) for name in ("wire", "bare")]
    deletes = [Draft(kind=LetterKind.DELETE, target=sent.id, lane=Lane.REMINDER, channel=sent.channel) for sent in details]
    able.will("a", Unknown("?"))
    await plan(db, vault, *details, *deletes)
    async with running(make_outbox(db, vault, able)), running(make_outbox(db, vault, unable)):
        await until(lambda: len(able.sent) == 2)
    assert kinds(able) == [("delete", "", "m1")] * 2
    assert await states(db, deletes) == [DONE, (DEAD, "impossible here")]


# --- toasts -----------------------------------------------------------------------------------------------------------


def toast(text: str, **options: object) -> Draft:
    return replace(Draft(text, kind=LetterKind.TOAST, target="press"), **options)  # type: ignore[arg-type]


async def test_a_toast_waits_behind_nothing_and_holds_nothing_up(db: Database, vault: Vault) -> None:
    """The answer to a press leaves at once, even while its chat hangs, and says which press it answers."""
    wire = Wire()
    wire.hang("a")
    await plan(db, vault, Draft("first"), Draft("second"), toast("done"))
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: len(wire.sent) == 2)
        wire.let_go("a")
        await until(lambda: len(wire.sent) == 3)
    assert sorted(kinds(wire)) == [("say", "first", ""), ("say", "second", ""), ("toast", "done", "press")]


async def test_a_toast_is_tried_once_and_never_late(db: Database, vault: Vault) -> None:
    """Whatever goes wrong with it, and when it is older than twenty seconds, it is given up."""
    wire, drafts = Wire(), [toast("1"), toast("2"), toast("3"), toast("late", age=timedelta(seconds=21))]
    wire.will("a", Later("x"), Unknown("x"), Never("x", plain_may_help=True))
    await deliver(db, vault, wire, *drafts)
    assert await states(db, drafts) == [(DEAD, "x"), (DEAD, "unknown"), (DEAD, "x"), (DEAD, "too old")]
    assert sorted(wire.texts()) == ["1", "2", "3"]


async def test_without_toasts_a_group_gets_one_short_say_a_minute(db: Database, vault: Vault) -> None:
    """Where a channel has no toasts a private chat gets each as a message, a group one a minute."""
    wire = Wire(capabilities=NOTHING)
    group = [toast("x" * 500, chat="g", group=True), toast("again", chat="g", group=True)]
    await deliver(db, vault, wire, *group, toast("1"), toast("2"))
    assert (len(wire.texts("g")), len(wire.texts("g")[0]), wire.texts("a")) == (1, 200, ["1", "2"])
    assert await states(db, group) == [DONE, (DEAD, "one a minute")]


# --- refusals ---------------------------------------------------------------------------------------------------------


async def test_a_refused_letter_goes_once_more_plain_and_short(db: Database, vault: Vault) -> None:
    """The second try is cut, without buttons, its answers by number; a second refusal ends it, and what stands behind leaves."""
    buttons = (("3.yes", "Có", ""), ("0.help", "Trợ giúp", ""), ("3.no", "Không", ""))
    wire, drafts = Wire(), (Draft("x" * 5000, buttons=buttons), Draft("behind"))
    wire.will("a", *[Never("can't parse", plain_may_help=True)] * 2)
    await deliver(db, vault, wire, *drafts)
    plain = wire.sent[1].letter
    assert (len(plain.text), plain.text[-16:], plain.buttons) == (1000, "…\n1. Có\n3. Không", ())
    assert await states(db, drafts) == [(DEAD, "can't parse"), DONE]


async def test_a_reminder_is_tried_for_a_day(db: Database, vault: Vault) -> None:
    """What is late by more than a day reminds nobody any more; urgent and dialogue letters are tried without end."""
    wire = Wire()
    drafts = [Draft(chat=lane.name, lane=lane, id=old_id(timedelta(hours=25))) for lane in Lane]
    for lane in Lane:
        wire.will(lane.name, Later("down"))
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: len(wire.sent) == 6)
    assert await states(db, drafts) == [DONE, DONE, (DEAD, "down"), (DEAD, "down")]


@pytest.mark.parametrize("refused", [Unknown("403", answered=True), Later("404", answered=True)])
async def test_a_chat_that_is_refused_for_an_hour_is_gone(db: Database, vault: Vault, refused: Later | Unknown) -> None:
    """After five refusals at least: then it is told like any chat that is gone, and its letter ends."""
    wire, told = Wire(), []

    async def gone(letter: Letter, reason: str) -> None:
        told.append((letter.chat, reason))

    wire.will("old", *[refused] * 9)
    wire.will("young", *[refused] * 9)
    old, young = Draft("x", chat="old", id=old_id(timedelta(hours=1)), lane=Lane.URGENT), Draft("x", chat="young")
    await plan(db, vault, old, young)
    async with running(make_outbox(db, vault, wire, gone=gone)):
        assert await until_ended(db, [old, young]) == [(DEAD, "gone"), DONE]
    assert (len(wire.texts("old")), len(wire.texts("young"))) == (5, 10)
    assert told == [("old", f"refused again and again ({refused.reason})")]


async def test_the_first_refusal_after_an_outage_ends_no_account(db: Database, vault: Vault) -> None:
    """However often the network had failed before: it takes two in a row."""
    wire, told = Wire(), []

    async def gone(letter: Letter, reason: str) -> None:
        told.append(letter.chat)

    wire.will("a", *[Unknown("ReadTimeout")] * 6, Unknown("403", answered=True))
    letter = Draft("x", id=old_id(timedelta(hours=2)))
    await plan(db, vault, letter)
    async with running(make_outbox(db, vault, wire, gone=gone)):
        assert await until_ended(db, [letter]) == [DONE]
    assert told == []


async def test_a_refused_chat_is_told_again_where_telling_failed(db: Database, vault: Vault) -> None:
    """Nobody may lose the alarm about a lost chat."""
    wire, told = Wire(), []

    async def gone(letter: Letter, reason: str) -> None:
        told.append(letter.chat)
        if len(told) == 1:
            raise RuntimeError

    wire.will("a", *[Unknown("403", answered=True)] * 6)
    letter = Draft("x", id=old_id(timedelta(hours=1)))
    await plan(db, vault, letter)
    async with running(make_outbox(db, vault, wire, gone=gone)):
        assert await until_ended(db, [letter]) == [(DEAD, "gone")]
    assert told == ["a", "a"]


async def test_a_chat_that_is_gone_is_told(db: Database, vault: Vault) -> None:
    """Whoever has to know of a lost chat is told before the letter is given up; if that fails, it is told again."""
    wire, told, letter = Wire(), [], Draft("x", lane=Lane.REMINDER)

    async def gone(letter: Letter, reason: str) -> None:
        told.append((letter.id, reason))
        if len(told) == 1:
            raise LookupError

    wire.will("a", Gone("blocked"), Gone("blocked"))
    await plan(db, vault, letter)
    async with running(make_outbox(db, vault, wire, gone=gone)):
        await until(lambda: len(told) == 2)
    assert told == [(letter.id, "blocked")] * 2
    assert await states(db, [letter]) == [(DEAD, "gone")]


async def test_a_moved_group_is_followed(db: Database, vault: Vault) -> None:
    """A letter to a group that got a new id goes there, after the new id was told."""
    wire, told = Wire(), []

    async def moved(letter: Letter, to: str) -> None:
        told.append((letter.chat, to))

    wire.will("g", Gone("upgraded", moved_to="g2"))
    await deliver(db, vault, wire, Draft("card", chat="g", group=True), moved=moved)
    assert ([sent.letter.chat for sent in wire.sent], told) == (["g", "g2"], [("g", "g2")])


async def test_a_letter_without_its_key_is_given_up(db: Database, vault: Vault) -> None:
    """When the conversation's key was erased its letters are unreadable for good, and stop nobody."""
    wire, drafts = Wire(), (Draft("x"), Draft("y", chat="b"))
    await plan(db, vault, *drafts)
    await db.run(lambda connection: connection.execute(sa.delete(DATA_KEY).where(DATA_KEY.c.subject == "conversation:c-a")).close())
    vault._cache.clear()  # as in another process
    await deliver(db, vault, wire)
    assert await states(db, drafts) == [(DEAD, "unreadable"), DONE]


# --- pictures ---------------------------------------------------------------------------------------------------------


async def test_pictures_are_read_just_before_the_wire(db: Database, vault: Vault) -> None:
    """Attachments go out with their letter; what does not open is left out; a channel without files gets the words alone."""
    able, unable = Wire(), Wire(name="bare", capabilities=replace(EVERYTHING, files_out=False))
    drafts = [Draft("look", attachments=("p1", "lost", "p2"), channel=name) for name in ("wire", "bare")]

    def load(_db: sa.Connection, name: str) -> Picture | None:
        return None if name == "lost" else Picture("photo", name.encode(), "image/jpeg")

    await deliver(db, vault, able, *drafts, load=load)
    await deliver(db, vault, unable, load=load)
    assert [[picture.body for picture in wire.sent[0].letter.pictures] for wire in (able, unable)] == [[b"p1", b"p2"], []]


async def test_a_letter_whose_pictures_cannot_be_read_leaves_at_last_without_them(db: Database, vault: Vault) -> None:
    """A reader that fails again and again does not keep the words from leaving."""
    wire = Wire()

    def load(_db: sa.Connection, _name: str) -> Picture | None:
        raise OSError

    await plan(db, vault, Draft("words", attachments=("p",)))
    async with running(make_outbox(db, vault, wire, load=load)):
        await until(lambda: wire.sent)
    assert (wire.texts(), wire.sent[0].letter.pictures) == (["words"], ())
    assert await db.run(lambda connection: connection.execute(sa.select(LETTER.c.attempts)).scalar_one()) == 6
