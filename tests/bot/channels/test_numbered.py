"""Choices as lines, where there are no buttons."""

from bot.channels.numbered import listed
from bot.letters import plainly
from models.talk import Button, Letter, LetterKind

BUTTONS = (
    Button("0.look:1", "Xem chi tiết", typed="/chitiet 42"),
    Button("3.yes", "Có"),
    Button("0.later", "Để sau"),
    Button("3.no", "Không"),
    Button("nonsense", "Gì đó"),
)


def test_answers_by_their_place_actions_by_what_is_typed() -> None:
    """The number is the place among all buttons, as the reader of replies counts; what cannot be typed is left out."""
    assert listed(BUTTONS) == ["• Xem chi tiết: /chitiet 42", "2. Có", "4. Không"]


def test_the_second_plain_try_of_a_letter_lists_the_same() -> None:
    """Whether a channel has no buttons or refused them, people read the same lines."""
    plain = plainly(Letter("L1", "telegram", "1", LetterKind.SAY, "Đã gọi chưa?", buttons=BUTTONS))
    assert (plain.text, plain.buttons) == ("Đã gọi chưa?\n• Xem chi tiết: /chitiet 42\n2. Có\n4. Không", ())
