"""Taking a case, looking at it, and what the reporter hears: decided on the true state, content only in private."""

from dataclasses import replace

import pytest

from handlers.incident import tells_reporter
from models.facts import Case, Who
from tests.handlers.clock_driver import clocks
from tests.handlers.looked_at import TAKE, kinds, talk
from tests.handlers.people_driver import (
    ADMIN,
    CASE,
    COLLABORATOR,
    DUTY,
    DUTY_2,
    OTHER_OFFICER,
    TAKEN,
    WARD_OFFICER,
)  # fmt: skip

# --- take -------------------------------------------------------------------------------------------------------------


def test_the_winner_takes_the_case_and_the_rest_goes_to_the_private_chat() -> None:
    """Pressed in the room: a toast there, the next steps privately, and a content-free letter to the reporter."""
    room = talk(DUTY, group=True, clocks=clocks())
    assert room.presses_key(TAKE) == ["(toast) Anh/chị đã nhận VV-2026-0042. Xem tiếp trong tin nhắn riêng."]
    assert kinds(room) == ["TakeIncident", "TellReporter", "TellPerson", "TellPerson"]
    assert [text for _, text in room.told] == [
        "Bạn có tin mới, nhắn XEM.",
        "Anh/chị đã nhận VV-2026-0042 lúc 10:32. Cảm ơn anh/chị.\n"
        "⏱ Báo cáo bằng văn bản: nên xong trước 10:32 24/11, chậm nhất 24:00 Thứ Ba 24/11/2026 (tính từ lúc tiếp nhận)\n"
        "⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:32 23/11 (tính từ lúc tiếp nhận)\n"
        "Xem chi tiết trước, chỉ gọi lại nếu an toàn. Để xem, gõ: /chitiet 42\n"
        "[Xem chi tiết]",
        "VV-2026-0042: việc đầu tiên anh/chị làm là gì, trước mấy giờ?\n"
        "Nói bằng lời của mình kèm giờ hẹn, gõ: /hua 42 30 phút nữa tôi đến nhà\n"
        "[Gọi lại người báo trong 15 phút] [Đến nơi trong 1 giờ] [Báo công an ngay]",
    ]


def test_typing_does_what_pressing_does() -> None:
    """ "nhan 42" in the room: the others read who took it."""
    room = talk(DUTY, group=True)
    assert room.says("nhận 42") == ["Anh/chị Lê Thị Hoa đã nhận VV-2026-0042 lúc 10:32."]
    assert kinds(room) == ["TakeIncident", "TellReporter", "TellPerson", "TellPerson"]


def test_taking_in_the_private_chat_shows_the_next_steps_there() -> None:
    """A ward officer's card comes privately."""
    private = talk(WARD_OFFICER)
    said = private.presses_key(TAKE)
    assert said[0] == "(toast) Anh/chị đã nhận VV-2026-0042."
    assert said[1].startswith("Anh/chị đã nhận VV-2026-0042 lúc 10:32.")
    assert kinds(private) == ["TakeIncident", "TellReporter"]


@pytest.mark.parametrize("said", [f"press {TAKE}", "nhan 42"])
def test_the_second_press_hears_who_was_faster(said: str) -> None:
    """The true state, in the same words on every way."""
    late = talk(DUTY_2, TAKEN, group=True)
    answer = late.presses_key(TAKE) if said.startswith("press") else late.says(said)
    assert [one.removeprefix("(toast) ") for one in answer] == ["Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32."]
    assert late.commands == ()


@pytest.mark.parametrize(
    ("person", "case", "expected"),
    [
        (DUTY, TAKEN, "Anh/chị đã nhận VV-2026-0042 lúc 10:32 rồi."),
        (DUTY, replace(TAKEN, status="closed"), "VV-2026-0042 đã kết thúc."),
        (DUTY, replace(CASE, status="intake"), "VV-2026-0042: người báo đang báo dở. Khi nhận được vụ, Báo Ngay sẽ gọi anh/chị."),
        (OTHER_OFFICER, CASE, "Vụ này không thuộc phạm vi của anh/chị nên không xem, không nhận được."),
        (ADMIN, CASE, "Vụ này không thuộc phạm vi của anh/chị nên không xem, không nhận được."),
        (DUTY, replace(CASE, restricted=True), "Vụ này không thuộc phạm vi của anh/chị nên không xem, không nhận được."),
        (None, CASE, "Anh/chị chưa tham gia. Anh/chị nhắn riêng cho Báo Ngay và gõ mã mời nhé."),
        (DUTY, None, "Không có vụ này, hoặc anh/chị không được xem. Xin kiểm tra lại số."),
    ],
)
def test_a_press_that_cannot_take_hears_why(person: Who | None, case: Case | None, expected: str) -> None:
    """One clear sentence that fits a toast, and nothing happens."""
    room = talk(person, case, group=True)
    assert room.presses_key(TAKE) == [f"(toast) {expected}"]
    assert room.commands == ()
    assert len(expected) <= 200  # Telegram's limit for a toast


