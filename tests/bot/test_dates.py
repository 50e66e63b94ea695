"""/hanbaocao: the dates ahead, of a ward, of the division and of both at once; on the real turn and both databases."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot import expected_rows
from bot.database import Database
from bot.vault import Vault
from handlers.commands import find
from handlers.reading.folding import fold
from handlers.reply import WORDS
from models.expected import EXPECTED
from models.facts import Role
from models.ids import new_id
from models.people import ACCOUNT, MEMBERSHIP
from tests.driver import NO_BUTTONS, ROOT, Scene

APRIL = datetime(2021, 4, 26, 3, 0, tzinfo=UTC)  # Monday 10:00 in Hà Nội
WARD, OTHER = "ngoc_lam", "bo_de"
GUIDE = (ROOT / "docs/huong-dan-phuong.md").read_text(encoding="utf-8")


async def scene(db: Database, vault: Vault, at: datetime = APRIL, **more: Any) -> Scene:
    """The training room with the plan's reports. They were asked for in March, when nothing was locked yet."""
    room = await Scene.open(db, vault, **more)
    room.clock[0] = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
    await db.run(lambda connection: expected_rows.ensure(connection, room.engine))
    room.clock[0] = at
    return room


async def put(room: Scene, report: str, period: str, unit: str = WARD, **values: Any) -> int:
    """Set what a row holds; returns its number."""
    same = EXPECTED.c.report == report, EXPECTED.c.period == period, EXPECTED.c.unit == unit

    def change(db: sa.Connection) -> int:
        if values:
            db.execute(sa.update(EXPECTED).where(*same).values(**values))
        return int(db.execute(sa.select(EXPECTED.c.number).where(*same)).scalar_one())

    return await room.db.run(change)


def _joined(db: sa.Connection, actor: str, role: Role, unit: str) -> None:
    person = db.execute(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.external_id == actor)).scalar_one()
    db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=APRIL))


async def asked(room: Scene, actor: str, text: str = "/hanbaocao") -> str:
    (answer,) = await room.says(actor, text)
    return answer.screen


async def test_a_ward_sees_its_whole_year_late_ones_first(db: Database, vault: Vault) -> None:
    """What is late stands first; what cannot be handed in yet says from when."""
    room = await scene(db, vault)
    plan, half = await put(room, "ke_hoach", "nam_2021"), await put(room, "bo_chi_tieu", "6_thang_2021")
    lines = (await asked(room, "phuong")).splitlines()
    assert lines[:5] == [
        "Các hạn báo cáo của Ngọc Lâm:",
        f"• Kế hoạch của phường, năm 2021 (BC-{plan})",
        "   hạn 14/3/2021, đã quá 43 ngày · chưa nộp",
        f"• Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{half})",
        "   hạn hết ngày 9/5/2021, còn 13 ngày · chưa nộp",
    ]
    assert [line for line in lines[5:] if line.startswith("   ")] == [
        "   hạn hết ngày 5/7/2021, còn 70 ngày · nộp được từ Thứ Năm 6/5/2021",
        "   hạn hết ngày 9/8/2021, còn 105 ngày · nộp được từ Thứ Sáu 11/6/2021",
        "   hạn hết ngày 10/8/2021, còn 106 ngày · nộp được từ Thứ Sáu 11/6/2021",
        "   hạn hết ngày 9/11/2021, còn 197 ngày · nộp được từ Thứ Bảy 11/9/2021",
        "   hạn hết ngày 10/11/2021, còn 198 ngày · nộp được từ Thứ Bảy 11/9/2021",
    ]
    assert lines[-1] == "Để nộp, gõ: /nopbaocao"


