"""What the answers of a report cause: the case, its card's facts, who is called, and the clocks.

Rules:

1. Danger or a kind makes it a case, in the same turn (DESIGN rule 6). Danger calls the room at once; anything else is told on sending, on
   cancelling, or when the reporter falls silent.
2. Once the room was told, a correction never lowers the severity: "I chose by mistake" may be said with somebody standing behind.
3. An unfinished report always has its idle clock.
"""

from datetime import datetime, timedelta

from handlers.card import details_choice
from handlers.clocks import LIVE, asks_about
from handlers.forms.filling import Filling
from handlers.forms.scribe import CAME_BY, RECEIVED, is_told
from models.commands import (
    CallRoom,
    CancelTimer,
    CloseSubmission,
    Note,
    OpenIncident,
    PutAnswer,
    Restrict,
    SetClocks,
    SetTimer,
    TellPerson,
    UpdateIncident,
)
from models.talk import Json, Say, Typed, msg

URGENT = "khan_cap"
IDLE = timedelta(minutes=10)
UNANSWERED = timedelta(minutes=3)
REPORTS_A_DAY = 3  # of one citizen; more are bundled and marked, never dropped
_COPIED = ("danger", "kind", "ward", "called", "contact")


def columns(work: Filling) -> dict[str, Json]:
    """What the card may know, from the answers that count."""
    values = work.filled.values()
    found: dict[str, Json] = {name: values.get(name) or "" for name in _COPIED}
    found["type"] = values.get(str(found["kind"])) or ""
    found["source"] = work.word("source")
    many = work.facts.case.bundled if work.facts.case is not None else work.data.get("many") is True
    found["severity"] = _severity(work, {**values, "source": found["source"]})
    found["bundled"] = many and found["severity"] != URGENT  # a bundle makes no sound
    return found


def _severity(work: Filling, values: dict[str, Json]) -> str:
    plan, case = work.facts.plan, work.facts.case
    level = plan.severity(values).level
    if case is None or case.status == "intake":
        return level
    return min(level, case.severity, key=plan.severity_rules.rank)


def settle(work: Filling) -> None:
    """Bring the case in line with the answers of this turn."""
    found, case = columns(work), work.word("case")
    if not case:
        if found["danger"] != "danger" and not found["kind"]:
            return
        case = work.facts.new_id()
        work.data["case"] = case
        work.commands.append(_opened(work, case, found))
    else:
        wind_clocks(work)
        changed = {name: value for name, value in found.items() if work.facts.case is None or getattr(work.facts.case, name) != value}
        if changed:
            work.commands.append(UpdateIncident(case, changed))
    if "alert" in work.effects:
        call(work, found["severity"] == URGENT)
    restricted = work.facts.case is not None and work.facts.case.restricted
    if work.filled.values().get("network_involved") == "yes" and not restricted:
        work.commands.append(Restrict(case))


def wind_clocks(work: Filling) -> None:
    """The legal clocks follow the answers of this turn; before the room was told there are none."""
    case, asked = work.facts.case, asks_about(work.facts.plan)
    if case is not None and case.status in LIVE and any(isinstance(put, PutAnswer) and put.question in asked for put in work.commands):
        work.commands.append(SetClocks(case.id))


def put_ward_right(work: Filling) -> None:
    """An officer has said where a ward of an earlier plan lies now: the ward of today is called, and may act."""
    case, ward = work.facts.case, work.filled.values().get("ward")
    if case is not None and work.facts.plan.lost(case.ward) and isinstance(ward, str) and ward and not work.facts.plan.lost(ward):
        work.commands.append(UpdateIncident(case.id, {"ward": ward}))


def _opened(work: Filling, case: str, found: dict[str, Json]) -> OpenIncident:
    """A case that was told to an officer counts from the hour at which it was told."""
    if not is_told(work.answers):
        return OpenIncident(case, work.submission, found)
    came_by, received = work.answers[CAME_BY].value, work.answers[RECEIVED].value
    return OpenIncident(case, work.submission, found, str(came_by), datetime.fromisoformat(str(received)))


def call(work: Filling, urgent: bool) -> None:
    """Tell the room; for khẩn cấp, look in three minutes whether anybody came."""
    case = work.word("case")
    work.commands.append(CallRoom(case))
    taken = work.facts.case is not None and work.facts.case.taken_at is not None
    if urgent and not taken:
        work.commands.append(SetTimer("unanswered", case, work.facts.now + UNANSWERED, urgent=True))


def tell_taker(work: Filling) -> None:
    """Whoever has taken the case hears that there is more, never what."""
    case = work.facts.case
    if case is None or not case.taken_by or work.staff:
        return
    say = Say(
        msg(
            "🔔 %(code)s: the reporter has added something. To read it, type: %(read)s",
            code=case.code,
            read=Typed(f"chitiet {case.number}"),
        ),
        choices=(details_choice(case),),
        purpose="more",
        about=case.id,
        unpressed="",
    )
    room = "" if case.restricted else work.facts.plan.division  # where whoever had it is gone, the room hears that there is more
    work.commands.append(TellPerson(case.taken_by, say, or_room=room))


def is_urgent(work: Filling) -> bool:
    """Whether the answers make it khẩn cấp."""
    return columns(work)["severity"] == URGENT


def close(work: Filling, state: str) -> None:
    """The report is sent, or given up: a case is told to the room either way, given up it is marked as unfinished."""
    case = work.word("case")
    work.commands.append(CloseSubmission(work.submission, state))
    work.commands.append(CancelTimer("idle", work.submission))
    if not case:
        return
    if (state != "sent") is not (work.facts.case is not None and work.facts.case.unfinished):
        work.commands.append(UpdateIncident(case, {"unfinished": state != "sent"}))
    work.commands.append(Note(case, state))
    call(work, is_urgent(work))


def stay_awake(work: Filling) -> None:
    """The idle clock, wound up by every turn of an unfinished report."""
    data: dict[str, Json] = {"conversation": work.facts.conversation}
    work.commands.append(SetTimer("idle", work.submission, work.facts.now + IDLE, data=data))
