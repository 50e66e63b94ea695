"""The auditor: each invariant is broken by hand, seen, mended and told; only a clean pass reaches the outside. On both engines."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from bot.auditor import CHECKS, timers
from bot.auditor.found import MOST, Found, Pass
from bot.database import Database
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.clock import CASE_CLOCK
from models.document import DOCUMENT
from models.ids import new_id
from models.inbox import INBOX
from models.incident import INCIDENT, INCIDENT_EVENT
from models.letter import LETTER, LETTER_ATTEMPT, LetterState
from models.submission import SUBMISSION
from models.talk import Lane
from models.timer import TIMER
from tests.bot.auditor.audited import HOUR, Audited, counted, listener
from tests.driver import START
from tests.letters import Draft, old_id

AGES = timedelta(days=9)


@pytest.fixture
async def one(db: Database, vault: Vault) -> Audited:
    return await Audited.open(db, vault)


# --- cases ------------------------------------------------------------------------------------------------------------


async def test_a_service_in_order_is_clean(one: Audited) -> None:
    """Cases in every state, and nothing to find."""
    await one.a_case()
    assert await one.auditor.run()
    await one.scene.says("truc-a", "nhận 1")
    assert await one.auditor.run()
    assert await one.told() == []


async def test_a_case_without_a_next_call_is_called(one: Audited) -> None:
    """The ladder goes on where it had come to, urgent as the case is."""
    case = await one.a_case()
    await one.scene.passes(minutes=9)
    await one.loses("ladder")
    assert not await one.auditor.run()
    (timer,) = await one.timers("ladder")
    assert (timer.subject, timer.due_at, timer.urgent, timer.data) == (case, one.scene.clock[0], True, {"step": 3})
    assert await one.told() == ["1 vụ chưa ai nhận không có lần gọi tiếp theo: đang gọi lại ngay."]
    assert await one.scene.passes(seconds=1) == 1
    assert await one.auditor.run()


async def test_a_call_that_was_put_off_for_ever_is_no_next_call(one: Audited) -> None:
    """A timer in a far year keeps nobody awake."""
    await one.a_case()
    await one.does(sa.update(TIMER).where(TIMER.c.kind == "ladder").values(due_at=START + timedelta(days=365)))
    assert not await one.auditor.run()
    assert [timer.due_at for timer in await one.timers("ladder")] == [one.scene.clock[0]]


def test_no_call_of_the_plan_counts_as_put_off(one: Audited) -> None:
    """Or the auditor would ring every minute."""
    plan = one.scene.engine.plan
    longest = max(gap for level in plan.ladder.levels for gap in level.again)
    assert timers.far(START, plan) - START > timedelta(minutes=longest) + timedelta(hours=12)


async def test_a_restricted_case_is_looked_after_like_any_other(one: Audited) -> None:
    """It goes to the leader alone, and must not fall silent either."""
    case = await one.a_case()
    await one.does(sa.update(INCIDENT).values(restricted=True))
    await one.loses("ladder")
    assert not await one.auditor.run()
    assert [timer.subject for timer in await one.timers("ladder")] == [case]


async def test_a_case_in_hand_without_a_reminder_is_reminded(one: Audited) -> None:
    """No promise, no morning's look, no legal clock that reminds: its holder hears of it now."""
    case = await one.a_case()
    await one.scene.says("truc-a", "nhận 1")
    await one.does(sa.delete(CASE_CLOCK))
    for kind in ("follow_up", "promise", "clock"):
        await one.loses(kind)
    assert not await one.auditor.run()
    assert [timer.subject for timer in await one.timers("follow_up")] == [case]
    assert await one.scene.passes(seconds=1) == 1
    assert "anh/chị đang giữ, chưa kết thúc" in (await one.scene.last("truc-a")).text
    assert await one.auditor.run()


async def test_a_clock_that_reminds_nobody_is_wound(one: Audited) -> None:
    """Each at its own next hour; a clock of a closed case is owed no more."""
    await one.a_case()
    before = {timer.subject: timer.due_at for timer in await one.timers("clock")}
    await one.scene.passes(seconds=0)
    await one.loses("clock")
    assert not await one.auditor.run()
    after = {timer.subject: timer.due_at for timer in await one.timers("clock")}
    assert (after.keys(), min(after.values()) >= one.scene.clock[0]) == (before.keys(), True)
    await one.does(sa.update(INCIDENT).values(status="closed"))
    await one.loses("clock")
    assert not await one.auditor.run()
    assert {row.state for row in await one.scene.rows(CASE_CLOCK)} == {"void"}
    assert await one.auditor.run()


