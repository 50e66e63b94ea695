"""Facts: what a route asked for, read inside the turn's transaction before the handler decides.

Locks are taken in one order, conversation (already held) then case by id, so that two turns never wait for each other.
"""

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bot import drill_rows, gather_digest, gather_documents, linking, progress, reconciling
from bot import gather_absence as away
from bot import gather_care as care
from bot import gather_dates as dates
from bot import gather_reports as reports
from bot.case_rows import as_case
from bot.clocks import clocks_of
from bot.codes import code_hash, new_code
from bot.conversations import Talk
from bot.engine import Engine
from bot.expected_rows import AS_HANDED_IN, ROWS, as_expected
from bot.linking import held
from bot.roster_rows import read_hand_overs, read_roster
from handlers.join import FLOOR as JOIN
from handlers.join import canonical_code
from handlers.routing import CaseRef, ReportRef, Route
from models.attachment import ATTACHMENT, AttachmentState
from models.clock import CASE_CLOCK
from models.conversation import CONVERSATION
from models.drill import DRILL
from models.expected import EXPECTED
from models.facts import (
    BoundRoom,
    Case,
    ChannelFacts,
    Draft,
    Facts,
    Given,
    Held,
    Invited,
    Linked,
    Member,
    RefusedFile,
    Role,
    RunningClock,
    Service,
    Stored,
    Who,
)
from models.ids import new_id
from models.incident import INCIDENT, Status
from models.people import ACCOUNT, INVITATION, MEMBERSHIP, PERSON, ROOM
from models.report_facts import Digest, Expected
from models.service import SETTING
from models.submission import ANSWER, SUBMISSION
from models.talk import Incoming, Kind

__all__ = ["NEEDS", "Reading", "as_case", "facts", "find_case", "load_case", "read_draft", "read_person", "read_service"]


def facts(db: sa.Connection, engine: Engine, incoming: Incoming, talk: Talk, route: Route) -> Facts:
    """Facts for the route's handler."""
    found: dict[str, Any] = {}
    if route.case is not None:
        found["case"] = find_case(db, route.case, talk)
    if route.report is not None:
        found["expected"] = find_expected(db, engine, route.report)
    reading = Reading(db, engine, incoming, talk, found)
    for need in route.needs:
        found[need] = NEEDS[need](reading)
    return Facts(
        now=engine.now(),
        zone=engine.zone,
        plan=engine.plan,
        forms=engine.forms,
        locale=talk.locale,
        new_id=new_id,
        new_code=new_code,
        channel=_channel(engine, talk.channel),
        who=talk.who,
        reachable=not talk.was_gone,
        conversation=talk.id,
        **found,
    )


def _channel(engine: Engine, name: str) -> ChannelFacts:
    can = engine.capabilities(name)
    titles = dict.fromkeys(other.title for other in engine.channels.values() if other.title and other.title != can.title)
    return ChannelFacts(
        can.buttons,
        can.toasts,
        can.deletes,
        can.protects,
        can.deep_link,
        can.title,
        can.confidential,
        mention=can.mention,
        others=tuple(titles),
    )


class Reading:
    """What a need is read from."""

    def __init__(self, db: sa.Connection, engine: Engine, incoming: Incoming, talk: Talk, found: dict[str, Any]) -> None:
        self.db, self.engine, self.incoming, self.talk, self.found = db, engine, incoming, talk, found

    @property
    def case(self) -> Case | None:
        case: Case | None = self.found.get("case")
        return case


# --- cases ------------------------------------------------------------------------------------------------------------


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


