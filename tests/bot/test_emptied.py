"""A report whose only file cannot be kept is owed again: at the screen, at the rows, in the rates, for whoever reminds."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import progress
from bot.auditor.found import Pass
from bot.auditor.timers import reports as audited
from bot.database import Database
from bot.gather.digest import of_person
from bot.training import WARD
from bot.vault import Vault
from bot.watch import internal
from models.attachment import ATTACHMENT
from models.expected import EXPECTED, REPORT_EVENT
from models.letter import LETTER
from models.people import ACCOUNT
from tests.bot.reports import FIGURES, SPRING, expected, fill, handed_in, spring
from tests.bot.test_digest import on_duty
from tests.bot.test_submit import join
from tests.driver import NO_BUTTONS, WEB, Scene

MORNING = datetime(2021, 5, 6, 1, 0, tzinfo=UTC)  # Thursday 8:00 in Hà Nội


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))


async def by_file(scene: Scene, *refs: str, sender: str = "phuong") -> None:
    """The indicators, handed in as these files alone."""
    await scene.says(sender, f"nop {(await expected(scene)).number}")
    for ref in refs or ("bang.docx",):
        await scene.sends(sender, ref, kind="file")
    for said in ("đủ tệp rồi", "hôm nay", "gui"):
        await scene.says(sender, said)
    assert (await expected(scene)).state == "handed_in"


async def in_figures(scene: Scene) -> tuple[str, ...]:
    """What is typed to answer it all after its only file was refused."""
    return f"nop {(await expected(scene)).number}", "Không gửi tệp", "Trả lời thêm các câu hỏi tại đây", *FIGURES, "bo qua"


async def files(scene: Scene) -> list[str]:
    return [row.id for row in await scene.rows(ATTACHMENT)]


async def refuse(scene: Scene, attachment: str, reason: str = "broken") -> None:
    """As the worker refuses it, and the turn that tells of it."""
    change = sa.update(ATTACHMENT).where(ATTACHMENT.c.id == attachment).values(state="refused", reason=reason)
    await scene.db.run(lambda db: db.execute(change))
    await tell(scene, attachment)


async def tell(scene: Scene, attachment: str, again: str = "") -> None:
    await scene.hears(internal(f"refused:{attachment}{again}", {"timer": "refused", "subject": attachment}, scene.clock[0]))


async def history(scene: Scene) -> list[str]:
    row = await expected(scene)
    return [event.what for event in await scene.rows(REPORT_EVENT, REPORT_EVENT.c.expected == row.id)]


async def owed(scene: Scene) -> list[int]:
    """What a digest would name just now, of whoever hands in for the ward."""

    def read(db: sa.Connection) -> list[int]:
        person = db.scalar(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.external_id == "phuong"))
        return [one.number for one in of_person(db, scene.engine, str(person), scene.clock[0], {}).own]

    return await scene.db.run(read)


async def test_the_ward_reads_what_is_wrong_and_what_to_do(scene: Scene) -> None:
    """What was wrong with the file, that it does not count, until when, and what to type; in one message."""
    await by_file(scene)
    number = (await expected(scene)).number
    await refuse(scene, *await files(scene))
    assert (await scene.texts("phuong"))[-1].splitlines() == [
        "Tệp vừa rồi bị hỏng trên đường gửi. Anh/chị gửi lại giúp nhé.",
        f"Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{number}) chỉ có tệp không lưu được nên chưa tính là đã nộp.",
        "Vẫn tính theo hạn hết ngày 9/5/2021, còn 4 ngày.",
        f"Để gửi lại tệp hoặc trả lời tại đây, anh/chị gõ: /nop {number}",
    ]


async def test_it_is_owed_again_with_the_same_due_day(scene: Scene) -> None:
    """By a named move that its history tells, with a reminder on the next working morning; nothing of the empty handing in decides on time."""
    before = await expected(scene)
    await by_file(scene)
    attachment = (await files(scene))[0]
    await refuse(scene, attachment)
    row = await expected(scene)
    assert (row.state, row.due_at, row.remind_at, row.first_at, row.handed_at, row.handed_by, row.as_of) == (
        "owed", before.due_at, MORNING, None, None, None, "",
    )  # fmt: skip
    events = await scene.rows(REPORT_EVENT, REPORT_EVENT.c.expected == row.id)
    assert [(event.what, event.person, event.data) for event in events][-1] == (
        "emptied", None, {"file": attachment, "reason": "broken", "to": "owed"},
    )  # fmt: skip
    assert await owed(scene) == [(await expected(scene, "ke_hoach", "nam_2021")).number, row.number]


async def test_the_auditor_finds_nothing_to_mend(scene: Scene) -> None:
    """What is owed again reminds by itself."""
    await by_file(scene)
    await refuse(scene, *await files(scene))
    assert (await scene.db.run(lambda db: audited(Pass(db, scene.engine, scene.clock[0], scene.clock[0])))).ids == ()


async def test_the_rates_do_not_count_it(scene: Scene) -> None:
    """Empty but on time is not reported."""
    scene.clock[0] = datetime(2021, 5, 9, 9, 0, tzinfo=UTC)
    await by_file(scene)
    scene.clock[0] = datetime(2021, 5, 10, 3, 0, tzinfo=UTC)
    counted = await scene.db.run(lambda db: progress.by_unit(db, scene.clock[0], [WARD]))
    await refuse(scene, *await files(scene))
    after = await scene.db.run(lambda db: progress.by_unit(db, scene.clock[0], [WARD]))
    assert (counted[WARD].reported, after[WARD].reported) == (1, 0)


async def test_what_comes_after_the_due_day_is_late(scene: Scene) -> None:
    """The empty one in time does not make it punctual."""
    await by_file(scene)
    await refuse(scene, *await files(scene))
    scene.clock[0] = datetime(2021, 5, 12, 2, 0, tzinfo=UTC)
    for said in (*await in_figures(scene), "gui"):
        seen = await scene.says("phuong", said)
    assert "Trễ 3 ngày" in seen[-1].text


async def test_the_room_hears_it_without_a_name(scene: Scene) -> None:
    """It had been told of the arrival."""
    await by_file(scene)
    await refuse(scene, *await files(scene))
    number = (await expected(scene)).number
    assert (await scene.texts("phong-truc"))[1:] == [
        f"↩ BC-{number} chưa tính là đã nộp: Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021\n"
        "Tệp gửi kèm không lưu được, báo cáo không có gì khác. Đơn vị đã được báo để gửi lại."
    ]


async def test_the_rooms_line_changes_where_it_can(db: Database, vault: Vault) -> None:
    """No second message: the first one says how it stands, without buttons; and an old press hears the same."""
    scene = await spring(await Scene.open(db, vault, capabilities=WEB))
    await by_file(scene)
    await refuse(scene, *await files(scene))
    card, edit = await scene.letters("phong-truc")
    assert (edit.kind, edit.row.target, edit.buttons) == ("edit", card.id, {})
    heard = await scene.presses_data("truc-a", card.data("Chấp nhận"), "phong-truc")
    assert [seen.text for seen in heard] == [f"BC-{(await expected(scene)).number} Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021 chưa nộp."]


async def test_colleagues_hear_it_once_and_the_sender_not_twice(scene: Scene) -> None:
    """Whoever hands in for the ward is told; the sender has it in the chat where the file was sent."""
    await join(scene, "phuong-2")
    await by_file(scene)
    await refuse(scene, *await files(scene))
    number = (await expected(scene)).number
    about = {chat: [text for text in await scene.texts(chat) if f"(BC-{number}) chỉ có tệp" in text] for chat in ("phuong", "phuong-2")}
    assert {chat: len(texts) for chat, texts in about.items()} == {"phuong": 1, "phuong-2": 1}


async def test_a_report_that_holds_anything_else_stands(scene: Scene) -> None:
    """Figures beside a broken paper are a report; the sender is asked for the paper alone."""
    await fill(scene)
    await scene.sends("phuong", "bang.docx", kind="file")
    await scene.says("phuong", "gui")
    await refuse(scene, *await files(scene))
    assert ((await expected(scene)).state, (await scene.texts("phuong"))[-1]) == (
        "handed_in", "Tệp vừa rồi bị hỏng trên đường gửi. Anh/chị gửi lại giúp nhé.",
    )  # fmt: skip


async def test_the_last_of_its_files_decides(scene: Scene) -> None:
    """One file of two is enough; without the second it holds nothing."""
    await by_file(scene, "a.docx", "b.pdf")
    first, second = await files(scene)
    await refuse(scene, first)
    assert (await expected(scene)).state == "handed_in"
    await refuse(scene, second)
    assert (await expected(scene)).state == "owed"


async def test_two_refusals_at_once_are_one_move(scene: Scene) -> None:
    """Whoever comes second finds it owed; each file is told."""
    await by_file(scene, "a.docx", "b.pdf")
    both = await files(scene)
    await scene.db.run(lambda db: db.execute(sa.update(ATTACHMENT).values(state="refused", reason="too_large")))
    await asyncio.gather(*(tell(scene, one) for one in both))
    told = [text for text in await scene.texts("phuong") if "20 MB" in text]
    assert ((await expected(scene)).state, (await history(scene)).count("emptied"), len(told)) == ("owed", 1, 2)


async def test_told_twice_it_moves_once(scene: Scene) -> None:
    """A worker that died between telling and its mark tells again, perhaps after the ward has handed in figures."""
    await by_file(scene)
    attachment = (await files(scene))[0]
    await refuse(scene, attachment)
    for said in (*await in_figures(scene), "gui"):
        await scene.says("phuong", said)
    await tell(scene, attachment)
    await tell(scene, attachment, again="-once-more")
    assert ((await expected(scene)).state, (await history(scene)).count("emptied")) == ("handed_in", 1)


async def test_handed_in_while_it_is_refused(scene: Scene) -> None:
    """Whichever of the two is first, it is owed at the end."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.sends("phuong", "bang.docx", kind="file")
    for said in ("đủ tệp rồi", "hôm nay"):
        await scene.says("phuong", said)
    await asyncio.gather(scene.says("phuong", "gui"), refuse(scene, (await files(scene))[0]))
    assert (await expected(scene)).state == "owed"


