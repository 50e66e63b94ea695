"""Whatever people do with cases, in any order, and whatever becomes of the process meanwhile: what must always hold does hold after every step.

Random people report, press what is on their screens (also what was there before), type what officers type; time passes, messages arrive
twice, and the process dies before a turn has committed. Everything goes through the real turn and a real database file.
"""

import asyncio
import json
import os
import random
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, currently_in_test_context, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from bot import reconciling, upkeep
from bot.auditor import letters, timers
from bot.auditor.found import Pass
from bot.case_rows import as_case
from bot.channels.buttons import decode
from bot.database import Database
from bot.gather.drafts import read_draft
from bot.training import ROOM_CHAT
from bot.turn import take_turn
from bot.vault import Vault, make_key
from handlers.clocks import wanted
from handlers.forms.engine import Filled
from models.clock import CASE_CLOCK, ClockState
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.letter import LETTER
from models.people import MEMBERSHIP
from models.talk import Incoming, Kind, Press
from models.timer import TIMER
from tests.bot.auditor.audited import administrator
from tests.databases import SqliteFiles
from tests.driver import NO_BUTTONS, PLAN, WEB, Scene

CHECKS = (
    timers.intake, timers.ladder, timers.taken, timers.clocks, timers.standing, timers.drills, timers.late, letters.far, letters.hangs,
    letters.unexplained, letters.attachments, letters.inbox,
)  # fmt: skip
"""All that the auditor looks at."""

OFFICERS = ("truc-a", "truc-b", "lanh-dao", "phuong")
REPORTERS = ("ctv", "nguoi-la", "phuong", "truc-b")
REPORTS = (
    ("báo cáo", "đang nguy hiểm"),
    ("báo cáo", "2", "1", "1", "1"),
    ("báo cáo", "2", "2", "1"),
    ("báo cáo", "3", "3"),
    ("báo cáo", "2", "1", "1", "1", "1", "2"),  # somebody of the network: the leader's alone
    ("cứu con với",),
)
COMMANDS = (
    ("nhan %s",), ("nhan %s",), ("nhan %s", "hua %s 20 phút"), ("nhan %s", "1"), ("hua %s 1",), ("hua %s tôi đi",), ("xong %s",),
    ("chuyen %s trực b",), ("chuyen %s trực b",), ("chuyen %s trực a",), ("chuyen %s", "1"), ("dongy %s",), ("dongy %s",), ("tuchoi %s",),
    ("tralai %s bận",), ("tralai %s", "con ốm"), ("nhanthay %s đổi ca",), ("nhanthay %s", "đổi ca"), ("dong %s", "1", "không", "có"),
    ("dong %s", "1", "không", "có"), ("dong %s", "2", "đã xong", "không"), ("molai %s còn việc",), ("molai %s", "người nhà gọi lại"),
    ("xacnhan %s", "1", "Chị Mai gọi, gặp trực ban", "10h15", "1"), ("xacnhan %s", "3", "đã gửi", "hôm nay", "1"), ("vuviec",), ("chitiet %s",),
    ("bosung %s", "1", "Ngọc Lâm"), ("ghi nhận", "1", "8h15 sáng nay", "1"), ("ghi nhận", "2", "bây giờ", "2", "1", "1"), ("lichtruc",),
    ("dientap", "1", "có"),
)  # fmt: skip
ANSWERS = (
    "1", "2", "3", "không", "có", "rồi", "chưa", "huỷ", "gửi", "30 phút nữa", "10h15", "hôm qua", "Ngọc Lâm", "Bồ Đề", "chị Mai đã gọi", "số 8 ngõ 12",
    "không có ảnh", "bỏ qua", "tuần trước", "0911 222 333",
)  # fmt: skip
MINUTES = (3, 5, 10, 15, 40, 180, 13 * 60, 26 * 60)
EXAMPLES = int(os.environ.get("BAONGAY_PROVE_EXAMPLES", "6"))
SEEDS = int(os.environ.get("BAONGAY_PROVE_SEEDS", "4"))
MOST = 3  # cases of one example: each that nobody takes is called again and again

CLOSING = ("dong %s", "1", "không", "có")
BY, COMMAND, PICK = st.sampled_from(OFFICERS), st.sampled_from(COMMANDS), st.integers(0, MOST)

