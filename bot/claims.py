"""One claim of an outbox, a single transaction: be the sender, take back what died with its process, choose what may leave, mark it.

A letter without attachments is marked `attempted` right here: its send starts as soon as this has committed, so claim and mark need not
be two transactions. Where attachments must be read first it is only `leased`, and marked after that, just before the wire.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from bot import lease
from bot.channels import Capabilities
from bot.delivery import Close, Send, back_off, found_attempted, never_sent, way
from bot.holds import Held, had_its_digest, hold_back, is_counted
from bot.letters import SHORT_TEXT, Opened, Unreadable, open_letter, plainly, shortened
from bot.quota import Level, count_sent
from bot.vault import Vault
from models import letter
from models.letter import Around, Asked, LetterState
from models.talk import Lane, Letter, LetterKind

log = structlog.get_logger()
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends for a channel. `held`: whether it was the sender the last time it asked."""

    holder: str
    lasts: timedelta
    held: bool
    under_way: tuple[str, ...] = ()  # letters that it is sending
    hanging: tuple[str, ...] = ()  # those whose own lease must be renewed


@dataclass(frozen=True, slots=True)
class Room:
    """How much may leave now, altogether and of what is not urgent; chats as in `Asked`; groups that had a toast as a message just now;
    chats that are `full`, and those of them whose summary is `due` (bot.fuse)."""

    urgent: int
    others: int
    closed: Collection[str] = ()
    tight: Collection[str] = ()
    toasted: Collection[str] = ()
    full: Collection[str] = ()
    due: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter on its way: marked, or, with `attachments`, leased. `counted` by the fuse, of a full chat as its `summary`."""

    row: sa.Row[Any]
    letter: Letter
    attachments: tuple[str, ...]
    counted: bool = False
    summary: bool = False


@dataclass
class Batch:
    """What a claim found. `left`: lanes of which something may be waiting only because there was no room; `more`: ask again at once;
    `waiting`: chats where something is due that the pace holds (None: not looked for)."""

    claimed: list[Claimed] = field(default_factory=list)
    closed: list[tuple[sa.Row[Any], Close]] = field(default_factory=list)
    left: set[Lane] = field(default_factory=set)
    more: bool = False
    waiting: list[tuple[str, Lane]] | None = None


def claim(
    db: sa.Connection, vault: Vault, channel: str, can: Capabilities, sender: Sender, room: Room, now: datetime, zone: ZoneInfo = UTC
) -> Batch | None:
    """None while another process is the channel's sender. `zone` is the plan's: its calendar is that of the quota."""
    before = lease.take(db, f"sender:{channel}", sender.holder, now, sender.lasts)
    if before is None:
        return None
    until = now + sender.lasts
    mine_before = before == sender.holder and not sender.held  # an earlier life of this very process: surely over
    recover(db, channel, can, now, before=until + sender.lasts if mine_before else now, mine=sender.under_way, zone=zone)
    letter.extend(db, sender.hanging, until)  # after the counter, as whoever writes an outcome locks it first
    held = hold_back(db, vault, channel, can, zone, now, room.full, room.due)
    batch = _choose(db, vault, channel, can, room, held, now)
    ready = [claimed.row.id for claimed in batch.claimed if not claimed.attachments]
    letter.mark_attempted(db, ready, now, until)
    letter.lease(db, [claimed.row.id for claimed in batch.claimed if claimed.attachments], until)
    if held.level is Level.NEAR:
        for claimed in batch.claimed:
            had_its_digest(db, claimed.row, zone, now)
    for row, close in batch.closed:
        delivered = {"delivered_at": now} if close.state is LetterState.DELIVERED else {}
        letter.change(db, row.id, {"state": close.state, "reason": close.reason} | delivered)
    return batch


def recover(
    db: sa.Connection, channel: str, can: Capabilities, now: datetime, *, before: datetime, mine: Collection[str], zone: ZoneInfo = UTC
) -> None:
    """Letters that a dead process had in its hands: sent by nobody, or perhaps sent (rule 4). Those that are counted come first: the counter is
    locked before any letter, as by whoever writes an outcome."""
    for row in sorted(letter.abandoned(db, channel, before, mine), key=lambda row: row.state != LetterState.ATTEMPTED):
        wait = back_off(row.attempts) if row.attempts > 2 else 0.0  # a letter that kills its process must not do so without a pause
        values = never_sent(now) if row.state == LetterState.LEASED else found_attempted(row, can, now, wait)
        perhaps = row.state == LetterState.ATTEMPTED
        cost = int(perhaps and row.attempts == 1)  # the mark has counted the attempt; as in bot.quota.messages_of
        count_sent(db, channel, can, now, zone, cost)
        if not letter.change(db, row.id, values, state=row.state, attempts=row.attempts):
            count_sent(db, channel, can, now, zone, -cost)
            continue
        if perhaps:
            letter.note_attempt(db, row.id, row.attempts, row.attempted_at, "unknown", "its process ended")
        log.warning("letter_recovered", letter=row.id, lane=Lane(row.lane).name.lower(), was=row.state, now=str(values["state"]))


def _choose(db: sa.Connection, vault: Vault, channel: str, can: Capabilities, room: Room, held: Held, now: datetime) -> Batch:
    batch = Batch()
    asked = Asked(
        channel,
        now,
        slowest=Lane.BROADCAST if room.others > 0 else Lane.URGENT,
        most=room.urgent + 8,
        closed=room.closed,
        tight=room.tight,
        free=LetterKind.TOAST if can.toasts else "",
    )
    if room.urgent > 0:
        rows = letter.candidates(db, asked)
        around = letter.around(db, rows)
        _Choice(db, vault, can, room, held, now, batch).take(rows, around)
        batch.more = bool(batch.closed) or (len(rows) == asked.most and not batch.left)
    else:
        batch.left.add(Lane.URGENT)
    if room.others <= 0:
        batch.left.add(Lane.DIALOGUE)
    if not batch.more and not batch.claimed:
        batch.waiting = letter.waiting_chats(db, asked)
    return batch


@dataclass
class _Choice:
    """Goes through the candidates in their order and takes what there is room for, one a chat."""

    db: sa.Connection
    vault: Vault
    can: Capabilities
    room: Room
    held: Held
    now: datetime
    batch: Batch
    _chats: set[str] = field(default_factory=set)
    _toasted: set[str] = field(default_factory=set)

    def take(self, rows: Sequence[sa.Row[Any]], around: dict[str, Around]) -> None:
        self._toasted.update(self.room.toasted)
        for row in rows:
            to = way(row, around.get(row.id, Around()), self.can, self.now, row.chat in self._toasted)
            if isinstance(to, Close):
                self.batch.closed.append((row, to))
            elif self.held.holds(row, to.kind):
                continue  # it came between the mark and the choice: the next claim marks it
            elif to.kind is LetterKind.TOAST or row.chat not in self._chats:
                self._take(row, to)

    def _take(self, row: sa.Row[Any], to: Send) -> None:
        lane = Lane(row.lane)
        if not self._fits(lane):
            self.batch.left.add(lane)
            return
        try:
            opened = open_letter(self.db, self.vault, row, to.kind, to.target_external)
        except Unreadable:
            self.batch.closed.append((row, Close(LetterState.GIVEN_UP, "unreadable")))
            return
        self.batch.claimed.append(self._made(row, to, opened))
        if to.kind is not LetterKind.TOAST:
            self._chats.add(row.chat)
        if row.kind == LetterKind.TOAST:
            self._toasted.add(row.chat)

    def _fits(self, lane: Lane) -> bool:
        taken = len(self.batch.claimed)
        return taken < self.room.urgent if lane is Lane.URGENT else taken < self.room.others

    def _made(self, row: sa.Row[Any], to: Send, opened: Opened) -> Claimed:
        made, attachments = opened.letter, opened.attachments
        if to.bare:
            made = replace(made, buttons=())
        if row.kind == LetterKind.TOAST and to.kind is LetterKind.SAY:
            made = replace(made, text=shortened(made.text, SHORT_TEXT))
        if row.plain:
            made, attachments = plainly(made), ()
        counted = is_counted(row) and to.kind is LetterKind.SAY
        carried = attachments if self.can.files_out and to.kind is LetterKind.SAY else ()
        return Claimed(row, made, carried, counted, summary=row.chat in self.room.full)
