"""The first part of a claim: what is held back on purpose, and the summaries whose time has come (models.held, bot.summaries).

What is urgent is never held. What somebody asked for is held only where the month's messages are used up but for the reserve.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels import Capabilities
from bot.quota import Level, level_now
from bot.summaries import Gatherer
from bot.vault import Vault
from models import held
from models.letter import SUMMARY, planned_at
from models.quota import had_today, once_a_day
from models.talk import Lane, LetterKind

DIGEST_AFTER = timedelta(minutes=10)  # so that reminders of one morning find each other


@dataclass(frozen=True, slots=True)
class Held:
    """What a claim must leave, and what it may take although its chat or lane is held. The rows are marked already, but one that was
    committed between the mark and the choice (PostgreSQL shows it) has none: so the choice asks here as well."""

    level: Level = Level.FREE
    full: Collection[str] = ()
    released: Collection[str] = ()

    def holds(self, row: sa.Row[Any], goes_as: LetterKind) -> bool:
        """Whether a letter that goes as this kind has to wait."""
        if row.lane == Lane.URGENT or row.id in self.released:
            return False
        if self.level is Level.RESERVE:
            return True
        if not is_counted(row) or goes_as is not LetterKind.SAY:
            return False
        reminder = self.level is Level.NEAR and row.lane >= Lane.REMINDER and row.attempts == 0 and row.purpose != SUMMARY
        return row.chat in self.full or (reminder and not never_summed_up(row))


def hold_back(
    db: sa.Connection,
    vault: Vault,
    channel: str,
    can: Capabilities,
    zone: ZoneInfo,
    now: datetime,
    full: Collection[str],
    due: Collection[str],
) -> Held:
    """Mark what must wait, make what is due. `full`, `due`: see bot.fuse."""
    level, released = level_now(db, channel, can, now, zone), set[str]()
    if level is Level.RESERVE:
        held.give_up_toasts(db, channel)
        held.hold_all_but_urgent(db, channel, now)
    if can.quota is not None:  # at whatever level: the month may have ended while no sender ran
        held.give_up_what_came_too_late(db, channel, now)
    if level is Level.RESERVE:
        return Held(level)
    gatherer = Gatherer(db, vault, channel, can, zone, now)
    if level is Level.NEAR:
        held.hold_reminders(db, channel, now, edits=can.edits)
        for chat, oldest in held.oldest_reminders(db, channel):
            old = now - planned_at(oldest) >= DIGEST_AFTER
            if old and chat not in full and not had_today(db, "digest", channel, chat, now.astimezone(zone).date()):
                released.update(gatherer.gather(chat, Lane.REMINDER))
    if full:
        held.hold_unasked(db, channel, now, full, due, edits=can.edits)
        for chat in due:
            released.update(gatherer.gather(chat, Lane.DIALOGUE))
    return Held(level, full, released)


def had_its_digest(db: sa.Connection, row: sa.Row[Any], zone: ZoneInfo, now: datetime) -> None:
    """A reminder leaves a channel that is near its limit: that was its chat's summary of the day."""
    if row.lane >= Lane.REMINDER and is_counted(row) and (row.purpose == SUMMARY or not never_summed_up(row)):
        once_a_day(db, "digest", row.channel, row.chat, now.astimezone(zone).date())


def is_counted(row: sa.Row[Any]) -> bool:
    """Whether the fuse counts a letter, should it go as a message of its own."""
    return not row.asked and row.lane > Lane.URGENT and row.kind in {LetterKind.SAY, LetterKind.EDIT} and row.purpose not in held.CODES


def never_summed_up(row: sa.Row[Any]) -> bool:
    """Private details are nothing for a list, and what names many cases does not fit into a line of one."""
    return bool(row.protect) or row.purpose in held.NEVER_SUMMED_UP
