"""The report: from "báo cáo" to the receipt, and what is added later. The form is data (forms/incident.yaml); this is the way through it.

The frame (floor "report") holds the submission, the case, the source, the stage and the cursor: a question's name or one of the screens of
`report_screens`. Every answer is a row at once, so nothing is lost by a restart, and the same way goes on after a week.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from handlers import idle, reply, stranger
from handlers.commands import find
from handlers.floor import leave
from handlers.forms import filling as fill
from handlers.forms.filling import Filling
from handlers.incident import elsewhere, how_it_stands
from handlers.ready import not_ready_say
from handlers.report_case import put_ward_right, settle, stay_awake, tell_taker, wind_clocks
from handlers.report_extras import correct, take_files
from handlers.report_moves import PRESSED, WAYS, Move
from handlers.report_open import FLOOR, begin, form_of, open_report, own_answers, remember_cursor
from handlers.report_screens import AGAIN, SAID, SENT, advance, again, ask_ward_anew, show
from handlers.report_timers import nudge, unanswered
from handlers.report_words import alert
from handlers.rights import is_own, may_see
from handlers.wording import hotlines_short
from models.commands import Look, Note, UpdateIncident
from models.facts import Case, Draft, Facts
from models.talk import CaseCode, Frame, Incoming, Json, Kind, LetterKind, Msg, Say, Text, Turn, lines, msg

__all__ = ["FLOOR", "answer", "misdial", "nudge", "start", "supplement", "unanswered"]

STILL_THE_SAME = timedelta(hours=1)  # what is typed within it behind a receipt belongs to that report
KEPT = timedelta(hours=24)  # how long private answers stay on an officer's phone, where the channel can take them back


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/baocao", or a citizen (frame.data["source"] = "citizen"). An unfinished report is offered first."""
    if not facts.service.ready:
        return Turn(frame, (not_ready_say(facts),))
    work = open_report(frame, incoming, facts)
    if work is not None and not work.word("sent") and "danger" in work.answers:
        remember_cursor(work)
        show(work, AGAIN)
        return work.turn(FLOOR)
    return begin(frame, incoming, facts).turn(FLOOR)


# --- one reply --------------------------------------------------------------------------------------------------------


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next message of a reporter (or of an officer who adds to a case)."""
    work = open_report(frame, incoming, facts)
    if work is None or (work.staff and not _may_still_add(facts)):
        return Turn(leave(frame), (Say(msg("That report is closed. To report, type /baocao.")),))
    if incoming.files:
        take_files(work)
    elif work.question is not None and work.question not in work.filled.relevant():
        advance(work)  # the form changed while the reporter was away
    elif not (incoming.edits and correct(work)):
        turn = _reply(work)
        if turn is not None:
            return turn
    return _done(work)


def _may_still_add(facts: Facts) -> bool:
    """An officer's right is checked at every message: the case may have been restricted meanwhile."""
    return facts.case is not None and may_see(facts.who, facts.case, facts.plan)


def _done(work: Filling) -> Turn:
    """Settle what the answers cause; the alert comes before the next question."""
    if work.staff:
        wind_clocks(work)
        put_ward_right(work)
        turn = work.turn(FLOOR)
        return replace(turn, says=tuple(_for_an_officer(work, say) for say in turn.says))
    settle(work)
    if "alert" in work.effects:
        work.says.insert(0, alert(work))
    if not work.word("sent"):
        stay_awake(work)
    return work.turn(FLOOR)


def _for_an_officer(work: Filling, say: Say) -> Say:
    """Protected and taken back, because it may read answers out; where a chat can do neither it reads none out (see Filling.discreet), so that not
    every question has to go behind a link."""
    about = replace(say, purpose="details", about=work.word("case"))
    return about if work.discreet else replace(about, protect=True, delete_after=KEPT)


def _reply(work: Filling) -> Move:
    match fill.read(work, SAID.get(work.step)):
        case reply.Late(key):
            return _late(work, key)
        case reply.Nothing():
            again(work, _unread(work))
        case reply.Typed(text):
            return _typed(work, text)
        case reply.Pressed(key):
            return _pressed(work, key)
    return None


def _unread(work: Filling) -> Text:
    if work.incoming.kind is not Kind.WITHHELD:
        return msg("That cannot be read here. Please choose, type, or send a voice note.")
    return lines(msg("That message cannot be read here: your messenger does not hand it over."), hotlines_short(work.facts.plan))


def _late(work: Filling, key: str) -> Move:
    if key == work.word("tap") and work.facts.channel.toasts:  # the same finger twice: nothing to explain
        return Turn(work.frame, (Say(msg("Already noted."), kind=LetterKind.TOAST),))
    again(work, msg("That choice belongs to an earlier question. To change an answer, go back or wait for the last step."))
    return None


def _pressed(work: Filling, key: str) -> Move:
    work.data["tap"] = key
    if key in WAYS:
        return WAYS[key](work)
    if work.step in PRESSED:
        return PRESSED[work.step](work, key)
    question = work.question
    if question is None:
        again(work)
    elif key == reply.DONE and question.stage == "more":
        work.data["enough"] = True
        advance(work)
    elif (around := fill.press(work, question, key)) is not None:
        work.show(question, around)
    else:
        advance(work)
    return None


