"""Giving back, taking over, closing, opening again: each with a reason, checked on the true state at every reply."""

from dataclasses import replace

import pytest

from models.commands import CloseCase, PassOn, Release, ReopenCase
from models.facts import Case, RunningClock, Who
from tests.handlers.clock_driver import clock, done
from tests.handlers.people_driver import CASE, COLLABORATOR, DUTY, DUTY_2, LEADER, NO_BUTTONS, NOW, TAKEN, WARD_OFFICER, Talk

CLOSED = replace(TAKEN, status="closed", closed_at=NOW, closed_reason="an_toan")
CLOCKS = (done(clock("telephone", TAKEN), NOW), clock("written", TAKEN), clock("plan_of_support", TAKEN))


def talk(case: Case = TAKEN, person: Who = DUTY, clocks: tuple[RunningClock, ...] = (), **more: object) -> Talk:
    return Talk(who=person, more={"case": case, "clocks": clocks}, **more)  # type: ignore[arg-type]


def test_a_case_is_given_back_with_a_reason_of_the_list() -> None:
    """The room is called anew."""
    one = talk()
    one.transcript(
        (
            "/tralai 42",
            """Vì sao anh/chị trả lại VV-2026-0042? Chọn, hoặc gõ.
            [Không đến được] [Đang xử lý vụ khác] [Cần người khác phù hợp hơn] [Thôi, để nguyên]""",
        ),
        ("[Không đến được]", "Cảm ơn anh/chị đã báo. Báo Ngay đang gọi người khác cho VV-2026-0042."),
    )
    assert one.commands == (Release(TAKEN.id, DUTY.person, "released", "Không đến được"),)


def test_the_reason_may_be_typed_at_once_or_after() -> None:
    """Without buttons by number, in words, or behind the number of the case."""
    at_once, number, words = talk(channel=NO_BUTTONS), talk(channel=NO_BUTTONS), talk(channel=NO_BUTTONS)
    at_once.says("trả lại 42 con tôi ốm phải vào viện")
    assert at_once.commands == (Release(TAKEN.id, DUTY.person, "released", "con tôi ốm phải vào viện"),)
    number.says("tralai 42")
    number.says("2")
    assert number.commands == (Release(TAKEN.id, DUTY.person, "released", "Đang xử lý vụ khác"),)
    words.says("tralai 42")
    assert words.says("...")[0].startswith("Anh/chị gõ giúp vài chữ nhé.")
    words.says("xe hỏng giữa đường")
    assert words.commands == (Release(TAKEN.id, DUTY.person, "released", "xe hỏng giữa đường"),)


def test_nothing_changes_if_they_think_better_of_it() -> None:
    """ "huy", or the last choice."""
    for said in ("huỷ", "[Thôi, để nguyên]"):
        one = talk()
        one.says("tralai 42")
        assert one.says(said) == ["Vâng ạ, không có gì thay đổi."]
        assert (one.commands, one.frame.floor) == ((), "")


def test_the_division_takes_over() -> None:
    """The former holder is told by whom, and asked to pass on what was done; the new one is asked for a promise."""
    one = talk(person=LEADER)
    one.says("nhận thay 42")
    said = one.says("[Đổi ca trực]")
    assert said[0].startswith("Anh/chị đã nhận VV-2026-0042 lúc 10:32.")
    assert said[1].startswith("VV-2026-0042: việc đầu tiên anh/chị làm là gì")
    assert one.commands[0] == PassOn(TAKEN.id, DUTY.person, "taken_over", "Đổi ca trực")
    assert [text for _, text in one.told] == ["Anh/chị Vũ Thu Hà đã nhận thay VV-2026-0042. Xin báo lại những việc đã làm. Cảm ơn anh/chị."]


def test_a_case_without_running_clocks_is_closed_with_a_reason_and_a_note() -> None:
    """The reporter gets the content-free news."""
    one = talk()
    one.transcript(
        (
            "/dong 42",
            """Vì sao đóng VV-2026-0042?
            [Đã can thiệp xong, trẻ an toàn] [Chuyển cơ quan khác] [Báo nhầm, đã kiểm tra] [Trùng với vụ khác] [Thôi, để nguyên]""",
        ),
        (
            "[Đã can thiệp xong, trẻ an toàn]",
            "Anh/chị ghi thêm gì không? Gõ vào đây, hoặc chọn bên dưới.\n[Không ghi thêm] [Thôi, để nguyên]",
        ),
        ("cháu đã về với bà", "Đã đóng VV-2026-0042. Cảm ơn anh/chị. Muốn mở lại, gõ: /molai 42"),
    )
    assert one.commands[0] == CloseCase(TAKEN.id, "an_toan", "cháu đã về với bà")
    assert [text for _, text in one.told] == ["Bạn có tin mới, nhắn XEM."]


