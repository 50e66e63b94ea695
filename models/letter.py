"""The outbox: one row a letter, from the turn that wrote it to the platform's answer.

planned --claim--> leased --mark, just before the wire--> attempted --> delivered | given_up | planned (later)
   \\--newer edit--> superseded          leased, lease expired: was never sent -> planned
                                         attempted, lease expired: outcome unknown -> rule 4
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table
from models.ids import new_id
from models.people import ACCOUNT, ROOM
from models.service import CHANNEL_STATE
from models.talk import Lane, LetterKind


class LetterState(StrEnum):
    PLANNED = "planned"
    LEASED = "leased"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    SUPERSEDED = "superseded"


OPEN_STATES = frozenset({LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED})
OPEN = sa.text("state IN ('planned','leased','attempted')")
SUMMARY = "summary"  # the purpose of a letter that stands for others
QUOTA, DIGEST, FUSE = HOLDS = ("held: quota", "held: digest", "held: fuse")
"""Reasons of a planned letter that is held back on purpose until its `not_before` (models.held); no platform's word begins like that."""
# Of the letters that wait, not of all open ones: it must not fit the search for earlier letters of a chat, which PostgreSQL would else do
# with it as long as a table has no statistics, comparing each letter with the whole backlog.
_WAITING = sa.text("state = 'planned'")
UNDER_WAY = sa.text("state IN ('leased','attempted')")
UNEXPLAINED = sa.text("state = 'given_up' AND reason = ''")
"""Given up without a word of why: there must be none, so its index is empty, and the auditor looks at no more than that."""
TOLD = sa.text("purpose IN ('card','storm')")
"""What tells a chat of a case; literal, so that the index of it is used."""


