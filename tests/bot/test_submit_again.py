"""Handing in when things go otherwise: two officers at one draft, a figure with two doubts, nothing after figures, a large table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.documents import reading, template
from bot.expected_rows import AS_HANDED_IN
from bot.gather.reports import _NAMED_BY
from bot.vault import Vault
from models.expected import EXPECTED
from models.submission import ANSWER
from models.tables import METADATA
from tests.bot.cases import told
from tests.bot.reports import FIGURES, expected, fill, handed_in, spring
from tests.bot.test_submit import count, join, last
from tests.driver import NO_BUTTONS, Scene

AUGUST = datetime(2021, 8, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))


async def test_only_what_was_looked_at_is_handed_in(scene: Scene) -> None:
    """A colleague has changed a figure since the review was shown: it is shown once more, and then it counts (rule 5)."""
    await join(scene, "phuong-2")
    await fill(scene)
    for said in (f"nop {(await expected(scene)).number}", "Sửa: Kinh phí", "10 3"):
        await scene.says("phuong-2", said)
    seen = last(await scene.says("phuong", "gui")).splitlines()
    assert (seen[0], "• Kinh phí: ngân sách 10; xã hội hóa 3" in seen) == (
        "Câu trả lời đã thay đổi từ lúc anh/chị xem. Anh/chị xem lại giúp.",
        True,
    )
    assert (await expected(scene)).state == "owed"
    assert last(await scene.says("phuong", "gui")).startswith("✅ ĐÃ NỘP")


async def test_a_bare_number_is_no_reason(scene: Scene) -> None:
    """It is rather the figure put right: kept as a reason, the wrong figure would stand."""
    await handed_in(scene)
    scene.clock[0] = AUGUST
    for typed in (f"nop {(await expected(scene, period='9_thang_2021')).number}", "1", "240 121 119"):
        await scene.says("phuong", typed)
    assert "Mục “tổng số”: kỳ này 240" in last(await scene.says("phuong", "140"))
    assert await count(scene, ANSWER.c.question == "tong_tre_em.why") == 0


async def test_a_reason_answers_everything_that_was_said_about_its_figure(scene: Scene) -> None:
    """Far from the period before and below the cases of the service: both are told before one reason is asked for."""
    await fill(scene, figures=(*FIGURES[:5], "40 30 1", *FIGURES[6:]))
    await scene.says("phuong", "gui")
    for _ in range(12):
        await told(scene, ward="ngoc_lam")
    scene.clock[0] = AUGUST
    await scene.says("phuong", f"nop {(await expected(scene, period='9_thang_2021')).number}")
    for said in ("1", *FIGURES[:5], "40 5 1"):
        seen = await scene.says("phuong", said)
    assert last(seen).splitlines()[:3] == [
        "Mục “số vụ”: kỳ này 5, kỳ trước (6 tháng năm 2021) là 30.",
        "Mục “số vụ”: anh/chị ghi 5, hệ thống đã nhận 12 trong kỳ.",
        "Nếu số đó đúng, anh/chị cho biết vì sao, vài chữ thôi.",
    ]


async def nothing_after_figures(scene: Scene) -> None:
    """The figures of the Month of Action are typed, then it is stated that there was nothing."""
    scene.clock[0] = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)
    await scene.says("phuong", f"nop {(await expected(scene, 'thang_hanh_dong', 'nam_2021')).number}")
    for said in ("1", "4 120 110 30 600", *("quay lại",) * 6, "trong kỳ không có", "đúng"):
        seen = await scene.says("phuong", said)
    assert last(seen).startswith("✅ ĐÃ NỘP")


async def test_a_zero_report_brings_no_figures(scene: Scene) -> None:
    """What was typed before it stays in the draft and enters no sum."""
    await nothing_after_figures(scene)
    found = await scene.db.run(lambda db: reading.read(db, scene.engine, {"due": "2021-07-05"}, scene.clock[0]))
    line = next(line for line in found.parts[0].lines if line.unit == "ngoc_lam")
    assert (line.zero, line.values) == (True, {})


async def test_one_whose_day_stayed_is_put_together_with_the_others(scene: Scene) -> None:
    """The plan moved the day to an earlier one after a ward had handed in: that ward keeps its own, and stands in the same workbook."""
    await handed_in(scene)
    later = {"due_day": "2021-05-12", "due_at": datetime(2021, 5, 11, 17, 0, tzinfo=UTC)}
    row = await expected(scene)
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(EXPECTED.c.id == row.id).values(**later)))
    for due in ("2021-05-10", "2021-05-12"):
        found = await scene.db.run(lambda db, due=due: reading.read(db, scene.engine, {"due": due}, scene.clock[0]))  # type: ignore[misc]
        assert [(len(part.lines), len(part.of(reading.ON_TIME))) for part in found.parts] == [(14, 1)]


async def test_the_spreadsheet_shows_the_period_before_as_it_was_handed_in(scene: Scene) -> None:
    """As the chat does: a correction that is still being typed is no figure of that report."""
    await handed_in(scene)
    scene.clock[0] += timedelta(minutes=1)
    for said in (f"nop {(await expected(scene)).number}", "Sửa: Kinh phí", "10 3"):
        await scene.says("phuong", said)
    nine = await expected(scene, period="9_thang_2021")
    sheet = await scene.db.run(lambda db: template.read(db, scene.engine, {"expected": nine.id}, scene.clock[0]))
    assert sheet.before["kinh_phi_ngan_sach"] == 12.5


def test_no_statement_reads_all_reports_for_an_answer_or_a_file() -> None:
    """The report of a submission is found by its key, however many there are: /tonghop asks for it once an answer."""
    memory = sa.create_engine("sqlite://")
    METADATA.create_all(memory)
    with memory.connect() as db:
        plans = [explained(db, sa.select(ANSWER).where(AS_HANDED_IN)), explained(db, _NAMED_BY["file"], named="a")]
    assert [step for plan in plans for step in plan if step.startswith("SCAN") and not step.startswith("SCAN answer")] == []


def explained(db: sa.Connection, statement: Any, **given: str) -> list[str]:
    sent = list[tuple[str, Any]]()
    sa.event.listen(db, "before_cursor_execute", lambda *seen: sent.append(seen[2:4]), once=True)
    db.execute(statement, given)
    return [row[3] for row in db.exec_driver_sql("EXPLAIN QUERY PLAN " + sent[0][0], sent[0][1])]


async def test_what_goes_out_of_the_service_can_be_put_right_by_its_office(scene: Scene) -> None:
    """Nobody here could send it back; it was on time when it was first handed in, whatever is corrected later."""
    scene.clock[0] = datetime(2021, 7, 12, 2, 0, tzinfo=UTC)
    own = "thang_hanh_dong_quan", "nam_2021", scene.engine.plan.division
    number = (await expected(scene, *own)).number
    for said in (f"nop {number}", "1", "21/BC-UBND", "Da phat dong", "bo qua", "bo qua", "hom nay"):
        await scene.says("lanh-dao", said)
    assert last(await scene.says("lanh-dao", "gui")).startswith("✅ ĐÃ NỘP")
    scene.clock[0] += timedelta(days=12)
    for said in (f"nop {number}", "Sửa: Văn bản số", "22/BC-UBND", "giữ nguyên"):
        seen = last(await scene.says("lanh-dao", said))
    assert "22/BC-UBND" in seen
    assert last(await scene.says("lanh-dao", "gui")).startswith("✅ ĐÃ NỘP LẠI")
    row = await expected(scene, *own)
    assert (row.state, row.first_at < row.due_at < row.handed_at) == ("accepted", True)
