"""Files that a ward's officer just drops into the chat, without "nop 17" before: nothing of them is lost, and nothing is told of anybody else's report."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import upkeep
from bot.database import Database
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.expected import EXPECTED
from models.people import MEMBERSHIP
from models.submission import SUBMISSION
from models.talk import FileRef, Kind
from models.timer import TIMER
from tests.bot.documents.test_handing_out import Office, with_values
from tests.bot.documents.test_papers import docx, xlsx
from tests.bot.reports import expected, handed_in, spring
from tests.bot.test_emptied import refuse
from tests.bot.test_media import photo
from tests.bot.test_submit import join
from tests.driver import NO_BUTTONS, WEB, Scene, Seen

ALL = {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59}
KEPT = "Đã giữ tệp.\nTệp này thuộc báo cáo nào ạ?"


@pytest.fixture
async def office(db: Database, vault: Vault, tmp_path: Path) -> Office:
    can = replace(NO_BUTTONS, files_out=True, deletes=True)
    return Office(await spring(await Scene.open(db, vault, capabilities=can)), tmp_path / "attachments")


@pytest.fixture
async def pressing(db: Database, vault: Vault, tmp_path: Path) -> Office:
    return Office(await spring(await Scene.open(db, vault, capabilities=WEB)), tmp_path / "attachments")


async def drops(office: Office, body: bytes, name: str = "bang.xlsx", *, sender: str = "phuong", **more: Any) -> list[Seen]:
    """A file with nothing said before it, and whatever is said at once."""
    ref = f"d{len(office.sent)}"
    office.sent[ref] = body
    kind = "photo" if name.endswith(".jpg") else "file"
    file = FileRef(ref, kind, len(body), name=name, unique=ref)
    return await office.scene._turn(office.scene.incoming(sender, Kind(kind), files=(file,), **more))


async def blank(
    office: Office, report: str = "bo_chi_tieu", period: str = "6_thang_2021", sender: str = "phuong", unit: str = "ngoc_lam"
) -> bytes:
    """The spreadsheet as it was handed out; no report is begun by that."""
    await office.scene.says(sender, f"bang {(await expected(office.scene, report, period, unit)).number}")
    await office.works()
    return bytes((await office.made())[-1][1].body)


async def heard(office: Office, chat: str = "phuong") -> str:
    await office.works()
    return (await office.scene.letters(chat))[-1].screen


async def loose(office: Office) -> list[Any]:
    return await office.scene.rows(SUBMISSION, SUBMISSION.c.form == "")


# --- our own spreadsheet ------------------------------------------------------------------------------------------------


async def test_our_spreadsheet_goes_into_its_own_report(office: Office) -> None:
    """Nobody says of which report it is: it says so itself. The draft begins, and one word leads to what is missing."""
    number = (await expected(office.scene)).number
    filled = with_values(await blank(office), ALL)
    assert (await drops(office, filled))[-1].text == "Đã giữ bảng tính. Tôi đang đọc, anh/chị chờ một chút."
    assert (await heard(office)).splitlines() == [
        f"BC-{number}: đã đọc bảng tính, nhận 3 số liệu.",
        "Còn thiếu 34 số liệu.",
        f"Để làm tiếp, anh/chị gõ: /nop {number}",
    ]
    answers = await office.answers()
    assert {name: answers[name] for name in ALL} == ALL
    assert "Phần 1/11: Trẻ em dưới 16 tuổi\n1) có khai sinh" in (await office.scene.says("phuong", f"nop {number}"))[-1].screen


async def test_it_goes_on_at_the_first_problem(office: Office) -> None:
    """What cannot be right is asked before what is missing."""
    await drops(office, with_values(await blank(office), ALL | {"tong_nu": 58}))
    assert "nam + nữ = 119, còn tổng số đang là 120." in await heard(office)
    seen = await office.scene.says("phuong", f"nop {(await expected(office.scene)).number}")
    assert seen[-1].screen.splitlines()[:5] == [
        "nam + nữ = 119, còn tổng số đang là 120.", "Anh/chị xem lại giúp.", "", "Phần 1/11: Trẻ em dưới 16 tuổi", "1) tổng số: 120",
    ]  # fmt: skip


async def test_whole_it_goes_on_at_the_review(pressing: Office) -> None:
    """A full spreadsheet, one press, the day of the figures: handed in."""
    form = pressing.scene.engine.forms["bo_chi_tieu"]
    figures = {question.name: 0 for question in form.questions if question.figure} | ALL
    await drops(pressing, with_values(await blank(pressing), figures))
    await pressing.works()
    await pressing.scene.presses("phuong", "Làm tiếp")
    for said in ("bỏ qua", "hôm nay", "gửi"):
        seen = await pressing.scene.says("phuong", said)
    assert (seen[-1].text.splitlines()[0], (await expected(pressing.scene)).state) == ("✅ ĐÃ NỘP", "handed_in")


async def test_a_draft_that_is_there_gets_the_figures(office: Office) -> None:
    """Newer figures for older ones, each with its trail; what only stands in the chat's draft stays."""
    number = (await expected(office.scene)).number
    filled = with_values(await blank(office), {"tong_tre_em": 130, "tong_nam": 71})
    for said in (f"nop {number}", "1", "120 61 59 100 5", "huỷ"):
        await office.scene.says("phuong", said)
    await drops(office, filled)
    await office.works()
    answers = await office.answers()
    assert (answers["tong_tre_em"], answers["tong_nu"], answers["khai_sinh"]) == (130, 59, 100)


