"""/tralai, /nhanthay, /dong, /molai: moves of a case that want a reason. "tralai 42 <lý do>" is all at once; "tralai 42" asks for it.

A reason is chosen from the plan's list or typed. Closing takes one of the list and perhaps a note, and names what the law still asks for before
anything is closed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from handlers import care_words as words
from handlers.clock_words import clock_line
from handlers.commands import find
from handlers.floor import ask, end, go, held, leave, take_floor
from handlers.handover import begin_holding
from handlers.held import is_mine, refused, say, standing
from handlers.incident import news, no_such_case, tells_reporter
from handlers.reading.folding import fold
from handlers.reply import CANCEL, Pressed, Reply, read_reply
from handlers.reply import Typed as Words
from handlers.rights import may_lead
from models.commands import CloseCase, Command, PassOn, Release, ReopenCase, TellPerson, TellReporter
from models.facts import Case, Facts, RunningClock
from models.plan import ListItem
from models.talk import N_, Choice, Frame, Incoming, Say, Text, Turn, Typed, lines, msg

FLOOR = "move"
LONGEST = 1000  # letters of a reason


@dataclass(frozen=True, slots=True)
class Move:
    """`reasons`: a list of the plan, "" where it is always typed; `leaves`: the status that the case must have; `moved`: what a reason does,
    None where a note is asked for besides."""

    reasons: str
    leaves: str
    question: str
    moved: Callable[[Frame, Incoming, Facts, Case, str], Turn] | None = None


# --- the way ----------------------------------------------------------------------------------------------------------


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Whether it may be done at all, then the reason."""
    given = find(incoming.text)
    if given is None:
        return say(frame, no_such_case())
    name = given.command.name
    why = _hindered(name, incoming, facts)
    if why is not None or facts.case is None:
        return say(frame, why or "")
    frame = take_floor(frame, FLOOR, "reason", move=name, case=facts.case.id)
    return _reason(frame, incoming, facts, Words(given.tail)) if given.tail else _ask_reason(frame, facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply; the right and the state are looked at anew each time."""
    why = _hindered(held(frame, "move"), incoming, facts)
    if why is not None or facts.case is None:
        return say(leave(frame), why or "")
    reply = read_reply(frame, incoming, always=(CANCEL,), numbers=not _wants_words(frame, facts))
    if reply in (Pressed(CANCEL), Pressed("no")):
        return end(frame, msg("All right, nothing was changed."))
    return {"note": _note, "sure": _sure}.get(frame.step, _reason)(frame, incoming, facts, reply)


def _hindered(name: str, incoming: Incoming, facts: Facts) -> Text | None:
    why = refused(incoming, facts)
    case = facts.case
    if why is not None or case is None:
        return why
    if name == "release":
        return None if is_mine(case, facts) else standing(case, facts)
    if not may_lead(facts.who, case, facts.plan):
        return msg("Only the %(office)s can do this with %(code)s.", office=facts.plan.office, code=case.code)
    if name == "take_over" and is_mine(case, facts):
        return standing(case, facts)
    if name == "reopen" and case.drill:
        return msg("%(code)s was an exercise, so it stays closed. Thank you.", code=case.code)
    if name == "reopen" and case.status != "closed":
        return msg("%(code)s is not closed.", code=case.code)
    return None if case.status == MOVES[name].leaves else standing(case, facts)


def _reason(frame: Frame, incoming: Incoming, facts: Facts, reply: Reply) -> Turn:
    move, case = MOVES[held(frame, "move")], facts.case
    assert case is not None
    item = _item(move, reply, facts)
    if move.moved is None:
        return _ask_note(go(frame, "note", reason=item.id), item) if item else _ask_reason(frame, facts, msg("Please choose one of these."))
    text = item.name.vi if item is not None else reply.text.strip() if isinstance(reply, Words) else ""
    if not any(letter.isalnum() for letter in text) or len(text) > LONGEST:
        return _ask_reason(frame, facts, msg("Please use a few words."))
    return move.moved(frame, incoming, facts, case, text)


def _item(move: Move, reply: Reply, facts: Facts) -> ListItem | None:
    listed = facts.plan.list(move.reasons) if move.reasons else ()
    if isinstance(reply, Pressed):
        return next((item for item in listed if item.id == reply.key), None)
    said = fold(reply.text) if isinstance(reply, Words) else ""
    return next((item for item in listed if said and said in {fold(item.name.vi), fold(item.name.en)}), None)


def _ask_reason(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    move, code = MOVES[held(frame, "move")], facts.case.code if facts.case is not None else ""
    choices = [Choice(item.id, item.name) for item in facts.plan.list(move.reasons)] if move.reasons else []
    return ask(frame, msg(move.question, code=code), *choices, Choice("no", msg("Leave it as it is")), why=why)


# --- release, take over, reopen ----------------------------------------------------------------------------------------


def _released(frame: Frame, incoming: Incoming, facts: Facts, case: Case, reason: str) -> Turn:
    text = msg("Thank you for saying so. Others are being called for %(code)s now.", code=case.code)
    return end(frame, text, Release(case.id, case.taken_by, "released", reason))


def _taken_over(frame: Frame, incoming: Incoming, facts: Facts, case: Case, reason: str) -> Turn:
    name = facts.who.name if facts.who is not None else ""
    told: list[Command] = [PassOn(case.id, case.taken_by, "taken_over", reason), TellPerson(case.taken_by, words.taken_over(case, name))]
    return begin_holding(leave(frame), incoming, facts, case, told)


def _reopened(frame: Frame, incoming: Incoming, facts: Facts, case: Case, reason: str) -> Turn:
    return end(frame, msg("%(code)s is open again, and the people on duty are being called.", code=case.code), ReopenCase(case.id, reason))


# --- close ------------------------------------------------------------------------------------------------------------


def _ask_note(frame: Frame, item: ListItem, why: Text | None = None) -> Turn:
    if item.words is not None:
        choices = (Choice("no", msg("Leave it as it is")),)
        return Turn(frame, (Say(lines(why, item.words), choices, asks=True, figures=True),))  # "trùng với vụ số 7": a figure is the answer
    question = msg("Anything to add? Type it, or choose below.")
    return ask(frame, question, Choice("nothing", msg("Nothing to add")), Choice("no", msg("Leave it as it is")), why=why)


def _wants_words(frame: Frame, facts: Facts) -> bool:
    """Where figures may be the answer itself: "trùng với vụ số 7"."""
    return frame.step == "note" and facts.plan.item(CLOSE.reasons, held(frame, "reason")).words is not None


def _note(frame: Frame, incoming: Incoming, facts: Facts, reply: Reply) -> Turn:
    item = facts.plan.item(CLOSE.reasons, held(frame, "reason"))
    text = reply.text.strip() if isinstance(reply, Words) else ""
    nothing = item.words is None and (reply == Pressed("nothing") or fold(text) in {"khong", "khong co", "khong ghi them"})
    if not nothing and (not any(letter.isalnum() for letter in text) or len(text) > LONGEST):
        return _ask_note(frame, item, msg("Please use a few words."))
    frame = go(frame, "sure", note="" if nothing else text)
    return _ask_sure(frame, facts) if _running(facts) else _close(frame, facts)


def _ask_sure(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    """What the law still asks for is named before it is struck off."""
    assert facts.case is not None
    text = lines(
        msg("Still to be done: %(count)s", count=len(_running(facts))),
        *(clock_line(clock, facts.plan, facts.now) for clock in _running(facts)),
        msg("What was done already, confirm first: %(confirm)s", confirm=Typed(f"xacnhan {facts.case.number}")),
        msg("Closing strikes them off. Close anyway?"),
    )
    return ask(frame, text, Choice("yes", msg("Close it"), style="danger"), Choice("no", msg("Leave it as it is")), why=why)


def _running(facts: Facts) -> tuple[RunningClock, ...]:
    return tuple(clock for clock in facts.clocks if clock.running)


def _sure(frame: Frame, incoming: Incoming, facts: Facts, reply: Reply) -> Turn:
    said = fold(reply.text) if isinstance(reply, Words) else ""
    if reply == Pressed("yes") or said in {"co", "dong", "dong y", "yes"}:
        return _close(frame, facts)
    if said in {"khong", "thoi"}:
        return end(frame, msg("All right, nothing was changed."))
    return _ask_sure(frame, facts, why=msg("Please choose one of these."))


def _close(frame: Frame, facts: Facts) -> Turn:
    case = facts.case
    assert case is not None
    assert facts.who is not None
    commands: list[Command] = [CloseCase(case.id, held(frame, "reason"), held(frame, "note"))]
    if case.taken_by != facts.who.person:
        commands.append(TellPerson(case.taken_by, words.closed(case, facts.who.name)))
    if tells_reporter(case) and case.reporter != facts.who.person:
        commands.append(TellReporter(case.id, news()))
    text = msg("%(code)s is closed. Thank you. To open it again, type: %(again)s", code=case.code, again=Typed(f"molai {case.number}"))
    return Turn(leave(frame), (Say(text),), tuple(commands))


CLOSE = Move("close_reasons", "taken", N_("Why can %(code)s be closed?"))
MOVES = {
    "release": Move("release_reasons", "taken", N_("Why do you hand %(code)s back? Choose, or type it."), _released),
    "take_over": Move("takeover_reasons", "taken", N_("Why do you take %(code)s over? Choose, or type it."), _taken_over),
    "close": CLOSE,
    "reopen": Move("", "closed", N_("Why is %(code)s opened again? Please type it."), _reopened),
}
