"""From an ear to a committed turn: order within a conversation, failures counted and parked, whoever waits is woken after the commit."""

import asyncio
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from bot.conversations import Talk, open_talk
from bot.database import Database, StorageDown
from bot.engine import Engine
from bot.turn import Taken, store, take_turn
from bot.vault import VaultError
from bot.wire_json import incoming_from_json
from bot.writing import Writing
from handlers import parked
from models import inbox
from models.columns import insert_once
from models.facts import ChannelFacts, Facts
from models.ids import new_id
from models.inbox import INBOX, InboxState
from models.talk import Incoming, Kind
from models.timer import fire

log = structlog.get_logger()

NEVER_PARKED = {"ladder", "unanswered", "follow_up", "idle", "clock", "promise", "roster", "reconcile", "reports"}
"""Timers that keep a case from falling silent (rule 6), and those that say that nobody is on duty and how all
cases stand: tried again and again, whatever happens."""


class Hearing:
    """`hear` returns when the message's turn has committed, or it was parked; it raises StorageDown when the database cannot be reached."""

    def __init__(self, db: Database, engine: Engine, wake: Callable[[Taken], None], pause: float = 1.0) -> None:
        self._db, self._engine, self._wake, self._pause = db, engine, wake, pause
        self._locks: weakref.WeakValueDictionary[tuple[str, str, str, str], asyncio.Lock] = weakref.WeakValueDictionary()
        self._under_way: set[tuple[str, str]] = set()
        self.turns = 0
        self.parked = 0

    async def hear(self, incoming: Incoming) -> None:
        """One conversation, one turn at a time, in the order of arrival; a failed one holds the others of its conversation."""
        key = (incoming.channel, incoming.chat, incoming.topic, incoming.sender)
        lock = self._locks.setdefault(key, asyncio.Lock())
        name = (incoming.channel, incoming.external_id)
        self._under_way.add(name)
        try:
            async with lock:
                if not self._engine.capabilities(incoming.channel).redelivers:
                    await self._db.run(partial(_store, engine=self._engine, incoming=incoming))
                await self._take(incoming)
        finally:
            self._under_way.discard(name)

    async def _take(self, incoming: Incoming) -> None:
        priority = 0 if incoming.kind in {Kind.PRESS, Kind.TIMER} else 1
        while True:
            try:
                taken = await self._db.run(partial(_turn, engine=self._engine, incoming=incoming), priority)
            except StorageDown:
                raise
            except Exception as error:  # noqa: BLE001  every bug ends here: counted, tried again, at last parked and told
                if await self._failed(incoming, error):
                    return
                continue
            if taken is not None:
                self.turns += 1
                self._wake(taken)
            return

    async def _failed(self, incoming: Incoming, error: Exception) -> bool:
        """Count a failure; True when the message is parked and the queue may go on."""
        attempts = await self._db.run(partial(_count, engine=self._engine, incoming=incoming, error=type(error).__name__))
        log.error(
            "turn_failed",
            channel=incoming.channel,
            kind=str(incoming.kind),
            error=type(error).__name__,
            attempts=attempts,
            where=_where(error),
        )
        if not attempts:
            return True  # another process has taken its turn, or parked it, meanwhile
        timer = incoming.kind is Kind.TIMER
        if attempts >= inbox.PATIENCE and not (timer and incoming.data.get("timer") in NEVER_PARKED):
            self._wake(await self._db.run(partial(_park, engine=self._engine, incoming=incoming)))
            self.parked += 1
            return True
        if timer:
            return True  # its row is still due: the next tick tries again, and meanwhile it holds up no other timer
        step = inbox.BACKOFF_SECONDS[min(attempts, len(inbox.BACKOFF_SECONDS)) - 1]
        await asyncio.sleep(step * self._pause)
        return False

    async def undecodable(self, channel: str, external_id: str, reason: str) -> None:
        """An update that could not be decoded is recorded and skipped; the batch goes on."""
        log.warning("update_undecodable", channel=channel, error=reason)
        await self._db.run(partial(_undecodable, engine=self._engine, channel=channel, external_id=external_id, reason=reason))

    async def resume(self, older_than: timedelta = timedelta(seconds=30)) -> None:
        """Messages that were stored but never got their turn, because a process died in between."""
        queues: dict[tuple[str, str, str, str], list[Incoming]] = {}
        for incoming in await self._db.run(partial(_waiting, engine=self._engine, before=self._engine.now() - older_than)):
            if (incoming.channel, incoming.external_id) not in self._under_way:
                queues.setdefault((incoming.channel, incoming.chat, incoming.topic, incoming.sender), []).append(incoming)
        await asyncio.gather(*(self._one_by_one(queue) for queue in queues.values()))

    async def _one_by_one(self, queue: list[Incoming]) -> None:
        for incoming in queue:
            await self.hear(incoming)


