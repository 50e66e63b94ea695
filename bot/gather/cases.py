"""Facts about the case that a message speaks of."""

from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bot.case_rows import as_case
from bot.conversations import Talk
from bot.gather.people import read_person
from bot.gather.reading import Reading
from handlers.routes import CaseRef
from models.attachment import ATTACHMENT, AttachmentState
from models.clock import CASE_CLOCK
from models.conversation import CONVERSATION
from models.drill import DRILL
from models.facts import Case, RefusedFile, Who
from models.incident import INCIDENT, Status
from models.people import ACCOUNT
from models.submission import SUBMISSION

_NAMED: sa.BindParameter[Any] = sa.bindparam("named")
_SUBJECT = sa.select(SUBMISSION.c.subject).where(SUBMISSION.c.id == _NAMED).scalar_subquery()  # two primary keys instead of a search
_OF_THE_PERSON = (  # their chats first: nothing finds a case by its reporter alone
    sa.select(CONVERSATION.c.id)
    .join(ACCOUNT, sa.and_(ACCOUNT.c.channel == CONVERSATION.c.channel, ACCOUNT.c.external_id == CONVERSATION.c.person))
    .where(ACCOUNT.c.person == sa.bindparam("person"), CONVERSATION.c.chat == ACCOUNT.c.chat)
)
_OWN = sa.or_(
    INCIDENT.c.conversation == _NAMED, sa.and_(INCIDENT.c.conversation.in_(_OF_THE_PERSON), INCIDENT.c.reporter == sa.bindparam("person"))
)
_RATHER = (INCIDENT.c.status == Status.CLOSED,)  # over New Year "nhan 42" is the case that still waits, not one that is done with
_CASES = {
    by: sa.select(INCIDENT).where(where).order_by(*_RATHER, INCIDENT.c.year.desc(), INCIDENT.c.number.desc()).limit(1).with_for_update()
    for by, where in {
        "id": INCIDENT.c.id == _NAMED,
        "number": INCIDENT.c.number == _NAMED,
        "code": sa.and_(INCIDENT.c.number == _NAMED, INCIDENT.c.year == sa.bindparam("year")),
        "submission": INCIDENT.c.id == _SUBJECT,
        "conversation": INCIDENT.c.conversation == _NAMED,
        "own": _OWN,
        "drill": INCIDENT.c.id == sa.select(DRILL.c.incident).where(DRILL.c.id == _NAMED).scalar_subquery(),
        "clock": INCIDENT.c.id == sa.select(CASE_CLOCK.c.incident).where(CASE_CLOCK.c.id == _NAMED).scalar_subquery(),
    }.items()
}


def find_case(db: sa.Connection, ref: CaseRef, talk: Talk) -> Case | None:
    """The incident that a press, a typed number, a timer or its reporter names, locked; its true state."""
    if ref.by == "own":
        own = {"named": talk.id, "person": talk.who.person} if talk.who else {"named": talk.id}
        row = db.execute(_CASES["own" if talk.who else "conversation"], own).first()
    elif ref.by == "number":
        year, _dash, number = ref.value.rpartition("-")
        named = {"named": int(number), "year": int(year)} if year else {"named": int(number)}
        row = db.execute(_CASES["code" if year else "number"], named).first()
    else:
        row = db.execute(_CASES[ref.by], {"named": ref.value}).first()
    return as_case(db, row) if row is not None else None


def load_case(db: sa.Connection, incident: str) -> Case:
    """An incident by its id, locked."""
    return as_case(db, db.execute(_CASES["id"], {"named": incident}).one())


def open_child_case(reading: Reading) -> Case | None:
    statement = (
        sa.select(INCIDENT)
        .where(INCIDENT.c.conversation == reading.talk.id, INCIDENT.c.source == "child", INCIDENT.c.status != Status.CLOSED)
        .order_by(INCIDENT.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    row = reading.db.execute(statement).first()
    return as_case(reading.db, row) if row is not None else None


def refused_file(reading: Reading) -> RefusedFile | None:
    row = reading.db.execute(sa.select(ATTACHMENT).where(ATTACHMENT.c.id == str(reading.incoming.data.get("subject")))).first()
    if row is None or row.state != AttachmentState.REFUSED:
        return None
    case = reading.db.execute(_CASES["submission"], {"named": row.submission}).first()
    silent = case is not None and case.came_by == "chat" and (case.source == "child" or case.contact in {"call_only", "no"})
    return RefusedFile(
        row.id, row.conversation, row.reason, sent_by(reading, row.conversation), case.id if case is not None else "", silent
    )


_SENDER = (
    sa.select(ACCOUNT.c.person)
    .join(CONVERSATION, sa.and_(CONVERSATION.c.channel == ACCOUNT.c.channel, CONVERSATION.c.person == ACCOUNT.c.external_id))
    .where(CONVERSATION.c.id == sa.bindparam("conversation"), ACCOUNT.c.cut_at.is_(None))
)


def sent_by(reading: Reading, conversation: str) -> str:
    """The member whose chat that is, "" if nobody is known there any more."""
    return reading.db.execute(_SENDER, {"conversation": conversation}).scalar() or ""


def reporter(reading: Reading) -> Who | None:
    if not reading.case or not reading.case.reporter:
        return None
    return read_person(reading.db, reading.engine, reading.case.reporter)


_REPORTS = sa.select(sa.func.count()).where(
    INCIDENT.c.conversation == sa.bindparam("conversation"),
    INCIDENT.c.received_at >= sa.bindparam("since"),
    INCIDENT.c.received_at < sa.bindparam("until"),
)


def reports_today(reading: Reading) -> int:
    """Only a citizen's reports are counted, so nothing is counted while a member goes on with theirs."""
    if reading.talk.who is not None and reading.talk.frame.data.get("source") == "collaborator":
        return 0
    here = reading.engine.now().astimezone(reading.engine.zone)
    midnight = datetime.combine(here.date(), time(), reading.engine.zone)
    day = {"conversation": reading.talk.id, "since": midnight, "until": midnight + timedelta(days=1)}
    return int(reading.db.execute(_REPORTS, day).scalar_one())
