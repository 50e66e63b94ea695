"""Somebody known writes, and no dialogue is open: what they can do, one tap away. And what of theirs the platform withholds, whatever is open."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from handlers import promise
from handlers.help import can_do
from handlers.wording import hotlines_short, report_choice, role_name, unit_name
from models.commands import TellRoom
from models.facts import Facts, Role
from models.talk import Frame, Incoming, Join, Kind, Lane, Say, Text, Turn, lines, msg


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Never a bare "I do not understand": the way to report, and the commands of their role. Whoever has taken a case and is asked what they
    do answers in plain words."""
    if incoming.kind is Kind.TEXT and (promised := promise.plainly(frame, incoming, facts)) is not None:
        return promised
    text: Text
    if incoming.kind is Kind.WITHHELD:
        unread = msg("That message cannot be read here: your messenger does not hand it over.")
        text = lines(unread, msg("Please write it in other words, or call. Emergency numbers:"), hotlines_short(facts.plan))
    elif incoming.kind is Kind.PRESS:
        text = msg("That question is closed. To report, type /baocao.")
    elif incoming.files:
        text = lines(
            msg("The picture or recording is not kept yet: it belongs to a report."),
            msg("Start the report, then send it again."),
        )
    elif incoming.edits:
        text = msg("You changed an earlier message; nothing that was sent has changed by it. To add to a report, type /bosung.")
    else:
        text = msg("Hello %(name)s. What would you like to do?", name=facts.who.name if facts.who else "")
    role = facts.who.held[0].role if facts.who else Role.COLLABORATOR
    held = lines(msg("About a case that you hold, type:"), promise.ways(facts.waiting)) if facts.waiting else None
    return Turn(frame, (Say(lines(text, held, can_do(role)), choices=(report_choice("primary"),)),))


def noticed(handle: Callable[[Frame, Incoming, Facts], Turn]) -> Callable[[Frame, Incoming, Facts], Turn]:
    """As `handle`, and the division's room hears once a day that something of this member's was withheld: their phone may be in a child's hands.
    Without a name, because it stands in a group."""

    @wraps(handle)
    def and_tell(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
        turn = handle(frame, incoming, facts)
        return replace(turn, commands=(*turn.commands, _may_be_a_child(facts)))

    return and_tell


def _may_be_a_child(facts: Facts) -> TellRoom:
    held = facts.who.held if facts.who else ()
    text = msg(
        "🔔 A member (%(roles)s) just wrote something that %(messenger)s keeps back. A child may be holding that phone: please telephone.",
        roles=Join(tuple(Join((role_name(one.role), unit_name(facts.plan, one.unit)), separator=", ") for one in held), separator="; "),
        messenger=facts.channel.title,
    )
    return TellRoom(facts.plan.division, Say(text, lane=Lane.URGENT, purpose="withheld"), once="withheld")
