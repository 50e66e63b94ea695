"""/duyet, xembc 17, tra 17, /mokhoa 17: what the recipient does with reports that were handed in.

Accepting is one press, also in the room; what stands in a report is read in private, each look recorded. A report is sent back with reasons, by question
or for the whole, in one private dialogue (floor "return"); its due day stays.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers import decide_words as words
from handlers.commands import find
from handlers.floor import ask, end, go, held, leave, short, take_floor
from handlers.forms.values import files
from handlers.plan_news import owing
from handlers.reply import CANCEL, Pressed, Reply, Typed, read_reply
from handlers.rights import may_decide, may_hand_in, may_unlock
from handlers.stamps import pressed, stamp
from handlers.submit_words import accept_key, in_public
from handlers.workdays import add_working_days
from models.commands import Record, TellPerson, TellRole
from models.facts import Facts
from models.report_commands import AcceptReport, ReturnReport, UnlockReport
from models.report_facts import Expected
from models.talk import Choice, Frame, Incoming, Lane, Moment, Say, Text, Turn, lines, msg
from models.talk import Typed as Command

FLOOR = "return"
SHOWN = 8
LONGEST = 500  # letters of a reason
EXCEPTION = 3  # working days that a locked report is opened for
_WHOLE, _DONE, _NO = "_whole", "_sent", "_no"


# --- what waits -------------------------------------------------------------------------------------------------------


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/duyet": what waits; "duyet 17": accept it."""
    facts = _as_read_here(incoming, facts)
    if facts.expected is not None:
        return accept(frame, incoming, facts)
    given = find(incoming.text)
    if given is not None and given.number:
        return short(frame, incoming, facts, _unknown())
    if not facts.handed_in:
        return short(frame, incoming, facts, msg("No report waits to be accepted just now."))
    shown = facts.handed_in[:SHOWN]
    more = len(facts.handed_in) - len(shown)
    text = lines(
        msg("Reports that wait to be accepted:"), *(words.waiting_line(one, facts) for one in shown),
        msg("and %(count)s more", count=more) if more else None,
        msg(
            "Look: %(see)s. Accept: %(accept)s. Send back: %(back)s",
            see=Command(f"xembc {shown[0].number}"), accept=Command(f"duyet {shown[0].number}"), back=Command(f"tra {shown[0].number}"),
        ),
    )  # fmt: skip
    choices = tuple(
        Choice(f"report_see:{one.id}", msg("Look at %(code)s", code=one.code), action=True, typed=f"xembc {one.number}") for one in shown
    )
    return Turn(frame, (Say(text, choices, unpressed="", columns=2),))


