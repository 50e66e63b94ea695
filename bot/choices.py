"""What can be chosen, as its reader can do it: pressed where there are buttons; where there are none numbered, typed, or told in words."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.channels.buttons import encode
from bot.rendering import Renderer
from handlers import paging
from handlers.reading.folding import fold
from models.talk import Choice, Join, Say, Shown, Text, Typed, msg

_folded = lru_cache(maxsize=1024)(fold)  # labels come from the plan and the forms: nearly always the same few hundred


def asked(say: Say, render: Renderer, *, buttons: bool) -> tuple[Say, tuple[Shown, ...], tuple[Shown, ...]]:
    """A question as it is asked there, what the next reply is read against, and (where it has several pages) the whole list. A list that is too
    long to be numbered at once is asked by its first page."""
    if buttons or not paging.too_long(say.choices):
        return say, tuple(_shown(choice, render) for choice in say.choices), ()
    turns = tuple(Choice(key, msg(label)) for key, label in paging.TURNS.items())
    listed = tuple(_shown(choice, render, render(_with_hint(choice))) for choice in (*say.choices, *turns))
    page = paging.page(listed)
    return replace(say, choices=tuple(Choice(one.key, one.text) for one in page)), page, listed


def _shown(choice: Choice, render: Renderer, text: str = "") -> Shown:
    return Shown(choice.key, _folded(render(choice.label)), choice.action, text)


def text_and_buttons(say: Say, render: Renderer, question: int, *, buttons: bool) -> tuple[str, list[list[Any]]]:
    """The say's words and its choices. Where there are no buttons hints stand beside what they explain, and what nobody can choose by a number
    is told in words."""
    if buttons:
        hints = (Join(("• ", choice.label, ": ", choice.hint), "") for choice in say.choices if choice.hint)
        return render(_joined(say.text, *hints)), [_button(choice, choice.label, render, question) for choice in say.choices]
    instead = _in_words(say)
    listed = say.choices if instead is None else ()
    return render(_joined(say.text, instead)), [_button(choice, _with_hint(choice), render, question) for choice in listed]


def _button(choice: Choice, label: Text, render: Renderer, question: int) -> list[Any]:
    typed = render(Typed(choice.typed)) if choice.typed else ""
    return [encode(0 if choice.action else question, choice.key), render(label), choice.style, typed]


def _in_words(say: Say) -> Text | None:
    """What stands instead of a say's choices where there are no buttons; None where they are listed one by one."""
    if not (say.figures and say.choices):
        return say.unpressed
    words = tuple(Join(("«", choice.label, "»"), "") for choice in say.choices)
    return msg("Or type in words: %(words)s", words=Join(words, ", "))


def _with_hint(choice: Choice) -> Text:
    return Join((choice.label, choice.hint), ": ") if choice.hint else choice.label


def _joined(text: Text, *more: Text | None) -> Text:
    found = tuple(part for part in more if part)
    return Join((text, *found)) if found else text