class LetterRow(SQLModel, table=True):
    """`body` is sealed JSON {text, buttons, columns, attachments} under the key of `conversation`. Queue: (channel, chat, topic).

    `not_before`, `lease_until`, `attempted_at`, `delivered_at` are real time; `created_at` is domain time.
    """

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("letter_queue", "channel", "lane", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("letter_chat_queue", "channel", "chat", "lane", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index("letter_under_way", "channel", "chat", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
        sa.Index("letter_about", "about", "purpose"),
        sa.Index("letter_target", "target"),
        sa.Index("letter_unexplained", "id", sqlite_where=UNEXPLAINED, postgresql_where=UNEXPLAINED),
        sa.Index("letter_told", "channel", "chat", "created_at", sqlite_where=TOLD, postgresql_where=TOLD),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    conversation: str = Field(sa_type=ID)
    channel: str = Field(sa_type=WORD)
    chat: str = Field(sa_type=sa.String(128))
    topic: str = Field(default="", sa_type=WORD)
    is_group: bool = False
    lane: int
    kind: str = Field(sa_type=WORD)
    purpose: str = Field(default="", sa_type=WORD)
    about: str = Field(default="", sa_type=ID)
    target: str = Field(default="", sa_type=sa.String(128))  # letter id; for a toast the platform's id of the press
    body: bytes | None = None
    silent: bool = False
    protect: bool = False
    plain: bool = False  # second try: plain and short
    retired: bool = False  # its buttons were taken off (set when the retire or the final edit is written)
    state: str = Field(sa_type=WORD)
    attempts: int = 0
    not_before: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    external_id: str = Field(default="", sa_type=sa.String(128))
    reason: str = Field(default="", sa_type=sa.String(200))  # the last outcome in words without content
    # It answers what was just said in its chat, and: the letter that it replaces, on another messenger.
    asked: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    copy_of: str = Field(default="", sa_type=ID, sa_column_kwargs={"server_default": ""})


class LetterAttempt(SQLModel, table=True):
    """An attempt that did not deliver its letter (the one that did stands on the letter's own row). Real time; `reason` without content."""

    __tablename__ = "letter_attempt"
    __table_args__ = (sa.Index("letter_attempt_of", "letter"),)

    id: str = Field(sa_type=ID, primary_key=True)
    letter: str = Field(sa_type=ID)
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = Field(sa_type=WORD)  # later | never | gone | unknown
    reason: str = Field(default="", sa_type=sa.String(200))


LETTER, LETTER_ATTEMPT = table(LetterRow), table(LetterAttempt)


def planned_at(letter: str) -> datetime:
    """Real time at which a letter was planned, to the microsecond: its id begins with it (models.ids)."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(letter[:16], 16) // 1000)


# --- what may leave ---------------------------------------------------------------------------------------------------
#
# The state conditions are literal SQL: neither database uses a partial index for a condition whose values are parameters,
# and SQLite only for one that repeats the index's own condition word for word.

_FOLLOWERS = (LetterKind.EDIT, LetterKind.RETIRE, LetterKind.DELETE)  # they speak of another letter

_L, _E, _F = LETTER.alias("l"), LETTER.alias("e"), LETTER.alias("f")


def _is_open(name: str) -> sa.TextClause:
    return sa.text(f"{name}.state IN ('planned','leased','attempted')")


def _there_is(what: sa.FromClause, *where: sa.ColumnElement[bool] | sa.TextClause) -> sa.ColumnElement[bool]:
    """EXISTS, looked up by index for each letter. The OFFSET keeps PostgreSQL from making a join of it, which for many letters a chat
    compares each with each: a claim took eight seconds."""
    return sa.exists(sa.select(sa.literal_column("1")).select_from(what).where(*where).offset(0))


def _waits_for_its_target(row: sa.FromClause, name: str) -> sa.ColumnElement[bool]:
    target = LETTER.alias(name)
    return sa.and_(row.c.kind.in_(_FOLLOWERS), _there_is(target, target.c.id == row.c.target, _is_open(name)))


def is_held(row: sa.FromClause, now: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Held back on purpose, and not only waiting for its turn."""
    return sa.and_(row.c.reason.in_(HOLDS), row.c.not_before > now)


_NOW: sa.BindParameter[Any] = sa.bindparam("now", type_=UtcDateTime)
_MAY_OVERTAKE = sa.or_(_L.c.asked, _L.c.kind != LetterKind.SAY, _L.c.purpose == SUMMARY)  # what is never held, and what stands for the held
_HAS_EARLIER = _there_is(
    _E,
    _E.c.channel == _L.c.channel,
    _E.c.chat == _L.c.chat,
    _E.c.lane == _L.c.lane,
    _E.c.topic == _L.c.topic,
    _E.c.id < _L.c.id,
    _is_open("e"),
    _E.c.kind != sa.bindparam("free"),
    sa.not_(_waits_for_its_target(_E, "te")),  # or a chat would stand still for a card in a slower lane
    sa.not_(sa.and_(_MAY_OVERTAKE, is_held(_E, _NOW))),  # or an answer would wait with what nobody asked for
)
_CHAT_IS_SENDING = _there_is(
    _F,
    _F.c.channel == _L.c.channel,
    _F.c.chat == _L.c.chat,
    sa.text("f.state IN ('leased','attempted')"),
    _F.c.kind != sa.bindparam("free"),
)
_DUE = (_L.c.channel == sa.bindparam("channel"), _is_open("l"), sa.text("l.state = 'planned'"), _L.c.not_before <= _NOW)
_CHAT_MAY = sa.and_(
    _L.c.chat.not_in(sa.bindparam("closed", expanding=True)),
    sa.or_(_L.c.lane == int(Lane.URGENT), _L.c.chat.not_in(sa.bindparam("tight", expanding=True))),
    sa.not_(_CHAT_IS_SENDING),
    sa.not_(_HAS_EARLIER),
)
_CANDIDATES = (
    sa.select(_L)
    .where(*_DUE, _L.c.lane <= sa.bindparam("slowest"))
    .where(sa.or_(_L.c.kind == sa.bindparam("free"), _CHAT_MAY), sa.not_(_waits_for_its_target(_L, "tl")))
    .order_by(_L.c.lane, _L.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(of=_L, skip_locked=True)
)
_WAITING_CHATS = (
    sa.select(_L.c.chat, sa.func.min(_L.c.lane).label("lane"))
    .where(*_DUE, _L.c.chat.in_(sa.bindparam("chats", expanding=True)), sa.not_(_CHAT_IS_SENDING))
    .group_by(_L.c.chat)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sender asks for. `closed` chats may send nothing now, `tight` ones only what is urgent (pace). Letters of the kind `free`
    ("" = none) keep no order and need no chat to themselves."""

    channel: str
    now: datetime
    slowest: Lane = Lane.BROADCAST
    most: int = 32
    closed: Collection[str] = ()
    tight: Collection[str] = ()
    free: str = ""

    def parameters(self) -> dict[str, Any]:
        return {"channel": self.channel, "now": self.now, "free": self.free}


def candidates(db: sa.Connection, asked: Asked) -> Sequence[sa.Row[Any]]:
    """Letters that may leave now, locked, urgent first, then oldest first: due, nothing earlier of their (channel, chat, topic) and lane
    still open, nobody sending to their chat, not waiting for the letter that they speak of. There may be several of one chat: one of
    each lane and topic."""
    chats = {"closed": _padded(asked.closed), "tight": _padded(asked.tight)}
    return db.execute(_CANDIDATES, asked.parameters() | chats | {"slowest": int(asked.slowest), "most": asked.most}).all()


def waiting_chats(db: sa.Connection, asked: Asked) -> list[tuple[str, Lane]]:
    """Those of the closed and tight chats in which something is due, with their most urgent lane: only the pace holds them."""
    if not asked.closed and not asked.tight:
        return []
    chats = {"chats": _padded({*asked.closed, *asked.tight})}
    return [(row.chat, Lane(row.lane)) for row in db.execute(_WAITING_CHATS, asked.parameters() | chats)]


def _padded(chats: Collection[str]) -> list[str]:
    """Filled up to one of a few lengths, so that there are a few statements to prepare and not one for each length."""
    size = 8
    while size < len(chats):
        size *= 8
    return [*chats, *[""] * (size - len(chats))]


# --- what a letter speaks of ------------------------------------------------------------------------------------------

_TARGETS = sa.select(LETTER.c.id, LETTER.c.state, LETTER.c.external_id).where(LETTER.c.id.in_(sa.bindparam("ids", expanding=True)))
_LIVE = (LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED, LetterState.DELIVERED)
_ABOUT_TARGETS = sa.select(LETTER.c.id, LETTER.c.target, LETTER.c.kind, LETTER.c.lane, LETTER.c.state).where(
    LETTER.c.target.in_(sa.bindparam("ids", expanding=True)), LETTER.c.kind.in_(_FOLLOWERS), LETTER.c.state.in_(_LIVE)
)


@dataclass(frozen=True, slots=True)
class Around:
    """Of one edit, retire or delete: the letter it speaks of (None: there is none) and the newer ones that speak of the same."""

    target: Any = None  # id, state, external_id
    newer: tuple[Any, ...] = ()  # id, target, kind, lane, state


def around(db: sa.Connection, rows: Sequence[sa.Row[Any]]) -> dict[str, Around]:
    """By letter id, for those of the rows that speak of another letter."""
    followers = [row for row in rows if row.kind in _FOLLOWERS]
    if not followers:
        return {}
    ids = {"ids": _padded({row.target for row in followers})}
    targets = {row.id: row for row in db.execute(_TARGETS, ids)}
    others = db.execute(_ABOUT_TARGETS, ids).all()
    return {
        row.id: Around(targets.get(row.target), tuple(other for other in others if other.target == row.target and other.id > row.id))
        for row in followers
    }


# --- steps of one delivery --------------------------------------------------------------------------------------------

_MARK = (
    sa.update(LETTER)
    .where(LETTER.c.id.in_(sa.bindparam("ids", expanding=True)), LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED)))
    .values(
        state=LetterState.ATTEMPTED,
        attempts=LETTER.c.attempts + 1,
        attempted_at=sa.bindparam("at", type_=UtcDateTime),
        lease_until=sa.bindparam("until", type_=UtcDateTime),
    )
)
_LEASE = (
    sa.update(LETTER)
    .where(LETTER.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(state=LetterState.LEASED, lease_until=sa.bindparam("until", type_=UtcDateTime))
)
_EXTEND = (
    sa.update(LETTER)
    .where(LETTER.c.id.in_(sa.bindparam("ids", expanding=True)), LETTER.c.state.in_((LetterState.LEASED, LetterState.ATTEMPTED)))
    .values(lease_until=sa.bindparam("until", type_=UtcDateTime))
)
_ABANDONED = sa.select(_L).where(
    _L.c.channel == sa.bindparam("channel"),
    sa.text("l.state IN ('leased','attempted')"),
    _L.c.lease_until < _NOW,
    _L.c.id.not_in(sa.bindparam("mine", expanding=True)),
)


def mark_attempted(db: sa.Connection, letters: Collection[str], now: datetime, until: datetime) -> int:
    """Just before the wire; returns how many were still ours to send."""
    return db.execute(_MARK, {"ids": list(letters), "at": now, "until": until}).rowcount if letters else 0


def lease(db: sa.Connection, letters: Collection[str], until: datetime) -> None:
    """Claimed, but something must be fetched before the wire: whoever finds the lease expired knows that nothing was sent."""
    if letters:
        db.execute(_LEASE, {"ids": list(letters), "until": until})


def extend(db: sa.Connection, letters: Collection[str], until: datetime) -> None:
    """Those under way take longer than a lease lasts."""
    if letters:
        db.execute(_EXTEND, {"ids": _padded(letters), "until": until})


def abandoned(db: sa.Connection, channel: str, before: datetime, mine: Collection[str]) -> Sequence[sa.Row[Any]]:
    """Claimed by a process that is no more: leased or attempted, the lease over before `before`, and none of `mine`."""
    return db.execute(_ABANDONED, {"channel": channel, "now": before, "mine": _padded(mine)}).all()


def change(db: sa.Connection, letter: str, values: Mapping[str, Any], **where: Any) -> bool:
    """Write what became of a letter if its columns are still as in `where`; False if somebody else was faster."""
    mine = [LETTER.c[name] == value for name, value in where.items()]
    return db.execute(sa.update(LETTER).where(LETTER.c.id == letter, *mine).values(**values)).rowcount == 1


def arrived(db: sa.Connection, letter: str, values: Mapping[str, Any]) -> bool:
    """Write that a letter was delivered, whatever others have made of its row meanwhile: the platform's word is the truth."""
    statement = sa.update(LETTER).where(LETTER.c.id == letter, LETTER.c.state != LetterState.DELIVERED)
    return db.execute(statement.values(**values)).rowcount == 1


# --- what could go another way ----------------------------------------------------------------------------------------

_MINE, _OTHER = ACCOUNT.alias("mine"), ACCOUNT.alias("other")
_AT_ONCE = 50
_WAITS_URGENTLY = (
    _L.c.channel == sa.bindparam("channel"),
    _is_open("l"),
    sa.text("l.state = 'planned'"),
    _L.c.lane == int(Lane.URGENT),
    _L.c.kind == LetterKind.SAY,
    _L.c.id < sa.bindparam("before"),
    _L.c.id > sa.bindparam("after"),
)
_IN_ROOMS = (
    sa.select(_L.c.id)
    .where(
        *_WAITS_URGENTLY,
        _L.c.is_group.is_(True),
        sa.exists().where(ROOM.c.channel == _L.c.channel, ROOM.c.chat == _L.c.chat, ROOM.c.unbound_at.is_(None)),
    )
    .order_by(_L.c.id)
    .limit(_AT_ONCE)
)
_MOVABLE = (
    sa.select(_L.c.id)
    .join(_MINE, sa.and_(_MINE.c.channel == _L.c.channel, _MINE.c.chat == _L.c.chat))
    .where(
        *_WAITS_URGENTLY,
        _L.c.is_group.is_(False),
        sa.exists().where(
            _OTHER.c.person == _MINE.c.person,
            _OTHER.c.channel.in_(sa.bindparam("others", expanding=True)),
            _OTHER.c.channel.not_in(sa.select(CHANNEL_STATE.c.name).where(CHANNEL_STATE.c.down_since.is_not(None))),
            _OTHER.c.cut_at.is_(None),
            _OTHER.c.gone_at.is_(None),
            _OTHER.c.started.is_(True),
        ),
    )
    .order_by(_L.c.id)
    .limit(_AT_ONCE)
)


def movable(db: sa.Connection, channel: str, others: Collection[str], planned_before: datetime, after: str = "") -> list[str]:
    """Urgent letters that wait on this messenger since before that (real time) and could go another way: to people who have an account on one
    of the others, and to rooms, whose people can be called privately. Some at a time, oldest first, those behind the letter `after`."""
    given = {"channel": channel, "before": f"{int(planned_before.timestamp() * 1e9):016x}", "after": after}
    people = db.execute(_MOVABLE, given | {"others": list(others)}).scalars().all() if others else []
    return sorted([*people, *db.execute(_IN_ROOMS, given).scalars()])[:_AT_ONCE]


# --- what waits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of one channel and lane: how many wait, since when (real time), and the last outcome of the oldest. `held`: the reason for which these
    are held back on purpose, "" for those that are to leave as soon as they can."""

    channel: str
    lane: Lane
    count: int
    since: datetime
    reason: str
    held: str = ""


def waiting(db: sa.Connection, now: datetime | None = None) -> list[Waiting]:
    """What has not arrived yet, by channel and lane, what is held back apart."""
    at = sa.literal(now or datetime.now(UTC), UtcDateTime)
    held = sa.case((is_held(LETTER, at), LETTER.c.reason), else_="").label("held")
    groups = sa.select(LETTER.c.id, LETTER.c.channel, LETTER.c.lane, held).where(OPEN).subquery()
    by = groups.c.channel, groups.c.lane, groups.c.held
    oldest = sa.select(*by, sa.func.count().label("number"), sa.func.min(groups.c.id).label("id")).group_by(*by).subquery()
    rows = db.execute(sa.select(oldest, LETTER.c.reason).join(LETTER, LETTER.c.id == oldest.c.id).order_by(*oldest.c[:3]))
    return [Waiting(row.channel, Lane(row.lane), row.number, planned_at(row.id), row.reason, row.held) for row in rows]


# --- history ----------------------------------------------------------------------------------------------------------


def note_attempt(db: sa.Connection, letter: str, number: int, at: datetime, outcome: str, reason: str) -> None:
    """Keep an attempt that did not deliver; in the transaction of its outcome."""
    values = {"id": new_id(), "letter": letter, "number": number, "at": at, "outcome": outcome, "reason": reason[:200]}
    db.execute(sa.insert(LETTER_ATTEMPT), values)


def attempts_of(db: sa.Connection, letter: str) -> Sequence[sa.Row[Any]]:
    """Those that did not deliver it, in order."""
    return db.execute(sa.select(LETTER_ATTEMPT).where(LETTER_ATTEMPT.c.letter == letter).order_by(LETTER_ATTEMPT.c.id)).all()