# --- transactions -----------------------------------------------------------------------------------------------------


def _turn(db: sa.Connection, engine: Engine, incoming: Incoming) -> Taken | None:
    return take_turn(db, engine, incoming)


def _store(db: sa.Connection, engine: Engine, incoming: Incoming) -> bool:
    return store(db, engine, incoming)


def _count(db: sa.Connection, engine: Engine, incoming: Incoming, error: str) -> int:
    """Nothing that could fail for the same reason as the turn: no key is needed, no frame is opened."""
    now = engine.now()
    row = {
        "id": new_id(), "channel": incoming.channel, "external_id": incoming.external_id, "conversation": None, "body": None,
        "received_at": now, "error": error[:64], "next_try": now,
    }  # fmt: skip
    return inbox.failed(db, row)


def _park(db: sa.Connection, engine: Engine, incoming: Incoming) -> Taken:
    """Give a message up: its sender is told in plain words, the administrators by the row's id."""
    row = inbox.park(db, incoming.channel, incoming.external_id)
    if incoming.kind is Kind.TIMER:
        fire(db, str(incoming.data["id"]), engine.now())
    try:
        talk = open_talk(db, engine, incoming)
    except VaultError:  # nothing can be said in a conversation that does not open
        talk = Talk("", incoming.channel, incoming.chat, incoming.topic, incoming.sender, group=incoming.group)
    facts = Facts(engine.now(), engine.zone, engine.plan, engine.forms, talk.locale, new_id, lambda: ("", ""), ChannelFacts(), talk.who)
    writing = Writing(db, engine, incoming, talk, facts)
    if talk.id and not talk.group:
        writing.post(writing.here, parked.to_sender(facts))
    from bot.apply.telling import tell_role
    from models.commands import TellRole
    from models.facts import Role

    tell_role(writing, TellRole("", Role.ADMINISTRATOR, parked.to_administrators(row)))
    writing.flush()
    return Taken(frozenset(writing.channels), route="parked")


def _undecodable(db: sa.Connection, engine: Engine, channel: str, external_id: str, reason: str) -> None:
    now = engine.now()
    insert_once(
        db, INBOX,
        {
            "id": new_id(), "channel": channel, "external_id": external_id, "conversation": None, "body": None, "state": InboxState.UNDECODABLE,
            "attempts": 1, "error": reason[:64], "received_at": now, "next_try": None, "done_at": now,
        },
    )  # fmt: skip


def _waiting(db: sa.Connection, engine: Engine, before: datetime) -> list[Incoming]:
    found = []
    for row in inbox.waiting(db, before):
        try:
            body = engine.vault.open(db, f"conversation:{row.conversation}", "inbox.body", row.id, row.body)
        except VaultError:
            log.error("stored_message_unreadable", row=row.id)
            continue
        found.append(incoming_from_json(body))
    return found


def _where(error: BaseException) -> str:
    """File and line where it happened, never what was in it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""


def utc_now() -> datetime:
    """The machine's clock, the one place in the product that asks it for domain time."""
    return datetime.now(UTC)
