"""Facts about documents that the service makes and about papers that people send."""

import base64

import sqlalchemy as sa

from bot.documents.table import TABLE_PLACE
from bot.expected_rows import ROWS, as_expected
from bot.gather.cases import sent_by
from bot.gather.people import read_person
from bot.gather.reading import Reading
from handlers.document import may_have
from handlers.kept import kept_here
from models.attachment import ATTACHMENT, SHEET, AttachmentState
from models.document import DOCUMENT
from models.expected import EXPECTED, ExpectedState
from models.facts import Kept, Stored, Who
from models.report_facts import CameBack, Drawn, DueDay, Expected
from models.submission import LOOSE, SUBMISSION
from models.talk import Label

_DOCUMENT = sa.select(DOCUMENT).where(DOCUMENT.c.id == sa.bindparam("named"))
_EXPECTED = ROWS.where(EXPECTED.c.id == sa.bindparam("named"))


def drawn(reading: Reading) -> Drawn | None:
    """The document whose turn it is to be sent; None if it was deleted meanwhile, or whoever asked may not have it any more."""

    row = reading.db.execute(_DOCUMENT, {"named": str(reading.incoming.data.get("subject"))}).first()
    if row is None:
        return None
    reader = read_person(reading.db, reading.engine, row.person) if row.person else None
    expected = expected_of(reading, str(row.data.get("expected") or ""))
    if row.person and (reader is None or not may_have(reader, row.kind, expected, reading.engine.plan)):
        return None
    return Drawn(row.id, row.kind, row.state, row.data, row.person or "", row.unit, expected)


def expected_of(reading: Reading, expected: str) -> Expected | None:
    """An expected report, not locked."""
    row = reading.db.execute(_EXPECTED, {"named": expected}).first() if expected else None
    return as_expected(reading.db, reading.engine, row) if row is not None else None


_TABLE = (
    sa.select(ATTACHMENT.c.id, ATTACHMENT.c.conversation, ATTACHMENT.c.submission, SUBMISSION.c.state)
    .join(SUBMISSION, SUBMISSION.c.id == ATTACHMENT.c.submission)
    .where(ATTACHMENT.c.id == sa.bindparam("named"))
)


def came_back(reading: Reading) -> CameBack | None:
    """What the attachment worker has read in a spreadsheet and sealed into the timer."""
    row = reading.db.execute(_TABLE, {"named": str(reading.incoming.data.get("subject"))}).first()
    if row is None:
        return None
    sealed = base64.b64decode(str(reading.incoming.data["table"]))
    found = reading.engine.vault.open_json(reading.db, f"submission:{row.submission}", TABLE_PLACE, row.id, sealed)
    found["unclear"] = tuple(found.get("unclear", ()))
    return CameBack(row.conversation, row.submission, **found, attachment=row.id, loose=row.state == LOOSE)


def sender(reading: Reading) -> Who | None:
    """Who sent the spreadsheet of `came_back`, as they are now: between sending and reading an account may have lost its role."""
    came: CameBack | None = reading.found.get("came_back")
    person = sent_by(reading, came.conversation) if came is not None else ""
    return read_person(reading.db, reading.engine, person) if person else None


_KEPT = (
    sa.select(
        SUBMISSION.c.id.label("of"), ATTACHMENT.c.id, ATTACHMENT.c.question, ATTACHMENT.c.kind, ATTACHMENT.c.state, ATTACHMENT.c.unique_ref
    )
    .join(ATTACHMENT, ATTACHMENT.c.submission == SUBMISSION.c.id)
    .where(SUBMISSION.c.id.in_(sa.bindparam("named", expanding=True)), SUBMISSION.c.state == LOOSE)
    .where(SUBMISSION.c.conversation == sa.bindparam("here"), SUBMISSION.c.created_at > sa.bindparam("since"))
    .where(ATTACHMENT.c.state != AttachmentState.REFUSED, ATTACHMENT.c.question != SHEET)
    .order_by(ATTACHMENT.c.id)
)


def kept(reading: Reading) -> tuple[Kept, ...]:
    """Only what was sent in this very chat. A spreadsheet that nobody was asked about waits until it is read."""
    named, within = kept_here(reading.talk.frame, reading.incoming)
    if not named:
        return ()
    since = reading.engine.now() - within
    found: dict[str, list[Stored]] = {}
    for row in reading.db.execute(_KEPT, {"named": named, "here": reading.talk.id, "since": since}):
        found.setdefault(row.of, []).append(Stored(row.id, row.question, row.kind, row.state, row.unique_ref))
    return tuple(Kept(one, tuple(files)) for one, files in found.items())


def due_days(reading: Reading) -> tuple[DueDay, ...]:
    """Days on which reports to the division are due: the newest that has passed first, then those before it, then those to come."""
    e = EXPECTED.c
    wanted = (
        sa.select(e.due_day, e.report, e.period, e.due_at)
        .where(e.recipient == reading.engine.plan.division, e.state != ExpectedState.DROPPED)
        .distinct()
        .order_by(e.due_day.desc(), e.report)
    )
    days: dict[str, list[Label]] = {}
    passed: dict[str, bool] = {}
    for row in reading.db.execute(wanted).all():
        days.setdefault(row.due_day, []).append(_name(reading, row.report, row.period))
        passed[row.due_day] = passed.get(row.due_day, True) and row.due_at <= reading.engine.now()
    found = [DueDay(day, tuple(dict.fromkeys(names)), passed[day]) for day, names in days.items()]
    return (*(one for one in found if one.passed), *reversed([one for one in found if not one.passed]))


def _name(reading: Reading, report: str, period: str) -> Label:
    """As the plan calls it; what was asked for by chat has no name here, because people type anything."""
    try:
        known = reading.engine.plan.report(report)
        when = known.period(period).name
    except KeyError:
        return Label("Báo cáo đột xuất", "Ad-hoc report") if report == "request" else Label(report, report)
    return Label(f"{known.short.vi} {when.vi}", f"{known.short.en}, {when.en}")
