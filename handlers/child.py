"""A child writes. Few and simple words, at most two questions, no nudges; the room is called at once, and whatever comes later is added.

1. The case is opened before anything is asked: a child who stops writing is still heard.
2. Every message is kept, also what does not answer the question; no question is asked twice.
3. Nothing is ever sent to this chat unasked: who holds the phone is not known.
"""

from collections.abc import Iterator

from handlers.card import details_choice
from handlers.child_words import (
    comfort,
    first,
    heard,
    more_of,
    nobody_yet,
    still_here,
    taken_line,
    thanks,
    unread,
    withheld_first,
    withheld_nobody_yet,
)  # fmt: skip
from handlers.floor import ask, go, held, leave, take_floor
from handlers.forms.values import account_parts, account_value, files
from handlers.reading.folding import fold
from handlers.reply import Late, Pressed, Reply, Typed, read_reply
from handlers.wards import ward_named_in
from models.commands import (
    CallRoom,
    Command,
    Note,
    OpenIncident,
    OpenSubmission,
    PutAnswer,
    TellPerson,
    TellRole,
    TellRoom,
    UpdateIncident,
    WantAttachment,
)
from models.facts import Case, Facts, Role
from models.form import Question
from models.talk import Choice, Frame, Incoming, Json, Kind, Lane, Say, Text, Turn, lines, msg

FLOOR = FORM = "child"
URGENT = "khan_cap"
SAFE = frozenset({"safe", "danger", "unknown"})  # answers of `child_safe`, and words of Incident.danger
_SAFE_WORDS = {
    **dict.fromkeys(("an toan", "con an toan", "co", "da co", "roi", "on", "con on"), "safe"),
    **dict.fromkeys(("khong", "ko", "k", "da khong", "khong an toan", "con so", "con so lam", "so", "so lam", "nguy hiem"), "danger"),
    **dict.fromkeys(("khong biet", "ko biet", "chua biet", "khong ro"), "unknown"),
}


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "Con là trẻ em, con cần giúp": a case of its own, at once; one open per chat."""
    if facts.open_child_case is not None:
        case = facts.open_child_case
        return Turn(_later(frame, case), (Say(still_here(case, facts.plan)),))
    if not facts.service.ready:
        return Turn(leave(frame), (Say(nobody_yet(facts.plan), lane=Lane.URGENT),))
    frame, commands = _opened(frame, facts)
    turn = _ask(go(frame, "safe"), facts.forms[FORM].question("child_safe"))
    return Turn(turn.frame, (Say(first(facts.plan), lane=Lane.URGENT), *turn.says), (*commands, CallRoom(held(frame, "incident"))))


def _opened(frame: Frame, facts: Facts) -> tuple[Frame, tuple[Command, ...]]:
    """The case, with what was written before; the room is called by the caller's last command, when all of it stands."""
    said, submission, incident, form = held(frame, "said"), facts.new_id(), facts.new_id(), facts.forms[FORM]
    columns: dict[str, Json] = {"source": "child", "severity": URGENT, "danger": "unknown"}
    commands: list[Command] = [
        OpenSubmission(submission, FORM, form.version, form.content_hash),
        OpenIncident(incident, submission, columns),
    ]
    if said:
        commands.append(PutAnswer(submission, "seen", said))
    return take_floor(frame, FLOOR, "", submission=submission, incident=incident), tuple(commands)


