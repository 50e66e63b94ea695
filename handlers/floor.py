"""Who has the floor: small moves on a Frame that every dialogue with people and rooms uses."""

from dataclasses import replace

from handlers.reply import same_question
from models.commands import Command
from models.facts import Facts
from models.talk import Choice, Frame, Incoming, Json, LetterKind, Say, Text, Turn, lines


def take_floor(frame: Frame, floor: str, step: str, **data: Json) -> Frame:
    """A dialogue begins; what another one remembered is let go."""
    return replace(frame, floor=floor, step=step, data={**data, "since": frame.question + 1})


def go(frame: Frame, step: str, **data: Json) -> Frame:
    """The next step, remembering more."""
    return replace(frame, step=step, data={**frame.data, **data, **same_question(frame, step)})


def leave(frame: Frame) -> Frame:
    """Nobody has the floor; a late press of this dialogue is known by its question's number."""
    return replace(frame, floor="", step="", data={}, shown=(), pages=())


def held(frame: Frame, name: str) -> str:
    """A word that the dialogue remembers, "" if none."""
    value = frame.data.get(name)
    return value if isinstance(value, str) else ""


def ask(frame: Frame, text: Text, *choices: Choice, why: Text | None = None, columns: int = 1) -> Turn:
    """One question; `why` says what was not understood, above the same question."""
    return Turn(frame, (Say(lines(why, text), choices=choices, asks=True, columns=columns),))


def short(frame: Frame, incoming: Incoming, facts: Facts, text: Text, *commands: Command) -> Turn:
    """A short answer that may be read in a group: a toast to a press, a line to what was typed. Where there are no toasts a line in a group
    is one too, because it then comes at most once a minute: nobody can make the bot flood a group."""
    toast = incoming.press is not None or (incoming.group and not facts.channel.toasts)
    return Turn(frame, (Say(text, kind=LetterKind.TOAST if toast else LetterKind.SAY),), commands)


def end(frame: Frame, text: Text, *commands: Command) -> Turn:
    """The last word of a dialogue."""
    return Turn(leave(frame), (Say(text),), commands)
