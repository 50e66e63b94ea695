"""Certain days: somebody else is on duty, or nobody on purpose; and taking such a change back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers.duty_common import NOBODY, ask_person, choose_person, me, on_roster, tell, which
from handlers.floor import ask, end, go, held
from handlers.reading.duty import ALL_DAY, Days, read_days, read_hours
from handlers.reply import Pressed, Reply, Typed
from handlers.rights import may_change_roster
from handlers.roster import DAY, stretches
from handlers.roster_show import change, officer_of, short_names, span, view
from models.commands import CancelOverrides, PutOverride
from models.facts import Facts, Instead
from models.talk import Choice, Frame, Text, Turn, lines, msg
from models.talk import Typed as Command

LONGEST = timedelta(days=92)  # longer than that is a week of another kind
MOST = 9  # changes in one list


def begin(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    text = msg("Which day or days? Type: “mai”, “thứ 7”, “28/11 đến 2/12”, “17h 28/11 đến 7h30 29/11”, “mùng 1 Tết”.")
    return ask(go(frame, "days_span"), text, why=why)


def _span(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    found = read_span(reply, facts)
    if not isinstance(found, Days):
        return begin(frame, facts, why=found)
    if found.start or found.last > found.first:
        return _with(frame, moments(found, facts), facts)
    return _ask_hours(go(frame, "days_hours", day=found.first.isoformat()))


def read_span(reply: Reply, facts: Facts) -> Days | Text:
    """The days that were typed, or why they are asked for again."""
    today = facts.now.astimezone(facts.zone).date()
    found = read_days(reply.text, today) if isinstance(reply, Typed) else None
    if found is None:
        return msg("I did not understand which days.")
    start, until = moments(found, facts)
    if until <= facts.now:
        return msg("That time is over.")
    return msg("That is more than three months: change the weekly pattern instead.") if until - start > LONGEST else found


def moments(days: Days, facts: Facts) -> tuple[datetime, datetime]:
    """From when until when: without hours whole days; the end of one day's hours may lie on the next day."""
    start, until = time.fromisoformat(days.start or "00:00"), time.fromisoformat(days.until or "00:00")
    over_midnight = not days.until or (days.first == days.last and until <= start) or days.until == "00:00"
    last = days.last + DAY if over_midnight else days.last
    return datetime.combine(days.first, start, facts.zone), datetime.combine(last, until, facts.zone)


