"""What the division does with reports: look, accept, send back, open a locked one; each by typing and by one winner."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.document import DOCUMENT
from models.expected import REPORT_EVENT
from models.service import AUDIT
from tests.bot.reports import SPRING, expected, handed_in, spring
from tests.bot.test_submit import join
from tests.driver import NO_BUTTONS, Scene, Seen


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The indicators of Ngọc Lâm have been handed in."""
    scene = await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await handed_in(scene)
    return scene


def last(seen: list[Seen]) -> str:
    return seen[-1].screen


async def state(scene: Scene) -> str:
    return str((await expected(scene)).state)


async def test_what_waits_is_listed(scene: Scene) -> None:
    """The oldest first, with what to type."""
    number = (await expected(scene)).number
    assert last(await scene.says("truc-a", "duyet")).splitlines() == [
        "Báo cáo chờ chấp nhận:",
        f"• BC-{number} Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021",
        "   Nhận 09:00 5/5. ĐÚNG HẠN",
        f"Xem: /xembc {number}. Chấp nhận: /duyet {number}. Trả lại: /tra {number}",
    ]


async def test_a_report_is_read_in_private_and_the_look_recorded(scene: Scene) -> None:
    """Figures by parts, with the rates that nobody had to work out."""
    row = await expected(scene)
    await scene.says("truc-a", f"xembc {row.number}", chat="phong-truc")
    text = "\n".join(await scene.texts("truc-a"))
    assert "▪ Trẻ em dưới 6 tuổi\ndưới 6 tuổi: 40" in text
    assert "▪ Tỷ lệ\nTỷ lệ trẻ em dưới 6 tuổi có thẻ BHYT: 97,5 %" in text
    assert len(await scene.texts("truc-a")) == 2
    assert "dưới 6 tuổi: 40" not in "\n".join(await scene.texts("phong-truc"))
    assert [look.subject for look in await scene.rows(AUDIT, AUDIT.c.action == "look_report")] == [row.id]


async def test_accepting_thanks_whoever_handed_it_in(scene: Scene) -> None:
    """Once; who comes second hears how it stands."""
    number = (await expected(scene)).number
    await scene.says("truc-a", f"duyet {number}", chat="phong-truc")
    assert await state(scene) == "accepted"
    thanks = f"✅ BC-{number} Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021 đã được chấp nhận. Cảm ơn anh/chị."
    assert (await scene.texts("phuong"))[-1] == thanks
    assert last(await scene.says("lanh-dao", f"duyet {number}")).endswith("đã được chấp nhận.")
    assert (await scene.texts("phuong")).count(thanks) == 1


async def test_it_is_sent_back_with_reasons_by_question(scene: Scene) -> None:
    """The unit goes on exactly there; the due day stays."""
    row = await expected(scene)
    for said in (
        f"tra {row.number}",
        "có thẻ BHYT",
        "thiếu trẻ tạm trú",
        "Còn mục khác",
        "Cả báo cáo",
        "gửi lại giúp trước thứ sáu",
        "trả lại luôn",
    ):
        await scene.says("truc-a", said)
    assert (await scene.texts("phuong"))[-1].splitlines()[:3] == [
        f"↩ Phòng trả lại để sửa: BC-{row.number} Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021",
        "• có thẻ BHYT: thiếu trẻ tạm trú",
        "• gửi lại giúp trước thứ sáu",
    ]
    back = await expected(scene)
    assert (back.state, back.due_at, back.first_at) == ("returned", row.due_at, SPRING)
    seen = await scene.says("phuong", f"nop {row.number}")
    assert last(seen).splitlines()[:4] == [
        "Phòng trả lại vì: gửi lại giúp trước thứ sáu",
        "",
        "Trẻ em dưới 6 tuổi được cấp thẻ BHYT (trẻ em)?",
        "Phòng trả lại vì: thiếu trẻ tạm trú",
    ]
    await scene.says("phuong", "40")
    assert last(await scene.says("phuong", "gui")).startswith("✅ ĐÃ NỘP LẠI")


async def test_a_long_report_is_sent_back_by_its_parts(scene: Scene) -> None:
    """Forty names fit no screen: first the part, then what stands in it; back leads to the parts."""
    seen = last(await scene.says("truc-a", f"tra {(await expected(scene)).number}")).splitlines()
    assert seen[:4] == ["Cần sửa mục nào ạ?", "1. Cả báo cáo", "2. Trẻ em dưới 16 tuổi", "3. Trẻ em dưới 6 tuổi"]
    assert last(await scene.says("truc-a", "8")).splitlines() == [
        "Tai nạn, thương tích: mục nào ạ?",
        "1. bị tai nạn, thương tích",
        "2. tử vong",
        "3. Ngôi nhà an toàn",
        "4. Quay lại",
    ]
    assert last(await scene.says("truc-a", "9")).startswith("Chưa khớp với ý nào.")
    assert last(await scene.says("truc-a", "4")).startswith("Cần sửa mục nào ạ?")
    await scene.says("truc-a", "8")
    assert last(await scene.says("truc-a", "2")).startswith("Mục “tử vong” cần sửa gì ạ?")