@pytest.mark.parametrize("draft", ["draft", "sent", "cancelled"])
async def test_a_report_whose_clock_was_lost_is_told_to_the_room(one: Audited, draft: str) -> None:
    """Also one that was sent and never called: whatever state its form is in, the case comes to life."""
    for said in ("báo cáo", "tạm an toàn", "bạo lực"):
        await one.scene.says("ctv", said)
    await one.does(sa.update(SUBMISSION).values(state=draft))
    await one.loses("idle")
    assert not await one.auditor.run()
    await one.scene.passes(seconds=1)
    assert [row.status for row in await one.scene.rows(INCIDENT)] == ["open"]
    assert await one.auditor.run()


async def test_the_roster_and_the_reconciliation_are_always_set(one: Audited) -> None:
    """One row each."""
    await one.loses("roster")
    await one.loses("reconcile")
    assert not await one.auditor.run()
    assert [len(await one.timers(kind)) for kind in ("roster", "reconcile")] == [1, 1]
    assert await one.told() == ["2 việc hằng ngày (lịch trực, đối soát, nhắc báo cáo) chưa được hẹn giờ: đã hẹn lại."]


async def test_what_is_long_due_and_does_not_happen_is_told(one: Audited) -> None:
    """Nothing can be mended: nobody fires it, or its turn fails each time. So the outside must hear of it."""
    await one.a_case()
    one.scene.clock[0] += timedelta(minutes=20)
    assert not await one.auditor.run()
    assert not await one.auditor.run()
    assert [len(await one.timers("ladder")), await one.told()] == [
        1, ["2 việc đến hạn đã quá 10 phút mà chưa chạy. Xin xem nhật ký của máy."],
    ]  # fmt: skip


# --- letters, files, messages -------------------------------------------------------------------------------------------


async def planned(one: Audited, *drafts: Draft, **columns: Any) -> list[str]:
    rows = await one.scene.db.run(lambda db: [draft.row(db, one.scene.engine.vault) | {"channel": "web"} | columns for draft in drafts])
    await one.does(sa.insert(LETTER).values(rows))
    return [draft.id for draft in drafts]


async def states(one: Audited, *ids: str) -> list[str]:
    return [row.state for row in await one.scene.rows(LETTER, LETTER.c.id.in_(ids))]


async def test_a_letter_that_hangs_is_released(one: Audited) -> None:
    """What was never marked goes again; what may have been sent goes by rule 4: urgent again, a reminder is let go."""
    ended = datetime.now(UTC) - HOUR
    leased = await planned(one, Draft(), state="leased", lease_until=ended)
    urgent = await planned(one, Draft(lane=Lane.URGENT), state="attempted", attempts=1, attempted_at=ended, lease_until=ended)
    slow = await planned(one, Draft(lane=Lane.REMINDER), state="attempted", attempts=1, attempted_at=ended, lease_until=None)
    assert not await one.auditor.run()
    assert await states(one, *leased, *urgent, *slow) == [LetterState.PLANNED, LetterState.PLANNED, LetterState.GIVEN_UP]
    assert sorted(row.letter for row in await one.scene.rows(LETTER_ATTEMPT)) == sorted([*urgent, *slow])
    assert await one.told() == ["3 tin bị kẹt giữa đường: đã gỡ."]
    assert await one.auditor.run()


async def test_a_letter_on_its_way_is_left_alone(one: Audited) -> None:
    """Its lease lives, or is over for so short a time that its sender will see to it; and one of a messenger that is off waits on purpose."""
    just = datetime.now(UTC) - timedelta(minutes=1)
    ids = await planned(one, Draft(), state="leased", lease_until=just)
    ids += await planned(one, Draft(), state="attempted", attempted_at=just, lease_until=just + HOUR)
    ids += await planned(one, Draft(), channel="off", state="leased", lease_until=just - AGES)
    assert await one.auditor.run()
    assert sorted(await states(one, *ids)) == ["attempted", "leased", "leased"]


async def test_a_letter_that_was_put_off_for_no_reason_leaves(one: Audited) -> None:
    """Not what is held on purpose until next month."""
    ahead = datetime.now(UTC) + AGES
    (absurd,) = await planned(one, Draft(), not_before=ahead)
    (held,) = await planned(one, Draft(), not_before=ahead, reason="held: quota")
    assert not await one.auditor.run()
    rows = {row.id: row.not_before for row in await one.scene.rows(LETTER, LETTER.c.id.in_((absurd, held)))}
    assert (rows[absurd] <= datetime.now(UTC), rows[held] == ahead) == (True, True)


