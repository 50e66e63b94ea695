"""Whether the ladder and the calendar of a plan hold together: every severity is called at every moment, in the room at every step."""

from collections.abc import Sequence

from holidays import list_supported_countries

from bot.yaml_lines import Found, Loc, twice
from models.ladder import Ladder, LadderLevel, Whom
from models.plan_items import Calendar, CareSteps
from models.severity import Severity


def check_levels(file: str, under: str, severity: Severity, found: Sequence[LadderLevel] | Sequence[CareSteps] | None) -> Found:
    """Every severity has its steps, the highest first: whatever is not known is treated like that one."""
    if found is None:
        return
    levels, known = [level.id for level in severity.levels], [one.level for one in found]
    yield from twice(file, under, known)
    for place, level in enumerate(known):
        if level not in levels:
            yield file, (under, place, "level"), f"unknown level {level}"
    for level in levels:
        if level not in known:
            yield file, (under,), f"no steps for {level}: such a case would fall silent"
    if known[:1] != levels[:1]:
        yield file, (under, 0, "level") if known else (under,), f"the {under} begin with the highest, {levels[0]}"


def check_hours(ladder: Ladder) -> Found:
    """Every moment has one hour: the last one always holds, and no other one does, or those behind it would never come."""
    yield from twice("ladder.yaml", "hours", [hour.name for hour in ladder.hours])
    for place, hour in enumerate(ladder.hours):
        last = place == len(ladder.hours) - 1
        if hour.always and not last:
            yield "ladder.yaml", ("hours", place), "always holds: the hours behind it would never come"
        if last and not hour.always:
            yield "ladder.yaml", ("hours", place), "the last hour is the rest: without days, from and until"


def check_steps(ladder: Ladder) -> Found:
    for place, calls in enumerate(ladder.levels):
        yield from _check_calls(("levels", place), calls, {hour.name for hour in ladder.hours})


def _check_calls(loc: Loc, calls: LadderLevel, hours: set[str]) -> Found:
    """A call takes the buttons off every earlier card, so the room must have the newest one."""
    for number, step in enumerate(calls.steps):
        here: Loc = (*loc, "steps", number)
        for words, at in ((step.whom, (*here, "whom")), *((words, (*here, "at", hour)) for hour, words in step.at.items())):
            if Whom.ROOM not in words:
                yield "ladder.yaml", at, "the room is called at every step"
            if len(set(words)) < len(words):
                yield "ladder.yaml", at, "a word stands twice"
        for hour in step.at:
            if hour not in hours:
                yield "ladder.yaml", (*here, "at", hour), f"unknown hour {hour}"


def check_calendar(calendar: Calendar) -> Found:
    if calendar.country not in list_supported_countries():
        yield "calendar.yaml", ("country",), f"the holidays package does not know {calendar.country}"
    if not calendar.working_week.days:
        yield "calendar.yaml", ("working_week", "days"), "a week has working days"
    off, worked = [day.date for day in calendar.days_off], [day.date for day in calendar.make_up_days]
    yield from twice("calendar.yaml", "days_off", map(str, off))
    yield from twice("calendar.yaml", "make_up_days", map(str, worked))
    for place, day in enumerate(worked):
        if day in off:
            yield "calendar.yaml", ("make_up_days", place, "date"), f"{day} stands under days_off too"
