"""The letter table's own queries: what may leave, what a dead process held, what waits."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models import letter
from models.letter import Asked, LetterState, planned_at
from models.talk import Lane, LetterKind
from tests.letters import Draft, old_id, plan, row_of, states

FREE = LetterKind.TOAST


async def may_leave(db: Database, **asked: Any) -> list[str]:
    """Ids, in the order of the claim."""
    question = Asked("wire", datetime.now(UTC), **asked)
    return [row.id for row in await db.run(lambda connection: letter.candidates(connection, question))]


async def test_only_the_first_of_each_queue_may_leave(db: Database, vault: Vault) -> None:
    """One letter of each chat, topic and lane, urgent first, then the oldest."""
    drafts = [Draft(chat=chat, topic=topic, lane=lane) for lane in reversed(Lane) for chat in "ab" for topic in ("", "t") for _ in range(2)]
    await plan(db, vault, *drafts)
    firsts = sorted(drafts[::2], key=lambda draft: (draft.lane, draft.id))
    assert await may_leave(db) == [draft.id for draft in firsts]


@pytest.mark.parametrize("state", list(LetterState))
async def test_what_stands_behind_an_open_letter_waits(db: Database, vault: Vault, state: LetterState) -> None:
    """A letter waits while an earlier one of its queue is planned, leased or attempted, and no longer."""
    first, second = Draft(state=state), Draft()
    await plan(db, vault, first, second)
    expected = {LetterState.PLANNED: [first.id], LetterState.LEASED: [], LetterState.ATTEMPTED: []}.get(state, [second.id])
    assert await may_leave(db) == expected


async def test_a_chat_that_is_being_written_to_gets_nothing_else(db: Database, vault: Vault) -> None:
    """While one letter is on its way to a chat no other lane or topic of it may leave; where toasts are free, they may."""
    answer = Draft(kind=LetterKind.TOAST)
    await plan(db, vault, Draft(state=LetterState.ATTEMPTED), Draft(lane=Lane.URGENT), Draft(topic="t"), answer)
    assert (await may_leave(db), await may_leave(db, free=FREE)) == ([], [answer.id])


async def test_the_pace_closes_chats(db: Database, vault: Vault) -> None:
    """Closed chats give nothing, tight ones what is urgent; both are named while something of theirs is due."""
    drafts = {(chat, lane): Draft(chat=chat, lane=lane) for chat in "abc" for lane in (Lane.URGENT, Lane.REMINDER)}
    await plan(db, vault, *drafts.values())
    allowed = [drafts["b", Lane.URGENT], drafts["c", Lane.URGENT], drafts["c", Lane.REMINDER]]
    assert await may_leave(db, closed=["a"], tight=["b"]) == [draft.id for draft in allowed]
    question = Asked("wire", datetime.now(UTC), closed=["a", "elsewhere"], tight=["b"])
    assert sorted(await db.run(lambda connection: letter.waiting_chats(connection, question))) == [("a", Lane.URGENT), ("b", Lane.URGENT)]


async def test_nothing_leaves_before_its_time_or_for_another_channel(db: Database, vault: Vault) -> None:
    """Letters of the future, of other channels and of lanes that are not asked for stay."""
    mine = Draft(chat="c", lane=Lane.URGENT)
    await plan(db, vault, Draft(age=timedelta(seconds=-60)), Draft(channel="other", chat="b"), Draft(chat="d"), mine)
    assert await may_leave(db, slowest=Lane.URGENT) == [mine.id]


async def test_an_edit_waits_for_its_original_and_holds_nobody_up(db: Database, vault: Vault) -> None:
    """An edit of a letter that has not arrived yet is not due, and does not stand in the way of what comes after it."""
    card = Draft(lane=Lane.REMINDER)
    edit, behind = Draft(kind=LetterKind.EDIT, target=card.id, lane=Lane.URGENT), Draft(lane=Lane.URGENT)
    await plan(db, vault, card, edit, behind)
    assert await may_leave(db) == [behind.id, card.id]


async def test_a_letter_is_marked_once(db: Database, vault: Vault) -> None:
    """The mark counts the attempt and takes only what is still planned or leased."""
    now, draft = datetime.now(UTC), Draft()
    await plan(db, vault, draft)
    mark = partial(letter.mark_attempted, letters=[draft.id], now=now, until=now + timedelta(seconds=30))
    assert [await db.run(mark), await db.run(mark)] == [1, 0]
    row = await row_of(db, draft)
    assert (row.state, row.attempts, row.attempted_at, row.lease_until) == (LetterState.ATTEMPTED, 1, now, now + timedelta(seconds=30))


async def test_only_what_is_over_and_not_mine_is_abandoned(db: Database, vault: Vault) -> None:
    """Leases that run, and letters that this process is sending, are nobody's to take."""
    now, drafts = datetime.now(UTC), [Draft(chat=name) for name in ("over", "mine", "runs", "planned")]
    await plan(db, vault, *drafts)
    over, mine, runs, _planned = (draft.id for draft in drafts)
    await db.run(partial(letter.mark_attempted, letters=[over, mine], now=now, until=now - timedelta(seconds=1)))
    await db.run(partial(letter.lease, letters=[runs], until=now + timedelta(seconds=1)))
    find = partial(letter.abandoned, channel="wire", before=now, mine=[mine])
    assert [row.id for row in await db.run(find)] == [over]
    await db.run(partial(letter.extend, letters=[over], until=now + timedelta(seconds=1)))
    assert await db.run(find) == []