def _typed(work: Filling, text: str) -> Move:
    question = work.question
    if work.word("case") and not work.staff and command(text) == "misdial":
        return misdial(work.frame, work.incoming, work.facts) if work.word("sent") else _by_mistake(work)
    if question is None and work.step == SENT:
        return _typed_after_sending(work, text)
    if command(text) == "report" and work.word("sent"):
        return begin(leave(work.frame), work.incoming, work.facts).turn(FLOOR)
    if command(text) == "report":
        remember_cursor(work)
        show(work, AGAIN)
    elif question is None:
        again(work, msg("Please choose one of these, or type its number."))
    elif (account := fill.belongs_to(work, text)) is not None:
        fill.add_words(work, account, text, work.incoming.message)
        work.say(msg("Added to what you told. Please go on with the question above."))
    elif (around := fill.typed(work, question, text)) is not None:
        work.show(question, around)
    else:
        advance(work)
    return None


def _typed_after_sending(work: Filling, text: str) -> Move:
    """What is typed right behind the receipt: a command, or one more thing about the same case. Nothing is thrown away."""
    if command(text) == "report":
        return start(leave(work.frame), work.incoming, work.facts)
    if work.facts.now - datetime.fromisoformat(work.word("sent")) > STILL_THE_SAME:
        return _somebody_writes(leave(work.frame), work.incoming, work.facts)
    account = next(question for question in work.form.questions if question.account)
    fill.add_words(work, account, text, work.incoming.message)
    work.say(msg("Added to %(code)s.", code=CaseCode(work.word("case"))))
    tell_taker(work)
    return None


def _somebody_writes(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Long after the receipt a message is a new matter."""
    return stranger.start(frame, incoming, facts) if facts.who is None else idle.answer(frame, incoming, facts)


def command(text: str) -> str:
    """The name of the command that a whole message is, "" if none."""
    given = find(text)
    return given.command.name if given is not None else ""


# --- chosen by mistake ------------------------------------------------------------------------------------------------


def misdial(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "Tôi chọn nhầm", of the sender's newest case: the card notes it, the severity stays, an officer telephones."""
    case = facts.case
    if case is None or not is_own(case, facts):
        return Turn(frame, (Say(_no_such_case()),))
    if case.source == "child" or case.status == "closed":
        return Turn(frame, (Say(how_it_stands(facts)),))
    work = open_report(frame, incoming, facts)
    if work is None or work.word("case") != case.id or work.word("sent"):
        return Turn(frame, (Say(_misdial_text()),), (UpdateIncident(case.id, {"misdial": True}), Note(case.id, "misdial")))
    turn = _by_mistake(work)
    return turn if turn is not None else _done(work)


def _by_mistake(work: Filling) -> Move:
    case = work.word("case")
    work.commands += [UpdateIncident(case, {"misdial": True}), Note(case, "misdial")]
    again(work, lines(_misdial_text(), msg("If there is something to report, please go on. If not, type: huy")))
    return None


def _misdial_text() -> Msg:
    return msg("Noted: chosen by mistake. To be sure that everybody is safe, an officer will telephone you.")


def _no_such_case() -> Msg:
    return msg("There is no such case for you. Please check the number.")


# --- /bosung ----------------------------------------------------------------------------------------------------------


def supplement(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/bosung 42": the second stage for the reporter, or for an officer who may see the case. Nobody else learns that it exists."""
    case, draft = facts.case, facts.case_draft
    if case is None or draft is None:
        return Turn(frame, (Say(_no_such_case()),))
    mine = is_own(case, facts)
    if not mine and not may_see(facts.who, case, facts.plan):
        return Turn(frame, (Say(_no_such_case()),))
    if mine and case.source == "child":
        return Turn(frame, (Say(how_it_stands(facts)),))
    if mine and draft.state == "draft" and case.conversation != facts.conversation:
        return Turn(frame, (Say(elsewhere()),))
    busy = frame.floor == FLOOR and not frame.data.get("sent") and frame.data.get("submission") != draft.id
    if busy:
        return Turn(frame, (Say(msg("Please finish your open report first, or type “huy” to stop it.")),))
    return _reopen(frame, incoming, facts, case, draft, mine=mine)


def _reopen(frame: Frame, incoming: Incoming, facts: Facts, case: Case, draft: Draft, *, mine: bool) -> Turn:
    data: dict[str, Json] = {"submission": draft.id, "case": case.id, "source": case.source}
    if draft.state == "sent" or not mine:
        data |= {"stage": "more", "sent": (case.sent_at or facts.now).isoformat()}
    if not mine:
        data["staff"] = True
    work = Filling(
        frame,
        incoming,
        facts,
        form_of(draft, facts),
        draft.id,
        own_answers(draft, case.reporter) if mine else dict(draft.answers),
        not mine,
        data,
    )
    if not mine:
        work.commands.append(Look(case.id, "details"))
        if facts.plan.lost(case.ward):
            ask_ward_anew(
                work, msg("%(code)s: its ward is no longer in the plan. Please ask in which ward the place lies now.", code=case.code)
            )
            return _done(work)
    advance(work, msg("%(code)s: add whatever you know; every question can be skipped.", code=case.code) if data.get("sent") else None)
    return _done(work)