MOVES = {
    "opened": ("", "intake"), "alerted": ("intake", "open"), "taken": ("open", "taken"), "released": ("taken", "open"),
    "released_restricted": ("taken", "open"), "released_cut": ("taken", "open"), "released_promise": ("taken", "open"),
    "handed_over": ("taken", "taken"), "taken_over": ("taken", "taken"), "closed": ("taken", "closed"), "reopened": ("closed", "open"),
}  # fmt: skip
"""The table of docs/architecture.md; every other event leaves the status as it is."""


def told(what: str) -> None:
    """For whoever reads a failure: hypothesis shows it for its smallest example, pytest of the dice's whole history."""
    if currently_in_test_context():
        note(what)
    else:
        print(what)


class Died(Exception):  # noqa: N818  the name says what happened
    """The process, after all was done and before it was committed."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A legal clock and the facts that it was computed from."""

    facts: str
    due_at: datetime


class CaseMachine(RuleBasedStateMachine):
    """One office. `files` gives each example a database of its own."""

    def __init__(self, files: SqliteFiles, folder: Path) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self.url, self.keys = files.lease(self.folder), [make_key()]
        self.runner = asyncio.Runner()
        self.clocks: dict[str, Hours] = {}

    @initialize(buttons=st.booleans(), by=st.sampled_from(REPORTERS), words=st.sampled_from((*REPORTS[:1] * 5, *REPORTS)))
    def begins(self, buttons: bool, by: str, words: tuple[str, ...]) -> None:
        self.buttons = buttons
        opened = Scene.open(Database(self.url), Vault(self.keys), capabilities=WEB if buttons else NO_BUTTONS)
        self.scene = self.runner.run(opened)
        self.scene.db.run_sync(administrator)
        self.scene.db.run_sync(partial(upkeep.stay_on_duty, engine=self.scene.engine))
        self.runner.run(self.scene.passes(seconds=1))
        self.reports(by, words)

    def teardown(self) -> None:
        if hasattr(self, "scene"):
            self.scene.db.close()
        self.runner.close()
        shutil.rmtree(self.folder)

    # --- what happens -------------------------------------------------------------------------------------------------

    def hears(self, incoming: Incoming) -> bool:
        return self.runner.run(self.scene.hears(incoming)) is not None

    def typed(self, by: str, text: str, chat: str = "") -> Incoming:
        told(f"{by} in {chat or 'private'}: {text}")
        return self.scene.incoming(by, Kind.TEXT, chat, text=text)

    @precondition(lambda self: len(self.numbers()) < MOST)
    @rule(by=st.sampled_from(REPORTERS), words=st.sampled_from(REPORTS))
    def reports(self, by: str, words: tuple[str, ...]) -> None:
        for text in words:
            self.hears(self.typed(by, text))

    def numbers(self) -> list[int]:
        return list(self.scene.db.run_sync(lambda db: db.execute(sa.select(INCIDENT.c.number).order_by(INCIDENT.c.number)).scalars().all()))

    def about(self, words: str, pick: int) -> str:
        """With the number of a case that there is."""
        numbers = self.numbers() or [1]
        return words % numbers[pick % len(numbers)] if "%s" in words else words

    @rule(by=BY, command=COMMAND, pick=PICK)
    def commands(self, by: str, command: tuple[str, ...], pick: int) -> None:
        self.command(by, command, pick)

    @rule(by=BY, command=COMMAND, pick=PICK, cut=st.integers(1, 3))
    def commands_in_the_room(self, by: str, command: tuple[str, ...], pick: int, cut: int) -> None:
        self.command(by, command[:cut], pick, ROOM_CHAT)

    @rule(by=BY, command=COMMAND, pick=PICK, cut=st.integers(1, 2))
    def commands_left_lying(self, by: str, command: tuple[str, ...], pick: int, cut: int) -> None:
        self.command(by, command[:cut], pick)

    def command(self, by: str, command: tuple[str, ...], pick: int, chat: str = "") -> None:
        for words in command:
            self.hears(self.typed(by, self.about(words, pick), chat))

    @rule(by=st.sampled_from((*OFFICERS, *REPORTERS)), texts=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4))
    def answers(self, by: str, texts: list[str]) -> None:
        for text in texts:
            self.hears(self.typed(by, text))

    @precondition(lambda self: self.buttons)
    @rule(by=st.sampled_from((*OFFICERS, *REPORTERS)), room=st.booleans(), pick=st.integers(0, 20))
    def presses(self, by: str, room: bool, pick: int) -> None:
        """What that chat shows, the newest letter first; also an earlier one, whose buttons somebody may still have before their eyes."""
        chat = ROOM_CHAT if room else by
        shown = self.scene.db.run_sync(partial(self._shown, chat=chat))
        if shown:
            label, data = shown[pick % len(shown)]
            told(f"{by} in {chat} presses: {label}")
            found = decode(data)
            assert found is not None
            self.hears(self.scene.incoming(by, Kind.PRESS, chat, press=Press(*found, id=f"p{next(self.scene.ids)}")))

    def _shown(self, db: sa.Connection, chat: str) -> list[tuple[str, str]]:
        rows = db.execute(sa.select(LETTER).where(LETTER.c.chat == chat).order_by(LETTER.c.id.desc()).limit(8)).all()
        return [button for row in rows for button in self.scene._seen(db, row).buttons.items()]

    @rule(minutes=st.sampled_from(MINUTES))
    def time_passes(self, minutes: int) -> None:
        told(f"{minutes} minutes pass")
        self.runner.run(self.scene.passes(minutes=minutes))

    @rule(by=BY, command=COMMAND, pick=PICK)
    def arrives_twice(self, by: str, command: tuple[str, ...], pick: int) -> None:
        """The platform gives the same message again: it had its turn, and nothing moves."""
        incoming = self.typed(by, self.about(command[0], pick))
        assert self.hears(incoming)
        before = self.scene.db.run_sync(_counts)
        assert not self.hears(incoming)
        assert before == self.scene.db.run_sync(_counts)

    @rule(by=BY, command=COMMAND, pick=PICK)
    def dies_before_the_commit(self, by: str, command: tuple[str, ...], pick: int) -> None:
        """Nothing is left of the turn; another process takes it, because the platform gives the message again."""
        told("the process dies within a turn")
        incoming, engine = self.typed(by, self.about(command[0], pick)), self.scene.engine
        before = self.scene.db.run_sync(_counts)

        def turn(db: sa.Connection) -> None:
            take_turn(db, engine, incoming)
            raise Died

        with pytest.raises(Died):
            self.scene.db.run_sync(turn)
        self.restarts()
        assert before == self.scene.db.run_sync(_counts)
        assert self.hears(incoming)

    @rule()
    def restarts(self) -> None:
        """Nothing of the old process is left but the file and the keys."""
        self.scene.db.close()
        self.scene = replace(self.scene, db=Database(self.url), engine=replace(self.scene.engine, vault=Vault(self.keys)))

    def anything(self, dice: random.Random) -> None:
        """One step by dice."""
        by, command, pick = dice.choice(OFFICERS), dice.choice(COMMANDS), dice.randrange(MOST)
        match dice.randrange(20):
            case 0:
                if len(self.numbers()) < MOST:
                    self.reports(dice.choice(REPORTERS), dice.choice(REPORTS))
            case 1 | 2:
                self.time_passes(dice.choice(MINUTES))
            case 3 | 4:
                self.answers(dice.choice((*OFFICERS, *REPORTERS)), [dice.choice(ANSWERS)])
            case 5 | 6 | 7 | 8 if self.buttons:
                self.presses(by, dice.random() < 0.4, dice.randrange(20))
            case 9:
                self.arrives_twice(by, command, pick)
            case 10:
                self.dies_before_the_commit(by, command, pick)
            case 11 | 12:
                self.command(by, CLOSING, pick)
            case _:
                self.command(by, command, pick, dice.choice(("", "", "", ROOM_CHAT)))

    def all_holds(self) -> None:
        self.nothing_is_silent()
        self.it_balances()
        self.each_case_is_as_its_status_says()

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_silent(self) -> None:
        """The auditor finds nothing to mend."""
        now = self.scene.clock[0]
        found = self.scene.db.run_sync(lambda db: [check(Pass(db, self.scene.engine, now, datetime.now(UTC))) for check in CHECKS])
        assert [one for one in found if one.ids] == []

    @invariant()
    def it_balances(self) -> None:
        """What was given a number stands somewhere."""
        found = self.scene.db.run_sync(lambda db: reconciling.read(db, self.scene.clock[0]))
        assert found.balances

    @invariant()
    def each_case_is_as_its_status_says(self) -> None:
        """One holder or a living ladder; closed by the division, with a reason; a status that its moves have led to; clocks that are right."""
        self.scene.db.run_sync(self._cases)

    def _cases(self, db: sa.Connection) -> None:
        for row in db.execute(sa.select(INCIDENT)).all():
            of_it = TIMER.c.subject == row.id, TIMER.c.fired_at.is_(None)
            live = set(db.execute(sa.select(TIMER.c.kind).where(*of_it)).scalars())
            _holder(row, live)
            _moved(db, row)
            if row.status == Status.CLOSED:
                _closed(db, row)
            self._clocks(db, row)

    def _clocks(self, db: sa.Connection, row: Any) -> None:
        """Those that run belong to a live case, stand where the law and the answers put them, and move only with what they are computed from."""
        rows = db.execute(sa.select(CASE_CLOCK).where(CASE_CLOCK.c.incident == row.id)).all()
        running = {clock.kind: clock for clock in rows if clock.state == ClockState.RUNNING}
        assert row.status in {Status.OPEN, Status.TAKEN} or running == {}
        stated = {clock.kind: clock.stated_at for clock in rows if clock.state == ClockState.DONE}
        draft = read_draft(db, self.scene.engine, row.submission)
        form = self.scene.engine.forms.get(draft.form) if draft is not None else None
        given = Filled(form, draft.answers, staff=True).values() if draft is not None and form is not None else {}
        facts = json.dumps([row.kind, row.danger, given, stated, row.received_at], default=str)
        for clock in running.values():
            before = self.clocks.get(clock.id)
            assert before is None or before.facts != facts or before.due_at <= clock.due_at
            self.clocks[clock.id] = Hours(facts, clock.due_at)
        owed = {one.kind: one.due_at for one in wanted(as_case(db, row), given, PLAN, stated) if one.kind not in stated}
        assert owed == {kind: running[kind].due_at for kind in owed if kind in running}


