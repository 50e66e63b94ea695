"""Joining: codes as people type them, the dialogue, and what can go wrong on the way."""

from dataclasses import replace

import pytest

from bot.codes import ALPHABET, new_code
from handlers.join import canonical_code
from models.commands import Join
from models.facts import Invited, Role, Service
from tests.handlers.people_driver import COLLABORATOR, DIVISION, DUTY, NO_BUTTONS, WARD, Talk, who

INVITED = Invited("inv1", Role.COLLABORATOR, WARD)
LOOK = """
    Thông tin này đúng chưa ạ?
    Họ tên: Nguyễn Thị Lan
    Số gọi lại: 0912345678
    Vai trò: cộng tác viên, Phường Ngọc Lâm
    [Đúng, tham gia] [Sửa họ tên] [Sửa số điện thoại]
"""
ASK_NAME = "Xin anh/chị cho biết họ và tên. (Ví dụ: Nguyễn Thị Lan)"
ASK_PHONE = "Cán bộ gọi lại cho anh/chị theo số nào? (Ví dụ: 0912 345 678)"
WELCOME = f"Chào mừng anh/chị! Anh/chị được mời làm cộng tác viên, Phường Ngọc Lâm.\n{ASK_NAME}"
NO_CODE = """
    Mã này không dùng được. Xin nhờ người mời gửi mã mới: mỗi mã chỉ dùng một lần, trong 7 ngày.
    Khẩn cấp gọi: 111, 113, 115
"""


def joining(**more: object) -> Talk:
    return Talk(more={"invited": INVITED}, **more)  # type: ignore[arg-type]


def test_joining_takes_a_name_a_number_and_one_look() -> None:
    """At the end: role, ward, and what one can do in three lines."""
    talk = joining()
    talk.transcript(
        ("/start BN-ABCD-EF23", WELCOME),
        ("nguyễn thị lan", ASK_PHONE),
        ("0912.345.678", LOOK),
        (
            "[Đúng, tham gia]",
            """Xong rồi ạ, anh/chị Nguyễn Thị Lan. Vai trò: cộng tác viên, Phường Ngọc Lâm.

            • /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ""",
        ),
    )
    assert talk.commands == (Join("inv1", "collaborator", WARD, "Nguyễn Thị Lan", "0912345678"),)
    assert talk.frame.floor == ""


def test_joining_works_without_any_button() -> None:
    """Numbers and labels are enough."""
    talk = joining(channel=NO_BUTTONS)
    for said in ("bn abcd ef23", "Nguyễn Thị Lan", "0912345678", "1"):
        talk.says(said)
    assert [type(command) for command in talk.commands] == [Join]


def test_name_and_number_can_be_put_right_at_the_look() -> None:
    """Only what was wrong is asked again."""
    joining().transcript(
        ("/start BN-ABCD-EF23", WELCOME),
        ("Lan", ASK_PHONE),
        ("0900000000", LOOK.replace("Nguyễn Thị Lan", "Lan").replace("0912345678", "0900000000")),
        ("[Sửa họ tên]", ASK_NAME),
        ("Nguyễn Thị Lan", LOOK.replace("0912345678", "0900000000")),
        ("[Sửa số điện thoại]", ASK_PHONE),
        ("+84 912 345 678", LOOK),
    )


def test_what_is_not_understood_is_asked_again() -> None:
    """One clear sentence and the same question."""
    joining().transcript(
        ("/start BN-ABCD-EF23", WELCOME),
        ("0912345678", f"Anh/chị gõ giúp đủ họ và tên, bằng chữ.\n{ASK_NAME}"),
        ("Nguyễn Thị Lan", ASK_PHONE),
        ("113", f"Đây chưa giống một số điện thoại.\n{ASK_PHONE}"),
        ("0912345678", LOOK),
        ("chắc vậy", f"Anh/chị chọn giúp một trong các ý dưới đây.\n{LOOK.strip()}"),
        ("đúng, tham gia", "Xong rồi ạ, anh/chị Nguyễn Thị Lan. Vai trò: cộng tác viên, Phường Ngọc Lâm." + """

            • /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ"""),
    )  # fmt: skip


def test_a_code_that_is_wrong_used_or_expired_gets_one_and_the_same_answer() -> None:
    """Nobody can find out which codes exist."""
    Talk().transcript(("/start BN-ABCD-EF23", NO_CODE), ("BN-ZZZZ-ZZ99", NO_CODE), ("/start xyz", NO_CODE))


def test_a_code_that_somebody_else_used_meanwhile_is_not_used_twice() -> None:
    """The invitation is looked at again before joining."""
    talk = joining()
    for said in ("/start BN-ABCD-EF23", "Nguyễn Thị Lan", "0912345678"):
        talk.says(said)
    talk.more["invited"] = None
    talk.transcript(("[Đúng, tham gia]", NO_CODE))
    assert talk.commands == ()
    assert talk.frame.floor == ""


def test_pressing_join_twice_joins_once() -> None:
    """The second press belongs to a question that is over."""
    talk = joining()
    for said in ("/start BN-ABCD-EF23", "Nguyễn Thị Lan", "0912345678", "[Đúng, tham gia]"):
        talk.says(said)
    talk.who = COLLABORATOR
    talk.presses("Đúng, tham gia")
    assert talk.commands == ()


