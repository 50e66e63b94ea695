"""/tiendo, its sums, and the room after each date; on both engines."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import progress, upkeep
from bot.database import Database
from bot.training import ROOM_CHAT, WARD
from bot.vault import Vault
from handlers.progress import percent
from models.document import DOCUMENT
from models.expected import EXPECTED
from models.people import ROOM
from models.progress import Cell, Sign, Tally, total
from models.tables import METADATA
from models.timer import TIMER
from tests.bot.auditor.audited import administrator
from tests.bot.reports import SPRING, expected, handed_in, spring
from tests.driver import NO_BUTTONS, PLAN, Scene

MONDAY = datetime(2021, 5, 10, 1, 0, tzinfo=UTC)  # 8:00 in Hà Nội: the indicators' date passed at midnight
WARDS = [unit.id for unit in PLAN.units if unit.kind == "ward"]
SHORT = {unit.id: unit.short.vi for unit in PLAN.units}


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The indicators of Ngọc Lâm have been handed in, in time; nobody else's."""
    scene = await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await handed_in(scene)
    return scene


async def put(scene: Scene, unit: str, state: str, first_at: datetime | None) -> None:
    """As if it had been handed in then, and stood so."""
    where = EXPECTED.c.report == "bo_chi_tieu", EXPECTED.c.period == "6_thang_2021", EXPECTED.c.unit == unit
    change = sa.update(EXPECTED).where(*where).values(state=state, first_at=first_at, handed_at=first_at)
    await scene.db.run(lambda db: db.execute(change))


def names(units: list[str]) -> str:
    return ", ".join(SHORT[unit] for unit in units)


async def test_before_its_date_the_sums_are_so_far(scene: Scene) -> None:
    """Nothing of it is called missing yet."""
    seen = await scene.says("truc-a", "tiendo 9/5")
    assert seen[0].screen.splitlines() == [
        "📊 Báo cáo hạn hết ngày 9/5/2021, tính đến lúc này",
        "▪ Bộ chỉ tiêu, 6 tháng năm 2021",
        "   đã nộp 1/14 (7,1 %), đúng hạn 1 (7,1 %)",
        "   chưa nộp 13 · chờ chấp nhận 1",
        f"   Chưa nộp, còn hạn: {names([ward for ward in WARDS if ward != WARD])}",
    ]


async def test_after_its_date_the_division_reads_who_and_how(scene: Scene) -> None:
    """Late, missing and sent back by name; what was sent back is not handed in, whenever it came first."""
    scene.clock[0] = MONDAY + timedelta(days=2)
    late, back, *missing = [ward for ward in WARDS if ward != WARD]
    await put(scene, late, "accepted", MONDAY)
    await put(scene, back, "returned", SPRING)
    seen = await scene.says("lanh-dao", "/tiendo")
    assert seen[0].screen.splitlines() == [
        "📊 Báo cáo hạn hết ngày 9/5/2021",
        "▪ Bộ chỉ tiêu, 6 tháng năm 2021",
        "   đã nộp 2/14 (14,3 %), đúng hạn 1 (7,1 %)",
        "   nộp muộn 1 · chưa nộp 11 · trả lại 1 · chờ chấp nhận 1",
        f"   Chưa nộp: {names(missing)}",
        f"   Trả lại, chưa nộp lại: {SHORT[back]}",
        f"   Nộp muộn: {SHORT[late]}",
    ]


async def test_a_ward_reads_its_own_line_and_the_sums(scene: Scene) -> None:
    """No other ward by name, and no picture of all of them."""
    scene.clock[0] = MONDAY
    seen = await scene.says("phuong", "tiến độ")
    assert seen[0].screen.splitlines() == [
        "📊 Báo cáo hạn hết ngày 9/5/2021",
        "▪ Bộ chỉ tiêu, 6 tháng năm 2021",
        "   đã nộp 1/14 (7,1 %), đúng hạn 1 (7,1 %)",
        "   chưa nộp 13 · chờ chấp nhận 1",
        "   Ngọc Lâm: đã nộp đúng hạn",
    ]
    text = "\n".join(letter.screen for letter in seen)
    assert [ward for ward in WARDS if ward != WARD and SHORT[ward] in text] == []
    assert await scene.rows(DOCUMENT) == []


