"""Taking means a promise: what the holder does first, and by when. Pushed questions never move a cursor: they are answered by their own choices,
by "hua 42 …", "xong 42", or, where nothing else is open, by plain words.

1. Nothing said within the plan's minutes: asked once more. Said what, but not when: the time is asked for once, then it is the plan's.
2. The promised time has come: asked once. Done; or moved later, once; or given back.
3. No answer within the plan's grace, and the ladder opens again: whoever cannot answer may not be able to act either.
4. A promise counts for the case as it was held when it was asked about: a button of an earlier one is answered with the true state.
"""

from dataclasses import replace
from datetime import datetime

from handlers import care_words as words
from handlers.commands import find
from handlers.floor import short
from handlers.held import is_mine, refused, say, standing
from handlers.ladder import URGENT
from handlers.reading.ahead import read_ahead
from handlers.reading.folding import fold
from handlers.reading.harm import may_tell_of_harm
from handlers.stamps import minutes, pressed, stamp
from handlers.wording import report_choice
from models.commands import Command, KeepPromise, Promise, Release, SetTimer, TellPerson
from models.facts import Case, Facts
from models.plan import ListItem
from models.talk import Frame, Incoming, Json, Moment, Say, Text, Turn, Typed, lines, msg

_DONE = frozenset({
    "roi", "xong", "xong roi", "da xong", "da lam", "da lam xong", "lam xong roi", "lam roi", "da goi", "goi roi", "da den", "den roi",
    "da bao", "bao roi", "done",
})  # fmt: skip
_NOT_YET = frozenset({"chua", "chua xong", "chua lam", "chua duoc", "can them gio", "them gio", "not yet"})
_CANNOT = frozenset({"khong duoc", "khong lam duoc", "tra lai", "toi khong lam duoc", "khong the"})
_MORE_THAN_A_NOD = 3  # fewer words without a time ("ok", "vâng ạ") say nothing of what is done first
_SHORT, _TIME_AND_LITTLE_MORE = 6, 8  # words: longer ones, where no case is named, tell of something else


# --- answers ----------------------------------------------------------------------------------------------------------