async def test_what_goes_out_of_the_service_is_owed_again_too(scene: Scene) -> None:
    """It was accepted by being handed in; nobody else has to be told."""
    scene.clock[0] = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
    rows = await scene.rows(EXPECTED, EXPECTED.c.recipient == "", EXPECTED.c.unit == "phong_ldtbxh", EXPECTED.c.opens_at <= scene.clock[0])
    row = min(rows, key=lambda row: row.due_at)
    await scene.says("truc-a", f"nop {row.number}")
    await scene.sends("truc-a", "cong-van.pdf", kind="file")
    for _ in range(6):
        for said in ("đủ tệp rồi", "bỏ qua", "hôm nay", "gui"):
            await scene.says("truc-a", said)
    held = (await scene.rows(EXPECTED, EXPECTED.c.id == row.id))[0]
    assert held.state == "accepted"
    await refuse(scene, *await files(scene))
    held = (await scene.rows(EXPECTED, EXPECTED.c.id == row.id))[0]
    assert (held.state, await scene.texts("phong-truc")) == ("owed", [])


async def test_what_was_accepted_unread_is_owed_again(scene: Scene) -> None:
    """Nobody can have read it. The room, whose line says accepted, gets a new one."""
    await by_file(scene)
    number = (await expected(scene)).number
    await scene.says("truc-a", f"duyet {number}")
    await refuse(scene, (await files(scene))[0], "gone")
    row = await expected(scene)
    assert (row.state, row.decided_at, row.decided_by) == ("owed", None, None)
    assert (await scene.texts("phong-truc"))[-1].startswith(f"↩ BC-{number} chưa tính là đã nộp")


