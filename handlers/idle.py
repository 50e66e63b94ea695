"""Somebody known writes, and no dialogue is open: what they can do, one tap away."""

from handlers import promise
from handlers.help import can_do
from handlers.wording import hotlines_short
from models.facts import Facts, Role
from models.talk import Choice, Frame, Incoming, Kind, Say, Text, Turn, lines, msg


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
        text = lines(msg("The picture or recording is not kept yet: it belongs to a report."), msg("Start the report, then send it again."))
    elif incoming.edits:
        text = msg("You changed an earlier message; nothing that was sent has changed by it. To add to a report, type /bosung.")
    else:
        text = msg("Hello %(name)s. What would you like to do?", name=facts.who.name if facts.who else "")
    role = facts.who.held[0].role if facts.who else Role.COLLABORATOR
    report = Choice("report:new", msg("Report a case"), style="primary", action=True, typed="baocao")
    return Turn(frame, (Say(lines(text, can_do(role)), choices=(report,)),))
