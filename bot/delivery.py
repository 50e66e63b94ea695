"""The rules of delivery, without a database and a wire: as what a letter goes, and what an outcome makes of its row.

| a letter that is to go | goes as                                                                                             |
|------------------------|-----------------------------------------------------------------------------------------------------|
| say                    | itself                                                                                              |
| edit                   | superseded by a newer one; itself where the original arrived and edits are possible; else as a say  |
| retire                 | itself where the original arrived; nothing to do where there are no buttons; given up without target|
| delete                 | itself where the original arrived and the channel can; else given up                                |
| toast                  | itself within 20 s; where there are none as a short say, in a group once a minute; else given up     |
| menu                   | itself where the channel has menus; else given up                                                   |

| outcome   | the row                                                                                                      |
|-----------|--------------------------------------------------------------------------------------------------------------|
| Delivered | delivered                                                                                                    |
| Later     | planned again: as the platform says, or backing off; reminders and broadcasts for a day at most              |
| Never     | once more plain and short where that may help, then given up                                                 |
| Gone      | given up; where the chat has moved: planned again to the new one                                             |
| Unknown   | rule 4: urgent and dialogue letters are repeated, others given up; what harms nobody twice is always repeated|

A toast is tried once, whatever comes of it. Later and Unknown that the platform itself answered about a chat have an end: Gone, see given_up_on.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.channels import Capabilities, Delivered, Gone, Later, Never, Outcome, Unknown
from models.letter import Around, LetterState, planned_at
from models.talk import Lane, LetterKind

TOAST_LASTS = timedelta(seconds=20)
REMINDER_LASTS = timedelta(hours=24)
TOAST_SAY_EVERY = 60.0  # seconds, in one group
_LONGEST_BACK_OFF = 300.0
GONE_AFTER, GONE_WITHIN = 5, timedelta(hours=1)  # refusals at least, and how long a letter has waited by then
NOT_TOLD = "gone, not yet told"


@dataclass(frozen=True, slots=True)
class Send:
    """It goes as `kind`. `bare`: without buttons, which a later retire has taken or is about to take."""

    kind: LetterKind
    target_external: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """It does not go at all."""

    state: LetterState
    reason: str


Way = Send | Close


def way(row: sa.Row[Any], around: Around, can: Capabilities, now: datetime, toasted: bool) -> Way:
    """As what a letter goes. `toasted`: its group had a toast as a message within the last minute."""
    match LetterKind(row.kind):
        case LetterKind.EDIT:
            return _edit(row, around, can)
        case LetterKind.RETIRE:
            return _retire(row, around, can)
        case LetterKind.DELETE:
            return _delete(around, can)
        case LetterKind.TOAST:
            return _toast(row, can, now, toasted)
        case LetterKind.MENU:
            return Send(LetterKind.MENU) if can.menus else Close(LetterState.GIVEN_UP, "impossible here")
        case _:
            return Send(LetterKind.SAY)


def _edit(row: sa.Row[Any], around: Around, can: Capabilities) -> Way:
    if _overtaken(row, around):
        return Close(LetterState.SUPERSEDED, "newer")
    bare = any(other.kind == LetterKind.RETIRE for other in around.newer)
    if can.edits and (original := _arrived(around)):
        return Send(LetterKind.EDIT, original, bare)
    return Send(LetterKind.SAY, bare=bare)


def _retire(row: sa.Row[Any], around: Around, can: Capabilities) -> Way:
    if not can.buttons:
        return Close(LetterState.DELIVERED, "no buttons here")
    if _overtaken(row, around):
        return Close(LetterState.SUPERSEDED, "newer")
    return _about_the_original(LetterKind.RETIRE, around)


def _delete(around: Around, can: Capabilities) -> Way:
    return _about_the_original(LetterKind.DELETE, around) if can.deletes else Close(LetterState.GIVEN_UP, "impossible here")


def _toast(row: sa.Row[Any], can: Capabilities, now: datetime, toasted: bool) -> Way:
    if now - row.not_before > TOAST_LASTS:
        return Close(LetterState.GIVEN_UP, "too old")
    if can.toasts:
        return Send(LetterKind.TOAST, row.target)
    return Close(LetterState.GIVEN_UP, "one a minute") if row.is_group and toasted else Send(LetterKind.SAY, bare=True)


def _overtaken(row: sa.Row[Any], around: Around) -> bool:
    """A newer edit sets text and buttons. One in a slower lane does not count before it leaves: nobody is to wait longer because of it."""
    return any(
        other.state != LetterState.PLANNED or (other.kind == LetterKind.EDIT and other.lane <= row.lane)
        for other in around.newer
        if other.kind in {LetterKind.EDIT, LetterKind.DELETE}
    )


def _about_the_original(kind: LetterKind, around: Around) -> Way:
    original = _arrived(around)
    return Send(kind, original) if original else Close(LetterState.GIVEN_UP, "target")


def _arrived(around: Around) -> str:
    """The platform's id of the original, "" if it never arrived."""
    target = around.target
    return str(target.external_id) if target is not None and target.state == LetterState.DELIVERED else ""


