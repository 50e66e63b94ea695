"""/tiendo: who has handed in what for a date, and the rates; and the timer "progress", which tells the division's room after each date that passed.

1. The division reads all units by name, with a picture after the text; whoever hands in for a unit reads their own line and the sums.
2. A rate is of what was expected. Of a date that is still ahead it is said to be so far.
3. Titles of ad-hoc reports are never shown: anything may have been typed there, and the picture is seen in a room.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time

from handlers.commands import find
from handlers.floor import short
from handlers.forms.values import day_text, figure_text
from handlers.reading.folding import fold
from handlers.rights import DIVISION, submitting_units
from handlers.room import not_allowed
from handlers.workdays import add_working_days, is_working_day
from models.commands import Command, SetTimer, TellRole, TellRoom
from models.facts import Facts, Role, Who
from models.plan import Plan
from models.progress import Cell, Column, Sign, Tally, total
from models.report_commands import WantDocument
from models.talk import N_, Choice, Frame, Incoming, Join, Lane, Say, Text, Turn, lines, msg

TIMER = KIND = "progress"
MORNING = time(8)
NAMES = 14  # units by name in one line: the wards of a district
WORST = 15  # units with a rate of their own in one letter
OTHERS = 6  # other dates on offer
_DAY = re.compile(r"(?:han |ngay )?(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{4}))?")

LISTED = (
    (Sign.MISSING, N_("Not handed in: %(units)s")),
    (Sign.RETURNED, N_("Sent back: %(units)s")),
    (Sign.LATE, N_("Late: %(units)s")),
)
STANDS = {
    Sign.ON_TIME: N_("handed in on time"),
    Sign.LATE: N_("handed in late"),
    Sign.RETURNED: N_("sent back, not handed in again"),
    Sign.MISSING: N_("not handed in, its date has passed"),
    Sign.WAITS: N_("not handed in yet"),
}


def seen_units(who: Who | None, plan: Plan) -> tuple[str, ...] | None:
    """Of which units somebody reads the lines: None is all, for the division and whoever is above it."""
    held = who.held if who is not None else ()
    if any(one.role in DIVISION and plan.is_within(plan.division, one.unit) for one in held):
        return None
    return submitting_units(who)


# --- which date -------------------------------------------------------------------------------------------------------


def chosen_day(incoming: Incoming, columns: Sequence[Column], now: datetime) -> str:
    """ISO: the day that was pressed or typed ("tiendo 9/5"), "" if no report is due then; if none was named the newest of what units owe the
    division that has passed, else the next one."""
    named = _named(incoming)
    days = list(dict.fromkeys(column.last_day for column in columns))
    if named is not None:
        day, month, year = named
        return next((one for one in reversed(days) if _is(date.fromisoformat(one), day, month, year)), "")
    passed = [column.last_day for column in columns if column.passed(now) and not column.outgoing]
    return passed[-1] if passed else days[0] if days else ""


def _is(found: date, day: int, month: int, year: int | None) -> bool:
    return (found.day, found.month) == (day, month) and year in {None, found.year}


def _named(incoming: Incoming) -> tuple[int, int, int | None] | None:
    """Day, month and perhaps year; None if nothing was named. (0, 0) is a day that never is: something was typed that is no day."""
    if incoming.press is not None:
        digits = incoming.press.key.partition(":")[2]
        return (int(digits[6:8]), int(digits[4:6]), int(digits[:4])) if digits.isdigit() and len(digits) == 8 else None
    given = find(incoming.text)
    words = fold(given.rest) if given is not None else ""
    if not words:
        return None
    found = _DAY.fullmatch(words)
    return (int(found[1]), int(found[2]), int(found[3]) if found[3] else None) if found else (0, 0, None)


# --- /tiendo ----------------------------------------------------------------------------------------------------------


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The date's text at once; for the division each unit's rates, and the picture after it."""
    found, everything = facts.progress, seen_units(facts.who, facts.plan) is None
    if not everything and not submitting_units(facts.who):
        return not_allowed(frame, incoming, facts)
    if not found.columns:
        return short(frame, incoming, facts, msg("No report has been due for a year, and none can be handed in yet."))
    others = _others(facts)
    if not found.day:
        return Turn(frame, (Say(msg("No report is due on that day. Please choose one of these:"), others, columns=2),))
    body = lines(*(_every_unit(facts) if everything else _own(facts)))
    says = [Say(body), *_rates(facts, everything=everything)]
    if others:
        says.append(Say(msg("Other dates:"), others, columns=2))
    wanted = WantDocument(facts.new_id(), KIND, {"due": found.day}, person=facts.who.person) if everything and facts.who else None
    return Turn(frame, tuple(says), (wanted,) if wanted is not None else ())