async def test_what_the_division_itself_owes_is_not_shown_unasked(scene: Scene) -> None:
    """Its own report to the city was due last; what the wards owe it is what it asks about."""
    scene.clock[0] = datetime(2021, 7, 30, 2, 0, tzinfo=UTC)
    assert (await scene.says("truc-a", "tiendo"))[0].screen.startswith("📊 Báo cáo hạn hết ngày 5/7/2021\n▪ Tháng hành động, năm 2021")
    own = (await scene.says("truc-a", "tiendo 19/7"))[0].screen
    assert "▪ Tháng hành động (quận gửi TP), năm 2021\n   đã nộp 0/1 (0 %)" in own
    assert "19/7/2021" not in "".join(seen.screen for seen in await scene.says("phuong", "tiendo"))


async def test_another_date_is_chosen_by_typing(scene: Scene) -> None:
    """As it stands in the list of other dates; of a day without a report the list alone is shown."""
    offered = (await scene.says("truc-a", "tiendo 1/1"))[0].screen.splitlines()
    assert offered == ["Ngày đó không có báo cáo nào đến hạn. Anh/chị chọn một trong các ngày sau:", *offered[1:]]
    assert "• 9/5/2021 (1/14): /tiendo 9/5/2021" in offered
    assert (await scene.says("truc-a", "tiendo 9/5/2021"))[0].screen.startswith("📊 Báo cáo hạn hết ngày 9/5/2021")


async def test_the_picture_comes_after_the_text(scene: Scene) -> None:
    """To whoever asked, of the date that they read of."""
    await scene.says("truc-a", "tiendo 9/5")
    (wanted,) = await scene.rows(DOCUMENT)
    assert (wanted.kind, wanted.data, wanted.unit, wanted.person is not None) == ("progress", {"due": "2021-05-09"}, "", True)


async def test_a_collaborator_is_told_nothing(scene: Scene) -> None:
    """Neither by the command nor by a choice that somebody else was given."""
    assert (await scene.says("ctv", "/tiendo"))[0].screen.startswith("Vai trò của anh/chị")
    assert (await scene.presses_data("ctv", "0.progress:20210509"))[0].screen.startswith("Vai trò của anh/chị")
    assert await scene.rows(DOCUMENT) == []


# --- the room -----------------------------------------------------------------------------------------------------------


async def on_duty(scene: Scene) -> None:
    await scene.db.run(administrator)
    await scene.db.run(partial(upkeep.stay_on_duty, engine=scene.engine))


async def told(scene: Scene) -> list[str]:
    return [seen.text for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "progress"]


async def test_the_room_is_told_once_on_the_next_working_morning(scene: Scene) -> None:
    """The date passed in the night to Monday; on Tuesday nothing is new."""
    await on_duty(scene)
    await scene.passes(seconds=(MONDAY - scene.clock[0]).total_seconds() - 60)
    assert (await told(scene), await scene.rows(DOCUMENT)) == ([], [])
    await scene.passes(minutes=2)
    assert [text.splitlines() for text in await told(scene)] == [
        [
            "📊 Báo cáo đã hết hạn nộp:",
            "▪ Bộ chỉ tiêu, 6 tháng năm 2021",
            "   đã nộp 1/14 (7,1 %), đúng hạn 1 (7,1 %)",
            "   chưa nộp 13 · chờ chấp nhận 1",
        ]
    ]
    (wanted,) = await scene.rows(DOCUMENT)
    assert (wanted.kind, wanted.data, wanted.unit, wanted.person) == ("progress", {"due": "2021-05-09"}, PLAN.division, None)
    await scene.passes(days=2)
    assert (len(await told(scene)), len(await scene.rows(DOCUMENT))) == (1, 1)