async def test_every_state_is_told_as_it_is(db: Database, vault: Vault) -> None:
    """Handed in on time and late, accepted, sent back, begun; what was handed in needs no countdown, and behind its date it is done."""
    room = await scene(db, vault)
    early: dict[str, Any] = {"first_at": APRIL, "handed_at": APRIL}
    await put(room, "ke_hoach", "nam_2021", state="handed_in", **early)
    await put(room, "bo_chi_tieu", "6_thang_2021", submission=new_id())
    await put(room, "thang_hanh_dong", "nam_2021", state="handed_in", **early)
    await put(room, "bo_chi_tieu", "9_thang_2021", state="accepted", **early)
    await put(room, "hoat_dong_he", "nam_2021", state="returned", opens_at=APRIL, **early)
    await put(room, "bo_chi_tieu", "nam_2021", state="handed_in", due_at=APRIL + timedelta(days=1), first_at=APRIL + timedelta(days=2))
    await put(room, "phuong_phu_hop", "nam_2021", state="dropped")
    found = [line for line in (await asked(room, "phuong")).splitlines() if line.startswith("   ")]
    assert found == [
        "   hạn hết ngày 27/4/2021 · đã nộp, trễ hạn",
        "   hạn hết ngày 9/5/2021, còn 13 ngày · đang làm dở, chưa nộp",
        "   hạn hết ngày 5/7/2021 · đã nộp, đúng hạn",
        "   hạn hết ngày 9/8/2021 · đã được chấp nhận",
        "   hạn hết ngày 10/8/2021, còn 106 ngày · bị trả lại, cần sửa",
    ]


async def test_a_locked_report_says_whom_to_ask(db: Database, vault: Vault) -> None:
    """And one that was opened again says until when."""
    room = await scene(db, vault, datetime(2021, 6, 1, 3, 0, tzinfo=UTC))
    locked = [line for line in (await asked(room, "phuong")).splitlines() if line.startswith("   hạn 14/3")]
    assert locked == ["   hạn 14/3/2021, đã quá 79 ngày · đã khoá, anh/chị gọi Phòng giúp"]
    await put(room, "ke_hoach", "nam_2021", unlocked_until=datetime(2021, 6, 4, 17, 0, tzinfo=UTC))
    opened = [line for line in (await asked(room, "phuong")).splitlines() if line.startswith("   hạn 14/3")]
    assert opened == ["   hạn 14/3/2021, đã quá 79 ngày · được mở lại đến hết Thứ Sáu 4/6/2021"]


async def test_the_last_second_of_the_last_day_is_not_late(db: Database, vault: Vault) -> None:
    """At midnight it is."""
    room = await scene(db, vault, datetime(2021, 5, 9, 16, 59, 59, tzinfo=UTC))
    assert "   hạn hết hôm nay · chưa nộp" in (await asked(room, "phuong")).splitlines()
    room.clock[0] += timedelta(seconds=1)
    assert "   hạn 9/5/2021, đã quá 1 ngày · chưa nộp" in (await asked(room, "phuong")).splitlines()


async def test_the_division_sees_counts_of_all_wards_and_its_own_duty(db: Database, vault: Vault) -> None:
    """No ward is named; what was sent back does not count as handed in."""
    room = await scene(db, vault)
    for unit, state in ((WARD, "handed_in"), (OTHER, "accepted"), ("gia_thuy", "returned")):
        await put(room, "bo_chi_tieu", "6_thang_2021", unit, state=state, first_at=APRIL, handed_at=APRIL)
    await put(room, "bo_chi_tieu", "6_thang_2021", "long_bien", state="dropped")
    own = await put(room, "thang_hanh_dong_quan", "nam_2021", "phong_ldtbxh")
    lines = (await asked(room, "lanh-dao")).splitlines()
    assert lines[1:8] == [
        f"• Tháng hành động (quận gửi TP), năm 2021 (BC-{own})",
        "   hạn hết ngày 19/7/2021, còn 84 ngày · nộp được từ Thứ Sáu 21/5/2021",
        "Các hạn đơn vị nộp về Phòng:",
        "• Kế hoạch của phường, năm 2021",
        "   hạn 14/3/2021, đã quá 43 ngày · đã nộp 0/14",
        "• Bộ chỉ tiêu, 6 tháng năm 2021",
        "   hạn hết ngày 9/5/2021, còn 13 ngày · đã nộp 2/13 · trả lại 1",
    ]
    assert await asked(room, "truc-a") == "\n".join(lines)


async def test_a_date_behind_leaves_the_divisions_list_when_all_of_it_is_there_or_locked(db: Database, vault: Vault) -> None:
    """One ward's lock exception keeps the whole date, with every ward counted."""
    room = await scene(db, vault)
    assert "Kế hoạch của phường" in await asked(room, "truc-a")
    room.clock[0] = datetime(2021, 6, 1, 3, 0, tzinfo=UTC)
    assert "Kế hoạch của phường" not in await asked(room, "truc-a")
    await put(room, "ke_hoach", "nam_2021", unlocked_until=datetime(2021, 6, 4, 17, 0, tzinfo=UTC))
    assert "   hạn 14/3/2021, đã quá 79 ngày · đã nộp 0/14" in (await asked(room, "truc-a")).splitlines()
    room.clock[0] = APRIL
    await room.db.run(
        lambda db: db.execute(sa.update(EXPECTED).where(EXPECTED.c.report == "ke_hoach").values(state="accepted", first_at=APRIL))
    )
    assert "Kế hoạch của phường" not in await asked(room, "truc-a")


