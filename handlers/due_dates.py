"""When a report is due, from the day that the plan names and how it is read (plan section IV; Bộ luật Dân sự Điều 148 khoản 6: a day ends at 24:00).

"Trước ngày 10/5" is until 24:00 of 9 May; "vào ngày 5/7" until 24:00 of that day. The last moment itself is too late: `due_at` is exclusive.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.plan import DueRule, Period, Report


@dataclass(frozen=True, slots=True)
class Window:
    """UTC-comparable moments: it can be handed in from `opens_at`, is on time before `due_at`, and is locked from `expires_at` on."""

    opens_at: datetime
    due_at: datetime
    expires_at: datetime


def last_day(day: date, rule: DueRule) -> date:
    """The last day on which it is on time."""
    return day - timedelta(days=1) if rule is DueRule.BEFORE else day


def due_at(day: date, rule: DueRule, zone: ZoneInfo) -> datetime:
    """The moment from which it is late: midnight at the end of the last day, by the plan's clock."""
    return _midnight(last_day(day, rule) + timedelta(days=1), zone)


def window(report: Report, period: Period, zone: ZoneInfo) -> Window:
    """All three moments of one report and period."""
    opens = _midnight(period.due - timedelta(days=report.opens), zone)
    due = due_at(period.due, period.rule, zone)
    return Window(opens, due, due + timedelta(days=report.expires))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
