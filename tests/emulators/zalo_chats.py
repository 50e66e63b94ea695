"""What Zalo remembers: chats, messages, files, and its refusals."""

import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

BOT = "bot"  # as a message's sender


class Refused(Exception):  # noqa: N818  the name says what happened
    """An answer of the platform other than ok. `status`: of HTTP; refusals of a method come with 200."""

    def __init__(self, code: int, description: str, status: int = 200) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.status = status


def units(text: str) -> int:
    """UTF-16 units: the strictest way in which the platform could count its 2000 characters."""
    return len(text.encode("utf-16-le")) // 2


@dataclass
class File:
    """At a temporary address."""

    id: str
    body: bytes
    expired: bool = False


@dataclass
class Sent:
    """A message, of the bot or of a person, as the people in the chat see it."""

    id: str
    chat: "Chat"
    sender: Json  # id, display_name, is_bot
    text: str = ""  # or the caption
    kind: str = "text"  # text | image | voice | sticker | unsupported | anything newer
    file: File | None = None
    reply_to: "Sent | None" = None
    at: float = field(default_factory=time.time)

    @property
    def by_bot(self) -> bool:
        return bool(self.sender["id"] == BOT)


@dataclass
class Chat:
    """`known`: the bot may write here, because somebody has written to it."""

    id: str
    kind: str  # PRIVATE | GROUP
    title: str
    known: bool = False
    gone: bool = False  # the person has left Zalo, the group is dissolved: the platform no longer finds it
    messages: list[Sent] = field(default_factory=list)

    @property
    def said(self) -> list[Sent]:
        """What the bot said here, oldest first."""
        return [message for message in self.messages if message.by_bot]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.said]

    @property
    def last(self) -> Sent:
        assert self.said, f"the bot has said nothing in {self.title}"
        return self.said[-1]

    def find(self, fragment: str) -> Sent | None:
        """The newest message of the bot that holds the fragment."""
        return next((message for message in reversed(self.said) if fragment in message.text), None)

    def json(self) -> Json:
        return {"id": self.id, "chat_type": self.kind}
