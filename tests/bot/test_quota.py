"""A messenger's monthly messages: counted once, warned of once, the reserve kept for alarms, nobody left in silence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot import apply, upkeep
from bot.channels import Delivered, Gone, Later, Never, Outcome, Quota, Unknown
from bot.database import Database
from bot.hearing import Hearing
from bot.quota import Level, level, warnings
from bot.turn import Taken, store
from bot.vault import Vault
from models.commands import OpenSubmission
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import QUOTA, LetterState
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.quota import RECEIVED, SENT, Used, count, month_of, name_of, once_a_day, used
from models.service import COUNTER
from models.talk import Kind, Lane, LetterKind
from tests.driver import NO_BUTTONS, PLAN, START, Scene, Seen
from tests.emulators.wire import NOTHING, Wire
from tests.hours import Clock, Hours
from tests.letters import Draft, id_at, states

HUNDRED = Quota(100, 0.1)
LIMITED = replace(NO_BUTTONS, quota=HUNDRED, title="Zalo")
TENTH = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)  # 10:00 in Hà Nội
LAST = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


def draft_at(at: datetime, text: str, **more: Any) -> Draft:
    """A letter that was planned at that time, as its id tells."""
    return Draft(text, id=id_at(at), **more)


async def spend(db: Database, number: int, channel: str = "web", month: str = "2026-11") -> None:
    await db.run(partial(count, direction=SENT, channel=channel, month=month, messages=number))


async def spent(db: Database, channel: str = "web", month: str = "2026-11") -> tuple[int, int]:
    """Sent, received."""
    found = await db.run(partial(used, channel=channel, month=month))
    return found.sent, found.received


# --- counting ---------------------------------------------------------------------------------------------------------


def test_the_month_is_the_plans() -> None:
    """In Hà Nội December begins at 17:00 UTC; a counter's name fits its column, and keeps the month."""
    assert month_of(datetime(2026, 11, 30, 16, 59, tzinfo=UTC), PLAN.zone) == "2026-11"
    assert month_of(datetime(2026, 11, 30, 17, 0, tzinfo=UTC), PLAN.zone) == "2026-12"
    assert (len(name_of(RECEIVED, "z" * 64, "2026-12")), name_of(RECEIVED, "z" * 64, "2026-12")[-8:]) == (64, ".2026-12")


@pytest.mark.parametrize(
    ("total", "expected"), [(79, Level.FREE), (80, Level.NEAR), (89, Level.NEAR), (90, Level.RESERVE), (101, Level.RESERVE)]
)
def test_both_directions_count(total: int, expected: Level) -> None:
    """Near from 80 % on, the reserve touched from its share on, whoever wrote the messages."""
    assert level(HUNDRED, Used("2026-11", sent=total - 30, received=30)) is expected


