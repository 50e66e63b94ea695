"""Inviting and cutting: who may give which role where, and a code that can be forwarded as it stands."""

from datetime import timedelta

import pytest

from bot.codes import code_hash
from models.commands import CreateInvitation, CutAccount
from models.facts import ChannelFacts, Held, Member, Role
from tests.handlers.people_driver import ADMIN, COLLABORATOR, DIVISION, DUTY, NOW, OTHER_WARD, PARTNER, WARD, WARD_OFFICER, Talk

CODE = "BN-ABCD-EF23"
MORE = "Mời thêm người nữa không ạ?\n[Thêm một mã giống vậy] [Vai trò khác] [Xong]"
LAN = Member("p1", "Nguyễn Thị Lan", COLLABORATOR.held)
HOA = Member("p2", "Trần Thị Hoa", COLLABORATOR.held)
AN = Member("p3", "Ngô Văn An", (Held(Role.WARD_OFFICER, OTHER_WARD),))


def code_for(role: str, unit: str, link: bool = True) -> str:
    opened = (
        f"Mở liên kết này: https://t.me/BaoNgayBot?start={CODE}\nHoặc gõ mã này cho Báo Ngay: {CODE}"
        if link
        else f"Gõ mã này cho Báo Ngay: {CODE}"
    )
    return f"""Mã cho một {role}, {unit}. Xin chuyển tin nhắn dưới đây cho đúng người đó.
---
Mời anh/chị tham gia mạng lưới bảo vệ trẻ em, vai trò: {role}, {unit}.
{opened}
Mã dùng một lần, trước 10:32 30/11.
---
{MORE}"""


ROLES = "Anh/chị mời ai?\n[cộng tác viên] [cán bộ trẻ em phường] [cán bộ trực] [lãnh đạo] [cán bộ cơ quan phối hợp] [quản trị viên]"
ROLES += " [lãnh đạo phường] [lãnh đạo Quận Long Biên]"


def test_an_administrator_invites_into_any_ward() -> None:
    """Role, ward (chosen or typed), then a code and a link."""
    talk = Talk(who=ADMIN)
    talk.says("/moi")
    talk.says("[cộng tác viên]")
    talk.transcript(("ngoc lam", code_for("cộng tác viên", "Phường Ngọc Lâm")))
    assert talk.commands == (CreateInvitation(code_hash(CODE), "collaborator", WARD, NOW + timedelta(days=7)),)


def test_one_more_of_the_same_kind_takes_one_tap() -> None:
    """A ward has many collaborators."""
    talk = Talk(who=ADMIN)
    for said in ("/moi", "[cộng tác viên]", "[Ngọc Lâm]"):
        talk.says(said)
    talk.transcript(
        ("[Thêm một mã giống vậy]", code_for("cộng tác viên", "Phường Ngọc Lâm")),
        ("[Vai trò khác]", ROLES),
        ("lãnh đạo", code_for("lãnh đạo", "Phòng LĐTB&XH")),
        ("xong", "Vâng ạ. Khi cần mời thêm, anh/chị gõ /moi."),
    )
    assert talk.frame.floor == ""


@pytest.mark.parametrize("role", ["cán bộ trực", "lãnh đạo", "quản trị viên"])
def test_roles_of_the_division_need_no_ward(role: str) -> None:
    """There is only one division."""
    talk = Talk(who=ADMIN)
    talk.says("/moi")
    talk.transcript((f"[{role}]", code_for(role, "Phòng LĐTB&XH")))
    assert [command.unit for command in talk.commands if isinstance(command, CreateInvitation)] == [DIVISION]


def test_a_leader_of_the_district_is_invited_into_the_district() -> None:
    """The ladder calls them when nobody below has taken a case."""
    talk = Talk(who=ADMIN)
    talk.says("/moi")
    talk.transcript(("lãnh đạo quận Long Biên", code_for("lãnh đạo", "UBND quận Long Biên")))
    assert [command.unit for command in talk.commands if isinstance(command, CreateInvitation)] == ["quan_long_bien"]


def test_a_partner_belongs_to_an_office_of_the_plan() -> None:
    """It is the office, school or clinic that owes a report, so its officer is invited there, by choice or by name."""
    talk = Talk(who=ADMIN)
    talk.says("/moi")
    asked = talk.says("[cán bộ cơ quan phối hợp]")[0]
    assert asked.startswith("Người đó thuộc cơ quan, trường hay trạm y tế nào? Chọn, hoặc gõ tên.\n[Phòng Văn hóa thông tin] [Phòng Y tế]")
    assert talk.says("Phòng Nông nghiệp")[0].startswith("Không tìm thấy cơ quan, trường hay trạm y tế này.")
    talk.transcript(("cong an quan", code_for("cán bộ cơ quan phối hợp", "Công an quận Long Biên")))
    assert [command.unit for command in talk.commands if isinstance(command, CreateInvitation)] == ["cong_an_quan"]


def test_a_leader_of_a_ward_is_invited_into_the_ward() -> None:
    """Whoever leads it is told of what the ward has not handed in."""
    talk = Talk(who=ADMIN)
    for said in ("/moi", "lãnh đạo phường"):
        talk.says(said)
    talk.transcript(("ngoc lam", code_for("lãnh đạo", "Phường Ngọc Lâm")))
    assert talk.commands == (CreateInvitation(code_hash(CODE), "leader", WARD, NOW + timedelta(days=7)),)


