"""The outbox: order within a lane, urgent letters first, chats that do not stop each other, one sender at a time."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from bot.channels import Delivered, Later, Never, Outcome, Pace, Unknown
from bot.database import Database
from bot.delivery import back_off
from bot.vault import Vault
from models.letter import LetterState
from models.service import LEASE
from models.talk import Lane, LetterKind
from tests.emulators.wire import Wire
from tests.letters import Draft, deliver, make_outbox, plan, row_of, running, states, until, until_ended

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_letters_of_one_chat_and_lane_leave_in_order(db: Database, vault: Vault) -> None:
    """Within a chat and lane letters arrive in the order in which they were planned, one at a time."""
    wire = Wire(latency=0.002)
    await deliver(db, vault, wire, *(Draft(str(n), chat="ab"[n % 2]) for n in range(20)))
    assert [wire.texts("a"), wire.texts("b")] == [[str(n) for n in range(0, 20, 2)], [str(n) for n in range(1, 20, 2)]]
    assert wire.most_in_one_chat == 1


async def test_a_letter_that_backs_off_holds_its_lane_and_topic_only(db: Database, vault: Vault) -> None:
    """What cannot leave yet is waited for by its own queue and by nothing else."""
    wire = Wire()
    wire.will("a", Later("busy"))
    await plan(db, vault, Draft("first"))
    async with running(make_outbox(db, vault, wire, back_off=lambda _attempts: 30)) as outbox:
        await outbox.idle()
        await plan(db, vault, Draft("second"), Draft("alarm", lane=Lane.URGENT), Draft("elsewhere", topic="7"), Draft("b", chat="b"))
        await outbox.idle()
    assert sorted(wire.texts()) == ["alarm", "b", "elsewhere", "first"]


async def test_an_urgent_letter_overtakes_its_own_chat(db: Database, vault: Vault) -> None:
    """An urgent letter leaves before everything of its chat that was planned earlier in slower lanes."""
    wire = Wire()
    lanes = (Lane.BROADCAST, Lane.REMINDER, Lane.DIALOGUE, Lane.URGENT)
    await deliver(db, vault, wire, *(Draft(lane.name, lane=lane) for lane in lanes))
    assert wire.texts() == ["URGENT", "DIALOGUE", "REMINDER", "BROADCAST"]


async def test_a_backlog_lets_urgent_letters_and_answers_pass(db: Database, vault: Vault) -> None:
    """While 2,000 reminders wait, at most a second's letters leave before an urgent one, two seconds' before an answer."""
    scale, passed = 2.0, []
    wire = Wire(latency=0.1 / scale, pace=Pace(25 * scale, 1 * scale, 18 * scale, reserve=0.2))
    await plan(db, vault, *(Draft(str(n), chat=f"r{n}", lane=Lane.REMINDER) for n in range(2000)))
    async with running(make_outbox(db, vault, wire)):
        for number in range(8):
            await asyncio.sleep(0.15)
            lane = (Lane.URGENT, Lane.DIALOGUE)[number % 2]
            await plan(db, vault, Draft(f"new {number}", chat=f"n{number}", lane=lane))  # nobody wakes the outbox: it looks by itself
            sent = len(wire.sent)
            await until(partial(wire.has_sent, f"new {number}"))
            passed.append((lane, wire.texts().index(f"new {number}") - sent))
    assert max(others for lane, others in passed if lane is Lane.URGENT) < 25
    assert max(others for lane, others in passed) < 50
    assert len(wire.sent) > 30  # the backlog has gone on meanwhile


async def test_a_chat_that_hangs_stops_nobody(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even more hanging chats than may send at once leave the others undisturbed."""
    monkeypatch.setattr("bot.outbox.QUICK", 0.05)
    wire = Wire()
    stuck = [f"stuck{n}" for n in range(15)]
    for chat in stuck:
        wire.hang(chat)
    await plan(db, vault, *(Draft("?", chat=chat, lane=Lane.URGENT) for chat in stuck), *(Draft(str(n), chat=f"c{n}") for n in range(50)))
    async with running(make_outbox(db, vault, wire)) as outbox:
        await until(lambda: len(wire.sent) == 65)
        for chat in stuck:
            wire.let_go(chat)
        await outbox.idle()
    assert Counter(wire.texts()) == Counter(["?"] * 15 + [str(n) for n in range(50)])


