"""Groups: binding, letting go, what happens to a room, and silence towards everything else."""

from dataclasses import replace

import pytest

from models.commands import BindRoom, MoveChat, ReachAccount, Reroute, RerouteRoom, TellRole, UnbindRoom
from models.facts import BoundRoom, Role, Who
from models.talk import Kind, Lane
from tests.handlers.people_driver import ADMIN, COLLABORATOR, DIVISION, DUTY, OTHER_WARD, WARD, WARD_OFFICER, Talk, who

DIVISION_HERE = (BoundRoom(DIVISION, "main", "web", "chat"),)
WARD_HERE = (BoundRoom(WARD, "main", "web", "chat"),)
RULES = """
    • Mỗi vụ có một thẻ. Để tiếp nhận, gõ: /nhan 42
    • Chi tiết chỉ gửi vào tin nhắn riêng.
    • Không viết tên, địa chỉ, không gửi ảnh của trẻ vào nhóm này.
"""


def group(person: Who | None, **more: object) -> Talk:
    return Talk(who=person, group=True, more=dict(more))


def test_an_administrator_binds_the_room_of_the_division() -> None:
    """One word, no question."""
    talk = group(ADMIN)
    talk.transcript(("/ganphong", f"Nhóm này là phòng trực của Phòng LĐTB&XH. Các vụ đang mở được gửi lại dưới đây.\n{RULES.strip()}"))
    assert talk.commands == (BindRoom(DIVISION, "main"),)


@pytest.mark.parametrize("typed", ["/ganphong khancap", "/ganphong@BaoNgayBot khẩn cấp"])
def test_a_second_room_is_for_urgent_alarms_only(typed: str) -> None:
    """Bound beside the first one."""
    talk = group(ADMIN)
    talk.transcript((typed, "Nhóm này là phòng báo động của Phòng LĐTB&XH: chỉ nhận vụ khẩn cấp."))
    assert talk.commands == (BindRoom(DIVISION, "alarm"),)


@pytest.mark.parametrize(
    ("person", "typed", "command"),
    [
        (ADMIN, "/ganphong Ngọc Lâm", BindRoom(WARD)),
        (ADMIN, "/ganphong khancap ngọc lâm", BindRoom(WARD, "alarm")),
        (WARD_OFFICER, "/ganphong", BindRoom(WARD)),
        (WARD_OFFICER, "/ganphong ngoc lam", BindRoom(WARD)),
    ],
)
def test_a_ward_gets_a_room_too(person: Who, typed: str, command: BindRoom) -> None:
    """By an administrator who names it, or by its own officer."""
    talk = group(person)
    talk.says(typed)
    assert talk.commands == (command,)


@pytest.mark.parametrize(
    ("person", "typed", "answer"),
    [
        (WARD_OFFICER, "/ganphong bồ đề", "Anh/chị chỉ làm được việc này cho phường của mình."),
        (ADMIN, "/ganphong xyz", "Không tìm thấy phường này. Xin gõ như sau: /ganphong Ngọc Lâm"),
        (DUTY, "/ganphong", "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"),
        (COLLABORATOR, "/gophong", "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"),
        (None, "/ganphong", "Anh/chị chưa tham gia. Anh/chị nhắn riêng cho Báo Ngay và gõ mã mời nhé."),
    ],
)
def test_a_room_is_not_bound_without_the_right(person: Who | None, typed: str, answer: str) -> None:
    """One sentence says why."""
    talk = group(person)
    assert talk.says(typed) == [answer]
    assert talk.commands == ()


def test_an_anonymous_administrator_binds_nothing() -> None:
    """Nobody could say who did it."""
    talk = group(None)
    talk.anonymous = True
    assert talk.says("/ganphong") == ["Anh/chị đang ở chế độ quản trị viên ẩn danh nên không biết ai ra lệnh. Xin tắt ẩn danh rồi làm lại."]


def test_a_room_is_let_go() -> None:
    """The answer says what happens until there is another one."""
    talk = group(ADMIN, room_here=DIVISION_HERE)
    assert talk.says("/gophong") == ["Nhóm này không còn là phòng trực. Khi chưa có nhóm khác, Báo Ngay gọi riêng từng cán bộ trực."]
    assert talk.commands == (UnbindRoom(),)


def test_a_ward_officer_cannot_let_go_the_room_of_the_division() -> None:
    """Only of their own ward."""
    talk = group(WARD_OFFICER, room_here=DIVISION_HERE)
    assert talk.says("/gophong") == ["Anh/chị chỉ làm được việc này cho phường của mình."]
    assert talk.commands == ()
    own = group(WARD_OFFICER, room_here=WARD_HERE)
    own.says("/gophong")
    assert own.commands == (UnbindRoom(),)


def test_a_group_that_is_no_room_has_nothing_to_let_go() -> None:
    """Said plainly."""
    assert group(ADMIN).says("/gophong") == ["Nhóm này chưa phải phòng trực."]


