"""The statements that a turn causes, sent by the driver alone: what any program would pay for these rows on this machine.

They are recorded from SQLAlchemy while one person reports, then replayed for everybody with ids of their own, one transaction a turn, on
connections that are opened as the service opens them (the same durability). Nothing is grouped: one COMMIT a turn.
"""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from benchmarks.dialogue import PEOPLE, STEPS, Ours, name
from bot.engines import make_engine
from models.conversation import CONVERSATION
from models.ids import new_id
from models.people import ACCOUNT
from models.service import COUNTER

_FIRST = 70_000_001  # the recorded case's number: no other parameter looks like it
Statement = tuple[str, Any, bool]  # SQL, parameters as the driver takes them, whether they are many


class Recording:
    """One person's report, turn by turn, on a database where everybody has reported before (as `prepare` leaves it)."""

    def __init__(self, ours: Ours) -> None:
        self._prepare(ours)
        self.first = new_id()  # ids that are not older were made by the report
        self.count = ours.done[0]
        self.turns: list[list[Statement]] = []
        sa.event.listen(ours.db.engine, "before_cursor_execute", self._record)
        for _ in STEPS:
            self.turns.append([])
            ours.db.run_sync(ours.work(0))
        sa.event.remove(ours.db.engine, "before_cursor_execute", self._record)
        self.ids = {text for turn in self.turns for _, given, many in turn for text in _texts(given, many) if self._is_new(text)}
        self.own = ours.db.run_sync(_own_ids)

    @staticmethod
    def _prepare(ours: Ours) -> None:
        for person in range(PEOPLE):
            for _ in STEPS:
                ours.db.run_sync(ours.work(person))
        ours.db.run_sync(lambda db: db.execute(sa.update(COUNTER).values(value=_FIRST - 1)))

    def _record(self, _db: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        self.turns[-1].append((statement, parameters, many))

    def _is_new(self, text: str) -> bool:
        return len(text) == len(self.first) and text[:16].isalnum() and text >= self.first

    def fresh(self, person: int, report: int, number: int) -> dict[Any, Any]:
        """What stands for what in one person's next report: ids, the case's number, the person."""
        ids = {old: new_id() for old in self.ids}
        keys = {f"submission:{old}": f"submission:{new}" for old, new in ids.items()}
        own = dict(zip(self.own[name(0)], self.own[name(person)], strict=True))
        messages = {f"{name(0)}-{self.count + place}": f"{name(person)}-r{report}-{place}" for place in range(len(STEPS))}
        return ids | keys | own | messages | {_FIRST: number}


def _texts(given: Any, many: bool) -> list[str]:
    rows = given if many else [given]
    return [text for row in rows for text in (row.values() if isinstance(row, Mapping) else row) if isinstance(text, str)]


def _own_ids(db: sa.Connection) -> dict[str, tuple[str, ...]]:
    """By chat: the ids of its conversation and its person, and the chat itself."""
    joined = CONVERSATION.join(ACCOUNT, ACCOUNT.c.external_id == CONVERSATION.c.person)
    rows = db.execute(sa.select(CONVERSATION.c.chat, CONVERSATION.c.id, ACCOUNT.c.person).select_from(joined))
    return {row.chat: (row.id, row.person, row.chat) for row in rows}


class Bare:
    """Replays a recording: sqlite3 on one thread, psycopg on `threads`."""

    def __init__(self, recording: Recording, url: str, threads: int) -> None:
        self._recording, self._engine = recording, make_engine(url, threads)
        self._begin = "BEGIN IMMEDIATE" if self._engine.dialect.name == "sqlite" else "BEGIN"
        self._threads = ThreadPoolExecutor(threads, initializer=self._connect)
        self._local = threading.local()
        self._numbers, self._lock = _FIRST, threading.Lock()
        self._done = [0] * PEOPLE
        self._fresh: list[dict[Any, Any]] = [{}] * PEOPLE

    def _connect(self) -> None:
        self._local.pooled = self._engine.raw_connection()
        self._local.driver = self._local.pooled.driver_connection
        if self._begin == "BEGIN":
            self._local.driver.autocommit = True  # the transaction is ours to begin

    async def turn(self, person: int) -> None:
        report, place = divmod(self._done[person], len(STEPS))
        self._done[person] += 1
        await asyncio.get_running_loop().run_in_executor(self._threads, self._replay, person, report, place)

    def _replay(self, person: int, report: int, place: int) -> None:
        if place == 0:
            with self._lock:
                self._numbers += 1
                number = self._numbers
            self._fresh[person] = self._recording.fresh(person, report, number)
        fresh, cursor = self._fresh[person], self._local.driver.cursor()
        cursor.execute(self._begin)
        for statement, parameters, many in self._recording.turns[place]:
            if many:
                cursor.executemany(statement, [_with(fresh, row) for row in parameters])
                continue
            cursor.execute(statement, _with(fresh, parameters))
            if cursor.description is not None:
                cursor.fetchall()
        cursor.execute("COMMIT")
        cursor.close()

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()


def _with(fresh: Mapping[Any, Any], given: Any) -> Any:
    if isinstance(given, Mapping):
        return {key: fresh.get(value, value) if isinstance(value, str | int) else value for key, value in given.items()}
    return [fresh.get(value, value) if isinstance(value, str | int) else value for value in given]