# --- what became of it ------------------------------------------------------------------------------------------------


def back_off(attempts: int) -> float:
    """Seconds until the next try: 1, 2, 4… up to five minutes, each shortened by up to a half, so that not all come back at once."""
    return min(_LONGEST_BACK_OFF, 2.0 ** min(max(attempts, 1) - 1, 20)) * random.uniform(0.5, 1)


def given_up_on(row: sa.Row[Any], outcome: Outcome, now: datetime) -> Outcome:
    """What an outcome comes to: Gone where the platform has refused this chat again and again. A letter that the network has kept waiting
    needs two refusals in a row, so that the first answer after an outage ends nobody's account."""
    if not (isinstance(outcome, Later | Unknown) and outcome.answered):
        return outcome
    again = row.attempts + 1 >= GONE_AFTER and row.reason in {outcome.reason, NOT_TOLD}
    return Gone(f"refused again and again ({outcome.reason})") if again and now - planned_at(row.id) >= GONE_WITHIN else outcome


def after(row: sa.Row[Any], outcome: Outcome, sent_as: LetterKind, now: datetime, wait: float) -> dict[str, Any]:
    """The columns that an outcome changes. `wait`: seconds until the next try, should there be one."""
    if isinstance(outcome, Delivered):
        return {"state": LetterState.DELIVERED, "external_id": outcome.external_id, "delivered_at": now, "lease_until": None, "reason": ""}
    if row.kind == LetterKind.TOAST:
        return _given_up(reason_of(outcome))
    slow, again = row.lane >= Lane.REMINDER, _planned(reason_of(outcome), now + timedelta(seconds=wait))
    match outcome:
        case Gone(moved_to=to) if to:
            there = _planned("moved", now + timedelta(seconds=wait if row.attempts > 2 else 0))
            return there | {"chat": to}
        case Never(plain_may_help=True) if not row.plain and sent_as in {LetterKind.SAY, LetterKind.EDIT}:
            return _planned(outcome.reason, now) | {"plain": True}
        case Later() if not (slow and now - planned_at(row.id) > REMINDER_LASTS):
            return again
        case Unknown() if not slow or harmless_twice(sent_as):
            return again
        case _:
            return _given_up(reason_of(outcome))


def reason_of(outcome: Later | Never | Gone | Unknown) -> str:
    """What is kept of an outcome: one word where the platform's own would add nothing that anybody acts on."""
    match outcome:
        case Gone():
            return "gone"
        case Unknown(answered=False):
            return "unknown"
        case _:
            return outcome.reason


def harmless_twice(sent_as: LetterKind) -> bool:
    """Repeating it changes nothing that the first time has not changed."""
    return sent_as in {LetterKind.EDIT, LetterKind.RETIRE, LetterKind.DELETE}


def never_sent(now: datetime) -> dict[str, Any]:
    """Claimed, but its lease ran out before the attempt was marked."""
    return _planned("", now)


def found_attempted(row: sa.Row[Any], can: Capabilities, now: datetime, wait: float) -> dict[str, Any]:
    """Marked as attempted by a process that did not live to write the outcome."""
    kind = LetterKind(row.kind)
    sent_as = LetterKind.SAY if kind is LetterKind.EDIT and not can.edits else kind
    return after(row, Unknown("its process ended"), sent_as, now, wait)


def _planned(reason: str, not_before: datetime) -> dict[str, Any]:
    return {"state": LetterState.PLANNED, "not_before": not_before, "lease_until": None, "reason": reason[:200]}


def _given_up(reason: str) -> dict[str, Any]:
    return {"state": LetterState.GIVEN_UP, "lease_until": None, "reason": reason[:200]}