async def test_different_chats_are_served_at_the_same_time(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to eight chats are written to at once."""
    monkeypatch.setattr("bot.outbox.QUICK", 3600)
    wire, drafts = Wire(), [Draft(str(n), chat=f"c{n}") for n in range(30)]
    for draft in drafts:
        wire.hang(draft.chat)
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire)) as outbox:
        await until(lambda: len(wire.sent) == 8)
        for draft in drafts:
            wire.let_go(draft.chat)
        await outbox.idle()
    assert (len(wire.sent), wire.most_at_once) == (30, 8)


async def test_a_letter_planned_for_later_waits(db: Database, vault: Vault) -> None:
    """Nothing leaves before its time, and whatever stands behind it waits as well."""
    wire = Wire()
    drafts = Draft("later", age=timedelta(seconds=-1.5)), Draft("behind")
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire)) as outbox:
        await outbox.idle()
        assert wire.texts() == []
        await until(lambda: len(wire.sent) == 2)
        await outbox.idle()
    assert wire.texts() == ["later", "behind"]


async def test_a_letter_that_backs_off_is_tried_again_on_time(db: Database, vault: Vault) -> None:
    """The next try waits for no other event: it comes when the back-off is over."""
    wire = Wire()
    wire.will("a", Later("busy"), Unknown("?"))
    await plan(db, vault, Draft("x"))
    async with running(make_outbox(db, vault, wire, back_off=lambda _attempts: 0.1, poll_seconds=30)):
        await until(lambda: len(wire.sent) == 3)
    assert wire.sent[2].at - wire.sent[0].at >= 0.2


def test_a_back_off_doubles_with_jitter_up_to_five_minutes() -> None:
    """1, 2, 4… seconds, each shortened by up to a half, so that not all come back at once; never more than five minutes."""
    for attempts, longest in ((1, 1.0), (2, 2.0), (5, 16.0), (9, 256.0), (10, 300.0), (1000, 300.0)):
        waits = [back_off(attempts) for _ in range(200)]
        assert longest / 2 <= min(waits) < max(waits) <= longest


async def test_an_outage_backs_off_letter_by_letter(db: Database, vault: Vault) -> None:
    """A 5xx and a time-out tell nothing of the chat: the letter waits longer each time, what is urgent there leaves meanwhile."""
    wire, asked = Wire(), []

    def back_off_of(attempts: int) -> float:
        asked.append(attempts)
        return 0.2

    wire.will("a", Later("502"), Unknown("no answer"), Delivered("1"))
    await plan(db, vault, Draft("first"))
    async with running(make_outbox(db, vault, wire, back_off=back_off_of)) as outbox:
        await until(lambda: wire.sent)
        await plan(db, vault, Draft("alarm", lane=Lane.URGENT), Draft("elsewhere", chat="b"))
        outbox.wake()
        await until(lambda: len(wire.sent) == 5)
    assert wire.texts()[0] == "first"
    assert set(wire.texts()[1:3]) == {"alarm", "elsewhere"}
    assert sorted(set(asked)) == [1, 2]


# --- pace -------------------------------------------------------------------------------------------------------------


async def test_a_429_holds_its_chat_exactly(db: Database, vault: Vault) -> None:
    """After "retry after" a chat gets nothing, urgent letters neither, until that time is over, and then at once; others go on."""
    wire = Wire()
    wire.will("a", Later("429", timedelta(seconds=0.5)))
    await plan(db, vault, Draft("first"), Draft("alarm", lane=Lane.URGENT), Draft("other", chat="b"))
    async with running(make_outbox(db, vault, wire, poll_seconds=300)):
        await until(lambda: len(wire.sent) == 4)  # woken by its own time, not by the poll
    assert Counter(wire.texts()) == Counter({"alarm": 2, "first": 1, "other": 1})
    first, again = (sent.at for sent in wire.sent if sent.letter.text == "alarm")
    assert again - first >= 0.5
    assert not [sent for sent in wire.sent if sent.letter.chat == "a" and first < sent.at < again]


async def test_a_429_of_the_whole_channel_holds_everybody(db: Database, vault: Vault) -> None:
    """Where the platform means the bot as a whole nothing leaves until its time is over."""
    wire = Wire()
    wire.will("a", Later("429", timedelta(seconds=0.4), whole_channel=True))
    await plan(db, vault, Draft("first"))
    async with running(make_outbox(db, vault, wire, poll_seconds=300)) as outbox:
        await outbox.idle(patience=0.1)
        await plan(db, vault, Draft("alarm", chat="b", lane=Lane.URGENT))
        outbox.wake()
        await until(lambda: len(wire.sent) == 3)
    assert wire.sent[1].letter.text == "alarm"
    assert wire.sent[1].at - wire.sent[0].at >= 0.4


async def test_the_pace_of_a_chat_is_kept_by_says_and_edits_alike(db: Database, vault: Vault) -> None:
    """Letters to one chat keep the channel's distance, whatever their kind."""
    wire = Wire(pace=Pace(per_second=1000, per_chat_second=20, per_group_minute=6000, reserve=0))
    card = Draft("card")
    await deliver(db, vault, wire, card, *(Draft(str(n), kind=LetterKind.EDIT, target=Draft().id) for n in range(10)))
    begun = [sent.at for sent in wire.sent]
    assert [sum(start <= at < start + 1 for at in begun) <= 20 for start in begun] == [True] * 11
    assert begun[-1] - begun[0] > 0.4


# --- one sender -------------------------------------------------------------------------------------------------------


@POSTGRESQL
async def test_two_processes_share_a_database_and_only_one_sends(db: Database, vault: Vault, database_url: str) -> None:
    """Nothing is sent twice, everything by the holder of the lease; when that one stops, the other goes on."""
    second = Database(database_url)
    wires = Wire(latency=0.001), Wire(latency=0.001)
    await plan(db, vault, *(Draft(str(n), chat=f"c{n % 20}") for n in range(100)))
    async with asyncio.TaskGroup() as tasks:
        outboxes = [make_outbox(database, vault, wire) for database, wire in zip((db, second), wires, strict=True)]
        for outbox in outboxes:
            tasks.create_task(outbox.run())
        await until(lambda: len(wires[0].sent) + len(wires[1].sent) == 100)
        sender = 0 if wires[0].sent else 1
        assert [len(wires[sender].sent), len(wires[1 - sender].sent)] == [100, 0]
        await outboxes[sender].stop()
        await plan(db, vault, Draft("after"))
        await until(lambda: wires[1 - sender].texts() == ["after"])
        await outboxes[1 - sender].stop()
    second.close()


async def test_another_process_waits_for_the_lease_to_run_out(db: Database, vault: Vault) -> None:
    """While a dead sender's lease lasts nobody else sends; then the next one does."""
    dead, wire = asyncio.ensure_future(make_outbox(db, vault, Wire(), holder="dead", lease_seconds=0.4).run()), Wire()
    held = sa.select(LEASE.c.until).where(LEASE.c.holder == "dead")
    async with asyncio.timeout(30):
        while (until_then := await db.run(lambda connection: connection.execute(held).scalar())) is None:  # noqa: ASYNC110  rows tell nobody
            await asyncio.sleep(0.01)
    dead.cancel()
    await plan(db, vault, Draft("x"))
    async with running(make_outbox(db, vault, wire, holder="next")):
        await until(lambda: wire.texts() == ["x"])
    assert datetime.now(UTC) >= until_then


# --- end and errors ---------------------------------------------------------------------------------------------------


async def test_stopping_finishes_what_is_under_way(db: Database, vault: Vault) -> None:
    """A graceful end waits for sends that have begun, begins no other, and leaves no lease behind."""
    wire, drafts = Wire(latency=0.2), (Draft("1"), Draft("2"))
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: wire.sent)
    assert await states(db, drafts) == [(LetterState.DELIVERED, ""), (LetterState.PLANNED, "")]


