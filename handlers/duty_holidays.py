"""What leaders hear of a roster in the morning: that it is empty, and which days of a holiday have nobody. Texts only."""

from datetime import date

from handlers.duty_common import SHOW, put_somebody
from handlers.rests import Rest
from handlers.roster import DAY, gaps, midnight
from handlers.roster_show import day_name, span_of_day
from models.facts import Facts
from models.talk import Join, Say, Text, lines, msg

ASKED_BEFORE = (14, 7, 3)  # days before the first day of a holiday


def never_filled() -> Say:
    text = lines(
        msg("The duty roster is empty: as long as nobody is named, every duty officer is called for each case."),
        msg("Fill it in: type %(show)s", show=SHOW),
    )
    return Say(text, purpose="roster_gap")


def open_days_of(rest: Rest, facts: Facts) -> tuple[Text, ...]:
    """A line for each day of a holiday with a time without anybody."""
    days = ((day, _of_day(day, facts)) for day in rest.days())
    return tuple(Join((day_name(day), ": ", hours), "") for day, hours in days if hours is not None)


def _of_day(day: date, facts: Facts) -> Text | None:
    start, until = midnight(day, facts.plan), midnight(day + DAY, facts.plan)
    found = gaps(facts.roster, start, until, facts.plan)
    if [(one.start, one.until) for one in found] == [(start, until)]:
        return msg("all day")
    return Join(tuple(span_of_day(one.start, one.until, until, facts.plan) for one in found), ", ") if found else None


def holiday_say(rest: Rest, today: date, facts: Facts) -> Say | None:
    """Days without anybody; two weeks before also that the others are as every week, because nobody thinks of that when they go on leave.
    None if there is nothing to say."""
    open_days, first_time = open_days_of(rest, facts), (rest.first - today).days > ASKED_BEFORE[1]
    weekly = first_time and any(not _changed(day, facts) for day in rest.days() if _of_day(day, facts) is None)
    if not open_days and not weekly:
        return None
    head = msg(
        "🗓 %(name)s in %(left)s days (%(first)s – %(last)s).",
        name=msg("Tết") if rest.tet else msg("A holiday"),
        left=(rest.first - today).days,
        first=day_name(rest.first),
        last=day_name(rest.last),
    )
    nobody = (msg("Nobody is on duty on:"), *open_days) if open_days else ()
    as_always = msg("The weekly pattern holds on these days too. Is everybody there? If not, type %(show)s", show=SHOW) if weekly else None
    return Say(lines(head, *nobody, as_always, put_somebody() if open_days else None), purpose="roster_gap")


def _changed(day: date, facts: Facts) -> bool:
    """Whether somebody has thought of that day."""
    return any(one.start < midnight(day + DAY, facts.plan) and one.until > midnight(day, facts.plan) for one in facts.roster.overrides)
