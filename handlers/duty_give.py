"""A duty officer puts another one in their own place for some turns. That person is told, and can refuse for a day: then it falls back."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from handlers.duty_common import ask_person, choose_person, me, which
from handlers.duty_days import moments, read_span
from handlers.floor import ask, end, go, held
from handlers.reading.duty import Days
from handlers.reply import SKIP, Pressed, Reply, Typed
from handlers.roster import DAY, midnight, turns
from handlers.roster_show import officer_of, span, spans
from models.commands import CancelOverrides, Command, PutOverride, TellPerson
from models.facts import Facts, Instead, Officer
from models.talk import Choice, Frame, Incoming, Lane, Say, Text, Turn, lines, msg
from models.talk import Typed as Words

REFUSE_WITHIN = DAY
AHEAD = timedelta(days=14)
MOST = 7  # turns in one list
LONGEST_NOTE = 1000  # letters: a message, not a file
Piece = tuple[datetime, datetime]


def begin(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    """Which of my turns?"""
    mine = turns(facts.roster, me(facts), facts.now, facts.now + AHEAD, facts.plan)
    if not mine:
        return end(frame, msg("You have no turn in the next two weeks."))
    listed = [Choice(f"turn{number}", span(*one, facts.plan)) for number, one in enumerate(mine[:MOST]) if one[1] - one[0] <= 2 * DAY]
    text = msg("Which turn of yours? Type the day or days: “mai”, “thứ 7”, “28/11 đến 2/12”.")
    return ask(go(frame, "give_span"), text, *listed, why=why)


def _span(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if isinstance(reply, Pressed) and reply.key.startswith("turn"):
        mine = turns(facts.roster, me(facts), facts.now, facts.now + AHEAD, facts.plan)
        number = int(reply.key.removeprefix("turn"))
        return _with(frame, mine[number : number + 1], facts)
    found = read_span(reply, facts)
    return _with(frame, _own(found, facts), facts) if isinstance(found, Days) else begin(frame, facts, why=found)


def _own(days: Days, facts: Facts) -> tuple[Piece, ...]:
    """My turns in that time. Without hours a day means the turns that begin on it: the night before it is yesterday's."""
    start, until = (max(one, facts.now) for one in moments(days, facts))
    if days.start:
        return turns(facts.roster, me(facts), start, until, facts.plan)
    whole = turns(facts.roster, me(facts), midnight(days.first - DAY, facts.plan), until + 2 * DAY, facts.plan)
    begun = tuple((max(one[0], facts.now), one[1]) for one in whole if start <= one[0] < until and one[1] - one[0] <= DAY)
    return begun or turns(facts.roster, me(facts), start, until, facts.plan)


def _with(frame: Frame, pieces: tuple[Piece, ...], facts: Facts) -> Turn:
    if not pieces:
        return begin(frame, facts, why=msg("You have no turn in that time."))
    return _ask_who(go(frame, "give_who", pieces=[[start.isoformat(), until.isoformat()] for start, until in pieces]), facts)