async def test_whatever_was_given_up_says_why(one: Audited) -> None:
    """However long ago."""
    ids = await planned(one, Draft(id=old_id(AGES)), state="given_up")
    assert not await one.auditor.run()
    assert [row.reason for row in await one.scene.rows(LETTER, LETTER.c.id.in_(ids))] == ["no reason was kept"]
    assert await one.auditor.run()


@pytest.mark.parametrize("days", [-1, 9])
async def test_a_wanted_file_moves(one: Audited, days: int) -> None:
    """One that nobody has tried for long, and one that was put off for days."""
    at = datetime.now(UTC) + timedelta(days=days)
    row = {"id": new_id(), "submission": "s", "question": "photos", "conversation": "c", "channel": "web", "kind": "photo"}
    await one.does(sa.insert(ATTACHMENT).values(**row, state="wanted", attempts=3, next_try=at, lease_until=None, created_at=START))
    assert not await one.auditor.run()
    (file,) = await one.scene.rows(ATTACHMENT)
    assert (file.state, abs(file.next_try - datetime.now(UTC)) < HOUR) == ("wanted", True)
    assert await one.auditor.run()


async def test_a_stored_message_gets_its_turn(one: Audited) -> None:
    """By the ordinary way. What only the platform had, and has not given again within a day, is parked, and what was to be the turn of a
    timer that is no more; that of one that is still set never is."""
    timer = f"timer:{(await one.timers('reconcile'))[0].id}"
    rows = (("kept", b"sealed", HOUR), ("young", None, HOUR), ("lost", None, 2 * AGES), (timer, None, AGES), ("timer:gone", None, HOUR))
    for name, body, age in rows:
        row = {"id": new_id(), "channel": "web", "external_id": name, "body": body, "state": "failed"}
        await one.does(sa.insert(INBOX).values(**row, received_at=one.scene.clock[0] - age))
    assert not await one.auditor.run()
    found = {row.external_id: row.state for row in await one.scene.rows(INBOX) if row.external_id in {name for name, *_ in rows}}
    assert found == {"kept": "failed", "young": "failed", "lost": "parked", timer: "failed", "timer:gone": "parked"}
    assert one.resumed == [True]


# --- telling --------------------------------------------------------------------------------------------------------------


async def test_administrators_hear_of_one_kind_once_an_hour(one: Audited) -> None:
    """However often it is found, and by how many processes; the metric counts each time."""
    await one.a_case()
    for minutes in (0, 1, 58, 2):
        await one.scene.passes(minutes=minutes)
        await one.loses("ladder")
        await one.auditor.run()
    assert len(await one.told()) == 2
    assert 'baongay_audit_found_total{kind="ladder"} 4.0' in one.metrics.text().decode()


async def test_what_is_told_holds_no_word_of_a_case(one: Audited) -> None:
    """Counts to people, row ids to the log."""
    case = await one.a_case()
    await one.loses("ladder")
    with structlog.testing.capture_logs() as logs:
        await one.auditor.run()
    assert [line["ladder"] for line in logs if line["event"] == "audit_found"] == [{"count": 1, "mended": 1, "ids": [case]}]
    assert not any("VV-" in text or "Ngọc Lâm" in text for text in await one.told())


