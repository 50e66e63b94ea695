"""What is said when a message could not be handled after five tries. Nobody is left thinking that a report was received."""

from models.facts import Facts
from models.talk import N_, Lane, Say, msg


def to_sender(facts: Facts) -> Say:
    """Plain words, and the numbers that answer at once."""
    text = N_("Sorry, your last message could not be handled because of a fault on our side. If it is urgent, call %(numbers)s now. "
              "Otherwise please send it once more.")  # fmt: skip
    return Say(msg(text, numbers=", ".join(line.number for line in facts.plan.emergency_lines())), lane=Lane.URGENT)


def to_administrators(row: str) -> Say:
    """By the inbox row alone: what somebody wrote is not theirs to read."""
    return Say(
        msg(N_("A message could not be handled after five tries (inbox row %(row)s). Its sender has been told. See the log."), row=row),
        lane=Lane.URGENT,
    )
