"""What the web channel is given from outside: who is in the room, its clock, and what was said before the page was opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models.talk import Incoming, Label, Letter, Picture

# --- the cast ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who can write. Never a personal name: what they are called is what they do."""

    id: str
    name: Label
    role: Label


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat of a phone. The id of a private chat is the id of its only actor, as on the messengers."""

    id: str
    title: Label
    group: bool
    actors: tuple[str, ...]
    hint: Label = field(default=Label("", ""))  # shown while nothing has been said
    openers: tuple[str, ...] = ()  # texts on offer while nothing has been said; they are typed for the person, nothing more


@dataclass(frozen=True, slots=True)
class Pane:
    """One column of the page: a phone, or the duty room with its tabs."""

    id: str
    title: Label
    chats: tuple[Chat, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    panes: tuple[Pane, ...]
    actors: tuple[Actor, ...]

    def chats(self) -> dict[str, Chat]:
        return {chat.id: chat for pane in self.panes for chat in pane.chats}

    def names(self) -> dict[str, Label]:
        return {actor.id: actor.name for actor in self.actors}


# --- what a chat has seen ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A person's message, just as the channel once gave it to `hear` (its `message`, `external_id` and `at` are kept). `kept`: what was kept
    of its files, by their `ref`."""

    incoming: Incoming
    kept: Mapping[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivered letter of any kind (edits and retires too: the channel replays them), the id that `send` answered, domain time (UTC)."""

    letter: Letter
    external: str
    at: datetime


Past = Said | Sent


class History(Protocol):
    async def history(self, chat: str) -> Sequence[Past]:
        """What this chat has seen, oldest first; read once after a start and once after every "start again"."""


Onward = Callable[[], bool]
"""Asked after each moment of a move at which something was due: False stops the move there."""


class TrainingRoom(History, Protocol):
    def now(self) -> datetime:
        """The movable clock: UTC, aware."""

    def suggested(self) -> datetime | None:
        """A moment at which the plan asks for something soon (UTC, aware), None where it never does."""

    async def move(self, to: datetime, onward: Onward) -> None:
        """Forward to `to` (UTC, aware): what falls due on the way runs row by row, each at its own due time; returns when all is done, or when
        `onward` said stop."""

    async def move_on(self, before: datetime, onward: Onward) -> bool:
        """Forward until something that falls due has said something, or `onward` said stop; False if until `before` nothing did."""

    async def start_again(self, at: datetime | None) -> None:
        """An empty room at that moment (UTC, aware), also in the past; None is the machine's own time. Meanwhile `send` answers Later and nobody
        is heard."""
