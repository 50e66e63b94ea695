"""/lichtruc: who is on duty, and changing it. Leaders and administrators change anything, a duty officer gives away a turn of their own.

The steps of each change are in handlers.duty_week, handlers.duty_days and handlers.duty_give; a summary comes before anything is saved.
"""

from collections.abc import Callable, Mapping

from handlers import duty_days, duty_give, duty_week
from handlers.duty_common import FLOOR, may
from handlers.floor import ask, end, take_floor
from handlers.reply import CANCEL, Pressed, Reply, read_reply
from handlers.rights import may_change_roster, may_see_roster
from handlers.roster_show import view
from models.facts import Facts
from models.talk import Choice, Frame, Incoming, Say, Text, Turn, lines, msg

__all__ = ["FLOOR", "answer", "start"]

Step = Callable[[Frame, Reply, Facts], Turn]
STEPS: Mapping[str, Step] = {**duty_week.STEPS, **duty_days.STEPS, **duty_give.STEPS}
BEGIN: Mapping[str, Callable[[Frame, Facts], Turn]] = {
    "week": duty_week.begin,
    "days": duty_days.begin,
    "undo": duty_days.begin_undo,
    "give": duty_give.begin,
}


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Who is on duty, and what can be changed."""
    if not may_see_roster(facts.who, facts.plan):
        return Turn(frame, (Say(msg("The duty roster is for the %(office)s's duty officers and leaders.", office=facts.plan.office)),))
    return _menu(take_floor(frame, FLOOR, "menu"), facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply; the right is looked at again each time."""
    reply = read_reply(frame, incoming, always=(CANCEL,))
    if reply in (Pressed(CANCEL), Pressed("no"), Pressed("close")) or not may(frame.step, facts):
        return end(frame, msg("All right, the roster stays as it is."))
    if frame.step in STEPS:
        return STEPS[frame.step](frame, reply, facts)
    if isinstance(reply, Pressed) and reply.key in BEGIN and may(reply.key, facts):
        return BEGIN[reply.key](frame, facts)
    return _menu(frame, facts, why=msg("Please choose one of these."))


def _menu(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    text = lines(view(facts.roster, facts.now, facts.plan), msg("Change something?"))
    return ask(frame, text, *_choices(facts), Choice("close", msg("Nothing, close")), why=why)


def _choices(facts: Facts) -> list[Choice]:
    change = may_change_roster(facts.who, facts.plan)
    found = [Choice("week", msg("The weekly pattern")), Choice("days", msg("Certain days"))] if change else []
    if not change:
        found.append(Choice("give", msg("Ask somebody to stand in for me")))
    if duty_days.mine_to_cancel(facts):
        found.append(Choice("undo", msg("Take a change back")))
    return found
