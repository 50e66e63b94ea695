"""A simulated year: who reports when, what becomes of each case, and the clock that runs from one thing to the next.

Everything goes through the real turn. A day's actions are a heap by domain time; between two of them every timer fires at its own due time, each in
one transaction that looks for the next one and takes its turn, so that the cost of a step does not grow with the year. Nobody's screen is read:
everything is typed, and looked up in the rows.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bot.channels.buttons import decode
from bot.turn import take_turn
from models.incident import INCIDENT, Status
from models.people import ACCOUNT
from models.talk import Kind, Press
from models.timer import TIMER
from scheduler.due import as_incoming
from tests.driver import PLAN, START, Scene

YEAR = timedelta(days=365)
TET = date(2027, 2, 6)  # the first day of the year Đinh Mùi
OFFICERS = ("truc-a", "truc-b", "lanh-dao")
LEADER = "lanh-dao"

Act = Callable[[], Awaitable[None]]

# What is typed until the case stands, by who reports and how bad it is. Most stop early, as people do; the silence of some is heard as well.
_WORDS = {
    "danger": ("đang nguy hiểm",),
    "violence": ("tạm an toàn", "bạo lực", "bạo lực trẻ em", "hàng xóm"),
    "need": ("tạm an toàn", "3", "1"),
    "network": ("tạm an toàn", "bạo lực", "bạo lực trẻ em", "cha", "có", "có"),
}
_STOP = ("huỷ", "1")
_CLOSE_REASONS = {"1": ("không",), "2": ("công an phường, trực ban nhận",), "3": ("đã đến nhà, gặp bà",), "4": ("trùng với vụ số 1",)}


@dataclass
class Told:
    """A case as whoever simulates it knows it; `closed` is what was done to it, in order."""

    id: str
    code: str
    source: str
    restricted: bool
    closed: bool = False


@dataclass
class Year:
    """The people of a year. `cases`: by id; `done`: what was done how often; `fired`: timers."""

    scene: Scene
    dice: random.Random
    cases: dict[str, Told] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    fired: int = 0
    turns: int = 0
    _heap: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)
    _strangers: Any = field(default_factory=itertools.count)

    # --- the clock ------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.scene.clock[0]

    def at(self, when: datetime, act: Act) -> None:
        """Something that somebody will do."""
        heapq.heappush(self._heap, (when, next(self._order), act))

    def later(self, minutes: float, act: Act) -> None:
        self.at(self.now + timedelta(minutes=minutes), act)

    async def run(self, until: datetime) -> None:
        """Everything that was planned, and every timer between, until then. What falls behind it is never done."""
        while self._heap and self._heap[0][0] <= until:
            when, _order, act = heapq.heappop(self._heap)
            await self.passes(when)
            await act()
        await self.passes(until)

    async def passes(self, until: datetime) -> None:
        """Scene.passes, a statement a timer."""
        while await self.scene.db.run(lambda db: self._fire_next(db, until)):
            self.fired += 1
        self.scene.clock[0] = max(self.now, until)

    def _fire_next(self, db: sa.Connection, until: datetime) -> bool:
        pending = TIMER.c.fired_at.is_(None), TIMER.c.due_at <= until
        row = db.execute(sa.select(TIMER).where(*pending).order_by(TIMER.c.due_at, TIMER.c.id).limit(1)).first()
        if row is None:
            return False
        self.scene.clock[0] = max(self.now, row.due_at)
        assert take_turn(db, self.scene.engine, as_incoming(row)) is not None
        return True

    async def says(self, who: str, *texts: str) -> None:
        for text in texts:
            self.turns += 1
            await self.scene.hears(self.scene.incoming(who, Kind.TEXT, text=text))

    async def presses(self, who: str, data: str) -> None:
        found = decode(data)
        assert found is not None
        self.turns += 1
        await self.scene.hears(self.scene.incoming(who, Kind.PRESS, press=Press(*found, id=f"p{next(self.scene.ids)}")))

    async def row(self, case: Told) -> Any:
        return await self.scene.db.run(lambda db: db.execute(sa.select(INCIDENT).where(INCIDENT.c.id == case.id)).one())

    # --- reporting ------------------------------------------------------------------------------------------------------

    async def reports(self) -> None:
        """One report by somebody, and what will become of it."""
        source = self.dice.choices(("collaborator", "citizen", "child", "officer"), (40, 35, 12, 13))[0]
        kind = self.dice.choices(("danger", "violence", "need", "network"), (25, 45, 25, 5))[0]
        await {"child": self._a_child, "officer": self._an_officer}.get(source, self._somebody)(source, kind)
        row = await self.scene.db.run(lambda db: db.execute(sa.select(INCIDENT).order_by(INCIDENT.c.id.desc()).limit(1)).one())
        assert row.id not in self.cases, f"{source} reported {kind}, and there is no case"
        case = Told(row.id, f"VV-{row.year}-{row.number:04d}", source, kind == "network" and source != "child")
        self.cases[row.id] = case
        self.done[f"from {source}"] += 1
        self._fate(case)

    async def _somebody(self, source: str, kind: str) -> None:
        if source == "collaborator":
            await self.says("ctv", "báo cáo", *_WORDS[kind], *_STOP)
            return
        who = f"dan-{next(self._strangers)}"
        silent = self.dice.random() < 0.4  # the phone is put down: ten minutes, ten more, and the room hears of it
        await self.says(who, "báo tin", *_WORDS[kind], *(() if silent else _STOP))

    async def _a_child(self, source: str, kind: str) -> None:
        who = f"tre-{next(self._strangers)}"
        await self.says(who, "cứu con")
        if self.dice.random() < 0.5:
            self.later(2, lambda: self.says(who, "con sợ lắm", "ngõ 12 Bồ Đề", "bố đánh con"))

    async def _an_officer(self, source: str, kind: str) -> None:
        await self.says("truc-b", "ghi nhận", self.dice.choice("123"), "bây giờ", *_WORDS[kind], *_STOP)

    # --- what becomes of it -----------------------------------------------------------------------------------------------

    def _fate(self, case: Told) -> None:
        fates = {
            "soon": 38, "late": 15, "missed": 12, "handed over": 8, "given back": 8, "confirmed": 8, "forgotten": 6, "reopened": 5,
        }  # fmt: skip
        fate = self.dice.choices(list(fates), list(fates.values()))[0]
        self.done[fate] += 1
        wait = {"late": (60, 600), "forgotten": (1440, 3600)}.get(fate, (1, 45))
        after = 25 if case.source == "citizen" else 0  # whoever fell silent is still being asked
        ways: dict[str, Act] = {
            "missed": lambda: self._missed(case), "handed over": lambda: self._handed_over(case), "given back": lambda: self._given_back(case),
            "confirmed": lambda: self._confirmed(case), "reopened": lambda: self._reopened(case),
        }  # fmt: skip
        self.later(after + self.dice.uniform(*wait), ways.get(fate, lambda: self._handled(case)))

    def _officer(self, case: Told) -> str:
        return LEADER if case.restricted else self.dice.choice(OFFICERS)

    async def _taken(self, case: Told) -> str:
        """Whoever holds it now: somebody takes it, by button or by typing, if nobody has it."""
        row = await self.row(case)
        if row.status == Status.OPEN:
            who = self._officer(case)
            if self.dice.random() < 0.5:
                await self.presses(who, f"0.take:{case.id}")
            else:
                await self.says(who, f"nhan {case.code}")
            self.done["taken"] += 1
            row = await self.row(case)
        assert row.status == Status.TAKEN, f"{case.code} is {row.status} and cannot be taken"
        return await self._holder(row.taken_by)

    async def _holder(self, person: str) -> str:
        return str(await self.scene.db.run(lambda db: db.execute(sa.select(ACCOUNT.c.chat).where(ACCOUNT.c.person == person)).scalar_one()))

    async def _handled(self, case: Told) -> None:
        """Taken, promised, done in time, and closed hours or days later."""
        who = await self._taken(case)
        await self.says(who, f"hua {case.code} 30 phút nữa tôi đến")
        self.later(self.dice.uniform(5, 29), lambda: self._kept(case, who))
        self.later(self.dice.triangular(60, 1500, 60), lambda: self._closed(case))

    async def _kept(self, case: Told, who: str) -> None:
        await self.says(who, f"xong {case.code}")

    async def _missed(self, case: Told) -> None:
        """Taken and then silence: the ladder opens again, and somebody else has it."""
        await self._taken(case)
        self.later(self.dice.uniform(30, 300), lambda: self._handled(case))

    async def _handed_over(self, case: Told) -> None:
        """To the other one, who accepts, declines or does not answer."""
        who = await self._taken(case)
        await self.says(who, f"hua {case.code} 2 tiếng")
        if not case.restricted:
            to, name = ("truc-b", "trực b") if who != "truc-b" else ("truc-a", "trực a")
            await self.says(who, f"chuyen {case.code} {name}")
            answer = self.dice.choice(("dongy", "dongy", "tuchoi", ""))
            if answer:
                self.later(2, lambda: self.says(to, f"{answer} {case.code}"))
        self.later(self.dice.uniform(20, 60), lambda: self._handled(case))

    async def _given_back(self, case: Told) -> None:
        who = await self._taken(case)
        self.later(self.dice.uniform(1, 9), lambda: self.says(who, f"tralai {case.code} bận việc khác"))
        self.later(self.dice.uniform(30, 500), lambda: self._handled(case))

    async def _confirmed(self, case: Told) -> None:
        """What the law asks for is stated before it is closed."""
        await self._handled(case)
        self.later(40, lambda: self._states(case))

    async def _states(self, case: Told) -> None:
        who = await self._taken(case)
        await self.says(
            who, f"xacnhan {case.code}", "1", "đã gọi công an phường, gặp trực ban", f"{self.now.astimezone(PLAN.zone):%Hh%M}", "1", "huỷ"
        )
        self.done["stated"] += 1

    async def _reopened(self, case: Told) -> None:
        await self._handled(case)
        self.later(self.dice.uniform(2100, 80_000), lambda: self._opened_again(case))

    async def _opened_again(self, case: Told) -> None:
        assert case.closed
        await self.says(LEADER, f"molai {case.code} người nhà gọi lại")
        assert (await self.row(case)).status == Status.OPEN
        case.closed = False
        self.done["opened again"] += 1
        self.later(self.dice.uniform(5, 400), lambda: self._handled(case))

    async def _closed(self, case: Told) -> None:
        """By the division with a reason; what is still owed is named first, and struck off by a yes."""
        await self._taken(case)
        who = self._officer(case)
        reason, note = self.dice.choice(list(_CLOSE_REASONS.items()))
        await self.says(who, f"dong {case.code}", reason, *note)
        if (await self.row(case)).status != Status.CLOSED:
            await self.says(who, "có")
        assert (await self.row(case)).status == Status.CLOSED, f"{case.code} could not be closed"
        case.closed = True
        self.done["closed"] += 1

    # --- the calendar -------------------------------------------------------------------------------------------------------

    def spread(self, cases: int, storms: int) -> None:
        """Reports over the year: any hour of any day, evenings more, some in the nights of Tết, and storms of ten in five minutes."""
        for _ in range(storms):
            begins = self._some_time()
            for _case in range(10):
                self.at(begins + timedelta(seconds=self.dice.uniform(0, 300)), self.reports)
        nights = cases // 50
        for _ in range(nights):
            day = TET + timedelta(days=self.dice.randrange(-2, 6))
            self.at(datetime.combine(day, time(self.dice.choice((0, 2, 5, 21, 23)), self.dice.randrange(60)), PLAN.zone), self.reports)
        for _ in range(cases - storms * 10 - nights):
            self.at(self._some_time(), self.reports)

    def _some_time(self) -> datetime:
        day = (START + timedelta(days=self.dice.randrange(1, 364))).astimezone(PLAN.zone).date()
        hour = self.dice.choices(range(24), [1] * 6 + [3] * 11 + [5] * 5 + [2] * 2)[0]
        return datetime.combine(day, time(hour, self.dice.randrange(60), self.dice.randrange(60)), PLAN.zone)
