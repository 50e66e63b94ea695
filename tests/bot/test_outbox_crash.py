"""A sender that dies at any point: what was never sent is sent, what may have been sent follows rule 4."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from bot import claims
from bot.channels import Quota
from bot.claims import Room, Sender
from bot.database import Database, StorageDown
from bot.vault import Vault
from models.letter import LetterState
from models.talk import Lane
from tests.emulators.wire import EVERYTHING, Wire
from tests.letters import Draft, make_outbox, plan, running, states, until, until_ended

DONE, LOST = (LetterState.DELIVERED, ""), (LetterState.GIVEN_UP, "unknown")


def one_of_each_lane(**options: tuple[str, ...]) -> list[Draft]:
    return [Draft(lane.name, chat=lane.name, lane=lane, **options) for lane in Lane]  # type: ignore[arg-type]


async def die_after_claiming(db: Database, vault: Vault) -> None:
    """Another process takes the lease, claims what there is, and is never heard of again."""
    sender = Sender("dead", timedelta(seconds=0.2), held=False)
    work = partial(claims.claim, vault=vault, channel="wire", can=EVERYTHING, sender=sender, room=Room(10, 10), now=datetime.now(UTC))
    batch = await db.run(work)
    assert batch is not None
    assert len(batch.claimed) == 4


async def take_over(db: Database, vault: Vault, wire: Wire, drafts: list[Draft]) -> list[tuple[str, str]]:
    """The next process runs until nothing is open."""
    async with running(make_outbox(db, vault, wire, holder="next")):
        return await until_ended(db, drafts)


async def test_death_between_claim_and_mark_costs_nothing(db: Database, vault: Vault) -> None:
    """A letter whose attempt was not marked was never sent: it leaves once, in every lane."""
    wire, drafts = Wire(), one_of_each_lane(attachments=("picture",))
    await plan(db, vault, *drafts)
    await die_after_claiming(db, vault)
    assert {state for state, _ in await states(db, drafts)} == {LetterState.LEASED}
    assert await take_over(db, vault, wire, drafts) == [DONE] * 4
    assert Counter(wire.texts()) == Counter(lane.name for lane in Lane)


async def test_a_claim_locks_the_counter_before_any_letter(db: Database, vault: Vault) -> None:
    """As whoever writes an outcome does: what hangs is extended, what was never sent is planned again after it, or the two wait for each other."""
    hanging, leased, marked = Draft(chat="h"), Draft(chat="l", attachments=("picture",)), Draft(chat="m")
    limited, now = replace(EVERYTHING, quota=Quota(1000, 0.1)), datetime.now(UTC)
    sender = Sender("one", timedelta(seconds=60), held=True)

    async def claims_at(at: datetime, sender: Sender) -> None:
        work = partial(claims.claim, vault=vault, channel="wire", can=limited, sender=sender, room=Room(10, 10), now=at)
        assert await db.run(work) is not None

    await plan(db, vault, hanging, leased, marked, at=now)
    await claims_at(now, sender)
    told: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
    await claims_at(now + timedelta(seconds=90), replace(sender, under_way=(hanging.id,), hanging=(hanging.id,)))
    counted = next(place for place, said in enumerate(told) if said.startswith("INSERT INTO counter"))
    assert [said for said in told[:counted] if said.startswith("UPDATE letter")] == []
    assert [said for said in told[counted:] if said.startswith("UPDATE letter")] != []


async def test_death_between_mark_and_wire_loses_reminders_only(db: Database, vault: Vault) -> None:
    """Marked and not sent: nobody can know. Urgent and dialogue letters leave once, the others are given up as unknown."""
    wire, drafts = Wire(), one_of_each_lane()
    await plan(db, vault, *drafts)
    await die_after_claiming(db, vault)
    assert await take_over(db, vault, wire, drafts) == [DONE, DONE, LOST, LOST]
    assert sorted(wire.texts()) == ["DIALOGUE", "URGENT"]


async def test_death_between_wire_and_record_doubles_what_must_not_be_missing(db: Database, vault: Vault) -> None:
    """Sent and not written down: urgent and dialogue letters arrive twice with the same body, the others once."""
    wire, drafts = Wire(), one_of_each_lane()
    for lane in Lane:
        wire.hang(lane.name)
    await plan(db, vault, *drafts)
    dying = asyncio.ensure_future(make_outbox(db, vault, wire, holder="dead", lease_seconds=0.2).run())
    await until(lambda: len(wire.sent) == 4)
    dying.cancel()
    for lane in Lane:
        wire.let_go(lane.name)
    assert await take_over(db, vault, wire, drafts) == [DONE, DONE, LOST, LOST]
    assert Counter(wire.texts()) == Counter({"URGENT": 2, "DIALOGUE": 2, "REMINDER": 1, "BROADCAST": 1})
    assert len({sent.letter for sent in wire.sent if sent.letter.lane is Lane.URGENT}) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_only_process_does_not_wait_for_its_own_lease(db: Database, vault: Vault) -> None:
    """Where there is one process, it goes on at once after a crash: whatever was under way is surely over."""
    wire = Wire()
    wire.hang("a")
    await plan(db, vault, Draft("x"))
    dying = asyncio.ensure_future(make_outbox(db, vault, wire).run())
    await until(lambda: wire.sent)
    dying.cancel()
    wire.let_go("a")
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: len(wire.sent) == 2)


async def test_many_deaths_at_random_points_leave_no_urgent_letter_missing(db: Database, vault: Vault) -> None:
    """Twenty deaths while a hundred letters leave: none missing, order kept, doubles only among what was under way at a death."""
    chance, wire, doubles_at_most = random.Random(1), Wire(latency=0.003), 0
    drafts = [Draft(str(n), chat=f"c{n % 10}", lane=Lane(n // 10 % 2)) for n in range(100)]
    await plan(db, vault, *drafts)
    for _ in range(20):
        dying = asyncio.ensure_future(make_outbox(db, vault, wire, holder="again").run())
        await asyncio.sleep(chance.uniform(0.005, 0.03))
        dying.cancel()
        doubles_at_most += 12
        await asyncio.gather(dying, return_exceptions=True)
    async with running(make_outbox(db, vault, wire, holder="again")):
        assert set(await until_ended(db, drafts)) == {DONE}
    counted = Counter(wire.texts())
    assert set(counted) == {draft.text for draft in drafts}
    assert sum(counted.values()) - 100 <= doubles_at_most
    for chat in {draft.chat for draft in drafts}:
        for lane in (Lane.URGENT, Lane.DIALOGUE):
            firsts = list(dict.fromkeys(sent.letter.text for sent in wire.sent if (sent.letter.chat, sent.letter.lane) == (chat, lane)))
            assert firsts == sorted(firsts, key=int)


async def test_a_database_that_is_away_after_the_wire_doubles_nothing(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outcome is written as soon as the database is back; the letter does not leave again meanwhile."""
    wire, away = Wire(), [False]
    whole = Database.run

    async def run(self: Database, work: object, priority: int = 1) -> object:
        if away[0]:
            raise StorageDown("away")
        return await whole(self, work, priority)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "run", run)
    wire.hang("a")
    letter = Draft("x")
    await plan(db, vault, letter)
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: wire.sent)
        away[0] = True
        wire.let_go("a")
        await asyncio.sleep(0.2)
        away[0] = False
        assert await until_ended(db, [letter]) == [DONE]
    assert wire.texts() == ["x"]
