"""When a report reminds and whom, for any due day from 2021 to 2035, whatever Tết and the weekends do."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.reminding import days_over, fits, morning, next_morning, next_reminder, told
from handlers.workdays import is_working_day
from tests.transcripts import plan

PLAN = plan()
LAST_DAYS = st.dates(date(2021, 1, 1), date(2035, 12, 31))
LOCKED_AFTER = st.integers(1, 120)  # days
DAY = timedelta(days=1)


def at(day: date, clock: time = time()) -> datetime:
    return datetime.combine(day, clock, PLAN.zone)


def reminders(last: date, locked_after: int) -> list[datetime]:
    """All of one report, from far before its day until it is locked."""
    locked, found, now = at(last + timedelta(days=1 + locked_after)), list[datetime](), at(last - timedelta(days=120))
    while (moment := next_reminder(last, locked, now, PLAN)) is not None:
        found.append(moment)
        now = moment
    return found


@given(LAST_DAYS, LOCKED_AFTER)
def test_a_reminder_is_on_a_working_morning_before_it_is_locked(last: date, locked_after: int) -> None:
    """Never at the weekend, at Tết or in the night, never of what cannot be handed in any more, and always further on."""
    found = reminders(last, locked_after)
    assert all(is_working_day(moment.date(), PLAN) and moment.time() == PLAN.reminding.at for moment in found)
    assert found == sorted(set(found))
    assert all(moment < at(last + timedelta(days=1 + locked_after)) for moment in found)


@given(LAST_DAYS)
def test_before_the_day_there_is_one_for_each_distance(last: date) -> None:
    """At that distance, or on the nearest working day before it; two that fall together are one."""
    before = {moment.date() for moment in reminders(last, 60) if moment.date() <= last}
    assert before == {_worked_on(last - timedelta(days=distance)) for distance in PLAN.reminding.before}


def _worked_on(day: date) -> date:
    while not is_working_day(day, PLAN):
        day -= DAY
    return day


@given(LAST_DAYS, LOCKED_AFTER)
def test_after_the_day_there_is_one_each_working_day(last: date, locked_after: int) -> None:
    """Until it is locked; none is left out."""
    after = [moment.date() for moment in reminders(last, locked_after) if moment.date() > last]
    days = (last + timedelta(days=later) for later in range(1, locked_after + 1))
    assert after == [day for day in days if is_working_day(day, PLAN)]


@given(LAST_DAYS, st.integers(-40, 60), st.times())
def test_whatever_was_missed_the_next_one_lies_ahead(last: date, later: int, clock: time) -> None:
    """An outage of days is followed by one reminder, not by five."""
    now = at(last + timedelta(days=later), clock)
    found = next_reminder(last, at(last + timedelta(days=400)), now, PLAN)
    assert found is not None
    assert found > now
    missed = [moment for moment in reminders(last, 399) if now < moment < found]
    assert missed == []


@given(LAST_DAYS, st.integers(-30, 60))
def test_it_goes_up_and_never_down(last: date, later: int) -> None:
    """Whoever owes it is always told; the leader and the division from their working day on, and then for good."""
    today, tomorrow = last + timedelta(days=later), last + timedelta(days=later + 1)
    now, then = told(last, today, PLAN), told(last, tomorrow, PLAN)
    over = sum(is_working_day(last + timedelta(days=day), PLAN) for day in range(1, later + 1))
    assert now == {"unit"} | ({"leader"} if over >= 2 else set()) | ({"division"} if over >= 3 else set())
    assert now <= then
    assert days_over(last, today, PLAN) == over


@given(LAST_DAYS, st.times())
def test_the_next_morning_is_the_first_that_is_worked_on(day: date, clock: time) -> None:
    """Strictly ahead, and people may be reminded then."""
    now = at(day, clock)
    found = next_morning(now, PLAN)
    between = (now.date() + timedelta(days=days) for days in range((found.date() - now.date()).days + 1))
    assert [day for day in between if is_working_day(day, PLAN) and morning(day, PLAN) > now] == [found.date()]
    assert fits(found, PLAN)


def test_nobody_is_reminded_in_the_night_or_on_a_day_off() -> None:
    """Tết 2022 is from 31 January to 4 February."""
    hours = (
        at(date(2022, 1, 28), time(8)),
        at(date(2022, 1, 28), time(7, 59)),
        at(date(2022, 1, 28), time(22)),
        at(date(2022, 2, 2), time(9)),
    )
    assert [fits(hour, PLAN) for hour in hours] == [True, False, False, False]
