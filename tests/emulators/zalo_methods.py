"""The methods of the Zalo Bot Platform, as strict as it is known to be. What it refuses it refuses at HTTP 200, but for what stands here."""

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from tests.emulators.zalo_chats import BOT, Chat, Json, Refused, Sent, units

if TYPE_CHECKING:
    from tests.emulators.zalo import ZaloServer

MAX_TEXT = 2000
_FIELDS = {
    "getme": set[str](),
    "getupdates": {"timeout"},
    "setwebhook": {"url", "secret_token"},
    "deletewebhook": set[str](),
    "getwebhookinfo": set[str](),
    "sendmessage": {"chat_id", "text"},  # parse_mode exists, and nothing that somebody typed is safe with it
    "sendchataction": {"chat_id", "action"},
}


class Methods:
    """`call` runs one method on what the server remembers. `polling`: a poll is open; `given`: the last one gave an event, and none has begun
    since; `news` is set when a poll should look again."""

    def __init__(self, server: "ZaloServer") -> None:
        self._server = server
        self._round = 0  # where the replay stands
        self.polling = self.given = False
        self.polled_at = time.monotonic()
        self.news = asyncio.Event()

    async def call(self, method: str, params: Json) -> Any:
        if method not in _FIELDS:
            raise Refused(404, "Not Found", 404)
        if strange := set(params) - _FIELDS[method]:
            raise Refused(400, f"unknown field: {sorted(strange)}")
        match method:
            case "getme":
                return {
                    "id": self._server.token.partition(":")[0],
                    "account_name": self._server.account_name,
                    "account_type": "BASIC",
                    "can_join_groups": True,
                }
            case "getupdates":
                return await self._get_updates(params)
            case "setwebhook":
                return self._set_webhook(params)
            case "deletewebhook":
                self._server.webhook = {}
                return True
            case "getwebhookinfo":
                if not self._server.webhook:
                    raise Refused(404, "webhook not found", 404)
                return {"url": self._server.webhook["url"], "updated_at": int(time.time() * 1000)}
            case "sendmessage":
                return self._send_message(params)
            case _:
                self._chat(params)
                return True

    async def _get_updates(self, params: Json) -> Json:
        if self._server.webhook:
            raise Refused(400, "a webhook is set: getUpdates gives nothing")
        if self.polling:
            raise Refused(409, "another getUpdates is running", 409)
        self.polling, self.given = True, False
        until = time.monotonic() + float(params.get("timeout", 30))
        try:
            self._server.changed()
            while True:
                if (event := self._next()) is not None:
                    self.given = True
                    return event
                if time.monotonic() >= until:
                    raise Refused(408, "Request timeout", 408)
                self.news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), max(0.0, until - time.monotonic()))
        finally:
            self.polling, self.polled_at = False, time.monotonic()

    def _next(self) -> Json | None:
        if not self._server.replays:
            return self._server.pending.pop(0) if self._server.pending else None
        if not self._server.events:
            return None
        self._round = self._round % len(self._server.events)
        event, self._round = self._server.events[self._round], self._round + 1
        if event in self._server.pending:
            self._server.pending.remove(event)
        return event

    def _set_webhook(self, params: Json) -> bool:
        url, secret = params.get("url"), params.get("secret_token")
        if not isinstance(url, str) or not url.startswith("https://"):
            raise Refused(400, "url must be https")
        if not isinstance(secret, str) or not 8 <= len(secret) <= 256:
            raise Refused(400, "secret_token must have 8 to 256 characters")
        self._server.webhook = {"url": url, "secret_token": secret}
        if not self._server.verifies:
            raise Refused(400, "the webhook could not be verified")
        return True

    def _chat(self, params: Json) -> Chat:
        chat_id = params.get("chat_id")
        if not isinstance(chat_id, str) or not chat_id:
            raise Refused(400, "chat_id must be a string")
        chat = self._server.chats.get(chat_id)
        if chat is None or not chat.known or chat.gone:
            raise Refused(404, "chat not found")
        return chat

    def _send_message(self, params: Json) -> Json:
        chat, text = self._chat(params), params.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "text must not be empty")
        if units(text) > MAX_TEXT:
            raise Refused(400, "text is too long")
        if self._server.sent >= self._server.quota:
            raise Refused(429, "quota exceeded")
        sender = {"id": BOT, "display_name": self._server.display_name, "is_bot": True}
        message = self._server.record(Sent(self._server.next_message_id(), chat, sender, text))
        return {"message_id": message.id, "date": int(message.at * 1000)}
