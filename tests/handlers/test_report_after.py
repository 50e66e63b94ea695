"""After sending: nobody comes, and what is added later."""

from dataclasses import replace

import pytest

from handlers import report
from models import commands as c
from models.facts import Who
from models.talk import Frame, Kind
from tests.handlers.report_ways import DANGER, REVIEW, VIOLATION, WHERE, talked, until
from tests.transcripts import COLLABORATOR, OFFICER, Talk, read, render


def test_three_minutes_without_a_taker_are_told_to_who_may_be_written_to() -> None:
    """ "có" at the contact question."""
    talk = talked(*VIOLATION, "[GỬI NGAY]")
    expected = "⏳ Chưa có ai nhận VV-2026-0042. Cán bộ trực đang được gọi lại.\nAnh/chị đừng chờ: gọi 113/115 và trực ban 024 3872 4033."
    assert expected == talk.wait(3)


@pytest.mark.parametrize(
    ("said", "heard"), [("[Chỉ gọi, đừng nhắn]", "Báo Ngay nhắc anh/chị:\nKhẩn cấp gọi: 111, 113, 115"), ("[Đừng liên lạc]", "")]
)
def test_what_the_reporter_said_of_the_phone_is_obeyed(said: str, heard: str) -> None:
    """Calls only: a letter that says nothing. Do not contact: nothing."""
    talk = talked(*(said if one == "[Có, gọi hay nhắn đều được]" else one for one in VIOLATION), "[GỬI NGAY]")
    assert heard == talk.wait(3)


def test_in_danger_the_three_minutes_run_from_the_alarm() -> None:
    """The phone's safety was not asked yet: the letter says nothing of a case."""
    assert talked(*DANGER).wait(3) == "Báo Ngay nhắc anh/chị:\nKhẩn cấp gọi: 111, 113, 115"


def test_nothing_is_said_once_somebody_has_taken_it() -> None:
    """The timer finds the true state."""
    talk = talked(*VIOLATION, "[GỬI NGAY]")
    talk.case |= {"status": "taken", "taken_at": talk.now}
    assert talk.wait(3) == ""


def test_more_can_be_added_before_sending() -> None:
    """The second stage is an offer at the review, and leads back to it."""
    talk = talked(*VIOLATION)
    assert talk.say("[Bổ sung nếu biết]").startswith("Họ và tên của trẻ là gì?")
    talk.say("Bé Na")
    assert talk.say("[Đủ rồi, dừng ở đây]").startswith(REVIEW)
    assert talk.answers["child_name"] == "Bé Na"


def test_bosung_opens_the_second_stage_for_the_reporter() -> None:
    """Also later; every question can be skipped."""
    talk = talked(*VIOLATION, "[GỬI NGAY]", "[Xong]")
    read(
        talk,
        (
            "/bosung 42",
            "VV-2026-0042: biết gì anh/chị bổ sung nấy, câu nào cũng có thể bỏ qua.\n\nHọ và tên của trẻ là gì?\nBiết tên ở nhà thôi cũng được.",
        ),
        ("[Không rõ tên]", "Trẻ sinh ngày nào, hoặc khoảng mấy tuổi?\nVí dụ: «15/3/2016», «8 tuổi», «khoảng 7-8 tuổi»."),
        ("khoảng 7-8 tuổi", "Đã ghi: khoảng 7–8 tuổi.\n\nTrẻ là nam hay nữ?"),
        ("con gái", "Bây giờ trẻ ra sao? Sức khoẻ, tinh thần, vết thương."),
        ("xong", "Đã bổ sung vào VV-2026-0042:\n• Về trẻ: khoảng 7–8 tuổi; Nữ"),
        ("[Xong]", "Cảm ơn anh/chị. Muốn bổ sung, gõ: bổ sung. Muốn biết đã xử lý đến đâu, gõ: xem."),
    )


def officer_adding(who: Who) -> Talk:
    talk = talked(*VIOLATION, "[GỬI NGAY]", "[Xong]")
    talk.who, talk.name = who, "another-chat"
    return talk


def test_the_taking_officer_fills_the_same_form_and_the_look_is_recorded() -> None:
    """Their says are protected, and only they are asked for the group of Điều 10."""
    talk = officer_adding(OFFICER)
    talk.say("/bosung 42")
    assert all(say.protect for say in talk.says)
    assert [talk.case["id"]] == [command.incident for command in talk.did(c.Look)]
    for _ in range(11):
        said = talk.say("bỏ qua")
    assert said.startswith("Trẻ thuộc nhóm nào theo Điều 10 Luật Trẻ em?")


def test_nobody_else_learns_that_the_case_exists() -> None:
    """The same words as for a number that does not exist."""
    talk = officer_adding(replace(COLLABORATOR, person="other"))
    said = talk.say("/bosung 42")
    talk.case = {}
    assert said == talk.say("/bosung 42")


def test_a_closed_report_is_left_politely() -> None:
    """A frame whose submission is gone gets a way on."""
    talk = Talk(frame=Frame("report", "ward", {"submission": "gone"}, 3))
    assert talk.say("Ngọc Lâm") == "Báo cáo đó đã đóng. Muốn báo việc mới, anh/chị gõ: báo cáo"


def test_the_stuff_of_a_place_on_the_map_is_answered() -> None:
    """What cannot be read gets one sentence and the same question."""
    talk = until(Talk(), "ward")
    said = talk.take(report.answer, talk.incoming(Kind.LOCATION))
    assert said.startswith("Tin này máy không đọc được.")
    assert said.endswith(WHERE)


def test_whoever_took_the_case_hears_that_there_is_more() -> None:
    """Never what; the details are one tap away."""
    talk = talked(*VIOLATION, "[GỬI NGAY]")
    talk.case |= {"status": "taken", "taken_at": talk.now, "taken_by": "ha"}
    talk.say("mẹ cháu vừa về")
    told = talk.did(c.TellPerson)
    assert [command.person for command in told] == ["ha"]
    assert "mẹ cháu" not in render(told[0].say.text)


def test_long_after_the_receipt_a_message_is_a_new_matter() -> None:
    """It is not put into yesterday's case."""
    talk = talked(*VIOLATION, "[GỬI NGAY]")
    talk.wait(24 * 60)
    before = talk.answers
    talk.say("chào em")
    assert ("", before) == (talk.frame.floor, talk.answers)


def test_an_officer_who_lost_the_right_in_the_middle_is_stopped() -> None:
    """Rights are checked at every message, not at the door."""
    talk = officer_adding(OFFICER)
    talk.say("/bosung 42")
    talk.case |= {"restricted": True}
    assert talk.say("Bé Na").startswith("Báo cáo đó đã đóng.")
    assert "child_name" not in talk.answers