async def test_what_is_handed_in_gets_a_correction_that_is_not_handed_in_yet(office: Office) -> None:
    """As everywhere: a correction counts when it is handed in too."""
    filled = with_values(await blank(office), {"ngan_sach": 99})
    await handed_in(office.scene)
    office.scene.clock[0] += timedelta(hours=1)
    before = (await expected(office.scene)).handed_at
    await drops(office, filled)
    assert "đã đọc bảng tính" in await heard(office)
    assert ((await expected(office.scene)).state, (await expected(office.scene)).handed_at) == ("handed_in", before)


async def test_an_accepted_one_is_not_changed(office: Office) -> None:
    """It is said how it stands."""
    filled = with_values(await blank(office), ALL)
    await handed_in(office.scene)
    await office.scene.says("truc-a", f"duyet {(await expected(office.scene)).number}")
    await drops(office, filled)
    assert "đã được chấp nhận" in await heard(office)


async def test_another_wards_spreadsheet_is_refused_without_a_word_of_its_report(office: Office) -> None:
    """The same sentence as for one that was made up: nobody learns whether there is such a report. The file is not kept."""
    await join(office.scene, "bo-de", unit="bo_de")
    theirs = with_values(await blank(office, sender="bo-de", unit="bo_de"), ALL)
    said = (
        "Bảng tính này không phải mẫu của đơn vị anh/chị nên tôi không lấy số liệu và không giữ tệp.\n"
        "Để xem báo cáo của đơn vị mình, anh/chị gõ: /nopbaocao"
    )
    await drops(office, theirs)
    assert await heard(office) == said
    await office.scene.db.run(lambda db: db.execute(sa.delete(EXPECTED).where(EXPECTED.c.unit == "bo_de")))
    await drops(office, theirs)
    assert await heard(office) == said
    assert (await office.answers(), await loose(office), await office.scene.rows(ATTACHMENT, ATTACHMENT.c.channel == "web")) == ({}, [], [])


async def test_whoever_lost_the_role_meanwhile_fills_in_nothing(office: Office) -> None:
    """The right is asked when the figures are taken, not when the file came."""
    filled = with_values(await blank(office), ALL)
    await drops(office, filled)
    before = await office.scene.texts("phuong")
    ended = sa.update(MEMBERSHIP).where(MEMBERSHIP.c.role == "ward_officer").values(ended_at=office.scene.clock[0])
    await office.scene.db.run(lambda db: db.execute(ended))
    await office.works()
    assert (await office.answers(), await office.scene.texts("phuong")) == ({}, before)


async def test_another_report_that_is_begun_meanwhile_does_not_get_it(office: Office) -> None:
    """Slow to be read, it still goes where it belongs."""
    indicators, plan = await expected(office.scene), await expected(office.scene, "ke_hoach", "nam_2021")
    await drops(office, with_values(await blank(office), ALL))
    await office.scene.says("phuong", f"nop {plan.number}")
    assert f"BC-{indicators.number}: đã đọc bảng tính, nhận 3 số liệu." in await heard(office)
    assert [row.expected for row in await loose(office)] == [indicators.id]
    assert (await office.answers())["tong_nam"] == 61


async def test_its_own_report_begun_meanwhile_gets_it_once(office: Office) -> None:
    """ "nop 21" came before it was read."""
    number = (await expected(office.scene)).number
    await drops(office, with_values(await blank(office), ALL))
    await office.scene.says("phuong", f"nop {number}")
    assert f"BC-{number}: đã đọc bảng tính, nhận 3 số liệu." in await heard(office)
    answers = await office.answers()
    assert (answers["tong_nam"], len(answers["tep"])) == (61, 1)