async def test_a_message_is_counted_once_however_often_it_comes(db: Database, vault: Vault) -> None:
    """Stored before its turn, redelivered, or failed first: one message is one. Timers and what a platform tells of itself are none."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    twice, kept = scene.incoming("ctv", Kind.TEXT, text="báo cáo"), scene.incoming("ctv", Kind.TEXT, text="1")
    for _ in range(2):
        await scene.hears(twice)
    for work in (store, store):
        await db.run(partial(work, engine=scene.engine, incoming=kept))
    await scene.hears(kept)
    await scene.hears(scene.incoming("ctv", Kind.BLOCKED))
    await scene.passes(hours=1)
    assert await spent(db) == (0, 2)


@pytest.mark.parametrize("redelivers", [True, False])
async def test_a_message_that_failed_first_is_counted_once(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch, redelivers: bool
) -> None:
    """A failed turn counts nothing; the one that succeeds does, on a platform that redelivers and on one that does not."""
    scene = await Scene.open(db, vault, capabilities=replace(LIMITED, redelivers=redelivers))
    failing, works = [True], apply.APPLY[OpenSubmission]

    def fails_once(*given: object) -> None:
        if failing:
            failing.pop()
            raise RuntimeError
        works(*given)  # type: ignore[arg-type]

    monkeypatch.setitem(apply.APPLY, OpenSubmission, fails_once)
    await Hearing(db, scene.engine, _nobody, pause=0).hear(scene.incoming("ctv", Kind.TEXT, text="báo cáo"))
    assert (failing, await spent(db)) == ([], (0, 1))


def _nobody(_taken: Taken) -> None:
    pass


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Delivered("1")], 1),
        ([Delivered("1", messages=3)], 3),
        ([Unknown("?"), Delivered("1")], 2),
        ([Unknown("?"), Unknown("?"), Delivered("1")], 2),
        ([Later("busy"), Delivered("1")], 1),
        ([Never("no")], 0),
        ([Gone("blocked")], 0),
    ],
)
async def test_what_was_sent_is_counted_with_its_outcome(db: Database, vault: Vault, outcomes: Sequence[Outcome], expected: int) -> None:
    """As many messages as the platform was given; one whose outcome is unknown may have been sent, so it counts, but an hour of dead network
    does not use up the month."""
    hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=HUNDRED)), Clock(TENTH))
    hours.wire.will("a", *outcomes)
    async with hours.run():
        await hours.plans(Draft("x"))
        for _ in range(3):
            await hours.passes(minutes=0.1)
    assert await spent(db, "wire") == (expected, 0)


async def test_a_channel_without_a_quota_counts_nothing(db: Database, vault: Vault) -> None:
    """No row is written for a messenger that limits nothing."""
    scene, hours = await Scene.open(db, vault), Hours(db, vault, clock=Clock(TENTH))
    await scene.says("ctv", "báo cáo")
    async with hours.run():
        await hours.plans(Draft("x"))
    assert [row.name for row in await scene.rows(COUNTER) if "2026-11" in row.name] == []


# --- the reserve ------------------------------------------------------------------------------------------------------


async def test_the_reserve_is_for_alarms(db: Database, vault: Vault) -> None:
    """When it is touched nothing but urgent letters leaves, answers neither; the rest leaves in order when the month is over within the day."""
    hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=HUNDRED)), Clock(LAST))
    held = [draft_at(LAST, "answer", asked=True), draft_at(LAST, "card", chat="b"), draft_at(LAST, "answer 2", asked=True)]
    await spend(db, 90, "wire")
    async with hours.run():
        await hours.plans(*held, Draft("alarm", lane=Lane.URGENT))
        await hours.passes(minutes=60)
        assert (hours.texts(), await states(db, held)) == (["alarm"], [(LetterState.PLANNED, QUOTA)] * 3)
        await hours.passes(minutes=22 * 60)
    assert sorted(hours.texts(), key=len)[:3] == ["card", "alarm", "answer"]
    assert hours.texts().index("answer") < hours.texts().index("answer 2")


async def test_the_first_of_a_month_brings_no_old_questions(db: Database, vault: Vault) -> None:
    """Of what was held for weeks only cards leave then, of whatever lane and whoever asked; a toast is given up at once; what is younger than a
    day still leaves."""
    hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=HUNDRED)), Clock(TENTH))
    old = [
        draft_at(TENTH, "question", asked=True),
        draft_at(TENTH, "card", chat="b", purpose="card"),
        draft_at(TENTH, "reminder", chat="c", lane=Lane.REMINDER),
        draft_at(TENTH, "broadcast", chat="d", lane=Lane.BROADCAST),
    ]
    toast = draft_at(TENTH, "toast", chat="e", kind=LetterKind.TOAST, asked=True)
    await spend(db, 90, "wire")
    async with hours.run():
        await hours.plans(*old, toast)
        assert await states(db, [toast]) == [(LetterState.GIVEN_UP, "quota")]
        await hours.passes(minutes=23 * 60)
        assert await states(db, old) == [(LetterState.PLANNED, QUOTA)] * 4
        await hours.passes(minutes=19 * 24 * 60 - 6 * 60)  # 03:00 of the 30th in Hà Nội
        late, kept = (LetterState.GIVEN_UP, "held too long"), (LetterState.PLANNED, QUOTA)
        assert await states(db, old) == [late, kept, late, late]
        await hours.plans(draft_at(hours.clock.now(), "new", asked=True))
        await hours.passes(minutes=22 * 60)
    assert sorted(hours.texts()) == ["card", "new"]


async def test_old_questions_stay_behind_though_no_sender_ran(db: Database, vault: Vault) -> None:
    """The month ended while the service was down."""
    clock, old = Clock(TENTH), draft_at(TENTH, "question", asked=True)
    await spend(db, 90, "wire")
    for minutes in (1, 30 * 24 * 60):
        hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=HUNDRED)), clock)
        clock.seconds += minutes * 60
        async with hours.run():
            await hours.plans(*([old] if minutes == 1 else []))
        assert hours.texts() == []
    assert await states(db, [old]) == [(LetterState.GIVEN_UP, "held too long")]


async def test_a_raised_limit_sets_free(db: Database, vault: Vault) -> None:
    """Whatever was held leaves within a minute of a service that was started with a higher limit."""
    clock, held = Clock(TENTH), Draft("answer")
    await spend(db, 90, "wire")
    for month in (100, 1000):
        hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=Quota(month, 0.1))), clock)
        async with hours.run():
            await hours.plans(*([held] if month == 100 else []))
            await hours.passes(minutes=1)
        assert hours.texts() == ([] if month == 100 else ["answer"])


async def told(scene: Scene, text: str, sender: str = "ctv", chat: str = "") -> list[Seen]:
    return [seen for seen in await scene.says(sender, text, chat) if seen.row.purpose == "quota"]


async def test_nobody_is_left_in_silence(db: Database, vault: Vault) -> None:
    """While the reserve is touched whoever writes is told once a chat and day, urgently, whom to telephone; what they wrote counts."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    assert await told(scene, "báo cáo") == []
    await spend(db, 95)
    (first,) = await told(scene, "1")
    assert (first.row.lane, first.row.asked) == (Lane.URGENT, True)
    assert [number in first.text for number in ("111", "113", "115", "024 0000 0000")] == [True] * 4
    assert [await told(scene, "2"), await told(scene, "3")] == [[], []]
    assert [len(await told(scene, "xin chào", sender=other)) for other in ("nguoi-la", "truc-a")] == [1, 1]
    scene.clock[0] += timedelta(days=1)
    assert len(await told(scene, "4")) == 1
    scene.clock[0] += timedelta(days=31)
    assert await told(scene, "5") == []


