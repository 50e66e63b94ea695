"""Working days from 2021 to 2035: Tết, swapped days, worked Saturdays, and what is corrected by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.workdays import add_working_days, hour_of, is_working_day
from models.plan import DayCorrection, Label, Plan, Status
from tests.handlers.people_driver import PLAN

DAYS = st.dates(date(2021, 1, 1), date(2035, 12, 31))
TET = {
    2021: date(2021, 2, 12), 2022: date(2022, 2, 1), 2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29),
    2026: date(2026, 2, 17), 2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 2),
    2031: date(2031, 1, 23), 2032: date(2032, 2, 11), 2033: date(2033, 1, 31), 2034: date(2034, 2, 19), 2035: date(2035, 2, 8),
}  # fmt: skip
"""The first day of the lunar year."""


def corrected(*, off: tuple[date, ...] = (), worked: tuple[date, ...] = ()) -> Plan:
    """The plan with an office's own corrections."""

    def named(day: date) -> DayCorrection:
        return DayCorrection(date=day, name=Label("Đổi ngày", "Swapped"), status=Status.DESIGN)

    calendar = PLAN.calendar.model_copy(update={"days_off": tuple(map(named, off)), "make_up_days": tuple(map(named, worked))})
    return PLAN.model_copy(update={"calendar": calendar})


