"""Reading a reply against what was last shown."""

from datetime import UTC, datetime

import pytest

from handlers.reply import BACK, CANCEL, SKIP, Late, Nothing, Pressed, Reply, Typed, read_reply, same_question
from models.talk import Frame, Incoming, Kind, Press, Shown

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
FRAME = Frame(
    "report", "lives", question=7, shown=(Shown("yes", "co"), Shown("no", "khong"), Shown("unknown", "khong ro"), Shown(BACK, "quay lai"))
)


def heard(text: str = "", *, press: Press | None = None, forwarded: bool = False, kind: Kind = Kind.TEXT) -> Incoming:
    return Incoming("telegram", "1", "5", "5", Kind.PRESS if press else kind, NOW, text=text, press=press, forwarded=forwarded)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Có", "yes"), ("co", "yes"), ("CÓ!", "yes"), ("dạ có ạ", "yes"), ("không", "no"), ("Không rõ", "unknown"), ("khong ro a", "unknown"),
        ("2", "no"), ("2.", "no"), ("2️⃣", "no"), ("chọn số 3", "unknown"), ("quay lại", BACK), ("Trở lại", BACK), ("huỷ", CANCEL),
        ("hủy", CANCEL), ("thôi", CANCEL),
    ],
)  # fmt: skip
def test_a_choice_is_its_whole_label_its_number_or_a_word_of_the_way(text: str, key: str) -> None:
    """However it is typed, it is the same choice."""
    assert Pressed(key) == read_reply(FRAME, heard(text))


@pytest.mark.parametrize("text", ["không an toàn", "không biết nữa", "có lẽ", "9", "0", "bỏ qua", "12", "co khong"])
def test_a_label_is_never_a_part_of_something_else(text: str) -> None:
    """ "không an toàn" is not "không", a number beyond the list is no choice, and a skip that is not on offer is text."""
    assert Typed(text) == read_reply(FRAME, heard(text))


def test_figures_are_an_answer_where_figures_are_asked() -> None:
    """ "5" is a neighbourhood, not the fifth choice."""
    assert Typed("2") == read_reply(FRAME, heard("2"), numbers=False)


def test_a_skip_is_understood_where_it_is_on_offer() -> None:
    """ "không rõ" skips a question that may be skipped."""
    frame = Frame("report", "ward", question=7, shown=(Shown("a", "phuong ngoc lam"), Shown(SKIP, "khong ro phuong")))
    assert Pressed(SKIP) == read_reply(frame, heard("không rõ"))


@pytest.mark.parametrize(
    ("press", "reply"),
    [
        (Press(7, "no"), Pressed("no")),
        (Press(6, "no"), Late("no")),
        (Press(8, "no"), Late("no")),
        (Press(7, "gone"), Late("gone")),
        (Press(0, "take:1"), Late("take:1")),
        (Press(0, "no"), Late("no")),
    ],
)
def test_a_button_counts_only_for_its_own_question(press: Press, reply: Reply) -> None:
    """An older button is late, and so is an action that nobody knows."""
    assert reply == read_reply(FRAME, heard(press=press))


def test_both_copies_of_a_question_asked_twice_can_be_pressed() -> None:
    """The list above a repeated question is the same list."""
    frame = Frame("report", "lives", {"since": 6}, 7, FRAME.shown)
    assert Pressed("no") == read_reply(frame, heard(press=Press(6, "no")))
    assert same_question(frame, "lives") == {"since": 6}
    assert same_question(frame, "next") == {"since": 8}


def test_forwarded_words_are_never_a_choice() -> None:
    """They are somebody else's."""
    assert Typed("không") == read_reply(FRAME, heard("không", forwarded=True))


@pytest.mark.parametrize("incoming", [heard(" "), heard(kind=Kind.UNSUPPORTED), heard(kind=Kind.LOCATION)])
def test_what_holds_no_words_is_nothing(incoming: Incoming) -> None:
    """A sticker or a place on the map is no answer."""
    assert Nothing() == read_reply(FRAME, incoming)


def test_extra_words_stand_for_their_keys() -> None:
    """Short names come from the form or the dialogue."""
    assert Pressed("yes") == read_reply(FRAME, heard("Rồi"), also={"roi": "yes"})
