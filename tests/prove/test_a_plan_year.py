"""The plan year 2021 on a moved clock, for 14 wards with punctual, late, forgetful, wrong and silent people, over the real turn and a real SQLite
file. Every reminder is one that was worked out by hand, nobody hears more than the plan's digests a day, and the rates are those of a count by hand."""

import random
import time as machine
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.apply import APPLY
from bot.auditor import timers
from bot.auditor.found import Pass
from bot.conversations import open_talk
from bot.database import Database
from bot.gather.reports import find_expected
from bot.upkeep import stay_on_duty
from bot.vault import Vault, make_key
from bot.writing import Writing
from handlers.routes import ReportRef
from handlers.workdays import add_working_days, is_working_day
from models.commands import Command
from models.expected import EXPECTED, REPORT_EVENT, STANDING
from models.ids import new_id
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.report_commands import AcceptReport, HandIn, OpenReport, ReturnReport
from models.talk import Kind
from models.timer import TIMER
from tests.databases import create_tables
from tests.driver import PLAN, Scene
from tests.prove.year import Year

BEGINS = datetime(2021, 1, 4, 1, 30, tzinfo=UTC)  # Monday 08:30 in Hà Nội
ENDS = datetime(2022, 2, 28, tzinfo=UTC)  # behind Tết 2022
SEED = 20210224
LIKE = {"punctual": 40, "late": 20, "forgetful": 15, "wrong": 15, "silent": 10}
DAY = timedelta(days=1)
MORNING = time(8)


@dataclass
class Fate:
    """One expected report and what its people do with it."""

    id: str
    key: tuple[str, str]  # report and period
    unit: str
    form: str
    last: date
    due_at: datetime
    locked: datetime
    kind: str
    handed: list[datetime] = field(default_factory=list)
    returned: list[datetime] = field(default_factory=list)

    def spans(self) -> Iterable[tuple[datetime, datetime]]:
        """From when until when it is owed; reminders lie strictly within."""
        ends = [*self.handed, self.locked]
        for place, begins in enumerate((BEGINS, *self.returned)):
            yield begins, ends[place]

    def mornings(self) -> set[datetime]:
        """When it reminds, worked out from a calendar alone."""
        before = {worked_on(self.last - timedelta(days=distance)) for distance in (14, 7, 3, 1, 0)}
        days = (self.last + timedelta(days=later) for later in range(1, 400))
        regular = [at(day, MORNING) for day in sorted(before | {day for day in days if is_working_day(day, PLAN)})]
        found: set[datetime] = set()
        for place, (begins, ends) in enumerate(self.spans()):
            first = at(add_working_days(begins.astimezone(PLAN.zone).date(), 1, PLAN), MORNING) if place else begins
            found |= {moment for moment in regular if first < moment < ends} | ({first} if place and first < ends else set())
        return found


def at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, PLAN.zone)


def worked_on(day: date) -> date:
    while not is_working_day(day, PLAN):
        day -= DAY
    return day


@pytest.mark.prove
async def test_a_plan_year_of_fourteen_wards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every reminder is explained, no budget is exceeded, the rates are right, and the auditor finds nothing month by month."""
    url = f"sqlite:///{tmp_path / 'baongay.sqlite3'}"
    create_tables(url)
    db, began = Database(url), machine.monotonic()
    year = Year(await Scene.open(db, Vault([make_key()]), seeded=True), random.Random(SEED))
    fates = await begin(year)
    asked = {(officer(fate.unit), moment) for fate in fates if (moment := plan_for(year, fate)) is not None}
    for chat, moment in asked:
        year.at(moment - timedelta(hours=5, minutes=30), lambda chat=chat: year.says(chat, "nhac toi luc 14h"))  # type: ignore[misc]
    while year.now < ENDS:
        await year.run(year.now + timedelta(days=30))
        lost = await db.run(lambda connection: timers.reports(Pass(connection, year.scene.engine, year.now, year.now)))
        assert lost.ids == ()
    found = await read(year)
    db.close()
    with capsys.disabled():
        print("", summary(fates, found, machine.monotonic() - began), sep="\n")
    assert found.reminded == {(fate.id, moment) for fate in fates for moment in fate.mornings()}
    assert found.digests == by_hand(fates)
    assert found.asked == Counter(dict.fromkeys(asked, 1))
    assert max(found.sent.values()) == PLAN.reminding.most
    assert found.rates == rates(fates)


# --- the year ---------------------------------------------------------------------------------------------------------


async def begin(year: Year) -> list[Fate]:
    """14 wards with an officer and a leader each, what the plan asks for, and of all timers only the morning's."""
    scene = year.scene
    scene.clock[0] = BEGINS

    def work(db: sa.Connection) -> list[Fate]:
        for ward in PLAN.wards():
            join(db, officer(ward.id), ward.id, "ward_officer")
            join(db, leader(ward.id), ward.id, "leader")
        stay_on_duty(db, scene.engine)
        db.execute(sa.delete(TIMER).where(TIMER.c.kind != "reports"))
        db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.person.in_(_of(db, "phuong", "lanh-dao-phuong"))).values(ended_at=BEGINS))
        return [_fate(year, row) for row in db.execute(sa.select(EXPECTED).order_by(EXPECTED.c.number))]

    return await scene.db.run(work)