def _hours(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    hours = ALL_DAY if reply == Pressed("all_day") else read_hours(reply.text) if isinstance(reply, Typed) else None
    if hours is None:
        return _ask_hours(frame, why=msg("I did not understand the hours."))
    day = datetime.fromisoformat(held(frame, "day")).date()
    found = moments(Days(day, day, *hours), facts)
    if found[1] <= facts.now:
        return _ask_hours(frame, why=msg("That time is over."))
    return _with(frame, found, facts)


def _with(frame: Frame, found: tuple[datetime, datetime], facts: Facts) -> Turn:
    start, until = found
    return _ask_who(go(frame, "days_who", start=start.isoformat(), until=until.isoformat()), facts)


def _who(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply == Pressed(NOBODY):
        return _ask_sure(go(frame, "days_sure", person=""), facts)
    found = choose_person(reply, on_roster(facts.roster))
    if len(found) != 1:
        return _ask_who(frame, facts, why=which(found))
    return _ask_sure(go(frame, "days_sure", person=found[0].person), facts)


def _sure(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply != Pressed("save"):
        return _ask_sure(frame, facts, why=msg("Please choose one of these."))
    start, until = kept(frame)
    person, new = held(frame, "person"), facts.new_id()
    override = Instead(new, person, start, until, facts.now)
    when, show = span(start, until, facts.plan), Command("lichtruc")
    put_on = tell(facts, person, msg("You are on duty %(when)s. See the roster: type %(show)s", when=when, show=show))
    free = msg("You are not on duty %(when)s: somebody else is. See the roster: type %(show)s", when=when, show=show)
    told = [letter for one in _there(facts, start, until) if one != person for letter in tell(facts, one, free)]
    shown = view(replace(facts.roster, overrides=(*facts.roster.overrides, override)), facts.now, facts.plan)
    saved = msg("Saved: %(change)s", change=change(override, facts.roster, facts.plan))
    return end(frame, lines(saved, shown), PutOverride(new, person, start, until), *put_on, *told)


def kept(frame: Frame) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(held(frame, "start")), datetime.fromisoformat(held(frame, "until"))


def _there(facts: Facts, start: datetime, until: datetime) -> tuple[str, ...]:
    """Whoever is on duty in that time so far."""
    found = stretches(facts.roster, start, until, facts.plan)
    return tuple(dict.fromkeys(person for one in found for person in one.duty.persons))


def _ask_hours(frame: Frame, why: Text | None = None) -> Turn:
    text = msg("From what time until what time? Type them: “7h30 - 17h”, “17h đến 7h30 sáng”.")
    return ask(frame, text, Choice("all_day", msg("All day")), why=why)


def _ask_who(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    text = msg("Who, %(hours)s? Choose, or type the name.", hours=span(*kept(frame), facts.plan))
    return ask_person(frame, text, on_roster(facts.roster), Choice(NOBODY, msg("Nobody, on purpose")), why=why)


def _ask_sure(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    (start, until), person = kept(frame), held(frame, "person")
    name = officer_of(facts.roster, person).name if person else msg("nobody, on purpose")
    names = short_names(facts.roster.officers)
    there = [names.get(one, "?") for one in _there(facts, start, until) if one != person]
    before = msg("Instead of: %(names)s", names=", ".join(there)) if there else None
    text = lines(msg("%(when)s: %(name)s.", when=span(start, until, facts.plan), name=name), before, msg("Save it?"))
    return ask(frame, text, Choice("save", msg("Save")), Choice("no", msg("No")), why=why)


# --- taking a change back ---------------------------------------------------------------------------------------------


def mine_to_cancel(facts: Facts) -> tuple[Instead, ...]:
    """Changes that are not over: of anybody for whoever may change anything, else one's own."""
    ahead = (one for one in facts.roster.overrides if one.until > facts.now)
    everything = may_change_roster(facts.who, facts.plan)
    return tuple(sorted((one for one in ahead if everything or one.created_by == me(facts)), key=lambda one: (one.start, one.id)))[:MOST]


def begin_undo(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    choices = (Choice(one.id, change(one, facts.roster, facts.plan)) for one in mine_to_cancel(facts))
    return ask(go(frame, "undo_which"), msg("Which change do you take back?"), *choices, Choice("no", msg("None of them")), why=why)


def _which(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    found = _mine(reply.key, facts) if isinstance(reply, Pressed) else None
    if found is None:
        return begin_undo(frame, facts, why=msg("Please choose one of these."))
    return _ask_undo(go(frame, "undo_sure", override=found.id), facts, found)


def _undo(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    found = _mine(held(frame, "override"), facts)
    if found is None:
        return end(frame, msg("That change is already taken back."))
    if reply != Pressed("yes"):
        return _ask_undo(frame, facts, found, why=msg("Please choose one of these."))
    left = replace(facts.roster, overrides=tuple(one for one in facts.roster.overrides if one.id != found.id))
    when, show = span(found.start, found.until, facts.plan), Command("lichtruc")
    text = msg("The roster of %(when)s is again as it was before. See it: type %(show)s", when=when, show=show)
    told = [letter for one in dict.fromkeys((found.person, found.instead_of)) for letter in tell(facts, one, text)]
    return end(frame, lines(msg("Taken back."), view(left, facts.now, facts.plan)), CancelOverrides((found.id,)), *told)


def _mine(override: str, facts: Facts) -> Instead | None:
    return next((one for one in mine_to_cancel(facts) if one.id == override), None)


def _ask_undo(frame: Frame, facts: Facts, found: Instead, why: Text | None = None) -> Turn:
    text = msg("Take this back: %(change)s?", change=change(found, facts.roster, facts.plan))
    return ask(frame, text, Choice("yes", msg("Take it back")), Choice("no", msg("No")), why=why)


STEPS: Mapping[str, Callable[[Frame, Reply, Facts], Turn]] = {
    "days_span": _span,
    "days_hours": _hours,
    "days_who": _who,
    "days_sure": _sure,
    "undo_which": _which,
    "undo_sure": _undo,
}