async def test_given_to_a_report_between_reading_and_telling(office: Office) -> None:
    """A platform had not told that it is a spreadsheet, so it was asked about. The timer finds that it is a paper of the report by now."""
    number = (await expected(office.scene)).number
    assert (await drops(office, with_values(await blank(office), ALL), "bang"))[-1].text.startswith(KEPT)
    while await office.files.once():
        pass
    assert [row.kind for row in await office.scene.rows(TIMER, TIMER.c.fired_at.is_(None), TIMER.c.kind.in_(("sheet", "file")))] == [
        "sheet"
    ]
    await office.scene.says("phuong", f"nop {number}")
    assert f"BC-{number}: đã đọc bảng tính, nhận 3 số liệu." in await heard(office)


async def test_a_blank_spreadsheet_is_no_report(office: Office) -> None:
    """It is kept with the report, and cannot be handed in alone, however it came."""
    empty = await blank(office)
    await drops(office, empty)
    number = (await expected(office.scene)).number
    assert f"BC-{number}: đã đọc bảng tính, nhận 0 số liệu." in await heard(office)
    for said in (f"nop {number}", "2", "hôm nay", "gửi"):
        seen = await office.scene.says("phuong", said)
    assert (seen[-1].text.splitlines()[0].startswith("Báo cáo còn trống nên chưa tính là đã nộp."), (await expected(office.scene)).state) == (
        True, "owed",
    )  # fmt: skip


async def test_a_blank_spreadsheet_in_the_dialogue_is_no_report(office: Office) -> None:
    """The same where it was sent after "nop 21"."""
    empty = await blank(office)
    await office.scene.says("phuong", f"nop {(await expected(office.scene)).number}")
    await drops(office, empty)
    await office.works()
    for said in ("đủ tệp rồi", "hôm nay", "gửi"):
        seen = await office.scene.says("phuong", said)
    assert seen[-1].text.startswith("Báo cáo còn trống nên chưa tính là đã nộp.")


async def test_a_file_in_a_group_is_talk_among_people(office: Office) -> None:
    """Nothing is kept there, and nothing is said."""
    before = await office.scene.texts("phong-truc")
    ref = FileRef("g", "file", 10, name="a.xlsx", unique="g")
    await office.scene.hears(office.scene.incoming("truc-a", Kind.FILE, "phong-truc", files=(ref,)))
    assert (await loose(office), await office.scene.texts("phong-truc")) == ([], before)


# --- anything else ------------------------------------------------------------------------------------------------------


async def test_a_paper_is_kept_and_asked_about(office: Office) -> None:
    """On a small screen: what is owed, how to say it, and what becomes of it otherwise."""
    plan, indicators = await expected(office.scene, "ke_hoach", "nam_2021"), await expected(office.scene)
    assert (await drops(office, docx(), "bao-cao.docx"))[-1].screen.splitlines() == [
        "Đã giữ tệp.",
        "Tệp này thuộc báo cáo nào ạ?",
        "Tệp không xếp vào báo cáo nào sẽ được xoá sau 7 ngày.",
        f"• BC-{plan.number}: Kế hoạch của phường, năm 2021: /nop {plan.number}",
        f"• BC-{indicators.number}: Bộ chỉ tiêu, 6 tháng năm 2021: /nop {indicators.number}",
        "• Không thuộc báo cáo nào: /botep",
    ]
    await office.works()
    assert [row.state for row in await office.scene.rows(ATTACHMENT)] == ["stored"]


async def test_typed_as_it_stands_it_goes_into_the_report(office: Office) -> None:
    """The report begins with it, as if it had been sent there, and can be handed in with it alone."""
    number = (await expected(office.scene, "ke_hoach", "nam_2021")).number
    await drops(office, docx(), "ke-hoach.docx")
    assert (await office.scene.says("phuong", f"nop {number}"))[-1].screen.startswith("Đã nhận tệp (tất cả 1).")
    for said in ("đủ tệp rồi", "hôm nay", "gửi"):
        seen = await office.scene.says("phuong", said)
    assert "ĐÃ NỘP" in seen[-1].text
    row, kept = await expected(office.scene, "ke_hoach", "nam_2021"), (await loose(office))[0]
    assert (row.state, kept.state, kept.expected) == ("handed_in", "sent", row.id)


