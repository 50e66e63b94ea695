"""Handing in by chat, as a ward officer does it: from what is owed to the receipt, by typing alone."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.expected import EXPECTED, REPORT_EVENT
from models.submission import ANSWER
from tests.bot.reports import FIGURES, SPRING, expected, fill, handed_in, spring
from tests.driver import NO_BUTTONS, Scene, Seen


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))


def last(seen: list[Seen]) -> str:
    return seen[-1].screen


async def test_what_is_owed_stands_the_most_urgent_first(scene: Scene) -> None:
    """With its number, until when, and what to type."""
    plan, indicators = await expected(scene, "ke_hoach", "nam_2021"), await expected(scene)
    seen = await scene.says("phuong", "nộp báo cáo")
    assert last(seen).splitlines() == [
        "Báo cáo cần nộp, gấp nhất trước:",
        f"• Kế hoạch của phường, năm 2021 (BC-{plan.number})",
        "   hạn 14/3/2021, đã quá 52 ngày",
        f"• Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{indicators.number})",
        "   hạn hết ngày 9/5/2021, còn 4 ngày",
        f"Để bắt đầu, gõ “nop” và số, ví dụ: /nop {plan.number}",
    ]


async def test_the_six_month_report_is_answered_in_one_hand(scene: Scene) -> None:
    """Forty questions in a dozen messages, and a receipt with the exact time."""
    row = await expected(scene)
    seen = await handed_in(scene)
    assert last(seen).splitlines() == [
        "✅ ĐÃ NỘP",
        f"Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{row.number})",
        "Ngọc Lâm",
        "Nhận lúc Thứ Tư 5/5/2021, 09:00. ĐÚNG HẠN.",
        f"Phòng LĐTB&XH xem xong sẽ báo lại tại đây. Muốn sửa trước đó, anh/chị gõ: /nop {row.number}",
    ]
    row = await expected(scene)
    assert (row.state, row.first_at, row.as_of, row.zero) == ("handed_in", SPRING, "2021-05-05", False)


async def test_the_room_hears_it_without_a_figure(scene: Scene) -> None:
    """Who, what, on time: the figures are read in private."""
    row = await expected(scene)
    await handed_in(scene)
    assert await scene.texts("phong-truc") == [f"📄 BC-{row.number} đã nộp: Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021\nĐÚNG HẠN"]


async def test_parts_that_do_not_add_up_are_asked_again(scene: Scene) -> None:
    """It says which figures, and keeps what stands until it is given anew."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.says("phuong", "1")
    seen = await scene.says("phuong", "120 61 58")
    assert last(seen).splitlines()[:7] == [
        "nam + nữ = 119, còn tổng số đang là 120.",
        "Anh/chị xem lại giúp.",
        "",
        "Phần 1/11: Trẻ em dưới 16 tuổi",
        "1) tổng số: 120",
        "2) nam: 61",
        "3) nữ: 58",
    ]
    assert last(await scene.says("phuong", "120 61 59")).startswith("Đã ghi: tổng số 120; nam 61; nữ 59.")


