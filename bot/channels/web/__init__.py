"""The web channel: the training room, one page on the loopback address with everybody's phone on it.

It keeps the same contract as a messenger. There is no login: only this machine can reach it, and `guard` makes sure of that.
What the phones show is kept in memory (`hub`) and made again from the history after a restart.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.channels import Capabilities, Delivered, FileGone, Gone, Hear, Later, Never, Outcome, Pace, Undecodable
from bot.channels.web.contract import Cast, History, TrainingRoom
from bot.channels.web.guard import Refused
from bot.channels.web.hub import Hub, Message
from bot.channels.web.moving import Moving
from bot.channels.web.posts import MAX_TEXT
from bot.channels.web.shelf import Shelf, ShelfFull
from bot.channels.web.stream import Stream
from models.talk import FileRef, Incoming, Letter, LetterKind

_SOON = timedelta(milliseconds=200)


class WebChannel:
    name = "web"
    capabilities = Capabilities(
        buttons=True,
        edits=True,
        deletes=True,
        toasts=True,
        files_out=True,
        protects=False,
        max_text=MAX_TEXT,
        redelivers=False,
        title="Web",
    )
    pace = Pace(per_second=200, per_chat_second=50, per_group_minute=1200, reserve=0.2)  # memory to memory: nobody is in the way

    def __init__(self, cast: Cast, history: History, room: TrainingRoom, zone: str = "Asia/Ho_Chi_Minh") -> None:
        """`zone`: the plan's, in which the page shows times and reads the clock field."""
        self.deaf_since: datetime | None = None
        self.listened_until: datetime | None = None  # a page that cannot post says so to whoever writes in it
        self.cast, self.room, self.zone = cast, room, ZoneInfo(zone)
        self.shelf = Shelf()
        self.hub = Hub(cast.chats(), self.shelf)
        self.stream = Stream(lambda: self.clock() | {"chats": self.hub.snapshot()}, self.clock)
        self._history = history
        self._hear: Hear | None = None
        self._chat_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._load_lock = asyncio.Lock()
        self._loaded = self._starting = False
        self.moving = Moving(room, self.zone, lambda: self.stream.publish("clock", self.clock()))

    # --- the contract of a channel ------------------------------------------------------------------------------------

    async def listen(self, hear: Hear, undecodable: Undecodable) -> None:
        """Posts arrive through the routes; nothing is heard before this runs nor after it was cancelled."""
        self._hear = hear
        try:
            await asyncio.Event().wait()
        finally:
            self._hear = None

    async def send(self, letter: Letter) -> Outcome:
        if not self.hub.knows(letter.chat):
            return Gone("no such chat in the training room")
        await self.ready()
        if self._starting:  # what is sent now would be wiped a moment later
            return Later("the room is starting again", _SOON)
        if letter.kind is LetterKind.TOAST:
            if letter.text:  # an empty one only ends the waiting sign that a messenger shows on a pressed button
                actor = self.hub.presser(letter.chat, letter.target_external)
                self.stream.publish("toast", {"chat": letter.chat, "text": letter.text, "actor": actor})
            return Delivered()
        try:
            message = self.hub.write(letter, self.room.now())
        except ShelfFull:
            return Later("no place for its pictures")
        if message is None:
            return Delivered() if letter.kind is LetterKind.DELETE else Never("the message it speaks of is gone")
        self._tell({LetterKind.SAY: "message", LetterKind.DELETE: "delete"}.get(letter.kind, "edit"), letter.chat, message)
        return Delivered(message.id)

    async def fetch(self, file: FileRef) -> bytes:
        if (held := self.shelf.get(file.ref)) is None:
            raise FileGone
        self.shelf.fetched(file.ref)
        return held.body

    async def close(self) -> None:
        self.stream.close()

    async def reachable(self) -> bool:
        return True

    def add_routes(self, app: web.Application, hear: Hear, undecodable: Undecodable) -> None:
        """The page. What it posts is heard only while `listen` runs."""
        from bot.channels.web.routes import Routes

        Routes(self).add_to(app)

    # --- what the routes ask ------------------------------------------------------------------------------------------

    def clock(self) -> dict[str, Any]:
        """Where it is, and whether it moves just now."""
        return self.moving.state()

    async def ready(self) -> None:
        """The chats as the history has them: once after a start, once after "start again"."""
        async with self._load_lock:
            if self._loaded:
                return
            self.hub.forget()
            for chat in self.cast.chats():
                self.hub.replay(chat, await self._history.history(chat))
            self._loaded = True

    async def take(self, chat: str, external_id: str, make: Callable[[], Incoming]) -> None:
        """Hear one post, after the earlier ones of its chat; returns when it is safe. A repeated post is the very same Incoming."""
        await self.ready()
        async with self._chat_locks[chat]:
            if self._hear is None or self._starting:
                raise Refused(503, "closed")
            if known := self.hub.heard(chat, external_id):
                await self._hear(known)
                return
            await self._take_new(make(), self._hear)

    async def start_again(self, move_id: str, at: datetime | None) -> None:
        """An empty room at that moment, or at the machine's own time."""
        await self.moving.start_again(move_id, at, partial(self._empty, at))
        self.stream.restart()

    async def _empty(self, at: datetime | None) -> None:
        self._starting = True
        try:
            await self.room.start_again(at)
            self._loaded = False
            self.shelf.clear()
            await self.ready()
        finally:
            self._starting = False

    async def _take_new(self, incoming: Incoming, hear: Hear) -> None:
        before = self.hub.message(incoming.chat, incoming.message)
        shown = self.hub.hear(incoming)  # before it is heard, so that the answer never stands above the question
        if shown:
            self._tell("edit" if before else "message", incoming.chat, shown)
        try:
            await hear(incoming)
        except BaseException:
            self.hub.unhear(incoming, before)
            for file in incoming.files:
                self.shelf.drop(file.ref)
            if shown:
                self._tell("edit" if before else "delete", incoming.chat, before or shown)
            raise

    def _tell(self, event: str, chat: str, message: Message) -> None:
        self.stream.publish(event, {"chat": chat, "message": message.json()})