def officer(unit: str) -> str:
    return "truc-a" if unit == PLAN.division else f"cb-{unit}"


def leader(unit: str) -> str:
    return f"ld-{unit}"


def join(db: sa.Connection, chat: str, unit: str, role: str) -> None:
    person = new_id()
    db.execute(sa.insert(PERSON).values(id=person, name=chat, locale="vi", created_at=BEGINS))
    account = {"person": person, "channel": "web", "external_id": chat, "chat": chat, "started": True}
    db.execute(sa.insert(ACCOUNT).values(id=new_id(), **account, created_at=BEGINS))
    db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=BEGINS))


def _of(db: sa.Connection, *chats: str) -> list[str]:
    return list(db.execute(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.chat.in_(chats))).scalars())


def _fate(year: Year, row: Any) -> Fate:
    kind = year.dice.choices(list(LIKE), list(LIKE.values()))[0]
    last = (row.due_at - DAY / 2).astimezone(PLAN.zone).date()
    return Fate(row.id, (row.report, row.period), row.unit, PLAN.report(row.report).form, last, row.due_at, row.expires_at, kind)


def plan_for(year: Year, fate: Fate) -> datetime | None:
    """Put what these people will do on the calendar; the hour at which a forgetful one asks to be reminded, if they do."""
    dice, hour = year.dice, time(year.dice.randrange(9, 17), year.dice.randrange(60))
    snoozed = None
    if fate.kind in {"punctual", "wrong"}:
        fate.handed = [at(fate.last - timedelta(days=dice.randrange(21)), hour)]
    elif fate.kind == "late":
        fate.handed = [at(fate.last + timedelta(days=dice.randrange(1, 26)), hour)]
    elif fate.kind == "forgetful":
        late = sorted(moment for moment in fate.mornings() if moment > fate.due_at)
        fate.handed = [late[dice.randrange(1, 9)] + timedelta(hours=9)]
        snoozed = late[0] + timedelta(hours=6)
    if fate.kind == "wrong":
        fate.returned = [fate.handed[0] + timedelta(days=dice.randrange(1, 4))]
        fate.handed.append(fate.returned[0] + timedelta(days=dice.randrange(1, 13), hours=1))
    for place, moment in enumerate(fate.handed):
        year.at(moment, lambda first=place == 0: hands_in(year, fate, first=first))  # type: ignore[misc]
    for moment in fate.returned:
        year.at(moment, lambda: does(year, fate, "truc-a", ReturnReport(fate.id, {"": "thiếu số liệu"})))
    if fate.handed and fate.unit != PLAN.division and dice.random() < 0.5:
        year.at(fate.handed[-1] + DAY, lambda: does(year, fate, "truc-a", AcceptReport(fate.id)))
    return snoozed


async def hands_in(year: Year, fate: Fate, *, first: bool) -> None:
    """By the real commands of a hand-in, without the dialogue that leads there."""
    opened = OpenReport(fate.id, f"{fate.id[:-1]}s", fate.form, 1, "")
    await does(year, fate, officer(fate.unit), *((opened,) if first else ()), HandIn(fate.id, opened.submission, "2021-05-01"))


