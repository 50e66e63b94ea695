"""Whoever guesses is slowed down, and nobody else with them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.pages.guesses import ALL, EACH, EACH_SECONDS, REMEMBERED, Guesses


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_too_many_wrong_tries_one_waits() -> None:
    """One more a minute; a day later all is forgotten."""
    clock = Clock()
    guesses = Guesses(clock)
    assert [guesses.begin("192.0.2.1") for _ in range(EACH + 2)] == [True] * EACH + [False] * 2
    clock.now += EACH_SECONDS
    assert [guesses.begin("192.0.2.1") for _ in range(2)] == [True, False]
    clock.now += 86400
    assert [guesses.begin("192.0.2.1") for _ in range(EACH + 1)] == [True] * EACH + [False]


def test_who_is_right_is_never_slowed_down() -> None:
    """An office behind one address opens links all day."""
    guesses = Guesses(Clock())
    for _ in range(1000):
        assert guesses.begin("192.0.2.1")
        guesses.right("192.0.2.1")


def test_guessing_from_everywhere_locks_nobody_out() -> None:
    """When everybody's share is used up whoever was wrong waits; an address that was not wrong lately never does."""
    guesses = Guesses(Clock())
    for number in range(ALL):
        assert guesses.begin(f"198.51.{number // 250}.{number % 250}")
    assert guesses.begin("198.51.0.0") is False
    assert guesses.begin("203.0.113.7") is True


def test_a_household_is_one_guesser() -> None:
    """IPv6 gives everybody a million addresses."""
    guesses = Guesses(Clock())
    tries = [guesses.begin(f"2001:db8::{number:x}") for number in range(EACH + 1)]
    assert tries == [True] * EACH + [False]


@given(st.lists(st.text(max_size=40), max_size=50))
def test_whatever_is_written_as_an_address_nothing_breaks(addresses: list[str]) -> None:
    """Anybody can write a header."""
    guesses = Guesses(Clock())
    for address in addresses:
        guesses.begin(address)
        guesses.right(address)


def test_it_remembers_no_more_than_it_can_hold() -> None:
    """A flood costs a fixed amount of memory."""
    clock = Clock()
    guesses = Guesses(clock)
    for number in range(REMEMBERED + 10):
        clock.now += 10
        guesses.begin(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(guesses._each) == REMEMBERED
