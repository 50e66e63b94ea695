"""Whether the periodic reports of a plan hold together: somebody owes each of them, everything that is named exists, and its dates rise."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from bot.yaml_lines import Found, Loc, twice
from models.form import FIGURES, Form, QuestionType
from models.plan_items import Unit, UnitKind
from models.plan_reports import Overdue, Period, Reminding, Report, Target

REPORTS, TARGETS, REMINDERS = "reports.yaml", "targets.yaml", "reminders.yaml"
AD_HOC = "request"  # the report of every row that was asked for by chat
PERHAPS_NONE = (UnitKind.SCHOOL, UnitKind.CLINIC)  # "các đơn vị": owed as soon as the plan names any
REACHED = "dat"  # the answer that a target without `whole` counts


def check_reports(reports: tuple[Report, ...] | None, units: tuple[Unit, ...] | None) -> Found:
    """`units` None: they could not be read, and no name of one is held against a report."""
    yield from twice(REPORTS, "reports", [report.id for report in reports or ()])
    for place, report in enumerate(reports or ()):
        here: Loc = ("reports", place)
        if report.id == AD_HOC:
            yield REPORTS, (*here, "id"), f"{AD_HOC} is the name of what is asked for by chat"
        yield from _check_periods(here, report.periods)
        if units is not None:
            yield from _check_whose(here, report, {unit.id: unit.kind for unit in units})


def _check_whose(here: Loc, report: Report, units: Mapping[str, UnitKind]) -> Found:
    if not report.kinds and not report.units:
        yield REPORTS, here, "nobody owes it: name kinds or units"
    for place, kind in enumerate(report.kinds):
        if kind not in units.values() and kind not in PERHAPS_NONE:
            yield REPORTS, (*here, "kinds", place), f"units.yaml has no {kind}"
        if kind in report.kinds[:place]:
            yield REPORTS, (*here, "kinds", place), f"{kind} stands twice"
    for place, unit in enumerate(report.units):
        if unit not in units:
            yield REPORTS, (*here, "units", place), f"unknown unit {unit}"
        if unit in report.units[:place]:
            yield REPORTS, (*here, "units", place), f"{unit} stands twice"
    if report.to is not None and report.to not in units:
        yield REPORTS, (*here, "to"), f"unknown unit {report.to}"
    elif report.to is not None and (report.to in report.units or units[report.to] in report.kinds):
        yield REPORTS, (*here, "to"), f"{report.to} would accept its own report"


def _check_periods(here: Loc, periods: tuple[Period, ...]) -> Found:
    known: set[str] = set()
    for place, period in enumerate(periods):
        there: Loc = (*here, "periods", place)
        if period.id in known:
            yield REPORTS, (*there, "id"), f"{period.id} stands twice"
        known.add(period.id)
        if period.start is not None and period.start > period.due:
            yield REPORTS, (*there, "start"), "the period starts after its due day"
        if place and period.due <= periods[place - 1].due:
            yield (
                REPORTS,
                (*there, "due"),
                f"{period.due} is not after {periods[place - 1].due}: periods stand in the order of their due days",
            )


def check_reminding(reminding: Reminding | None) -> Found:
    """Distances fall, steps rise: whatever stands behind a later one would never come."""
    if reminding is None:
        return
    for place, (earlier, later) in enumerate(pairwise(reminding.before), start=1):
        if later >= earlier:
            yield REMINDERS, ("before", place), f"{later} is not less than {earlier}: the days before fall"
    for place, (one, next_one) in enumerate(pairwise(reminding.overdue), start=1):
        if next_one.after <= one.after:
            yield REMINDERS, ("overdue", place, "after"), f"{next_one.after} is not more than {one.after}: each step up comes later"
    yield from _check_steps(reminding.overdue)


def _check_steps(steps: tuple[Overdue, ...]) -> Found:
    for place, step in enumerate(steps):
        if len(set(step.to)) < len(step.to):
            yield REMINDERS, ("overdue", place, "to"), "a word stands twice"


def check_targets(targets: tuple[Target, ...] | None, reports: tuple[Report, ...] | None) -> Found:
    """A target is measured from a report of this plan."""
    yield from twice(TARGETS, "targets", [target.id for target in targets or ()])
    forms = {report.form for report in reports or ()}
    for place, target in enumerate(targets or ()):
        if reports is not None and target.form not in forms:
            yield TARGETS, ("targets", place, "form"), f"no report has the form {target.form}"


# --- with the forms ---------------------------------------------------------------------------------------------------


def check_forms(reports: Iterable[Report], targets: Iterable[Target], forms: Mapping[str, Form]) -> Found:
    """What only shows once plan and forms are known: a report's form exists, a target's questions stand in its form and can be counted."""
    for place, report in enumerate(reports):
        if report.form not in forms:
            yield REPORTS, ("reports", place, "form"), f"unknown form {report.form}"
    for place, target in enumerate(targets):
        form = forms.get(target.form)
        if form is None:
            yield TARGETS, ("targets", place, "form"), f"unknown form {target.form}"
            continue
        yield from ((TARGETS, ("targets", place, word), reason) for word, reason in _uncountable(target, form))


def _uncountable(target: Target, form: Form) -> Iterator[tuple[str, str]]:
    for word, name in (("part", target.part), ("whole", target.whole)):
        if name is None:
            continue
        question = next((one for one in form.questions if one.name == name), None)
        if question is None:
            yield word, f"the form {form.id} has no question {name}"
        elif target.whole is not None and question.type not in FIGURES:
            yield word, f"{name} is no number, so nothing can be a part of it"
        elif target.whole is None and not _says_reached(question.type, [choice.name for choice in question.choices]):
            yield word, f"without `whole` the units are counted that answered “{REACHED}”, and {name} has no such choice"


def _says_reached(kind: QuestionType, choices: list[str]) -> bool:
    return kind is QuestionType.SELECT_ONE and REACHED in choices
