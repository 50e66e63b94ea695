"""When a legal clock reminds, whom, and one step up for each hour that passes (whom and when are data of the plan).

1. Before and at its hours it reminds those who owe it; overdue it goes up, each step once; after the last one it goes on without end.
2. After an outage it reminds once: the steps that were missed are told together.
3. Clocks in working days remind on working days, outside of quiet hours; the others at any hour, without a sound at night where the case is not
   khẩn cấp.
4. A restricted case reminds the division's leader alone.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from handlers import clock_words, ladder
from handlers.card import details_choice
from handlers.clocks import LIVE
from handlers.incident import asks_reporter, news
from handlers.workdays import is_working_day
from models.commands import Command, RemindClock, TellReporter
from models.facts import Case, Facts, RunningClock
from models.plan import Clock, Plan, Reminded
from models.talk import Choice, Frame, Incoming, Lane, Say, Text, Turn, msg


def remind(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "clock": remind, and set the next one. The timer's subject is the clock."""
    case = facts.case
    clock = next((clock for clock in facts.clocks if clock.id == incoming.data.get("subject")), None)
    if case is None or clock is None or not clock.running or case.status not in LIVE:
        return Turn(frame)
    rule, raised = facts.plan.clock(clock.kind), steps_reached(clock, facts.now, facts.plan)
    to = whom(clock, facts.now, facts.plan)
    text = clock_words.reminder(case, clock, facts.plan, facts.now)
    commands: list[Command] = [RemindClock(clock.id, case.id, letter(case, rule, text, facts), to, raised)]
    if "reporter" in to and asks_reporter(case):
        commands.append(TellReporter(case.id, news()))
    return Turn(frame, commands=tuple(commands))


def letter(case: Case, rule: Clock, text: Text, facts: Facts) -> Say:
    """One reminder: content-free but for code, duty and hour."""
    choices = (
        details_choice(case),
        Choice(f"confirm:{case.id}", msg("It is done"), action=True, typed=f"xacnhan {case.number}"),
    )
    urgent = rule.urgent and case.severity == ladder.URGENT
    quiet = ladder.silent(case.severity, facts.now, facts.plan)
    return Say(text, choices, lane=Lane.URGENT if urgent else Lane.REMINDER, silent=quiet, purpose="clock", about=case.id, unpressed="")


# --- when -------------------------------------------------------------------------------------------------------------


def next_reminder(clock: RunningClock, now: datetime, plan: Plan) -> datetime:
    """When the clock reminds next, never before `now` and never not at all: at once if a step was reached that nobody was told of."""
    if steps_reached(clock, now, plan) > clock.raised:
        return now
    steps = _steps(clock, plan)
    ahead = [moment for moment in (*_before(clock, plan), *steps[clock.raised :]) if moment > now]
    return min(ahead) if ahead else _again(clock, steps[-1], now, plan)


def steps_reached(clock: RunningClock, now: datetime, plan: Plan) -> int:
    """How many steps up are due by now; what was told stays told."""
    return max(clock.raised, sum(moment <= now for moment in _steps(clock, plan)))


def whom(clock: RunningClock, now: datetime, plan: Plan) -> tuple[Reminded, ...]:
    """Whom this reminder goes to: the steps that it has come to, else all of them once the last was told, else those who owe it."""
    rule, reached = plan.clock(clock.kind), steps_reached(clock, now, plan)
    if reached > clock.raised:
        return tuple(dict.fromkeys(to for step in rule.overdue[clock.raised : reached] for to in step.to))
    if reached == len(rule.overdue):
        return tuple(dict.fromkeys(to for step in rule.overdue for to in step.to if to != "reporter"))
    return rule.to


def _before(clock: RunningClock, plan: Plan) -> Iterator[datetime]:
    """The hours themselves, and the plan's distances before each of them."""
    rule = plan.clock(clock.kind)
    for goal in (clock.strict_at, clock.due_at):
        if goal is not None:
            yield from (_shifted(goal - timedelta(minutes=minutes), rule, plan) for minutes in (*rule.before, 0))


def _steps(clock: RunningClock, plan: Plan) -> list[datetime]:
    rule = plan.clock(clock.kind)
    return [_shifted(clock.due_at + timedelta(minutes=step.after), rule, plan) for step in rule.overdue]


def _again(clock: RunningClock, last: datetime, now: datetime, plan: Plan) -> datetime:
    rule = plan.clock(clock.kind)
    every = timedelta(minutes=rule.every)
    return _shifted(last + every * ((now - last) // every + 1), rule, plan)


def _shifted(at: datetime, rule: Clock, plan: Plan) -> datetime:
    """Rule 3: moved on to the next hour at which people are at work."""
    if rule.working_days is None:
        return at
    local = at.astimezone(plan.zone)
    while not is_working_day(local.date(), plan) or plan.ladder.quiet(local.time()):
        local = ladder.next_at(local, plan.ladder.quiet_until, plan.zone)
    return local
