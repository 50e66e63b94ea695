"""Who is on duty: the pattern, what differs from it, midnight, gaps, and the arithmetic of a week."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.roster import WEEK, Hours, duty_at, ends, gaps, midnight, stretches, turns, who, without
from models.facts import Instead, Roster, Weekly
from tests.handlers.people_driver import PLAN

MADE = datetime(2026, 1, 1, tzinfo=UTC)
PERSONS = ("a", "b", "c")
YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def hanoi(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment of 2026 by the plan's clock. 23/11 is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=PLAN.zone)


def weekly(person: str, days: str, start: str, until: str) -> tuple[Weekly, ...]:
    return tuple(Weekly(f"{person}{day}{start}", person, int(day), start, until) for day in days)


def instead(person: str, start: datetime, until: datetime, order: int = 1, instead_of: str = "") -> Instead:
    return Instead(f"o{order}", person, start, until, MADE + timedelta(hours=order), instead_of=instead_of)


OFFICE = weekly("a", "01234", "07:30", "17:00")
NIGHTS = weekly("b", "01234", "17:00", "07:30")
clocks = st.builds(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}", st.integers(0, 95))
rows = st.lists(
    st.builds(
        Weekly, st.uuids().map(lambda one: one.hex), st.sampled_from(PERSONS), st.integers(0, 6), clocks, clocks
    ), max_size=8,
)  # fmt: skip
hours_of_year = st.integers(0, 365 * 24).map(lambda hour: YEAR + timedelta(hours=hour))
spans = st.builds(
    lambda number, person, start, length, made, instead_of: Instead(
        f"{number}", person, start, start + timedelta(hours=length), MADE + timedelta(hours=made), instead_of=instead_of
    ),
    st.integers(0, 10**6), st.sampled_from(("", *PERSONS)), hours_of_year, st.integers(1, 24 * 20), st.integers(0, 10**6),
    st.sampled_from(("", "", *PERSONS)),
)  # fmt: skip
overrides = st.lists(spans, max_size=8, unique_by=(lambda one: one.id, lambda one: one.created_at))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (hanoi(23, 7, 29), ()),  # nobody's Sunday night
        (hanoi(23, 7, 30), ("a",)),
        (hanoi(23, 16, 59), ("a",)),
        (hanoi(23, 17, 0), ("b",)),
        (hanoi(23, 23, 59), ("b",)),
        (hanoi(24, 0, 0), ("b",)),
        (hanoi(24, 7, 29), ("b",)),
        (hanoi(28, 3, 0), ("b",)),  # Saturday belongs to Friday's night
        (hanoi(28, 7, 30), ()),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(at: datetime, expected: tuple[str, ...]) -> None:
    """From 17:00 to 7:30 crosses midnight; ends are exclusive."""
    assert who(OFFICE + NIGHTS, (), at, PLAN) == expected


@given(rows, overrides, hours_of_year, st.randoms())
def test_there_is_one_answer(patterns: list[Weekly], changes: list[Instead], at: datetime, random: object) -> None:
    """However the rows are ordered, the answer is the same."""
    mixed, other = list(patterns), list(changes)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    random.shuffle(other)  # type: ignore[attr-defined]
    assert who(mixed, other, at, PLAN) == who(patterns, changes, at, PLAN)


@given(rows, overrides, hours_of_year)
def test_the_newest_override_wins(patterns: list[Weekly], changes: list[Instead], at: datetime) -> None:
    """Of those that speak of everybody; an older one, and the pattern, do not matter any more."""
    newest = instead("new", at - timedelta(hours=1), at + timedelta(hours=1), order=10**7)
    assert who(patterns, [*changes, newest], at, PLAN) == ("new",)
    assert duty_at(patterns, [*changes, replace(newest, person="")], at, PLAN) == ((), True)


@given(rows, overrides, hours_of_year)
def test_standing_in_changes_one_person_alone(patterns: list[Weekly], changes: list[Instead], at: datetime) -> None:
    """Whoever else was on duty stays."""
    before = set(who(patterns, changes, at, PLAN))
    newest = instead("new", at, at + timedelta(hours=1), order=10**7, instead_of="a")
    assert set(who(patterns, [*changes, newest], at, PLAN)) == (before - {"a"}) | {"new"}


@given(rows, overrides, hours_of_year, st.integers(1, 24 * 30))
def test_stretches_say_what_who_says(patterns: list[Weekly], changes: list[Instead], start: datetime, length: int) -> None:
    """They fill the time without a hole, neighbours differ, and each holds from its first to its last minute."""
    roster, until = Roster(tuple(patterns), tuple(changes)), start + timedelta(hours=length)
    found = stretches(roster, start, until, PLAN)
    assert [found[0].start, *(one.until for one in found)] == [*(one.start for one in found), until]
    assert all(one.duty != other.duty for one, other in itertools.pairwise(found))
    for one in found:
        for at in (one.start, one.start + (one.until - one.start) / 2, one.until - timedelta(seconds=1)):
            assert duty_at(patterns, changes, at, PLAN) == one.duty


def test_a_year_of_a_week_has_no_gap() -> None:
    """Office hours, nights and weekends together are all the time there is."""
    patterns = OFFICE + NIGHTS + weekly("c", "5", "07:30", "07:30") + weekly("c", "6", "07:30", "07:30")
    found = gaps(Roster(patterns), hanoi(1, 0, month=1), hanoi(31, 0, month=12), PLAN)
    assert found == ()


def test_gaps_are_times_that_nobody_has_decided_on() -> None:
    """Nobody on purpose is no gap; the rest of the weekend is one."""
    roster = Roster(OFFICE + NIGHTS, (instead("", hanoi(28, 0), hanoi(29, 0)),))
    found = gaps(roster, hanoi(27, 12), hanoi(30, 12), PLAN)
    assert [(one.start, one.until) for one in found] == [(hanoi(29, 0), hanoi(30, 7, 30))]


def test_a_turn_ends_when_the_person_leaves() -> None:
    """Not when a row ends that another row of theirs continues; none that goes on for more than eight days."""
    roster = Roster(OFFICE + weekly("a", "0", "17:00", "19:00") + weekly("c", "0123456", "00:00", "00:00"))
    assert ends(roster, "a", hanoi(23, 8), PLAN) == hanoi(23, 19)
    assert ends(roster, "c", hanoi(23, 8), PLAN) is None
    assert ends(roster, "b", hanoi(23, 8), PLAN) == hanoi(23, 8)


def test_turns_of_one_person() -> None:
    """Each is whole, however many stretches it has."""
    roster = Roster(OFFICE + NIGHTS, (instead("b", hanoi(23, 20), hanoi(24, 9), instead_of="a"),))
    assert turns(roster, "b", hanoi(23, 12), hanoi(25, 0), PLAN) == ((hanoi(23, 17), hanoi(24, 9)), (hanoi(24, 17), hanoi(25, 0)))


@settings(max_examples=25, deadline=None)  # every quarter of an hour of a week is asked about
@given(st.lists(st.tuples(st.integers(0, 6), clocks, clocks), min_size=1, max_size=3), rows)
def test_new_hours_take_only_what_is_theirs(given_hours: list[tuple[int, str, str]], patterns: list[Weekly]) -> None:
    """At every quarter of an hour of the week: in the new hours nobody of before, outside everybody of before."""
    hours = [Hours(*one) for one in given_hours]
    left = [
        replace(row, weekday=one.weekday, start=one.start, until=one.until)
        for row in patterns
        for one in (without(row, hours) if without(row, hours) is not None else [Hours(row.weekday, row.start, row.until)]) or ()
    ]
    taken = [(start + shift, until + shift) for start, until in (one.minutes for one in hours) for shift in (-WEEK, 0, WEEK)]
    monday = midnight(date(2026, 11, 23), PLAN)
    for minute in range(0, WEEK, 15):
        at = monday + timedelta(minutes=minute)
        inside = any(start <= minute < until for start, until in taken)
        assert who(left, (), at, PLAN) == (() if inside else who(patterns, (), at, PLAN))
