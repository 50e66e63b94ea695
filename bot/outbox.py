"""The outbox of one channel: claim what may leave now, send it, write down what became of it (DESIGN rule 4).

Two steps around the wire. The claim is committed with its mark before a send begins, the outcome after it has ended. What a dead
process leaves behind tells by its mark whether it may have been sent (bot.claims, models.letter).

The pace is kept here and nothing queues behind it: a letter is claimed only when it may leave at once, so an urgent one that is planned
now leaves before everything that still waits. Each chat sends one letter at a time, different chats at the same time; a send that
takes long gives its place to others, so a chat that hangs stops nobody.
"""

import asyncio
import math
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from bot import claims, lease
from bot.channels import Channel, Outcome
from bot.claims import Batch, Claimed, Room, Sender
from bot.database import URGENT, Database, StorageDown
from bot.delivery import TOAST_SAY_EVERY, back_off
from bot.fuse import Fuse
from bot.pacing import Pacer
from bot.sending import Load, OnOutcome, Sending, Told, no_pictures, nothing, uncounted, unseen
from bot.vault import Vault
from models.talk import Lane, LetterKind

log = structlog.get_logger()

AT_ONCE, URGENT_AT_ONCE = 8, 12  # sends that have just begun
AT_MOST, URGENT_AT_MOST = 26, 30  # with those that hang: a messenger's client has 32 connections
QUICK = 2.0  # seconds after which a send counts as hanging
LONGEST_STOP = 10.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Flight:
    task: "asyncio.Task[None]"
    since: float