async def test_after_it_was_sent_back_only_the_file_is_told(scene: Scene) -> None:
    """It is owed already, with its reasons."""
    await by_file(scene)
    await scene.says("truc-a", f"/tra {(await expected(scene)).number} không mở được tệp")
    await refuse(scene, *await files(scene))
    assert ((await expected(scene)).state, (await history(scene))[-1]) == ("returned", "returned")
    assert (await scene.texts("phuong"))[-1] == "Tệp vừa rồi bị hỏng trên đường gửi. Anh/chị gửi lại giúp nhé."


async def test_what_had_been_sent_back_keeps_its_reasons(scene: Scene) -> None:
    """Handed in again with nothing, it is sent back as before; the first one, which held something, was in time."""
    scene.clock[0] = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)
    about = "thang_hanh_dong", "nam_2021"
    number = (await expected(scene, *about)).number
    for said in (f"nop {number}", "trong kỳ không có", "đúng"):
        await scene.says("phuong", said)
    await scene.says("truc-a", f"/tra {number} phường có tổ chức lễ phát động")
    scene.clock[0] = datetime(2021, 7, 8, 2, 0, tzinfo=UTC)
    await scene.says("phuong", f"nop {number}")
    await scene.sends("phuong", "bao-cao.docx", kind="file")
    for said in ("gui", "hôm nay", "gui"):
        seen = await scene.says("phuong", said)
    assert "ĐÃ NỘP LẠI" in seen[-1].text
    await refuse(scene, *await files(scene))
    row = await expected(scene, *about)
    assert (row.state, row.first_at, row.zero) == ("returned", datetime(2021, 7, 1, 2, 0, tzinfo=UTC), True)
    assert "phường có tổ chức lễ phát động" in (await scene.says("phuong", f"nop {number}"))[-1].text