async def test_the_timer_is_set_once(scene: Scene) -> None:
    """However often the service looks whether it is."""
    await on_duty(scene)
    await scene.db.run(partial(upkeep.stay_on_duty, engine=scene.engine))
    rows = await scene.rows(TIMER, TIMER.c.kind == "progress")
    assert [(row.subject, row.fired_at, row.due_at) for row in rows] == [(PLAN.division, None, SPRING.replace(day=6, hour=1))]


async def test_without_a_room_the_leaders_are_told(scene: Scene) -> None:
    """The sums alone: a picture goes to a room or to whoever asks."""
    await on_duty(scene)
    await scene.db.run(lambda db: db.execute(sa.update(ROOM).values(unbound_at=SPRING)))
    await scene.passes(seconds=(MONDAY - scene.clock[0]).total_seconds() + 60)
    texts = [seen.text for seen in await scene.letters("lanh-dao") if seen.row.purpose == "progress"]
    assert [text.splitlines()[2] for text in texts] == ["   đã nộp 1/14 (7,1 %), đúng hạn 1 (7,1 %)"]
    assert (await told(scene), await scene.rows(DOCUMENT)) == ([], [])


async def test_after_an_outage_every_date_is_told_at_once(scene: Scene) -> None:
    """What passed on the way is in one letter, the picture goes up to the newest."""
    await on_duty(scene)
    scene.clock[0] = datetime(2021, 7, 30, 2, 0, tzinfo=UTC)
    await scene.passes(seconds=1)
    (text,) = await told(scene)
    assert [line for line in text.splitlines() if line.startswith("▪")] == [
        "▪ Bộ chỉ tiêu, 6 tháng năm 2021", "▪ Tháng hành động, năm 2021", "▪ Tháng hành động (quận gửi TP), năm 2021",
    ]  # fmt: skip
    assert [row.data for row in await scene.rows(DOCUMENT)] == [{"due": "2021-07-19"}]


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(0, 0, "–"), (0, 9, "0 %"), (6, 7, "85,7 %"), (1999, 2000, "99,9 %"), (1, 3000, "0,1 %"), (5, 5, "100 %")]
)
def test_a_rate_is_whole_only_of_all(part: int, whole: int, shown: str) -> None:
    """One that is missing of many is never rounded away."""
    assert percent(part, whole) == shown


# --- counting by hand ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def memory() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as db:
        yield db


MOMENTS = st.integers(-30, 30).map(lambda days: SPRING + timedelta(days=days))
ROW = st.tuples(
    st.sampled_from(["owed", "handed_in", "accepted", "returned", "dropped"]), st.none() | MOMENTS, MOMENTS, MOMENTS,
    st.sampled_from(["bo_chi_tieu", "ke_hoach", "request"]), st.sampled_from(WARDS),
)  # fmt: skip


def insert(db: sa.Connection, rows: list[Any]) -> list[dict[str, Any]]:
    db.execute(sa.delete(EXPECTED))
    kept = {}
    for state, first_at, due_at, opens_at, report, unit in rows:
        first = (first_at or SPRING) if state in {"handed_in", "accepted"} else first_at
        kept[report, unit] = {"state": state, "first_at": first, "due_at": due_at, "opens_at": opens_at, "report": report, "unit": unit}
    for number, row in enumerate(kept.values(), 1):
        rest = {"id": str(number), "number": number, "plan": "p", "period": "x", "recipient": "", "due_day": "", "rule": "on"}
        db.execute(sa.insert(EXPECTED).values(**rest, **row, expires_at=SPRING, zero=False, as_of="", reminders=0, created_at=SPRING))
    return [row for row in kept.values() if row["state"] != "dropped" and row["opens_at"] <= SPRING]


def by_hand(rows: list[dict[str, Any]]) -> Tally:
    stand = [row for row in rows if row["state"] in {"handed_in", "accepted"}]
    return Tally(
        len(rows), len(stand), sum(row["first_at"] < row["due_at"] for row in stand), sum(row["state"] == "handed_in" for row in stand),
        sum(row["state"] == "returned" for row in rows),
    )  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(rows=st.lists(ROW, max_size=25))
