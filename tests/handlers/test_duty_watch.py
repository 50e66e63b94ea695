"""The roster's timer, pure: whatever the process slept through, nothing is told twice and nothing that still matters is missed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import duty_watch
from handlers.roster import Stretch, duty_at, gaps
from models.commands import SetTimer, TellPerson, TellRole
from models.facts import Instead, Roster, Weekly
from models.talk import Frame, Incoming, Json, Kind
from tests.handlers.people_driver import PLAN, Talk, shown
from tests.handlers.test_duty import OFFICERS
from tests.handlers.test_roster import clocks

FIRST = datetime(2027, 1, 4, 2, tzinfo=UTC)  # a month before Tết
EMPTY = "Lịch trực còn trống"
UNTIL = FIRST + timedelta(days=40)
people = st.sampled_from([one.person for one in OFFICERS])
rows = st.lists(st.builds(Weekly, st.uuids().map(lambda one: one.hex), people, st.integers(0, 6), clocks, clocks), max_size=6)
spans = st.lists(
    st.builds(
        lambda person, hour, length, made: Instead(
            f"o{made}", person, FIRST + timedelta(hours=hour), FIRST + timedelta(hours=hour + length), FIRST - timedelta(minutes=made)
        ),
        st.one_of(st.just(""), people), st.integers(0, 900), st.integers(1, 200), st.integers(0, 10**6),
    ),
    max_size=4, unique_by=lambda one: one.id,
)  # fmt: skip


def looks(roster: Roster, sleeps: dict[int, int]) -> list[tuple[datetime, str, str]]:
    """Every look until UNTIL and what it told: (when, to whom, text). After look number n the process sleeps for so many hours."""
    told: list[tuple[datetime, str, str]] = []
    now, data, number = FIRST, dict[str, Json](), 0
    while now < UNTIL:
        talk = Talk(now=now, more={"roster": roster})
        incoming = Incoming("internal", f"{number}", "", "", Kind.TIMER, now, data=data)
        turn = duty_watch.look(Frame(), incoming, talk.facts)
        for command in turn.commands:
            if isinstance(command, TellPerson):
                told.append((now, command.person, shown(command.say)))
            elif isinstance(command, TellRole):
                told.append((now, command.role, shown(command.say)))
        timer = turn.commands[-1]
        assert isinstance(timer, SetTimer)
        assert timer.due_at > now
        assert timer.due_at <= now + timedelta(days=1)
        now, data = max(timer.due_at, now + timedelta(hours=sleeps.get(number, 0))).astimezone(UTC), dict(timer.data)
        number += 1
    return told


@settings(max_examples=25, deadline=None)
@given(rows, spans, st.dictionaries(st.integers(0, 60), st.integers(1, 24 * 9), max_size=4))
def test_nothing_is_told_twice(patterns: list[Weekly], overrides: list[Instead], sleeps: dict[int, int]) -> None:
    """Whenever the process was away: each text goes to its reader once, a morning's word of an empty roster apart."""
    roster = Roster(tuple(patterns), tuple(overrides), OFFICERS)
    found = gaps(roster, FIRST, UNTIL, PLAN)
    told = Counter((to, text, _gap_of(at, text, found)) for at, to, text in looks(roster, sleeps) if not text.startswith(EMPTY))
    assert [key for key, count in told.items() if count > 1] == []


def _gap_of(at: datetime, text: str, found: tuple[Stretch, ...]) -> datetime | None:
    """Which gap an alarm is about: two without an end in sight read the same."""
    alarm = "KHÔNG CÓ AI TRỰC" in text
    return next(one.start for one in found if one.start <= at < one.until) if alarm else None


@settings(max_examples=25, deadline=None)
@given(rows.filter(bool), spans)  # a roster without anything left is the morning's concern
def test_every_gap_is_told_when_it_begins(patterns: list[Weekly], overrides: list[Instead]) -> None:
    """Of a process that is awake: one alarm a gap, at its first moment; whoever begins is told at theirs."""
    roster = Roster(tuple(patterns), tuple(overrides), OFFICERS)
    told = looks(roster, {})
    alarms = [at for at, _, text in told if "KHÔNG CÓ AI TRỰC" in text]
    found = [one.start for one in gaps(roster, FIRST, UNTIL, PLAN)]
    assert alarms == found
    begun = [(at, to) for at, to, text in told if text.startswith("🟢")]
    moments = sorted({at for at, _ in begun})
    for before, at in pairwise([FIRST - timedelta(seconds=1), *moments]):
        here = {to for when, to in begun if when == at}
        assert here <= set(duty_at(patterns, overrides, at, PLAN).persons)
        assert before < at


def test_a_gap_that_was_told_is_not_told_again_by_a_change() -> None:
    """Somebody edits another day while nobody is on duty."""
    roster = Roster((Weekly("w", OFFICERS[0].person, 6, "00:00", "00:00"),), (), OFFICERS)
    facts = replace(Talk(now=FIRST).facts, roster=roster)
    seen: dict[str, Json] = {}
    alarms = 0
    for minute in range(3):
        incoming = Incoming("internal", f"{minute}", "", "", Kind.TIMER, FIRST, data=seen)
        turn = duty_watch.look(Frame(), incoming, replace(facts, now=FIRST + timedelta(minutes=minute)))
        alarms += sum(isinstance(command, TellRole) for command in turn.commands)
        timer = turn.commands[-1]
        assert isinstance(timer, SetTimer)
        seen = dict(timer.data)
    assert alarms == 1