class Outbox:
    """`gone(letter, reason)`: its chat cannot be reached any more; `moved(letter, to)`: it has another id. Both return when that has been
    taken note of; if they raise, the letter is tried again and they are told again. `on_outcome(lane, kind, outcome, seconds since it was
    planned)` counts. `saw` is told what each send came to. `now` is real time; `zone` is the plan's, whose calendar a quota's month follows.
    `holder` names this process for the lease; on SQLite there is only one."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        channel: Channel,
        pacer: Pacer,
        *,
        load: Load = no_pictures,
        gone: Told = nothing,
        moved: Told = nothing,
        on_outcome: OnOutcome = uncounted,
        saw: Callable[[str, Outcome], None] = unseen,
        now: Callable[[], datetime] = _now,
        zone: ZoneInfo = claims.UTC,
        fuse: Fuse | None = None,
        back_off: Callable[[int], float] = back_off,
        holder: str = "",
        lease_seconds: float = 30,
        poll_seconds: float = 1,
    ) -> None:
        self._db, self._vault, self._channel, self._pacer, self._now = db, vault, channel, pacer, now
        self._holder = holder or (secrets.token_hex(8) if db.is_postgresql else "the only process")
        self._lasts, self._poll = timedelta(seconds=lease_seconds), poll_seconds
        self._zone, self._fuse = zone, fuse or Fuse()
        self._sending = Sending(db, channel, pacer, self._fuse, load, gone, moved, on_outcome, now, zone, back_off, self._lasts, saw)
        self._flights: dict[str, _Flight] = {}
        self._toasted: dict[str, float] = {}  # groups that had a toast as a message, and when
        self._woken, self._changed = asyncio.Event(), asyncio.Condition()
        self._held = self._running = self._stopping = False
        self._asked = self._answered = 0  # calls of idle()
        self._soonest = 0.0  # seconds until something may leave, as the last pass saw it; 0 while something is under way

    # --- running ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Deliver until `stop`. Cancelling it instead leaves what is under way to the rules for a dead process."""
        self._running, self._stopping = True, False
        try:
            async with asyncio.TaskGroup() as tasks:
                while not self._stopping:
                    self._woken.clear()
                    await self._pause(await self._pass(tasks))
                await self._finish()
            with suppress(StorageDown):
                await self._db.run(self._let_go, URGENT)
        finally:
            self._running = self._held = False
            await self._tell_changed()

    @property
    def holds(self) -> bool:
        """Whether this process sends for the channel just now."""
        return self._held

    def wake(self) -> None:
        """Something was committed: look at once. From the event loop's thread."""
        self._woken.set()

    async def stop(self) -> None:
        """Claim nothing more, finish what is under way (ten seconds at most), let the lease go."""
        self._stopping = True
        self._woken.set()
        async with self._changed:
            await self._changed.wait_for(lambda: not self._running)

    async def idle(self, patience: float = 1.0) -> None:
        """Until nothing is under way and nothing may leave within `patience` seconds (the pace). What backs off or is held for longer, and
        what another process sends, is not waited for."""
        self._asked += 1
        mine = self._asked
        self._woken.set()

        def quiet() -> bool:
            return not self._running or (self._answered >= mine and self._soonest > patience)

        async with self._changed:
            await self._changed.wait_for(quiet)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _finish(self) -> None:
        if tasks := [flight.task for flight in self._flights.values()]:
            _done, late = await asyncio.wait(tasks, timeout=LONGEST_STOP)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _let_go(self, db: sa.Connection) -> None:
        """Give back what had to be cut off, by the same rules as for a dead process, and the lease."""
        now = self._now()
        if lease.take(db, self._name, self._holder, now, self._lasts) == self._holder:
            claims.recover(db, self._channel.name, self._channel.capabilities, now, before=now + 2 * self._lasts, mine=(), zone=self._zone)
            lease.release(db, self._name, self._holder)

    async def _tell_changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @property
    def _name(self) -> str:
        return f"sender:{self._channel.name}"

    # --- one pass -----------------------------------------------------------------------------------------------------

    async def _pass(self, tasks: asyncio.TaskGroup) -> float:
        """Claim and start sending; returns the seconds after which to look again."""
        asked, soonest = self._asked, math.inf
        try:
            soonest = await self._claim(tasks)
        except StorageDown:
            self._held = False  # a claim that was committed unseen is taken back at once, not when its lease is over
            log.warning("outbox_without_database", channel=self._channel.name)
            return self._poll
        except Exception as error:  # noqa: BLE001  a bug in one claim must not silence a messenger for good: it is told, and tried again
            log.error("claim_failed", channel=self._channel.name, error=type(error).__name__)
        busy = self._flights or self._woken.is_set()  # whatever changed while this pass ran is still to be seen
        self._answered, self._soonest = asked, 0.0 if busy else soonest
        await self._tell_changed()
        return min(self._poll, soonest)

    async def _claim(self, tasks: asyncio.TaskGroup) -> float:
        closed, tight = self._pacer.closed(Lane.URGENT), self._pacer.closed(Lane.DIALOGUE)
        only_urgent, full, due = tight.keys() - closed.keys(), self._fuse.full(), self._fuse.due()
        room = Room(self._room(Lane.URGENT), self._room(Lane.DIALOGUE), closed, only_urgent, self._just_toasted(), full, due)
        work = partial(claims.claim, vault=self._vault, channel=self._channel.name, can=self._channel.capabilities, zone=self._zone)
        batch = await self._db.run(partial(work, sender=self._sender(), room=room, now=self._now()), URGENT)
        self._held = batch is not None
        if batch is None:
            return math.inf
        for claimed in batch.claimed:
            self._start(tasks, claimed)
        for row, close in batch.closed:
            self._sending.report(row, close.state)
        waits = list(tight.values())
        if batch.waiting is not None:
            waits = [(closed if lane is Lane.URGENT else tight)[chat] for chat, lane in batch.waiting]
        return min((math.inf, *waits, *self._reliefs(batch)))

    def _sender(self) -> Sender:
        old = time.monotonic() - self._lasts.total_seconds() / 3
        hanging = tuple(letter for letter, flight in self._flights.items() if flight.since < old)
        return Sender(self._holder, self._lasts, self._held, tuple(self._flights), hanging)

    def _start(self, tasks: asyncio.TaskGroup, claimed: Claimed) -> None:
        row, letter = claimed.row, claimed.letter
        in_chat = letter.kind not in {LetterKind.TOAST, LetterKind.MENU}  # those are no message in it
        self._pacer.spend(letter.chat if in_chat else "", letter.group)
        if row.kind == LetterKind.TOAST and letter.kind is LetterKind.SAY:
            self._toasted[letter.chat] = time.monotonic()
        if claimed.counted:
            self._fuse.spend(letter.chat, letter.id, summary=claimed.summary)
        self._flights[letter.id] = _Flight(tasks.create_task(self._fly(claimed), name=f"letter-{letter.id}"), time.monotonic())

    async def _fly(self, claimed: Claimed) -> None:
        try:
            again = await self._sending.send(claimed)
            if again is not None:
                asyncio.get_running_loop().call_later(again, self.wake)
        finally:
            # Its outcome is committed: with several connections it may have been claimed anew before this line, as another flight.
            if (mine := self._flights.get(claimed.row.id)) is not None and mine.task is asyncio.current_task():
                del self._flights[claimed.row.id]
            self._woken.set()

    # --- room ---------------------------------------------------------------------------------------------------------

    def _room(self, lane: Lane) -> int:
        return max(0, min(self._pacer.room(lane), self._places(lane)))

    def _places(self, lane: Lane) -> int:
        begun, most = (URGENT_AT_ONCE, URGENT_AT_MOST) if lane is Lane.URGENT else (AT_ONCE, AT_MOST)
        quick = time.monotonic() - QUICK
        return min(begun - sum(flight.since > quick for flight in self._flights.values()), most - len(self._flights))

    def _reliefs(self, batch: Batch) -> list[float]:
        """Seconds until there is room again for what had to be left."""
        if batch.more:
            return [0.0]
        return [self._relief(lane) for lane in {Lane.URGENT if lane is Lane.URGENT else Lane.DIALOGUE for lane in batch.left}]

    def _relief(self, lane: Lane) -> float:
        wait = self._pacer.wait_seconds("", False, lane)
        if self._places(lane) > 0:
            return wait
        quick = time.monotonic() - QUICK
        return max(wait, min((flight.since - quick for flight in self._flights.values() if flight.since > quick), default=self._poll))

    def _just_toasted(self) -> frozenset[str]:
        since = time.monotonic() - TOAST_SAY_EVERY
        self._toasted = {chat: at for chat, at in self._toasted.items() if at > since}
        return frozenset(self._toasted)