async def test_a_part_is_never_more_than_the_whole(scene: Scene) -> None:
    """The figures that do not fit are asked again, with what stands there."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    for said in ("1", *FIGURES[:1]):
        await scene.says("phuong", said)
    seen = await scene.says("phuong", "40 21 19 41")
    assert last(seen).splitlines()[:6] == [
        "có thẻ BHYT (41) không thể nhiều hơn dưới 6 tuổi (40).",
        "Anh/chị xem lại giúp.",
        "",
        "Phần 2/11: Trẻ em dưới 6 tuổi",
        "1) dưới 6 tuổi: 40",
        "2) có thẻ BHYT: 41",
    ]
    assert last(await scene.says("phuong", "40 39")).startswith("Đã ghi: dưới 6 tuổi 40; có thẻ BHYT 39.")


async def test_what_stands_out_against_the_period_before_wants_a_reason(scene: Scene) -> None:
    """The reason is kept with the figure and shown to whoever checks it."""
    await handed_in(scene)
    scene.clock[0] = datetime(2021, 8, 2, 2, 0, tzinfo=UTC)
    nine = await expected(scene, period="9_thang_2021")
    await scene.says("phuong", f"nop {nine.number}")
    await scene.says("phuong", "1")
    seen = await scene.says("phuong", "240 121 119")
    assert last(seen).splitlines()[:2] == [
        "tổng số: kỳ này 240, kỳ trước (6 tháng năm 2021) là 120.",
        "Nếu số đó đúng, anh/chị cho biết vì sao, vài chữ thôi.",
    ]
    assert last(await scene.says("phuong", "nhập thêm tổ dân phố mới")).startswith("Cảm ơn anh/chị, lý do đã ghi kèm số.")


async def test_the_service_offers_what_it_knows(scene: Scene) -> None:
    """The figure of the period before is one word away, and is an answer only once it is said."""
    await handed_in(scene)
    scene.clock[0] = datetime(2021, 8, 2, 2, 0, tzinfo=UTC)
    await scene.says("phuong", f"nop {(await expected(scene, period='9_thang_2021')).number}")
    seen = await scene.says("phuong", "1")
    assert "Như kỳ trước" in last(seen)
    assert last(await scene.says("phuong", "như kỳ trước")).startswith("Phần 1/11")
    assert await count(scene, ANSWER.c.question == "tong_tre_em") == 2


async def count(scene: Scene, where: sa.ColumnElement[bool]) -> int:
    return await scene.db.run(lambda db: int(db.scalar(sa.select(sa.func.count()).select_from(ANSWER).where(where)) or 0))


async def test_a_zero_report_is_a_statement_of_its_own(scene: Scene) -> None:
    """It is asked once more, because nothing is a statement too."""
    scene.clock[0] = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)
    row = await expected(scene, "thang_hanh_dong", "nam_2021")
    await scene.says("phuong", f"nop {row.number}")
    seen = await scene.says("phuong", "trong kỳ không có")
    assert last(seen).startswith("Anh/chị xác nhận: “Tháng hành động, năm 2021”, trong kỳ không có gì để báo cáo. Đúng không ạ?")
    await scene.says("phuong", "đúng")
    row = await expected(scene, "thang_hanh_dong", "nam_2021")
    assert (row.state, row.zero) == ("handed_in", True)
    assert (await scene.texts("phong-truc"))[-1].endswith("Đơn vị xác nhận: trong kỳ không có.")


async def test_an_empty_report_is_none(scene: Scene) -> None:
    """The day of the figures alone does not count, however punctual it is."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.says("phuong", "1")
    for _ in range(60):
        seen = await scene.says("phuong", "bo qua")
        if "Số liệu tính đến ngày nào" in last(seen):
            break
    await scene.says("phuong", "hôm nay")
    seen = await scene.says("phuong", "gui")
    assert last(seen).startswith("Báo cáo còn trống nên chưa tính là đã nộp.")
    assert (await expected(scene)).state == "owed"


