"""A plan as data: units, lists, severity rules, ladder, hotlines, calendar (DESIGN sections 4 to 7). Another year is another folder.

`bot.plan_files.load_plan` reads and checks a folder; nothing here knows a file. Everything is frozen: a plan in use never changes.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from models.condition import Bilingual, Condition, holds
from models.ladder import Hour, Ladder, LadderLevel, Step, Whom
from models.plan_clocks import Clock, ClockStart, ClockStep, Reminded
from models.plan_items import (
    Calendar,
    CareSteps,
    DayCorrection,
    Document,
    Hotline,
    Id,
    ListItem,
    OtherUnit,
    Piece,
    PlanId,
    Predecessor,
    Retention,
    Source,
    Sourced,
    Status,
    Successor,
    TimeZone,
    Unit,
    UnitKind,
)
from models.plan_reports import DueRule, Overdue, Owing, Period, Reminding, Report, Target
from models.severity import Level, Severity, SeverityRule, SeverityVerdict
from models.talk import Label

__all__ = [
    "Calendar", "CareSteps", "Clock", "ClockStart", "ClockStep", "Condition", "DayCorrection", "Document", "DueRule", "Hotline", "Hour",
    "Label", "Ladder", "LadderLevel", "Level", "ListItem", "OtherUnit", "Overdue", "Owing", "Period", "Plan", "Predecessor", "Reminded",
    "Reminding", "Report", "Retention", "Severity", "SeverityRule", "SeverityVerdict", "Source", "Sourced", "Status", "Step", "Successor",
    "Target", "Unit", "UnitKind", "Whom", "holds",
]  # fmt: skip


class Plan(Piece):
    """The whole plan. `division` is the unit whose room is called; `timezone` the zone in which people are shown times,
    `reports_to` who gets the division's own report besides the unit right above it."""

    id: PlanId
    title: Bilingual
    document: Document
    timezone: TimeZone
    division: Id
    reports_to: tuple[Bilingual, ...] = ()
    units: tuple[Unit, ...]
    successors: tuple[Successor, ...] = ()
    predecessors: tuple[Predecessor, ...] = ()
    lists: dict[str, tuple[ListItem, ...]]
    severity_rules: Severity
    ladder: Ladder
    care: tuple[CareSteps, ...]
    hotlines: tuple[Hotline, ...]
    calendar: Calendar
    clocks: tuple[Clock, ...] = ()
    reports: tuple[Report, ...] = ()
    reminding: Reminding
    targets: tuple[Target, ...] = ()
    retention: tuple[Retention, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    # --- units --------------------------------------------------------------------------------------------------------

    def unit(self, unit: str) -> Unit:
        """KeyError if the plan has no such unit (a row of an earlier plan may name one)."""
        return self._units[unit]

    def children(self, unit: str) -> tuple[Unit, ...]:
        """The units right below, in the plan's order; below an office that acts for another unit: that unit's others."""
        parent = self.unit(unit).acts_for or unit
        return tuple(child for child in self.units if child.parent == parent and child.id != unit)

    def wards(self) -> tuple[Unit, ...]:
        """Every ward, in the plan's order."""
        return tuple(unit for unit in self.units if unit.kind is UnitKind.WARD)

    def example_wards(self) -> tuple[Unit, ...]:
        """Two of them (one where there is one), for "type it like this": a name of another plan would be answered by "no such ward"."""
        wards = self.wards()
        middle = (len(wards) - 1) // 2
        return tuple(reversed(wards[max(middle - 1, 0) : middle + 1]))

    def is_within(self, unit: str, ancestor: str) -> bool:
        """Whether `unit` is `ancestor` or lies below it, or below the unit that `ancestor` acts for. False if the plan lacks either."""
        if unit not in self._units or ancestor not in self._units:
            return False
        above = {ancestor, self.unit(ancestor).acts_for}
        here: str | None = unit
        while here is not None:
            if here in above:
                return True
            here = self.unit(here).parent
        return False

    def above(self, unit: str) -> tuple[Unit, ...]:
        """The units that this one lies in, the nearest first; KeyError if the plan has no such unit."""
        found: list[Unit] = []
        here = self.unit(unit).parent
        while here is not None:
            found.append(self.unit(here))
            here = found[-1].parent
        return tuple(found)

    @property
    def other_units(self) -> tuple[OtherUnit, ...]:
        """Units of a later or an earlier division of the land, whose names people type as well."""
        return *self.successors, *self.predecessors

    def sharing(self, other: str) -> tuple[Unit, ...]:
        """The wards that share land with a later or earlier unit: whoever names that one is asked which of these is meant."""
        return tuple(unit for unit in self.units if other in unit.successors or other in unit.predecessors)

    @property
    def office(self) -> Label:
        """What a sentence calls the division ("Phòng"): the plan's own word, so that no text names an office of one government."""
        return self.unit(self.division).word

    def office_of(self, unit: str) -> Label:
        """What a sentence calls whoever a report goes to; of a unit that this plan lacks: the division, which sees to it now."""
        return self._units[unit].word if unit in self._units else self.office

    def heir(self, earlier: str) -> str:
        """The one unit of this plan that holds all of an earlier one, "" if several share it or the plan says nothing of it."""
        found = [unit.id for unit in self.units if earlier in unit.predecessors]
        return found[0] if len(found) == 1 else ""

    def lost(self, ward: str) -> bool:
        """Whether a ward of an earlier plan lies nowhere that this one could tell: whoever knows the neighbourhood has to be asked."""
        return bool(ward) and ward not in self._units and not self.heir(ward)

    def named(self, unit: str) -> Unit | OtherUnit | None:
        """A unit of this plan, or of a later or earlier division of the land that it knows by name."""
        return self._units.get(unit) or next((one for one in self.other_units if one.id == unit), None)

    def short_of(self, unit: str) -> Label | None:
        """How a list names a unit: by its short name; one of another division of the land in full, because a unit of today may bear its short one."""
        found = self._units.get(unit)
        if found is not None:
            return found.short
        other = self.named(unit)
        return other.name if other is not None else None

    # --- lists, severity, numbers -------------------------------------------------------------------------------------

    def list(self, name: str) -> tuple[ListItem, ...]:
        """The items of a list, in order; KeyError if the plan has no such list."""
        return self.lists[name]

    def item(self, name: str, item: str) -> ListItem:
        """One item of a list; KeyError if either is unknown."""
        return self._items[name][item]

    def severity(self, answers: Mapping[str, Any]) -> SeverityVerdict:
        """How urgent these answers of the incident form make a case, and why. Pass the relevant answers only (see `Severity.judge`)."""
        return self.severity_rules.judge(answers)

    def level(self, level: str) -> Level:
        """A severity's words and sign; KeyError if unknown."""
        return self.severity_rules.levels[self.severity_rules.rank(level)]

    def care_of(self, level: str) -> CareSteps:
        """The times of a level; one that the plan lacks is cared for like the most urgent one."""
        return next((steps for steps in self.care if steps.level == level), self.care[0])

    def hotline(self, hotline: str) -> Hotline:
        """KeyError if unknown."""
        return {line.id: line for line in self.hotlines}[hotline]

    def clock(self, clock: str) -> Clock:
        """One legal clock; KeyError if unknown (a row of an earlier plan may name one)."""
        return {one.id: one for one in self.clocks}[clock]

    def report(self, report: str) -> Report:
        """One periodic report; KeyError if unknown (a row of an earlier plan may name one)."""
        return {one.id: one for one in self.reports}[report]

    def owing(self, report: Report) -> tuple[Unit, ...]:
        """The units that owe a report, in the plan's order."""
        return tuple(unit for unit in self.units if unit.kind in report.kinds or unit.id in report.units)

    def emergency_lines(self) -> tuple[Hotline, ...]:
        """The numbers that everybody sees first, in the plan's order; each has a number."""
        return tuple(line for line in self.hotlines if line.emergency)

    def retention_days(self, what: str) -> int:
        """KeyError if the plan says nothing about it."""
        return {kept.id: kept.days for kept in self.retention}[what]

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.units}

    @cached_property
    def _items(self) -> dict[str, dict[str, ListItem]]:
        return {name: {item.id: item for item in items} for name, items in self.lists.items()}
