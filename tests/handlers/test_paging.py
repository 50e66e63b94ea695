"""A long list where there are no buttons: every choice can be reached, numbers count on the page that is shown, no cursor moves."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.wire_json import frame_from_json, frame_to_json
from handlers import paging
from handlers.reading.folding import fold
from handlers.reply import BACK, CANCEL, SKIP, Pressed, read_reply
from models.facts import Facts
from models.talk import Choice, Frame, Incoming, Kind, Shown
from tests.handlers.people_driver import NO_BUTTONS, Talk, render

WAYS = (SKIP, BACK, CANCEL)
FACTS: Facts = Talk(channel=NO_BUTTONS).facts


def typed(text: str) -> Incoming:
    return Incoming("wire", "1", "chat", "me", Kind.TEXT, datetime(2026, 11, 23, tzinfo=UTC), text=text)


def listed(count: int, ways: tuple[str, ...] = ()) -> tuple[Shown, ...]:
    """`count` answers and some ways, as the turn remembers them."""
    answers = tuple(Shown(f"k{number}", f"muc {number}", text=f"Mục {number}") for number in range(count))
    ends = tuple(Shown(key, fold(key), text=key) for key in (*ways, *paging.TURNS))
    return (*answers, *ends)


def asked(count: int, ways: tuple[str, ...] = ()) -> Frame:
    """A question with a list over several pages."""
    every = listed(count, ways)
    return Frame("cut", "whom", {"since": 7}, 7, paging.page(every), every)


@pytest.mark.parametrize(("answers", "long"), [(9, False), (10, True)])
def test_nine_choices_fit_and_ways_are_not_counted(answers: int, long: bool) -> None:
    """As many as have a number of one figure."""
    choices = [*(Choice(f"k{number}", "x") for number in range(answers)), *(Choice(key, "x") for key in WAYS)]
    assert paging.too_long(choices) is long


@given(count=st.integers(10, 60), ways=st.lists(st.sampled_from(WAYS), unique=True).map(tuple))
def test_every_choice_is_reached_by_turning_and_the_ways_close_every_page(count: int, ways: tuple[str, ...]) -> None:
    """In their order, each once, and behind the last page comes the first one again."""
    frame, seen = asked(count, ways), list[str]()
    first = frame.shown
    for _ in range(-(-count // paging.SIZE)):
        keys = [shown.key for shown in frame.shown]
        assert tuple(keys[len(keys) - len(ways) :]) == ways
        seen += [key for key in keys if key.startswith("k")]
        frame = paging.answer(frame, typed(str(len(keys) - len(ways))), FACTS).frame
    assert seen == [f"k{number}" for number in range(count)]
    assert frame.shown == first


@given(count=st.integers(10, 60), turns=st.integers(0, 9), number=st.integers(1, 8))
def test_a_number_is_the_one_on_the_page_that_is_shown(count: int, turns: int, number: int) -> None:
    """Also after going round."""
    frame = asked(count)
    for _ in range(turns):
        frame = paging.answer(frame, typed("xem tiếp" if frame.shown[-1].key == paging.MORE else "trang đầu"), FACTS).frame
    assume(number <= len(frame.shown))
    assert read_reply(frame, typed(str(number))) == Pressed(frame.shown[number - 1].key)


@given(count=st.integers(10, 60), turns=st.integers(0, 9), data=st.data())
def test_a_label_of_any_page_can_be_typed_at_any_time(count: int, turns: int, data: st.DataObject) -> None:
    """Whoever knows the word needs no page."""
    frame = asked(count)
    for _ in range(turns):
        frame = paging.answer(frame, typed(str(len(frame.shown))), FACTS).frame
    wanted = data.draw(st.sampled_from([shown for shown in frame.pages if shown.key.startswith("k")]))
    assert read_reply(frame, typed(wanted.text.upper())) == Pressed(wanted.key)


def test_turning_moves_no_cursor() -> None:
    """Only what is shown changes."""
    frame = asked(14, (BACK,))
    turn = paging.answer(frame, typed("9"), FACTS)
    assert replace(turn.frame, shown=frame.shown) == frame
    assert turn.commands == ()
    assert render(turn.says[0].text) == "Trang 2/2. Anh/chị gõ số, hoặc gõ chữ:"


@pytest.mark.parametrize(
    ("said", "turns"), [("9", True), ("xem tiếp", True), ("Trang sau", True), ("1", False), ("12", False), ("mục 3", False), ("", False)]
)
def test_a_page_is_asked_for_only_where_one_is_open(said: str, turns: bool) -> None:
    """The same words are somebody's answer everywhere else."""
    frame = asked(14)
    assert paging.turned(frame, typed(said)) is turns
    assert paging.turned(replace(frame, pages=()), typed(said)) is False


def test_a_frame_keeps_its_pages_and_one_of_an_earlier_version_has_none() -> None:
    """What was stored before the pages came still opens."""
    frame = asked(14, (BACK,))
    assert frame_from_json(frame_to_json(frame)) == replace(frame, shown=tuple(replace(one, text="") for one in frame.shown))
    assert frame_from_json(b'["cut", "whom", {"since": 7}, 7, [["a", "mot", 0]]]') == Frame(
        "cut", "whom", {"since": 7}, 7, (Shown("a", "mot"),)
    )