def _open_child_case(reading: Reading) -> Case | None:
    statement = (
        sa.select(INCIDENT)
        .where(INCIDENT.c.conversation == reading.talk.id, INCIDENT.c.source == "child", INCIDENT.c.status != Status.CLOSED)
        .order_by(INCIDENT.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    row = reading.db.execute(statement).first()
    return as_case(reading.db, row) if row is not None else None


# --- expected reports -------------------------------------------------------------------------------------------------


_EXPECTED = {
    by: ROWS.where(where).with_for_update(of=EXPECTED)
    for by, where in {
        "id": EXPECTED.c.id == _NAMED,
        "number": EXPECTED.c.number == _NAMED,
        "file": EXPECTED.c.submission == sa.select(ATTACHMENT.c.submission).where(ATTACHMENT.c.id == _NAMED).scalar_subquery(),
    }.items()
}


def find_expected(db: sa.Connection, engine: Engine, ref: ReportRef) -> Expected | None:
    """The expected report that a press, a typed number or a dialogue names, locked; its true state. Whether the sender may touch it is asked by the
    handler."""
    row = db.execute(_EXPECTED[ref.by], {"named": int(ref.value) if ref.by == "number" else ref.value}).first()
    return as_expected(db, engine, row) if row is not None else None


# --- submissions ------------------------------------------------------------------------------------------------------


def _answered(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(
            SUBMISSION.c.id, SUBMISSION.c.form, SUBMISSION.c.state, SUBMISSION.c.subject, SUBMISSION.c.created_at,
            ANSWER.c.id.label("answer"), ANSWER.c.question, ANSWER.c.value, ANSWER.c.skipped, ANSWER.c.message, ANSWER.c.at, ANSWER.c.person,
        )
        .select_from(SUBMISSION.outerjoin(ANSWER, sa.and_(ANSWER.c.submission == SUBMISSION.c.id, which)))
        .where(SUBMISSION.c.id == sa.bindparam("submission"))
        .order_by(ANSWER.c.id)
    )  # fmt: skip


_DRAFT, _FILED = _answered(ANSWER.c.superseded_at.is_(None)), _answered(AS_HANDED_IN)


def read_draft(db: sa.Connection, engine: Engine, submission: str, *, filed: bool = False) -> Draft | None:
    """A submission and its live answers, opened; `filed`: as they were when the report was last handed in."""
    rows = db.execute(_FILED if filed else _DRAFT, {"submission": submission}).all()
    if not rows:
        return None
    answers = {row.question: _given(db, engine, submission, row) for row in rows if row.answer is not None}
    first = rows[0]
    return Draft(first.id, first.form, first.state, answers, first.created_at, first.subject or "")


def _given(db: sa.Connection, engine: Engine, submission: str, row: Any) -> Given:
    value = None
    if row.value is not None:
        value = json.loads(engine.vault.open(db, f"submission:{submission}", "answer.value", row.answer, row.value))
    return Given(value, row.skipped, row.message, row.at, row.person or "")


def _draft(reading: Reading) -> Draft | None:
    expected: Expected | None = reading.found.get("expected")
    if expected is not None:  # whoever began it: the draft belongs to the report
        return read_draft(reading.db, reading.engine, expected.submission) if expected.submission else None
    held = reading.talk.frame.data.get("submission") or reading.incoming.data.get("subject")
    if not held:  # another dialogue had the floor meanwhile: what was left unfinished is found again
        unfinished = SUBMISSION.c.conversation == reading.talk.id, sa.text("submission.state = 'draft'"), SUBMISSION.c.expected.is_(None)
        held = reading.db.execute(sa.select(SUBMISSION.c.id).where(*unfinished).order_by(SUBMISSION.c.id.desc()).limit(1)).scalar()
    return read_draft(reading.db, reading.engine, str(held)) if held else None


def _filed(reading: Reading) -> Draft | None:
    expected: Expected | None = reading.found.get("expected")
    found = expected is not None and expected.first_at is not None and expected.submission
    return read_draft(reading.db, reading.engine, found, filed=True) if found else None


def _case_draft(reading: Reading) -> Draft | None:
    return read_draft(reading.db, reading.engine, reading.case.submission) if reading.case else None


def _clocks(reading: Reading) -> tuple[RunningClock, ...]:
    case = care.at_hand(reading)
    return clocks_of(reading.db, case.id, reading.engine.plan, reading.engine.now()) if case else ()


_ATTACHMENTS = (
    sa.select(ATTACHMENT.c.id, ATTACHMENT.c.question, ATTACHMENT.c.kind, ATTACHMENT.c.state, ATTACHMENT.c.unique_ref)
    .where(ATTACHMENT.c.submission == sa.bindparam("submission"))
    .order_by(ATTACHMENT.c.id)
)


def _attachments(reading: Reading) -> tuple[Stored, ...]:
    submission = reading.case.submission if reading.case else reading.talk.frame.data.get("submission")
    if not submission:
        return ()
    rows = reading.db.execute(_ATTACHMENTS, {"submission": submission}).all()
    return tuple(Stored(row.id, row.question, row.kind, row.state, row.unique_ref) for row in rows)


def _refused_file(reading: Reading) -> RefusedFile | None:
    row = reading.db.execute(sa.select(ATTACHMENT).where(ATTACHMENT.c.id == str(reading.incoming.data.get("subject")))).first()
    if row is None or row.state != AttachmentState.REFUSED:
        return None
    case = reading.db.execute(_CASES["submission"], {"named": row.submission}).first()
    silent = case is not None and case.came_by == "chat" and (case.source == "child" or case.contact in {"call_only", "no"})
    return RefusedFile(row.conversation, row.reason, case.id if case is not None else "", silent)


def _reporter(reading: Reading) -> Who | None:
    if not reading.case or not reading.case.reporter:
        return None
    return read_person(reading.db, reading.engine, reading.case.reporter)


def read_person(db: sa.Connection, engine: Engine, person: str) -> Who | None:
    """Somebody with what they hold now; whose account was cut holds nothing any more."""
    row = db.execute(sa.select(PERSON).where(PERSON.c.id == person)).first()
    if row is None:
        return None
    phone = engine.vault.open(db, f"person:{row.id}", "person.phone", row.id, row.phone).decode() if row.phone else ""
    return Who(row.id, row.name, phone, held(db, row.id))


_REPORTS = sa.select(sa.func.count()).where(
    INCIDENT.c.conversation == sa.bindparam("conversation"),
    INCIDENT.c.received_at >= sa.bindparam("since"),
    INCIDENT.c.received_at < sa.bindparam("until"),
)


def _reports_today(reading: Reading) -> int:
    """Only a citizen's reports are counted, so nothing is counted while a member goes on with theirs."""
    if reading.talk.who is not None and reading.talk.frame.data.get("source") == "collaborator":
        return 0
    here = reading.engine.now().astimezone(reading.engine.zone)
    midnight = datetime.combine(here.date(), time(), reading.engine.zone)
    day = {"conversation": reading.talk.id, "since": midnight, "until": midnight + timedelta(days=1)}
    return int(reading.db.execute(_REPORTS, day).scalar_one())


# --- people and service -----------------------------------------------------------------------------------------------


_COUNTED = (Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR)
_SERVICE = sa.union_all(  # three small tables in one statement, because nearly every turn asks
    sa.select(sa.literal("setting").label("what"), SETTING.c.name, SETTING.c.value, sa.null(), sa.null(), sa.null()),
    sa.select(sa.literal("room"), ROOM.c.unit, ROOM.c.purpose, ROOM.c.channel, ROOM.c.chat, ROOM.c.topic).where(ROOM.c.unbound_at.is_(None)),
    sa.select(
        sa.literal("people"), MEMBERSHIP.c.role, sa.cast(sa.func.count(MEMBERSHIP.c.person.distinct()), sa.String), sa.null(), sa.null(), sa.null()
    )
    .where(MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role.in_(_COUNTED))
    .where(sa.or_(MEMBERSHIP.c.role != Role.LEADER, MEMBERSHIP.c.unit == sa.bindparam("division")))  # one above it takes no restricted case
    .group_by(MEMBERSHIP.c.role),
)  # fmt: skip


def read_service(db: sa.Connection, division: str = "") -> Service:
    """Settings entered by chat, bound rooms, how many people there are. Leaders are counted in `division` ("": nobody asks how many)."""
    found: dict[str, list[Any]] = {"setting": [], "room": [], "people": []}
    for what, *values in db.execute(_SERVICE, {"division": division}):
        found[what].append(values)
    settings = {name: value for name, value, *_ in found["setting"]}
    counts = {role: int(number) for role, number, *_ in found["people"]}
    return Service(settings, tuple(BoundRoom(*room) for room in found["room"]), *(counts.get(role, 0) for role in _COUNTED))


def _invited(reading: Reading) -> Invited | None:
    """The live invitation whose code was just typed; else the one that this dialogue began with, if it is still live."""
    canonical = canonical_code(reading.incoming.text)
    hashes = {code_hash(word) for word in (canonical, *reading.incoming.text.split()[-1:]) if word}
    by_code = _live_invitation(reading, INVITATION.c.code_hash.in_(hashes), first=reading.engine.admin_code_hash in hashes)
    held = reading.talk.frame.data.get("invitation") if reading.talk.frame.floor == JOIN else None
    if by_code is not None or not isinstance(held, str):
        return by_code
    return _live_invitation(reading, INVITATION.c.id == held, first=not held)


def _live_invitation(reading: Reading, which: sa.ColumnElement[bool], *, first: bool) -> Invited | None:
    """`first`: the administrator's first code, which is no row."""
    if first:
        used = reading.db.execute(sa.select(SETTING.c.name).where(SETTING.c.name == "admin_code_used")).first()
        return Invited("", Role.ADMINISTRATOR, reading.engine.plan.division) if used is None else None
    live = INVITATION.c.used_at.is_(None), INVITATION.c.expires_at > reading.engine.now()
    row = reading.db.execute(sa.select(INVITATION).where(which, *live)).first()
    return Invited(row.id, Role(row.role), row.unit) if row is not None else None


def _link(reading: Reading) -> Linked | None:
    return linking.typed(reading.db, reading.engine, reading.talk, reading.incoming.text)


def _room_here(reading: Reading) -> tuple[BoundRoom, ...]:
    statement = sa.select(ROOM).where(ROOM.c.channel == reading.talk.channel, ROOM.c.chat == reading.talk.chat, ROOM.c.unbound_at.is_(None))
    return tuple(BoundRoom(row.unit, row.purpose, row.channel, row.chat, row.topic) for row in reading.db.execute(statement))


def _members(reading: Reading) -> tuple[Member, ...]:
    """Whom the sender may see, with all that they hold: administrators everybody, others the members of the units they are in."""
    who = reading.talk.who
    if who is None:
        return ()
    statement = sa.select(PERSON.c.id, PERSON.c.name, MEMBERSHIP.c.role, MEMBERSHIP.c.unit).join(
        MEMBERSHIP, MEMBERSHIP.c.person == PERSON.c.id
    )
    statement = statement.where(MEMBERSHIP.c.ended_at.is_(None)).order_by(PERSON.c.name, PERSON.c.id)
    if not who.is_(Role.ADMINISTRATOR):
        near = sa.select(MEMBERSHIP.c.person).where(
            MEMBERSHIP.c.unit.in_([held.unit for held in who.held]), MEMBERSHIP.c.ended_at.is_(None)
        )
        statement = statement.where(PERSON.c.id.in_(near))
    people: dict[str, Member] = {}
    for row in reading.db.execute(statement):
        held = (*(people[row.id].held if row.id in people else ()), Held(Role(row.role), row.unit))
        people[row.id] = Member(row.id, row.name, held)
    return tuple(people.values())


def _digest(reading: Reading) -> Digest | None:
    """Of the person whom the timer names, or of the sender."""
    timer = reading.incoming.kind is Kind.TIMER
    person = str(reading.incoming.data.get("subject")) if timer else reading.talk.who.person if reading.talk.who else ""
    return gather_digest.of_person(reading.db, reading.engine, person, reading.engine.now()) if person else None


NEEDS: dict[str, Callable[[Reading], Any]] = {
    "service": lambda reading: read_service(reading.db, reading.engine.plan.division),
    "draft": _draft,
    "filed": _filed,
    "case_draft": _case_draft,
    "clocks": _clocks,
    "attachments": _attachments,
    "refused_file": _refused_file,
    "reporter": _reporter,
    "invited": _invited,
    "link": _link,
    "new_link": lambda reading: linking.fresh(reading.db, reading.engine),
    "recent_links": lambda reading: linking.recent(reading.db, reading.engine, reading.talk),
    "room_here": _room_here,
    "members": _members,
    "reports_today": _reports_today,
    "open_child_case": _open_child_case,
    "roster": lambda reading: read_roster(reading.db, reading.engine.plan.division, reading.engine.now(), reading.engine.vault),
    "hand_overs": lambda reading: read_hand_overs(reading.db, reading.engine.vault, reading.engine.now()),
    "waiting": care.waiting,
    "asked": care.asked,
    "remarks": care.remarks,
    "officers": care.officers,
    "own_cases": care.own_cases,
    "open_cases": care.open_cases,
    "overdue": care.overdue,
    "reconciliation": lambda reading: reconciling.read(reading.db, reading.engine.now()),
    "ahead": dates.ahead,
    "owed": reports.owed,
    "known": reports.known,
    "digest": _digest,
    "colleagues": away.colleagues,
    "absences": away.absences,
    "handed_in": reports.handed_in,
    "corrections": reports.corrections,
    "progress": progress.gather,
    "drills": lambda reading: drill_rows.read(reading.db),
    "drawn": gather_documents.drawn,
    "came_back": gather_documents.came_back,
    "due_days": gather_documents.due_days,
}
"""One reader for each field of Facts that a route may ask for."""
