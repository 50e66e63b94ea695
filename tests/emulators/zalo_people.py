"""People and groups of the Zalo emulator: whatever a person can do in the app, as methods."""

import base64
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.emulators.zalo_chats import Chat, File, Json, Sent

if TYPE_CHECKING:
    from tests.emulators.zalo import ZaloServer

# 16 by 12 pixels: a picture that every library can open
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/"
    "2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAMABADASIAAhEBAxEB/8QA"
    "FQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAM"
    "AwEAAhEDEQA/AKgFG//Z"
)


class Person:
    """Somebody with a Zalo account. `chat` is the private chat with the bot; the first word there opens it."""

    def __init__(self, server: "ZaloServer", number: int, name: str) -> None:
        self._server = server
        self.number = number
        self.id = f"{number:020x}"
        self.name = name
        self.json: Json = {"id": self.id, "display_name": name, "is_bot": False}
        self.chat = Chat(self.id, "PRIVATE", name)

    # --- writing ------------------------------------------------------------------------------------------------------

    async def writes(self, text: str) -> Sent:
        """In the private chat."""
        return await self.says(self.chat, text)

    async def says(self, chat: Chat, text: str, *, reply_to: Sent | None = None) -> Sent:
        """In a group the bot gets it only where it holds "@" and the bot's display name, or replies to the bot."""
        return self._post(self._sent(chat, "text", text, reply_to))

    async def mentions(self, group: Chat, text: str) -> Sent:
        """As people do: the bot is picked from the list, and the app writes its display name."""
        return await self.says(group, f"@{self._server.display_name} {text}")

    async def replies(self, message: Sent, text: str) -> Sent:
        """To a message of the bot, without naming it."""
        return await self.says(message.chat, text, reply_to=message)

    async def sends_photo(self, chat: Chat, body: bytes = JPEG, caption: str = "", *, field: str = "photo_url") -> Sent:
        """`field`: "photo_url" as in life, "photo" as in the documents."""
        return self._file(chat, "image", field, body, caption)

    async def sends_voice(self, chat: Chat, body: bytes = b"OggS voice") -> Sent:
        return self._file(chat, "voice", "voice_url", body, "")

    async def sends_sticker(self, chat: Chat) -> Sent:
        return self._post(self._sent(chat, "sticker"), sticker="5b1a", url="https://stickers.example.org/5b1a.webp")

    async def withheld(self, chat: Chat | None = None, *, missing: Iterable[str] = ()) -> Sent:
        """Writes something that Zalo keeps back, as it does for a child. `missing`: fields of the message that are not there either
        ("message_id", "date", "chat", "from", "from.display_name"…)."""
        return self._post(self._sent(chat or self.chat, "unsupported", "điều chỉ người viết thấy"), missing=missing)

    async def sends(self, chat: Chat, kind: str, *, missing: Iterable[str] = (), **fields: Any) -> Sent:
        """Any other event, as it is on the wire: sends(chat, "location", latitude=21.0)."""
        return self._post(self._sent(chat, kind), missing=missing, **fields)

    # --- underneath ---------------------------------------------------------------------------------------------------

    def _sent(self, chat: Chat, kind: str, text: str = "", reply_to: Sent | None = None) -> Sent:
        assert chat is self.chat or chat.kind == "GROUP", "somebody else's chat"
        return Sent(self._server.next_message_id(), chat, self.json, text, kind, reply_to=reply_to)

    def _file(self, chat: Chat, kind: str, field: str, body: bytes, caption: str) -> Sent:
        message = self._sent(chat, kind, caption)
        message.file = File(f"f{self._server.next_message_id()}", body)
        self._server.files[message.file.id] = message.file
        return self._post(message, **{field: f"{self._server.base_url}/files/{message.file.id}"})

    def _post(self, message: Sent, *, missing: Iterable[str] = (), **fields: Any) -> Sent:
        message.chat.known = True
        self._server.record(message)
        if self._server.shows(message):
            self._server.push(event(message, missing, fields))
        return message


def event(message: Sent, missing: Iterable[str], fields: Json) -> Json:
    """As the platform tells of it."""
    told: Json = {
        "from": dict(message.sender),
        "chat": message.chat.json(),
        "message_id": message.id,
        "date": int(message.at * 1000),
        **fields,
    }
    if message.text and message.kind != "unsupported":
        told["text" if message.kind == "text" else "caption"] = message.text
    for path in missing:
        whole, _, part = path.partition(".")
        (told[whole] if part else told).pop(part or whole, None)
    return {"event_name": f"message.{message.kind}.received", "message": told}


class Group(Chat):
    """A group with the bot in it. Nobody tells the bot when it is added or thrown out."""

    def __init__(self, number: int, title: str) -> None:
        super().__init__(f"zgr-{number:020x}", "GROUP", title, known=True)

    def kick_bot(self) -> None:
        self.gone = True


def addressed(message: Sent, display_name: str) -> bool:
    """What a bot gets of a group: its display name behind an "@", or a reply to it."""
    replied = message.reply_to is not None and message.reply_to.by_bot
    named = re.search(rf"@{re.escape(display_name)}(?!\w)", message.text, re.IGNORECASE)
    return replied or named is not None or message.kind == "unsupported"  # what is withheld cannot show whom it names