def test_a_ward_officer_invites_only_for_their_own_ward() -> None:
    """Two roles, and no question about the ward."""
    talk = Talk(who=WARD_OFFICER, channel=ChannelFacts())
    talk.transcript(
        ("/moi", "Anh/chị mời ai?\n[cộng tác viên] [cán bộ trẻ em phường]"),
        ("1", code_for("cộng tác viên", "Phường Ngọc Lâm", link=False)),
    )


def test_a_role_that_is_not_on_offer_is_not_given() -> None:
    """Typing its name does not help."""
    talk = Talk(who=WARD_OFFICER)
    talk.transcript(
        ("/moi", "Anh/chị mời ai?\n[cộng tác viên] [cán bộ trẻ em phường]"),
        ("lãnh đạo", "Anh/chị chọn giúp một trong các ý dưới đây.\nAnh/chị mời ai?\n[cộng tác viên] [cán bộ trẻ em phường]"),
    )
    assert talk.commands == ()


def test_a_right_that_was_lost_meanwhile_gives_no_code() -> None:
    """The right is checked when the code is made, not when the dialogue began."""
    talk = Talk(who=ADMIN)
    for said in ("/moi", "[cộng tác viên]", "bồ đề"):
        talk.says(said)
    talk.who = WARD_OFFICER
    assert talk.says("[Thêm một mã giống vậy]") == ["Anh/chị chỉ làm được việc này cho phường của mình."]
    assert talk.commands == ()


@pytest.mark.parametrize("person", [DUTY, COLLABORATOR, PARTNER])
def test_nobody_else_invites(person: object) -> None:
    """One short sentence."""
    Talk(who=person).transcript(("/moi", "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"))  # type: ignore[arg-type]


def test_a_ward_that_is_not_understood_is_asked_again() -> None:
    """The whole list stays on offer."""
    talk = Talk(who=ADMIN)
    for said in ("/moi", "[cộng tác viên]"):
        talk.says(said)
    answer = talk.says("phường trên trời")[0]
    assert answer.startswith("Không tìm thấy phường này.\nNgười đó thuộc phường nào? Chọn, hoặc gõ tên phường.\n[Thượng Thanh]")


def test_several_wards_of_one_word_are_asked() -> None:
    """ "Phúc" may be Phúc Lợi or Phúc Đồng."""
    talk = Talk(who=ADMIN)
    for said in ("/moi", "[cộng tác viên]"):
        talk.says(said)
    assert talk.says("phúc")[0].startswith("Ý anh/chị là phường nào?")
    talk.says("[Phúc Lợi]")
    assert [command.unit for command in talk.commands if isinstance(command, CreateInvitation)] == ["phuc_loi"]


# --- /thuhoi ----------------------------------------------------------------------------------------------------------


def test_an_account_is_cut_after_one_question() -> None:
    """Found by name, shown with the roles, cut at once."""
    talk = Talk(who=ADMIN, more={"members": (LAN, HOA, AN)})
    talk.transcript(
        (
            "/thuhoi",
            """Thu hồi tài khoản của ai? Chọn, hoặc gõ tên.
            [Nguyễn Thị Lan – cộng tác viên, Phường Ngọc Lâm] [Trần Thị Hoa – cộng tác viên, Phường Ngọc Lâm] """
            """[Ngô Văn An – cán bộ trẻ em phường, Phường Bồ Đề] [Không thu hồi ai]""",
        ),
        (
            "hoa",
            """Thu hồi tài khoản của Trần Thị Hoa (cộng tác viên, Phường Ngọc Lâm)?
            Có hiệu lực ngay. Muốn vào lại, người đó cần mã mới.
            [Thu hồi] [Không]""",
        ),
        ("[Thu hồi]", "Đã thu hồi tài khoản của Trần Thị Hoa: từ giờ không nhận vụ việc, không nhận tin."),
    )
    assert talk.commands == (CutAccount("p2"),)


def test_no_is_no() -> None:
    """Nothing is cut by mistake."""
    talk = Talk(who=ADMIN, more={"members": (LAN,)})
    for said in ("/thuhoi lan",):
        talk.says(said)
    talk.says("[Nguyễn Thị Lan – cộng tác viên, Phường Ngọc Lâm]")
    talk.transcript(("không", "Vâng ạ, không có gì thay đổi."))
    assert talk.commands == ()


def test_several_of_one_name_are_asked() -> None:
    """ "thi" alone cuts nobody."""
    talk = Talk(who=ADMIN, more={"members": (LAN, HOA, AN)})
    talk.says("/thuhoi")
    assert talk.says("thị")[0].splitlines()[-1].count("[") == 3
    assert talk.says("Ông Nào Đó")[0].startswith("Không có ai tên như vậy.")
    assert talk.commands == ()


def test_a_ward_officer_sees_only_whom_they_may_cut() -> None:
    """Officers of other wards and of the division are not on the list."""
    talk = Talk(who=WARD_OFFICER, more={"members": (LAN, AN, Member(DUTY.person, DUTY.name, DUTY.held))})
    assert talk.says("/thuhoi")[0].splitlines()[-1] == "[Nguyễn Thị Lan – cộng tác viên, Phường Ngọc Lâm] [Không thu hồi ai]"


def test_an_account_that_was_cut_meanwhile_is_not_cut_again() -> None:
    """Two administrators at once."""
    talk = Talk(who=ADMIN, more={"members": (LAN,)})
    talk.says("/thuhoi")
    talk.says("lan")
    talk.more["members"] = ()
    talk.transcript(("[Thu hồi]", "Tài khoản này đã được thu hồi rồi."))
    assert talk.commands == ()
