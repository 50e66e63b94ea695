"""A broadcast through a real outbox and Telegram's mouth to a server that keeps Telegram's limits, with urgent letters and answers planned in
between. Used by the quick test, by `make prove` and by `make bench`.

    found = await Broadcast(by_outbox(db, vault), letters=500, scale=4).run()
    found.refused, found.most_before(Lane.URGENT)
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from bot.channels.telegram import CAPABILITIES, PACE
from bot.channels.telegram.mouth import Mouth
from bot.database import Database
from bot.outbox import Outbox
from bot.pacing import Pacer
from bot.vault import Vault
from models.talk import Lane
from tests.emulators.telegram import TelegramServer
from tests.emulators.telegram_limits import Limits
from tests.emulators.wire import Wire
from tests.letters import Draft, plan, running

ROOMS, SLICE = 6, 500
FIRST_PERSON, NOTICE = 100_000, "Thông báo"


class QuickPacer(Pacer):
    """The same pace while time runs `scale` times as fast."""

    def __init__(self, scale: float) -> None:
        super().__init__(PACE, lambda: time.monotonic() * scale)
        self._scale = scale

    def wait_seconds(self, chat: str, group: bool, lane: Lane) -> float:
        return super().wait_seconds(chat, group, lane) / self._scale

    def closed(self, lane: Lane) -> dict[str, float]:
        return {chat: wait / self._scale for chat, wait in super().closed(lane).items()}

    def hold(self, chat: str | None, seconds: float) -> None:
        super().hold(chat, seconds * self._scale)


class Speaking(Wire):
    """A channel that only speaks, through Telegram's own mouth."""

    def __init__(self, server: TelegramServer) -> None:
        super().__init__("telegram", CAPABILITIES, PACE)
        self.mouth = Mouth(server.token, server.base_url)
        self.send = self.mouth.send  # type: ignore[method-assign]


@dataclass
class Found:
    """Of each letter that was planned in between, by lane: the seconds from its commit to the wire, unscaled, and how many others left meanwhile,
    which is the same on a machine that is slow."""

    refused: int
    arrived: int
    seconds: float
    waits: dict[Lane, list[float]] = field(default_factory=lambda: {Lane.URGENT: [], Lane.DIALOGUE: []})
    behind: dict[Lane, list[int]] = field(default_factory=lambda: {Lane.URGENT: [], Lane.DIALOGUE: []})

    def worst(self, lane: Lane) -> float:
        return max(self.waits[lane])

    def most_before(self, lane: Lane) -> float:
        """The most letters that left before one that was there already, in seconds of Telegram's pace."""
        return max(self.behind[lane]) / PACE.per_second

    def at(self, lane: Lane, percent: float) -> float:
        ordered = sorted(self.waits[lane])
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


Put = Callable[[Sequence[Draft]], Awaitable[None]]
"""Commits letters and says so to whoever delivers."""
Way = Callable[[TelegramServer, float], AbstractAsyncContextManager[Put]]
"""Delivers to that server for as long as the block lasts, so many times as fast as life."""


def by_outbox(db: Database, vault: Vault) -> Way:
    """Ours: rows, and an outbox that claims what may leave now."""

    @asynccontextmanager
    async def way(server: TelegramServer, scale: float) -> AsyncIterator[Put]:
        speaking = Speaking(server)
        outbox = Outbox(db, vault, speaking, QuickPacer(scale))

        async def put(drafts: Sequence[Draft]) -> None:
            await plan(db, vault, *drafts)
            outbox.wake()  # as whoever commits a turn does

        try:
            async with running(outbox):
                yield put
        finally:
            await speaking.mouth.close()

    return way


