"""Somebody unknown writes: the numbers first, then three ways on."""

import pytest

from models.commands import CallRoom, OpenIncident, OpenSubmission
from models.talk import Kind
from tests.handlers.people_driver import NO_BUTTONS, Talk

HOTLINES = """111 – Tổng đài điện thoại quốc gia bảo vệ trẻ em (24 giờ tất cả các ngày, không thu phí)
    113 – Công an (khi có người đang bị hại)
    115 – Cấp cứu y tế (khi trẻ bị thương, bất tỉnh, khó thở)"""
WAYS = "Báo Ngay giúp được gì ạ?\n[Con là trẻ em, con cần giúp] [Báo tin với tư cách người dân] [Tôi có mã]"
HELLO = f"{HOTLINES}\n\nĐây là Báo Ngay, nơi nhận tin để bảo vệ trẻ em.\n{WAYS}"


def test_somebody_unknown_sees_the_numbers_first() -> None:
    """111, 113, 115, then three ways on."""
    Talk().transcript(("xin chào", HELLO))


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.VOICE, Kind.LOCATION, Kind.UNSUPPORTED])
def test_whatever_somebody_unknown_sends_is_answered(kind: Kind) -> None:
    """Never silence, and the numbers first."""
    assert Talk().sends(kind)[0].startswith("111 – ")


def test_how_to_join_is_told() -> None:
    """And the code can then be typed."""
    talk = Talk()
    talk.says("chào")
    talk.transcript(
        (
            "tôi có mã",
            "Xin gõ mã vào đây, đúng như đã nhận. Ví dụ: BN-ABCD-EFGH\nChưa có mã? Xin hỏi cán bộ trẻ em phường hoặc phòng trực.",
        )
    )
    assert talk.says("BN-ABCD-EF23")[0].startswith("Mã này không dùng được.")


def test_a_citizen_goes_on_to_the_report() -> None:
    """The same dialogue, marked unverified."""
    talk = Talk()
    talk.says("chào")
    talk.says("[Báo tin với tư cách người dân]")
    assert (talk.frame.floor, talk.frame.data["source"]) == ("report", "citizen")


def test_words_that_are_no_choice_are_asked_again_kindly() -> None:
    """The numbers stay on top."""
    Talk().transcript(("chào", HELLO), ("tôi hỏi chút", f"Khẩn cấp gọi: 111, 113, 115\n\nXin chọn một mục để tin đến đúng người.\n{WAYS}"))


def test_a_message_that_is_withheld_gets_a_safe_answer_and_the_next_one_calls_the_room() -> None:
    """Zalo withholds what protected senders write, children among them; they are told what a second message means."""
    talk = Talk(channel=NO_BUTTONS)
    assert (
        "Ở đây không đọc được tin nhắn này. Nếu con là trẻ em và cần giúp, con gọi 111, miễn phí.\n"
        "Không gọi được? Con gửi thêm một tin bất kỳ, cô chú trực sẽ được báo ngay." in talk.sends(Kind.UNSUPPORTED)[0]
    )
    assert talk.commands == ()
    assert talk.sends(Kind.UNSUPPORTED)[0].startswith("Con không có lỗi. Gọi 111, miễn phí.")
    assert [type(one) for one in talk.turn.commands] == [OpenSubmission, OpenIncident, CallRoom]


def test_a_sticker_after_words_calls_nobody() -> None:
    """Somebody whose words can be read is asked, not taken for a child."""
    talk = Talk()
    talk.says("chào")
    talk.sends(Kind.UNSUPPORTED)
    assert talk.commands == ()
