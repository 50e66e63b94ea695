"""The pace: never faster than the platform's figures, and urgent letters find room."""

import math
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Pace
from bot.pacing import Pacer
from models.talk import Lane

TELEGRAM = Pace(per_second=25, per_chat_second=1, per_group_minute=18, reserve=0.2)
PACES = st.builds(
    Pace,
    per_second=st.sampled_from([1, 3, 25, 30, 200]),
    per_chat_second=st.sampled_from([0.5, 1, 5, 50]),
    per_group_minute=st.sampled_from([6, 18, 20, 1200]),
    reserve=st.sampled_from([0.0, 0.2, 0.5, 0.9]),
)
STEPS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.01, 0.04, 0.3, 1.0, 20.0]), st.sampled_from(["a", "b", "g", "h"]), st.sampled_from(list(Lane))),
    max_size=150,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def most_within(times: list[float], seconds: float) -> int:
    """The most of them within any span of that length (its end not counted)."""
    return max((sum(start <= at < start + seconds - 1e-6 for at in times) for start in times), default=0)


@given(PACES, STEPS)
def test_no_window_ever_holds_more_than_the_budget(pace: Pace, steps: list[tuple[float, str, Lane]]) -> None:
    """Whoever sends whenever the pace allows stays within every figure, over any second and any minute; to one chat one urgent letter more."""
    clock = Clock()
    pacer = Pacer(pace, clock)
    sent: defaultdict[str, list[float]] = defaultdict(list)
    others: defaultdict[str, list[float]] = defaultdict(list)
    for pause, chat, lane in steps:
        clock.now += pause
        while pacer.allows(chat, chat in "gh", lane) and len(sent[chat]) < 500:
            pacer.spend(chat, chat in "gh")
            sent[chat].append(clock.now)
            if lane is not Lane.URGENT:
                others[chat].append(clock.now)
    extra = 1 if pace.reserve > 0 and pace.per_chat_second < 4 else 0
    assert most_within([at for times in sent.values() for at in times], 1) <= math.ceil(pace.per_second)
    assert all(most_within(times, 1) <= math.ceil(pace.per_chat_second) for times in others.values())
    assert all(most_within(times, 1) <= math.ceil(pace.per_chat_second) + extra for times in sent.values())
    assert all(most_within(times, 20) <= math.ceil(20 * pace.per_chat_second) + extra for times in sent.values())
    assert all(most_within(sent[group], 60) <= math.ceil(pace.per_group_minute) for group in "gh")


@given(STEPS, st.sampled_from([0.5, 1, 3, 5, 50]), st.sampled_from([0.1, 0.2, 0.5]))
def test_an_urgent_letter_never_waits_behind_others(steps: list[tuple[float, str, Lane]], per_chat: float, reserve: float) -> None:
    """However greedily the others send, the next urgent letter may leave at once, to any chat and group."""
    clock = Clock()
    pacer = Pacer(Pace(per_second=25, per_chat_second=per_chat, per_group_minute=18, reserve=reserve), clock)
    for pause, chat, lane in steps:
        clock.now += pause
        while lane is not Lane.URGENT and pacer.allows(chat, chat in "gh", lane):
            pacer.spend(chat, chat in "gh")
        assert [pacer.wait_seconds(any_chat, any_chat in "gh", Lane.URGENT) for any_chat in "abgh"] == [0.0] * 4


def test_the_place_on_top_is_paid_back() -> None:
    """A chat that takes one a second gets one urgent letter at once after any other; the second urgent one waits, and the others wait for
    both: in the long run one a second."""
    clock = Clock()
    pacer = Pacer(TELEGRAM, clock)
    waits = []
    for lane in (Lane.DIALOGUE, Lane.URGENT, Lane.URGENT, Lane.DIALOGUE, Lane.DIALOGUE):
        waits.append(round(pacer.wait_seconds("a", False, lane)))
        clock.now += pacer.wait_seconds("a", False, lane)
        pacer.spend("a", False)
    assert waits == [0, 0, 1, 2, 1]


def test_without_a_reserve_there_is_no_place_on_top() -> None:
    """Who reserves nothing for urgent letters keeps to the figure itself."""
    pacer = Pacer(Pace(per_second=25, per_chat_second=1, per_group_minute=18, reserve=0), Clock())
    pacer.spend("a", False)
    assert 1 <= pacer.wait_seconds("a", False, Lane.URGENT) < 1.01


@given(PACES, STEPS)
def test_waiting_as_long_as_told_is_enough(pace: Pace, steps: list[tuple[float, str, Lane]]) -> None:
    """After `wait_seconds` a letter may leave."""
    clock = Clock()
    pacer = Pacer(pace, clock)
    for _pause, chat, lane in steps:
        clock.now += pacer.wait_seconds(chat, chat in "gh", lane)
        assert pacer.allows(chat, chat in "gh", lane)
        pacer.spend(chat, chat in "gh")


@pytest.mark.parametrize("lane", list(Lane))
def test_a_hold_is_for_everybody_and_exact(lane: Lane) -> None:
    """A held chat gets nothing until its time is over, and everything then; a shorter hold does not end a longer one."""
    clock = Clock()
    pacer = Pacer(TELEGRAM, clock)
    pacer.hold("a", 7)
    pacer.hold("a", 2)
    assert 7 <= pacer.wait_seconds("a", False, lane) < 7.01
    assert (pacer.allows("b", False, lane), pacer.room(lane), set(pacer.closed(lane))) == (True, 3 if lane is Lane.URGENT else 2, {"a"})
    clock.now += 7
    assert (pacer.allows("a", False, lane), pacer.closed(lane)) == (True, {})


def test_a_held_channel_sends_nothing() -> None:
    """A hold of the whole channel closes every chat and leaves no room."""
    clock = Clock()
    pacer = Pacer(TELEGRAM, clock)
    pacer.hold(None, 5)
    assert (pacer.room(Lane.URGENT), pacer.allows("a", False, Lane.URGENT)) == (0, False)
    clock.now += 5
    assert (pacer.room(Lane.URGENT), pacer.allows("a", False, Lane.URGENT)) == (3, True)


def test_an_album_is_paid_for_by_its_pictures() -> None:
    """Ten pictures at once are ten messages: the chat's next letter waits for all of them."""
    clock = Clock()
    pacer = Pacer(TELEGRAM, clock)
    pacer.spend("a", False, 10)
    assert 10 <= pacer.wait_seconds("a", False, Lane.DIALOGUE) < 10.01
    assert 9 <= pacer.wait_seconds("a", False, Lane.URGENT) < 9.01


def test_closed_chats_are_forgotten_when_they_are_open_again() -> None:
    """Memory holds the chats of the last moments, not everybody who was ever written to."""
    clock = Clock()
    pacer = Pacer(TELEGRAM, clock)
    for number in range(100):
        pacer.spend(str(number), False)
    assert len(pacer.closed(Lane.DIALOGUE)) == 100
    clock.now += 61
    assert (pacer.closed(Lane.DIALOGUE), pacer._chats) == ({}, {})


def test_a_broadcast_is_not_slow() -> None:
    """The margin costs little: over a minute nine tenths of the figure leave."""
    clock = Clock()
    pacer, sent = Pacer(TELEGRAM, clock), 0
    while clock.now < 1060:
        if pacer.allows(str(sent), False, Lane.BROADCAST):
            pacer.spend(str(sent), False)
            sent += 1
        clock.now += 0.005
    assert sent >= 25 * 60 * 0.9
