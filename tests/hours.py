"""An outbox in hours that a test moves, so that nobody waits for them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.database import Database
from bot.fuse import Fuse
from bot.vault import Vault
from models.talk import Letter
from tests.emulators.wire import Wire
from tests.letters import Draft, make_outbox, plan, running


@dataclass
class Clock:
    """Seconds since the test began, for the fuse and for the outbox alike."""

    begin: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.begin + timedelta(seconds=self.seconds)


@dataclass
class Hours:
    """An outbox in time that a test moves: `plans` and `passes` end when nothing more may leave."""

    db: Database
    vault: Vault
    wire: Wire = field(default_factory=Wire)
    clock: Clock = field(default_factory=Clock)
    sent: list[tuple[float, Letter]] = field(default_factory=list)
    outbox: Any = None
    zone: ZoneInfo = ZoneInfo("Asia/Ho_Chi_Minh")

    async def plans(self, *drafts: Draft) -> None:
        await plan(self.db, self.vault, *drafts, at=self.clock.now())
        await self.settles()

    async def passes(self, minutes: float) -> None:
        self.clock.seconds += minutes * 60
        await self.settles()

    async def settles(self) -> None:
        self.outbox.wake()
        await self.outbox.idle()
        self.sent += [(self.clock.seconds, one.letter) for one in self.wire.sent[len(self.sent) :]]

    def texts(self) -> list[str]:
        return [letter.text for _at, letter in self.sent]

    def run(self) -> Any:
        self.outbox = make_outbox(
            self.db, self.vault, self.wire, now=self.clock.now, zone=self.zone, fuse=Fuse(self.clock), poll_seconds=30
        )
        return running(self.outbox)
