"""What people are told when the plan has changed what they owe. Texts only; `bot.planned` decides what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from handlers.due_dates import last_day
from handlers.wording import bullets, paragraphs, unit_name
from models.facts import Role
from models.plan import DueRule, Plan, UnitKind
from models.talk import Join, Lane, Moment, Say, Text, Typed, msg

OWE: Mapping[UnitKind, tuple[Role, ...]] = {
    UnitKind.WARD: (Role.WARD_OFFICER, Role.LEADER),
    UnitKind.DIVISION: (Role.DUTY_OFFICER, Role.LEADER),
}
"""Who owes what a unit owes; of any other kind it is the partner there."""


@dataclass(frozen=True, slots=True)
class News:
    """One changed report. `day` and `rule` as the plan has them now, "" if it no longer asks for it; `was_day`, `was_rule` before, "" where it is
    asked for again."""

    number: int
    title: Text
    period: Text
    unit: str
    day: str = ""
    rule: str = ""
    was_day: str = ""
    was_rule: str = ""


def owing(plan: Plan, unit: str) -> tuple[Role, ...]:
    """The roles whose holders in that unit hand its reports in; of a unit that this plan lacks, whatever it was, all of those."""
    try:
        return OWE.get(plan.unit(unit).kind, (Role.PARTNER,))
    except KeyError:
        return Role.WARD_OFFICER, Role.DUTY_OFFICER, Role.LEADER, Role.PARTNER


def told(changed: list[News], plan: Plan) -> Say:
    """One letter for all of it."""
    text = paragraphs(
        msg("The plan has changed what you report:"),
        bullets(*(_line(news, plan) for news in changed)),
        msg("Nothing that was handed in is lost. All dates: %(command)s", command=Typed("hanbaocao")),
    )
    return Say(text, lane=Lane.REMINDER, purpose="report")


def _line(news: News, plan: Plan) -> Text:
    head = Join((Join((f"BC-{news.number}", news.title), " "), news.period, unit_name(plan, news.unit)), ", ")
    return Join((head, ": ", _what(news, plan.zone)), separator="")


def _what(news: News, zone: ZoneInfo) -> Text:
    if not news.day:
        return msg("is no longer asked for")
    if not news.was_day:
        return msg("is asked for again, by the end of %(day)s", day=_last(news.day, news.rule, zone))
    return msg(
        "now by the end of %(day)s (it was %(was)s)",
        day=_last(news.day, news.rule, zone), was=_last(news.was_day, news.was_rule, zone),
    )  # fmt: skip


def _last(day: str, rule: str, zone: ZoneInfo) -> Moment:
    """The last day on which it is on time: nobody has to work out what "before" means."""
    return Moment(datetime.combine(last_day(date.fromisoformat(day), DueRule(rule)), time(12), zone), "date")
