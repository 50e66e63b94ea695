"""The moves of a report that are no answers: back, stop, help, go on; what the screens' choices do; sending."""

from collections.abc import Callable
from dataclasses import replace

from handlers import reply
from handlers.floor import leave
from handlers.forms.filling import Filling
from handlers.forms.scribe import is_told
from handlers.report_case import close, settle, tell_taker
from handlers.report_open import FLOOR, begin, remember_cursor
from handlers.report_screens import AGAIN, NEW, REVIEW, SECTION, SENT, STOP, YES, advance, again, edit, edit_section, edited_section, show
from handlers.report_words import help_text
from models.commands import Note
from models.talk import CaseCode, Say, Turn, lines, msg

Move = Turn | None  # a whole turn where the report is left, None where it goes on

# --- ways that are open at any question -------------------------------------------------------------------------------


def _back(work: Filling) -> Move:
    if work.step == SECTION:
        show(work, REVIEW)
        return None
    if work.step in {STOP, AGAIN}:
        return _resume(work)
    if work.step == SENT:
        again(work)
        return None
    here = work.question
    order = [question for question in work.filled.order(work.stage) if question.name in work.answers]
    target = work.filled.before(here.name) if here is not None else (order[-1] if order else None)
    if target is None:
        again(work, msg("This is the first question."))
    else:
        edit(work, target)
    return None


def _cancel(work: Filling) -> Move:
    if work.word("sent"):
        return leave_sent(work)
    remember_cursor(work)
    show(work, STOP)
    return None


def _help(work: Filling) -> Move:
    work.say(help_text(work))
    again(work)
    return None


def _resume(work: Filling) -> Move:
    if work.step in {STOP, AGAIN}:
        work.step = work.word("before")
    if work.form.has(work.step) or work.step in {SECTION, SENT}:
        if work.form.has(work.step) and work.step in work.answers and work.step not in work.early:
            advance(work)
        else:
            again(work)
    else:
        advance(work)
    return None


WAYS: dict[str, Callable[[Filling], Move]] = {reply.BACK: _back, reply.CANCEL: _cancel, reply.HELP: _help, reply.RESUME: _resume}


# --- the screens ------------------------------------------------------------------------------------------------------


def _on_review(work: Filling, key: str) -> Move:
    if key == reply.SEND and not work.word("sent"):
        return _send(work)
    if key == reply.DONE and work.word("sent"):
        return leave_sent(work)
    if key == reply.MORE:
        more(work)
    elif name := edited_section(key):
        edit_section(work, name)
    else:
        again(work)
    return None


def _on_section(work: Filling, key: str) -> Move:
    if work.form.has(key):
        edit(work, work.form.question(key))
    else:
        again(work)
    return None


def _on_stop(work: Filling, key: str) -> Move:
    if key != YES:
        return _resume(work)
    return _stop(work)


def _on_again(work: Filling, key: str) -> Move:
    if key != NEW:
        return _resume(work)
    close(work, "cancelled")
    kept = {} if is_told(work.answers) else {"source": work.data.get("source")}  # what an officer reports next is their own
    fresh = begin(replace(work.frame, floor="", step="", data=kept), work.incoming, work.facts)
    fresh.commands = [*work.commands, *fresh.commands]
    return fresh.turn(FLOOR)


def _on_sent(work: Filling, key: str) -> Move:
    if key == reply.MORE:
        more(work)
        return None
    return leave_sent(work)


PRESSED: dict[str, Callable[[Filling, str], Move]] = {
    REVIEW: _on_review,
    SECTION: _on_section,
    STOP: _on_stop,
    AGAIN: _on_again,
    SENT: _on_sent,
}


# --- the end ----------------------------------------------------------------------------------------------------------


def _send(work: Filling) -> Turn:
    settle(work)
    close(work, "sent")
    work.data["sent"] = work.facts.now.isoformat()
    work.data["stage"] = "more"
    show(work, SENT)
    return work.turn(FLOOR)


def _stop(work: Filling) -> Turn:
    close(work, "cancelled")
    case = work.word("case")
    told = msg("Stopped. Those responsible are told as %(code)s, so that the child is not forgotten.", code=CaseCode(case))
    text = lines(told if case else msg("Stopped. Nothing was sent."), msg("To report again, type /baocao."))
    return Turn(leave(work.frame), (Say(text),), tuple(work.commands))


def more(work: Filling) -> None:
    work.data["stage"] = "more"
    work.data["enough"] = False
    advance(work)


def leave_sent(work: Filling) -> Turn:
    text = msg("Thank you. To add something later, type: bosung. To see how it stands, type: xem.")
    if work.data.get("staff") is True or work.step == REVIEW:
        work.commands.append(Note(work.word("case"), "supplemented"))
        tell_taker(work)
    return Turn(leave(work.frame), (Say(text),), tuple(work.commands))