@dataclass
class Broadcast:
    """`letters` to chats of their own (or `chats` of them, in turn); `between` urgent letters and twice as many answers at random moments, to
    rooms, to chats that got nothing yet and to those that just got a letter. Time runs `scale` times as fast."""

    way: Way
    letters: int
    scale: float = 1.0
    chats: int = 0
    between: int = 20
    seed: int = 1

    async def run(self) -> Found:
        async with TelegramServer(limits=Limits(scale=self.scale)) as server:
            rooms = [server.group(f"Phòng {number}") for number in range(ROOMS)]
            people = [server.user(FIRST_PERSON + number) for number in range((self.chats or self.letters) + 3 * self.between)]
            for person in people:
                person.chat.bot = "member"
            told, fresh = people[: self.chats or self.letters], people[self.chats or self.letters :]
            places = Places(itertools.cycle(str(room.id) for room in rooms), (str(person.id) for person in fresh))
            async with self.way(server, self.scale) as put:
                await self._begin(put, [str(person.id) for person in told])
                begun = time.monotonic()
                planned = await self._in_between(server, put, places)
                expected = self.letters + len(planned)
                await server.wait_for(lambda: len(server.calls) - len(server.gate.refused) >= expected, 1200 / self.scale)
            return self._found(server, planned, time.monotonic() - begun)

    async def _begin(self, put: Put, chats: Sequence[str]) -> None:
        drafts = [Draft(f"{NOTICE} {n}", chats[n % len(chats)], Lane.BROADCAST, channel="telegram") for n in range(self.letters)]
        for start in range(0, len(drafts), SLICE):
            await put(drafts[start : start + SLICE])

    async def _in_between(self, server: TelegramServer, put: Put, where: "Places") -> dict[str, "Planned"]:
        """Plans them at their moments; by text the lane, and when it was committed."""
        dice, planned = random.Random(self.seed), dict[str, Planned]()
        lanes = [Lane.URGENT, Lane.DIALOGUE, Lane.DIALOGUE] * self.between
        lasts = self.letters / PACE.per_second / self.scale
        moments = sorted(dice.uniform(0.02, 0.95) * lasts for _ in lanes)
        begun = time.monotonic()
        for number, (moment, lane) in enumerate(zip(moments, lanes, strict=True)):
            await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
            chat, answers = where.next(dice.choice(("room", "fresh", "written")), server), lane is Lane.DIALOGUE
            draft = Draft(f"{lane.name} {number}", chat, lane, channel="telegram", group=chat.startswith("-"), asked=answers)
            await put([draft])
            planned[draft.text] = Planned(lane, time.monotonic(), len(server.calls))
        return planned

    def _found(self, server: TelegramServer, planned: dict[str, "Planned"], seconds: float) -> Found:
        found = Found(len(server.gate.refused), len(server.calls) - len(server.gate.refused), seconds * self.scale)
        for place, call in enumerate(server.calls):
            if (letter := planned.get(call.params.get("text", ""))) is not None:
                found.waits[letter.lane].append(max(0.0, call.at - letter.at) * self.scale)
                found.behind[letter.lane].append(max(0, place - letter.calls))
        return found


@dataclass(frozen=True)
class Planned:
    """A letter that was committed `at` a moment, when so many `calls` had come to the server."""

    lane: Lane
    at: float
    calls: int


@dataclass
class Places:
    """Where letters go: the rooms in turn, chats that got nothing yet, and the one that got its letter of the broadcast just now. Each of the
    latter once: three letters to one chat within a second are more than its two seconds can hold, whoever delivers them."""

    rooms: Iterator[str]
    fresh: Iterator[str]
    taken: set[str] = field(default_factory=set)

    def next(self, kind: str, server: TelegramServer) -> str:
        if kind == "written" and server.calls:
            last = server.calls[-1]
            if last.params["text"].startswith(NOTICE) and last.chat not in self.taken:
                self.taken.add(last.chat)
                return last.chat
        return next(self.rooms if kind == "room" else self.fresh)


def table(found: Found) -> Iterator[str]:
    """Seconds from commit to wire by lane."""
    yield f"{found.arrived} messages in {found.seconds:.0f} s, refused: {found.refused}"
    yield f"{'':10}{'letters':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}"
    for lane, waits in found.waits.items():
        values = "".join(f"{found.at(lane, percent):8.3f}" for percent in (50, 95, 99, 100))
        yield f"{lane.name.lower():10}{len(waits):8}{values}"