async def test_what_hangs_at_the_end_is_of_unknown_outcome(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A send that does not end in time is cut off, and its letter planned again or given up as rule 4 says."""
    monkeypatch.setattr("bot.outbox.LONGEST_STOP", 0.1)
    wire, drafts = Wire(), (Draft("d"), Draft("r", chat="b", lane=Lane.REMINDER))
    wire.hang("a")
    wire.hang("b")
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: len(wire.sent) == 2)
    assert await states(db, drafts) == [(LetterState.PLANNED, "unknown"), (LetterState.GIVEN_UP, "unknown")]


async def test_an_exception_of_the_channel_is_an_unknown_outcome(db: Database, vault: Vault) -> None:
    """A bug in a channel repeats a dialogue letter, gives a reminder up, and tells only its class."""
    wire, drafts = Wire(), (Draft("d"), Draft("r", chat="b", lane=Lane.REMINDER))
    for chat in "ab":
        wire.will(chat, ValueError("the child's name"))
    with structlog.testing.capture_logs() as logs:
        await plan(db, vault, *drafts)
        async with running(make_outbox(db, vault, wire)):
            await until(lambda: len(wire.sent) == 3)
    assert await states(db, drafts) == [(LetterState.DELIVERED, ""), (LetterState.GIVEN_UP, "unknown")]
    assert "ValueError" in str(logs)
    assert "child" not in str(logs)


async def test_outcomes_are_counted(db: Database, vault: Vault) -> None:
    """Each outcome is told once, with lane, kind, word and the seconds since the letter was planned."""
    counted: list[Any] = []
    wire = Wire()
    wire.will("a", Unknown("?"), Never("no"))
    await plan(db, vault, Draft("x"), Draft("y", chat="b", lane=Lane.URGENT))
    async with running(make_outbox(db, vault, wire, on_outcome=lambda *args: counted.append(args))):
        await until(lambda: len(counted) == 3)
    assert sorted(args[:3] for args in counted) == [(0, "say", "delivered"), (1, "say", "never"), (1, "say", "unknown")]
    assert all(0 <= args[3] < 5 for args in counted)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_platform_answers_order_and_completeness_hold(db: Database, vault: Vault, seed: int) -> None:
    """Random outcomes: what arrives keeps its order in each queue, nothing is left, only what was unknown is sent again after arriving."""
    chance, wire = random.Random(seed), Wire()
    outcomes: list[Outcome] = [Later("x"), Unknown("x"), Never("x"), Delivered("1"), Delivered("2")]
    # Asked for, or the fuse (its own tests) would hold a chat's 25th, which unknown outcomes bring near by chance.
    drafts = [Draft(str(n), chance.choice("abc"), chance.choice(list(Lane)), topic=chance.choice(["", "t"]), asked=True) for n in range(60)]
    for chat in "abc":
        wire.will(chat, *chance.choices(outcomes, k=40))
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire)):
        ended = await until_ended(db, drafts)
    for draft, (state, reason) in zip(drafts, ended, strict=True):
        assert state == LetterState.DELIVERED or reason == "x" or draft.lane >= Lane.REMINDER
    last = {sent.letter.text: position for position, sent in enumerate(wire.sent)}
    queues: dict[Any, list[int]] = {}
    for draft in drafts:
        queues.setdefault((draft.chat, draft.topic, draft.lane), []).append(last[draft.text])
    assert all(earlier < later for queue in queues.values() for earlier, later in pairwise(queue))
    assert (await row_of(db, drafts[0])).attempts == wire.texts().count("0")
