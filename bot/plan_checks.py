"""What the models cannot see: whether the parts of a plan fit together. A part that could not be read is None and spoils no other check."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.yaml_lines import Loc
from handlers.reading.folding import fold
from models.condition import compared
from models.plan_items import (
    Calendar,
    CareSteps,
    Hotline,
    Ladder,
    LadderSteps,
    ListItem,
    Retention,
    Source,
    Sourced,
    Successor,
    Unit,
    UnitKind,
)
from models.severity import Severity, SeverityRule

Found = Iterator[tuple[str, Loc, str]]
"""File, place in it, reason."""


PROMISES = "promises"
NEEDED_LISTS = (PROMISES, "release_reasons", "takeover_reasons", "close_reasons")
"""Lists that a dialogue asks for by name; the others are named by the form."""


@dataclass
class Parts:
    """The parts of a plan as far as they could be read."""

    division: str | None = None
    lists: dict[str, tuple[ListItem, ...] | None] = field(default_factory=dict)
    units: tuple[Unit, ...] | None = None
    successors: tuple[Successor, ...] | None = None
    severity: Severity | None = None
    ladder: Ladder | None = None
    care: tuple[CareSteps, ...] | None = None
    hotlines: tuple[Hotline, ...] | None = None
    calendar: Calendar | None = None
    retention: tuple[Retention, ...] | None = None
    sources: tuple[Source, ...] | None = None


def check(parts: Parts) -> Found:
    """Every misfit."""
    yield from _check_sources(parts)
    yield from _check_units(parts)
    yield from _check_lists(parts)
    yield from _check_hotlines(parts)
    if parts.severity is not None:
        yield from _check_levels(parts.severity)
        yield from _check_rules(parts.severity, parts)
        yield from _check_promises(parts.severity, parts)
        yield from _check_steps("ladder.yaml", parts.severity, parts.ladder.steps if parts.ladder else None)
        yield from _check_steps("care.yaml", parts.severity, parts.care)
    yield from _twice("retention.yaml", "kept", [kept.id for kept in parts.retention or ()])


def _twice(file: str, under: str, ids: Iterable[str]) -> Found:
    seen: set[str] = set()
    for place, one in enumerate(ids):
        if one in seen:
            yield file, (under, place), f"{one} stands twice"
        seen.add(one)


# --- sources ----------------------------------------------------------------------------------------------------------


def _check_sources(parts: Parts) -> Found:
    if parts.sources is None:
        return
    yield from _twice("sources.yaml", "sources", [source.id for source in parts.sources])
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
        ("units.yaml", "successors", parts.successors or ()),
        ("hotlines.yaml", "hotlines", parts.hotlines or ()),
        ("ladder.yaml", "steps", parts.ladder.steps if parts.ladder else ()),
        ("care.yaml", "steps", parts.care or ()),
        ("retention.yaml", "kept", parts.retention or ()),
        ("severity.yaml", "levels", severity.levels if severity else ()),
        ("severity.yaml", "rules", severity.rules if severity else ()),
        ("calendar.yaml", "days_off", calendar.days_off if calendar else ()),
        ("calendar.yaml", "make_up_days", calendar.make_up_days if calendar else ()),
        *((f"{name}.yaml", "items", items or ()) for name, items in parts.lists.items()),
    ]
    for file, under, items in groups:
        yield from ((file, (under, place), item) for place, item in enumerate(items))
    if severity is not None:
        yield "severity.yaml", ("otherwise",), severity.otherwise
    if calendar is not None:
        yield "calendar.yaml", ("working_week",), calendar.working_week


# --- units ------------------------------------------------------------------------------------------------------------


def _check_units(parts: Parts) -> Found:
    if parts.units is None or parts.successors is None:
        return
    yield from _twice("units.yaml", "units", [unit.id for unit in parts.units])
    yield from _twice("units.yaml", "successors", [unit.id for unit in parts.successors])
    units, later = {unit.id: unit for unit in parts.units}, {unit.id for unit in parts.successors}
    for place, unit in enumerate(parts.units):
        here: Loc = ("units", place)
        for word, other in (("parent", unit.parent), ("acts_for", unit.acts_for)):
            if other is not None and other not in units:
                yield "units.yaml", (*here, word), f"unknown unit {other}"
        if _above_itself(unit, units):
            yield "units.yaml", (*here, "parent"), "the unit lies within itself"
        for at, successor in enumerate(unit.successors):
            if successor not in later:
                yield "units.yaml", (*here, "successors", at), f"unknown successor {successor}"
    yield from _check_names(parts.units)
    division = units.get(parts.division) if parts.division else None
    if parts.division and (division is None or division.kind is not UnitKind.DIVISION):
        yield "plan.yaml", ("division",), f"{parts.division} is no unit of kind division"


def _above_itself(unit: Unit, units: Mapping[str, Unit]) -> bool:
    seen, here = {unit.id}, unit.parent
    while here is not None and here in units:
        if here in seen:
            return here == unit.id
        seen.add(here)
        here = units[here].parent
    return False


def _check_names(units: tuple[Unit, ...]) -> Found:
    """Whoever types a name must mean one unit, with or without diacritics."""
    owner: dict[str, str] = {}
    for place, unit in enumerate(units):
        for word, names in (("name", (unit.name.vi,)), ("short", (unit.short.vi,)), ("aliases", unit.aliases)):
            for name in names:
                if owner.setdefault(fold(name), unit.id) != unit.id:
                    yield "units.yaml", ("units", place, word), f"{name} is a name of {owner[fold(name)]} too"


# --- lists and hotlines -----------------------------------------------------------------------------------------------


def _check_lists(parts: Parts) -> Found:
    lines = None if parts.hotlines is None else {line.id for line in parts.hotlines}
    levels = None if parts.severity is None else {level.id for level in parts.severity.levels}
    for name, items in parts.lists.items():
        yield from _twice(f"{name}.yaml", "items", [item.id for item in items or ()])
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
    yield from _twice("hotlines.yaml", "hotlines", [line.id for line in parts.hotlines])
    if not any(line.emergency for line in parts.hotlines):
        yield "hotlines.yaml", ("hotlines",), "no number is marked emergency: a stranger in need would be shown none"


# --- severity and ladder ----------------------------------------------------------------------------------------------


def _check_levels(severity: Severity) -> Found:
    yield from _twice("severity.yaml", "levels", [level.id for level in severity.levels])
    yield from _twice("severity.yaml", "rules", [rule.id for rule in severity.rules])
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
        for question, values in compared(rule.when) if rule.when is not None else ():
            if question not in severity.answers and question not in severity.answers_from:
                yield "severity.yaml", (*loc, "when"), f"unknown question {question}"
                continue
            known = _possible(question, severity, parts)
            for value in values:
                if known is not None and value not in known:
                    yield "severity.yaml", (*loc, "when"), f"{question} has no answer {value}"


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


def _check_steps(file: str, severity: Severity, found: tuple[LadderSteps, ...] | tuple[CareSteps, ...] | None) -> Found:
    """Every level has its steps, the highest first: whatever is not known is treated like that one."""
    if found is None:
        return
    levels, steps = [level.id for level in severity.levels], [step.level for step in found]
    yield from _twice(file, "steps", steps)
    for place, level in enumerate(steps):
        if level not in levels:
            yield file, ("steps", place, "level"), f"unknown level {level}"
    for level in levels:
        if level not in steps:
            yield file, ("steps",), f"no steps for {level}: such a case would fall silent"
    if steps and steps[0] != levels[0]:
        yield file, ("steps", 0, "level"), f"the steps begin with the highest level, {levels[0]}"
