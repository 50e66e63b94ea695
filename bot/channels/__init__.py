"""The channel contract. One folder a channel, all alike: an ear (platform -> Incoming), a mouth (Letter -> platform), a file fetcher.

A channel knows kinds of update and the platform's limits, never business. Capabilities are constants here, so that nobody ever
asks for a channel's name.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web

from models.talk import FileRef, Incoming, Letter

# --- outcomes of one delivery -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivered:
    """`messages`: how many the platform was given, where a long text went in parts (they count against its quota)."""

    external_id: str = ""
    messages: int = 1


@dataclass(frozen=True, slots=True)
class Later:
    """Not sent, surely. `wait` is the platform's own word (429) or None for our back-off; `whole_channel`: nothing else may leave either;
    `answered`: the platform itself refused, because of this chat alone."""

    reason: str
    wait: timedelta | None = None
    whole_channel: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Never:
    """Refused for good (a bad text, a message that is gone): tried once more plain and short where that can help, then given up."""

    reason: str
    plain_may_help: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be reached any more (blocked, thrown out); `moved_to` is a migrated group's new id."""

    reason: str
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps sent (a time-out after the request left): repeated for urgent and dialogue letters, let go for the others (DESIGN rule 4).
    `answered`: the platform itself said so of this chat alone; when it says so again and again, the chat is gone (bot.delivery)."""

    reason: str
    answered: bool = False


Outcome = Delivered | Later | Never | Gone | Unknown


@dataclass(frozen=True, slots=True)
class Quota:
    """How many messages one bot may send and receive in a calendar month; the share `reserve` (0..1) is kept for urgent letters."""

    month: int
    reserve: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. Texts must not speak of buttons where `buttons` is False."""

    buttons: bool
    edits: bool
    deletes: bool
    toasts: bool
    files_out: bool
    protects: bool
    max_text: int
    redelivers: bool  # True: an unacknowledged message comes again, so the turn itself writes the inbox row
    deep_link: str = ""  # format with %s for a code ("https://t.me/Bot?start=%s"), "" where links carry nothing
    title: str = ""  # the messenger's own name, as people know it ("Telegram")
    mention: str = ""  # what a message in a group must begin with for the bot to hear it ("@Bot Báo Ngay"); "" where a slash is enough
    menus: bool = False  # a list of commands can be set for a chat
    quota: Quota | None = None

    @property
    def confidential(self) -> bool:
        """Whether private details may stand in a chat: what cannot be protected or taken back there goes behind a link instead."""
        return self.protects or self.deletes


@dataclass(frozen=True, slots=True)
class Menu:
    """What a channel with menus offers where nothing was set for a chat. `groups`: in all groups, else in all private chats. `language`: two
    letters, or "" for whoever has no menu in their own. `commands`: (word without slash, what it does)."""

    groups: bool
    language: str
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast letters may leave, with a margin under the platform's figures; `reserve` is kept for urgent letters."""

    per_second: float
    per_chat_second: float
    per_group_minute: float
    reserve: float  # share of each budget (0..1) that only urgent letters may use


Hear = Callable[[Incoming], Awaitable[None]]
"""Given to an ear: returns after the turn has committed (or the message was parked). Raises StorageDown (bot.database) when the database is
unreachable: the ear must stop acknowledging, wait and try the same message again."""


class Undecodable(Protocol):
    """Given to an ear: records an update that could not be decoded (its id and the error's class, never its content) and returns."""

    async def __call__(self, channel: str, external_id: str, reason: str) -> None: ...


class Channel(Protocol):
    """One messenger account. `name` is unique and for good ("telegram", "web", "zalo-<bot id>"): rows refer to it. `listened_until` is real
    time: until when nothing that was sent to it can have been missed, None before the first time. `deaf_since` (real time): since when it is
    known that what people write does not arrive (the platform keeps it, or says that its posts fail), None while nothing is known of it."""

    name: str
    capabilities: Capabilities
    pace: Pace
    listened_until: datetime | None
    deaf_since: datetime | None

    async def listen(self, hear: Hear, undecodable: Undecodable) -> None:
        """Run until cancelled: feed different chats at the same time, one chat in order, acknowledge up to the last contiguous commit."""

    async def send(self, letter: Letter) -> Outcome:
        """One attempt. Never raises for what the platform says; anything that it raises is a bug and counts as Unknown."""

    async def fetch(self, file: FileRef) -> bytes:
        """The bytes of a file that somebody sent. Raises FileGone or FileTooLarge; anything else is tried again."""

    async def reachable(self) -> bool:
        """Whether the platform answers just now. Never raises; a few seconds at most."""

    def add_routes(self, app: web.Application, hear: Hear, undecodable: Undecodable) -> None:
        """What the platform (or a browser) posts to. Called once, before the port is open; a channel that only polls adds nothing."""

    async def close(self) -> None: ...


class FileGone(Exception):  # noqa: N818  the name says what happened
    """The platform no longer has the file."""


class FileTooLarge(Exception):  # noqa: N818
    """The platform will not hand out a file of this size."""


class TokenRefused(Exception):  # noqa: N818
    """The platform does not know this token: nothing will ever work with it, so the channel ends."""


class Unreachable(Exception):  # noqa: N818
    """The platform could not be asked just now; the text holds only the kind of error, never an address."""
