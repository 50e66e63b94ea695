"""When a case is called again, and when its taker is reminded (rule 6: an open or taken case always has a next timer).

1. The card is the first call; step n of the ladder is the n-th call after it. Distances grow; the last of the plan repeats without end.
2. A level with `night` (khẩn cấp) rings day and night. The others arrive without a sound in quiet hours, and a call that would fall into them
   comes at their end: no step is lost, none is made twice, holidays or not.
3. Whoever took a case is asked about their promise (handlers/promise.py) and reminded of its legal clocks (handlers/clock_reminders.py), and
   once neither is open, every morning at 8:00 that the case is still theirs.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers import card
from handlers.workdays import hour_of
from models.commands import CallAgain, Command, SetTimer, TellPerson, TellRole
from models.facts import Case, Facts, Role
from models.plan import Plan, Whom
from models.talk import Frame, Incoming, Lane, Say, Turn, Typed, lines, msg

URGENT = "khan_cap"
MORNING = time(8)


def next_call(step: int, severity: str, now: datetime, plan: Plan) -> tuple[datetime, bool]:
    """When step `step` (1 is the second call) is due if the one before was made at `now`, and whether it will arrive without a sound."""
    due = now + timedelta(minutes=plan.ladder.of(severity).gap(step))
    if silent(severity, due, plan):
        due = next_at(due, plan.ladder.quiet_until, plan.zone)
    return due, silent(severity, due, plan)


def silent(severity: str, at: datetime, plan: Plan) -> bool:
    """Whether a card or call of this severity makes no sound at that moment."""
    return not plan.ladder.of(severity).night and plan.ladder.quiet(at.astimezone(plan.zone).time())


def whom(severity: str, step: int, at: datetime, plan: Plan) -> tuple[Whom, ...]:
    """Whom a step (0 is the card) calls, at the hour in which it is made: a call that came late asks who is there now."""
    return plan.ladder.of(severity).whom(step, hour_of(at, plan))


def next_at(after: datetime, clock: time, where: ZoneInfo) -> datetime:
    """The first moment strictly after `after` at which that clock shows in that zone."""
    local = after.astimezone(where)
    found = datetime.combine(local.date(), clock, where)
    while found <= after:
        found = datetime.combine(found.date() + timedelta(days=1), clock, where)
    return found


def next_follow_up(now: datetime, plan: Plan) -> datetime:
    """When the taker of a case is looked after next."""
    return next_at(now, MORNING, plan.zone)


# --- timers -----------------------------------------------------------------------------------------------------------


def call_again(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "ladder": the next call, if still nobody has taken the case."""
    case = facts.case
    if case is None or case.status != "open":
        return Turn(frame)
    step = incoming.data.get("step")
    return Turn(frame, commands=(CallAgain(case.id, step if isinstance(step, int) else 1),))


def follow_up(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "follow_up", every morning until the case is closed: while a legal clock runs or a promise has its hour, those ask, and this only
    goes on ticking."""
    case = facts.case
    if case is None or case.status != "taken":
        return Turn(frame)
    again = SetTimer("follow_up", case.id, next_follow_up(facts.now, facts.plan))
    if case.promise_by is not None or any(clock.running for clock in facts.clocks):
        return Turn(frame, commands=(again,))
    told: Command = (
        TellRole(facts.plan.division, Role.LEADER, reminder(case), or_administrators=card.no_leader(case, facts.plan))
        if case.restricted
        else TellPerson(case.taken_by, reminder(case), or_room=facts.plan.division)
    )
    return Turn(frame, commands=(told, again))


def reminder(case: Case) -> Say:
    """The code only: somebody else may be looking at the phone."""
    return Say(
        lines(
            msg("📌 %(code)s is still yours and not closed.", code=case.code),
            msg("To see the details, type: %(typed)s", typed=Typed(f"chitiet {case.number}")),
        ),
        choices=(card.details_choice(case),),
        lane=Lane.REMINDER,
        purpose="follow_up",
        about=case.id,
        unpressed="",
    )
