"""/tonghop: all units' reports of one due day in one workbook, and the draft of the division's own report. The day that has passed last comes first."""

from handlers.floor import ask, end, leave, take_floor
from handlers.forms.values import day_text
from handlers.reply import CANCEL, Pressed, read_reply
from handlers.rights import may_consolidate
from models.facts import Facts
from models.report_commands import WantDocument
from models.report_facts import DueDay
from models.talk import Choice, Frame, Incoming, Join, Say, Text, Turn, lines, msg

FLOOR = "consolidate"
KINDS = ("workbook", "periodic_report")
_WHICH = "which"


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Which due day?"""
    if not may_consolidate(facts.who, facts.plan):
        return Turn(frame, (Say(_not_theirs(facts)),))
    if not facts.due_days:
        return Turn(leave(frame), (Say(msg("No reports are expected, so there is nothing to put together.")),))
    return _ask(take_floor(frame, FLOOR, _WHICH), facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The day that was chosen."""
    if not may_consolidate(facts.who, facts.plan) or facts.who is None:
        return Turn(leave(frame), (Say(_not_theirs(facts)),))
    said = read_reply(frame, incoming, always=(CANCEL,))
    if said == Pressed(CANCEL):
        return end(frame, msg("All right."))
    day = said.key if isinstance(said, Pressed) else ""
    if day not in {one.day for one in facts.due_days}:
        return _ask(frame, facts, msg("Please choose one of these, or type its number."))
    wanted = tuple(WantDocument(facts.new_id(), kind, {"due": day}, person=facts.who.person) for kind in KINDS)
    return end(frame, msg("The workbook and the draft report for %(day)s are being made and come here.", day=day_text(day)), *wanted)


def _not_theirs(facts: Facts) -> Text:
    return msg("Only the %(office)s's duty officers and leaders can put the reports together.", office=facts.plan.office)


def _ask(frame: Frame, facts: Facts, lead: Text | None = None) -> Turn:
    text = lines(lead, msg("Reports due on which day shall be put together?"))
    return ask(frame, text, *(Choice(one.day, _label(one)) for one in facts.due_days))


def _label(one: DueDay) -> Text:
    names = Join(one.names, "; ")
    if one.passed:
        return msg("%(day)s: %(what)s", day=day_text(one.day), what=names)
    return msg("%(day)s (not due yet): %(what)s", day=day_text(one.day), what=names)
