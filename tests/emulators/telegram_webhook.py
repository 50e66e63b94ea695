"""The webhook side of the Telegram emulator: updates are posted to the address that was set, as https://core.telegram.org/bots/webhooks tells.

Updates of one chat come one after another, each again until it is answered with 2xx; those of different chats come at the same time.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from tests.emulators.telegram_chats import Json, bad

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramServer

PORTS = {None, 443, 80, 88, 8443}
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
AT_ONCE = 40


class Webhook:
    """`reaches` maps a public address ("https://baongay.example") to where it leads here, as a name server and a proxy with a certificate do.
    `answered` has (update id, status) of every post in order; status 0: no answer. `patience` and `again_after` in seconds."""

    def __init__(self, server: "TelegramServer") -> None:
        self._server = server
        self.url = self.secret = self.last_error = ""
        self.last_error_at = 0.0
        self.reaches: dict[str, str] = {}
        self.answered: list[tuple[int, int]] = []
        self.patience, self.again_after = 60.0, 0.02
        self._busy: set[str] = set()
        self._changed = asyncio.Event()
        self._posting: asyncio.Future[None] | None = None

    # --- methods ------------------------------------------------------------------------------------------------------

    def put(self, params: Mapping[str, str]) -> bool:
        url, secret = params.get("url", ""), params.get("secret_token", "")
        parts = urlsplit(url)
        if url and parts.scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if parts.port not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if secret and not SECRET.fullmatch(secret):
            raise bad("bad webhook: secret token contains unallowed characters")
        self.url, self.secret = url, secret
        self._server.allow(json.loads(params.get("allowed_updates") or "[]"))
        return self._end(params)

    def delete(self, params: Mapping[str, str]) -> bool:
        self.url = self.secret = ""
        return self._end(params)

    def _end(self, params: Mapping[str, str]) -> bool:
        self.last_error = ""
        if params.get("drop_pending_updates") == "true":
            self._server.pending.clear()
        self._server.changed()
        return True

    def info(self) -> Json:
        about: Json = {"url": self.url, "has_custom_certificate": False, "pending_update_count": len(self._server.pending)}
        return about | ({"last_error_date": int(self.last_error_at), "last_error_message": self.last_error} if self.last_error else {})

    # --- posting ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._posting = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        assert self._posting is not None
        self._posting.cancel()
        await asyncio.gather(self._posting, return_exceptions=True)

    def look(self) -> None:
        self._changed.set()

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
            while True:
                for update_id, update in sorted(self._server.pending.items()) if self.url else ():
                    chat = _chat(update)
                    if chat not in self._busy and len(self._busy) < AT_ONCE:
                        self._busy.add(chat)
                        tasks.create_task(self._post(session, chat, update_id, update))
                await self._changed.wait()
                self._changed.clear()

    async def _post(self, session: aiohttp.ClientSession, chat: str, update_id: int, update: Json) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        status = 0
        try:
            limit = aiohttp.ClientTimeout(self.patience)
            async with session.post(self._address(), json=update, headers=headers, timeout=limit, allow_redirects=False) as answer:
                status = answer.status
                self.last_error = "" if answer.ok else f"Wrong response from the webhook: {status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError, LookupError) as error:
            self.last_error = f"Connection failed: {type(error).__name__}"
        self.answered.append((update_id, status))
        self.last_error_at = time.time()
        if 200 <= status < 300:
            self._server.acknowledge(update_id)
        else:
            await asyncio.sleep(self.again_after)
        self._busy.discard(chat)
        self._server.changed()

    def _address(self) -> str:
        public = next(address for address in sorted(self.reaches) if self.url.startswith(f"{address}/")) if self.reaches else ""
        if not public:
            raise LookupError(self.url)
        return self.reaches[public] + self.url.removeprefix(public)


def _chat(update: Json) -> str:
    """The queue of an update: its chat."""
    content: Any = next(value for name, value in update.items() if name != "update_id")
    place = content.get("chat") or content.get("message", {}).get("chat") or {}
    return str(place.get("id", ""))
