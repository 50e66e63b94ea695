""" "bangiao …": a note for whoever is on duty next, from an hour before the end of one's own turn until two hours after it."""

from datetime import datetime, timedelta

from handlers.commands import find
from handlers.duty_common import me
from handlers.duty_give import LONGEST_NOTE
from handlers.duty_watch import HOUR, note_say
from handlers.roster import ends, turns, who
from handlers.roster_show import officer_of
from models.commands import CancelOverrides, Command, PutOverride, TellPerson
from models.facts import Facts, HandOver
from models.talk import Frame, Incoming, Moment, Say, Text, Turn, Typed, lines, msg

AFTER = timedelta(hours=2)


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """An open dialogue stays where it is."""
    given, end = find(incoming.text), _end_of_my_turn(facts)
    text = given.rest.strip() if given is not None else ""
    if end is None:
        why = msg("A hand-over note can be left from an hour before the end of your turn until two hours after it.")
        return Turn(frame, (Say(why),))
    if not text or len(text) > LONGEST_NOTE:
        return Turn(frame, (Say(_how()),))
    return _leave(frame, text, end, facts)


def _how() -> Text:
    return lines(
        msg("Type: %(typed)s and the note, up to 1000 letters. No child's name, only case codes.", typed=Typed("bangiao")),
        msg("It is shown to whoever is on duty next, to nobody else."),
    )


def _end_of_my_turn(facts: Facts) -> datetime | None:
    """When my turn ends or has ended, if that is near enough."""
    if me(facts) in who(facts.roster.patterns, facts.roster.overrides, facts.now, facts.plan):
        end = ends(facts.roster, me(facts), facts.now, facts.plan)
        return end if end is not None and end - facts.now <= HOUR else None
    over = turns(facts.roster, me(facts), facts.now - AFTER, facts.now, facts.plan)
    return over[-1][1] if over else None


def _leave(frame: Frame, text: str, end: datetime, facts: Facts) -> Turn:
    """Kept until the next turn begins; whoever has begun already reads it now."""
    name = facts.who.name if facts.who else ""
    note = HandOver(facts.new_id(), me(facts), name, end, text)
    put = PutOverride(note.id, "", end, end, note=text)
    readers = who(facts.roster.patterns, facts.roster.overrides, facts.now, facts.plan) if end <= facts.now else ()
    if not readers:
        shown = msg("Kept. Whoever is on duty next reads it when their turn begins: from %(time)s.", time=Moment(end, "short"))
        return Turn(frame, (Say(shown),), (put,))
    told: list[Command] = [TellPerson(person, note_say(note)) for person in readers]
    names = ", ".join(officer_of(facts.roster, person).name for person in readers)
    return Turn(frame, (Say(msg("Handed over to %(names)s.", names=names)),), (put, *told, CancelOverrides((note.id,))))