async def test_whoever_tells_of_a_child_or_takes_a_case_is_still_answered(db: Database, vault: Vault) -> None:
    """The next question, the card and the word that a case was taken use the reserve; a greeting does not."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await spend(db, 95)
    asked = await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "dang nguy hiem")
    card = (await scene.letters("phong-truc"))[-1]
    taken = await scene.says("truc-a", "nhan 1", "phong-truc")
    greeting = [seen for seen in await scene.says("phuong", "xin chào") if not seen.row.purpose]
    lanes = [seen.row.lane for seen in (asked[0], card, taken[0], greeting[0])]
    assert lanes == [Lane.URGENT, Lane.URGENT, Lane.URGENT, Lane.DIALOGUE]


async def test_a_report_is_finished_in_the_reserve(db: Database, vault: Vault) -> None:
    """Every question and the receipt leave at once: a child must not be told of into silence."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await spend(db, 95)
    asked = []
    for said in ("báo cáo", "3", "3", "5", "ngoc lam", "5", "sau chợ", "cháu đi lang thang", "3", "2", "1"):
        asked += await scene.says("ctv", said)
    assert (await scene.rows(INCIDENT))[0].sent_at is not None
    assert {seen.row.lane for seen in asked} == {Lane.URGENT}


async def test_a_quiet_case_is_called_in_the_reserve_too(db: Database, vault: Vault) -> None:
    """It must not wait for next month because it is not khẩn cấp."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "2")
    await scene.says("ctv", "3")
    await spend(db, 95)
    await scene.passes(minutes=45)
    cards = [seen for seen in await scene.letters() if seen.row.purpose == "card"]
    assert cards
    assert {seen.row.lane for seen in cards} == {Lane.URGENT}


async def test_what_is_about_a_case_is_still_asked_and_told(db: Database, vault: Vault) -> None:
    """How things stand with an urgent case, and what its reporter hears of it, do not wait for next month."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await spend(db, 95)
    await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "dang nguy hiem")
    await scene.says("truc-a", "nhan 1", "phong-truc")
    await scene.passes(days=2)
    about = {seen.row.purpose: seen.row.lane for seen in await scene.letters() if seen.row.about and seen.kind == "say"}
    assert {"card", "promise"} <= set(about)
    assert set(about.values()) == {Lane.URGENT}