async def test_a_check_that_fails_stops_no_other_and_makes_no_clean_pass(one: Audited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a bug in one of them does."""

    def broken(work: Pass) -> Found:
        raise ValueError("a secret word")

    monkeypatch.setattr("bot.auditor.CHECKS", (broken, *CHECKS))
    with structlog.testing.capture_logs() as logs:
        assert not await one.auditor.run()
    assert [line for line in logs if line["event"] == "audit_check_failed"] == [
        {"event": "audit_check_failed", "check": "broken", "error": "ValueError", "log_level": "error"}
    ]
    await one.a_case()
    await one.loses("ladder")
    await one.auditor.run()
    assert len(await one.timers("ladder")) == 1


# --- how much it asks -------------------------------------------------------------------------------------------------------


def cases(number: int, status: str) -> list[dict[str, Any]]:
    columns = {
        "year": 2026,
        "submission": "s",
        "conversation": "c",
        "source": "collaborator",
        "severity": "nghiem_trong",
        "received_at": START,
    }
    columns |= {"danger": "", "kind": "", "type": "", "ward": "", "called": "", "contact": "", "status": status}
    flags = dict.fromkeys(("restricted", "misdial", "unfinished", "bundled"), False)
    return [columns | flags | {"id": f"{status}-{place}", "number": place + 1} for place in range(number)]


@pytest.mark.parametrize("number", [10, 5000])
async def test_a_pass_is_a_fixed_number_of_statements(one: Audited, number: int) -> None:
    """With ten rows and with five thousand, of history and of what is broken; what is mended at once is bounded too."""
    await one.does(sa.insert(INCIDENT).values(cases(5, "closed")))
    drafts = [Draft() for _ in range(20)]
    await planned(one, *drafts, state="delivered")
    with counted(one.scene.db) as clean:
        assert await one.auditor.run()
    broken = [{**case, "number": case["number"] + 10} for case in cases(number, "open")]
    for start in range(0, number, 500):
        await one.does(sa.insert(INCIDENT).values(broken[start : start + 500]))
    events = [{"id": new_id(), "incident": "open-1", "kind": "called_again", "at": START} for _ in range(min(number, 1000))]
    await one.does(sa.insert(INCIDENT_EVENT).values(events))
    with counted(one.scene.db) as unclean:
        assert not await one.auditor.run()
    assert len(await one.timers("ladder")) == min(number, MOST)
    assert (len(clean) <= 3 * len(CHECKS) + 5, len(unclean) - len(clean) <= 30) == (True, True), (len(clean), len(unclean))


# --- the outside ------------------------------------------------------------------------------------------------------------


async def test_only_a_clean_pass_is_heard_outside(db: Database, vault: Vault) -> None:
    """One that has found something, and one that could not look, are silent: the silence is the alarm."""
    async with listener() as (address, asked):
        one = await Audited.open(db, vault, address)
        await one.a_case()
        assert (await one.auditor.run(), asked) == (True, ["GET"])
        moved = one.auditor.last_clean
        await one.loses("ladder")
        assert (await one.auditor.run(), asked) == (False, ["GET"])
        assert (one.auditor.last_clean, one.auditor.status()["clean"]) == (moved, False)
        assert (await one.auditor.run(), asked) == (True, ["GET", "GET"])
    assert moved is not None
    stamp = [line for line in one.metrics.text().decode().splitlines() if line.startswith("baongay_audit_last_clean_timestamp_seconds")]
    assert float(stamp[0].split()[1]) >= moved.timestamp()


async def test_a_pass_without_a_database_is_not_clean(db: Database, vault: Vault) -> None:
    """It raises, as every job does, and nothing is heard outside."""
    async with listener() as (address, asked):
        one = await Audited.open(db, vault, address)
        one.scene.db.close()
        with pytest.raises(Exception, match="closed"):
            await one.auditor.run()
        assert (asked, one.auditor.status()["clean"]) == ([], False)


@pytest.mark.parametrize("status", [200, 404, None])
async def test_the_heartbeats_address_is_in_no_log(
    db: Database, vault: Vault, status: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it is answered, refused or not there at all; a heartbeat that fails makes no pass unclean."""
    caplog.set_level("DEBUG")
    async with listener(status or 200) as (address, _asked):
        one = await Audited.open(db, vault, address)
        if status is not None:
            with structlog.testing.capture_logs() as logs:
                assert await one.auditor.run()
    if status is None:  # nobody listens there any more
        with structlog.testing.capture_logs() as logs:
            assert await one.auditor.run()
    failed = [line["why"] for line in logs if line["event"] == "heartbeat_failed"]
    assert failed == ([] if status == 200 else ["404"] if status == 404 else ["ClientConnectorError"])
    assert "geheim" not in f"{logs} {caplog.text}"


async def test_a_document_that_nobody_draws_is_tried_again(one: Audited) -> None:
    """Its lease is long over, and the worker that held it is gone."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    row = {
        "id": new_id(),
        "kind": "progress",
        "data": {},
        "unit": "",
        "locale": "vi",
        "state": "wanted",
        "attempts": 1,
        "next_try": long_ago,
    }
    await one.does(sa.insert(DOCUMENT).values(**row, name="", lease_until=long_ago, created_at=START))
    assert not await one.auditor.run()
    (kept,) = await one.scene.rows(DOCUMENT)
    assert (kept.lease_until, kept.next_try > long_ago) == (None, True)
