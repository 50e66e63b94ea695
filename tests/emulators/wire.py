"""A channel without a platform: it keeps what is sent, and answers as it is told to. The seam is `bot.channels.Channel`."""

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bot.channels import Capabilities, Delivered, Hear, Outcome, Pace, Undecodable
from models.talk import FileRef, Letter

EVERYTHING = Capabilities(
    buttons=True, edits=True, deletes=True, toasts=True, files_out=True, protects=True, max_text=4096, redelivers=True
)
NOTHING = Capabilities(
    buttons=False, edits=False, deletes=False, toasts=False, files_out=False, protects=False, max_text=2000, redelivers=False
)
FAST = Pace(per_second=100_000, per_chat_second=100_000, per_group_minute=6_000_000, reserve=0.2)


@dataclass(frozen=True)
class Sent:
    """One send that began, and when (monotonic seconds)."""

    letter: Letter
    at: float


@dataclass
class Wire:
    """`sent` has every send that began, in order; `latency` is what each takes. `hang` keeps a chat's sends from ending."""

    name: str = "wire"
    capabilities: Capabilities = EVERYTHING
    pace: Pace = FAST
    latency: float = 0.0
    listened_until: datetime | None = None
    deaf_since: datetime | None = None
    answers: bool = True
    asked: int = 0  # whether it is reachable
    sent: list[Sent] = field(default_factory=list)
    most_at_once: int = 0
    most_in_one_chat: int = 0
    _answers: defaultdict[str, deque[Outcome | Exception]] = field(default_factory=lambda: defaultdict(deque))
    _hanging: dict[str, asyncio.Event] = field(default_factory=dict)
    _under_way: list[str] = field(default_factory=list)

    def will(self, chat: str, *answers: Outcome | Exception) -> None:
        """What the next sends to this chat come to; after that they are delivered."""
        self._answers[chat].extend(answers)

    def hang(self, chat: str) -> None:
        self._hanging[chat] = asyncio.Event()

    def let_go(self, chat: str) -> None:
        self._hanging.pop(chat).set()

    def texts(self, chat: str = "") -> list[str]:
        return [sent.letter.text for sent in self.sent if chat in {"", sent.letter.chat}]

    def has_sent(self, text: str) -> bool:
        """Whether it was among the last hundred."""
        return any(sent.letter.text == text for sent in self.sent[-100:])

    # --- the contract -------------------------------------------------------------------------------------------------

    async def send(self, letter: Letter) -> Outcome:
        self.sent.append(Sent(letter, time.monotonic()))
        self._under_way.append(letter.chat)
        self.most_at_once = max(self.most_at_once, len(self._under_way))
        self.most_in_one_chat = max(self.most_in_one_chat, self._under_way.count(letter.chat))
        number = len(self.sent)
        try:
            if letter.chat in self._hanging:
                await self._hanging[letter.chat].wait()
            await asyncio.sleep(self.latency)
            answer = self._answers[letter.chat].popleft() if self._answers[letter.chat] else Delivered(str(number))
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self._under_way.remove(letter.chat)

    async def listen(self, hear: Hear, undecodable: Undecodable) -> None:
        await asyncio.Event().wait()

    async def fetch(self, file: FileRef) -> bytes:
        return b""

    async def reachable(self) -> bool:
        self.asked += 1
        return self.answers

    def add_routes(self, app: web.Application, hear: Hear, undecodable: Undecodable) -> None:
        """Nothing posts here."""

    async def close(self) -> None:
        pass
