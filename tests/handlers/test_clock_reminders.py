"""Reminders of legal clocks: when, to whom, one step up at a time, and nothing of what was reported."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clock_reminders import next_reminder, steps_reached
from handlers.workdays import is_working_day
from models.commands import RemindClock, SetTimer, TellPerson, TellReporter
from models.facts import Case, RunningClock
from models.talk import Kind, Lane
from tests.handlers.clock_driver import ZONE, clock, clocks, done, local, span
from tests.handlers.people_driver import CASE, COLLABORATOR, NOW, PLAN, TAKEN, Talk, render, shown

KINDS = ("telephone", "written", "emergency", "plan_of_support", "approval")
STATED = {"plan_of_support": local("2026-11-26 15:00")}


def one_of(kind: str, case: Case = CASE) -> RunningClock:
    return clock(kind, case, stated=STATED)


def fires(kind: str, case: Case = CASE, now: datetime = NOW, raised: int = 0, **more: Any) -> Talk:
    running = tuple(replace(one, raised=raised) for one in clocks(case, more.pop("answers", None), STATED, now))
    talk = Talk(now=now, more={"case": case, "clocks": running, **more})
    talk.hears(talk.incoming(Kind.TIMER, data={"timer": "clock", "subject": f"clock-{kind}"}))
    return talk


def reminder(talk: Talk) -> RemindClock:
    found = [command for command in talk.commands if isinstance(command, RemindClock)]
    assert len(found) == 1
    return found[0]


def life(one: RunningClock, days: int) -> list[tuple[datetime, int]]:
    """Every reminder of a clock that nobody states, from the receipt on: its moment and the steps reached by then."""
    now, found = NOW, []
    while (now := next_reminder(one, now, PLAN)) < NOW + timedelta(days=days):
        one = replace(one, raised=steps_reached(one, now, PLAN))
        found.append((now, one.raised))
        now += timedelta(seconds=1)
    return found


def minutes(found: list[tuple[datetime, int]], since: datetime = NOW) -> list[int]:
    return [(moment - since) // timedelta(minutes=1) for moment, _raised in found]


# --- when -------------------------------------------------------------------------------------------------------------


def test_the_telephone_report_is_asked_for_at_growing_distances() -> None:
    """15, 30, 60 minutes, then hourly, then up, then daily."""
    assert minutes(life(one_of("telephone"), 3)) == [15, 30, 60, 120, 180, 240, 480, 1440, 2880]


def test_the_twelve_hours_are_reminded_before_and_at_their_end() -> None:
    """Minutes before and after the end; it does not wait for the morning."""
    one = one_of("emergency")
    assert minutes(life(one, 3), one.due_at) == [-540, -360, -180, -60, -30, 0, 15, 30, 60, 240, 720, 2160]


def test_the_written_report_is_reminded_before_both_of_its_hours() -> None:
    """Four hours before 24 hours are over, then; four hours before the end of the day, then; then up."""
    found = [moment for moment, _raised in life(one_of("written"), 3)]
    assert found == [
        local("2026-11-24 06:32"), local("2026-11-24 10:32"), local("2026-11-24 20:00"), local("2026-11-25 00:00"), local("2026-11-25 08:00"),
        local("2026-11-25 16:00"), local("2026-11-26 08:00"),
    ]  # fmt: skip


@given(kind=st.sampled_from(KINDS), hours=st.integers(0, 24 * 40), raised=st.integers(0, 9))
def test_there_is_always_a_next_reminder(kind: str, hours: int, raised: int) -> None:
    """Never in the past, and after the first step never more than a week away: a long Tết is the longest silence of a working-day clock."""
    one = replace(one_of(kind), raised=min(raised, len(PLAN.clock(kind).overdue)))
    now = NOW + timedelta(hours=hours)
    due = next_reminder(one, now, PLAN)
    assert due >= now
    assert due - max(now, one.due_at) <= timedelta(days=8)


@given(minutes=st.integers(0, 5 * 365 * 1440), kind=st.sampled_from(["plan_of_support", "approval"]))
def test_working_day_clocks_remind_at_work(minutes: int, kind: str) -> None:
    """On working days, outside of quiet hours."""
    case = replace(CASE, received_at=local("2025-01-01 00:00") + timedelta(minutes=minutes))
    one = clock(kind, case, stated={"plan_of_support": case.received_at})
    due = next_reminder(one, case.received_at, PLAN).astimezone(ZONE)
    assert is_working_day(due.date(), PLAN)
    assert time(7) <= due.time() < time(21)


def test_after_an_outage_one_reminder_tells_the_steps_that_were_missed() -> None:
    """Not one letter a step."""
    talk = fires("emergency", TAKEN, now=NOW + timedelta(hours=12, minutes=40))
    assert (reminder(talk).to, reminder(talk).raised) == (("taker", "ward", "room", "leader"), 3)


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_it_goes_up_one_step_at_a_time() -> None:
    """Taker, ward, leader, the unit above; then all of them, daily."""
    due = one_of("written", TAKEN).due_at
    steps = [(0, 0), (480, 1), (960, 2), (1920, 3), (1920 + 1440, 4)]
    told = [reminder(fires("written", TAKEN, due + timedelta(minutes=after), raised)).to for after, raised in steps]
    assert told == [("taker",), ("ward",), ("leader",), ("above",), ("taker", "ward", "leader", "above")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"called": "no"}, True),
        ({"called": ""}, True),
        ({"called": "yes"}, False),
        ({"called": "no", "contact": ""}, False),
        ({"called": "no", "contact": "call_only"}, False),
        ({"called": "no", "contact": "no"}, False),
        ({"called": "no", "source": "child"}, False),
        ({"called": "no", "reporter": ""}, False),
        ({"called": "no", "restricted": True}, False),
    ],
)
def test_only_a_member_whose_phone_is_safe_is_asked(changed: dict[str, Any], expected: bool) -> None:
    """Content-free; nobody else, and never a child."""
    talk = fires("telephone", replace(CASE, **changed), NOW + timedelta(minutes=15))
    asked = [shown(command.say) for command in talk.commands if isinstance(command, TellReporter)]
    assert asked == (["Bạn có tin mới, nhắn XEM."] if expected else [])


def test_whoever_asks_how_it_stands_reads_what_is_wanted_of_them() -> None:
    """With the number to ring, and how to say that it was done."""
    talk = Talk(who=COLLABORATOR, more={"case": replace(CASE, called="no"), "clocks": clocks()})
    assert talk.says("xem")[0].splitlines()[-3:] == [
        "Việc này cần báo ngay cho Phòng bằng điện thoại.",
        "Trực ban Phòng: 02438724033",
        "Nếu anh/chị đã gọi, xin cho biết nói với ai, lúc nào: /xacnhan 42",
    ]
    silent = Talk(who=COLLABORATOR, more={"case": replace(CASE, called="no", contact="no"), "clocks": clocks()})
    assert "điện thoại" not in silent.says("xem")[0]


# --- what -------------------------------------------------------------------------------------------------------------


def test_a_reminder_is_code_duty_and_hour() -> None:
    """The law, what to type, and no word of the report."""
    talk = fires("emergency", TAKEN, NOW + timedelta(hours=9))
    assert shown(reminder(talk).say).splitlines() == [
        "VV-2026-0042 · ⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:32 23/11 (tính từ lúc tiếp nhận)",
        "   NĐ 56/2017/NĐ-CP Điều 26 khoản 3, Điều 31 khoản 2",
        "Làm xong, nhắn riêng cho tôi (biện pháp nào, ai quyết định, lúc nào): /xacnhan 42",
        "Xem chi tiết, gõ: /chitiet 42",
        "[Xem chi tiết] [Đã làm xong]",
    ]


def test_what_a_reporter_says_is_a_claim() -> None:
    """ "called: yes" in the report confirms nothing: the ward is asked to."""
    said = shown(reminder(fires("telephone", CASE, NOW + timedelta(minutes=15))).say)
    assert "chưa có xác nhận" in said
    assert "Người báo nói đã gọi điện. Xin anh/chị kiểm tra và xác nhận." in said


def test_a_reminder_of_an_event_says_the_receipt_too() -> None:
    """The ward may have heard of it only then."""
    talk = fires("written", TAKEN, NOW + timedelta(hours=4), answers={"when": span("2026-11-22 20:00")})
    assert "24 giờ kể từ lúc tiếp nhận: 10:32 24/11" in shown(reminder(talk).say)


def test_an_urgent_case_is_reminded_of_its_twelve_hours_first() -> None:
    """Urgent lane, with a sound at night; everything else is a reminder."""
    night = local("2026-11-23 22:00")
    assert [
        (reminder(fires(kind, TAKEN, night)).say.lane, reminder(fires(kind, TAKEN, night)).say.silent) for kind in ("emergency", "written")
    ] == [(Lane.URGENT, False), (Lane.REMINDER, False)]
    assert reminder(fires("written", replace(TAKEN, severity="nghiem_trong"), night)).say.silent


@pytest.mark.parametrize("case", [replace(TAKEN, status="closed"), replace(CASE, status="intake"), None])
def test_a_late_timer_finds_the_true_state(case: Case | None) -> None:
    """Nothing is said about a case that is over."""
    talk = Talk(more={"case": case, "clocks": clocks(TAKEN)})
    talk.hears(talk.incoming(Kind.TIMER, data={"timer": "clock", "subject": "clock-written"}))
    assert talk.commands == ()


def test_a_clock_that_was_stated_reminds_no_more() -> None:
    """Its timer may have fired in the same moment."""
    talk = Talk(now=NOW, more={"case": TAKEN, "clocks": tuple(done(one, NOW) for one in clocks(TAKEN))})
    talk.hears(talk.incoming(Kind.TIMER, data={"timer": "clock", "subject": "clock-written"}))
    assert talk.commands == ()


# --- the morning ------------------------------------------------------------------------------------------------------


def test_nobody_is_reminded_twice() -> None:
    """While a clock runs it reminds; the morning only goes on ticking, so that the case always has a timer."""
    running = Talk(more={"case": TAKEN, "clocks": clocks(TAKEN)})
    running.hears(running.incoming(Kind.TIMER, data={"timer": "follow_up", "subject": CASE.id}))
    assert running.commands == (SetTimer("follow_up", CASE.id, local("2026-11-24 08:00")),)


def test_when_all_is_done_the_taker_still_hears_of_a_case_that_is_theirs() -> None:
    """Every morning until it is closed."""
    quiet = Talk(more={"case": TAKEN, "clocks": tuple(done(one, NOW) for one in clocks(TAKEN))})
    quiet.hears(quiet.incoming(Kind.TIMER, data={"timer": "follow_up", "subject": CASE.id}))
    assert [type(command) for command in quiet.commands] == [TellPerson, SetTimer]
    assert quiet.told[0][1] == "📌 VV-2026-0042: anh/chị đang giữ, chưa kết thúc.\nXem chi tiết, gõ: /chitiet 42\n[Xem chi tiết]"
    assert render(PLAN.clock("telephone").name) == "Báo ngay bằng điện thoại"