def free(year: int) -> list[str]:
    """The weekdays of a year on which nobody works, as "MM-DD"."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [f"{day:%m-%d}" for day in days if day.year == year and day.weekday() < 5 and not is_working_day(day, PLAN)]


@pytest.mark.parametrize("year", TET)
def test_nobody_works_over_tet(year: int) -> None:
    """The eve, the first day and the three after it are free in every year, and work goes on within ten days."""
    assert [is_working_day(TET[year] + timedelta(days=shift), PLAN) for shift in range(-1, 4)] == [False] * 5
    before, after = TET[year] - timedelta(days=5), add_working_days(TET[year], 1, PLAN)
    assert timedelta(days=4) <= after - TET[year] <= timedelta(days=7)
    assert add_working_days(before, 30, PLAN) > after


def test_the_free_days_of_2021() -> None:
    """As they were: Tết from 10 to 16 February, the substitute for 1 May, two days for Quốc khánh."""
    assert free(2021) == ["01-01", "02-10", "02-11", "02-12", "02-15", "02-16", "04-21", "04-30", "05-03", "09-02", "09-03"]


@pytest.mark.parametrize("year", TET)
def test_the_fixed_holidays_are_free_and_no_year_is_unknown(year: int) -> None:
    """New Year, 30/4, 1/5 and 2/9; of five days in 52 weeks eleven holidays are missing, give or take those on weekends and their substitutes."""
    fixed = [(1, 1), (4, 30), (5, 1), (9, 2)]
    assert [day for day in fixed if is_working_day(date(year, *day), PLAN)] == []
    assert 8 <= len(free(year)) <= 16


def test_a_case_on_the_last_evening_before_tet() -> None:
    """9 February 2021: two working days later is 18 February, with nine days between."""
    assert is_working_day(date(2021, 2, 9), PLAN)
    assert add_working_days(date(2021, 2, 9), 1, PLAN) == date(2021, 2, 17)
    assert add_working_days(date(2021, 2, 9), 2, PLAN) == date(2021, 2, 18)


@pytest.mark.parametrize(("off", "worked"), [(date(2025, 5, 2), date(2025, 4, 26)), (date(2026, 8, 31), date(2026, 8, 22))])
def test_a_swap_that_the_package_knows_counts_on_both_sides(off: date, worked: date) -> None:
    """The weekday is free, the Saturday is worked."""
    assert (off.weekday() < 5, is_working_day(off, PLAN)) == (True, False)
    assert (worked.weekday(), is_working_day(worked, PLAN)) == (5, True)


def test_a_holiday_on_a_weekend_brings_another_free_day() -> None:
    """1 May 2022 was a Sunday, 30 April a Saturday: Monday and Tuesday were free."""
    assert [is_working_day(date(2022, 5, day), PLAN) for day in (2, 3, 4)] == [False, False, True]


def test_corrections_by_hand_have_the_last_word() -> None:
    """A Saturday worked instead, a day off that the package does not know, and a holiday of its that is worked after all."""
    saturday, monday, culture = date(2027, 1, 30), date(2027, 2, 1), date(2026, 11, 24)
    plan = corrected(off=(monday,), worked=(saturday, culture))
    assert [is_working_day(day, PLAN) for day in (saturday, monday, culture)] == [False, True, False]
    assert [is_working_day(day, plan) for day in (saturday, monday, culture)] == [True, False, True]
    assert add_working_days(date(2027, 1, 29), 2, plan) == date(2027, 2, 2)


@given(DAYS)
def test_the_answer_is_always_yes_or_no(day: date) -> None:
    """No day from 2021 to 2035 is an error, and a Sunday is never worked by itself."""
    assert is_working_day(day, PLAN) in {True, False}
    assert day.weekday() != 6 or not is_working_day(day, PLAN)


@pytest.mark.parametrize("year", [1800, 2200, 3000])
def test_a_year_that_the_package_does_not_know_is_no_error(year: int) -> None:
    """Somebody types a birthday or a year with a digit too many: the week still counts."""
    week = [date(year, 6, 1) + timedelta(days=number) for number in range(7)]
    assert [is_working_day(day, PLAN) for day in week] == [day.weekday() < 5 for day in week]


@given(DAYS, st.integers(0, 40))
def test_exactly_the_days_without_work_are_skipped(day: date, count: int) -> None:
    """Between a day and the count-th working day after it lie that many working days, and the last is one."""
    found = add_working_days(day, count, PLAN)
    between = [day + timedelta(days=number) for number in range(1, (found - day).days + 1)]
    assert sum(is_working_day(one, PLAN) for one in between) == count
    assert count == 0 or is_working_day(found, PLAN)


@given(DAYS, st.integers(0, 400), st.integers(0, 20), st.integers(0, 5))
def test_later_or_more_never_ends_earlier(day: date, later: int, count: int, more: int) -> None:
    """Monotone in the day and in the count."""
    assert add_working_days(day + timedelta(days=later), count, PLAN) >= add_working_days(day, count, PLAN)
    assert add_working_days(day, count + more, PLAN) >= add_working_days(day, count, PLAN)


def test_days_are_counted_forward_only() -> None:
    """Whoever asks for a day in the past has made a mistake."""
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2026, 1, 1), -1, PLAN)


def test_a_calendar_without_working_days_is_told_instead_of_searched_for_ever() -> None:
    """Two months of days off are a calendar that has none."""
    plan = corrected(off=tuple(date(2026, 6, 1) + timedelta(days=number) for number in range(61)))
    with pytest.raises(ValueError, match="no working days"):
        add_working_days(date(2026, 6, 1), 1, plan)


@pytest.mark.parametrize(
    ("at", "hour"),
    [
        ((2026, 11, 23, 7, 29), "night"),
        ((2026, 11, 23, 7, 30), "office"),
        ((2026, 11, 23, 16, 59), "office"),
        ((2026, 11, 23, 17, 0), "evening"),
        ((2026, 11, 23, 21, 0), "night"),
        ((2026, 11, 24, 3, 0), "holiday"),  # Ngày Văn hóa Việt Nam, as the package has it
        ((2026, 11, 28, 10, 0), "holiday"),  # a Saturday
        ((2026, 8, 22, 10, 0), "office"),  # a Saturday that is worked
        ((2026, 2, 17, 10, 0), "holiday"),  # Tết
    ],
)
def test_every_moment_has_an_hour(at: tuple[int, int, int, int, int], hour: str) -> None:
    """By the plan's clock and calendar, whatever the time zone of the moment."""
    moment = datetime(*at, tzinfo=PLAN.zone)
    assert (hour_of(moment, PLAN), hour_of(moment.astimezone(UTC), PLAN)) == (hour, hour)
