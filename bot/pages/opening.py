"""A page as its reader gets it: decided on the rows, in one transaction, at every look. Whatever is wrong with a link, it is simply gone.

1. A page is live while it has a body and its time is not over.
2. Its reader must have the right to its case now, whatever they had when the link was made (rule 9).
3. It opens once, by the last four digits of the reader's own number; three wrong tries and it is gone. From then on one browser's secret
   shows it again.

Locks are taken in the order of the turns: case, then page.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.case_rows import as_case
from bot.engine import Engine
from bot.gather.people import read_person
from bot.media import ending, mime_of
from bot.pages.files import FILES
from bot.pages.planning import hashed, last_digits
from handlers.rights import may_see
from models.attachment import ATTACHMENT, AttachmentState
from models.document import DOCUMENT
from models.facts import Case, Who
from models.ids import new_id
from models.incident import INCIDENT
from models.page import PAGE, readers, withdraw
from models.service import AUDIT

TRIES = 3


class Refusal(StrEnum):
    GONE = "gone"  # never made, opened elsewhere, its time over, the right lost: nobody is told which
    WRONG = "wrong"  # not those digits; there is another try


@dataclass(frozen=True, slots=True)
class File:
    """An attachment of a page: `number` from 0 on, `kind` photo | voice | file; `name` as it is saved."""

    number: int
    kind: str
    mime: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows, in its reader's language. `seconds`: how long it still may."""

    page: str
    locale: str
    texts: tuple[str, ...]
    files: tuple[File, ...]
    until: datetime
    seconds: int


def open_page(db: sa.Connection, engine: Engine, token: str, digits: str, session: str, held: Mapping[str, str]) -> Shown | Refusal:
    """The first look. `session`: the secret that this browser gets; `held`: those that it has, by page. Whoever opened it may follow the link
    again."""
    row = _live(db, engine, PAGE.c.token_hash == hashed(token))
    if row is None:
        return Refusal.GONE
    if row.opened_at is not None:
        return again(db, engine, row.id, held.get(row.id, ""))
    reader = _reader(db, engine, row)
    if reader is None:
        return Refusal.GONE
    if not hmac.compare_digest(last_digits(reader.phone).encode(), digits.encode()):
        return _wrong(db, row)
    first = PAGE.c.id == row.id, PAGE.c.opened_at.is_(None), PAGE.c.body.is_not(None)
    if db.execute(sa.update(PAGE).where(*first).values(opened_at=engine.now(), session_hash=hashed(session))).rowcount != 1:
        return Refusal.GONE
    db.execute(sa.insert(AUDIT).values(id=new_id(), at=engine.now(), person=row.person, action="page_opened", subject=row.about or row.id))
    return _shown(db, engine, row)


def again(db: sa.Connection, engine: Engine, page: str, session: str) -> Shown | Refusal:
    """Another look in the browser that opened it."""
    row = _opened(db, engine, page, session)
    return _shown(db, engine, row) if row is not None else Refusal.GONE


def attachment(db: sa.Connection, engine: Engine, page: str, session: str, number: int) -> str | None:
    """The attachment that stands at that number of an opened page."""
    row = _opened(db, engine, page, session)
    found = _body(db, engine, row)["attachments"] if row is not None else []
    return str(found[number]) if 0 <= number < len(found) else None


def withdraw_from_whom_it_is_no_business(db: sa.Connection, engine: Engine, case: Case) -> None:
    """A case was restricted or belongs to another ward: whoever may not see it any more loses the pages about it, opened or not."""
    for person in readers(db, case.id):
        if not may_see(read_person(db, engine, person), case, engine.plan):
            withdraw(db, PAGE.c.about == case.id, PAGE.c.person == person)


# --- rows -------------------------------------------------------------------------------------------------------------


def _live(db: sa.Connection, engine: Engine, which: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
    """The page, locked together with its case; None if it is gone. One whose time is over loses its body now."""
    found = db.execute(sa.select(PAGE.c.id, PAGE.c.about).where(which)).first()
    if found is None:
        return None
    db.execute(sa.select(INCIDENT.c.id).where(INCIDENT.c.id == found.about).with_for_update())
    row = db.execute(sa.select(PAGE).where(PAGE.c.id == found.id).with_for_update()).first()
    if row is None or row.body is None:
        return None
    if row.expires_at <= engine.now():
        withdraw(db, PAGE.c.id == row.id)
        return None
    return row


def _opened(db: sa.Connection, engine: Engine, page: str, session: str) -> sa.Row[Any] | None:
    """A page that this secret has opened, if its reader still has the right."""
    row = _live(db, engine, PAGE.c.id == page)
    if row is None or row.opened_at is None or not hmac.compare_digest(row.session_hash, hashed(session)):
        return None
    return row if _reader(db, engine, row) is not None else None


def _reader(db: sa.Connection, engine: Engine, row: sa.Row[Any]) -> Who | None:
    """Whom the page is for, with the right to its case and a number to be known by; without either it is gone for good. Files of no case are for
    whoever asked for them, as long as they are a member."""
    if row.what == FILES:
        return _member(db, engine, row)
    incident = db.execute(sa.select(INCIDENT).where(INCIDENT.c.id == row.about)).first()
    reader = read_person(db, engine, row.person)
    if incident is None or reader is None or not may_see(reader, as_case(db, incident), engine.plan) or not last_digits(reader.phone):
        withdraw(db, PAGE.c.id == row.id)
        return None
    return reader


def _member(db: sa.Connection, engine: Engine, row: sa.Row[Any]) -> Who | None:
    reader = read_person(db, engine, row.person)
    if reader is None or not reader.held or not last_digits(reader.phone):
        withdraw(db, PAGE.c.id == row.id)
        return None
    return reader


def _wrong(db: sa.Connection, row: sa.Row[Any]) -> Refusal:
    """The row is locked, so that of many tries at once three are counted and no more are heard."""
    tries = row.wrong + 1
    db.execute(sa.update(PAGE).where(PAGE.c.id == row.id).values(wrong=tries))
    if tries < TRIES:
        return Refusal.WRONG
    withdraw(db, PAGE.c.id == row.id)
    return Refusal.GONE


# --- what it shows ----------------------------------------------------------------------------------------------------


def _body(db: sa.Connection, engine: Engine, row: sa.Row[Any]) -> dict[str, list[str]]:
    body: dict[str, list[str]] = engine.vault.open_json(db, f"person:{row.person}", "page.body", row.id, row.body)
    return body


def _shown(db: sa.Connection, engine: Engine, row: sa.Row[Any]) -> Shown:
    body = _body(db, engine, row)
    a = ATTACHMENT.c
    stored = (
        sa.select(a.id, a.kind, a.mime, DOCUMENT.c.name)
        .select_from(ATTACHMENT.outerjoin(DOCUMENT, DOCUMENT.c.id == a.id))
        .where(a.id.in_(body["attachments"]), a.state == AttachmentState.STORED)
    )
    kept = {found.id: found for found in db.execute(stored).all()}
    files = [
        File(number, kept[name].kind, kept[name].mime, kept[name].name or f"tep-{number + 1}{ending(mime_of(kept[name].mime))}")
        for number, name in enumerate(body["attachments"])
        if name in kept
    ]
    seconds = max(1, int((row.expires_at - engine.now()).total_seconds()))
    return Shown(row.id, row.locale, tuple(body["texts"]), tuple(files), row.expires_at, seconds)
