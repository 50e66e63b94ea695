"""When a case is called again, and when its taker is reminded (rule 6: an open or taken case always has a next timer).

1. The card is the first call; step n of the ladder is the n-th call after it. Gaps grow; the last of the list repeats without end.
2. Khẩn cấp rings day and night. The others arrive without a sound between 21:00 and 7:00, and are called again from 7:00.
3. Whoever took a case is reminded four hours before the written report is due, and then every morning at 8:00 until it is closed.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers import card
from models.commands import CallAgain, Command, SetTimer, TellPerson, TellRole
from models.facts import Case, Facts, Role
from models.plan import Plan
from models.talk import Frame, Incoming, Lane, Moment, Say, Turn, Typed, lines, msg

URGENT = "khan_cap"
REMIND_BEFORE = timedelta(hours=4)
MORNING = time(8)


def next_call(step: int, severity: str, now: datetime, plan: Plan) -> tuple[datetime, bool]:
    """When step `step` (1 is the second call) is due if the one before was made at `now`, and whether it will arrive without a sound."""
    gaps = plan.ladder.gaps(severity)
    due = now + timedelta(minutes=gaps[min(max(step, 1), len(gaps)) - 1])
    if silent(severity, due, plan):
        due = next_at(due, plan.ladder.quiet_until, plan.zone)
    return due, silent(severity, due, plan)


def silent(severity: str, at: datetime, plan: Plan) -> bool:
    """Whether a card or call of this severity makes no sound at that moment."""
    if plan.ladder.rings_at_night(severity):
        return False
    clock = at.astimezone(plan.zone).time()
    start, end = plan.ladder.quiet_from, plan.ladder.quiet_until
    return clock >= start or clock < end if start > end else start <= clock < end


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
