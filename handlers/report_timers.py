"""The clocks of a report: fallen silent, and sent but taken by nobody. A timer has no conversation: it writes to the one it was set for."""

from handlers.report_case import IDLE
from handlers.report_words import hotlines_reminder, still_nobody
from models.commands import CallRoom, Command, Note, SetTimer, TellConversation, TellReporter, UpdateIncident
from models.facts import Facts
from models.talk import Frame, Incoming, Lane, Say, Turn, msg


def nudge(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "idle": after ten minutes one content-free nudge; ten more (the same timer, told so by its data) and the room hears of it. One
    timer, because the reporter's next word winds it up again and so takes both steps back."""
    draft, case = facts.draft, facts.case
    if draft is None or draft.state != "draft":
        return Turn(frame, commands=(CallRoom(case.id),) if case is not None and case.status == "intake" else ())
    return _tell_room(frame, facts) if incoming.data.get("nudged") is True else _nudge(frame, incoming, facts)


def _nudge(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    draft, case, conversation = facts.draft, facts.case, str(incoming.data.get("conversation") or "")
    commands: list[Command] = []
    if conversation and (case is None or case.contact in {"yes", ""} or case.came_by != "chat"):
        say = Say(msg("Something you began is still open. Type TIẾP TỤC to go on."), lane=Lane.REMINDER, purpose="nudge")
        commands.append(TellConversation(conversation, say))
    if draft is not None and case is not None:
        commands.append(SetTimer("idle", draft.id, facts.now + IDLE, data={"nudged": True}))
    return Turn(frame, commands=tuple(commands))


def _tell_room(frame: Frame, facts: Facts) -> Turn:
    """A case is never erased unseen (DESIGN rule 6)."""
    case = facts.case
    if case is None or (case.unfinished and case.status != "intake"):
        return Turn(frame)
    return Turn(frame, commands=(UpdateIncident(case.id, {"unfinished": True}), Note(case.id, "idle"), CallRoom(case.id)))


def unanswered(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "unanswered": three minutes after a khẩn cấp was told and nobody has taken it. What the reporter said of this phone is obeyed."""
    case = facts.case
    if case is None or case.status != "open" or case.source == "child" or case.contact == "no" or case.came_by != "chat":
        return Turn(frame)
    if case.contact == "yes":
        say = Say(still_nobody(case.id, facts), lane=Lane.URGENT, purpose="unanswered")
    else:  # calls only, or not asked yet: nothing that tells whoever holds the phone
        say = Say(hotlines_reminder(facts), lane=Lane.URGENT, purpose="news")
    return Turn(frame, commands=(TellReporter(case.id, say),))
