"""How one messenger does: what its sends come to, and, where nothing is being sent, whether it answers at all (real time).

| seen                                                             | it is                                                         |
|------------------------------------------------------------------|---------------------------------------------------------------|
| a send was delivered, refused for good, or told to wait so long  | working: the platform has answered for itself                 |
| sends failed or their outcome is unknown, and none got through   | failing                                                       |
| a send was refused because of its chat alone                     | nothing: as if it had not been sent                           |
| nothing was sent since the last look, but before that sends to   | failing: a platform can answer questions and carry nothing    |
| several chats failed and none has got through                    |                                                               |
| nothing was sent since the last look otherwise                   | working if it answers a question of ours, else failing        |
| failing for five minutes                                         | down: what is urgent goes elsewhere, until it works again     |

Only the process that sends for a messenger watches it. What follows from a change is a turn like any other: an internal message. Until when
its ear has listened is noted by the process that listens, which need not be the one that sends.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from bot.channels import Channel, Delivered, Gone, Later, Never, Outcome, Unknown
from bot.database import Database
from models.columns import upsert
from models.letter import movable
from models.service import CHANNEL_STATE
from models.talk import Incoming, Json, Kind

log = structlog.get_logger()

SEVERAL = 2  # chats: one alone may be that chat's own trouble
AGAIN = 300  # seconds between two tries to send a letter another way
FORGOTTEN = 2  # times the patience, after which a failed send says nothing any more: letters that back off come again within it


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: between two looks; of failure until a messenger counts as down; that an urgent letter may wait for one chat before the person's
    other messenger is tried; of silence in an ear after which people's words may have been missed."""

    every: float = 15
    down_after: float = 300
    letter: float = 300
    deaf: float = 120


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows say of a messenger."""

    failing_since: datetime | None = None
    down: bool = False


class Watch:
    """`hear` takes the turns that follow. `saw` is told every outcome of a send; `look` is called again and again by the process that sends.
    `others` are the messengers that could carry a letter instead."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        hear: Callable[[Incoming], Awaitable[None]],
        domain_now: Callable[[], datetime],
        patience: Patience,
        others: frozenset[str],
    ) -> None:
        self._db, self._channel, self._hear, self._domain_now = db, channel, hear, domain_now
        self._patience, self._others = patience, others
        self._sent = self._through = False  # since the last look something was sent; some of it got through
        self._failed: dict[str, float] = {}  # chats to which sends have failed, and when, while none has got through anywhere

    def saw(self, chat: str, outcome: Outcome) -> None:
        """A send has ended. What the platform has against one chat says nothing of the others, neither for it nor against it: a room that
        threw us out must not look like a failing messenger, nor hide one."""
        if isinstance(outcome, Later | Unknown) and outcome.answered:
            return
        self._sent = True
        if answered(outcome):
            self._through = True
            self._failed.clear()
        else:
            self._failed[chat] = time.monotonic()

    async def look(self) -> None:
        """Write down how it does, and start what follows from a change."""
        working = await self._works()
        known = await self._db.run(partial(_note, channel=self._channel, working=working))
        if not known.down and not working and _since(known.failing_since) >= self._patience.down_after:
            await self._tell("messenger_down", failed_for=_since(known.failing_since))
            known = _Known(down=True)
        elif known.down and working:
            await self._tell("messenger_up")
            known = _Known()
        await self._reroute(known.down)

    async def _works(self) -> bool:
        sent, through = self._sent, self._through
        self._sent = self._through = False
        if sent:
            return through
        lately = time.monotonic() - FORGOTTEN * self._patience.down_after
        self._failed = {chat: at for chat, at in self._failed.items() if at > lately}
        return len(self._failed) < SEVERAL and await self._channel.reachable()

    # --- what follows -------------------------------------------------------------------------------------------------

    async def _tell(self, what: str, **data: Json) -> None:
        log.warning(what, channel=self._channel.name)
        title = self._channel.capabilities.title
        given: dict[str, Json] = {"timer": what, "subject": self._channel.name, "title": title, **data}
        await self._hear(internal(f"{what}:{self._channel.name}:{datetime.now(UTC).isoformat()}", given, self._domain_now()))

    async def _reroute(self, down: bool) -> None:
        """Urgent letters that do not get through here and could elsewhere."""
        older = datetime.now(UTC) - timedelta(seconds=0 if down else self._patience.letter)
        await reroute_waiting(self._db, self._hear, self._channel.name, self._others, older, self._domain_now())