async def test_pressed_it_goes_into_that_report_alone(pressing: Office) -> None:
    """Two files, two questions: each button names its own file."""
    plan, indicators = await expected(pressing.scene, "ke_hoach", "nam_2021"), await expected(pressing.scene)
    first = (await drops(pressing, docx(), "a.docx"))[-1]
    second = (await drops(pressing, photo(), "b.jpg"))[-1]
    await pressing.scene.presses_data("phuong", second.data(f"BC-{indicators.number}"))
    await pressing.scene.presses_data("phuong", first.data(f"BC-{plan.number}"))
    assert [(row.expected, row.state) for row in await loose(pressing)] == [(plan.id, "sent"), (indicators.id, "sent")]


async def test_a_second_press_finds_it_settled(pressing: Office) -> None:
    """Two reports at once: one gets it, and the second press hears so (rule 5)."""
    plan, indicators = await expected(pressing.scene, "ke_hoach", "nam_2021"), await expected(pressing.scene)
    asked = (await drops(pressing, docx(), "a.docx"))[-1]
    await pressing.scene.presses_data("phuong", asked.data(f"BC-{plan.number}"))
    seen = await pressing.scene.presses_data("phuong", asked.data(f"BC-{indicators.number}"))
    assert seen[0].text.startswith("Tệp đó đã được xử lý rồi.")
    assert [row.expected for row in await loose(pressing)] == [plan.id]


async def test_two_presses_at_once_give_it_to_one_report(pressing: Office) -> None:
    """Whoever comes second finds it settled."""
    plan, indicators = await expected(pressing.scene, "ke_hoach", "nam_2021"), await expected(pressing.scene)
    asked = (await drops(pressing, docx(), "a.docx"))[-1]
    presses = (asked.data(f"BC-{one.number}") for one in (plan, indicators))
    await asyncio.gather(*(pressing.scene.presses_data("phuong", data) for data in presses))
    answers = await pressing.answers()
    assert (len(await loose(pressing)), len(answers["tep"])) == (1, 1)


async def test_none_of_them_deletes_it(office: Office) -> None:
    """Rows and key at once, the file with the next sweep."""
    await drops(office, docx(), "a.docx")
    await office.works()
    assert (await office.scene.says("phuong", "bỏ tệp"))[-1].text == "Vâng, tệp không vào báo cáo nào và được xoá."
    assert (await loose(office), await office.scene.rows(ATTACHMENT)) == ([], [])
    assert (await office.scene.says("phuong", "bỏ tệp"))[-1].text == "Hiện không có tệp nào chờ xếp vào báo cáo."


async def test_left_alone_it_is_deleted_after_a_week(office: Office) -> None:
    """And not before; what was given to a report stays."""
    await drops(office, docx(), "a.docx")
    await office.scene.says("phuong", f"nop {(await expected(office.scene)).number}")
    await office.scene.says("phuong", "huỷ")
    await drops(office, docx(), "b.docx")
    await office.works()
    office.scene.clock[0] += timedelta(days=6)
    await office.scene.db.run(lambda db: upkeep.forget(db, office.scene.engine))
    assert len(await loose(office)) == 2
    office.scene.clock[0] += timedelta(days=2)
    await office.scene.db.run(lambda db: upkeep.forget(db, office.scene.engine))
    assert [row.state for row in await loose(office)] == ["sent"]
    assert len(await office.scene.rows(ATTACHMENT)) == 1


async def test_what_is_typed_a_day_later_is_no_answer(pressing: Office) -> None:
    """A forgotten file goes into no report by chance; its buttons still work."""
    asked = (await drops(pressing, docx(), "a.docx"))[-1]
    pressing.scene.clock[0] += timedelta(days=1)
    number = (await expected(pressing.scene)).number
    await pressing.scene.says("phuong", f"nop {number}")
    assert [row.state for row in await loose(pressing)] == ["loose"]
    assert (await pressing.scene.presses_data("phuong", asked.data(f"BC-{number}")))[0].text.startswith("Đã nhận tệp (tất cả 1).")


async def test_an_album_is_asked_about_once(office: Office) -> None:
    """The pages of one paper, photographed, come as several messages."""
    assert (await drops(office, photo(), "1.jpg", album="a"))[-1].text.startswith(KEPT)
    assert await drops(office, photo(), "2.jpg", album="a") == []
    seen = await office.scene.says("phuong", f"nop {(await expected(office.scene)).number}")
    assert (seen[-1].text.startswith("Đã nhận tệp (tất cả 2)."), len(await loose(office))) == (True, 1)


async def test_a_photo_may_be_about_a_child(office: Office) -> None:
    """Whoever meant that is told the way."""
    assert "Nếu là ảnh về vụ việc của trẻ, anh/chị gõ /baocao rồi gửi lại." in (await drops(office, photo(), "1.jpg"))[-1].text