async def test_a_ward_never_sees_another_ward(db: Database, vault: Vault) -> None:
    """Neither its rows nor its counts."""
    room = await scene(db, vault)
    others = {row.number for row in await room.rows(EXPECTED, EXPECTED.c.unit != WARD)}
    screen = await asked(room, "phuong")
    assert [number for number in others if f"(BC-{number})" in screen] == []
    assert "đã nộp" not in screen


async def test_whoever_serves_two_units_sees_whose_it_is_page_by_page(db: Database, vault: Vault) -> None:
    """Eight a page, each date once, and a page that does not exist is the last one."""
    room = await scene(db, vault, capabilities=NO_BUTTONS)
    await db.run(partial(_joined, actor="phuong", role=Role.WARD_OFFICER, unit=OTHER))
    pages = [await asked(room, "phuong", text) for text in ("han bao cao", "hanbaocao 2")]
    assert [page.splitlines()[0] for page in pages] == ["Các hạn báo cáo của anh/chị:"] * 2
    assert [page.splitlines()[-1] for page in pages] == [
        "Trang 1/2. Xem tiếp, gõ: /hanbaocao 2",
        "Trang 2/2. Xem tiếp, gõ: /hanbaocao 1",
    ]
    listed = [line for page in pages for line in page.splitlines() if line.startswith("• ")]
    assert (len(listed), len(set(listed)), pages[0].count("• ")) == (14, 14, 8)
    assert {"Ngọc Lâm" in line or "Bồ Đề" in line for line in listed} == {True}
    assert [await asked(room, "phuong", f"hanbaocao {page}") for page in (99, 0)] == [pages[1], pages[0]]


async def test_nothing_ahead_is_said(db: Database, vault: Vault) -> None:
    """A year after the plan has ended."""
    room = await scene(db, vault, datetime(2023, 1, 9, 3, 0, tzinfo=UTC))
    assert [await asked(room, actor) for actor in ("phuong", "truc-a")] == ["Hiện kế hoạch không còn hạn báo cáo nào."] * 2


async def test_an_open_dialogue_goes_on(db: Database, vault: Vault) -> None:
    """The question that was asked still takes its answer."""
    room = await scene(db, vault)
    number = await put(room, "bo_chi_tieu", "6_thang_2021")
    before = await room.says("phuong", f"nop {number}")
    await asked(room, "phuong")
    assert "đang làm dở, chưa nộp" in await asked(room, "phuong")
    assert [seen.text for seen in await room.presses("phuong", "Trả lời tại đây")] != [before[-1].text]


async def test_the_wards_guide_shows_what_is_said(db: Database, vault: Vault) -> None:
    """Its example is the real list, but for the numbers of the reports."""
    room = await scene(db, vault)
    await put(room, "bo_chi_tieu", "6_thang_2021", submission=new_id())
    shown = re.findall(r"^```\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)[0].splitlines()
    said = [re.sub(r"BC-\d+", "BC-", line) for line in (await asked(room, "phuong")).splitlines()]
    assert [re.sub(r"BC-\d+", "BC-", line) for line in shown] == said[3:7]


def test_what_the_wards_guide_tells_people_to_type_is_understood() -> None:
    """Every word of its first table is a command, or stops a dialogue."""
    typed = re.findall(r"^\| `([^`]+)` \|", GUIDE, re.MULTILINE)
    assert [words for words in typed if find(words) is None and fold(words) not in WORDS] == []
    assert len(typed) >= 5


@pytest.mark.parametrize("actor", ["ctv", "nguoi-la"])
async def test_nobody_else_sees_any_date(db: Database, vault: Vault, actor: str) -> None:
    """A collaborator and somebody unknown."""
    room = await scene(db, vault)
    answers = await room.says(actor, "/hanbaocao")
    assert [seen for seen in answers if "BC-" in seen.text or "hạn hết" in seen.text] == []
