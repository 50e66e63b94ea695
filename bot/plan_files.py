"""Reads a plan's folder: one YAML file for each part, and one for each list that plan.yaml names.

A plan that says `extends: longbien-2021` takes from the folder beside it of that name every file that it has not itself, whole: what is the same
law is written down once. Everything wrong is collected, each with file, line and reason, and raised at once: a plan with a mistake is never used.
"""

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from bot.plan_checks import Parts, check
from bot.report_checks import check_forms
from bot.yaml_lines import FileMistakes, Located, Mistake, read_yaml
from models.condition import Bilingual
from models.form import Form
from models.ladder import Hour, Ladder, LadderLevel
from models.plan import Plan
from models.plan_clocks import Clock
from models.plan_items import (
    Calendar,
    CareSteps,
    Document,
    Hotline,
    Id,
    ListItem,
    Piece,
    PlanId,
    Predecessor,
    Retention,
    Source,
    Successor,
    TimeZone,
    Unit,
)
from models.plan_reports import Reminding, Report, Target
from models.severity import Severity

M = TypeVar("M", bound=BaseModel)


class PlanError(FileMistakes):
    """A plan that cannot be used."""


class _Head(Piece):
    id: PlanId
    title: Bilingual
    document: Document
    timezone: TimeZone
    division: Id
    lists: tuple[Id, ...]
    reports_to: tuple[Bilingual, ...] = ()
    extends: PlanId | None = None


class _Units(Piece):
    units: tuple[Unit, ...]
    successors: tuple[Successor, ...] = ()
    predecessors: tuple[Predecessor, ...] = ()


class _List(Piece):
    items: tuple[ListItem, ...] = Field(min_length=1)


class _QuietHours(Piece):
    start: time = Field(alias="from")
    until: time


class _Ladder(Piece):
    quiet_hours: _QuietHours
    hours: tuple[Hour, ...] = Field(min_length=1)
    levels: tuple[LadderLevel, ...] = Field(min_length=1)


class _Care(Piece):
    steps: tuple[CareSteps, ...]


class _Hotlines(Piece):
    hotlines: tuple[Hotline, ...]


class _Clocks(Piece):
    clocks: tuple[Clock, ...]


class _Reports(Piece):
    reports: tuple[Report, ...]


class _Targets(Piece):
    targets: tuple[Target, ...]


class _Retention(Piece):
    kept: tuple[Retention, ...]


class _Sources(Piece):
    sources: tuple[Source, ...]


PARTS = frozenset({
    "plan", "units", "severity", "ladder", "care", "hotlines", "calendar", "clocks", "reports", "reminders", "targets", "retention", "sources",
})  # fmt: skip


def load_plan(folder: Path) -> Plan:
    """The plan of a folder. Raises PlanError with everything that is wrong in all of its files."""
    if not folder.is_dir():
        raise PlanError((Mistake(str(folder), 1, "there is no such folder"),))
    files = _Files(folder)
    head, parts = _read(files)
    for name, loc, reason in check(parts):
        files.mistakes.append(files.located[name].mistake(loc, reason))
    plan = _put_together(head, parts) if head is not None and not files.mistakes else None
    if plan is None:
        raise PlanError(tuple(files.mistakes))
    return plan


def check_with_forms(folder: Path, plan: Plan, forms: Mapping[str, Form]) -> None:
    """Raises PlanError where a report or target of the plan of that folder asks for a form, or for a question of one, that there is not. Forms are
    read after the plan, because they ask for its lists."""
    found = list(check_forms(plan.reports, plan.targets, forms))
    if found:
        files = _Files(folder)
        _read(files)  # once more, for the lines
        raise PlanError(tuple(files.located[name].mistake(loc, reason) for name, loc, reason in found))