async def reroute_waiting(
    db: Database, hear: Callable[[Incoming], Awaitable[None]], channel: str, others: frozenset[str], planned_before: datetime, now: datetime
) -> None:
    """Each in a turn of its own, which moves it once. Where nobody could be reached instead it is tried again a few minutes later."""
    after, round_ = "", int(time.time() // AGAIN)
    while found := await db.run(partial(movable, channel=channel, others=others, planned_before=planned_before, after=after)):
        for letter in found:
            await hear(internal(f"reroute:{letter}:{round_}", {"timer": "reroute", "subject": letter}, now))
        after = found[-1]


def answered(outcome: Outcome) -> bool:
    """Whether the platform itself has answered, whatever it said. A wait that it names is an answer; a failure of ours to reach it is none."""
    return isinstance(outcome, Delivered | Never | Gone) or (isinstance(outcome, Later) and outcome.wait is not None)


def internal(external_id: str, data: dict[str, Json], at: datetime) -> Incoming:
    """A message to ourselves. The same id is one turn, however often it is told."""
    return Incoming("internal", external_id[:128], str(data["subject"]), "", Kind.INTERNAL, at, data=data)


def _since(moment: datetime | None) -> float:
    return (datetime.now(UTC) - moment).total_seconds() if moment is not None else 0.0


def _note(db: sa.Connection, channel: Channel, working: bool) -> _Known:
    """Write the row; returns how it stands now."""
    row = db.execute(sa.select(CHANNEL_STATE).where(CHANNEL_STATE.c.name == channel.name)).one_or_none()
    failing = None if working else (row.failing_since if row is not None and row.failing_since else datetime.now(UTC))
    values = {"name": channel.name, "title": channel.capabilities.title, "failing_since": failing}
    if row is None or any(getattr(row, name) != value for name, value in values.items()):
        upsert(db, CHANNEL_STATE, ("name",), values)
    return _Known(failing, row is not None and row.down_since is not None)


# --- listening --------------------------------------------------------------------------------------------------------


class Listening:
    """What the process that listens notes of one ear. `deaf` (s): see Patience."""

    def __init__(
        self, db: Database, channel: Channel, hear: Callable[[Incoming], Awaitable[None]], domain_now: Callable[[], datetime], deaf: float
    ) -> None:
        self._db, self._channel, self._hear, self._domain_now, self._deaf = db, channel, hear, domain_now, deaf
        self._told: datetime | None = None  # the beginning of a deafness that was told

    async def look(self) -> None:
        """Tell what the platform says of its posts, once; note until when was listened."""
        since = self._channel.deaf_since
        if since is not None and since != self._told:
            await self._tell(f"unposted:{self._channel.name}:{since.isoformat()}", {"since": since.isoformat()})
            self._told = since
        await self.note()

    async def note(self) -> None:
        """Write down until when nothing can have been missed. Where a platform keeps nothing for an absent ear, administrators hear from when
        until when words may have been lost: before the row is written, or nobody would tell it after a crash in between."""
        until = self._channel.listened_until
        if until is None:
            return
        before = await self._db.run(partial(_listened_until, name=self._channel.name))
        if before is not None and (until - before).total_seconds() >= self._deaf:
            await self._tell(f"deaf:{self._channel.name}:{before.isoformat()}", {"since": before.isoformat(), "until": until.isoformat()})
        if before is None or until > before:
            await self._db.run(partial(_write_listened, channel=self._channel, until=until))

    async def _tell(self, once: str, data: dict[str, Json]) -> None:
        log.warning("deaf", channel=self._channel.name)
        given: dict[str, Json] = {"timer": "deaf", "subject": self._channel.name, "title": self._channel.capabilities.title, **data}
        await self._hear(internal(once, given, self._domain_now()))


def _listened_until(db: sa.Connection, name: str) -> datetime | None:
    found: datetime | None = db.execute(sa.select(CHANNEL_STATE.c.listened_until).where(CHANNEL_STATE.c.name == name)).scalar_one_or_none()
    return found


def _write_listened(db: sa.Connection, channel: Channel, until: datetime) -> None:
    upsert(db, CHANNEL_STATE, ("name",), {"name": channel.name, "title": channel.capabilities.title, "listened_until": until})