def test_a_member_who_sends_the_code_again_keeps_it_unused() -> None:
    """Somebody else may still need it."""
    talk = joining(who=COLLABORATOR)
    talk.transcript(("BN-ABCD-EF23", "Anh/chị đã là cộng tác viên, Phường Ngọc Lâm rồi. Mã này chưa bị dùng, người khác vẫn dùng được."))
    assert talk.commands == ()


def test_a_member_gets_a_further_role_with_one_tap() -> None:
    """Name and number are known; they are only shown."""
    talk = Talk(who=DUTY, more={"invited": Invited("i2", Role.WARD_OFFICER, WARD)})
    talk.transcript(
        (
            "bnabcdef23",
            LOOK.replace("Nguyễn Thị Lan", "Lê Thị Hoa").replace("cộng tác viên", "cán bộ trẻ em phường"),
        )
    )
    talk.says("[Đúng, tham gia]")
    assert talk.commands == (Join("i2", "ward_officer", WARD, "Lê Thị Hoa", "0912345678"),)


def test_a_member_without_a_number_is_asked_for_it() -> None:
    """The room must be able to call back."""
    talk = Talk(who=replace(DUTY, phone=""), more={"invited": INVITED})
    talk.transcript(("/start BN-ABCD-EF23", ASK_PHONE), ("0912345678", LOOK.replace("Nguyễn Thị Lan", "Lê Thị Hoa")))


def test_joining_can_be_stopped_and_begun_again() -> None:
    """The code was not used."""
    joining().transcript(
        ("/start BN-ABCD-EF23", WELCOME),
        ("huỷ", "Đã dừng việc tham gia. Mã vẫn còn dùng được, anh/chị gửi lại lúc nào cũng được."),
        ("BN-ABCD-EF23", WELCOME),
    )


def test_another_code_in_the_middle_begins_anew() -> None:
    """A code is never taken for a name, and the newer one counts."""
    talk = joining()
    talk.transcript(("/start BN-ABCD-EF23", WELCOME), ("BN-ABCD-EFGH", WELCOME))
    talk.more["invited"] = None
    talk.transcript(("BN-ABCD-EFGH", f"Anh/chị gõ giúp đủ họ và tên, bằng chữ.\n{ASK_NAME}"))


def test_help_in_the_middle_moves_nothing() -> None:
    """The question stays open."""
    talk = joining()
    talk.says("/start BN-ABCD-EF23")
    before = talk.frame
    talk.says("/trogiup")
    assert talk.frame == before
    talk.transcript(("Nguyễn Thị Lan", ASK_PHONE))


def test_the_first_administrator_is_led_to_what_is_missing() -> None:
    """The code of the first start, any word at all, gives the role once."""
    talk = Talk(service=Service(), more={"invited": Invited("", Role.ADMINISTRATOR, DIVISION)})
    for said in ("/start ma-dau-tien", "Trần Bình", "0912345678"):
        talk.says(said)
    said = talk.says("[Đúng, tham gia]")[0]
    assert talk.commands == (Join("", "administrator", DIVISION, "Trần Bình", "0912345678"),)
    assert "Vai trò: quản trị viên, Phòng LĐTB&XH." in said
    assert said.endswith("Việc tiếp theo: gõ /sansang để xem còn thiếu gì trước khi bắt đầu trực.")


def test_a_member_who_greets_is_told_what_they_can_do() -> None:
    """ "/start" again harms nothing."""
    Talk(who=COLLABORATOR).transcript(
        (
            "/start",
            """Chào anh/chị Nguyễn Thị Lan.
            cộng tác viên, Phường Ngọc Lâm

            • /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ

            Khẩn cấp gọi: 111, 113, 115""",
        )
    )


def test_a_code_is_never_taken_in_a_group() -> None:
    """Everybody could read it."""
    talk = joining(group=True)
    talk.transcript(("/start BN-ABCD-EF23", "Việc này xin nhắn riêng cho Báo Ngay, không nhắn trong nhóm."))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_told_what_it_can_do_in_three_lines(role: Role) -> None:
    """No role is left without an answer."""
    talk = Talk(who=who("Một Người", (role, WARD)))
    assert talk.says("/start")[0].count("• ") == 3


# --- codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["BN-ABCD-EF23", "bn-abcd-ef23", "BNABCDEF23", "bn abcd ef23", "BN ABCD EF23", " BN–ABCD–EF23 ", "ABCD-EF23", "abcdef23", "Mã: BN-ABCD-EF23",
     "mã mời BN-ABCD-EF23", "/start BN-ABCD-EF23", "/start@Bot bnabcdef23", "BN.ABCD.EF23"],
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    """Lower case, spaces, missing or long dashes."""
    assert canonical_code(typed) == "BN-ABCD-EF23"


@pytest.mark.parametrize(
    "typed",
    ["", "xin chào", "bạn khỏe", "abcdefgh", "BN-ABCD", "BN-ABCD-EF23-XYZ", "0912345678", "BN-AB1D-EF23", "/start", "Nguyễn Thị Lan"],
)
def test_what_is_no_code_is_left_alone(typed: str) -> None:
    """Words of eight letters, telephone numbers, letters that no code has."""
    assert canonical_code(typed) == ""


def test_every_new_code_is_read_back() -> None:
    """The reader knows exactly the alphabet that codes are made of."""
    for _ in range(200):
        code, _hash = new_code()
        assert canonical_code(code.lower().replace("-", " ")) == code
    assert all(canonical_code(f"BN-{letter * 4}-{letter * 4}") for letter in ALPHABET)