async def test_an_outcome_is_written_only_over_the_attempt_it_belongs_to(db: Database, vault: Vault) -> None:
    """A process that was taken for dead cannot undo what its successor wrote, but an arrival is always noted."""
    draft = Draft(state=LetterState.ATTEMPTED)
    await plan(db, vault, draft)
    late = partial(letter.change, letter=draft.id, values={"state": LetterState.PLANNED}, state=LetterState.ATTEMPTED, attempts=7)
    assert await db.run(late) is False
    await db.run(partial(letter.change, letter=draft.id, values={"state": LetterState.GIVEN_UP, "reason": "unknown"}))
    arrived = partial(letter.arrived, letter=draft.id, values={"state": LetterState.DELIVERED, "reason": ""})
    assert [await db.run(arrived), await db.run(arrived)] == [True, False]
    assert await states(db, [draft]) == [(LetterState.DELIVERED, "")]


async def test_the_summary_says_what_waits_since_when_and_why(db: Database, vault: Vault) -> None:
    """By channel and lane: the number, the age of the oldest, and its last outcome."""
    old = Draft(id=old_id(timedelta(hours=1)), lane=Lane.REMINDER)
    await plan(db, vault, old, Draft(lane=Lane.REMINDER), Draft(state=LetterState.DELIVERED), Draft(channel="other"))
    await db.run(partial(letter.change, letter=old.id, values={"reason": "busy"}))
    other, mine = await db.run(letter.waiting)
    assert (mine.channel, mine.lane, mine.count, mine.reason) == ("wire", Lane.REMINDER, 2, "busy")
    assert (other.channel, other.lane, other.count) == ("other", Lane.DIALOGUE, 1)
    assert timedelta(minutes=59) < datetime.now(UTC) - mine.since < timedelta(minutes=61)


def test_an_id_tells_when_its_letter_was_planned() -> None:
    """Real time, to the microsecond."""
    assert abs(datetime.now(UTC) - planned_at(Draft().id)) < timedelta(seconds=1)


def explained(connection: sa.Connection) -> str:
    """How the very statements of a claim, parameters and all, are carried out."""
    said: list[Any] = []
    sa.event.listen(
        connection, "before_cursor_execute", lambda _c, _cursor, statement, parameters, *_: said.append((statement, parameters))
    )
    letter.candidates(connection, Asked("wire", datetime.now(UTC), closed=["x"], tight=["y"]))
    letter.abandoned(connection, "wire", datetime.now(UTC), ["x"])
    explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    return "\n".join(str(row) for statement, parameters in said[:2] for row in connection.exec_driver_sql(explain + statement, parameters))


async def test_the_claim_uses_its_indexes(db: Database, vault: Vault) -> None:
    """With many letters delivered and few open, neither engine reads the whole table for a claim."""
    await plan(db, vault, *(Draft(chat=f"c{n % 50}", state=LetterState.DELIVERED) for n in range(3000)), *(Draft() for _ in range(5)))
    if db.is_postgresql:
        await db.run(lambda connection: connection.exec_driver_sql("ANALYZE letter").close())
    text = await db.run(explained)
    assert not [line for line in text.splitlines() if "Seq Scan" in line or "SCAN" in line]
    assert text.count("letter_") >= 4


@pytest.mark.parametrize("analyzed", [False, True])
async def test_what_stands_before_a_letter_is_looked_up_in_its_own_chat(db: Database, vault: Vault, analyzed: bool) -> None:
    """Whatever a database knows of the table: or a backlog of some thousands, compared each with each, takes seconds a claim."""
    await plan(db, vault, *(Draft(chat=f"c{n % 10}") for n in range(2000)))
    if db.is_postgresql and analyzed:
        await db.run(lambda connection: connection.exec_driver_sql("ANALYZE letter").close())
    earlier = "letter_chat_queue on letter e" if db.is_postgresql else "SEARCH e USING INDEX letter_chat_queue"
    assert earlier in await db.run(explained)