class _Files:
    """The files of one folder, and of the one that it extends; mistakes are named by folder and file, as in "longbien-2021/units.yaml:12"."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.base = folder, folder
        self.located: dict[str, Located] = {}
        self.mistakes: list[Mistake] = []

    def read(self, name: str, shape: type[M]) -> M | None:
        """One file in its shape; None, and the mistakes kept, if it does not have it."""
        folder = self.folder if (self.folder / name).exists() or not (self.base / name).exists() else self.base
        try:
            located = self.located[name] = read_yaml(folder / name, f"{folder.name}/{name}")
            return shape.model_validate(located.data)
        except FileMistakes as error:
            self.mistakes += error.mistakes
        except ValidationError as error:
            self.mistakes += self.located[name].mistakes(error)
        return None

    def called(self, name: str) -> str:
        return f"{self.folder.name}/{name}"

    def extend(self, base: PlanId) -> None:
        """Take what is missing from the folder beside this one. Of that folder's own `extends` nothing is taken: two steps would leave nobody sure
        which file counts."""
        self.base = self.folder.parent / base
        if self.base == self.folder or not (self.base / "plan.yaml").exists():
            self.mistakes.append(self.located["plan.yaml"].mistake(("extends",), f"there is no plan {base} beside this one"))
        elif _extends(self.base):
            self.mistakes.append(self.located["plan.yaml"].mistake(("extends",), f"{base} extends a plan itself"))


def _extends(folder: Path) -> bool:
    try:
        data = read_yaml(folder / "plan.yaml").data
    except FileMistakes:
        return False
    return isinstance(data, dict) and "extends" in data


def _read(files: _Files) -> tuple[_Head | None, Parts]:
    """Every part that can be read."""
    head = files.read("plan.yaml", _Head)
    if head is not None and head.extends is not None:
        files.extend(head.extends)
    units, ladder = files.read("units.yaml", _Units), files.read("ladder.yaml", _Ladder)
    hotlines, retention = files.read("hotlines.yaml", _Hotlines), files.read("retention.yaml", _Retention)
    sources, clocks = files.read("sources.yaml", _Sources), files.read("clocks.yaml", _Clocks)
    care = files.read("care.yaml", _Care)
    reports, targets = files.read("reports.yaml", _Reports), files.read("targets.yaml", _Targets)
    parts = Parts(
        units=units.units if units else None,
        others=(units.successors, units.predecessors) if units else None,
        severity=files.read("severity.yaml", Severity),
        ladder=_ladder(ladder) if ladder else None,
        care=care.steps if care else None,
        hotlines=hotlines.hotlines if hotlines else None,
        calendar=files.read("calendar.yaml", Calendar),
        clocks=clocks.clocks if clocks else None,
        reports=reports.reports if reports else None,
        reminding=files.read("reminders.yaml", Reminding),
        targets=targets.targets if targets else None,
        retention=retention.kept if retention else None,
        sources=sources.sources if sources else None,
    )
    if head is not None:
        parts.division, parts.lists = head.division, _lists(files, head)
    return head, parts


def _lists(files: _Files, head: _Head) -> dict[str, tuple[ListItem, ...] | None]:
    """The lists by name; a file that plan.yaml does not name would be dead without anybody noticing."""
    found: dict[str, tuple[ListItem, ...] | None] = {}
    for place, name in enumerate(head.lists):
        if name in PARTS or name in found:
            files.mistakes.append(files.located["plan.yaml"].mistake(("lists", place), f"{name} is a part or stands twice"))
            continue
        read = files.read(f"{name}.yaml", _List)
        found[name] = read.items if read else None
    for path in sorted(files.folder.glob("*.y*ml")):
        if path.stem not in found and (path.stem not in PARTS or path.suffix != ".yaml"):
            files.mistakes.append(Mistake(files.called(path.name), 1, "the file is not named under lists in plan.yaml"))
    return found


def _ladder(read: _Ladder) -> Ladder:
    quiet = read.quiet_hours
    return Ladder(quiet_from=quiet.start, quiet_until=quiet.until, hours=read.hours, levels=read.levels)


def _put_together(head: _Head, parts: Parts) -> Plan | None:
    """The plan, where every part is there."""
    severity, ladder, calendar, reminding = parts.severity, parts.ladder, parts.calendar, parts.reminding
    if severity is None or ladder is None or calendar is None or reminding is None:
        return None
    return Plan(
        id=head.id,
        title=head.title,
        document=head.document,
        timezone=head.timezone,
        division=head.division,
        reports_to=head.reports_to,
        units=parts.units or (),
        successors=parts.others[0] if parts.others else (),
        predecessors=parts.others[1] if parts.others else (),
        lists={name: items or () for name, items in parts.lists.items()},
        severity_rules=severity,
        ladder=ladder,
        care=parts.care or (),
        hotlines=parts.hotlines or (),
        calendar=calendar,
        clocks=parts.clocks or (),
        reports=parts.reports or (),
        reminding=reminding,
        targets=parts.targets or (),
        retention=parts.retention or (),
        sources=parts.sources or (),
    )
