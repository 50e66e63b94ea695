"""One letter from its claim to its outcome: pictures read, marked, sent, the outcome written down. Never content in a log."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from bot.channels import Channel, Delivered, Gone, Later, Never, Outcome, Unknown
from bot.claims import Claimed
from bot.database import NORMAL, URGENT, Database, StorageDown
from bot.delivery import NOT_TOLD, after, given_up_on, reason_of
from bot.fuse import Fuse
from bot.pacing import Pacer
from bot.quota import count_sent, messages_of
from models import letter as letters
from models.letter import LetterState, planned_at
from models.talk import Lane, Letter, LetterKind, Picture

log = structlog.get_logger()

LONGEST_SEND = 120.0  # seconds, then its outcome is unknown
LONGEST_TELLING = 30.0  # seconds, then it is told again with the next try
PATIENCE_WITH_FILES = 5  # tries, then a letter leaves without its pictures: its words matter more

Load = Callable[[sa.Connection, str], Picture | None]
"""An attachment, decrypted, for sending; None if it is not there or does not open. Called within a transaction."""
Told = Callable[[Letter, str], Awaitable[None]]
OnOutcome = Callable[[Lane, str, str, float], None]


async def nothing(_letter: Letter, _word: str) -> None:
    """For whoever need not be told."""


def no_pictures(_db: sa.Connection, _attachment: str) -> Picture | None:
    """For channels and tests without files."""
    return None


def unseen(_chat: str, _outcome: Outcome) -> None:
    """For whoever watches nothing."""


def uncounted(_lane: Lane, _kind: str, _outcome: str, _seconds: float) -> None:
    """For whoever counts nothing."""


class Sending:
    """What every send of one channel needs. See bot.outbox.Outbox for the callbacks."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        pacer: Pacer,
        fuse: Fuse,
        load: Load,
        gone: Told,
        moved: Told,
        on_outcome: OnOutcome,
        now: Callable[[], datetime],
        zone: ZoneInfo,
        back_off: Callable[[int], float],
        lasts: timedelta,
        saw: Callable[[str, Outcome], None] = unseen,
    ) -> None:
        self._saw = saw
        self._db, self._channel, self._pacer, self._fuse, self._load = db, channel, pacer, fuse, load
        self._gone, self._moved, self._on_outcome = gone, moved, on_outcome
        self._now, self._zone, self._back_off, self._lasts = now, zone, back_off, lasts

    async def send(self, claimed: Claimed) -> float | None:
        """One attempt, from the claim to the committed outcome. Returns the seconds until the letter's next try, if there is one."""
        row, letter, began = claimed.row, claimed.letter, self._now()
        try:
            marked = await self._with_pictures(claimed) if claimed.attachments else letter
            if marked is None:
                return 0.0
            came = await self._wire(marked)
            self._saw(letter.chat, came)
            outcome = await self._tell(letter, given_up_on(row, came, self._now()))
            return await self._write(row, letter.kind, outcome, began)
        except Exception as error:  # noqa: BLE001  the row keeps its mark: when its lease is over the rule for an unknown outcome holds
            log.error("delivery_failed", letter=letter.id, lane=_lane(row), error=type(error).__name__)
            return None

    def report(self, row: sa.Row[Any], outcome: str) -> None:
        """Count and log one outcome."""
        seconds = max(0.0, (self._now() - planned_at(row.id)).total_seconds())
        log.debug("letter", letter=row.id, lane=_lane(row), kind=row.kind, outcome=str(outcome))
        self._on_outcome(Lane(row.lane), row.kind, str(outcome), seconds)

    # --- before the wire ----------------------------------------------------------------------------------------------

    async def _with_pictures(self, claimed: Claimed) -> Letter | None:
        """Read what is attached and mark the letter, in one transaction; None if it is not to be sent now."""
        try:
            pictures = await self._db.run(partial(self._read_and_mark, claimed=claimed), NORMAL)
        except StorageDown:
            raise
        except Exception as error:  # noqa: BLE001  whatever a file holds, its letter is not lost: later, at last without pictures
            log.error("attachments_unreadable", letter=claimed.row.id, error=type(error).__name__)
            await self._write(claimed.row, claimed.letter.kind, Later("attachments"), self._now(), marked=False)
            return None
        if pictures is None:
            return None
        if len(pictures) > 1:  # an album of n counts as n messages; one was counted with the claim
            self._pacer.spend(claimed.letter.chat, claimed.letter.group, len(pictures) - 1)
        return replace(claimed.letter, pictures=pictures)

    def _read_and_mark(self, db: sa.Connection, claimed: Claimed) -> tuple[Picture, ...] | None:
        wanted = claimed.attachments if claimed.row.attempts < PATIENCE_WITH_FILES else ()
        found = tuple(picture for name in wanted if (picture := self._load(db, name)) is not None)
        now = self._now()
        return found if letters.mark_attempted(db, [claimed.row.id], now, now + self._lasts) else None

    # --- the wire -----------------------------------------------------------------------------------------------------

    async def _wire(self, letter: Letter) -> Outcome:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await self._channel.send(letter)
        except TimeoutError:
            return Unknown("no answer")
        except Exception as error:  # noqa: BLE001  a channel never raises for what its platform says: a bug, after which anything is possible
            log.error("channel_failed", channel=self._channel.name, letter=letter.id, error=type(error).__name__)
            return Unknown(type(error).__name__)

    async def _tell(self, letter: Letter, outcome: Outcome) -> Outcome:
        """A chat that is gone is told before it is written: if telling fails the letter is tried, and refused, and told again."""
        if not isinstance(outcome, Gone):
            return outcome
        try:
            async with asyncio.timeout(LONGEST_TELLING):
                if outcome.moved_to:
                    await self._moved(letter, outcome.moved_to)
                else:
                    await self._gone(letter, outcome.reason)
        except Exception as error:  # noqa: BLE001  nobody may lose an alarm about a lost chat
            log.error("gone_not_told", letter=letter.id, error=type(error).__name__)
            return Later(NOT_TOLD)
        return outcome

    # --- after the wire -----------------------------------------------------------------------------------------------

    async def _write(
        self, row: sa.Row[Any], sent_as: LetterKind, outcome: Outcome, began: datetime, *, marked: bool = True
    ) -> float | None:
        attempts = row.attempts + 1
        wait = outcome.wait.total_seconds() if isinstance(outcome, Later) and outcome.wait is not None else self._back_off(attempts)
        if isinstance(outcome, Later) and (outcome.wait is not None or outcome.whole_channel):
            self._pacer.hold(None if outcome.whole_channel else row.chat, wait)
        values = after(row, outcome, sent_as, self._now(), wait) | {"attempts": attempts}
        was = {"state": LetterState.ATTEMPTED, "attempts": attempts} if marked else {"state": LetterState.LEASED}
        if isinstance(outcome, Later | Never | Gone):
            self._fuse.give_back(row.chat, row.id)
        write = partial(letters.change, letter=row.id, values=values, **was)
        if isinstance(outcome, Delivered):
            write = partial(letters.arrived, letter=row.id, values=values)
        await self._until_written(partial(self._count_and_write, write=write, row=row, outcome=outcome, began=began))
        self.report(row, type(outcome).__name__.lower())
        if values["state"] == LetterState.GIVEN_UP:
            log.warning("letter_given_up", letter=row.id, lane=_lane(row), outcome=type(outcome).__name__.lower())
        return wait + 0.005 if values["state"] == LetterState.PLANNED else None

    def _count_and_write(
        self, db: sa.Connection, write: Callable[[sa.Connection], bool], row: sa.Row[Any], outcome: Outcome, began: datetime
    ) -> None:
        """What the outcome has cost of the quota, the outcome, and the attempt for the letter's history. The counter first, see
        models.quota; what was written already was counted already."""
        count = partial(count_sent, db, self._channel.name, self._channel.capabilities, began, self._zone)
        cost = messages_of(outcome, row.attempts)
        count(cost)
        if not write(db):
            count(-cost)
        elif not isinstance(outcome, Delivered):
            letters.note_attempt(db, row.id, row.attempts + 1, began, type(outcome).__name__.lower(), reason_of(outcome))

    async def _until_written(self, write: Callable[[sa.Connection], None]) -> None:
        """A letter that has left must not leave again because the database was away for a moment."""
        while True:
            try:
                await self._db.run(write, URGENT)
                return
            except StorageDown:
                await asyncio.sleep(1)


def _lane(row: sa.Row[Any]) -> str:
    return Lane(row.lane).name.lower()
