"""The ladder: when a case is called again, and when its taker is reminded."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import ladder
from models.commands import CallAgain, SetTimer, TellPerson
from models.facts import Case
from models.plan import Whom
from models.talk import Kind
from tests.handlers.people_driver import CASE, DUTY, NOW, PLAN, TAKEN, Talk


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PLAN.zone)


def fires(timer: str, case: Case | None, now: datetime = NOW, **data: int) -> Talk:
    talk = Talk(now=now, more={"case": case})
    talk.hears(talk.incoming(Kind.TIMER, data={"timer": timer, "subject": CASE.id, **data}))
    return talk


def calls(severity: str, start: datetime, count: int) -> list[tuple[datetime, bool]]:
    """The calls after the card at `start`: when, and whether without a sound."""
    found, now = [], start
    for step in range(1, count + 1):
        now, silent = ladder.next_call(step, severity, now, PLAN)
        found.append((now, silent))
    return found


def quiet(at: datetime) -> bool:
    """Between 21:00 and 7:00 in the plan's zone."""
    return not 7 <= at.astimezone(PLAN.zone).hour < 21


# --- for every severity, hour and moment of a year --------------------------------------------------------------------

YEAR = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(PLAN.zone))  # noqa: DTZ001  bounds have no zone here
LEVELS = st.sampled_from([*(level.id for level in PLAN.severity_rules.levels), "", "lost"])


@given(YEAR, LEVELS)
def test_the_sequence_never_stops_and_never_makes_two_steps_at_once(start: datetime, severity: str) -> None:
    """Each call is at least its distance behind the one before, and at most one night later (rule 6)."""
    steps, before = PLAN.ladder.of(severity), start
    for step, (at, _silent) in enumerate(calls(severity, start, 30), start=1):
        gap = timedelta(minutes=steps.gap(step))
        assert gap <= at - before <= gap + timedelta(hours=10)
        before = at


@given(YEAR, LEVELS)
def test_a_quiet_level_never_rings_at_night(start: datetime, severity: str) -> None:
    """A call that would fall between 21:00 and 7:00 really comes at 7:00; nothing is called at night but what rings there."""
    steps, before = PLAN.ladder.of(severity), start
    for step, (at, silent) in enumerate(calls(severity, start, 30), start=1):
        meant = before + timedelta(minutes=steps.gap(step))
        assert (silent, quiet(at)) == (False, steps.night and quiet(meant))
        assert at == meant or (quiet(meant) and at.astimezone(PLAN.zone).time() == time(7))
        before = at


@given(YEAR)
def test_the_distances_of_an_urgent_case_are_exactly_the_plans(start: datetime) -> None:
    """Night, holiday or Tết."""
    moments = [start, *(at for at, _silent in calls("khan_cap", start, 12))]
    gaps = [(later - now) // timedelta(minutes=1) for now, later in itertools.pairwise(moments)]
    assert gaps == [3, 5, 10, 20, 40, 60, 60, 60, 60, 60, 60, 60]


@given(YEAR, LEVELS, st.integers(0, 60))
def test_at_every_moment_every_step_calls_the_room(at: datetime, severity: str, step: int) -> None:
    """Whatever else it calls."""
    assert Whom.ROOM in ladder.whom(severity, step, at, PLAN)


# --- by example -------------------------------------------------------------------------------------------------------


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


def test_no_step_is_lost_over_a_night_before_a_holiday() -> None:
    """A serious case of 19:30: the second call the same evening, the third and fourth on the holiday's morning, whom by their own number."""
    found = [at for at, _silent in calls("nghiem_trong", local(19, 30), 4)]
    assert found == [local(20, 30), local(7, day=24), local(8, day=24), local(9, day=24)]
    assert [ladder.whom("nghiem_trong", step, at, PLAN)[-1] for step, at in enumerate(found, start=1)] == [
        Whom.ON_DUTY, Whom.DUTY_ALL, Whom.DUTY_ALL, Whom.LEADER,
    ]  # fmt: skip


def test_the_hour_is_that_of_the_call() -> None:
    """The first call of a khẩn cấp: by day the rooms, at night and on a day off whoever is on duty as well."""
    rooms = (Whom.ROOM, Whom.ALARM, Whom.WARD)
    assert ladder.whom("khan_cap", 0, local(10), PLAN) == ladder.whom("khan_cap", 0, local(18), PLAN) == rooms
    assert ladder.whom("khan_cap", 0, local(23), PLAN) == ladder.whom("khan_cap", 0, local(10, day=28), PLAN) == (*rooms, Whom.ON_DUTY)


def test_a_severity_that_nobody_knows_is_treated_as_urgent() -> None:
    """A plan that lacks a word must not make a case silent."""
    assert ladder.next_call(1, "", local(3), PLAN) == (local(3, 3), False)


def test_an_open_case_is_called_again() -> None:
    """The timer says which step it is."""
    assert fires("ladder", CASE, step=2).commands == (CallAgain(CASE.id, 2),)


@pytest.mark.parametrize("case", [TAKEN, replace(TAKEN, status="closed"), None])
def test_a_case_that_somebody_has_is_not_called_again(case: Case | None) -> None:
    """A ladder that fires late finds the true state."""
    assert fires("ladder", case, step=2).commands == ()


def test_the_taker_is_looked_after_every_morning() -> None:
    """At 8:00, day after day, until the case is closed."""
    first = ladder.next_follow_up(NOW, PLAN)
    assert [first, ladder.next_follow_up(first, PLAN)] == [local(8, day=24), local(8, day=25)]


def test_a_taken_case_always_has_a_next_timer() -> None:
    """Each reminder sets the next one, and says nothing but the code."""
    talk = fires("follow_up", TAKEN)
    assert [type(command) for command in talk.commands] == [TellPerson, SetTimer]
    assert talk.told[0][0].person == DUTY.person  # type: ignore[union-attr]
    assert talk.told[0][1] == "📌 VV-2026-0042: anh/chị đang giữ, chưa kết thúc.\nXem chi tiết, gõ: /chitiet 42\n[Xem chi tiết]"
    assert talk.commands[1].due_at > NOW  # type: ignore[union-attr]


@pytest.mark.parametrize("status", ["open", "closed"])
def test_only_a_taken_case_is_followed_up(status: str) -> None:
    """A released case has its ladder again, a closed one needs nothing."""
    assert fires("follow_up", replace(TAKEN, status=status)).commands == ()


def test_morning_is_eight_in_the_plans_zone() -> None:
    """Timers are kept in UTC, people live in Hà Nội."""
    assert ladder.next_follow_up(NOW + timedelta(days=3), PLAN) == datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