def withheld(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The platform keeps back what a protected sender wrote, children among them: the first such message is a call for help. Nothing is asked,
    because no answer could be read either."""
    case = facts.open_child_case
    if case is not None:
        frame = _later(frame, case)
        return Turn(frame, (Say(lines(unread(incoming, facts.plan), taken_line(case))),), _added(frame, incoming, facts))
    if not facts.service.ready:
        return Turn(leave(frame), (Say(withheld_nobody_yet(facts.plan), lane=Lane.URGENT),))
    frame, commands = _opened(frame, facts)
    kept = _withheld(held(frame, "submission"), incoming)
    says = (Say(withheld_first(facts.plan), lane=Lane.URGENT),)
    return Turn(go(frame, "more"), says, (*commands, *kept, CallRoom(held(frame, "incident"))))


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Whatever the child writes next."""
    case = facts.open_child_case
    if case is None and incoming.kind is Kind.WITHHELD:
        return withheld(frame, incoming, facts)
    if case is None:  # closed meanwhile: what is written now is a new call for help
        return start(go(frame, "again", said=incoming.text.strip()), incoming, facts)
    if held(frame, "submission") != case.submission:
        frame = _later(frame, case)
    if fold(incoming.text) == "xem":
        return Turn(frame, (Say(still_here(case, facts.plan)),))
    reply = read_reply(frame, incoming, also=_SAFE_WORDS if frame.step == "safe" else {}, always=())
    if isinstance(reply, Late):
        return Turn(frame, (Say(heard(facts.plan)),))
    return {"safe": _safe, "place": _place}.get(frame.step, _more)(frame, incoming, reply, facts)


def _later(frame: Frame, case: Case) -> Frame:
    return take_floor(frame, FLOOR, "more", submission=case.submission, incident=case.id)


# --- the two questions ------------------------------------------------------------------------------------------------


def _safe(frame: Frame, incoming: Incoming, reply: Reply, facts: Facts) -> Turn:
    place = _ask(go(frame, "place"), facts.forms[FORM].question("place"))
    if not isinstance(reply, Pressed) or reply.key not in SAFE:
        return _after(unread(incoming, facts.plan), place, *_added(frame, incoming, facts))
    submission = held(frame, "submission")
    answered = (
        PutAnswer(submission, "child_safe", reply.key, message=incoming.message),
        UpdateIncident(_case(facts).id, {"danger": reply.key}),
    )
    words = _kept(submission, incoming, facts) if fold(incoming.text) in _SAFE_WORDS else ()  # "con sợ lắm" says more than the answer
    return _after(comfort(reply.key, facts.plan), place, *answered, *words)


def _place(frame: Frame, incoming: Incoming, reply: Reply, facts: Facts) -> Turn:
    submission, done = held(frame, "submission"), Turn(go(frame, "more"), (Say(thanks(facts.plan)),))
    if isinstance(reply, Pressed):
        return _after(None, done, PutAnswer(submission, "place", skipped=True))
    if not isinstance(reply, Typed):
        return _after(unread(incoming, facts.plan), done, *_added(frame, incoming, facts))
    answered: list[Command] = [PutAnswer(submission, "place", reply.text, message=incoming.message)]
    ward = ward_named_in(reply.text, facts.plan)
    if ward:
        answered.append(UpdateIncident(_case(facts).id, {"ward": ward}))
    return _after(None, done, *answered, *_tell(facts))


def _more(frame: Frame, incoming: Incoming, reply: Reply, facts: Facts) -> Turn:
    """Everything later belongs to the same case."""
    said = unread(incoming, facts.plan) or lines(heard(facts.plan), taken_line(_case(facts)))
    return Turn(frame, (Say(said),), _added(frame, incoming, facts))


def _ask(frame: Frame, question: Question) -> Turn:
    offered = (Choice(one.name, one.label, style="danger" if one.name == "danger" else "") for one in question.choices)
    skip = () if question.choices else (Choice("skip", msg("I do not want to say")),)
    return ask(frame, question.label, *offered, *skip)


def _after(said: Text | None, turn: Turn, *commands: Command) -> Turn:
    """A turn that first says something else."""
    return Turn(turn.frame, (Say(said), *turn.says) if said is not None else turn.says, commands)


def _case(facts: Facts) -> Case:
    assert facts.open_child_case is not None
    return facts.open_child_case


# --- what is kept, and who hears of it --------------------------------------------------------------------------------


def _added(frame: Frame, incoming: Incoming, facts: Facts) -> tuple[Command, ...]:
    """Keep a message of the child's own, and tell whoever has the case that there is more (never what)."""
    submission = held(frame, "submission")
    kept = tuple(_kept(submission, incoming, facts)) or (Note(_case(facts).id, "unread"), *_withheld(submission, incoming))
    return (*kept, *_tell(facts))


def _withheld(submission: str, incoming: Incoming) -> tuple[Command, ...]:
    """That there was a message nobody could read, for whoever opens the details."""
    return (PutAnswer(submission, "withheld", "yes", message=incoming.message),) if incoming.kind is Kind.WITHHELD else ()


def _kept(submission: str, incoming: Incoming, facts: Facts) -> Iterator[Command]:
    """The newest answer holds, so each one carries what was said before."""
    pieces = account_parts(_so_far("seen", facts))
    pictures = files(_so_far("photos", facts))
    for file in incoming.files:
        attachment = facts.new_id()
        spoken = file.kind == "voice"
        yield WantAttachment(attachment, submission, "seen" if spoken else "photos", file)
        if spoken:
            pieces.append({"voice": attachment, "message": incoming.message})
        else:
            pictures.append(attachment)
    if incoming.edits:
        pieces = [piece for piece in pieces if piece.get("message") != incoming.message]
    if incoming.text.strip():
        pieces.append({"text": incoming.text.strip(), "message": incoming.message})
    if any(file.kind != "voice" for file in incoming.files):
        yield PutAnswer(submission, "photos", [*pictures], message=incoming.message)
    if incoming.text.strip() or any(file.kind == "voice" for file in incoming.files):
        yield PutAnswer(submission, "seen", account_value(pieces), message=incoming.message)


def _so_far(question: str, facts: Facts) -> Json:
    given = facts.draft.answers.get(question) if facts.draft is not None else None
    return given.value if given is not None else None


def _tell(facts: Facts) -> tuple[Command, ...]:
    case = _case(facts)
    say = Say(more_of(case), choices=(details_choice(case),), lane=Lane.URGENT, purpose="more", about=case.id, unpressed="")
    if case.restricted:
        return (TellRole(facts.plan.division, Role.LEADER, say),)
    return (TellPerson(case.taken_by, say, or_room=facts.plan.division),) if case.taken_by else (TellRoom(facts.plan.division, say),)
