"""People and groups of the Telegram emulator: whatever a person can do in the app, as methods."""

import re
from typing import TYPE_CHECKING

from tests.emulators.telegram_chats import ANONYMOUS_ADMIN, BOT_ID, JPEG, Chat, File, Json, Query, Sent

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramServer


class Person:
    """Somebody with a Telegram account. `chat` is the private chat with the bot; the first word there starts it."""

    def __init__(self, server: "TelegramServer", person_id: int, name: str, language: str = "vi") -> None:
        self._server = server
        self.id = person_id
        self.name = name
        self.json: Json = {"id": person_id, "is_bot": False, "first_name": name}
        if language:
            self.json["language_code"] = language
        self.chat = Chat(person_id, "private", name, bot="never")

    # --- writing ------------------------------------------------------------------------------------------------------

    async def starts(self, code: str = "") -> Sent:
        """Opens the bot by a link with a code, or by its Start button."""
        return await self.writes(f"/start {code}".strip())

    async def writes(self, text: str) -> Sent:
        """In the private chat."""
        return await self.says(self.chat, text)

    async def says(self, chat: Chat, text: str, *, reply_to: Sent | None = None, topic: str = "", forwarded: bool = False) -> Sent:
        return self._post(self._sent(chat, text, reply_to=reply_to, topic=topic, forwarded=forwarded))

    async def edits(self, message: Sent, text: str) -> None:
        """Edits an own message."""
        assert message.sender["id"] == self.id
        message.history.append(message.text)
        message.text = text
        self._deliver(message, "edited_message")

    async def sends_photo(self, chat: Chat, body: bytes = JPEG, caption: str = "", *, size: int | None = None, album: str = "") -> Sent:
        return self._file(chat, "photo", body, caption, size=size, album=album)

    async def sends_album(self, chat: Chat, bodies: list[bytes], caption: str = "") -> list[Sent]:
        """Several photos at once: one update each, the caption on the first."""
        album = str(self._server.next_number())
        return [self._file(chat, "photo", body, caption if body is bodies[0] else "", album=album) for body in bodies]

    async def sends_voice(self, chat: Chat, body: bytes = b"OggS voice", caption: str = "") -> Sent:
        return self._file(chat, "voice", body, caption, mime="audio/ogg")

    async def sends_document(
        self, chat: Chat, body: bytes, name: str, mime: str = "application/octet-stream", caption: str = "", *, size: int | None = None
    ) -> Sent:
        return self._file(chat, "document", body, caption, name=name, mime=mime, size=size)

    async def sends_location(self, chat: Chat, lat: float, lon: float) -> Sent:
        return await self.sends(chat, location={"latitude": lat, "longitude": lon})

    async def sends(self, chat: Chat, **content: object) -> Sent:
        """Any other content, as it is on the wire: sends(chat, sticker={...})."""
        message = self._sent(chat, "", kind="other")
        message.extra |= content
        return self._post(message)

    # --- everything else ----------------------------------------------------------------------------------------------

    async def presses(self, message: Sent, label_or_data: str, *, inaccessible: bool = False) -> Query:
        """Presses a button under a message of the bot. The returned query shows what the bot answered (`answered`, `text`)."""
        assert not message.deleted, "the message is gone"
        data = message.button(label_or_data).data
        query = Query(f"{self._server.next_number()}", self.id, message, data)
        self._server.queries[query.id] = query
        shown = {"chat": message.chat.json(), "message_id": message.id, "date": 0} if inaccessible else message.json()
        self._server.push(
            callback_query={"id": query.id, "from": self.json, "message": shown, "chat_instance": f"{message.chat.id}", "data": data}
        )
        return query

    async def presses_raw(self, message: Sent, data: str) -> Query:
        """Presses what no button says: a modified app can."""
        query = Query(f"{self._server.next_number()}", self.id, message, data)
        self._server.queries[query.id] = query
        self._server.push(callback_query={"id": query.id, "from": self.json, "message": message.json(), "chat_instance": "1", "data": data})
        return query

    async def blocks(self) -> None:
        self._change(self.chat, "kicked")

    async def unblocks(self) -> None:
        self._change(self.chat, "member")

    def _change(self, chat: Chat, status: str) -> None:
        self._server.change_bot(chat, status, self.json)

    def _sent(
        self,
        chat: Chat,
        text: str,
        *,
        kind: str = "text",
        reply_to: Sent | None = None,
        topic: str = "",
        forwarded: bool = False,
        album: str = "",
    ) -> Sent:
        message = Sent(self._server.next_message_id(chat), chat, self.json, text, kind=kind, reply_to=reply_to, topic=topic, album=album)
        if forwarded:
            message.extra["forward_origin"] = {"type": "hidden_user", "sender_user_name": "Ai đó", "date": int(message.at)}
        return message

    def _file(
        self,
        chat: Chat,
        kind: str,
        body: bytes,
        caption: str,
        *,
        name: str = "",
        mime: str = "",
        size: int | None = None,
        album: str = "",
    ) -> Sent:
        message = self._sent(chat, caption, kind=kind, album=album)
        message.file = File(f"{kind}-{self._server.next_number()}", body, name, len(body) if size is None else size)
        self._server.files[message.file.id] = message.file
        self._server.files[f"{message.file.id}-small"] = File(f"{message.file.id}-small", body, name, len(body))
        message.extra |= self._server.content(kind, message.file, mime)
        return self._post(message)

    def _post(self, message: Sent) -> Sent:
        if message.chat is self.chat:
            assert self.chat.bot != "kicked", f"{self.name} has blocked the bot and must unblock it first"
            self.chat.bot = "member"
        self._server.record(message)
        self._deliver(message, "message")
        return message

    def _deliver(self, message: Sent, kind: str) -> None:
        if self._server.shows(message):
            self._server.push(**{kind: message.json()})


class AnonymousAdmin(Person):
    """An administrator of a group who speaks as the group: all of them share one fake account."""

    def __init__(self, server: "TelegramServer", group: Chat) -> None:
        super().__init__(server, ANONYMOUS_ADMIN, "Group", "")
        self.json |= {"is_bot": True, "username": "GroupAnonymousBot"}
        self._group = group

    def _post(self, message: Sent) -> Sent:
        message.extra["sender_chat"] = self._group.json()
        return super()._post(message)


class Group(Chat):
    """A group chat. The bot is an ordinary member unless made administrator: privacy mode then hides most messages from it."""

    def __init__(self, server: "TelegramServer", group_id: int, title: str, kind: str, bot: str) -> None:
        super().__init__(group_id, kind, title, bot)
        self._server = server
        self.anonymous_admin = AnonymousAdmin(server, self)

    async def kick_bot(self, by: Person) -> None:
        self._server.change_bot(self, "kicked", by.json)

    async def add_bot(self, by: Person, status: str = "member") -> None:
        self._server.change_bot(self, status, by.json)

    def topic(self) -> str:
        """A new forum topic's id."""
        number = str(self._server.next_number())
        self.topics.add(number)
        return number


def addressed(message: Sent, username: str) -> bool:
    """What a bot sees in privacy mode: commands (not another bot's), mentions, replies to it."""
    command = re.match(r"/\w+(?:@(\w+))?", message.text)
    if command:
        return command[1] is None or command[1].lower() == username.lower()
    replied = message.reply_to is not None and message.reply_to.sender["id"] == BOT_ID
    return replied or f"@{username}".lower() in message.text.lower()