async def test_a_group_is_told_once_whoever_writes(db: Database, vault: Vault) -> None:
    """A room is one chat."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await spend(db, 95)
    found = [await told(scene, "/trogiup", sender, "phong-truc") for sender in ("truc-a", "truc-b", "truc-a")]
    assert [len(seen) for seen in found] == [1, 0, 0]


async def test_what_was_done_once_a_day_is_forgotten(db: Database, vault: Vault) -> None:
    """The hourly upkeep keeps two days of it; months and the numbers of cases stay."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "dang nguy hiem")

    async def names() -> list[str]:
        await scene.db.run(partial(upkeep.forget, engine=scene.engine))
        return [row.name for row in await scene.rows(COUNTER)]

    await spend(db, 95)
    kept = await names()
    for what in ("digest", "used_up"):
        await db.run(partial(once_a_day, what=what, channel="web", chat="ctv", day=START.date()))
    assert len(await names()) == len(kept) + 2
    scene.clock[0] += timedelta(days=2)
    assert len(await names()) == len(kept) + 2
    scene.clock[0] += timedelta(days=1)
    assert await names() == kept


# --- near the limit ---------------------------------------------------------------------------------------------------


async def test_near_the_limit_reminders_come_in_one_message_a_day(db: Database, vault: Vault) -> None:
    """Those of one chat find each other for ten minutes; what comes later that day waits for the next; answers and alarms leave at once."""
    hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=HUNDRED)), Clock(TENTH))
    await spend(db, 80, "wire")

    async def remind(*texts: str) -> None:
        await hours.plans(*(Draft(text, lane=Lane.REMINDER, id=id_at(hours.clock.now())) for text in texts))

    async with hours.run():
        await remind("first")
        await remind("second")
        await hours.plans(Draft("answer", asked=True), Draft("card"), Draft("alarm", lane=Lane.URGENT))
        assert sorted(hours.texts()) == ["alarm", "answer", "card"]
        await hours.passes(minutes=10)
        assert hours.texts()[3:] == ["📋 2 tin gộp làm một, vì lúc này đang có nhiều tin:\n• first\n• second"]
        await remind("third")
        await hours.passes(minutes=60 * 12)
        assert len(hours.sent) == 4
        await hours.passes(minutes=60 * 3)  # past midnight in Hà Nội
    assert hours.texts()[4:] == ["third"]


async def test_a_lone_reminder_that_fails_is_tried_again_the_same_day(db: Database, vault: Vault) -> None:
    """It has had its chat's turn; the platform's trouble does not cost it a day."""
    hours = Hours(db, vault, Wire(capabilities=replace(NOTHING, quota=HUNDRED)), Clock(TENTH))
    await spend(db, 80, "wire")
    hours.wire.will("a", Later("busy"))
    async with hours.run():
        await hours.plans(Draft("alone", lane=Lane.REMINDER, id=id_at(hours.clock.now())))
        await hours.passes(minutes=10)
        await hours.passes(minutes=1)
        await hours.plans(Draft("next", lane=Lane.REMINDER, id=id_at(hours.clock.now())))
        await hours.passes(minutes=30)
    assert hours.texts() == ["alone", "alone"]


# --- warnings ---------------------------------------------------------------------------------------------------------


def an_administrator(connection: sa.Connection) -> None:
    person = new_id()
    connection.execute(sa.insert(PERSON).values(id=person, name="Quản trị", locale="vi", created_at=START))
    connection.execute(
        sa.insert(ACCOUNT).values(id=new_id(), person=person, channel="web", external_id="ad", chat="ad", started=True, created_at=START)
    )
    connection.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=PLAN.division, role="administrator", created_at=START))


async def test_administrators_are_warned_once_at_each_share(db: Database, vault: Vault) -> None:
    """At 80 % and at 95 %, each once a month, urgently, however often and by how many processes it is looked at."""
    scene = await Scene.open(db, vault, capabilities=LIMITED)
    await db.run(an_administrator)

    async def look() -> list[str]:
        before = len(await scene.letters("ad"))
        found = await db.run(partial(warnings, engine=scene.engine))
        for warning in [*found, *found]:
            await scene.hears(warning)
        return [seen.text.split(" (")[0] for seen in (await scene.letters("ad"))[before:] if seen.row.lane == Lane.URGENT]

    assert await look() == []
    await spend(db, 80)
    assert [await look(), await look()] == [["⚠ Zalo: đã dùng 80% số tin của tháng này"], []]
    await spend(db, 15)
    assert [await look(), await look()] == [["⚠ Zalo: đã dùng 95% số tin của tháng này"], []]
    scene.clock[0] += timedelta(days=10)
    await spend(db, 96, month="2026-12")
    assert len(await look()) == 2