def _others(facts: Facts) -> tuple[Choice, ...]:
    """The dates before and after the one that is shown, the newest first, each with what was handed in of what is expected."""
    days: dict[str, Tally] = {}
    for column in reversed(facts.progress.columns):
        if column.last_day != facts.progress.day:
            days[column.last_day] = days.get(column.last_day, Tally()) + column.tally
    return tuple(
        Choice(
            f"progress:{day.replace('-', '')}", f"{day_text(day)} ({tally.reported}/{tally.expected})", action=True,
            typed=f"tiendo {day_text(day)}",
        )
        for day, tally in list(days.items())[:OTHERS]
    )  # fmt: skip


def _every_unit(facts: Facts) -> Iterator[Text]:
    """Each report with its sums, and by name who has not handed in, and whose was sent back or late."""
    yield _head(facts)
    for column in facts.progress.shown():
        yield from _sums(column, facts.now)
        mine = [cell for cell in facts.progress.cells if (cell.report, cell.period) == (column.report, column.period)]
        for sign, text in LISTED:
            if units := [cell for cell in mine if cell.sign is sign]:
                yield Join(("   ", msg(text, units=_unit_names(units, facts.plan))), "")
        if 0 < len(waits := [cell for cell in mine if cell.sign is Sign.WAITS]) <= NAMES:
            yield Join(("   ", msg("Not yet: %(units)s", units=_unit_names(waits, facts.plan))), "")


def _own(facts: Facts) -> Iterator[Text]:
    """Each report with the sender's own lines first."""
    yield _head(facts)
    for column in facts.progress.shown():
        yield from _sums(column, facts.now)
        for cell in facts.progress.cells:
            if (cell.report, cell.period) == (column.report, column.period):
                yield Join(("   ", Join((_unit(cell.unit, facts.plan), msg(STANDS[cell.sign])), ": ")), "")


def _head(facts: Facts) -> Text:
    day = day_text(facts.progress.day)
    if all(column.passed(facts.now) for column in facts.progress.shown()):
        return msg("📊 Reports due by the end of %(day)s", day=day)
    return msg("📊 Reports due by the end of %(day)s, so far", day=day)


def _sums(column: Column, now: datetime) -> Iterator[Text]:
    """ "▪ Bộ chỉ tiêu, 6 tháng năm 2021: 12 of 14 …" and what the rest is made of."""
    tally = column.tally
    yield Join(("▪ ", column_name(column)), "")
    yield Join(("   ", rates(tally)), "")
    owed = msg("not handed in %(count)s", count=tally.missing) if column.passed(now) else msg("not yet %(count)s", count=tally.missing)
    parts = (
        (tally.late, msg("late %(count)s", count=tally.late)),
        (tally.missing, owed),
        (tally.returned, msg("sent back %(count)s", count=tally.returned)),
        (tally.unseen, msg("waits to be accepted %(count)s", count=tally.unseen)),
    )
    if said := tuple(text for count, text in parts if count):
        yield Join(("   ", Join(said, " · ")), "")


def column_name(column: Column) -> Text:
    """ "Bộ chỉ tiêu, 6 tháng năm 2021"."""
    return Join(tuple(part for part in (column.title, column.period_name) if part.vi), ", ")


