"""What is said of a messenger's monthly number of messages: to administrators in time, to whoever writes when only alarms may still leave."""

from handlers import child, record, stranger
from handlers.report_open import FLOOR
from handlers.wording import hotlines_short, paragraphs
from models.commands import TellRole
from models.facts import Facts, Role
from models.plan import Plan
from models.talk import Frame, Incoming, Lane, Say, Turn, msg

TELLING = frozenset({FLOOR, child.FLOOR, record.FLOOR, stranger.FLOOR})
"""The dialogues in which somebody tells of a child: they go on while a messenger's last messages are kept for what is urgent."""


def warn(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal message "quota": a messenger has used this share (percent) of its month."""
    data = incoming.data
    text = msg(
        "⚠ %(messenger)s: %(percent)s%% of this month's messages are used (%(used)s of %(limit)s). Near the end of them reminders come once a day"
        " in one message, and at last only urgent messages leave. Invite people to another messenger as well, or raise the limit.",
        messenger=str(data["title"]), percent=str(data["percent"]), used=str(data["used"]), limit=str(data["limit"]),
    )  # fmt: skip
    return Turn(frame, commands=(TellRole("", Role.ADMINISTRATOR, Say(text, lane=Lane.URGENT, purpose="quota")),))


def used_up(plan: Plan, division_phone: str) -> Say:
    """Once a chat and day to whoever writes while nothing but alarms may leave. To everybody, children too: no form of address."""
    text = paragraphs(
        msg("This messenger has used up its messages for this month, so most answers cannot be sent here now."),
        msg("What is written here is still kept. If a child is in danger, do not wait for an answer here: please call now."),
        hotlines_short(plan),
        msg("On duty at the %(office)s: %(phone)s", office=plan.office, phone=division_phone) if division_phone else None,
    )
    return Say(text, lane=Lane.URGENT, purpose="quota")
