"""The ladder: when a case is called again, and when its taker is reminded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers import ladder
from models.commands import CallAgain, SetTimer, TellPerson
from models.facts import Case
from models.talk import Kind
from tests.handlers.people_driver import CASE, DUTY, NOW, PLAN, TAKEN, Talk


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PLAN.zone)


def fires(timer: str, case: Case | None, now: datetime = NOW, **data: int) -> Talk:
    talk = Talk(now=now, more={"case": case})
    talk.hears(talk.incoming(Kind.TIMER, data={"timer": timer, "subject": CASE.id, **data}))
    return talk


def test_an_urgent_case_is_called_without_end_at_a_growing_distance() -> None:
    """3, 5, 10, 20 minutes and on, at most an hour apart, for ever."""
    gaps, now = [], NOW
    for step in range(1, 12):
        due, silent = ladder.next_call(step, "khan_cap", now, PLAN)
        assert not silent
        gaps.append((due - now) // timedelta(minutes=1))
        now = due
    assert gaps[:4] == [3, 5, 10, 20]
    assert gaps == sorted(gaps)
    assert gaps[-1] == gaps[-2] == 60


def test_an_urgent_case_is_called_at_night() -> None:
    """Three in the morning is no reason to wait."""
    assert ladder.next_call(1, "khan_cap", local(3), PLAN) == (local(3, 3), False)
    assert not ladder.silent("khan_cap", local(3), PLAN)


@pytest.mark.parametrize("severity", ["nghiem_trong", "can_theo_doi"])
def test_the_others_are_called_again_from_seven(severity: str) -> None:
    """Between 21:00 and 7:00 they arrive without a sound, and nobody is called again."""
    assert ladder.silent(severity, local(21), PLAN)
    assert ladder.silent(severity, local(6, 59), PLAN)
    assert not ladder.silent(severity, local(7), PLAN)
    assert not ladder.silent(severity, local(20, 59), PLAN)
    assert ladder.next_call(1, severity, local(23), PLAN) == (local(7, day=24), False)
    assert ladder.next_call(1, severity, local(2), PLAN) == (local(7), False)


def test_a_severity_that_nobody_knows_is_treated_as_urgent() -> None:
    """A plan that lacks a word must not make a case silent."""
    assert ladder.next_call(1, "", local(3), PLAN) == (local(3, 3), False)


def test_the_next_call_is_always_later() -> None:
    """Whatever the hour and the step, time goes on (rule 6)."""
    for hours in range(48):
        for severity in ("khan_cap", "nghiem_trong", "can_theo_doi"):
            for step in (0, 1, 2, 50):
                now = NOW + timedelta(hours=hours, minutes=59)
                assert ladder.next_call(step, severity, now, PLAN)[0] > now


def test_an_open_case_is_called_again() -> None:
    """The timer says which step it is."""
    assert fires("ladder", CASE, step=2).commands == (CallAgain(CASE.id, 2),)


@pytest.mark.parametrize("case", [TAKEN, replace(TAKEN, status="closed"), None])
def test_a_case_that_somebody_has_is_not_called_again(case: Case | None) -> None:
    """A ladder that fires late finds the true state."""
    assert fires("ladder", case, step=2).commands == ()


def test_the_taker_is_reminded_before_the_written_report_is_due_and_then_every_morning() -> None:
    """Four hours before receipt + 24 h; afterwards at 8:00, day after day."""
    first = ladder.next_follow_up(TAKEN, NOW, PLAN)
    second = ladder.next_follow_up(TAKEN, first, PLAN)
    third = ladder.next_follow_up(TAKEN, second, PLAN)
    assert [first, second, third] == [local(6, 32, day=24), local(8, day=24), local(8, day=25)]


def test_a_taken_case_always_has_a_next_timer() -> None:
    """Each reminder sets the next one, and says nothing but the code and the hour."""
    talk = fires("follow_up", TAKEN)
    assert [type(command) for command in talk.commands] == [TellPerson, SetTimer]
    assert talk.told[0][0].person == DUTY.person  # type: ignore[union-attr]
    assert talk.told[0][1] == "📝 VV-2026-0042: hạn gửi văn bản là 10:32 24/11.\nXem chi tiết, gõ: /chitiet 42\n[Xem chi tiết]"
    assert talk.commands[1].due_at > NOW  # type: ignore[union-attr]


def test_an_overdue_report_is_asked_for_plainly() -> None:
    """After the deadline the reminder says so."""
    assert (
        fires("follow_up", TAKEN, now=NOW + timedelta(days=2)).told[0][1].startswith("📝 VV-2026-0042: văn bản đã quá hạn từ 10:32 24/11.")
    )


@pytest.mark.parametrize("status", ["open", "closed"])
def test_only_a_taken_case_is_followed_up(status: str) -> None:
    """A released case has its ladder again, a closed one needs nothing."""
    assert fires("follow_up", replace(TAKEN, status=status)).commands == ()


def test_morning_is_eight_in_the_plans_zone() -> None:
    """Timers are kept in UTC, people live in Hà Nội."""
    assert ladder.next_follow_up(TAKEN, NOW + timedelta(days=3), PLAN) == datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