def _holder(row: Any, live: set[str]) -> None:
    held = row.taken_by is not None, row.taken_at is not None
    match row.status:
        case Status.INTAKE:
            assert held == (False, False)
        case Status.OPEN:
            assert (row.taken_by, row.taken_at, row.promise, row.promise_by, row.offered_to) == (None, None, "", None, None)
            assert live & {"ladder", "promise", "offer", "follow_up"} == {"ladder"}
        case Status.TAKEN:
            assert held == (True, True)
            assert ("ladder" in live, "follow_up" in live, "promise" in live) == (False, True, row.promise != "kept")
            assert ("offer" in live) is (row.offered_to is not None)
            assert row.offered_to != row.taken_by
        case Status.CLOSED:
            assert live == set()


def _moved(db: sa.Connection, row: Any) -> None:
    status = ""
    events = sa.select(INCIDENT_EVENT.c.kind).where(INCIDENT_EVENT.c.incident == row.id).order_by(INCIDENT_EVENT.c.id)
    for kind in db.execute(events).scalars():
        if kind in MOVES:
            assert status == MOVES[kind][0], kind
            status = MOVES[kind][1]
    assert status == row.status


def _closed(db: sa.Connection, row: Any) -> None:
    roles = sa.select(MEMBERSHIP.c.role).where(MEMBERSHIP.c.person == row.closed_by, MEMBERSHIP.c.unit == PLAN.division)
    assert set(db.execute(roles).scalars()) & {"duty_officer", "leader"}
    assert (row.closed_reason != "", row.closed_at is not None) == (True, True)


def _counts(db: sa.Connection) -> tuple[int, ...]:
    """How many rows there are of what a turn writes."""
    return tuple(
        db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in (INCIDENT, INCIDENT_EVENT, LETTER, TIMER)
    )


def test_whatever_happens_no_case_is_silent(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The rules and what must hold after each of them: CaseMachine."""
    files: SqliteFiles = request.getfixturevalue("_sqlite")
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    machine: Any = partial(CaseMachine, files, tmp_path)  # called for each example
    found = settings(max_examples=EXAMPLES, stateful_step_count=12, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(machine, settings=found)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_an_office_full_of_work_leaves_no_case_silent(request: pytest.FixtureRequest, tmp_path: Path, seed: int) -> None:
    """The same rules by dice: histories as long as hypothesis rarely makes them, so that cases are closed, opened again and handed on."""
    dice, machine = random.Random(seed), CaseMachine(request.getfixturevalue("_sqlite"), tmp_path)
    try:
        machine.begins(bool(seed % 2), "ctv", REPORTS[0])
        for _ in range(100):
            machine.anything(dice)
            machine.all_holds()
    finally:
        machine.teardown()
