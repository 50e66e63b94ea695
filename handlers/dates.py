"""/hanbaocao: all dates of my units, those ahead first by day; for the division each date of all units, with how many have handed in."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from handlers.forms.values import day_text
from handlers.submit_words import last_day, name_of, unit_name
from models.facts import Facts
from models.report_facts import Deadline, Expected
from models.talk import N_, Frame, Incoming, Join, Say, Text, Turn, Typed, lines, msg

SHOWN = 12  # dates on one screen

STATES: Mapping[str, str] = {
    "owed": N_("not handed in yet"),
    "returned": N_("sent back to be put right"),
    "handed_in": N_("handed in, waits to be accepted"),
    "accepted": N_("accepted"),
}


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The sender's own reports, then, for the division, those of everybody."""
    own, all_ = list(_own(facts)), list(_everybody(facts))
    if not own and not all_:
        return Turn(frame, (Say(msg("The plan has no reports for your unit.")),))
    says = []
    if own:
        says.append(
            Say(lines(msg("Reports of your unit, by date:"), *own, msg("To hand one in, type: %(typed)s", typed=Typed("nopbaocao"))))
        )
    if all_:
        says.append(Say(lines(msg("Reports of all units, by date:"), *all_)))
    return Turn(frame, tuple(says))


def _own(facts: Facts) -> Iterator[Text]:
    several = len({expected.unit for expected in facts.dates}) > 1
    shown = facts.dates[:SHOWN]
    for day, group in groupby(shown, key=lambda expected: last_day(expected, facts)):
        yield Join(("📅 ", day_text(day.isoformat())), "")
        yield from (_line(expected, facts, several=several) for expected in group)
    if len(facts.dates) > SHOWN:
        yield msg("and %(count)s more", count=len(facts.dates) - SHOWN)


def _line(expected: Expected, facts: Facts, *, several: bool) -> Text:
    unit = (unit_name(expected, facts),) if several else ()
    return Join(("  ", Join((name_of(expected), *unit, Join((expected.code, ": ", msg(STATES[expected.state])), "")), ", ")), "")


def _everybody(facts: Facts) -> Iterator[Text]:
    for deadline in facts.deadlines[:SHOWN]:
        yield _counted(deadline)


def _counted(deadline: Deadline) -> Text:
    what = Join((deadline.short, deadline.period_name), ", ")
    return msg(
        "📅 %(day)s %(what)s: %(done)s of %(all)s handed in",
        day=day_text(deadline.last_day),
        what=what,
        done=deadline.standing,
        all=deadline.expected,
    )
