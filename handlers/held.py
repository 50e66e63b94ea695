"""What every dialogue about a case that somebody holds shares: who may move it, and how it stands."""

from handlers.incident import no_right, stranger_refused, too_late
from handlers.rights import may_take
from models.facts import Case, Facts
from models.talk import Frame, Incoming, Say, Text, Turn, Typed, msg


def is_mine(case: Case, facts: Facts) -> bool:
    """Whether the sender holds the case."""
    return case.status == "taken" and facts.who is not None and case.taken_by == facts.who.person


def refused(incoming: Incoming, facts: Facts) -> Text | None:
    """Why the sender cannot do anything with this case; None if it is there and theirs to see. Whoever holds it may always give it back."""
    found = stranger_refused(incoming, facts)
    if found is not None or facts.case is None:
        return found
    if is_mine(facts.case, facts) or may_take(facts.who, facts.case, facts.plan):
        return None
    return no_right(incoming)


def standing(case: Case, facts: Facts) -> Text:
    """How the case really stands, told kindly to somebody who came too late, or holds it not."""
    if case.status == "open":
        return msg("%(code)s: nobody holds it just now. To take it, type: %(take)s", code=case.code, take=Typed(f"nhan {case.number}"))
    return too_late(case, mine=is_mine(case, facts))


def say(frame: Frame, text: Text) -> Turn:
    """One sentence and nothing else."""
    return Turn(frame, (Say(text),))