def rates(tally: Tally) -> Text:
    """Both rates, each of what was expected."""
    return msg(
        "handed in %(reported)s/%(expected)s (%(rate)s), on time %(on_time)s (%(on_time_rate)s)",
        reported=tally.reported, expected=tally.expected, rate=percent(tally.reported, tally.expected), on_time=tally.on_time,
        on_time_rate=percent(tally.on_time, tally.expected),
    )  # fmt: skip


def percent(part: int, whole: int) -> str:
    """ "85,7 %"; 100 % only of all, 0 % only of none; of nothing "–"."""
    if not whole:
        return "–"
    rounded = round(100 * part / whole, 1)
    if 0 < part < whole:
        rounded = min(max(rounded, 0.1), 99.9)
    return figure_text(int(rounded) if rounded == int(rounded) else rounded) + " %"


def _unit_names(cells: Iterable[Cell], plan: Plan) -> Text:
    """In the plan's order; the first few, the rest is a number."""
    place = {unit.id: number for number, unit in enumerate(plan.units)}
    units = sorted((cell.unit for cell in cells), key=lambda unit: (place.get(unit, len(place)), unit))
    names: list[Text] = [_unit(unit, plan) for unit in units[:NAMES]]
    more = len(units) - NAMES
    return Join((*names, *((msg("and %(count)s more", count=more),) if more > 0 else ())), ", ")


def _unit(unit: str, plan: Plan) -> Text:
    return plan.short_of(unit) or unit


def _rates(facts: Facts, *, everything: bool) -> Iterator[Say]:
    """By unit over the year's dates that have passed, the lowest first; above them, for the division, all together."""
    units = facts.progress.units
    if not units:
        return
    order = sorted(units, key=lambda unit: (units[unit].reported / units[unit].expected, units[unit].on_time / units[unit].expected, unit))
    rows = [Join(("• ", Join((_unit(unit, facts.plan), rates(units[unit])), ": ")), "") for unit in order[:WORST]]
    more = msg("and %(count)s more", count=len(order) - WORST) if len(order) > WORST else None
    all_ = Join((msg("all"), rates(total(units.values()))), ": ") if everything else None
    yield Say(lines(msg("Twelve months, dates that have passed:"), all_, *rows, more))


# --- the room, after each date ------------------------------------------------------------------------------------------


def next_look(now: datetime, plan: Plan) -> datetime:
    """The next working morning, strictly after `now`."""
    local = now.astimezone(plan.zone)
    today = datetime.combine(local.date(), MORNING, plan.zone)
    if today > now and is_working_day(local.date(), plan):
        return today
    return datetime.combine(add_working_days(local.date(), 1, plan), MORNING, plan.zone)


def look(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The timer's turn: dates that passed since the last look are told to the room, each once, the newest with a picture of all of them. Before
    /sansang nobody reads it, so it is not set again."""
    if not facts.service.ready:
        return Turn(frame)
    division = facts.plan.division
    since = _since(incoming, facts)
    passed = [column for column in facts.progress.columns if since < column.due_at <= facts.now]
    again = SetTimer(TIMER, division, next_look(facts.now, facts.plan), data={"since": facts.now.isoformat()})
    return Turn(frame, commands=(*(_told(passed, facts) if passed else ()), again))


def _since(incoming: Incoming, facts: Facts) -> datetime:
    since = incoming.data.get("since")
    return datetime.fromisoformat(since) if isinstance(since, str) else facts.now


def _told(passed: Sequence[Column], facts: Facts) -> tuple[Command, ...]:
    """Sums for the room (for the leaders where there is none), and the picture where there is a room."""
    division = facts.plan.division
    head = msg("📊 Reports whose date has passed:")
    say = Say(lines(head, *(line for column in passed for line in _sums(column, facts.now))), lane=Lane.REMINDER, purpose="progress")
    if not any(room.unit == division and room.purpose == "main" for room in facts.service.rooms):
        return (TellRole(division, Role.LEADER, say),)
    if all(column.outgoing for column in passed):  # the division's own duty: the picture shows what others owe it
        return (TellRoom(division, say),)
    return TellRoom(division, say), WantDocument(facts.new_id(), KIND, {"due": passed[-1].last_day}, unit=division)
