"""Whole dialogues on a messenger without buttons: what is typed, and everything that is then on the screen."""

import re

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.facts import Role
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from tests.bot.screens import (
    ALERT,
    BY_WHOM,
    CALLED,
    CAUSE,
    CONTACT,
    DANGER,
    GRAVITY,
    GROUP,
    INJURY,
    INJURY_2,
    KIND,
    LIVES_THERE,
    NAMED,
    NETWORK,
    OTHER_WARDS,
    PHOTOS,
    PLACE,
    SEEN,
    SETTING,
    VIOLATION,
    WARD,
    WHEN,
)  # fmt: skip
from tests.driver import MENTIONED, PLAN, Scene

BETWEEN = "\n---\n"


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The cast on a messenger without buttons, whose groups hear only mentions."""
    return await Scene.open(db, vault, capabilities=MENTIONED)


async def known(scene: Scene, name: str, role: Role, unit: str, account: str = "") -> None:
    """One more member."""

    def put(db: sa.Connection) -> None:
        person, now = new_id(), scene.clock[0]
        db.execute(sa.insert(PERSON).values(id=person, name=name, phone=None, locale="vi", created_at=now))
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=now))
        if account:
            row = {"id": new_id(), "person": person, "channel": scene.channel, "external_id": account, "chat": account}
            db.execute(sa.insert(ACCOUNT).values(**row, started=True, created_at=now))

    await scene.db.run(put)


# --- the report -------------------------------------------------------------------------------------------------------


async def test_a_violation_is_reported_by_typing_numbers(scene: Scene) -> None:
    """From the first word to the receipt; nothing but numbers, a place and what was seen."""
    await scene.reads(
        "ctv",
        ("báo cáo", DANGER),
        ("1", f"{ALERT}{BETWEEN}{WARD}"),
        ("2", OTHER_WARDS),
        ("8", PLACE % "Quay lại"),
        ("số 8 ngõ 12", CALLED),
        ("2", KIND),
        ("1", VIOLATION),
        ("5", BY_WHOM),
        ("2", LIVES_THERE),
        ("1", NETWORK),
        ("1", WHEN),
        ("4", "Đã ghi: Chủ nhật 22/11/2026.\n\n" + SEEN % "Sửa lại"),
        ("Cháu ở nhà một mình ba ngày, đói", PHOTOS),
        ("1", CONTACT),
        ("1", NAMED % "Quay lại"),
        (
            "1",
            """Anh/chị xem lại rồi gửi:
            • Trẻ lúc này: ĐANG NGUY HIỂM; chưa gọi Phòng
            • Việc gì: Bạo lực hoặc xâm hại; Bỏ rơi, bỏ mặc trẻ em
            • Ai gây ra: Mẹ; sống cùng trẻ; không liên quan cán bộ
            • Ở đâu: Phường Bồ Đề; số 8 ngõ 12
            • Lúc nào: Chủ nhật 22/11/2026
            • Đã thấy gì: Cháu ở nhà một mình ba ngày, đói; Không có ảnh
            • Người báo: gọi hay nhắn đều được; 0900000000; cho biết tên
            1. GỬI NGAY
            2. Bổ sung nếu biết
            3. Sửa: Trẻ lúc này
            4. Sửa: Việc gì
            5. Sửa: Ai gây ra
            6. Sửa: Ở đâu
            7. Sửa: Lúc nào
            8. Sửa: Đã thấy gì
            9. Sửa: Người báo
            10. Huỷ báo cáo""",
        ),
        (
            "1",
            """✅ Đã gửi. Mã vụ việc: VV-2026-0001
            Báo Ngay đang báo cán bộ trực của Phòng và phường.
            Cán bộ có thể gọi hoặc nhắn cho anh/chị.
            Phường sẽ làm văn bản, anh/chị không phải viết thêm gì.
            Nếu sau 3 phút chưa có ai nhận, đừng chờ: gọi 113/115 và trực ban 024 0000 0000 (số tập huấn).
            1. Bổ sung nếu biết
            2. Xong""",
        ),
        ("2", "Cảm ơn anh/chị. Muốn bổ sung, gõ: bổ sung. Muốn biết đã xử lý đến đâu, gõ: xem."),
    )


async def test_an_injury_is_reported_by_typing_labels_without_diacritics(scene: Scene) -> None:
    """As people type on an old phone: no marks, no commas; what stands on the second page too."""
    await scene.reads(
        "ctv",
        ("bao cao", DANGER),
        ("tam an toan", KIND),
        ("tai nan thuong tich", INJURY),
        ("xem them", INJURY_2),
        ("dien giat", CAUSE),
        ("do tai nan", GRAVITY),
        ("can kham dieu tri", SETTING),
        ("tai nha", WARD),
        ("ngoc lam", "Đã ghi: Phường Ngọc Lâm.\n\n" + GROUP % "Sửa lại"),
        ("khong ro to", PLACE % "Quay lại"),
        ("khu tap the", WHEN),
        ("toi qua", "Đã ghi: Chủ nhật 22/11/2026, buổi tối.\n\n" + SEEN % "Sửa lại"),
        ("cham o dien ho", PHOTOS),
        ("khong co anh", CONTACT),
        ("chi goi dung nhan", NAMED % "Quay lại"),
    )
    answered = await scene.says("ctv", "giu kin ten toi")
    assert "Điện giật; Do tai nạn; Cần khám/điều trị; Tại nhà" in answered[0].text
    assert (await scene.says("ctv", "gui ngay"))[-1].text.startswith("✅ Đã gửi. Mã vụ việc: VV-2026-0001")


async def test_the_second_page_answers_by_its_own_numbers(scene: Scene) -> None:
    """ "2" on it is the tenth of the list, and its way back is a number too."""
    for said in ("báo cáo", "2", "2"):
        await scene.says("ctv", said)
    await scene.reads(
        "ctv", ("9", INJURY_2), ("4", INJURY.replace("Trẻ bị tai nạn gì?", "Trang 1/2. Anh/chị gõ số, hoặc gõ chữ:")), ("9", INJURY_2)
    )
    await scene.reads(
        "ctv", ("5", KIND.replace("1. Bạo", "Đang ghi: Tai nạn thương tích\n1. Bạo").replace("4. Quay", "4. Giữ nguyên\n5. Quay"))
    )
    await scene.says("ctv", "4")
    await scene.reads("ctv", ("9", INJURY_2), ("2", CAUSE))
    await scene.says("ctv", "1")
    assert (await scene.rows(INCIDENT))[0].type == "dien_giat"


async def test_what_stands_on_another_page_can_be_typed_at_any_time(scene: Scene) -> None:
    """A person who knows the word needs no page."""
    for said in ("báo cáo", "2", "2", "9"):
        await scene.says("ctv", said)
    await scene.reads("ctv", ("Bỏng/cháy", CAUSE))
    assert (await scene.rows(INCIDENT))[0].type == "bong_chay"


async def test_back_skip_stop_and_help_are_typed(scene: Scene) -> None:
    """The same words as everywhere; nothing given is lost."""
    await scene.reads(
        "ctv",
        ("báo cáo", DANGER),
        ("3", KIND),
        ("quay lai", DANGER.replace("1. ĐANG", "Đang ghi: CHƯA RÕ\n1. ĐANG") + "\n4. Giữ nguyên"),
        ("4", KIND),
        (
            "trợ giúp",
            """• /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ

            Khẩn cấp gọi: 111, 113, 115

            Câu hỏi lúc nãy vẫn chờ, anh/chị trả lời tiếp lúc nào cũng được. Muốn dừng, gõ: huỷ""",
        ),
        ("bỏ qua", f"Câu này cần anh/chị trả lời, ngắn thôi cũng được.\n\n{KIND}"),
        ("12", f"Chưa khớp với ý nào. Anh/chị chọn một ý dưới đây, hoặc gõ số thứ tự.\n\n{KIND}"),
        (
            "huỷ",
            """Anh/chị dừng báo cáo này phải không ạ?
            1. Dừng
            2. Không, làm tiếp""",
        ),
        ("2", KIND),
    )
    for said in ("3", "4", "1"):
        await scene.says("ctv", said)
    await scene.reads("ctv", ("bỏ qua", PLACE % "Quay lại"))


async def test_a_bare_number_is_the_neighbourhood_where_one_is_asked_for(scene: Scene) -> None:
    """Its ways are words there: "1" must not be both a number on the list and the first group."""
    for said in ("báo cáo", "2", "3", "4"):
        await scene.says("ctv", said)
    await scene.reads("ctv", ("1", GROUP % "Quay lại"), ("1", "Đã ghi: tổ 1.\n\n" + PLACE % "Sửa lại"))


async def test_chosen_by_mistake_is_typed_at_any_later_moment(scene: Scene) -> None:
    """While the report is open, behind its receipt, and long after: the card notes it, the call stays."""
    noted = "Đã ghi là chọn nhầm. Để chắc chắn mọi người an toàn, cán bộ trực vẫn sẽ gọi điện cho anh/chị."
    for said in ("báo cáo", "1"):
        await scene.says("ctv", said)
    await scene.reads("ctv", ("/chonnham", f"{noted}\nNếu vẫn có việc cần báo, mời anh/chị trả lời tiếp. Nếu không, gõ: huỷ\n\n{WARD}"))
    assert "⚠ Người báo nói chọn nhầm: vẫn gọi điện kiểm tra" in (await scene.last("phong-truc")).text
    for said in ("huỷ", "1"):
        await scene.says("ctv", said)
    await scene.reads("ctv", ("chọn nhầm", noted), ("toi bam nham", noted))


# --- joining, inviting, cutting, setting up ---------------------------------------------------------------------------

WARDS = """Người đó thuộc phường nào? Chọn, hoặc gõ tên phường.
    1. Thượng Thanh
    2. Ngọc Thụy
    3. Giang Biên
    4. Đức Giang
    5. Việt Hưng
    6. Gia Thụy
    7. Ngọc Lâm
    8. Phúc Lợi
    9. Xem thêm"""
WARDS_2 = """Trang 2/2. Anh/chị gõ số, hoặc gõ chữ:
    1. Bồ Đề
    2. Sài Đồng
    3. Long Biên
    4. Thạch Bàn
    5. Phúc Đồng
    6. Cự Khối
    7. Xem lại từ đầu"""
ROLES = """Anh/chị mời ai?
    1. cộng tác viên
    2. cán bộ trẻ em phường
    3. cán bộ trực
    4. lãnh đạo
    5. cán bộ cơ quan phối hợp
    6. quản trị viên
    7. lãnh đạo phường
    8. lãnh đạo Quận Long Biên"""


async def test_fourteen_wards_are_invited_into_by_pages_and_by_typing(scene: Scene) -> None:
    """By a number of the second page, by its name, by a name of the first page while the second is open."""
    await known(scene, "Quản trị viên", Role.ADMINISTRATOR, PLAN.division, "qt")
    await scene.reads("qt", ("/moi", ROLES), ("1", WARDS), ("9", WARDS_2))
    assert (await scene.says("qt", "2"))[0].text.startswith("Mã cho một cộng tác viên, Phường Sài Đồng.")
    await scene.reads("qt", ("2", ROLES), ("1", WARDS), ("quay lại", ROLES), ("1", WARDS), ("trang sau", WARDS_2))
    assert (await scene.says("qt", "viet hung"))[0].text.startswith("Mã cho một cộng tác viên, Phường Việt Hưng.")


async def test_somebody_joins_by_typing_a_code(scene: Scene) -> None:
    """No link is needed; the last line tells how to answer from now on."""
    await known(scene, "Quản trị viên", Role.ADMINISTRATOR, PLAN.division, "qt")
    for said in ("/moi", "1", "ngoc lam"):
        await scene.says("qt", said)
    code = next(found.group() for text in await scene.texts("qt") if (found := re.search(r"BN-\w{4}-\w{4}", text)))
    name = "Xin anh/chị cho biết họ và tên. (Ví dụ: Nguyễn Thị Lan)"
    phone = "Cán bộ gọi lại cho anh/chị theo số nào? (Ví dụ: 0912 345 678)"
    check = """Thông tin này đúng chưa ạ?
        Họ tên: Nguyễn Thị Lan
        Số gọi lại: 0912345678
        Vai trò: cộng tác viên, Phường Ngọc Lâm
        1. Đúng, tham gia
        2. Sửa họ tên
        3. Sửa số điện thoại"""
    await scene.reads(
        "moi",
        (code.lower().replace("-", " "), f"Chào mừng anh/chị! Anh/chị được mời làm cộng tác viên, Phường Ngọc Lâm.\n{name}"),
        ("1", f"Anh/chị gõ giúp đủ họ và tên, bằng chữ.\n{name}"),
        ("nguyễn thị lan", phone),
        ("quay lại", name),
        ("Nguyễn Thị Lan", phone),
        ("12", f"Đây chưa giống một số điện thoại.\n{phone}"),
        ("0912 345 678", check),
        ("3", phone),
        ("0912345678", check),
        (
            "1",
            """Xong rồi ạ, anh/chị Nguyễn Thị Lan. Vai trò: cộng tác viên, Phường Ngọc Lâm.

            • /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ

            Câu nào có đánh số, anh/chị chỉ cần gõ số.""",
        ),
        (
            "1",
            """Chào anh/chị Nguyễn Thị Lan. Anh/chị cần làm gì ạ?
            • /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ
            • Báo cáo vụ việc: /baocao""",
        ),
    )


async def test_one_of_twenty_five_members_is_cut(scene: Scene) -> None:
    """Page by page, or by name; "no" is on every page."""
    await known(scene, "Quản trị viên", Role.ADMINISTRATOR, PLAN.division, "qt")
    for number in range(25):
        await known(scene, f"Cộng tác viên {number + 1:02}", Role.COLLABORATOR, "ngoc_lam")
    first = (await scene.says("qt", "/thuhoi"))[0].screen.splitlines()
    assert first[0] == "Thu hồi tài khoản của ai? Chọn, hoặc gõ tên."
    assert first[-2:] == ["9. Xem thêm", "10. Không thu hồi ai"]
    pages = [(await scene.says("qt", "9"))[0].screen.splitlines() for _ in range(3)]
    assert [page[0] for page in pages] == [f"Trang {number}/4. Anh/chị gõ số, hoặc gõ chữ:" for number in (2, 3, 4)]
    assert pages[-1][-2:] == ["8. Xem lại từ đầu", "9. Không thu hồi ai"]
    assert pages[-1][5] == "5. Cộng tác viên 25 – cộng tác viên, Phường Ngọc Lâm"
    sure = """Thu hồi tài khoản của Cộng tác viên 25 (cộng tác viên, Phường Ngọc Lâm)?
        Có hiệu lực ngay. Muốn vào lại, người đó cần mã mới.
        1. Thu hồi
        2. Không"""
    await scene.reads("qt", ("5", sure), ("1", "Đã thu hồi tài khoản của Cộng tác viên 25: từ giờ không nhận vụ việc, không nhận tin."))
    found = "1. Cộng tác viên 24 – cộng tác viên, Phường Ngọc Lâm"
    await scene.reads(
        "qt",
        (
            "/thuhoi 24",
            f"Thu hồi tài khoản của ai? Chọn, hoặc gõ tên.\n{found}\n2. Không thu hồi ai",
        ),
    )
    await scene.reads("qt", ("2", "Vâng ạ, không có gì thay đổi."))


async def test_the_service_is_made_ready_by_typing(db: Database, vault: Vault) -> None:
    """Also the confirmation that the keys are kept is a number of its own question."""
    scene = await Scene.open(db, vault, seeded=False, capabilities=MENTIONED)
    await known(scene, "Quản trị viên", Role.ADMINISTRATOR, PLAN.division, "qt")
    missing = """CHƯA SẴN SÀNG TRỰC. Còn thiếu: %s
        %s
        ❌ phòng trực: thêm Báo Ngay vào nhóm của Phòng rồi gõ trong nhóm: @Bot ganphong
        ❌ hai cán bộ trực (hiện có: 0): mời bằng /moi
        ❌ lãnh đạo Phòng: mời bằng /moi
        %s
        ○ nên có: lịch trực, xếp bằng /lichtruc"""
    keys = """Mất khoá (BAONGAY_SECRET_KEYS) thì không đọc lại được tin nào nữa, kể cả từ bản sao lưu.
        Đã cất một bản khoá ở nơi an toàn thứ hai chưa ạ?
        1. Rồi, đã sao lưu khoá
        2. Chưa"""
    unsure = "❌ xác nhận “đã sao lưu khoá”"
    number, changed = "✔ số trực của Phòng: 02438724033", "1. Sửa số trực của Phòng"
    await scene.reads(
        "qt",
        (
            "/sansang",
            missing % (5, "❌ số điện thoại của phòng trực", unsure) + "\n1. Nhập số trực của Phòng\n2. Đã sao lưu khoá\n3. Đóng",
        ),
        ("1", "Số điện thoại trực ngày đêm của Phòng là số nào? (Ví dụ: 024 3872 4033)"),
        (
            "024 3872 4033",
            "Đã ghi.\n" + missing % (4, number, unsure) + f"\n{changed}\n2. Đã sao lưu khoá\n3. Đóng",
        ),
        ("2", keys),
        ("quay lại", missing % (4, number, unsure) + f"\n{changed}\n2. Đã sao lưu khoá\n3. Đóng"),
        ("2", keys),
        ("1", "Đã ghi.\n" + missing % (3, number, "✔ đã sao lưu khoá") + f"\n{changed}\n2. Đóng"),
        ("2", "Vâng ạ. Muốn xem lại, anh/chị gõ /sansang."),
    )


async def test_the_language_and_the_three_ways_of_a_stranger_are_chosen_by_number(scene: Scene) -> None:
    """And a number that is asked for nowhere chooses nothing."""
    ways = "Báo Ngay giúp được gì ạ?\nGõ số để chọn:\n1. Con là trẻ em, con cần giúp\n2. Báo tin với tư cách người dân\n3. Tôi có mã"
    await scene.reads("dan", ("2", f"{HOTLINES}\n\nĐây là Báo Ngay, nơi nhận tin để bảo vệ trẻ em.\n{ways}"), ("2", DANGER))
    await scene.reads(
        "ctv",
        ("/ngonngu", "Chọn ngôn ngữ:\n/ngonngu vi – Tiếng Việt\n/ngonngu en – English\n1. Tiếng Việt\n2. English"),
        ("2", "Messages will be in English from now on."),
        ("/ngonngu vi", "Từ giờ tin nhắn sẽ bằng tiếng Việt."),
    )


HOTLINES = """111 – Tổng đài điện thoại quốc gia bảo vệ trẻ em (24 giờ tất cả các ngày, không thu phí)
    113 – Công an (khi có người đang bị hại)
    115 – Cấp cứu y tế (khi trẻ bị thương, bất tỉnh, khó thở)"""


async def test_no_letter_is_longer_than_a_small_messenger_takes(scene: Scene) -> None:
    """The longest question of all, with nine official names, stays far below what one message may hold."""
    for said in ("báo cáo", "2", "1", "1", "1", "1", "1", "1"):
        await scene.says("ctv", said)
    longest = max([len(seen.screen) for seen in await scene.letters("ctv")])
    assert longest < MENTIONED.max_text / 2
    assert len(await scene.rows(LETTER)) >= 8
