"""The morning's reconciliation: who holds what, and that every number that was given is a case that stands somewhere. On both engines."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import reconciling, upkeep
from bot.database import Database
from bot.training import ROOM_CHAT
from bot.vault import Vault
from models.clock import CASE_CLOCK
from models.incident import INCIDENT
from models.people import ROOM
from models.service import COUNTER
from models.tables import METADATA
from models.timer import TIMER
from tests.bot.auditor.audited import administrator
from tests.driver import NO_BUTTONS, START, WEB, Scene

MORNING = START + timedelta(hours=21, minutes=30)  # Tuesday 7:30 in Hà Nội


async def on_duty(scene: Scene) -> Scene:
    await scene.db.run(administrator)
    await scene.db.run(partial(upkeep.stay_on_duty, engine=scene.engine))
    return scene


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await on_duty(await Scene.open(db, vault))


async def told(scene: Scene, chat: str = ROOM_CHAT) -> list[str]:
    return [seen.screen for seen in await scene.letters(chat) if seen.row.purpose == "reconcile"]


async def reports(scene: Scene, sender: str = "ctv") -> None:
    await scene.says(sender, "báo cáo")
    if sender == "ctv":
        await scene.says(sender, "đang nguy hiểm")
        await scene.says(sender, "huỷ")
        await scene.says(sender, "1")
        return
    await scene.says(sender, "đang nguy hiểm")


async def until_morning(scene: Scene, days: int = 0) -> None:
    await scene.passes(seconds=(MORNING + timedelta(days=days) - scene.clock[0]).total_seconds())


async def test_each_morning_the_room_reads_how_it_stands(scene: Scene) -> None:
    """At 7:30 of the plan's clock, once, and again the next day."""
    await until_morning(scene)
    assert await told(scene) == [
        """📋 Đối soát 07:30 24/11
Từ trước đến nay: nhận 0 = đã đóng 0 + đang mở 0
24 giờ qua: nhận 0 = đã đóng 0 + đang mở 0
Không có vụ việc nào đang mở."""
    ]
    await scene.passes(hours=23, minutes=59)
    assert len(await told(scene)) == 1
    await scene.passes(minutes=1)
    assert [text.splitlines()[0] for text in await told(scene)] == ["📋 Đối soát 07:30 24/11", "📋 Đối soát 07:30 25/11"]


@pytest.mark.parametrize("buttons", [True, False])
async def test_the_whole_of_it(db: Database, vault: Vault, buttons: bool) -> None:
    """Nobody's cases first, who holds the others, the oldest, what the law wanted by now; the same words with buttons and without."""
    scene = await on_duty(await Scene.open(db, vault, capabilities=WEB if buttons else NO_BUTTONS))
    await reports(scene)
    await scene.passes(days=2)
    await reports(scene)
    await reports(scene)
    await scene.says("truc-a", "nhận 1")
    await scene.says("truc-a", "hứa 1 30 phút")
    await scene.says("truc-a", "xong 1")
    await scene.says("truc-b", "nhận 2")
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).where(INCIDENT.c.number == 2).values(status="closed")))
    await scene.db.run(lambda db: db.execute(sa.delete(CASE_CLOCK).where(CASE_CLOCK.c.kind != "emergency")))
    await scene.db.run(lambda db: db.execute(sa.delete(TIMER).where(TIMER.c.kind == "clock")))
    await until_morning(scene, days=2)
    assert (await told(scene))[-1] == (
        """📋 Đối soát 07:30 26/11
Từ trước đến nay: nhận 3 = đã đóng 1 + đang mở 2 (chưa ai nhận 1, đang xử lý 1)
24 giờ qua: nhận 2 = đã đóng 1 + đang mở 1 (chưa ai nhận 1)
Nguồn (24 giờ qua): cộng tác viên 3 (2)
⏰ Quá hạn theo luật: 2
• VV-2026-0001: Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly
• VV-2026-0003: Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly
Lâu nhất: VV-2026-0001, từ 10:00 23/11
• 🔴 VV-2026-0003 · chưa ai nhận
• 🔴 VV-2026-0001 · Cán bộ trực A
Xem tất cả, gõ: /vuviec"""
    )