def test_the_sums_are_those_of_a_count_by_hand(memory: sa.Connection, rows: list[Any]) -> None:
    """By report, by unit and by cell; and none exceeds what was expected."""
    live = insert(memory, rows)
    columns = progress.columns(memory, PLAN, SPRING, PLAN.zone)
    assert {column.report: column.tally for column in columns} == {
        report: by_hand([row for row in live if row["report"] == report]) for report in {row["report"] for row in live}
    }
    passed = [row for row in live if row["due_at"] <= SPRING]
    units = progress.by_unit(memory, SPRING, None)
    assert units == {unit: by_hand([row for row in passed if row["unit"] == unit]) for unit in {row["unit"] for row in passed}}
    for tally in (*units.values(), *(column.tally for column in columns), total(units.values())):
        assert 0 <= tally.on_time <= tally.reported <= tally.expected
        assert tally.reported + tally.returned + tally.missing == tally.expected
        assert tally.unseen <= tally.reported
    cells = progress.cells(memory, SPRING, columns, None)
    signs = {sign: sum(cell.sign is sign for cell in cells) for sign in Sign}
    whole = total(column.tally for column in columns)
    assert (len(cells), signs[Sign.ON_TIME], signs[Sign.LATE], signs[Sign.RETURNED]) == (
        whole.expected, whole.on_time, whole.late, whole.returned,
    )  # fmt: skip
    assert signs[Sign.MISSING] + signs[Sign.WAITS] == whole.missing
    own = progress.cells(memory, SPRING, columns, (WARD,))
    assert sorted(own, key=str) == sorted((cell for cell in cells if cell.unit == WARD), key=str)
    memory.rollback()


async def test_the_row_of_another_ward_is_not_read_for_a_ward(scene: Scene) -> None:
    """Not even by the database."""
    columns = await scene.db.run(lambda db: progress.columns(db, PLAN, scene.clock[0], PLAN.zone))
    shown = [column for column in columns if column.report == "bo_chi_tieu"]
    own = await scene.db.run(lambda db: progress.cells(db, scene.clock[0], shown, (WARD,)))
    assert own == (Cell("bo_chi_tieu", "6_thang_2021", WARD, Sign.ON_TIME),)
    assert (await expected(scene)).unit == WARD


def test_years_that_are_over_are_not_read(memory: sa.Connection) -> None:
    """Every statement finds its rows by the due date, however many others there are."""
    insert(memory, [])
    old = [
        {"id": f"o{number}", "number": number, "plan": "p", "report": f"r{number % 8}", "unit": f"w{number // 8}", "period": "x", "recipient": "",
         "due_day": "", "rule": "on", "state": "accepted", "due_at": SPRING - timedelta(days=400 + number), "opens_at": SPRING - timedelta(days=5000),
         "expires_at": SPRING, "zero": False, "as_of": "", "reminders": 0, "created_at": SPRING}
        for number in range(3000)
    ]  # fmt: skip
    memory.execute(sa.insert(EXPECTED), old)
    memory.execute(sa.text("ANALYZE expected_report"))
    span = {"since": SPRING - progress.YEAR, "until": SPRING + progress.YEAR, "now": SPRING}
    plans = []
    for statement in (progress.BY_REPORT, progress.BY_UNIT, progress.CELLS):
        sent = list[tuple[str, Any]]()
        sa.event.listen(memory, "before_cursor_execute", lambda *given, sent=sent: sent.append(given[2:4]), once=True)
        memory.execute(statement, span).all()
        explained = memory.exec_driver_sql("EXPLAIN QUERY PLAN " + sent[0][0], sent[0][1])
        plans.append(next(row[3] for row in explained))
    assert ["expected_report_due" in plan for plan in plans] == [True, True, True]
    memory.rollback()
