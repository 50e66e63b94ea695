"""What the models cannot see: whether the parts of a plan fit together. A part that could not be read is None and spoils no other check."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from bot.clock_checks import check_clocks
from bot.ladder_checks import check_calendar, check_hours, check_levels, check_steps
from bot.report_checks import check_reminding, check_reports, check_targets
from bot.unit_checks import Others, check_units
from bot.yaml_lines import Found, Loc, twice
from models.condition import Condition, compared
from models.ladder import Ladder
from models.plan_clocks import Clock
from models.plan_items import Calendar, CareSteps, Hotline, ListItem, Retention, Source, Sourced, Unit
from models.plan_reports import Reminding, Report, Target
from models.severity import Severity, SeverityRule

PROMISES = "promises"
NEEDED_LISTS = (PROMISES, "release_reasons", "takeover_reasons", "close_reasons")
"""Lists that a dialogue asks for by name; the others are named by the form."""


@dataclass
class Parts:
    """The parts of a plan as far as they could be read."""

    division: str | None = None
    lists: dict[str, tuple[ListItem, ...] | None] = field(default_factory=dict)
    units: tuple[Unit, ...] | None = None
    others: Others | None = None
    severity: Severity | None = None
    ladder: Ladder | None = None
    care: tuple[CareSteps, ...] | None = None
    hotlines: tuple[Hotline, ...] | None = None
    calendar: Calendar | None = None
    clocks: tuple[Clock, ...] | None = None
    reports: tuple[Report, ...] | None = None
    reminding: Reminding | None = None
    targets: tuple[Target, ...] | None = None
    retention: tuple[Retention, ...] | None = None
    sources: tuple[Source, ...] | None = None


def check(parts: Parts) -> Found:
    """Every misfit."""
    yield from _check_sources(parts)
    yield from check_units(parts.units, parts.others, parts.division)
    yield from _check_lists(parts)
    yield from _check_hotlines(parts)
    if parts.severity is not None:
        yield from _check_levels(parts.severity)
        yield from _check_rules(parts.severity, parts)
        yield from _check_promises(parts.severity, parts)
        yield from check_levels("ladder.yaml", "levels", parts.severity, parts.ladder.levels if parts.ladder else None)
        yield from check_levels("care.yaml", "steps", parts.severity, parts.care)
        yield from check_clocks(parts.severity, parts.clocks or (), partial(_never_given, severity=parts.severity, parts=parts))
    if parts.ladder is not None:
        yield from check_hours(parts.ladder)
        yield from check_steps(parts.ladder)
    if parts.calendar is not None:
        yield from check_calendar(parts.calendar)
    yield from check_reports(parts.reports, parts.units)
    yield from check_reminding(parts.reminding)
    yield from check_targets(parts.targets, parts.reports)
    yield from twice("retention.yaml", "kept", [kept.id for kept in parts.retention or ()])


# --- sources ----------------------------------------------------------------------------------------------------------


def _check_sources(parts: Parts) -> Found:
    if parts.sources is None:
        return
    yield from twice("sources.yaml", "sources", [source.id for source in parts.sources])
    known = {source.id for source in parts.sources}
    for file, loc, item in _sourced(parts):
        for place, source in enumerate(item.source):
            if source not in known:
                yield file, (*loc, "source", place), f"unknown source {source}"


def _sourced(parts: Parts) -> Iterator[tuple[str, Loc, Sourced]]:
    """Everything that names sources, with its place."""
    severity, calendar = parts.severity, parts.calendar
    groups: list[tuple[str, str, Iterable[Sourced]]] = [
        ("units.yaml", "units", parts.units or ()),
        ("units.yaml", "successors", parts.others[0] if parts.others else ()),
        ("units.yaml", "predecessors", parts.others[1] if parts.others else ()),
        ("hotlines.yaml", "hotlines", parts.hotlines or ()),
        ("ladder.yaml", "hours", parts.ladder.hours if parts.ladder else ()),
        ("ladder.yaml", "levels", parts.ladder.levels if parts.ladder else ()),
        ("care.yaml", "steps", parts.care or ()),
        ("clocks.yaml", "clocks", parts.clocks or ()),
        ("reports.yaml", "reports", parts.reports or ()),
        ("targets.yaml", "targets", parts.targets or ()),
        ("retention.yaml", "kept", parts.retention or ()),
        ("severity.yaml", "levels", severity.levels if severity else ()),
        ("severity.yaml", "rules", severity.rules if severity else ()),
        ("calendar.yaml", "days_off", calendar.days_off if calendar else ()),
        ("calendar.yaml", "make_up_days", calendar.make_up_days if calendar else ()),
        *((f"{name}.yaml", "items", items or ()) for name, items in parts.lists.items()),
    ]
    for file, under, items in groups:
        yield from ((file, (under, place), item) for place, item in enumerate(items))
    yield from (("clocks.yaml", ("clocks", place, "start"), clock.start) for place, clock in enumerate(parts.clocks or ()))
    if severity is not None:
        yield "severity.yaml", ("otherwise",), severity.otherwise
    if calendar is not None:
        yield "calendar.yaml", ("working_week",), calendar.working_week
    if parts.reminding is not None:
        yield "reminders.yaml", (), parts.reminding


# --- lists and hotlines -----------------------------------------------------------------------------------------------


def _check_lists(parts: Parts) -> Found:
    lines = None if parts.hotlines is None else {line.id for line in parts.hotlines}
    levels = None if parts.severity is None else {level.id for level in parts.severity.levels}
    for name, items in parts.lists.items():
        yield from twice(f"{name}.yaml", "items", [item.id for item in items or ()])
        for place, item in enumerate(items or ()):
            if item.hotline and lines is not None and item.hotline not in lines:
                yield f"{name}.yaml", ("items", place, "hotline"), f"unknown hotline {item.hotline}"
            if item.severity and levels is not None and item.severity not in levels:
                yield f"{name}.yaml", ("items", place, "severity"), f"unknown level {item.severity}"
            if name == PROMISES and item.minutes is None:
                yield f"{name}.yaml", ("items", place), "a promise says within how many minutes"
    for name in NEEDED_LISTS if parts.division is not None else ():
        if name not in parts.lists:
            yield "plan.yaml", ("lists",), f"the list {name} is missing"


def _check_hotlines(parts: Parts) -> Found:
    if parts.hotlines is None:
        return
    yield from twice("hotlines.yaml", "hotlines", [line.id for line in parts.hotlines])
    if not any(line.emergency for line in parts.hotlines):
        yield "hotlines.yaml", ("hotlines",), "no number is marked emergency: a stranger in need would be shown none"


# --- severity and ladder ----------------------------------------------------------------------------------------------


def _check_levels(severity: Severity) -> Found:
    yield from twice("severity.yaml", "levels", [level.id for level in severity.levels])
    yield from twice("severity.yaml", "rules", [rule.id for rule in severity.rules])
    known = {level.id for level in severity.levels}
    for loc, rule in _rules(severity):
        if rule.level not in known:
            yield "severity.yaml", (*loc, "level"), f"unknown level {rule.level}"
        if (rule.when is None) is not (rule is severity.otherwise):
            yield "severity.yaml", loc, "a rule says when it holds; only `otherwise` does not"


def _rules(severity: Severity) -> Iterator[tuple[Loc, SeverityRule]]:
    yield from ((("rules", place), rule) for place, rule in enumerate(severity.rules))
    yield ("otherwise",), severity.otherwise


def _check_rules(severity: Severity, parts: Parts) -> Found:
    """A rule that asks for an answer that nobody can give would never hold, and nobody would see it."""
    for question, name in severity.answers_from.items():
        if name not in parts.lists:
            yield "severity.yaml", ("answers_from", question), f"unknown list {name}"
        if question in severity.answers:
            yield "severity.yaml", ("answers_from", question), "stands under answers too"
    for loc, rule in _rules(severity):
        yield from (("severity.yaml", (*loc, "when"), reason) for reason in _never_given(rule.when, severity, parts))


def _never_given(when: Condition | None, severity: Severity, parts: Parts) -> Iterator[str]:
    """What a condition asks for and nobody can answer."""
    for question, values in compared(when) if when is not None else ():
        if question not in severity.answers and question not in severity.answers_from:
            yield f"unknown question {question}"
            continue
        known = _possible(question, severity, parts)
        yield from (f"{question} has no answer {value}" for value in values if known is not None and value not in known)


def _possible(question: str, severity: Severity, parts: Parts) -> set[str] | None:
    """What can be answered; None where the list could not be read."""
    if question in severity.answers:
        return set(severity.answers[question])
    items = parts.lists.get(severity.answers_from[question])
    return None if items is None else {item.id for item in items}


def _check_promises(severity: Severity, parts: Parts) -> Found:
    """The severity that an item promises, and that a carer's harm is urgent (NĐ 56/2017/NĐ-CP Điều 31.1), must follow from the rules."""
    ranks = {level.id: place for place, level in enumerate(severity.levels)}
    if any(rule.level not in ranks for _, rule in _rules(severity)):
        return
    for question, name in severity.answers_from.items():
        for place, item in enumerate(parts.lists.get(name) or ()):
            promised = severity.levels[0].id if item.carer else item.severity
            given = severity.judge({question: item.id}).level
            if promised in ranks and ranks[given] > ranks[promised]:
                yield f"{name}.yaml", ("items", place), f"promises {promised}, but the rules of severity.yaml give {given}"
