"""A training room with nobody behind it: the real channel on a real loopback port, a fake clock, and ears that a test can read."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.web import WebChannel
from bot.channels.web.cast import CAST
from bot.channels.web.contract import Onward, Past
from models.talk import Button, Incoming, Letter, LetterKind

START = datetime(2026, 11, 23, 3, 32, tzinfo=UTC)  # Monday 10:32 in Long Biên
HEADERS = {"X-Bao-Ngay": "1"}


class FakeRoom:
    """Keeps the time that it is given; `due` runs inside a move, as due rows do."""

    def __init__(self, past: dict[str, list[Past]] | None = None) -> None:
        self.time = START
        self.past = past or {}
        self.due: Callable[[], Awaitable[None]] | None = None
        self.again: Callable[[], Awaitable[None]] | None = None
        self.starts = 0
        self.next: datetime | None = None  # when something is due next
        self.stopped = False

    def now(self) -> datetime:
        return self.time

    def suggested(self) -> datetime | None:
        return datetime(2021, 5, 3, tzinfo=UTC)  # 7:00 in Long Biên

    async def move(self, to: datetime, onward: Onward) -> None:
        self.time = to.astimezone(UTC)
        if self.due:
            await self.due()
        self.stopped = not onward()

    async def move_on(self, before: datetime, onward: Onward) -> bool:
        if self.next is not None and self.next < before:
            await self.move(self.next, onward)
            return True
        return False

    async def start_again(self, at: datetime | None) -> None:
        self.starts += 1
        self.time, self.past = at.astimezone(UTC) if at else START, {}
        if self.again:
            await self.again()

    async def history(self, chat: str) -> Sequence[Past]:
        return self.past.get(chat, [])


@dataclass
class Stage:
    """`heard`: what came in; `trouble`: raised by the next `hear`s, one each, instead of hearing."""

    channel: WebChannel
    room: FakeRoom
    url: str
    http: aiohttp.ClientSession
    heard: list[Incoming] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    answer: Callable[[Incoming], Awaitable[None]] | None = None
    letters: int = 0

    async def hear(self, incoming: Incoming) -> None:
        if self.trouble:
            raise self.trouble.pop()
        self.heard.append(incoming)
        if self.answer:
            await self.answer(incoming)

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        async with self.http.post(self.url + path, json=body, headers=HEADERS | headers) as answer:
            return answer.status, await answer.json(content_type=None) if answer.content_type == "application/json" else await answer.text()

    async def upload(self, fields: dict[str, str], *files: tuple[str, bytes, str]) -> tuple[int, Any]:
        """Files are (name, body, type)."""
        form = aiohttp.FormData(fields)
        for name, body, kind in files:
            form.add_field("file", BytesIO(body), filename=name, content_type=kind)
        async with self.http.post(f"{self.url}/api/upload", data=form, headers=HEADERS) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        async with self.http.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.read()

    @asynccontextmanager
    async def events(self, mark: str = "") -> AsyncIterator["Events"]:
        headers = {"Last-Event-ID": mark} if mark else {}
        async with self.http.get(f"{self.url}/api/stream", headers=headers) as answer:
            yield Events(answer)

    def letter(self, chat: str, text: str = "", **more: Any) -> Letter:
        self.letters += 1
        more = {"kind": LetterKind.SAY, "id": f"letter-{self.letters}"} | more
        return Letter(channel="web", chat=chat, text=text, **more)


class Events:
    """A page's end of the stream: `(name, data)` one by one; `mark` is the last one's id."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.mark = ""

    async def next(self) -> tuple[str, Any]:
        name, data = "", None
        async with asyncio.timeout(30):
            while line := (await self._answer.content.readline()).decode().rstrip("\n"):
                key, _, value = line.partition(": ")
                if key == "id":
                    self.mark = value
                elif key == "event":
                    name = value
                else:
                    data = json.loads(value)
        return name, data


async def ignore(channel: str, external_id: str, reason: str) -> None:
    """The web channel has nothing undecodable: a bad post is refused at once."""


async def nobody(incoming: Incoming) -> None:
    """Posts are heard by whoever listens, and by nobody else."""


@asynccontextmanager
async def training_room(past: dict[str, list[Past]] | None = None) -> AsyncIterator[Stage]:
    room = FakeRoom(past)
    channel = WebChannel(CAST, room, room)
    app = web.Application()
    channel.add_routes(app, nobody, ignore)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
        stage = Stage(channel, room, f"http://127.0.0.1:{runner.addresses[0][1]}", http)
        listening = tasks.create_task(channel.listen(stage.hear, ignore))
        try:
            await asyncio.sleep(0)
            yield stage
        finally:
            listening.cancel()
            await runner.cleanup()


def say(chat: str, text: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """The post of the page for a text in a private chat; `number` makes its id."""
    return {"id": f"post-{number:08d}", "chat": chat, "sender": chat, "text": text} | more


def buttons(*pairs: tuple[str, str]) -> tuple[Button, ...]:
    """(data, label) each."""
    return tuple(Button(data, label) for data, label in pairs)
