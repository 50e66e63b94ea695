"""When an expected report reminds next, and whom. All of it is data of the plan (reminders.yaml).

1. Before: so many days before the last day, in the morning; one that falls on a day off is told on the working day before it.
2. After the last day: each working morning, until the report is locked. Never in the night, at the weekend or at Tết.
3. Whoever owes it is told always; so many working days after the last one its leader too, then the division.
4. Whatever was missed (an outage, a report that came into the plan late) is told once, on the next working morning.
"""

from datetime import date, datetime, timedelta

from handlers.due_dates import last_day as last_day_of
from handlers.workdays import is_working_day
from models.plan import DueRule, Owing, Plan

_BACK = 31  # days to look back for a working day: no run of days off is longer


def morning(day: date, plan: Plan) -> datetime:
    """The hour of reminders on that day."""
    return datetime.combine(day, plan.reminding.at, plan.zone)


def next_morning(now: datetime, plan: Plan) -> datetime:
    """The first working morning after `now`."""
    day = now.astimezone(plan.zone).date()
    while not is_working_day(day, plan) or morning(day, plan) <= now:
        day += timedelta(days=1)
    return morning(day, plan)


def last_day(due_day: str, rule: str) -> date:
    """The last day on which a report is on time, from the words of its row."""
    return last_day_of(date.fromisoformat(due_day), DueRule(rule))


def next_reminder(last: date, locked_at: datetime, now: datetime, plan: Plan) -> datetime | None:
    """When a report reminds next, after `now`; None once it is locked by then."""
    ahead = [moment for days in plan.reminding.before if (moment := _before(last - timedelta(days=days), plan)) > now]
    found = min(ahead) if ahead else next_morning(max(now, morning(last, plan)), plan)
    return found if found < locked_at else None


def days_over(last: date, today: date, plan: Plan) -> int:
    """Working days after the last day, today included; 0 while it is on time."""
    return sum(is_working_day(last + timedelta(days=days), plan) for days in range(1, (today - last).days + 1))


def told(last: date, today: date, plan: Plan) -> frozenset[Owing]:
    """Whom a report is told to today: always the unit, and whoever the steps up have come to."""
    over = days_over(last, today, plan)
    steps: list[Owing] = [to for step in plan.reminding.overdue if step.after <= over for to in step.to]
    return frozenset(["unit", *steps])


def _before(day: date, plan: Plan) -> datetime:
    for back in range(_BACK):
        if is_working_day(found := day - timedelta(days=back), plan):
            return morning(found, plan)
    return morning(day, plan)


def fits(now: datetime, plan: Plan) -> bool:
    """Whether people may be reminded now: on a working day, from the hour of reminders on, outside of quiet hours."""
    local = now.astimezone(plan.zone)
    return is_working_day(local.date(), plan) and local.time() >= plan.reminding.at and not plan.ladder.quiet(local.time())