async def test_sources_are_told_apart(scene: Scene) -> None:
    """Collaborators, citizens, children, and what an officer wrote down."""
    for place, (source, came_by) in enumerate((("collaborator", "chat"), ("citizen", "chat"), ("child", "chat"), ("citizen", "phone"))):
        await reports(scene)
        row = INCIDENT.c.number == place + 1
        await scene.db.run(
            lambda db, row=row, source=source, came_by=came_by: db.execute(  # type: ignore[misc]
                sa.update(INCIDENT).where(row).values(source=source, came_by=came_by)
            )
        )
    await until_morning(scene)
    assert "Nguồn (24 giờ qua): cộng tác viên 1 (1) · người dân 1 (1) · trẻ em 1 (1) · cán bộ ghi 1 (1)" in (await told(scene))[-1]


async def test_a_restricted_case_is_counted_and_never_named(scene: Scene) -> None:
    """The room learns how many there are, and no code."""
    await reports(scene)
    await reports(scene)
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).where(INCIDENT.c.number == 1).values(restricted=True)))
    await until_morning(scene, days=1)
    text = (await told(scene))[-1]
    assert ("VV-2026-0001" in text, "VV-2026-0002" in text, "Vụ riêng của lãnh đạo, đang mở: 1" in text) == (False, True, True)
    assert "nhận 2 = đã đóng 0 + đang mở 2" in text


async def test_a_restricted_case_alone_is_still_an_open_one(scene: Scene) -> None:
    """Nobody reads that no case is open under the line that counts it."""
    await reports(scene)
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).values(restricted=True)))
    await until_morning(scene)
    text = (await told(scene))[-1]
    assert ("Vụ riêng của lãnh đạo, đang mở: 1" in text, "Không có vụ việc nào đang mở" in text) == (True, False)


async def test_an_exercise_is_no_case(scene: Scene) -> None:
    """Neither received nor open, and the numbers still balance."""
    await reports(scene)
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).values(drill=True)))
    await until_morning(scene)
    assert "nhận 0 = đã đóng 0 + đang mở 0" in (await told(scene))[-1]
    assert "KHÔNG KHỚP" not in (await told(scene))[-1]


async def test_a_case_that_is_gone_is_seen(scene: Scene) -> None:
    """A number was given and its case is not there: the room reads it, administrators are told at once."""
    await reports(scene)
    await reports(scene)
    await scene.db.run(lambda db: db.execute(sa.delete(INCIDENT).where(INCIDENT.c.number == 1)))
    await until_morning(scene)
    line = "⚠ SỐ LIỆU KHÔNG KHỚP: đã nhận 2 vụ, chỉ thấy 1. Quản trị viên được báo."
    assert line in (await told(scene))[-1]
    assert await told(scene, "quan-tri") == [f"{line}\nXin kiểm tra cơ sở dữ liệu và bản sao lưu trước khi thay đổi gì khác."]


async def test_fifteen_cases_by_name_then_a_number(scene: Scene) -> None:
    """It fits a small screen and every messenger."""
    await scene.passes(hours=21)  # else each of them is called until then
    for _ in range(18):
        await reports(scene)
    await until_morning(scene)
    text = (await told(scene))[-1]
    assert (text.count("• 🔴"), "và 3 vụ khác" in text, len(text) < 1500) == (15, True, True)


async def test_without_a_room_the_leaders_read_it_privately(scene: Scene) -> None:
    """Nobody else."""
    await scene.db.run(lambda db: db.execute(sa.update(ROOM).values(unbound_at=START)))
    await until_morning(scene)
    assert [len(await told(scene, chat)) for chat in (ROOM_CHAT, "lanh-dao", "truc-a")] == [0, 1, 0]