def _who(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    found = choose_person(reply, _others(facts))
    if len(found) != 1:
        return _ask_who(frame, facts, why=which(found))
    return _ask_note(go(frame, "give_note", person=found[0].person))


def _note(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply == Pressed(SKIP):
        return _ask_sure(go(frame, "give_sure", note=""), facts)
    text = reply.text.strip() if isinstance(reply, Typed) else ""
    if not text or len(text) > LONGEST_NOTE:
        return _ask_note(frame, why=msg("Please type a short note, or: bỏ qua"))
    return _ask_sure(go(frame, "give_sure", note=text), facts)


def _sure(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply != Pressed("save"):
        return _ask_sure(frame, facts, why=msg("Please choose one of these."))
    person, pieces = held(frame, "person"), pieces_of(frame)
    put: list[Command] = []
    for number, (start, until) in enumerate(pieces):
        put.append(PutOverride(facts.new_id(), person, start, until, me(facts), held(frame, "note") if number == 0 else ""))
    first = put[0]
    assert isinstance(first, PutOverride)
    text = msg(
        "%(name)s stands in for you. I have told them; they can refuse for a day, and then it is yours again.", name=_name(person, facts)
    )
    return end(frame, text, *put, TellPerson(person, _asked(first.id, pieces, facts)))


def _asked(override: str, pieces: tuple[Piece, ...], facts: Facts) -> Say:
    name = facts.who.name if facts.who else ""
    text = lines(
        msg("%(name)s asks you to stand in: %(when)s. It is on the roster now.", name=name, when=spans(pieces, facts.plan)),
        msg("If you cannot, type within a day: %(refuse)s", refuse=Words("khongtruc")),
    )
    refuse = Choice(f"noduty:{override}", msg("I cannot"), action=True, typed="khongtruc")
    return Say(text, choices=(refuse,), purpose="roster")


STEPS: Mapping[str, Callable[[Frame, Reply, Facts], Turn]] = {
    "give_span": _span,
    "give_who": _who,
    "give_note": _note,
    "give_sure": _sure,
}


# --- what is asked ----------------------------------------------------------------------------------------------------


def _others(facts: Facts) -> tuple[Officer, ...]:
    return tuple(one for one in facts.roster.officers if one.duty and one.person != me(facts))


def _name(person: str, facts: Facts) -> str:
    return officer_of(facts.roster, person).name


def pieces_of(frame: Frame) -> tuple[Piece, ...]:
    """The turns that the dialogue remembers."""
    kept = frame.data.get("pieces")
    assert isinstance(kept, list)
    moments_of = ([datetime.fromisoformat(str(one)) for one in pair] for pair in kept if isinstance(pair, list))
    return tuple((start, until) for start, until in moments_of)


def _ask_who(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    text = msg("Who stands in for you, %(when)s? Choose, or type the name.", when=spans(pieces_of(frame), facts.plan))
    return ask_person(frame, text, _others(facts), why=why)


def _ask_note(frame: Frame, why: Text | None = None) -> Turn:
    text = msg("A hand-over note? It is shown to that person alone, when the turn begins. No child's name, only case codes.")
    return ask(frame, text, Choice(SKIP, msg("No note")), why=why)


def _ask_sure(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    note = msg("Note: %(note)s", note=held(frame, "note")) if held(frame, "note") else None
    when, name = spans(pieces_of(frame), facts.plan), _name(held(frame, "person"), facts)
    text = lines(msg("%(when)s: %(name)s instead of you.", when=when, name=name), note, msg("Save it?"))
    return ask(frame, text, Choice("save", msg("Save")), Choice("no", msg("No")), why=why)


# --- refusing ---------------------------------------------------------------------------------------------------------


def refuse(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "khongtruc", or the button of a certain request: within a day of being asked, all turns of that request fall back."""
    wanted = incoming.press.key.partition(":")[2] if incoming.press else ""
    asked = next((one for one in _to_refuse(facts) if not wanted or one.id == wanted), None)
    if asked is None:
        return Turn(frame, (Say(msg("There is nothing that you can refuse any more. Please speak with your leader.")),))
    together = [one for one in _to_refuse(facts) if (one.created_by, one.created_at) == (asked.created_by, asked.created_at)]
    when = spans(sorted((one.start, one.until) for one in together), facts.plan)
    name = facts.who.name if facts.who else ""
    text = msg("%(name)s cannot stand in for you. You are on duty again: %(when)s", name=name, when=when)
    back = TellPerson(asked.created_by, Say(text, lane=Lane.URGENT, purpose="roster"), or_room=facts.plan.division)
    done = msg("All right. %(name)s is on duty again: %(when)s", name=_name(asked.created_by, facts), when=when)
    return Turn(frame, (Say(done),), (CancelOverrides(tuple(one.id for one in together)), back))


def _to_refuse(facts: Facts) -> list[Instead]:
    """What another duty officer has asked of me since a day ago and is not over, the newest first."""
    mine = (one for one in facts.roster.overrides if one.person == me(facts) and one.instead_of == one.created_by != me(facts))
    fresh = (one for one in mine if one.until > facts.now and facts.now - one.created_at <= REFUSE_WITHIN)
    return sorted(fresh, key=lambda one: (one.created_at, one.id), reverse=True)