def test_what_the_law_still_asks_for_is_named_before_closing() -> None:
    """Closed only after a second yes; a no leaves everything."""
    one = talk(clocks=CLOCKS, person=DUTY_2, channel=NO_BUTTONS)
    one.transcript(
        (
            "đóng 42",
            """Vì sao đóng VV-2026-0042?
            [Đã can thiệp xong, trẻ an toàn] [Chuyển cơ quan khác] [Báo nhầm, đã kiểm tra] [Trùng với vụ khác] [Thôi, để nguyên]""",
        ),
        ("4", "Trùng với vụ số mấy? Xin gõ.\n[Thôi, để nguyên]"),
        (
            "1",
            """Còn 2 việc chưa xong:
            ⏱ Báo cáo bằng văn bản: nên xong trước 10:32 24/11, chậm nhất 24:00 Thứ Ba 24/11/2026 (tính từ lúc tiếp nhận)
            ⏱ Xây dựng kế hoạch hỗ trợ, can thiệp trình phê duyệt: chậm nhất 24:00 Thứ Ba 1/12/2026 (tính từ lúc tiếp nhận)
            Việc nào đã làm thì xác nhận trước: /xacnhan 42
            Đóng vụ thì các việc này không còn được nhắc. Vẫn đóng?
            [Đóng] [Thôi, để nguyên]""",
        ),
        ("1", "Đã đóng VV-2026-0042. Cảm ơn anh/chị. Muốn mở lại, gõ: /molai 42"),
    )
    assert one.commands[0] == CloseCase(TAKEN.id, "trung", "1")
    assert [text for _, text in one.told] == ["Anh/chị Phạm Minh đã đóng VV-2026-0042. Cảm ơn anh/chị.", "Bạn có tin mới, nhắn XEM."]
    refused = talk(clocks=CLOCKS)
    for said in ("dong 42", "1", "không"):
        refused.says(said)
    assert refused.says("không") == ["Vâng ạ, không có gì thay đổi."]
    assert refused.commands == ()


def test_a_reason_that_needs_words_is_not_left_without() -> None:
    """To which agency: without that nobody could ask there."""
    one = talk()
    for said in ("dong 42", "[Chuyển cơ quan khác]"):
        one.says(said)
    assert one.says("?")[0].startswith("Anh/chị gõ giúp vài chữ nhé.")
    assert one.commands == ()


def test_nobody_who_is_safe_to_write_to_is_told_twice_or_wrongly() -> None:
    """A reporter who asked for calls only gets no letter, and whoever telephoned has no chat here."""
    for case in (replace(TAKEN, contact="call_only"), replace(TAKEN, came_by="phone", conversation="", reporter="")):
        one = talk(case)
        for said in ("dong 42", "1", "không"):
            one.says(said)
        assert one.told == []


def test_a_closed_case_is_opened_again_with_a_typed_reason() -> None:
    """Ladder anew."""
    one = talk(CLOSED)
    one.transcript(
        ("mở lại 42", "Vì sao mở lại VV-2026-0042? Xin gõ lý do.\n[Thôi, để nguyên]"),
        ("người nhà báo cháu lại bị đánh", "Đã mở lại VV-2026-0042, Báo Ngay đang gọi người trực."),
    )
    assert one.commands == (ReopenCase(TAKEN.id, "người nhà báo cháu lại bị đánh"),)


@pytest.mark.parametrize(
    ("said", "case", "person", "expected"),
    [
        ("tralai 42", TAKEN, DUTY_2, "Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32."),
        ("tralai 42", CASE, DUTY, "VV-2026-0042: hiện chưa ai giữ. Để nhận, gõ: /nhan 42"),
        ("nhanthay 42", TAKEN, DUTY, "Anh/chị đã nhận VV-2026-0042 lúc 10:32 rồi."),
        ("nhanthay 42", CASE, LEADER, "VV-2026-0042: hiện chưa ai giữ. Để nhận, gõ: /nhan 42"),
        ("nhanthay 42", TAKEN, WARD_OFFICER, "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"),
        ("dong 42", TAKEN, WARD_OFFICER, "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"),
        ("dong 42", CASE, DUTY, "VV-2026-0042: hiện chưa ai giữ. Để nhận, gõ: /nhan 42"),
        ("dong 42", CLOSED, DUTY, "VV-2026-0042 đã kết thúc."),
        ("molai 42", TAKEN, DUTY, "VV-2026-0042 chưa đóng."),
        ("dong 42", replace(TAKEN, restricted=True), DUTY_2, "Không có vụ này, hoặc anh/chị không được xem. Xin kiểm tra lại số."),
        ("molai 42", CLOSED, COLLABORATOR, "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"),
    ],
)
def test_a_late_or_wrong_person_hears_how_it_stands(said: str, case: Case, person: Who, expected: str) -> None:
    """The right is checked on the case, and the state is the true one."""
    one = talk(case, person)
    assert one.says(said) == [expected]
    assert one.commands == ()


def test_somebody_faster_is_noticed_between_question_and_answer() -> None:
    """While the reason was being typed, the division took it over."""
    one = talk()
    one.says("tralai 42")
    one.more["case"] = replace(TAKEN, taken_by=LEADER.person, taken_by_name=LEADER.name)
    assert one.says("bận quá") == ["Đã có anh/chị Vũ Thu Hà tiếp nhận lúc 10:32."]
    assert (one.commands, one.frame.floor) == ((), "")


def test_an_exercise_is_not_opened_again() -> None:
    """Whoever asks is told kindly why."""
    one = talk(replace(CLOSED, drill=True))
    assert one.says("/molai 42 thử lại") == ["VV-2026-0042 là vụ diễn tập nên không mở lại. Cảm ơn anh/chị."]
    assert (one.commands, one.frame.floor) == ((), "")
