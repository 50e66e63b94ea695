"""The choices of a letter as lines of text, where there are no buttons or they may not be shown."""

from collections.abc import Sequence

from bot.channels.buttons import decode
from models.talk import Button


def listed(buttons: Sequence[Button]) -> list[str]:
    """A line for each: an answer to a question by the number that the reader of replies knows it by (its place among all buttons, from 1), an
    action by what is typed for it; an action that cannot be typed is left out."""
    lines = []
    for number, button in enumerate(buttons, 1):
        question, _key = decode(button.data) or (0, "")
        if question > 0:
            lines.append(f"{number}. {button.label}")
        elif button.typed:
            lines.append(f"• {button.label}: {button.typed}")
    return lines
