"""The weekly pattern: which days, which hours, who; then a summary, and only then it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from handlers.duty_common import NOBODY, ask_person, choose_person, on_roster, tell, which
from handlers.floor import ask, end, go, held
from handlers.reading.duty import ALL_DAY, read_hours, read_weekdays
from handlers.reply import Pressed, Reply, Typed
from handlers.roster import Hours, without
from handlers.roster_show import hours_text, officer_of, short_names, view
from handlers.workdays import WEEK
from models.commands import ChangeWeek
from models.facts import Facts, Roster, Weekly
from models.plan import Plan
from models.talk import Choice, Frame, Json, Text, Turn, lines, msg
from models.talk import Typed as Command


def begin(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    """Days, or a preset that says days and hours at once."""
    if not facts.roster.officers:
        return end(frame, msg("There are no duty officers yet: invite them with %(invite)s", invite=Command("moi")))
    presets = [Choice("all", msg("The whole week, day and night"))]
    if office := office_hours(facts.plan):
        hours = f"{office[0].start}–{office[0].until}"
        presets += [Choice("office", msg("Office hours (%(hours)s)", hours=hours)), Choice("after", msg("Outside office hours"))]
    text = msg("Which days of the week? Type them: “thứ 2 đến thứ 6”, “t7 cn”, “cả tuần”. Or choose:")
    return ask(go(frame, "week_days"), text, *presets, why=why)


def _days(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    presets = {"all": _all_week(), "office": office_hours(facts.plan), "after": after_hours(facts.plan)}
    if isinstance(reply, Pressed) and reply.key in presets:
        return _ask_who(go(frame, "week_who", hours=_kept(presets[reply.key])), facts)
    days = read_weekdays(reply.text) if isinstance(reply, Typed) else None
    if days is None:
        return begin(frame, facts, why=msg("I did not understand which days."))
    return _ask_hours(go(frame, "week_hours", days=list(days)))


def _hours(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    hours = ALL_DAY if reply == Pressed("all_day") else read_hours(reply.text) if isinstance(reply, Typed) else None
    if hours is None:
        return _ask_hours(frame, why=msg("I did not understand the hours."))
    days = frame.data.get("days")
    assert isinstance(days, list)
    found = [Hours(day, *hours) for day in days if isinstance(day, int)]
    return _ask_who(go(frame, "week_who", hours=_kept(found)), facts)


def _who(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply == Pressed(NOBODY):
        return _ask_sure(go(frame, "week_sure", person=""), facts)
    found = choose_person(reply, on_roster(facts.roster))
    if len(found) != 1:
        return _ask_who(frame, facts, why=which(found))
    return _ask_sure(go(frame, "week_sure", person=found[0].person), facts)


def _sure(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    if reply not in (Pressed("save"), Pressed("together")):
        return _ask_sure(frame, facts, why=msg("Please choose one of these."))
    person, hours = held(frame, "person"), hours_of(frame)
    change = changed(facts.roster, hours, person, together=reply == Pressed("together"))
    text = msg(
        "You are on duty every week from now on: %(hours)s. See the roster: type %(show)s",
        hours=hours_text(hours),
        show=Command("lichtruc"),
    )
    return end(frame, lines(msg("Saved."), view(after(facts.roster, change), facts.now, facts.plan)), change, *tell(facts, person, text))


STEPS: Mapping[str, Callable[[Frame, Reply, Facts], Turn]] = {
    "week_days": _days,
    "week_hours": _hours,
    "week_who": _who,
    "week_sure": _sure,
}


# --- what is asked ----------------------------------------------------------------------------------------------------


def _ask_hours(frame: Frame, why: Text | None = None) -> Turn:
    text = msg("From what time until what time? Type them: “7h30 - 17h”, “17h đến 7h30 sáng”.")
    return ask(frame, text, Choice("all_day", msg("All day")), why=why)


def _ask_who(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    text = msg("Who, %(hours)s? Choose, or type the name.", hours=hours_text(hours_of(frame)))
    return ask_person(frame, text, on_roster(facts.roster), Choice(NOBODY, msg("Nobody: end what is there")), why=why)


def _ask_sure(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    person, hours = held(frame, "person"), hours_of(frame)
    touched = {row.person for row in facts.roster.patterns if without(row, hours) is not None} - {person}
    name = officer_of(facts.roster, person).name if person else msg("nobody")
    names = short_names(facts.roster.officers)
    there = msg("There now: %(names)s", names=", ".join(names.get(one, "?") for one in sorted(touched))) if touched else None
    text = lines(msg("Every week, %(hours)s: %(name)s.", hours=hours_text(hours), name=name), there, msg("Save it?"))
    if touched and person:
        choices = Choice("save", msg("Save, instead of them")), Choice("together", msg("Save, together with them"))
        return ask(frame, text, *choices, Choice("no", msg("No")), why=why)
    return ask(frame, text, Choice("save", msg("Save")), Choice("no", msg("No")), why=why)


# --- hours ------------------------------------------------------------------------------------------------------------


def _kept(hours: Sequence[Hours]) -> Json:
    return [[one.weekday, one.start, one.until] for one in hours]


def hours_of(frame: Frame) -> tuple[Hours, ...]:
    """The hours that the dialogue remembers."""
    kept = frame.data.get("hours")
    assert isinstance(kept, list)
    return tuple(Hours(int(str(one[0])), str(one[1]), str(one[2])) for one in kept if isinstance(one, list))


def _all_week() -> tuple[Hours, ...]:
    return tuple(Hours(day, *ALL_DAY) for day in range(7))


def office_hours(plan: Plan) -> tuple[Hours, ...]:
    """Those of the plan's ladder, on its working days; none if it names none."""
    named = next((one for one in plan.ladder.hours if one.days == "working" and one.start and one.until), None)
    if named is None or named.start is None or named.until is None:
        return ()
    hours = f"{named.start:%H:%M}", f"{named.until:%H:%M}"
    return tuple(Hours(WEEK.index(day), *hours) for day in plan.calendar.working_week.days)


def after_hours(plan: Plan) -> tuple[Hours, ...]:
    """All that is not office hours."""
    rest = (without(Weekly("", "", one.weekday, *ALL_DAY), office_hours(plan)) for one in _all_week())
    return tuple(chain.from_iterable((whole,) if left is None else left for whole, left in zip(_all_week(), rest, strict=True)))


# --- the change -------------------------------------------------------------------------------------------------------


def changed(roster: Roster, hours: Sequence[Hours], person: str, *, together: bool = False) -> ChangeWeek:
    """What ends and what begins, so that in these hours `person` ("" = nobody) is on duty, alone or together with whoever is there; outside of
    them nothing changes."""
    ended, added = [], [(person, one.weekday, one.start, one.until) for one in hours] if person else []
    for row in roster.patterns:
        left = without(row, hours)
        if left is not None and (not together or row.person == person):
            ended.append(row.id)
            added += [(row.person, one.weekday, one.start, one.until) for one in left]
    return ChangeWeek(tuple(ended), tuple(added))


def after(roster: Roster, change: ChangeWeek) -> Roster:
    """The roster as it will be."""
    kept = tuple(row for row in roster.patterns if row.id not in change.ended)
    return replace(roster, patterns=kept + tuple(Weekly("", *row) for row in change.added))
