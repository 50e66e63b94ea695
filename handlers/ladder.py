"""When a case is called again, and when its taker is reminded (rule 6: an open or taken case always has a next timer).

1. The card is the first call; step n of the ladder is the n-th call after it. Distances grow; the last of the plan repeats without end.
2. A level with `night` (khẩn cấp) rings day and night. The others arrive without a sound in quiet hours, and a call that would fall into them
   comes at their end: no step is lost, none is made twice, holidays or not.
3. Whoever took a case is reminded four hours before the written report is due, and then every morning at 8:00 until it is closed.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers import card
from handlers.workdays import hour_of
from models.commands import CallAgain, Command, SetTimer, TellPerson, TellRole
from models.facts import Case, Facts, Role
from models.plan import Plan, Whom
from models.talk import Frame, Incoming, Lane, Moment, Say, Turn, Typed, lines, msg

URGENT = "khan_cap"
REMIND_BEFORE = timedelta(hours=4)
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


def next_follow_up(case: Case, now: datetime, plan: Plan) -> datetime:
    """When the taker of a case is reminded next."""
    before = case.received_at + card.WRITTEN_REPORT - REMIND_BEFORE
    return before if before > now else next_at(now, MORNING, plan.zone)


# --- timers -----------------------------------------------------------------------------------------------------------


def call_again(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "ladder": the next call, if still nobody has taken the case."""
    case = facts.case
    if case is None or case.status != "open":
        return Turn(frame)
    step = incoming.data.get("step")
    return Turn(frame, commands=(CallAgain(case.id, step if isinstance(step, int) else 1),))


def follow_up(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "follow_up": remind the taker of what is still owed, until the case is closed."""
    case = facts.case
    if case is None or case.status != "taken":
        return Turn(frame)
    commands: tuple[Command, ...] = (
        TellRole(facts.plan.division, Role.LEADER, reminder(case, facts.now))
        if case.restricted
        else TellPerson(case.taken_by, reminder(case, facts.now), or_room=facts.plan.division),
        SetTimer("follow_up", case.id, next_follow_up(case, facts.now, facts.plan)),
    )
    return Turn(frame, commands=commands)


def reminder(case: Case, now: datetime) -> Say:
    """Code and hour only: somebody else may be looking at the phone."""
    until = case.received_at + card.WRITTEN_REPORT
    late = now > until
    first = (
        msg("📝 %(code)s: the written report was due at %(time)s. Please send it now.", code=case.code, time=Moment(until, "short"))
        if late
        else msg("📝 %(code)s: the written report is due at %(time)s.", code=case.code, time=Moment(until, "short"))
    )
    return Say(
        lines(first, msg("To see the details, type: %(typed)s", typed=Typed(f"chitiet {case.number}"))),
        choices=(card.details_choice(case),),
        lane=Lane.REMINDER,
        purpose="follow_up",
        about=case.id,
        unpressed="",
    )