async def test_the_offices_file_is_a_report(scene: Scene) -> None:
    """Sent whenever it comes, kept with the report, then only its note and its day are asked."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    seen = await scene.sends("phuong", "bang.xlsx", kind="file")
    assert last(seen).startswith("Đã nhận tệp (tất cả 1).")
    for said in ("đủ tệp rồi", "bo qua", "hôm nay"):
        seen = await scene.says("phuong", said)
    assert last(seen).splitlines()[1] == "Anh/chị xem lại rồi nộp:"
    await scene.says("phuong", "gui")
    row = await expected(scene)
    kept = await scene.rows(ATTACHMENT, ATTACHMENT.c.submission == row.submission)
    assert (row.state, [one.kind for one in kept]) == ("handed_in", ["file"])


async def test_a_colleague_goes_on_with_the_draft(scene: Scene) -> None:
    """The draft belongs to the report: whoever of the ward comes next finds it where it stands."""
    await join(scene, "phuong-2")
    number = (await expected(scene)).number
    for said in (f"nop {number}", "1", FIGURES[0]):
        await scene.says("phuong", said)
    seen = await scene.says("phuong-2", f"nop {number}")
    assert last(seen).startswith("Làm tiếp bản đang dở: đã xong 5 trên 40 câu.\n\nPhần 2/11: Trẻ em dưới 6 tuổi")
    await scene.says("phuong", FIGURES[1])
    assert last(await scene.says("phuong-2", "40 21 19 38")).startswith("Đã ghi: dưới 6 tuổi 40")
    assert await count(scene, sa.and_(ANSWER.c.question == "tre_duoi_6_bhyt", ANSWER.c.superseded_at.is_(None))) == 1


async def join(scene: Scene, chat: str, unit: str = "ngoc_lam", role: str = "ward_officer") -> None:
    """One more person of that role in that unit."""
    from models.ids import new_id
    from models.people import ACCOUNT, MEMBERSHIP, PERSON

    person, at = new_id(), scene.clock[0]

    def work(db: sa.Connection) -> None:
        db.execute(sa.insert(PERSON).values(id=person, name=f"Cán bộ {chat}", locale="vi", created_at=at))
        db.execute(
            sa.insert(ACCOUNT).values(
                id=new_id(), person=person, channel=scene.channel, external_id=chat, chat=chat, started=True, created_at=at
            )
        )
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=at))

    await scene.db.run(work)


async def test_another_wards_report_is_not_theirs(scene: Scene) -> None:
    """By its number, at the beginning and in the middle."""
    other = await expected(scene, unit="bo_de")
    assert last(await scene.says("phuong", f"nop {other.number}")) == "Báo cáo đó của đơn vị khác nên anh/chị không nộp được."
    assert (await expected(scene, unit="bo_de")).submission is None


async def test_handing_in_twice_is_one_report(scene: Scene) -> None:
    """The second word finds nothing to do, and says how it stands; the room hears it once."""
    await handed_in(scene)
    await scene.says("phuong", "gui")
    row = await expected(scene)
    await scene.says("phuong", f"nop {row.number}")
    assert last(await scene.says("phuong", "gui")).splitlines() == [
        f"Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{row.number}) đã được nộp: Cán bộ phường, Thứ Tư 5/5/2021, 09:00. Từ đó chưa có gì thay đổi.",
        "ĐÚNG HẠN",
        f"Muốn sửa, anh/chị gõ: /nop {row.number}",
    ]
    events = await scene.rows(REPORT_EVENT, sa.and_(REPORT_EVENT.c.expected == row.id, REPORT_EVENT.c.what == "handed_in"))
    assert ([event.data["again"] for event in events], len(await scene.texts("phong-truc"))) == ([False], 1)


async def test_a_correction_keeps_the_first_time(scene: Scene) -> None:
    """On time stays on time, and the history knows both."""
    await handed_in(scene)
    scene.clock[0] += timedelta(days=10)
    row = await expected(scene)
    for said in (f"nop {row.number}", "Sửa: Kinh phí", "10 3"):
        await scene.says("phuong", said)
    seen = await scene.says("phuong", "gui")
    assert last(seen).splitlines()[0] == "✅ ĐÃ NỘP LẠI"
    row = await expected(scene)
    assert (row.first_at, row.handed_at) == (SPRING, SPRING + timedelta(days=10))
    events = await scene.rows(REPORT_EVENT, sa.and_(REPORT_EVENT.c.expected == row.id, REPORT_EVENT.c.what == "handed_in"))
    assert [event.data["again"] for event in events] == [False, True]


async def test_a_colleagues_handing_in_is_seen_before_it_is_replaced(scene: Scene) -> None:
    """Two officers at the same review: the second hears that it stands; what they change is looked at once more, and then counts."""
    await join(scene, "phuong-2")
    await fill(scene)
    number = (await expected(scene)).number
    await scene.says("phuong-2", f"nop {number}")
    await scene.says("phuong", "gui")
    scene.clock[0] += timedelta(minutes=1)
    for said in ("Sửa: Kinh phí", "10 3"):
        await scene.says("phuong-2", said)
    assert last(await scene.says("phuong-2", "gui")).startswith(
        "Cán bộ phường vừa nộp báo cáo này (09:00 5/5). Anh/chị xem lại một lần nữa giúp."
    )
    assert (await expected(scene)).handed_at == SPRING
    assert last(await scene.says("phuong-2", "gui")).startswith("✅ ĐÃ NỘP LẠI")


async def test_a_zero_report_never_replaces_a_colleagues_figures_unseen(scene: Scene) -> None:
    """Whoever was about to state that there was nothing is shown what came meanwhile."""
    scene.clock[0] = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)
    await join(scene, "phuong-2")
    number = (await expected(scene, "thang_hanh_dong", "nam_2021")).number
    for said in (f"nop {number}", "trong kỳ không có"):
        await scene.says("phuong-2", said)
    for said in (f"nop {number}", "1", "4 120 110 30 600", "12 3", *("bo qua",) * 5):
        seen = await scene.says("phuong", said)
        if "Số liệu tính đến ngày nào" in last(seen):
            break
    await scene.says("phuong", "hôm nay")
    assert last(await scene.says("phuong", "gui")).startswith("✅ ĐÃ NỘP")
    assert "vừa nộp báo cáo này" in last(await scene.says("phuong-2", "đúng"))
    row = await expected(scene, "thang_hanh_dong", "nam_2021")
    assert (row.state, row.zero) == ("handed_in", False)


@pytest.mark.parametrize("said", ["...", "👍", "vì " * 400])
async def test_a_reason_is_a_few_words(scene: Scene, said: str) -> None:
    """Nothing is cut, and a sign is no reason."""
    await handed_in(scene)
    scene.clock[0] = datetime(2021, 8, 2, 2, 0, tzinfo=UTC)
    for typed in (f"nop {(await expected(scene, period='9_thang_2021')).number}", "1", "240 121 119"):
        await scene.says("phuong", typed)
    assert "tổng số: kỳ này 240" in last(await scene.says("phuong", said))
    assert await count(scene, ANSWER.c.question == "tong_tre_em.why") == 0


async def test_looking_at_the_list_never_stops_what_is_being_filled_in(scene: Scene) -> None:
    """Nor does asking for a report that cannot be handed in: the next figures are read as ever."""
    later = await expected(scene, "phuong_phu_hop", "nam_2021")
    for said in (f"nop {(await expected(scene)).number}", "1", "/nopbaocao"):
        await scene.says("phuong", said)
    assert "nộp được từ" in last(await scene.says("phuong", f"/nop {later.number}"))
    assert last(await scene.says("phuong", FIGURES[0])).startswith("Đã ghi: tổng số 120; nam 61; nữ 59")


async def test_a_case_that_is_being_reported_is_not_dropped_for_a_list(scene: Scene) -> None:
    """The question about the child stays open."""
    await scene.says("phuong", "/baocao")
    await scene.says("phuong", "/nopbaocao")
    await scene.says("phuong", "/hanbaocao")
    assert "Trẻ gặp chuyện gì?" in last(await scene.says("phuong", "tạm an toàn"))


async def test_files_that_are_there_already_are_named(scene: Scene) -> None:
    """Whoever comes back, or a colleague, need not send them again."""
    number = (await expected(scene)).number
    await scene.says("phuong", f"nop {number}")
    await scene.sends("phuong", "bang.xlsx", kind="file")
    await scene.says("phuong", "huỷ")
    assert last(await scene.says("phuong", f"nop {number}")).startswith("Đã nhận tệp (tất cả 1).")


async def test_late_is_said_plainly(scene: Scene) -> None:
    """By days, without blame."""
    scene.clock[0] = datetime(2021, 5, 12, 2, 0, tzinfo=UTC)
    seen = await handed_in(scene)
    assert "Nhận lúc Thứ Tư 12/5/2021, 09:00. trễ 3 ngày." in last(seen)


async def test_a_locked_report_says_whom_to_ask(scene: Scene) -> None:
    """Nothing is filled in for nothing."""
    row = await expected(scene)
    scene.clock[0] = row.expires_at
    seen = await scene.says("phuong", f"nop {row.number}")
    assert last(seen).startswith(f"Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{row.number}) đã khoá từ")


async def test_later_keeps_the_draft(scene: Scene) -> None:
    """ "Huỷ" loses nothing here, and says so."""
    number = (await expected(scene)).number
    for said in (f"nop {number}", "1", FIGURES[0]):
        await scene.says("phuong", said)
    assert last(await scene.says("phuong", "huỷ")).startswith("Vâng. Bản đang làm vẫn được giữ")
    assert last(await scene.says("phuong", f"nop {number}")).startswith("Làm tiếp bản đang dở: đã xong 5 trên 40 câu.")


async def test_a_part_can_be_changed_at_the_review(scene: Scene) -> None:
    """Each figure of it shows what stands there."""
    await fill(scene)
    seen = await scene.says("phuong", "Sửa: Kinh phí")
    assert "1) ngân sách: 12,5" in last(seen)
    assert "Kinh phí: ngân sách 10; xã hội hóa 3" in last(await scene.says("phuong", "10 3"))


async def test_nothing_is_owed_by_whoever_owes_nothing(scene: Scene) -> None:
    """A duty officer of the division in spring."""
    assert last(await scene.says("truc-a", "nop bao cao")).startswith("Hiện anh/chị không còn báo cáo nào phải nộp.")


async def test_the_draft_of_a_report_is_never_taken_for_a_case(scene: Scene) -> None:
    """ "Báo cáo" begins a case as ever."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.says("phuong", "huỷ")
    assert "Trẻ đang như thế nào?" in last(await scene.says("phuong", "/baocao"))
    assert (await scene.rows(EXPECTED, EXPECTED.c.submission.is_not(None)))[0].state == "owed"


