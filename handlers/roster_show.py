"""The duty roster in words: who is on duty now, a line a day, short enough for a small screen. Texts only, no decisions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from handlers.roster import DAY, Hours, Stretch, duty_at, empty, ends, midnight, stretches
from models.facts import Instead, Officer, Roster
from models.plan import Plan
from models.talk import N_, Join, Moment, Text, lines, msg

DAYS_SHOWN = 7
LATER_SHOWN = 5
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def view(roster: Roster, now: datetime, plan: Plan) -> Text:
    """Now, the next seven days, and what is changed after them."""
    if empty(roster, now):
        return msg("The duty roster is empty.")
    today = now.astimezone(plan.zone).date()
    days = (day_line(roster, today + DAY * number, now, plan) for number in range(DAYS_SHOWN))
    later = sorted((one for one in roster.overrides if one.start >= midnight(today + DAY * DAYS_SHOWN, plan)), key=lambda one: one.start)
    after = [msg("Later:"), *(change(one, roster, plan) for one in later[:LATER_SHOWN])] if later else []
    more = (msg("… and %(count)s more", count=len(later) - LATER_SHOWN),) if len(later) > LATER_SHOWN else ()
    return lines(_now(roster, now, plan), *days, *after, *more)


def change(one: Instead, roster: Roster, plan: Plan) -> Text:
    """ "T7 28/11: Hoa"."""
    name: Text = short_names(roster.officers).get(one.person, "?") if one.person else msg("nobody, on purpose")
    return Join((span(one.start, one.until, plan), ": ", name), "")


def _now(roster: Roster, now: datetime, plan: Plan) -> Text:
    duty = duty_at(roster.patterns, roster.overrides, now, plan)
    if not duty.persons:
        return msg("Nobody is on duty now, on purpose.") if duty.decided else msg("⚠️ Nobody is on duty now.")
    return lines(*(_on(roster, person, now, plan) for person in duty.persons))


def _on(roster: Roster, person: str, now: datetime, plan: Plan) -> Text:
    officer, until = officer_of(roster, person), ends(roster, person, now, plan)
    who = Join((officer.name, officer.phone), ", ") if officer.phone else officer.name
    return (
        msg("🟢 On duty: %(who)s, until %(time)s", who=who, time=Moment(until, "short")) if until else msg("🟢 On duty: %(who)s", who=who)
    )


def day_line(roster: Roster, day: date, after: datetime, plan: Plan) -> Text:
    """Who is on duty on one day; what is over is left out."""
    start, until = midnight(day, plan), midnight(day + DAY, plan)
    names = short_names(roster.officers)
    parts = [_part(one, start, until, names, plan) for one in stretches(roster, start, until, plan) if one.until > after]
    return Join((day_name(day), ": ", Join(tuple(parts), ", ")), "")


def _part(one: Stretch, start: datetime, until: datetime, names: dict[str, str], plan: Plan) -> Text:
    hours = msg("all day") if (one.start, one.until) == (start, until) else span_of_day(one.start, one.until, until, plan)
    if one.gap:
        return msg("⚠️ nobody %(hours)s", hours=hours)
    if not one.duty.persons:
        return msg("nobody (on purpose) %(hours)s", hours=hours)
    return Join((" + ".join(names.get(person, "?") for person in one.duty.persons), hours), " ")


def span_of_day(start: datetime, until: datetime, midnight_after: datetime, plan: Plan) -> str:
    """ "7:30–17", "17–24": hours of one day."""
    end = "24" if until == midnight_after else _hour(until.astimezone(plan.zone))
    return f"{_hour(start.astimezone(plan.zone))}–{end}"


def _hour(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02d}" if at.minute else str(at.hour)


def day_name(day: date) -> Text:
    """ "T2 23/11"."""
    return Join((msg(WEEKDAYS[day.weekday()]), f"{day.day}/{day.month}"), " ")


def span(start: datetime, until: datetime, plan: Plan) -> Text:
    """A time from-until, whole days as days."""
    first, last = start.astimezone(plan.zone), (until - timedelta(minutes=1)).astimezone(plan.zone)
    if first == midnight(first.date(), plan) and until == midnight(last.date() + DAY, plan):
        one = first.date() == last.date()
        return day_name(first.date()) if one else Join((day_name(first.date()), day_name(last.date())), " – ")
    return Join((_moment(first), _moment(until.astimezone(plan.zone))), " – ")


def _moment(at: datetime) -> Text:
    return Join((f"{at:%H:%M}", day_name(at.date())), " ")


def spans(pieces: Iterable[tuple[datetime, datetime]], plan: Plan) -> Text:
    return Join(tuple(span(start, until, plan) for start, until in pieces), "; ")


def gap_lines(found: Sequence[Stretch], plan: Plan, most: int = 7) -> tuple[Text, ...]:
    """Times without anybody, a line each; how many more there are."""
    shown = tuple(Join(("⚠️ ", span(one.start, one.until, plan)), "") for one in found[:most])
    return (*shown, msg("… and %(count)s more", count=len(found) - most)) if len(found) > most else shown


def hours_text(hours: Sequence[Hours]) -> Text:
    """ "T2, T3 07:30–17:00; T7 cả ngày": days of the same hours together."""
    by_hours: dict[tuple[str, str], list[int]] = {}
    for one in hours:
        by_hours.setdefault((one.start, one.until), []).append(one.weekday)
    return Join(tuple(Join((_days(days), _between(*key)), " ") for key, days in by_hours.items()), "; ")


def _days(days: list[int]) -> Text:
    whole = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    shown = [days[0], days[-1]] if whole else days
    return Join(tuple(msg(WEEKDAYS[day]) for day in shown), "–" if whole else ", ")


def _between(start: str, until: str) -> Text:
    return msg("all day") if (start, until) == ("00:00", "00:00") else f"{start}–{'24:00' if until == '00:00' else until}"


# --- people -----------------------------------------------------------------------------------------------------------


def officer_of(roster: Roster, person: str) -> Officer:
    return next((one for one in roster.officers if one.person == person), Officer(person, "?"))


def short_names(officers: Sequence[Officer]) -> dict[str, str]:
    """As few last words of each name as tell them apart: in Vietnamese the last is what people are called by."""
    names = {one.person: one.name.split() for one in officers}
    short: dict[str, str] = {}
    for person, words in names.items():
        endings = (" ".join(words[-count:]) for count in range(1, len(words) + 1))
        same = Counter(" ".join(other[-count:]) for other in names.values() for count in range(1, len(other) + 1))
        short[person] = next((ending for ending in endings if same[ending] == 1), " ".join(words))
    return short
