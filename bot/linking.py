"""Link codes as facts, and how often they may be guessed.

Wrong codes are counted by the hour, in rows, so that every process counts together and a restart forgets nothing. Six digits last fifteen
minutes: with thirty tries an hour altogether a guess succeeds once in thirty thousand hours for each code that is out.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.codes import link_hash, new_link_code
from bot.conversations import Talk
from bot.engine import Engine
from handlers.commands import find, six_digits
from handlers.link import UNDONE_WITHIN
from models.facts import Held, Linked, Role
from models.people import ACCOUNT, LINK_CODE, MEMBERSHIP, PERSON
from models.service import AUDIT, COUNTER

OF_ONE, OF_ALL = 5, 30  # wrong codes within an hour: from one conversation, from all
_PREFIX = "link-wrong-"

# --- facts ------------------------------------------------------------------------------------------------------------


def typed(db: sa.Connection, engine: Engine, talk: Talk, text: str) -> Linked | None:
    """The live link code that a message gives. Whoever holds nothing any more has no code."""
    given, now = find(text), engine.now()
    digits = given.number if given is not None else six_digits(text)
    if not digits or (talk.who is None and closed(db, talk.id, now)):
        return None
    statement = sa.select(LINK_CODE.c.id, LINK_CODE.c.person, PERSON.c.name).join(PERSON, PERSON.c.id == LINK_CODE.c.person)
    row = db.execute(statement.where(*_live(link_hash(digits, engine.vault), now))).first()
    holds = held(db, row.person) if row is not None else ()
    return Linked(row.id, row.person, row.name, holds) if row is not None and holds else None


def fresh(db: sa.Connection, engine: Engine) -> tuple[str, str]:
    """Six digits that are nobody's just now, and their hash."""
    while True:
        digits, hashed = new_link_code(engine.vault)
        if db.execute(sa.select(LINK_CODE.c.id).where(*_live(hashed, engine.now()))).first() is None:
            return digits, hashed


def recent(db: sa.Connection, engine: Engine, talk: Talk) -> tuple[str, ...]:
    """Accounts that were linked to the sender within a day and after the account that writes: whoever got in by a stolen code cannot throw out
    whom they stole it from."""
    if talk.who is None:
        return ()
    since = engine.now() - UNDONE_WITHIN
    linked = sa.select(AUDIT.c.subject).where(AUDIT.c.action == "link", AUDIT.c.person == talk.who.person, AUDIT.c.at > since)
    later = ACCOUNT.c.person == talk.who.person, ACCOUNT.c.cut_at.is_(None), ACCOUNT.c.id > talk.account
    return tuple(db.execute(sa.select(ACCOUNT.c.id).where(*later, ACCOUNT.c.id.in_(linked)).order_by(ACCOUNT.c.id)).scalars())


def held(db: sa.Connection, person: str) -> tuple[Held, ...]:
    """What a person is, where."""
    rows = db.execute(sa.select(MEMBERSHIP).where(MEMBERSHIP.c.person == person, MEMBERSHIP.c.ended_at.is_(None)).order_by(MEMBERSHIP.c.id))
    return tuple(Held(Role(row.role), row.unit) for row in rows)


def _live(hashed: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return LINK_CODE.c.code_hash == hashed, LINK_CODE.c.used_at.is_(None), LINK_CODE.c.expires_at > now


# --- guesses ----------------------------------------------------------------------------------------------------------


def closed(db: sa.Connection, conversation: str, now: datetime) -> bool:
    """Whether no code is looked up any more within this hour."""
    counts = _counts(db, conversation, now)
    return counts[0] >= OF_ONE or counts[1] >= OF_ALL


def count_wrong(db: sa.Connection, conversation: str, now: datetime) -> None:
    """One more. Whoever is past their own limit is not counted for all: one person must not be able to close the door for everybody."""
    if closed(db, conversation, now):
        return
    db.execute(sa.delete(COUNTER).where(COUNTER.c.name.startswith(_PREFIX), sa.not_(COUNTER.c.name.endswith(_hour(now)))))
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    for name in _names(conversation, now):
        raised = insert(COUNTER).values(name=name, value=1)
        db.execute(raised.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + 1}))


def _counts(db: sa.Connection, conversation: str, now: datetime) -> tuple[int, int]:
    one, everybody = _names(conversation, now)
    rows = db.execute(sa.select(COUNTER.c.name, COUNTER.c.value).where(COUNTER.c.name.in_((one, everybody)))).all()
    found = {row.name: row.value for row in rows}
    return found.get(one, 0), found.get(everybody, 0)


def _names(conversation: str, now: datetime) -> tuple[str, str]:
    return f"{_PREFIX}{conversation}{_hour(now)}", f"{_PREFIX}all{_hour(now)}"


def _hour(now: datetime) -> str:
    return now.strftime("-%Y%m%d%H")
