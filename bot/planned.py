"""`plan apply`: what the configured plan asks for against the rows that exist, first as a difference to look at, then as rows.

| the plan asks for it | row                                  | then                                                                 |
|----------------------|--------------------------------------|----------------------------------------------------------------------|
| yes                  | none                                 | added, unless it could no longer be handed in                        |
| yes                  | dropped                              | asked for again, unless it could no longer be handed in              |
| yes                  | with other days or recipient         | moved; whoever has handed in is never given an earlier day           |
| yes                  | the same                             | kept                                                                 |
| no                   | never handed in, not locked          | dropped: it stays as a row, with its history, and is owed no more    |
| no                   | handed in, accepted or sent back     | stays: nothing handed in is ever dropped                             |
| no                   | locked                               | history: what was missing then was missing                           |

What was asked for by chat is none of the plan's business and never touched.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import left_behind
from bot.alone import alone
from bot.apply.telling import holders, tell_person
from bot.engine import Engine
from bot.expected_rows import Key, asking, dated, insert, next_number, record, rows_of, wanted
from handlers import plan_news
from handlers.plan_news import News
from models.commands import TellPerson
from models.expected import EXPECTED, OWING, ExpectedState
from models.plan import Period, Plan, Report
from models.talk import Label, Text

OLDEST = timedelta(days=367)  # what was due before that is locked: `expires` of a report is at most a year


class PlanMoved(Exception):  # noqa: N818  the name says what happened
    """The rows are no longer those that the difference was shown of."""


@dataclass(frozen=True, slots=True)
class Change:
    """One report × unit × period. `day` and `rule`: as the plan names it now, of what it no longer asks for as it stood. `was_day`, `was_rule`: before,
    where it moved. `id` and `number` of its row, "" and 0 where there is none yet."""

    report: str
    unit: str
    period: str
    day: str
    rule: str
    id: str = ""
    number: int = 0
    state: str = ""
    was_day: str = ""
    was_rule: str = ""

    @property
    def key(self) -> Key:
        return self.report, self.unit, self.period


@dataclass(frozen=True, slots=True)
class Difference:
    """`stays`: no longer asked for, but handed in. `kept`: how many are as they were."""

    added: tuple[Change, ...] = ()
    again: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    dropped: tuple[Change, ...] = ()
    stays: tuple[Change, ...] = ()
    kept: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.added or self.again or self.moved or self.dropped)


# --- what differs -----------------------------------------------------------------------------------------------------


def difference(db: sa.Connection, engine: Engine) -> Difference:
    """Only looks."""
    now, asked = engine.now(), _asked(engine.plan)
    rows = {(row.report, row.unit, row.period): row for row in rows_of(db, asked)}
    found: dict[str, list[Change]] = defaultdict(list)
    for key, (report, _unit, period) in asked.items():
        found[_verdict(rows.get(key), dated(engine, report, period), now)].append(_change(key, rows.get(key), period))
    for row in _no_longer(db, engine.plan, now):
        found["dropped" if row.first_at is None else "stays"].append(_as_it_stood(row))
    changes = {name: tuple(found[name]) for name in ("added", "again", "moved", "dropped", "stays")}
    return Difference(**changes, kept=len(found["kept"]))


def _asked(plan: Plan) -> dict[Key, tuple[Report, str, Period]]:
    return {(report.id, unit, period.id): (report, unit, period) for report, unit, period in wanted(plan)}


def _verdict(row: Any, dates: Mapping[str, Any], now: datetime) -> str:
    """The rows of the table above."""
    if row is None or row.state == ExpectedState.DROPPED:
        return "locked" if dates["expires_at"] <= now else "added" if row is None else "again"
    if all(getattr(row, name) == value for name, value in dates.items()):
        return "kept"
    return "kept" if row.first_at is not None and dates["due_at"] < row.due_at else "moved"


def _no_longer(db: sa.Connection, plan: Plan, now: datetime) -> Iterator[Any]:
    """Rows that can still be handed in and that the plan does not name. The database leaves out what it names, so that a large table costs little."""
    live = sa.or_(EXPECTED.c.expires_at > now, EXPECTED.c.unlocked_until > now)
    named = [
        sa.and_(
            EXPECTED.c.report == report.id,
            EXPECTED.c.period.in_([period.id for period in report.periods]),
            EXPECTED.c.unit.in_([unit.id for unit in plan.owing(report)]),
        )
        for report in plan.reports
    ]
    statement = sa.select(EXPECTED).where(
        EXPECTED.c.due_at > now - OLDEST, live, EXPECTED.c.request.is_(None), EXPECTED.c.state != ExpectedState.DROPPED,
        sa.not_(sa.or_(sa.false(), *named)),
    )  # fmt: skip
    yield from db.execute(statement.order_by(EXPECTED.c.number))


def _change(key: Key, row: Any, period: Period) -> Change:
    day, rule = period.due.isoformat(), str(period.rule)
    if row is None:
        return Change(*key, day, rule)
    was = ("", "") if row.state == ExpectedState.DROPPED else (row.due_day, row.rule)
    return Change(*key, day, rule, row.id, row.number, row.state, *was)


def _as_it_stood(row: Any) -> Change:
    return Change(row.report, row.unit, row.period, row.due_day, row.rule, row.id, row.number, row.state)


# --- doing it ---------------------------------------------------------------------------------------------------------


def apply(db: sa.Connection, engine: Engine, shown: Difference, *, move: bool = False) -> int:
    """Do what was shown, whole, and see to what stands at units that are gone (`move`: see bot.left_behind); returns how many people are told. Raises
    PlanMoved if meanwhile it would be something else. Two that do it at once: the second finds nothing left of what it showed."""
    number = next_number(db)
    if difference(db, engine) != shown:
        raise PlanMoved(
            "meanwhile reports were handed in or somebody else applied the plan: nothing was changed, look at the difference again"
        )
    asked = _asked(engine.plan)
    insert(db, engine, number, (asked[change.key] for change in shown.added))
    news = [
        *(_asked_again(db, engine, change, asked[change.key]) for change in shown.again),
        *(_move(db, engine, change, asked[change.key]) for change in shown.moved),
        *(_drop(db, engine, change) for change in shown.dropped),
    ]
    told = _tell(db, engine, [one for one in news if one is not None])
    return len(told | left_behind.settle(db, engine, move=move))


def _asked_again(db: sa.Connection, engine: Engine, change: Change, asked: tuple[Report, str, Period]) -> News | None:
    report, _unit, period = asked
    values = {**asking(engine, report, period), "plan": engine.plan.id, "state": str(ExpectedState.OWED)}
    _update(db, change, values, EXPECTED.c.state == ExpectedState.DROPPED)
    record(db, change.id, "expected", engine.now(), None, {"due": change.day, "again": True})
    return News(change.number, report.short, period.name, change.unit, change.day, change.rule)


def _move(db: sa.Connection, engine: Engine, change: Change, asked: tuple[Report, str, Period]) -> News | None:
    """Also one that was handed in: its day can only have become later. Who has nothing more to do, or the same day as before, hears nothing."""
    report, _unit, period = asked
    dates = asking(engine, report, period)
    _update(db, change, dates, sa.or_(EXPECTED.c.first_at.is_(None), EXPECTED.c.due_at <= dates["due_at"]))
    record(db, change.id, "moved", engine.now(), None, {"from": change.was_day, "rule": change.was_rule, "due": change.day})
    if change.state not in OWING or (change.day, change.rule) == (change.was_day, change.was_rule):
        return None
    return News(change.number, report.short, period.name, change.unit, change.day, change.rule, change.was_day, change.was_rule)


def _drop(db: sa.Connection, engine: Engine, change: Change) -> News:
    never = EXPECTED.c.first_at.is_(None), EXPECTED.c.state == ExpectedState.OWED
    _update(db, change, {"state": str(ExpectedState.DROPPED), "remind_at": None}, *never)
    record(db, change.id, "dropped", engine.now(), None, {"due": change.day})
    return News(change.number, *_words(engine.plan, change), change.unit)


def _update(db: sa.Connection, change: Change, values: Mapping[str, Any], *still: sa.ColumnElement[bool]) -> None:
    """Under the conditions that the difference rests on: a hand-in that commits in between wins, and the whole apply is begun again."""
    done = sa.update(EXPECTED).where(EXPECTED.c.id == change.id, EXPECTED.c.state == change.state, *still).values(**values)
    if db.execute(done.returning(EXPECTED.c.id)).first() is None:
        raise PlanMoved(f"BC-{change.number} was changed meanwhile: nothing was changed, look at the difference again")


def _words(plan: Plan, change: Change) -> tuple[Text, Text]:
    """What a report and its period are called, as far as this plan still knows them."""
    try:
        report = plan.report(change.report)
    except KeyError:
        return Label(change.report, change.report), Label(change.period, change.period)
    names = {period.id: period.name for period in report.periods}
    return report.short, names.get(change.period, Label(change.period, change.period))


def _tell(db: sa.Connection, engine: Engine, news: list[News]) -> set[str]:
    """Each person who may hand something in once, with all that changed for them."""
    writing, mine = alone(db, engine, "plan_apply"), defaultdict[str, list[News]](list)
    for one in news:
        for person in holders(writing, one.unit, *plan_news.owing(engine.plan, one.unit)):
            mine[person].append(one)
    for person, changed in sorted(mine.items()):
        tell_person(writing, TellPerson(person, plan_news.told(changed, engine.plan)))
    writing.flush()
    return set(mine)