def choose(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """A choice of the plan's list: "promise:<case>.<place>.<stamp>"."""
    case, why = _held(incoming, facts)
    if case is None:
        return short(frame, incoming, facts, why)
    place, bound = (*pressed(incoming), "", "")[:2]
    listed = facts.plan.list(words.PROMISES)
    open_ = case.promise != words.KEPT and bound == stamp(case.promise_by or case.taken_at)
    if not open_ or not place.isdecimal() or not 1 <= int(place) <= len(listed):
        return short(frame, incoming, facts, _as_it_stands(case))
    return _settle(frame, incoming, facts, case, listed[int(place) - 1])


def typed(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "hua 42", "hua 42 1", "hua 42 30 phút nữa tôi đến"."""
    case, why = _held(incoming, facts)
    if case is None:
        return short(frame, incoming, facts, why)
    given = find(incoming.text)
    return _said(frame, incoming, facts, case, given.tail if given is not None else "")


def keep(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Done, more time, cannot: "keep:<case>.<answer>.<stamp>", or "xong 42"."""
    case, why = _held(incoming, facts)
    if case is None:
        return short(frame, incoming, facts, why)
    answer, bound = (*pressed(incoming), "done", "")[:2] if incoming.press else ("done", "")
    if incoming.press is not None and bound != stamp(case.promise_by):
        return short(frame, incoming, facts, _as_it_stands(case))
    if answer == "more":
        return _more(frame, incoming, facts, case)
    return _cannot(frame, case) if answer == "back" else _done(frame, incoming, facts, case)


def plainly(frame: Frame, incoming: Incoming, facts: Facts) -> Turn | None:
    """Words of somebody with no open dialogue, while exactly one case of theirs waits for an answer; None if they say nothing about it."""
    if not facts.waiting or not incoming.text.strip() or incoming.forwarded or incoming.edits:
        return None
    if len(facts.waiting) > 1:
        return say(frame, _which(facts.waiting)) if _speaks_of_it(incoming.text, facts) else None
    case, text = facts.waiting[0], fold(incoming.text)
    if case.promise_by is not None:
        if text in _DONE:
            return _done(frame, incoming, facts, case)
        if text in _NOT_YET:
            return _more(frame, incoming, facts, case)
        if text in _CANNOT:
            return _cannot(frame, case)
    if not _speaks_of_it(incoming.text, facts):
        return None
    return _or_a_report(_said(frame, incoming, facts, case, incoming.text.strip()))


def _speaks_of_it(text: str, facts: Facts) -> bool:
    """A choice of the list, a short phrase, or hardly more than a time; a new report, taken for a promise, would be lost."""
    if _listed(text, facts) is not None:
        return True
    if may_tell_of_harm(text):
        return False
    length = len(text.split())
    return length <= _TIME_AND_LITTLE_MORE if _time(text, facts) is not None else _MORE_THAN_A_NOD <= length <= _SHORT


def _or_a_report(turn: Turn) -> Turn:
    """What was noted as a promise may have been meant as a report."""
    if not any(isinstance(command, Promise) for command in turn.commands):
        return turn
    return replace(turn, says=tuple(replace(one, choices=(*one.choices, report_choice())) for one in turn.says))


def _which(cases: tuple[Case, ...]) -> Text:
    return lines(msg("More than one case of yours waits for an answer. Please name the case:"), ways(cases))


def ways(cases: tuple[Case, ...]) -> Text:
    """How each of them is answered by name, one a line."""
    return lines(
        *(
            msg(
                "%(code)s: %(promise)s, or %(done)s",
                code=case.code,
                promise=Typed(f"hua {case.number} 15 phút"),
                done=Typed(f"xong {case.number}"),
            )
            for case in cases
        )
    )


# --- what an answer does ----------------------------------------------------------------------------------------------


def _held(incoming: Incoming, facts: Facts) -> tuple[Case | None, Text]:
    """The case, if the sender holds it; else why not."""
    why = refused(incoming, facts)
    if why is not None or facts.case is None:
        return None, why or ""
    return (facts.case, "") if is_mine(facts.case, facts) else (None, standing(facts.case, facts))


def _said(frame: Frame, incoming: Incoming, facts: Facts, case: Case, text: str) -> Turn:
    item = _listed(text, facts)
    if item is not None:
        return _settle(frame, incoming, facts, case, item)
    if not text:
        ask = words.ask_promise(case, facts.plan)
        if not incoming.group:
            return Turn(frame, (ask,))
        return short(frame, incoming, facts, msg("Sent to your private chat."), TellPerson(case.taken_by, ask))
    by = _time(text, facts)
    if by is not None:
        return _settle(frame, incoming, facts, case, None, by, text)
    if case.promise_by is None and case.promise != words.TYPED:
        when = msg("Noted. Until when? For example: %(typed)s", typed=Typed(f"hua {case.number} 15 phút"))
        return Turn(frame, (Say(when),), (Promise(case.id, case.taken_by, words.TYPED, None, text),))
    otherwise = facts.plan.care_of(case.severity).otherwise
    lead = msg("No time was understood, so it is %(count)s minutes.", count=otherwise)
    return _settle(frame, incoming, facts, case, None, facts.now + minutes(otherwise), text, lead)


def _listed(text: str, facts: Facts) -> ListItem | None:
    """By its number, or by its whole name."""
    folded, listed = fold(text), facts.plan.list(words.PROMISES)
    if folded.isdecimal() and 1 <= int(folded) <= len(listed):
        return listed[int(folded) - 1]
    return next((item for item in listed if folded in {fold(item.name.vi), fold(item.name.en)}), None)


def _time(text: str, facts: Facts) -> datetime | None:
    return read_ahead(text, facts.now.astimezone(facts.zone))


def _settle(
    frame: Frame, incoming: Incoming, facts: Facts, case: Case, item: ListItem | None, by: datetime | None = None, note: str = "",
    lead: Text | None = None,
) -> Turn:  # fmt: skip
    """Take the promise; later than an earlier one only once, and never later than the plan lets pass."""
    by = facts.now + minutes(item.minutes or 1) if item is not None else by or facts.now
    latest = facts.now + minutes(facts.plan.care_of(case.severity).longest)
    if by > latest:
        by, lead = latest, msg("That is late for this case, so I will ask at %(time)s.", time=Moment(latest, "short"))
    later = case.promise_by is not None and by > case.promise_by
    if later and facts.asked.renewed:
        return _no_more(frame, incoming, facts, case)
    promise = Promise(case.id, case.taken_by, item.id if item else words.TYPED, by, note, later or facts.asked.renewed)
    promised = replace(case, promise=promise.promise, promise_by=by)
    if incoming.group:
        return Turn(frame, (Say(msg("Noted, until %(time)s. Thank you.", time=Moment(by, "short"))),), (promise,))
    text = lines(
        lead,
        msg(
            "Noted for %(code)s: %(what)s, until %(time)s. Thank you.",
            code=case.code,
            what=_what(promised, facts),
            time=Moment(by, "short"),
        ),
        msg("When it is done, type: %(done)s", done=Typed(f"xong {case.number}")),
    )
    return Turn(frame, (Say(text, (words.done_choice(promised),), purpose="promise_taken", about=case.id, unpressed=""),), (promise,))


def _what(case: Case, facts: Facts) -> Text:
    return words.promised(case, facts.plan)


def _more(frame: Frame, incoming: Incoming, facts: Facts, case: Case) -> Turn:
    if facts.asked.renewed:
        return _no_more(frame, incoming, facts, case)
    return Turn(frame, (words.ask_promise(case, facts.plan, msg("All right, once more.")),))


def _no_more(frame: Frame, incoming: Incoming, facts: Facts, case: Case) -> Turn:
    text = msg("%(code)s: it was moved once already. If it cannot be done now, please let others help.", code=case.code)
    if incoming.group:
        return short(frame, incoming, facts, text)
    return Turn(frame, (Say(text, words.kept_choices(case, more=False), purpose="promise", about=case.id),))


def _done(frame: Frame, incoming: Incoming, facts: Facts, case: Case) -> Turn:
    if case.promise == words.KEPT:
        return short(frame, incoming, facts, _as_it_stands(case))
    text = msg("Thank you. %(code)s stays with you.", code=case.code)
    if incoming.group:
        return Turn(frame, (Say(text),), (KeepPromise(case.id, case.taken_by),))
    further = msg(
        "Next step with a time: %(promise)s. To hand it over: %(over)s",
        promise=Typed(f"hua {case.number}"),
        over=Typed(f"chuyen {case.number}"),
    )
    law = msg("What the law asks for is confirmed by itself, when it is done: %(confirm)s", confirm=Typed(f"xacnhan {case.number}"))
    owed = any(clock.running for clock in facts.clocks)
    return Turn(frame, (Say(lines(text, further, law if owed else None)),), (KeepPromise(case.id, case.taken_by),))


def _cannot(frame: Frame, case: Case) -> Turn:
    text = msg("Thank you for saying so. Others are being called for %(code)s now.", code=case.code)
    return Turn(frame, (Say(text),), (Release(case.id, case.taken_by, "released"),))


def _as_it_stands(case: Case) -> Text:
    if case.promise == words.KEPT:
        return msg("%(code)s: already noted as done. Thank you.", code=case.code)
    if case.promise_by is not None:
        return msg("%(code)s: already noted, until %(time)s.", code=case.code, time=words.until(case))
    return msg("%(code)s: that question is closed. Type: %(promise)s", code=case.code, promise=Typed(f"hua {case.number}"))


# --- the timer --------------------------------------------------------------------------------------------------------


def due(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "promise": ask once; without an answer the ladder opens again."""
    case = facts.case
    if case is None or case.status != "taken" or case.promise == words.KEPT:
        return Turn(frame)
    if incoming.data.get("asked"):
        told = TellPerson(case.taken_by, words.called_others(case))
        return Turn(frame, commands=(Release(case.id, case.taken_by, "released_promise"), told))
    if case.promise == words.TYPED and case.promise_by is None:
        return Turn(frame, commands=_the_plans_time(case, facts))
    ask = words.ask_kept(case, facts.plan) if case.promise_by is not None else words.ask_again(case, facts.plan)
    data: dict[str, Json] = {"asked": 1, **({"renewed": 1} if incoming.data.get("renewed") else {})}
    grace = facts.now + minutes(facts.plan.care_of(case.severity).grace)
    again = SetTimer("promise", case.id, grace, urgent=case.severity == URGENT, data=data)
    return Turn(frame, commands=(TellPerson(case.taken_by, ask), again))


def _the_plans_time(case: Case, facts: Facts) -> tuple[Command, ...]:
    """Said what, never when: the plan's minutes count, and the holder is told."""
    otherwise = facts.plan.care_of(case.severity).otherwise
    by = facts.now + minutes(otherwise)
    text = msg("%(code)s: you named no time, so I will ask at %(time)s.", code=case.code, time=Moment(by, "short"))
    told = TellPerson(case.taken_by, Say(text, purpose="promise_taken", about=case.id))
    return Promise(case.id, case.taken_by, words.TYPED, by), told