async def does(year: Year, fate: Fate, chat: str, *commands: Command) -> None:
    scene = year.scene

    def work(db: sa.Connection) -> None:
        incoming = scene.incoming(chat, Kind.TEXT)
        talk = open_talk(db, scene.engine, incoming)
        facts = replace(scene.facts(talk), expected=find_expected(db, scene.engine, ReportRef("id", fate.id)))
        writing = Writing(db, scene.engine, incoming, talk, facts)
        for command in commands:
            APPLY[type(command)](writing, command)
        writing.flush()

    await scene.db.run(work)


# --- what came of it --------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """`reminded`: (report, moment); `digests`: (chat, moment) of the plan's own; `asked`: those asked for; `sent`: how many of the plan's own
    each chat got on a day; `rates`: by report and period (expected, standing, on time)."""

    reminded: set[tuple[str, datetime]]
    digests: set[tuple[str, datetime]]
    asked: Counter[tuple[str, datetime]]
    sent: Counter[tuple[str, date]]
    rates: dict[tuple[str, str], tuple[int, int, int]]


async def read(year: Year) -> Found:
    reminded = [(row.expected, row.at) for row in await year.scene.rows(REPORT_EVENT, REPORT_EVENT.c.what == "reminded")]
    assert len(reminded) == len(set(reminded))
    found = Found(set(reminded), set(), Counter(), Counter(), defaultdict(lambda: (0, 0, 0)))
    for seen in await year.scene.letters():
        row = seen.row
        if row.purpose != "digest" or row.kind != "say" or row.created_at.astimezone(PLAN.zone).time() not in {MORNING, time(14)}:
            continue  # others replace one that had not left when something was handed in
        if seen.text.startswith("Anh/chị nhờ nhắc lúc 14:00."):
            found.asked[row.chat, row.created_at] += 1
            continue
        found.digests.add((row.chat, row.created_at))
        found.sent[row.chat, row.created_at.astimezone(PLAN.zone).date()] += 1
    live = Counter(
        (row.chat, row.created_at.astimezone(PLAN.zone).date())
        for row in await year.scene.rows(LETTER, LETTER.c.purpose == "digest", LETTER.c.state != LetterState.SUPERSEDED)
    )
    assert max(live.values()) <= PLAN.reminding.most + 1  # the day's own, and the one that was asked for
    for row in await year.scene.rows(EXPECTED):
        expected, standing, on_time = found.rates[row.report, row.period]
        stands = row.state in STANDING
        found.rates[row.report, row.period] = expected + 1, standing + stands, on_time + (stands and row.first_at < row.due_at)
    return found


def by_hand(fates: list[Fate]) -> set[tuple[str, datetime]]:
    """Who is told on which morning: the officer always, the ward's leader from the second working day on, the division from the third."""
    told = set()
    for fate in fates:
        for moment in fate.mornings():
            day = moment.date()
            over = sum(is_working_day(fate.last + timedelta(days=later), PLAN) for later in range(1, (day - fate.last).days + 1))
            chats = {officer(fate.unit)} | ({"truc-b"} if fate.unit == PLAN.division else set())
            chats |= {leader(fate.unit)} if over >= 2 and fate.unit != PLAN.division else set()
            chats |= {"lanh-dao"} if over >= 2 and fate.unit == PLAN.division else set()
            chats |= {"truc-a", "truc-b", "lanh-dao"} if over >= 3 else set()
            told |= {(chat, moment) for chat in chats}
    return told


def rates(fates: list[Fate]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Counted from what people did: the last hand-in stands, and the first one decides whether it was on time."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for fate in fates:
        expected, standing, on_time = found.get(fate.key, (0, 0, 0))
        punctual = bool(fate.handed) and fate.handed[0] < fate.due_at
        found[fate.key] = expected + 1, standing + bool(fate.handed), on_time + punctual
    return found


def summary(fates: list[Fate], found: Found, seconds: float) -> str:
    kinds = Counter(fate.kind for fate in fates)
    return (
        f"{len(fates)} reports ({', '.join(f'{kinds[kind]} {kind}' for kind in LIKE)}): {len(found.reminded)} reminders in"
        f" {len(found.digests)} digests and {found.asked.total()} asked for, {seconds:.0f} s"
    )
