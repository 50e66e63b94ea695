"""What every chat shows right now, kept in memory: messages by id, changed by letters and by what people say.

The page only ever draws this. After a restart it is made again by replaying the history, with the same rules.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.channels.buttons import decode
from bot.channels.web.contract import Past, Said
from bot.channels.web.shelf import Shelf
from models.talk import Button, FileRef, Incoming, Kind, Letter, LetterKind, Picture, Press

KEPT = 1000  # messages a chat; older ones can no longer be edited or pressed
_SHOWN = {Kind.TEXT, Kind.PRESS, Kind.PHOTO, Kind.VOICE, Kind.FILE}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    kind: str
    token: str  # "" when its bytes did not outlive the process
    name: str = ""
    size: int | None = None  # bytes

    def json(self) -> dict[str, Any]:
        return {"kind": self.kind, "url": f"/api/file/{self.token}" if self.token else "", "name": self.name, "size": self.size}


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble. `sender` is empty for Báo Ngay; `client` is the external id of a person's message, which the page knows it by."""

    id: str
    sender: str
    text: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    columns: int = 1
    files: tuple[File, ...] = ()
    silent: bool = False
    edited: bool = False
    pressed: bool = False
    client: str = ""

    def json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "sender": self.sender,
            "text": self.text,
            "at": self.at.isoformat(),
            "buttons": [shown for button in self.buttons if (shown := _button(button))],
            "columns": self.columns,
            "files": [file.json() for file in self.files],
            "silent": self.silent,
            "edited": self.edited,
            "pressed": self.pressed,
            "client": self.client,
        }


def _button(button: Button) -> dict[str, Any] | None:
    if (decoded := decode(button.data)) is None:  # a button that could never be pressed is worse than none: the typed code remains
        log.warning("a button was left out: its data cannot be read back")
        return None
    return {"question": decoded[0], "key": decoded[1], "label": button.label, "style": button.style}


@dataclass(slots=True)
class _Transcript:
    messages: dict[str, Message] = field(default_factory=dict)
    heard: dict[str, Incoming] = field(default_factory=dict)  # by external id: a repeated post is the very same Incoming
    letters: dict[tuple[str, str], str] = field(default_factory=dict)  # (letter id, text) -> message id: a repeated letter is one message


class Hub:
    def __init__(self, chats: Iterable[str], shelf: Shelf) -> None:
        self._chats = {chat: _Transcript() for chat in chats}
        self._shelf = shelf
        self._last = 0

    # --- asking -------------------------------------------------------------------------------------------------------

    def knows(self, chat: str) -> bool:
        return chat in self._chats

    def message(self, chat: str, message_id: str) -> Message | None:
        return self._chats[chat].messages.get(message_id)

    def heard(self, chat: str, external_id: str) -> Incoming | None:
        return self._chats[chat].heard.get(external_id)

    def presser(self, chat: str, press_id: str) -> str:
        incoming = self.heard(chat, press_id)
        return incoming.sender if incoming else ""

    def label(self, chat: str, press: Press) -> str:
        """What the pressed button said: the page shows it as the person's words."""
        message = self.message(chat, press.message)
        buttons = message.buttons if message else ()
        return next((button.label for button in buttons if decode(button.data) == (press.question, press.key)), "")

    def snapshot(self) -> dict[str, Any]:
        return {chat: [message.json() for message in kept.messages.values()] for chat, kept in self._chats.items()}

    def next_id(self) -> str:
        self._last += 1
        return f"w{self._last}"

    # --- changing -----------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        self._chats = {chat: _Transcript() for chat in self._chats}
        self._last = 0

    def replay(self, chat: str, past: Iterable[Past]) -> None:
        for item in past:
            if isinstance(item, Said):
                self.hear(item.incoming, item.kept)
                self._seen(item.incoming.message)
            else:
                self._seen(item.external)
                self.write(item.letter, item.at, item.external)

    def hear(self, incoming: Incoming, stored: Mapping[str, Picture] = MappingProxyType({})) -> Message | None:
        """Show what a person said; None where there is nothing to show. `stored`: files that outlived the process, by their ref."""
        kept = self._chats[incoming.chat]
        if incoming.kind not in _SHOWN or not incoming.sender:
            return None
        kept.heard[incoming.external_id] = incoming
        if incoming.edits and (old := kept.messages.get(incoming.message)):
            return self._keep(incoming.chat, replace(old, text=incoming.text, edited=True))
        message = Message(
            id=incoming.message or self.next_id(),
            sender=incoming.sender,
            text=str(incoming.data.get("label", "✓")) if incoming.press else incoming.text,
            at=incoming.at,
            files=tuple(self._file(file, stored.get(file.ref)) for file in incoming.files),
            pressed=incoming.press is not None,
            client=incoming.external_id,
        )
        return self._keep(incoming.chat, message)

    def unhear(self, incoming: Incoming, before: Message | None) -> Message | None:
        """It could not be taken in: its bubble goes, or shows what it showed before the edit."""
        kept = self._chats[incoming.chat]
        kept.heard.pop(incoming.external_id, None)
        kept.messages.pop(incoming.message, None) if before is None else self._keep(incoming.chat, before)
        return before

    def write(self, letter: Letter, at: datetime, external: str = "") -> Message | None:
        """Apply a say, an edit or a retire; None when what it speaks of is not there."""
        kept = self._chats[letter.chat]
        old = kept.messages.get(letter.target_external or external)  # in a replay, the id that the first sending answered
        if letter.kind is LetterKind.SAY:
            return self._say(kept, letter, at, external)
        if letter.kind is LetterKind.EDIT and old:
            return self._keep(letter.chat, replace(old, text=letter.text, buttons=letter.buttons, columns=letter.columns))
        if letter.kind is LetterKind.RETIRE and old:
            return self._keep(letter.chat, replace(old, buttons=()))
        if letter.kind is LetterKind.DELETE and old:
            return kept.messages.pop(old.id)
        return None

    def _say(self, kept: _Transcript, letter: Letter, at: datetime, external: str) -> Message:
        known = kept.messages.get(kept.letters.get((letter.id, letter.text), ""))
        if known and not external:
            return known
        pictures = [self._shelf.put(p.kind, p.body, p.mime, p.name) for p in letter.pictures]
        message = Message(
            id=external or self.next_id(),
            sender="",
            text=letter.text,
            at=at,
            buttons=letter.buttons,
            columns=letter.columns,
            files=tuple(File(held.kind, held.token, held.name, len(held.body)) for held in pictures),
            silent=letter.silent,
        )
        kept.letters[(letter.id, letter.text)] = message.id
        return self._keep(letter.chat, message)

    def _keep(self, chat: str, message: Message) -> Message:
        messages = self._chats[chat].messages
        messages[message.id] = message
        while len(messages) > KEPT:
            del messages[next(iter(messages))]
        return message

    def _file(self, file: FileRef, stored: Picture | None) -> File:
        held = self._shelf.get(file.ref)
        if held is None and stored is not None:
            held = self._shelf.put(stored.kind, stored.body, stored.mime, file.name)
        return File(file.kind, held.token, file.name, len(held.body)) if held else File(file.kind, "", file.name, file.size)

    def _seen(self, external: str) -> None:
        number = external.removeprefix("w")
        if number.isdecimal():
            self._last = max(self._last, int(number))
