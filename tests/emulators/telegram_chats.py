"""What Telegram remembers: chats, messages, files, and the platform's refusals in the platform's words."""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

BOT_ID = 700000001
ANONYMOUS_ADMIN = 1087968824
# 16 by 12 pixels: a picture that every library can open
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/"
    "2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAMABADASIAAhEBAxEB/8QA"
    "FQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAM"
    "AwEAAhEDEQA/AKgFG//Z"
)


class Refused(Exception):  # noqa: N818  the name says what happened
    """An answer of the platform other than ok."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def units(text: str) -> int:
    """UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class Button:
    label: str
    data: str
    style: str = ""


@dataclass
class File:
    id: str
    body: bytes
    name: str
    size: int
    gone: str = ""  # "getFile": refused there; "download": the address answers 404

    @property
    def unique(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]


@dataclass
class Sent:
    """A message, of the bot or of a person, as the people in the chat see it now."""

    id: int
    chat: "Chat"
    sender: Json
    text: str = ""  # or the caption
    kind: str = "text"  # text | photo | voice | document | location | other
    buttons: list[list[Button]] = field(default_factory=list)
    file: File | None = None
    topic: str = ""
    silent: bool = False
    protected: bool = False
    preview: bool = True
    album: str = ""
    reply_to: "Sent | None" = None
    deleted: bool = False
    history: list[str] = field(default_factory=list)  # the texts before each edit
    at: float = field(default_factory=time.time)
    extra: Json = field(default_factory=dict)  # content as it is on the wire

    @property
    def by_bot(self) -> bool:
        return bool(self.sender["id"] == BOT_ID)

    @property
    def body(self) -> bytes:
        assert self.file is not None
        return self.file.body

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def button(self, label_or_data: str) -> Button:
        every = [button for row in self.buttons for button in row]
        for button in every:
            if label_or_data in {button.label, button.data}:
                return button
        raise AssertionError(f"no button {label_or_data!r} under {self.text!r}; there is {[(b.label, b.data) for b in every]}")

    def json(self) -> Json:
        message: Json = {"message_id": self.id, "date": int(self.at), "chat": self.chat.json(), "from": self.sender, **self.extra}
        if self.kind == "text" and self.text:
            message["text"] = self.text
        elif self.text:
            message["caption"] = self.text
        if self.topic:
            message |= {"message_thread_id": int(self.topic), "is_topic_message": True}
        if self.album:
            message["media_group_id"] = self.album
        if self.reply_to is not None:
            reply = self.reply_to.json()
            reply.pop("reply_to_message", None)
            message["reply_to_message"] = reply
        if self.history:
            message["edit_date"] = int(time.time())
        if self.buttons:
            message["reply_markup"] = {
                "inline_keyboard": [[{"text": button.label, "callback_data": button.data} for button in row] for row in self.buttons]
            }
        return message


@dataclass
class Chat:
    id: int
    kind: str  # private | group | supergroup
    title: str
    bot: str = "member"  # never | member | administrator | left | kicked
    messages: list[Sent] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)
    moved_to: int = 0
    muted: bool = False  # the bot may not write here

    @property
    def said(self) -> list[Sent]:
        """What the bot said here and people still see, oldest first."""
        return [message for message in self.messages if message.by_bot and not message.deleted]

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

    def by_id(self, message_id: int) -> Sent | None:
        return next((message for message in self.messages if message.id == message_id and not message.deleted), None)

    def json(self) -> Json:
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": self.kind, "title": self.title, **({"is_forum": True} if self.topics else {})}

    def check_writable(self) -> None:
        """Raises what Telegram answers when the bot may not write here."""
        if self.moved_to:
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.moved_to)
        if self.kind == "private" and self.bot == "never":
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        if self.kind == "private" and self.bot == "kicked":
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if self.bot in {"kicked", "left"}:
            raise Refused(403, f"Forbidden: bot was kicked from the {self.kind} chat")
        if self.muted:
            raise bad("not enough rights to send text messages to the chat")


@dataclass
class Query:
    """A press of a button, and what the bot answered to it."""

    id: str
    person: int
    message: Sent
    data: str
    answered: bool = False
    text: str = ""
    alert: bool = False
    too_old: bool = False