@pytest.mark.parametrize("said", ["hôm nay ai trực?", "nhân ơi", "42", "1", "vâng", "BN-ABCD-EF23"])
def test_what_people_say_to_one_another_is_not_answered(said: str) -> None:
    """A bot that answers chatter is thrown out."""
    talk = group(DUTY)
    assert talk.says(said) == []
    assert talk.commands == ()


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.VOICE, Kind.UNSUPPORTED, Kind.LOCATION])
def test_files_in_a_group_are_left_alone(kind: Kind) -> None:
    """Nothing is kept, nothing is said."""
    talk = group(DUTY)
    assert talk.sends(kind) == []
    assert talk.commands == ()


@pytest.mark.parametrize("typed", ["/baocao", "báo cáo", "/moi", "/thuhoi", "/sansang", "/start", "xem", "/ngonngu"])
def test_what_belongs_in_private_gets_one_short_hint(typed: str) -> None:
    """And nothing of it is repeated."""
    talk = group(ADMIN)
    assert talk.says(typed) == ["Việc này xin nhắn riêng cho Báo Ngay, không nhắn trong nhóm."]


@pytest.mark.parametrize("typed", ["/ganphong", "/gophong"])
def test_what_belongs_in_a_group_gets_a_hint_too(typed: str) -> None:
    """A private chat is nobody's room."""
    talk = Talk(who=ADMIN)
    assert talk.says(typed) == ["Lệnh này xin gõ trong nhóm sẽ làm phòng trực."]
    assert talk.commands == ()


# --- what happens to a chat -------------------------------------------------------------------------------------------


def test_a_room_that_throws_the_bot_out_is_an_alarm() -> None:
    """Administrators hear of it privately, at once; the room is let go, so that its cases are called otherwise."""
    talk = group(None, room_here=DIVISION_HERE)
    assert talk.sends(Kind.BLOCKED) == []
    rerouted, unbound, told = talk.commands
    assert rerouted == RerouteRoom()
    assert unbound == UnbindRoom()
    assert isinstance(told, TellRole)
    assert (told.role, told.say.lane) == (Role.ADMINISTRATOR, Lane.URGENT)
    assert talk.told[0][1].splitlines() == [
        "🔔 Báo Ngay bị đưa ra khỏi phòng trực của Phòng LĐTB&XH.",
        "Khi chưa được thêm lại và gõ /ganphong trong nhóm, Báo Ngay gọi riêng từng cán bộ trực.",
    ]


def test_a_group_that_was_no_room_may_throw_the_bot_out() -> None:
    """No alarm."""
    talk = group(None, room_here=())
    talk.sends(Kind.BLOCKED)
    assert talk.commands == ()


def test_a_group_that_lets_the_bot_in_is_told_how_to_go_on() -> None:
    """One line."""
    assert group(None).sends(Kind.UNBLOCKED) == ["Chào cả nhóm. Muốn gắn nhóm này làm phòng trực, quản trị viên gõ ở đây: /ganphong"]


@pytest.mark.parametrize(("kind", "reachable"), [(Kind.BLOCKED, False), (Kind.UNBLOCKED, True)])
def test_a_person_who_blocks_the_bot_is_remembered(kind: Kind, reachable: bool) -> None:
    """Nothing is written to them until they come back."""
    talk = Talk(who=DUTY)
    assert talk.sends(kind) == []
    assert talk.commands[0] == ReachAccount(reachable)


def test_whoever_is_responsible_hears_once_that_somebody_cannot_be_written_to() -> None:
    """The ward officer for a collaborator, the leader for a duty officer; and not again while it is known."""
    collaborator, officer = Talk(who=COLLABORATOR), Talk(who=DUTY)
    for talk in (collaborator, officer):
        talk.sends(Kind.BLOCKED)
    assert [(one.unit, one.role) for one, _text in collaborator.told if isinstance(one, TellRole)] == [(WARD, Role.WARD_OFFICER)]
    assert [(one.unit, one.role) for one, _text in officer.told if isinstance(one, TellRole)] == [(DIVISION, Role.LEADER)]
    assert "Không nhắn được nữa cho Nguyễn Thị Lan (cộng tác viên, Phường Ngọc Lâm)" in collaborator.told[0][1]
    again = Talk(who=DUTY, more={"reachable": False})
    again.sends(Kind.BLOCKED)
    assert again.told == []


def test_a_letter_that_was_refused_for_good_is_sent_another_way() -> None:
    """The platform's refusal names the letter."""
    talk = Talk(who=DUTY)
    talk.hears(replace(talk.incoming(Kind.BLOCKED), data={"letter": "abc"}))
    assert Reroute("abc", gone=True) in talk.commands


def test_a_group_that_becomes_a_supergroup_keeps_its_binding() -> None:
    """Only its id changes."""
    talk = group(None, room_here=DIVISION_HERE)
    talk.hears(replace(talk.incoming(Kind.MIGRATED), data={"to": "-100123"}))
    assert talk.commands == (MoveChat("-100123"),)


def test_an_officer_of_two_wards_binds_the_one_that_is_named() -> None:
    """The first one where none is."""
    both = who("Hai Phường", (Role.WARD_OFFICER, WARD), (Role.WARD_OFFICER, OTHER_WARD))
    talk = group(both)
    talk.says("/ganphong bồ đề")
    assert talk.commands == (BindRoom(OTHER_WARD),)