async def test_after_an_outage_of_days_it_speaks_once(scene: Scene) -> None:
    """Of how things stand then; the mornings in between are over."""
    scene.clock[0] += timedelta(days=3, hours=5)
    await scene.passes(seconds=1)
    assert [text.splitlines()[0] for text in await told(scene)] == ["📋 Đối soát 15:00 26/11"]
    await scene.passes(hours=17)
    assert [text.splitlines()[0] for text in await told(scene)][1:] == ["📋 Đối soát 07:30 27/11"]


async def test_before_the_service_is_on_duty_nothing_is_reconciled(db: Database, vault: Vault) -> None:
    """Nobody reads it."""
    scene = await Scene.open(db, vault, seeded=False)
    await scene.db.run(partial(upkeep.stay_on_duty, engine=scene.engine))
    assert await scene.passes(days=2) == 0


# --- whatever happens ---------------------------------------------------------------------------------------------------------


MOVES = st.sampled_from(("opened", "alerted", "taken", "released", "closed", "reopened", "drill", "restricted"))
AFTER = {
    "alerted": ("intake", "open"), "taken": ("open", "taken"), "released": ("taken", "open"), "closed": ("taken", "closed"),
    "reopened": ("closed", "open"),
}  # fmt: skip


@pytest.fixture(scope="module")
def memory() -> Iterator[sa.Connection]:
    """A database that each example empties."""
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def moves(db: sa.Connection, move: str, pick: int, hours: int) -> None:
    """One of the table of moves, to some case that it fits, if there is one."""
    if move in {"opened", "drill"}:
        number = 1 + (db.execute(sa.select(COUNTER.c.value)).scalar() or 0)
        db.execute(sa.delete(COUNTER))
        db.execute(sa.insert(COUNTER).values(name="incident-2026", value=number))
        flags = dict.fromkeys(("restricted", "misdial", "unfinished", "bundled"), False)
        words = dict.fromkeys(("danger", "kind", "type", "ward", "called", "contact"), "")
        db.execute(
            sa.insert(INCIDENT).values(
                id=f"{number:032x}", year=2026, number=number, submission="s", conversation="c", status="intake", severity="khan_cap",
                source=("collaborator", "citizen", "child")[pick % 3], came_by=("chat", "phone")[pick % 2], drill=move == "drill",
                received_at=START - timedelta(hours=hours), **words, **flags,
            )
        )  # fmt: skip
        return
    leaves = AFTER[move][0] if move in AFTER else None
    ids = db.execute(sa.select(INCIDENT.c.id).where(INCIDENT.c.status == leaves if leaves else sa.true())).scalars().all()
    if ids:
        values = {"restricted": True} if leaves is None else {"status": AFTER[move][1]}
        db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == ids[pick % len(ids)]).values(values))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120)
@given(history=st.lists(st.tuples(MOVES, st.integers(0, 50), st.integers(0, 72)), max_size=40))
def test_whatever_happens_to_cases_it_balances(memory: sa.Connection, history: list[tuple[str, int, int]]) -> None:
    """All numbers say the same: received is closed and open, by state and by source, ever and since yesterday."""
    for table in (INCIDENT, COUNTER):
        memory.execute(sa.delete(table))
    for move, pick, hours in history:
        moves(memory, move, pick, hours)
    found = reconciling.read(memory, START)
    opened = sum(move == "opened" for move, *_ in history)
    assert (found.balances, found.received, sum(found.ever.values()), sum(found.sources.values())) == (True, opened, opened, opened)
    assert sum(found.day.values()) == sum(found.sources_today.values()) <= opened
    live = opened - found.ever.get("closed", 0)
    assert len(found.cases) == min(live - found.restricted, reconciling.LINES)
    if found.ever:
        gone = sa.select(INCIDENT.c.id).where(INCIDENT.c.drill.is_(False)).limit(1).scalar_subquery()
        memory.execute(sa.delete(INCIDENT).where(INCIDENT.c.id == gone))
        assert not reconciling.read(memory, START).balances
    memory.rollback()