async def test_the_offices_own_spreadsheet_is_asked_about_once_it_is_read(office: Office) -> None:
    """It could have been one of ours."""
    await drops(office, xlsx())
    assert (await heard(office)).startswith("Đã giữ bảng tính.\nTệp này thuộc báo cáo nào ạ?")
    number = (await expected(office.scene)).number
    assert (await office.scene.says("phuong", f"nop {number}"))[-1].text.startswith("Đã nhận tệp (tất cả 1).")


async def test_one_of_ours_without_its_hidden_column_says_so(office: Office) -> None:
    """Its figures cannot be told apart; as a paper it still counts."""
    import io

    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(await blank(office)))
    book.worksheets[0].delete_cols(7)
    saved = io.BytesIO()
    book.save(saved)
    await drops(office, saved.getvalue())
    assert (await heard(office)).splitlines()[:2] == [
        "Bảng tính đã được lưu nhưng thiếu cột ẩn cuối cùng, nên không biết số nào là của chỉ tiêu nào.",
        "Tệp này thuộc báo cáo nào ạ?",
    ]


async def test_in_the_middle_of_another_dialogue_a_file_belongs_there(office: Office) -> None:
    """A photo of a case that is being reported is never taken for a paper."""
    await office.scene.says("phuong", "/baocao")
    await drops(office, photo(), "1.jpg")
    assert await loose(office) == []


async def test_an_open_question_is_not_moved_by_what_was_read(office: Office) -> None:
    """The figures are told beside it; the next word still answers it."""
    filled = with_values(await blank(office), ALL)
    await drops(office, filled)
    await office.scene.says("phuong", "/baocao")
    assert "đã đọc bảng tính" in await heard(office)
    assert "Trẻ gặp chuyện gì?" in (await office.scene.says("phuong", "tạm an toàn"))[-1].text


async def test_of_somebody_without_reports_nothing_is_kept(office: Office) -> None:
    """A collaborator is shown the way to report; nobody unknown leaves files here."""
    await drops(office, photo(), "1.jpg", sender="ctv")
    await drops(office, docx(), "a.docx", sender="nguoi-la")
    assert (await loose(office), await office.scene.rows(ATTACHMENT)) == ([], [])


async def test_whoever_owes_nothing_is_told_how_a_correction_goes(office: Office) -> None:
    """It is kept all the same."""
    await office.scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(EXPECTED.c.report == "ke_hoach").values(state="accepted")))
    await handed_in(office.scene)
    text = (await drops(office, docx(), "a.docx"))[-1].text
    assert text.splitlines()[1].startswith("Hiện anh/chị không còn báo cáo nào phải nộp. Nếu là bản sửa")
    number = (await expected(office.scene)).number
    assert (await office.scene.says("phuong", f"nop {number}"))[-1].text.startswith("Đã nhận tệp (tất cả 1).")


async def test_a_file_that_came_by_itself_and_broke_empties_its_report_too(office: Office) -> None:
    """Handed in with it alone, and refused after that: owed again."""
    await drops(office, docx(), "a.docx")
    for said in (f"nop {(await expected(office.scene)).number}", "đủ tệp rồi", "hôm nay", "gửi"):
        await office.scene.says("phuong", said)
    assert (await expected(office.scene)).state == "handed_in"
    await refuse(office.scene, (await office.scene.rows(ATTACHMENT))[0].id)
    assert (await expected(office.scene)).state == "owed"


async def test_nothing_is_kept_for_another_units_report(pressing: Office) -> None:
    """A button that was made up for another ward's report: the file stays where it is."""
    other = await expected(pressing.scene, unit="bo_de")
    asked = (await drops(pressing, docx(), "a.docx"))[-1]
    own = asked.data(f"BC-{(await expected(pressing.scene)).number}")
    seen = await pressing.scene.presses_data("phuong", own.rpartition(".")[0] + f".{other.number}")
    assert seen[0].text == "Báo cáo đó của đơn vị khác nên anh/chị không nộp được."
    assert [row.state for row in await loose(pressing)] == ["loose"]


async def test_another_chats_file_cannot_be_taken(pressing: Office) -> None:
    """A button names the file, and only the chat where it was sent finds it."""
    await join(pressing.scene, "phuong-2")
    asked = (await drops(pressing, docx(), "a.docx"))[-1]
    data = asked.data(f"BC-{(await expected(pressing.scene)).number}")
    assert (await pressing.scene.presses_data("phuong-2", data))[0].text.startswith("Tệp đó đã được xử lý rồi.")
    assert [row.state for row in await loose(pressing)] == ["loose"]
