"""/vangmat: a planned absence. While somebody is away, what they would be reminded of goes to a colleague who stands in.

1. From the first day's beginning until the last day's end, by the plan's clock; today counts from now on.
2. Who stands in is a member of one of their units who can hand in its reports too. Where there is nobody, it is said: the division then hears that
   nobody can be reminded there.
3. A newer absence takes the place of those that it overlaps.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.commands import find
from handlers.floor import ask, end, go, held, take_floor
from handlers.reading.duty import Days, read_days
from handlers.reading.folding import fold
from handlers.reply import CANCEL, Pressed, Reply, Typed, read_reply
from handlers.roster_show import span
from models.commands import Command, TellPerson
from models.facts import Facts, Member
from models.report_commands import CancelAbsences, PutAbsence
from models.report_facts import Away
from models.talk import Choice, Frame, Incoming, Join, Lane, Say, Text, Turn, lines, msg

FLOOR = "absence"
LONGEST = timedelta(days=92)
_NOBODY, _BACK, _STAY = "_nobody", "_present", "_stay"
SHOWN = 8  # names on one small screen


@dataclass(frozen=True, slots=True)
class _Span:
    start: datetime
    until: datetime


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/vangmat" asks; "/vangmat từ mai đến thứ 6" has said when."""
    given = find(incoming.text)
    frame = take_floor(frame, FLOOR, "when")
    if given is not None and given.rest:
        return _when(frame, Typed(given.rest), facts)
    return _ask_when(frame, facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply."""
    reply = read_reply(frame, incoming, always=(CANCEL,))
    if reply in (Pressed(CANCEL), Pressed(_STAY)):
        return end(frame, msg("All right, nothing was changed."))
    return _when(frame, reply, facts) if frame.step == "when" else _who(frame, reply, facts)


# --- when -------------------------------------------------------------------------------------------------------------


def _ask_when(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    kept = [Join((_shown(one, facts), one.substitute_name or msg("nobody stands in")), ": ") for one in facts.absences]
    head = lines(msg("You are entered as away:"), *kept) if kept else None
    choices = (Choice(_BACK, msg("I am there after all")), Choice(_STAY, msg("Leave it as it is"))) if kept else ()
    question = msg("When are you away? Type for example: “mai”, “từ mai đến thứ 6”, “3/5 đến 7/5”.")
    return ask(frame, lines(head, question), *choices, why=why)


def _shown(one: Away, facts: Facts) -> Text:
    return span(one.start, one.until, facts.plan)


def _when(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply == Pressed(_BACK):
        cancelled = CancelAbsences(tuple(one.id for one in facts.absences))
        told = tuple(_told(one.substitute, _over(facts), facts) for one in facts.absences if one.substitute)
        return end(frame, msg("All right: you are reminded yourself again."), cancelled, *told)
    found = read_days(reply.text, facts.now.astimezone(facts.zone).date()) if isinstance(reply, Typed) else None
    if found is None:
        return _ask_when(frame, facts, msg("I did not understand which days."))
    length = _moments(found, facts)
    if length.until <= facts.now or length.until - length.start > LONGEST:
        return _ask_when(frame, facts, msg("Please name days ahead, three months at most."))
    return _ask_who(go(frame, "who", start=length.start.isoformat(), until=length.until.isoformat()), facts)


def _moments(days: Days, facts: Facts) -> _Span:
    """Whole days: reminders come by the day."""
    return _Span(max(_midnight(days.first, facts), facts.now), _midnight(days.last + timedelta(days=1), facts))


def _midnight(day: date, facts: Facts) -> datetime:
    return datetime.combine(day, time(), facts.zone)


# --- who --------------------------------------------------------------------------------------------------------------


def _ask_who(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    named = [Choice(one.person, one.name) for one in facts.colleagues[:SHOWN]]
    more = len(facts.colleagues) - len(named)
    text = lines(
        msg("Away: %(span)s. Who is reminded instead of you?", span=span(*_held(frame, facts), facts.plan)),
        msg("and %(count)s more: type the name", count=more) if more > 0 else None,
    )
    return ask(frame, text, *named, Choice(_NOBODY, msg("Nobody can")), Choice(_STAY, msg("I am not away after all")), why=why)


def _held(frame: Frame, facts: Facts) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(held(frame, "start")), datetime.fromisoformat(held(frame, "until"))


def _who(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply == Pressed(_NOBODY):
        return _keep(frame, facts, None)
    found = _meant(reply, facts.colleagues)
    if len(found) != 1:
        return _ask_who(frame, facts, msg("Which of these do you mean?") if found else msg("Please choose one of these."))
    return _keep(frame, facts, found[0])


def _meant(reply: Reply, colleagues: tuple[Member, ...]) -> tuple[Member, ...]:
    if isinstance(reply, Pressed):
        return tuple(one for one in colleagues if one.person == reply.key)
    words = fold(reply.text).split() if isinstance(reply, Typed) else []
    return tuple(one for one in colleagues if words and all(word in fold(one.name).split() for word in words))


def _keep(frame: Frame, facts: Facts, substitute: Member | None) -> Turn:
    assert facts.who is not None
    begins, ends = _held(frame, facts)
    shown = span(begins, ends, facts.plan)
    overlapping = tuple(one for one in facts.absences if one.start < ends and one.until > begins)
    put = PutAbsence(facts.new_id(), facts.who.person, substitute.person if substitute is not None else "", begins, ends)
    commands: list[Command] = [CancelAbsences(tuple(one.id for one in overlapping))] if overlapping else []
    given_up = {one.substitute for one in overlapping} - {put.substitute, ""}
    commands += [put, *(_told(person, _over(facts), facts) for person in sorted(given_up))]
    if substitute is None:
        text = msg(
            "Noted: away %(span)s, nobody stands in. The %(office)s is told when something of yours is due.",
            span=shown, office=facts.plan.office,
        )  # fmt: skip
        return end(frame, text, *commands)
    asked = msg(
        "%(name)s is away %(span)s. Until then you are reminded of their reports as well, marked with their name.",
        name=facts.who.name, span=shown,
    )  # fmt: skip
    said = msg("Noted: away %(span)s. %(name)s is reminded instead of you and was told.", span=shown, name=substitute.name)
    return end(frame, said, *commands, _told(substitute.person, asked, facts))


def _over(facts: Facts) -> Text:
    return msg("%(name)s no longer needs you to stand in.", name=facts.who.name if facts.who is not None else "")


def _told(person: str, text: Text, facts: Facts) -> TellPerson:
    return TellPerson(person, Say(text, lane=Lane.REMINDER, purpose="absence"))