def test_an_anonymous_administrator_cannot_take_a_case() -> None:
    """Nobody could say who has it; the answer tells what to do."""
    room = talk(DUTY, group=True)
    room.anonymous = True
    said = room.presses_key(TAKE)
    assert said == ["(toast) Anh/chị đang ở chế độ quản trị viên ẩn danh nên không biết ai là người nhận vụ. Xin tắt ẩn danh rồi làm lại."]
    assert len(said[0]) <= 200
    assert room.commands == ()


def test_a_number_that_is_typed_does_not_tell_whether_the_case_exists() -> None:
    """Somebody else's case and no case at all get the same answer."""
    assert talk(OTHER_OFFICER, CASE).says("nhan 42") == talk(OTHER_OFFICER, None).says("nhan 42")
    assert talk(OTHER_OFFICER, CASE).says("chitiet 42") == talk(OTHER_OFFICER, None).says("chitiet 42")


def test_taking_never_moves_a_dialogue() -> None:
    """An officer in the middle of a report keeps their question."""
    busy = talk(DUTY)
    busy.frame = replace(busy.frame, floor="report", step="place", data={"submission": "s1"}, question=7)
    before = busy.frame
    busy.presses_key(TAKE)
    assert busy.frame == before


# --- the reporter -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("contact", "told"), [("yes", True), ("", True), ("call_only", False), ("no", False)])
def test_the_reporter_is_told_only_where_that_is_safe(contact: str, told: bool) -> None:
    """ "Chỉ gọi" and "đừng liên lạc" get no letter."""
    room = talk(DUTY, replace(CASE, contact=contact), group=True)
    room.presses_key(TAKE)
    assert ("TellReporter" in kinds(room)) is told


def test_a_child_is_never_written_to_unasked() -> None:
    """Who holds the phone is not known."""
    assert not tells_reporter(replace(CASE, source="child", contact=""))


def test_a_reporter_who_takes_their_own_case_gets_no_news_of_it() -> None:
    """They know."""
    mine = talk(WARD_OFFICER, replace(CASE, reporter=WARD_OFFICER.person))
    mine.presses_key(TAKE)
    assert kinds(mine) == ["TakeIncident"]


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (TAKEN, "Vụ VV-2026-0042 đã có cán bộ tiếp nhận lúc 10:32 23/11."),
        (replace(TAKEN, status="closed"), "Vụ VV-2026-0042 đã kết thúc. Cảm ơn anh/chị đã lên tiếng."),
        (
            replace(CASE, status="intake", conversation="c1"),
            "Tin báo chưa xong. Anh/chị trả lời tiếp câu lúc nãy, hoặc gõ: báo cáo, rồi chọn Làm tiếp.",
        ),
        (replace(CASE, status="intake"), "Tin báo này đang làm dở. Anh/chị làm tiếp ở cuộc trò chuyện lúc đầu nhé."),
        (None, "Anh/chị chưa có tin báo nào.\nMuốn báo tin, anh/chị gõ: báo cáo"),
        (
            CASE,
            "Vụ VV-2026-0042: đang báo cán bộ, chưa có người nhận.\nTrẻ đang nguy hiểm thì đừng chờ:\n"
            "Khẩn cấp gọi: 111, 113, 115\nTrực ban Phòng: 02438724033",
        ),
    ],
)
def test_xem_tells_how_the_report_stands(case: Case | None, answer: str) -> None:
    """Nothing of what was reported, and no officer's name."""
    assert talk(COLLABORATOR, case).says("xem") == [answer]