async def test_the_room_sends_to_the_private_chat_with_a_choice(db: Database, vault: Vault) -> None:
    """One press goes on there; nobody has to type a number."""
    scene = await spring(await Scene.open(db, vault))
    await handed_in(scene)
    await scene.presses("truc-a", "Trả lại", chat="phong-truc")
    await scene.presses("truc-a", "Trả lại")
    assert (await scene.texts("truc-a"))[-1] == "Cần sửa mục nào ạ?"


async def test_reasons_are_sealed(scene: Scene) -> None:
    """What a person typed is in no row that can be read."""
    row = await expected(scene)
    await scene.says("truc-a", f"/tra {row.number} thiếu trẻ tạm trú")
    event = (await scene.rows(REPORT_EVENT, REPORT_EVENT.c.what == "returned"))[0]
    assert (event.data, b"tam" in event.note, "tạm trú".encode() in event.note) == ({}, False, False)


async def test_the_ward_cannot_accept_its_own_report(scene: Scene) -> None:
    """By its number or by the choice of a letter."""
    row = await expected(scene)
    assert last(await scene.says("phuong", f"/duyet {row.number}")).startswith("Vai trò của anh/chị")
    await scene.presses_data("phuong", f"0.report_accept:{row.id}")
    assert await state(scene) == "handed_in"


async def test_a_late_answer_finds_the_true_state(scene: Scene) -> None:
    """Somebody else accepted it while a reason was being typed."""
    number = (await expected(scene)).number
    await scene.says("truc-a", f"tra {number}")
    await scene.says("truc-b", f"duyet {number}")
    await scene.says("truc-a", "Cả báo cáo")
    seen = await scene.says("truc-a", "để tôi gọi")
    assert last(seen).startswith("Đã ghi 1 mục.")
    await scene.says("phuong", f"nop {number}")
    assert await state(scene) == "accepted"


async def test_a_leader_opens_a_locked_report_with_a_reason(scene: Scene) -> None:
    """For three working days; the unit hears it."""
    row = await expected(scene, "ke_hoach", "nam_2021")
    scene.clock[0] = row.expires_at + timedelta(hours=2)  # Thursday 13 May 02:00 in Hà Nội
    assert last(await scene.says("lanh-dao", f"/mokhoa {row.number}")).startswith("Anh/chị cho biết lý do")
    assert last(await scene.says("truc-a", f"/mokhoa {row.number} vì bận")).startswith("Vai trò của anh/chị")
    said = last(await scene.says("lanh-dao", f"/mokhoa {row.number} phường thay cán bộ"))
    assert said.startswith(f"🔓 BC-{row.number} Ngọc Lâm: Kế hoạch của phường, năm 2021 được mở lại đến hết")
    assert (await scene.texts("phuong"))[-1] == said
    assert "Anh/chị muốn nộp bằng cách nào?" in last(await scene.says("phuong", f"nop {row.number}"))
    until = (await expected(scene, "ke_hoach", "nam_2021")).unlocked_until
    scene.clock[0] = until
    assert "đã khoá từ" in last(await scene.says("phuong", f"nop {row.number}"))


async def test_every_step_is_in_the_history(scene: Scene) -> None:
    """Who did what, in order."""
    row = await expected(scene)
    await scene.says("truc-a", f"/tra {row.number} thiếu trẻ tạm trú")
    await scene.says("phuong", f"nop {row.number}")
    await scene.says("phuong", "gui")
    await scene.says("truc-a", f"duyet {row.number}")
    history = await scene.rows(REPORT_EVENT, sa.and_(REPORT_EVENT.c.expected == row.id))
    assert [event.what for event in sorted(history, key=lambda event: event.id)] == [
        "expected", "begun", "handed_in", "returned", "handed_in", "accepted",
    ]  # fmt: skip


async def test_a_correction_counts_when_it_is_handed_in(scene: Scene) -> None:
    """While it is being typed the division reads what was handed in."""
    number = (await expected(scene)).number
    scene.clock[0] += timedelta(hours=1)
    for said in (f"nop {number}", "Sửa: Kinh phí", "99 3"):
        await scene.says("phuong", said)
    await scene.says("truc-a", f"xembc {number}")
    assert "ngân sách: 12,5" in "\n".join(await scene.texts("truc-a"))
    scene.clock[0] += timedelta(minutes=5)
    await scene.says("phuong", "gui")
    await scene.says("truc-b", f"xembc {number}")
    text = "\n".join(await scene.texts("truc-b"))
    assert "ngân sách: 99" in text
    assert "▪ Đã sửa sau lần nộp đầu\nngân sách: 12,5 → 99 (Cán bộ phường, 10:00 5/5)" in text


