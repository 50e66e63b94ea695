"""Server-sent events with a memory: a page that comes back gets what it missed, or is told to load everything.

Every reader walks the same bounded buffer at its own pace, so a sleeping tab costs nothing and can never hold up a letter.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

KEPT = 500  # events; a page that missed more loads everything


def frame(event: str, data: Any, mark: str = "") -> bytes:
    """One event on the wire. JSON never holds a raw line break, so one data line is always enough."""
    head = f"id: {mark}\n" if mark else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class Stream:
    """Marks are "<epoch>-<number>": those of an earlier process or of the room before "start again" are never mistaken for ours."""

    def __init__(self, snapshot: Callable[[], Any], clock: Callable[[], Any], kept: int = KEPT) -> None:
        self._snapshot, self._clock = snapshot, clock
        self._frames: deque[tuple[int, bytes]] = deque(maxlen=kept)
        self._number = 0
        self._epoch = secrets.token_hex(6)
        self._news = asyncio.Event()
        self._closed = False

    def publish(self, event: str, data: Any) -> None:
        self._number += 1
        self._frames.append((self._number, frame(event, data, self._mark())))
        self._wake()

    def restart(self) -> None:
        """Everybody loads everything."""
        self._epoch = secrets.token_hex(6)
        self._frames.clear()
        self._wake()

    def close(self) -> None:
        self._closed = True
        self._wake()

    async def follow(self, mark: str, beat: float) -> AsyncIterator[bytes]:
        """What came after `mark` and then what comes, with the clock every `beat` seconds of quiet."""
        while not self._closed:
            news, batch, mark = self._news, self._since(mark), self._mark()
            for part in batch:
                yield part
            try:
                async with asyncio.timeout(beat):
                    await news.wait()
            except TimeoutError:
                yield frame("clock", self._clock())

    def _since(self, mark: str) -> list[bytes]:
        epoch, _, number = mark.partition("-")
        oldest = self._frames[0][0] if self._frames else self._number + 1
        if epoch != self._epoch or not number.isdecimal() or int(number) < oldest - 1:
            return [frame("reload", self._snapshot(), self._mark())]
        return [part for at, part in self._frames if at > int(number)]

    def _mark(self) -> str:
        return f"{self._epoch}-{self._number}"

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
