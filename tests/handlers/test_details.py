"""Looking at a case: the order of the details, who may see what of the reporter, photos, and that content only ever goes to private chats."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.commands import Look, TakeIncident, TellPerson, TellReporter
from models.facts import Draft, Given, Stored, Who
from tests.handlers.looked_at import DETAILS, PHOTOS, PICTURES, draft, talk
from tests.handlers.people_driver import (
    ADMIN,
    CASE,
    COLLABORATOR,
    DUTY,
    DUTY_2,
    LEADER,
    NOW,
    OTHER_OFFICER,
    TAKEN,
    render,
    shown,
)  # fmt: skip

# --- details ----------------------------------------------------------------------------------------------------------


def test_details_begin_with_what_is_needed_at_two_in_the_morning() -> None:
    """Call-back and whether it is safe, place, where the child is, who may have done it and lives there, what was seen, when."""
    private = talk(DUTY, attachments=PICTURES)
    assert private.says("chi tiết 42")[0].splitlines() == [
        "🔴 KHẨN CẤP · VV-2026-0042",
        "👤 Người báo: Nguyễn Thị Lan",
        "📞 Gọi lại: 0911222333 – gọi, nhắn đều an toàn",
        "Phường: Phường Ngọc Lâm",
        "Địa điểm: số 8 ngõ 12 Ngọc Lâm",
        "Đang ở đâu: đang ở nhà với bố",
        "Ai gây ra: Cha",
        "Sống cùng trẻ: Có",
        "Tình trạng: ĐANG NGUY HIỂM",
        "Đã thấy: Nghe cháu khóc, có vết roi ở tay",
        "Lúc nào: Chủ nhật 22/11/2026, 20:00",
        "Loại việc: Bạo lực hoặc xâm hại",
        "Việc gì: Bạo lực trẻ em",
        "Liên quan cán bộ: Không",
        "Tên trẻ: Cháu Bống",
        "[Tôi tiếp nhận] [Ảnh và ghi âm (3)]",
    ]
    assert private.commands == (Look(CASE.id, "details"),)


def test_details_are_protected_and_taken_back() -> None:
    """Not to be forwarded, deleted after a day, where the channel can."""
    private = talk(DUTY)
    private.says("chitiet 42")
    assert [(say.protect, say.delete_after, say.purpose) for say in private.turn.says] == [(True, timedelta(hours=24), "details")]


def test_details_asked_for_in_the_room_go_to_the_private_chat() -> None:
    """The room sees one sentence."""
    room = talk(DUTY, group=True)
    assert room.presses_key(DETAILS) == ["(toast) Đã gửi vào tin nhắn riêng."]
    assert [type(command) for command in room.commands] == [Look, TellPerson]
    assert room.told[0][0].person == DUTY.person  # type: ignore[union-attr]
    assert room.says("chitiet 42") == ["Đã gửi vào tin nhắn riêng."]


@pytest.mark.parametrize("person", [ADMIN, OTHER_OFFICER, COLLABORATOR, None])
@pytest.mark.parametrize("key", [DETAILS, PHOTOS])
def test_whoever_has_no_right_sees_nothing(person: Who | None, key: str) -> None:
    """Neither details nor photos, and no look is recorded."""
    room = talk(person, group=True, attachments=PICTURES)
    assert len(room.presses_key(key)) == 1
    assert room.commands == ()


def test_a_reporter_who_wants_secrecy_is_never_named() -> None:
    """The number goes to the taker alone."""
    secret: dict[str, Any] = {"case_draft": draft(named="secret")}
    others = "\n".join(talk(DUTY_2, **secret).says("chitiet 42"))
    taker = "\n".join(talk(DUTY, TAKEN, **secret).says("chitiet 42"))
    assert "Nguyễn Thị Lan" not in others + taker
    assert "👤 Người báo: xin giữ kín tên\n📞 Gọi lại: chỉ người đã nhận vụ mới thấy số" in others
    assert "0911222333" not in others
    assert "📞 Gọi lại: 0911222333" in taker


def test_a_reporter_who_was_not_asked_yet_is_not_named() -> None:
    """In danger the room is called before question seven."""
    early = Draft("s42", "incident", "draft", {"danger": Given("danger")}, NOW, CASE.id)
    said = "\n".join(talk(DUTY, replace(CASE, contact=""), case_draft=early).says("chitiet 42"))
    assert "👤 Người báo: chưa hỏi có được nêu tên không" in said
    assert COLLABORATOR.name not in said
    assert COLLABORATOR.phone not in said


def test_whoever_asked_not_to_be_contacted_is_not_called() -> None:
    """No number is shown, to nobody."""
    said = "\n".join(talk(DUTY, replace(TAKEN, contact="no")).says("chitiet 42"))
    assert "📞 Gọi lại: không hiện số – ĐỪNG LIÊN LẠC với người này" in said
    assert "0911222333" not in said


def test_a_number_that_was_not_left_is_not_taken_from_elsewhere() -> None:
    """A member may refuse the call-back for this report."""
    skipped = draft()
    skipped = replace(skipped, answers={**skipped.answers, "phone": Given(None, skipped=True)})
    assert "📞 Gọi lại: không rõ" in talk(DUTY, TAKEN, case_draft=skipped).says("chitiet 42")[0]


def test_a_childs_case_warns_not_to_write_back() -> None:
    """There is no number, and the phone may be in other hands."""
    cry = Draft("s42", "child", "draft", {"child_safe": Given("danger"), "place": Given("sau chợ"), "seen": Given("con sợ")}, NOW, CASE.id)
    case = replace(CASE, source="child", kind="", ward="", contact="", reporter="")
    assert talk(DUTY, case, case_draft=cry, reporter=None).says("chitiet 42")[0].splitlines()[1:5] == [
        "📞 Không có số gọi lại: có thể trẻ tự nhắn, không rõ ai đang cầm máy.",
        "Trẻ đang ở: sau chợ",
        "Trẻ nói: Con không an toàn",
        "Trẻ viết: con sợ",
    ]


def test_a_long_account_becomes_several_letters() -> None:
    """At most 3,500 letters each, in order, nothing lost."""
    words = " ".join(f"chữ{number}" for number in range(2500))
    private = talk(DUTY, case_draft=draft(seen=words))
    private.says("chitiet 42")
    texts = [render(say.text) for say in private.turn.says]
    assert len(texts) > 3
    assert all(len(text) <= 3500 for text in texts)
    assert all(text.startswith("VV-2026-0042 (tiếp)") for text in texts[1:])
    assert [piece for piece in ("chữ0 ", "chữ1200 ", "chữ2499") if piece not in "".join(texts).replace("\n", "")] == []
    assert [bool(say.choices) for say in private.turn.says] == [False] * (len(texts) - 1) + [True]


def test_a_case_without_answers_still_has_details() -> None:
    """The code and the hour are better than an error."""
    assert "Chưa có thêm thông tin." in talk(DUTY, case_draft=None, reporter=None).says("chitiet 42")[0]


# --- photos -----------------------------------------------------------------------------------------------------------


def test_photos_are_behind_one_more_tap() -> None:
    """Pictures together, a voice note by itself, protected, the look recorded."""
    private = talk(DUTY, attachments=PICTURES)
    private.presses_key(PHOTOS)
    assert [say.attachments for say in private.turn.says] == [("a1", "a2"), ("a3",)]
    assert all(say.protect for say in private.turn.says)
    assert private.commands == (Look(CASE.id, "photos"),)


def test_photos_asked_for_in_the_room_go_to_the_private_chat() -> None:
    """No picture of a child ever reaches a group."""
    room = talk(LEADER, group=True, attachments=PICTURES)
    assert room.says("ảnh 42") == ["Đã gửi vào tin nhắn riêng."]
    assert all(not say.attachments for say in room.turn.says)
    assert [type(command) for command in room.commands] == [Look, TellPerson, TellPerson]


@pytest.mark.parametrize(
    ("attachments", "answer"),
    [
        ((), "Vụ này không có ảnh hoặc ghi âm."),
        ((Stored("a1", "photos", "photo", "refused"),), "Vụ này không có ảnh hoặc ghi âm."),
        ((Stored("a1", "photos", "photo", "wanted"),), "Ảnh đang tải về. Anh/chị thử lại sau một phút nhé."),
    ],
)
def test_photos_that_are_not_there_yet(attachments: tuple[Stored, ...], answer: str) -> None:
    """A clear sentence instead of nothing."""
    assert talk(DUTY, attachments=attachments).says("anh 42") == [answer]


def test_nothing_is_taken_by_looking() -> None:
    """Details before taking, so that an officer knows what they take."""
    private = talk(DUTY)
    private.says("chitiet 42")
    assert not [command for command in private.commands if isinstance(command, TakeIncident | TellReporter)]
    assert shown(private.turn.says[-1]).endswith("[Tôi tiếp nhận]")