async def test_the_rooms_line_says_what_became_of_it(db: Database, vault: Vault) -> None:
    """Where the chat can change what it was told; its choices are gone."""
    scene = await spring(await Scene.open(db, vault))
    await handed_in(scene)
    await scene.presses("truc-a", "Chấp nhận", chat="phong-truc")
    edit = [seen for seen in await scene.letters("phong-truc") if seen.kind == "edit"][-1]
    number = (await expected(scene)).number
    assert (edit.text, edit.buttons) == (f"✅ BC-{number} Cán bộ trực A đã chấp nhận: Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021", {})


async def test_a_sentence_sends_nothing_back(scene: Scene) -> None:
    """ "Trả 21 cháu…" is how people speak: without a slash it is asked once more, and within a dialogue it is an answer."""
    number = (await expected(scene)).number
    seen = await scene.says("truc-a", f"Trả {number} cháu về gia đình rồi nhé")
    assert last(seen).splitlines()[1] == "Đã ghi 1 mục. Trả lại luôn, hay còn mục nào nữa ạ?"
    await scene.says("truc-a", "huỷ")
    for said in (f"tra {number}", "Cả báo cáo", f"Trả {number} cháu chưa có thẻ, cần bổ sung"):
        seen = await scene.says("truc-a", said)
    assert last(seen).startswith("Đã ghi 1 mục.")
    assert await state(scene) == "handed_in"


async def test_a_choice_accepts_only_what_was_looked_at(db: Database, vault: Vault) -> None:
    """The ward has handed it in again since: it is looked at first (rule 5)."""
    scene = await spring(await Scene.open(db, vault))
    await handed_in(scene)
    row = await expected(scene)
    card = [seen for seen in await scene.letters("phong-truc") if f"BC-{row.number}" in seen.text][-1]
    scene.clock[0] += timedelta(hours=1)
    for said in (f"nop {row.number}", "Sửa: Kinh phí", "99 3", "gui"):
        await scene.says("phuong", said)
    await scene.presses_data("truc-a", card.data("Chấp nhận"), chat="phong-truc")
    assert await state(scene) == "handed_in"
    await scene.presses("truc-a", "Chấp nhận", chat="phong-truc")
    assert await state(scene) == "accepted"


async def test_whoever_began_to_send_it_back_looks_at_what_came_meanwhile(scene: Scene) -> None:
    """The reasons were for the earlier one."""
    number = (await expected(scene)).number
    await scene.says("truc-a", f"tra {number}")
    scene.clock[0] += timedelta(hours=1)
    for said in (f"nop {number}", "Sửa: Kinh phí", "99 3", "gui"):
        await scene.says("phuong", said)
    assert "đã nộp lại lúc 10:00 5/5" in last(await scene.says("truc-a", "Cả báo cáo"))
    assert await state(scene) == "handed_in"


async def test_what_is_sent_back_after_the_lock_can_be_put_right(scene: Scene) -> None:
    """For three working days."""
    row = await expected(scene)
    scene.clock[0] = row.expires_at + timedelta(days=1)
    await scene.says("truc-a", f"/tra {row.number} thiếu thẻ")
    assert last(await scene.says("phuong", f"nop {row.number}")).startswith("Phòng trả lại vì: thiếu thẻ")


async def test_a_plan_without_figures_goes_on_where_it_was_sent_back(scene: Scene) -> None:
    """It was answered by chat, so its questions are asked again by chat."""
    row = await expected(scene, "ke_hoach", "nam_2021")
    for said in (f"nop {row.number}", "1", "12/KH-UBND ngày 9/3/2021", "Tóm tắt kế hoạch", "bo qua", "bo qua", "hôm nay", "gui"):
        await scene.says("phuong", said)
    for said in (f"tra {row.number}", "Tóm tắt", "viết rõ chỉ tiêu", "trả lại luôn"):
        await scene.says("truc-a", said)
    assert last(await scene.says("phuong", f"nop {row.number}")).startswith(
        "Tóm tắt nội dung chính trong vài câu.\nXin đừng viết tên hay địa chỉ của trẻ.\nPhòng trả lại vì: viết rõ chỉ tiêu"
    )


async def test_another_ward_reads_nothing_of_it(scene: Scene) -> None:
    """By its number, by a choice, or by its spreadsheet (rule 9)."""
    await join(scene, "bo-de", "bo_de")
    row = await expected(scene)
    for said in (f"xembc {row.number}", f"/bang {row.number}", f"nop {row.number}"):
        await scene.says("bo-de", said)
    await scene.presses_data("bo-de", f"0.report_see:{row.id}")
    await scene.presses_data("bo-de", f"0.table:{row.id}")
    assert [text for text in await scene.texts("bo-de") if "thẻ BHYT" in text or "Bộ chỉ tiêu" in text] == []
    assert (await scene.rows(DOCUMENT), await scene.rows(AUDIT, AUDIT.c.action == "look_report")) == ([], [])
