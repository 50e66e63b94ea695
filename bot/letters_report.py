"""`python -m bot letters`: what waits, why and since when, and the history of one letter. Never content, never a chat's id."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa

from models.letter import HOLDS, LETTER, OPEN, SUMMARY, LetterState, attempts_of, planned_at, waiting
from models.talk import Lane

SHOWN_ID = 20  # characters of an id: 16 of them are its time, the rest tells apart what was planned by two processes at once
_MOST = 200  # waiting letters that are listed


def waiting_lines(db: sa.Connection, zone: tzinfo, now: datetime | None = None) -> Iterator[str]:
    """Numbers by channel and lane, then the waiting letters, urgent first."""
    at = now or datetime.now(UTC)
    groups = waiting(db, at)
    if not groups:
        yield "Nothing waits."
        return
    yield from _table(
        ("CHANNEL", "LANE", "WAITING", "OLDEST", "WHY"),
        [(one.channel, _lane(one.lane), str(one.count), _since(one.since, zone, at), one.held or one.reason or "-") for one in groups],
    )
    yield ""
    rows = db.execute(sa.select(LETTER).where(OPEN).order_by(LETTER.c.lane, LETTER.c.id).limit(_MOST)).all()
    yield from _table(
        ("ID", "CHANNEL", "LANE", "KIND", "PURPOSE", "SINCE", "ATTEMPTS", "STATE", "NEXT TRY", "REASON"),
        [_row(row, zone, at) for row in rows],
    )
    if (total := sum(one.count for one in groups)) > len(rows):
        yield f"… and {total - len(rows)} more"


def _row(row: Any, zone: tzinfo, now: datetime) -> tuple[str, ...]:
    held = row.reason in HOLDS and row.not_before > now
    state = "held" if held else row.state
    next_try = _time(row.not_before, zone) if row.state == LetterState.PLANNED and row.not_before > now else "-"
    reason = row.reason.removeprefix("held: ") if held else row.reason
    return (
        row.id[:SHOWN_ID], row.channel, _lane(row.lane), row.kind, row.purpose or "-", _since(planned_at(row.id), zone, now), str(row.attempts),
        state, next_try, reason or "-",
    )  # fmt: skip


# --- one letter -------------------------------------------------------------------------------------------------------


def history_lines(db: sa.Connection, beginning: str, zone: tzinfo) -> Iterator[str]:
    """Planned, each attempt and what came of it, how it ended. `beginning`: an id or the first characters of one."""
    known = LETTER.c.id.startswith(beginning.strip().lower(), autoescape=True)
    rows = db.execute(sa.select(LETTER).where(known).order_by(LETTER.c.id).limit(20)).all()
    if not rows:
        yield "There is no such letter."
    elif len(rows) > 1:
        yield "More than one letter begins like that:"
        yield from (f"  {row.id}" for row in rows)
    else:
        yield from _history(db, rows[0], zone)


def _history(db: sa.Connection, row: Any, zone: tzinfo) -> Iterator[str]:
    what = [row.channel, _lane(row.lane), row.kind, row.purpose, "answers what was said" if row.asked else ""]
    yield f"Letter {row.id}: {', '.join(word for word in what if word)}"
    yield f"{_time(planned_at(row.id), zone)}  planned"
    for attempt in attempts_of(db, row.id):
        yield f"{_time(attempt.at, zone)}  attempt {attempt.number}: {_with_reason(attempt.outcome, attempt.reason)}"
    yield from _end(row, zone)
    if row.purpose == SUMMARY:
        gathered = db.execute(sa.select(LETTER.c.id).where(LETTER.c.reason == f"{SUMMARY} {row.id}").order_by(LETTER.c.id)).scalars()
        yield from (f"{' ' * 19}  stands for {letter}" for letter in gathered)


def _end(row: Any, zone: tzinfo) -> Iterator[str]:
    match row.state:
        case LetterState.DELIVERED:
            number = f"attempt {row.attempts}: " if row.attempts else ""
            known = f", message {row.external_id} of the platform" if row.external_id else ""
            yield f"{_time(row.delivered_at, zone)}  {number}delivered{known}"
        case LetterState.PLANNED:
            yield f"{_time(row.not_before, zone)}  {_with_reason('next try, waiting', row.reason)}"
        case LetterState.LEASED | LetterState.ATTEMPTED:
            yield f"{_time(row.attempted_at or row.lease_until, zone)}  attempt {max(row.attempts, 1)}: under way"
        case _:
            yield f"{' ' * 19}  {_with_reason(row.state.replace('_', ' '), row.reason)}"


def _with_reason(words: str, reason: str) -> str:
    return f"{words} ({reason})" if reason and reason != words else words


# --- words ------------------------------------------------------------------------------------------------------------


def _lane(lane: int) -> str:
    return Lane(lane).name.lower()


def _time(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at is not None else " " * 19


def _since(at: datetime, zone: tzinfo, now: datetime) -> str:
    return f"{_time(at, zone)} ({_age(now - at)})"


def _age(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    for line in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