async def test_locked_meanwhile_it_is_opened(scene: Scene) -> None:
    """The platform was away for weeks: the unit was in time and gets three working days."""
    await by_file(scene)
    scene.clock[0] = (await expected(scene)).expires_at + timedelta(days=1)
    await refuse(scene, (await files(scene))[0], "gone")
    row = await expected(scene)
    assert row.unlocked_until > row.remind_at > scene.clock[0]
    assert "Anh/chị nộp được đến hết ngày" in (await scene.texts("phuong"))[-1]
    seen = await scene.says("phuong", f"nop {row.number}")
    assert "khoá" not in seen[-1].text


async def test_a_digest_that_said_done_says_owed(db: Database, vault: Vault) -> None:
    """The morning's message is kept true, where a chat can change it."""
    scene = await on_duty(await Scene.open(db, vault, capabilities=WEB))
    await scene.passes(days=10)
    await scene.db.run(
        lambda db: db.execute(sa.update(LETTER).where(LETTER.c.purpose == "digest").values(state="delivered", external_id="m1"))
    )
    number = (await expected(scene)).number
    await by_file(scene)
    changed = [seen.text for seen in await scene.letters("phuong") if seen.row.purpose == "digest_edit"]
    await refuse(scene, *await files(scene))
    again: list[Any] = [seen.text for seen in await scene.letters("phuong") if seen.row.purpose == "digest_edit"]
    assert (f"✅ Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{number})" in changed[-1], f"• Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{number})" in again[-1]) == (
        True, True,
    )  # fmt: skip


async def test_figures_in_time_stay_in_time(scene: Scene) -> None:
    """What was handed in with figures is never emptied by a paper that came later."""
    await handed_in(scene)
    scene.clock[0] += timedelta(days=10)
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.sends("phuong", "bang.docx", kind="file")
    await scene.says("phuong", "gui")
    await refuse(scene, *await files(scene))
    row = (await scene.rows(EXPECTED, EXPECTED.c.number == (await expected(scene)).number))[0]
    assert (row.state, row.first_at) == ("handed_in", SPRING)