def accept(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The first press decides; later ones hear how it stands."""
    facts = _as_read_here(incoming, facts)
    expected = facts.expected
    if expected is None or not may_decide(facts.who, expected):
        return short(frame, incoming, facts, _not_yours() if expected is not None else _unknown())
    if expected.state != "handed_in":
        return short(frame, incoming, facts, words.standing(expected, facts))
    if incoming.press is not None and pressed(incoming)[:1] != (stamp(expected.handed_at),):
        return short(frame, incoming, facts, words.handed_in_again(expected, facts))
    thanks = Say(
        msg("✅ %(title)s has been accepted. Thank you.", title=words.title(expected, facts)), lane=Lane.REMINDER, purpose="report"
    )
    told = (
        (TellPerson(expected.handed_by, thanks),)
        if expected.handed_by and (facts.who is None or expected.handed_by != facts.who.person)
        else ()
    )
    done = msg("Accepted: %(title)s", title=words.title(expected, facts))
    return short(frame, incoming, facts, done, AcceptReport(expected.id), *told)


def see(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """In private, whoever asked and wherever; the look is recorded."""
    expected, who = facts.expected, facts.who
    if expected is None or who is None or not (may_decide(who, expected) or may_hand_in(who, expected)):
        return short(frame, incoming, facts, _not_yours() if expected is not None else _unknown())
    if expected.first_at is None:
        public = in_public(expected) if incoming.group else expected
        return short(frame, incoming, facts, words.standing(public, facts))
    texts = words.filled_texts(expected, facts)
    choices = _decisions(expected) if may_decide(who, expected) and expected.state == "handed_in" else ()
    papers = facts.filed.answers.get("tep") if facts.filed is not None else None
    kept = tuple(files(papers.value)) if papers is not None else ()
    says = [Say(text, purpose="report") for text in texts]
    says[-1] = Say(texts[-1], choices, purpose="report", unpressed="" if not choices else None)
    if kept:
        says.append(Say(msg("Papers of %(code)s", code=expected.code), attachments=kept, purpose="report"))
    return Turn(frame, (), (Record("look_report", expected.id), *(TellPerson(who.person, say) for say in says)))


def _decisions(expected: Expected) -> tuple[Choice, ...]:
    return (
        Choice(accept_key(expected), msg("Accept"), action=True, style="success", typed=f"duyet {expected.number}"),
        Choice(f"report_return:{expected.id}", msg("Send back"), action=True, typed=f"tra {expected.number}"),
    )


def _as_read_here(incoming: Incoming, facts: Facts) -> Facts:
    """In a group no words that a person typed."""
    if not incoming.group:
        return facts
    shown = in_public(facts.expected) if facts.expected is not None else None
    return replace(facts, expected=shown, handed_in=tuple(in_public(one) for one in facts.handed_in))


# --- send back --------------------------------------------------------------------------------------------------------


def send_back(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "tra 17", "tra 17 <lý do>", or the choice under a report. In a group it only says where to do it."""
    expected = facts.expected
    why = _hindered(facts)
    if why is not None or expected is None:
        return short(frame, incoming, facts, why or _unknown())
    if incoming.group:
        text = msg(
            "To send %(title)s back, type here: %(typed)s", title=words.title(expected, facts), typed=Command(f"tra {expected.number}")
        )
        return Turn(frame, (), (TellPerson(facts.who.person if facts.who else "", Say(text)),))
    given = find(incoming.text) if incoming.text else None
    frame = take_floor(frame, FLOOR, "what", expected=expected.id, stood=stamp(expected.handed_at))
    if given is None or not given.tail:
        return _ask_what(frame, facts)
    if not incoming.text.lstrip().startswith("/"):  # "trả 21 cháu về nhà rồi" is how people speak
        return _ask_more(go(frame, "more", reasons={"": given.tail[:LONGEST]}), lead=words.title(expected, facts))
    return _sent_back(frame, facts, expected, {"": given.tail[:LONGEST]})


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply; right and state are looked at anew."""
    why, expected = _hindered(facts), facts.expected
    if why is not None or expected is None:
        return Turn(leave(frame), (Say(why or _unknown()),))
    if held(frame, "stood") != stamp(expected.handed_at):
        return Turn(leave(frame), (Say(words.handed_in_again(expected, facts)),))
    reply = read_reply(frame, incoming, always=(CANCEL,), numbers=frame.step != "why")
    if reply in (Pressed(CANCEL), Pressed(_NO)):
        return end(frame, msg("All right, nothing was sent back."))
    if frame.step == "what":
        return _what(frame, facts, reply)
    return _why(frame, facts, reply) if frame.step == "why" else _more(frame, facts, expected, reply)


def _hindered(facts: Facts) -> Text | None:
    expected = facts.expected
    if expected is None:
        return _unknown()
    if not may_decide(facts.who, expected):
        return _not_yours()
    return None if expected.state in {"handed_in", "accepted"} else words.standing(expected, facts)


def _ask_what(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    expected = facts.expected
    form = facts.forms.get(expected.form) if expected is not None else None
    answers = facts.filed.answers if facts.filed is not None else {}
    named = [question for question in form.questions if question.name in answers] if form is not None else []
    choices = [
        Choice(_WHOLE, msg("The whole report")),
        *(Choice(question.name, question.short) for question in named),
        Choice(_NO, msg("Leave it as it is")),
    ]
    return ask(frame, msg("What is to be put right?"), *choices, why=why, columns=2)


def _what(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    if not isinstance(reply, Pressed):
        return _ask_what(frame, facts, msg("Please choose one of these, or type its number."))
    name = "" if reply.key == _WHOLE else reply.key
    return _ask_why(go(frame, "why", about=name), facts)


def _ask_why(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    name, expected = held(frame, "about"), facts.expected
    form = facts.forms.get(expected.form) if expected is not None else None
    what = form.question(name).short if form is not None and form.has(name) else msg("the whole report")
    return ask(frame, msg("%(what)s: what is to be put right? One sentence.", what=what), Choice(_NO, msg("Leave it as it is")), why=why)


def _why(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    text = reply.text.strip() if isinstance(reply, Typed) else ""
    if not any(letter.isalnum() for letter in text) or len(text) > LONGEST:
        return _ask_why(frame, facts, msg("Please use a few words."))
    reasons = _reasons(frame) | {held(frame, "about"): text}
    return _ask_more(go(frame, "more", reasons=dict(reasons)))


def _ask_more(frame: Frame, why: Text | None = None, lead: Text | None = None) -> Turn:
    text = lines(lead, msg("Noted (%(count)s). Send it back now, or is there something else?", count=len(_reasons(frame))))
    return ask(
        frame,
        text,
        Choice(_DONE, msg("Send back now"), style="primary"),
        Choice(_WHOLE, msg("Something else")),
        Choice(_NO, msg("Leave it as it is")),
        why=why,
    )


def _more(frame: Frame, facts: Facts, expected: Expected, reply: Reply) -> Turn:
    if reply == Pressed(_WHOLE):
        return _ask_what(go(frame, "what"), facts)
    if reply != Pressed(_DONE):
        return _ask_more(frame, msg("Please choose one of these, or type its number."))
    return _sent_back(frame, facts, expected, _reasons(frame))


def _reasons(frame: Frame) -> dict[str, str]:
    found = frame.data.get("reasons")
    return {str(name): str(why) for name, why in found.items()} if isinstance(found, dict) else {}


def _sent_back(frame: Frame, facts: Facts, expected: Expected, reasons: dict[str, str]) -> Turn:
    say = Say(
        words.returned(expected, facts, reasons),
        (Choice(f"submit:{expected.id}", msg("Put it right"), action=True, typed=f"nop {expected.number}"),),
        lane=Lane.REMINDER, purpose="report",
    )  # fmt: skip
    told = tuple(TellRole(expected.unit, role, say) for role in owing(facts.plan, expected.unit))  # whoever handed it in may be gone
    return end(frame, msg("Sent back: %(title)s", title=words.title(expected, facts)), ReturnReport(expected.id, reasons), *told)


# --- lock exception ---------------------------------------------------------------------------------------------------


def unlock(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "mokhoa 17 <lý do>": a leader opens a locked report for three working days."""
    expected = facts.expected
    if expected is None or not may_unlock(facts.who, expected, facts.plan):
        refused = msg("Only the %(office)s's leader can open a locked report.", office=facts.plan.office)
        return short(frame, incoming, facts, _unknown() if expected is None else refused)
    given = find(incoming.text)
    if not expected.owed or not expected.locked(facts.now):
        return short(frame, incoming, facts, lines(words.standing(expected, facts), msg("It is not locked.")))
    if given is None or not any(letter.isalnum() for letter in given.tail):
        example = Command(f"mokhoa {expected.number} phường nộp chậm vì thay cán bộ")
        return short(frame, incoming, facts, msg("Please say why, for example: %(typed)s", typed=example))
    until = opened_until(facts.now, facts)
    last = Moment(until - timedelta(minutes=1), "date")
    said = msg("🔓 %(title)s is open again until the end of %(day)s.", title=words.title(expected, facts), day=last)
    say = Say(
        said,
        (Choice(f"submit:{expected.id}", msg("Hand in %(code)s", code=expected.code), action=True, typed=f"nop {expected.number}"),),
        lane=Lane.REMINDER,
    )
    told = tuple(TellRole(expected.unit, role, say) for role in owing(facts.plan, expected.unit))
    return Turn(frame, (Say(said),), (UnlockReport(expected.id, until, given.tail[:LONGEST]), *told))


def opened_until(now: datetime, facts: Facts) -> datetime:
    """Midnight at the end of the last of the days that an exception lasts."""
    last = add_working_days(now.astimezone(facts.zone).date(), EXCEPTION, facts.plan)
    return datetime.combine(last + timedelta(days=1), time(), facts.zone)


# --- words ------------------------------------------------------------------------------------------------------------


def _unknown() -> Text:
    return msg("There is no report of that number.")


def _not_yours() -> Text:
    return msg("Only the unit that the report goes to can do that.")