async def test_a_file_that_could_not_be_kept_is_no_report(scene: Scene) -> None:
    """It was refused before the report was handed in: the question is open again, and without a file nothing is reported."""
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.sends("phuong", "bang.xlsx", kind="file")
    await scene.db.run(lambda db: db.execute(sa.update(ATTACHMENT).values(state="refused", reason="wrong_type")))
    assert "Nếu có văn bản của đơn vị" in last(await scene.says("phuong", "đủ tệp rồi"))
    for said in ("Không gửi tệp", "hôm nay"):
        await scene.says("phuong", said)
    assert last(await scene.says("phuong", "gui")).startswith("Báo cáo còn trống nên chưa tính là đã nộp.")
    assert (await expected(scene)).state == "owed"


async def test_a_report_that_the_plan_no_longer_knows_blocks_nobody(scene: Scene) -> None:
    """One sentence, and the chat is free."""
    number = (await expected(scene)).number
    await scene.says("phuong", f"nop {number}")
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(EXPECTED.c.number == number).values(report="an_earlier_one")))
    assert last(await scene.says("phuong", "1")) == f"Tôi không còn mẫu câu hỏi của BC-{number}. Anh/chị gọi phòng trực giúp."
    assert "Trẻ đang như thế nào?" in last(await scene.says("phuong", "/baocao"))
