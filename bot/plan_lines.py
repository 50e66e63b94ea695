"""What `python -m bot plan` prints, a line at a time: for whoever edits the plan's folder."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.planned import Change, Difference
from models.facts import LeftAt
from models.plan import DueRule, Plan

NAMED = 5  # units that a line names; more are counted


def summary(plan: Plan, forms: Sequence[str]) -> Iterator[str]:
    """A plan that is right: whom it has, what it asks for, when."""
    kinds = Counter(str(unit.kind) for unit in plan.units)
    owed = [(period.due, report, period) for report in plan.reports for period in report.periods]
    yield f"{plan.id}: nothing is wrong ({plan.title.vi})"
    yield f"  units: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}; the room of {plan.division} is called"
    yield f"  forms: {', '.join(sorted(forms))}"
    expected = sum(len(plan.owing(report)) for _due, report, _period in owed)
    yield f"  reports: {len(plan.reports)}, on {len(owed)} dates, {expected} expected reports (report × unit × period)"
    for due, report, period in sorted(owed, key=lambda one: one[0]):
        to = report.to or (report.sent_to.vi if report.sent_to else "")
        yield f"    {_day(due.isoformat(), period.rule):<18} {report.id} {period.id}: {len(plan.owing(report))} units → {to}, form {report.form}"


def changes(found: Difference) -> Iterator[str]:
    """The difference, the units of one report and period on one line."""
    for sign, word, some in (
        ("+", "added", found.added), ("+", "asked for again", found.again), ("~", "moved", found.moved), ("-", "dropped", found.dropped),
        ("=", "no longer asked for, but handed in: stays", found.stays),
    ):  # fmt: skip
        yield from (f"{sign} {word}: {line}" for line in _grouped(some))
    yield f"  {found.kept} as they were"


def left(behind: Sequence[LeftAt], plan: Plan, lacking: Sequence[str]) -> Iterator[str]:
    """What stands at units that the plan lacks, and what to do about it. `lacking`: what the plan's division has nobody for."""
    if not behind:
        return
    yield f"! {len(behind)} units are not in {plan.id}, and somebody or something still stands there:"
    yield from (f"    {one.unit}: {_standing(one)}" for one in behind)
    if lacking:
        yield f"! {plan.division} has no {', no '.join(lacking)}: until it has, cases ring with administrators alone, and nobody there can take one"
    yield from (
        f"    {word}" for word, some in (
            ("people: an administrator invites each anew with /moi; until then they can only report cases", any(one.people for one in behind)),
            ("rooms: /ganphong in the group", any(one.rooms for one in behind)),
            ("open cases: ask in which ward the neighbourhood lies now; an officer puts it right with /bosung", any(one.cases for one in behind)),
            ("reports: what was never handed in is dropped; what waits to be accepted goes to the division", any(one.reports for one in behind)),
        ) if some
    )  # fmt: skip
    for one in behind:
        if one.to and one.people:
            yield f"  > all of {one.unit} lies in {one.to}: its people can be moved there"


def _standing(one: LeftAt) -> str:
    people = ", ".join(f"{count} {role}" for role, count in one.people.items())
    rooms = f"{one.rooms} room(s)" if one.rooms else ""
    cases = f"open cases {', '.join(one.cases[:NAMED])}{', …' if len(one.cases) > NAMED else ''}" if one.cases else ""
    reports = f"{len(one.reports)} reports" if one.reports else ""
    return "; ".join(part for part in (people, rooms, cases, reports) if part)


def _grouped(some: Sequence[Change]) -> Iterator[str]:
    def alike(change: Change) -> tuple[str, str, str, str, str, str]:
        return change.report, change.period, change.day, change.rule, change.was_day, change.was_rule

    for (report, period, day, rule, was, was_rule), group in groupby(sorted(some, key=alike), alike):
        units = [f"{change.unit} (BC-{change.number})" if change.number else change.unit for change in group]
        yield f"{report} {period}, {_dates(day, rule, was, was_rule)}, {_units(units)}"


def _dates(day: str, rule: str, was: str, was_rule: str) -> str:
    if not was:
        return _day(day, rule)
    if (day, rule) == (was, was_rule):
        return f"{_day(day, rule)} as before, but another recipient or span"
    return f"{_day(was, was_rule)} → {_day(day, rule)}"


def _day(day: str, rule: str) -> str:
    """As the document words it: before that day, or on it."""
    return f"{'before' if rule == DueRule.BEFORE else 'on'} {day}"


def _units(units: Sequence[str]) -> str:
    named = ", ".join(units[:NAMED])
    return f"{len(units)} units: {named}" + (", …" if len(units) > NAMED else "")
