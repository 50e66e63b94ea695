"""/xacnhan: an officer states that a duty was done; transcripts, with buttons and by typing alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.commands import StateClock, TellRoom, UpdateIncident
from models.facts import Case, ChannelFacts, Who
from tests.handlers.clock_driver import ONGOING, clocks, done, local, span
from tests.handlers.people_driver import (
    CASE,
    COLLABORATOR,
    DUTY,
    LEADER,
    NO_BUTTONS,
    NOW,
    OTHER_OFFICER,
    PARTNER,
    TAKEN,
    TELEGRAM,
    WARD,
    WARD_OFFICER,
    Talk,
)

LATER = NOW + timedelta(hours=4)  # 14:32
EVENT = {"when": span("2026-11-23 09:00")}
ACCIDENT = replace(TAKEN, kind="injury", danger="safe")  # two clocks: telephone, written


def talk(person: Who, case: Case = TAKEN, channel: ChannelFacts = TELEGRAM, **more: Any) -> Talk:
    facts = {"case": case, "clocks": clocks(case, EVENT, now=LATER), **more}
    return Talk(who=person, channel=channel, now=LATER, more=facts)


def stated(one: Talk) -> StateClock:
    return next(command for command in one.commands if isinstance(command, StateClock))


WHAT_TELEPHONE = """
    VV-2026-0042 · Báo ngay bằng điện thoại
    Anh/chị ghi ngắn gọn: ai đã gọi, nói với ai, lúc nào. Giờ sẽ hỏi ở câu sau."""
WHEN = "Đã làm lúc nào? Ví dụ: «14h30», «9h sáng nay», «hôm qua 16h»."
LOOK = """
    VV-2026-0042 · Báo ngay bằng điện thoại
    Việc đã làm: chị Mai gọi, gặp anh Bình trực Phòng
    Lúc: Thứ Hai 23/11/2026, 10:45
    Như vậy đúng chưa ạ?
    [Đúng, xác nhận] [Sửa giờ] [Thôi]"""
THANKS = """
    ✔ VV-2026-0042: đã ghi nhận xong việc: Báo ngay bằng điện thoại.
    Cảm ơn anh/chị.
    Cần sửa lại thì gõ: /xacnhan 42"""


def test_a_duty_is_stated_in_four_steps() -> None:
    """Which, what, when, one look."""
    one = talk(WARD_OFFICER)
    one.transcript(
        (
            "/xacnhan 42",
            """VV-2026-0042: đã làm xong việc nào?
            [Báo ngay bằng điện thoại] [Báo cáo bằng văn bản – chậm nhất 24:00 Thứ Ba 24/11/2026] """
            """[Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly – chậm nhất 22:32 23/11] """
            """[Xây dựng kế hoạch hỗ trợ, can thiệp trình phê duyệt – chậm nhất 24:00 Thứ Ba 1/12/2026] [Thôi]""",
        ),
        ("[Báo ngay bằng điện thoại]", WHAT_TELEPHONE),
        ("chị Mai gọi, gặp anh Bình trực Phòng", WHEN),
        ("10h45", LOOK),
        ("[Đúng, xác nhận]", THANKS),
    )
    assert one.commands == (StateClock(CASE.id, "telephone", local("2026-11-23 10:45"), "chị Mai gọi, gặp anh Bình trực Phòng"),)


def test_every_step_can_be_typed() -> None:
    """Numbers choose where there are no buttons, and "10 giờ 45" is an hour, not a choice."""
    one = talk(WARD_OFFICER, channel=NO_BUTTONS)
    one.says("xac nhan 42")
    one.transcript(
        ("1", WHAT_TELEPHONE),
        ("chị Mai gọi, gặp anh Bình trực Phòng", WHEN),
        ("10 giờ 45", LOOK),
        ("1", THANKS),
    )
    assert stated(one).kind == "telephone"


def test_where_nothing_can_be_taken_back_the_words_are_not_said_again() -> None:
    """They stand above as they were typed; nothing has to be withheld from whoever must look at the hour."""
    one = talk(WARD_OFFICER, channel=replace(NO_BUTTONS, confidential=False))
    for said in ("xac nhan 42", "1", "chị Mai gọi, gặp anh Bình trực Phòng"):
        one.says(said)
    one.transcript(("10 giờ 45", LOOK.replace("    Việc đã làm: chị Mai gọi, gặp anh Bình trực Phòng\n", "")), ("1", THANKS))
    assert not any(say.protect for turn in one.history for say in turn.says)


def test_the_button_of_a_reminder_begins_it() -> None:
    """Bound to its case."""
    one = talk(DUTY)
    assert one.presses_key(f"confirm:{CASE.id}")[0].startswith("VV-2026-0042: đã làm xong việc nào?")


def test_an_hour_that_cannot_be_is_asked_about_again() -> None:
    """Not in the future, not before the case, not without an hour; nothing already said is lost."""
    one = talk(DUTY)
    one.says("/xacnhan 42")
    one.says("2")
    one.says("công văn số 15 gửi Phòng")
    one.transcript(
        ("23h", f"Giờ đó chưa tới.\n{WHEN}"),
        ("8h30 sáng nay", f"Giờ sớm nhất có thể ghi là 09:00 23/11.\n{WHEN}"),
        ("hôm nay", f"Xin cho biết cả giờ.\n{WHEN}"),
        ("lúc đó", f"Máy chưa hiểu thời gian này. Anh/chị thử gõ: «8h tối qua», «thứ 7 tuần trước», «15/3».\n{WHEN}"),
    )
    assert "Việc đã làm: công văn số 15 gửi Phòng\nLúc: Thứ Hai 23/11/2026, 14:00" in one.says("14h")[0]
    one.says("[Đúng, xác nhận]")
    assert (stated(one).kind, stated(one).at, stated(one).text) == ("written", local("2026-11-23 14:00"), "công văn số 15 gửi Phòng")


def test_the_hour_can_be_put_right_before_it_is_kept() -> None:
    """One look, and another hour."""
    one = talk(DUTY, ACCIDENT)
    for said in ("/xacnhan 42", "2", "gửi công văn"):
        one.says(said)
    one.says("13h")
    assert one.says("[Sửa giờ]") == [WHEN]
    assert "Lúc: Thứ Hai 23/11/2026, 14:00" in one.says("14h")[0]


@pytest.mark.parametrize("words", ["vừa xong", "lúc nãy"])
def test_what_was_just_done_was_done_now(words: str) -> None:
    """Not a quarter of an hour ago: that could make a late duty one in time, or put it before the case."""
    one = talk(DUTY)
    one.now = LATER + timedelta(seconds=20)
    one.says("/xacnhan 42")
    one.says("3")
    one.says("bác sĩ đã khám")
    one.says(words)
    one.says("1")
    assert stated(one).at == LATER


def test_a_telephone_call_may_have_come_before_the_report() -> None:
    """Who telephoned first and reported then did right; never before it happened."""
    one = talk(WARD_OFFICER)
    for said in ("/xacnhan 42", "1", "gọi chị Hoa"):
        one.says(said)
    assert "Giờ sớm nhất có thể ghi là 09:00 23/11." in one.says("8h30 sáng nay")[0]
    assert "Lúc: Thứ Hai 23/11/2026, 09:15" in one.says("9h15 sáng nay")[0]


@pytest.mark.parametrize("duty", ["1", "2", "3", "4"])
def test_what_was_done_before_the_report_is_stated_with_its_true_hour(duty: str) -> None:
    """At the hospital at 9:30, reported at 10:32: so for every duty; a day before at most where nobody knows when it happened."""
    known, unknown = talk(WARD_OFFICER), talk(WARD_OFFICER, clocks=clocks(TAKEN, now=LATER))
    for one in (known, unknown):
        for said in ("/xacnhan 42", duty, "đưa cháu vào viện"):
            one.says(said)
    assert "Lúc: Thứ Hai 23/11/2026, 09:30" in known.says("9h30 sáng nay")[0]
    assert "Giờ sớm nhất có thể ghi là 10:32 22/11." in unknown.says("9h sáng hôm qua")[0]
    assert "Lúc: Chủ nhật 22/11/2026, 11:00" in unknown.says("11h sáng hôm qua")[0]


def test_the_day_is_enough_where_days_are_counted() -> None:
    """A plan is submitted on a day; the hour is not asked for."""
    now = NOW + timedelta(days=2)
    one = Talk(who=DUTY, now=now, more={"case": TAKEN, "clocks": clocks(TAKEN, now=now)})
    for said in ("/xacnhan 42", "4", "trình chủ tịch phường"):
        one.says(said)
    assert "Lúc: Thứ Ba 24/11/2026, 00:00" in one.says("hôm qua")[0]


def test_late_is_said_kindly() -> None:
    """Nobody is blamed for what is done."""
    now = NOW + timedelta(days=1)
    one = Talk(who=DUTY, now=now, more={"case": TAKEN, "clocks": clocks(TAKEN, now=now)})
    for said in ("/xacnhan 42", "3", "tạm cách ly, chủ tịch phường ký", "8h sáng nay"):
        one.says(said)
    assert one.says("[Đúng, xác nhận]") == [
        "✔ VV-2026-0042: đã ghi nhận xong việc: Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly.\n"
        "Hạn là 22:32 23/11; cảm ơn anh/chị đã làm đến nơi.\nCần sửa lại thì gõ: /xacnhan 42"
    ]


def test_a_statement_can_be_put_right_by_stating_again() -> None:
    """It stands in the list behind what still runs."""
    telephone, *rest = clocks(ACCIDENT, EVENT, now=LATER)
    one = talk(DUTY, ACCIDENT, clocks=(done(telephone, local("2026-11-23 10:45")), *rest))
    asked = one.says("/xacnhan 42")[0].splitlines()[1]
    assert asked == (
        "[Báo cáo bằng văn bản – chậm nhất 24:00 Thứ Ba 24/11/2026] "
        "[Báo ngay bằng điện thoại (đã xác nhận lúc 10:45 23/11: sửa lại)] [Thôi]"
    )
    for said in ("2", "thật ra chị Lan gọi", "10h50", "[Đúng, xác nhận]"):
        one.says(said)
    assert (stated(one).kind, stated(one).at) == ("telephone", local("2026-11-23 10:50"))


@pytest.mark.parametrize("person", [OTHER_OFFICER, COLLABORATOR])
def test_who_may_not_see_the_case_hears_nothing_of_it(person: Who) -> None:
    """The same answer as for a number that does not exist."""
    stranger = replace(TAKEN, reporter="somebody-else")
    nothing = talk(person, stranger).says("/xacnhan 42")
    assert nothing == ["Không có vụ này, hoặc anh/chị không được xem. Xin kiểm tra lại số."]
    assert nothing == Talk(who=person, more={"case": None}).says("/xacnhan 43")
    assert talk(PARTNER).says("/xacnhan 42")[0].startswith("Vai trò của anh/chị")


def test_a_restricted_case_is_stated_by_the_leader_alone() -> None:
    """Rights are checked on the case."""
    restricted = replace(TAKEN, restricted=True)
    assert "đã làm xong việc nào" in talk(LEADER, restricted).says("/xacnhan 42")[0]
    assert "đã làm xong việc nào" not in talk(DUTY, restricted).says("/xacnhan 42")[0]


def test_a_right_that_ends_in_the_middle_ends_the_talk() -> None:
    """It is checked at every reply."""
    one = talk(DUTY)
    one.says("/xacnhan 42")
    one.more["case"] = replace(TAKEN, restricted=True, taken_by="")
    assert "Báo ngay" not in one.says("1")[0]
    assert one.frame.floor == ""


def test_a_case_that_is_closed_in_the_middle_is_said_to_be_closed() -> None:
    """It exists, and whoever may see it is not told otherwise."""
    one = talk(DUTY)
    one.says("/xacnhan 42")
    one.more["case"] = replace(TAKEN, status="closed")
    assert one.says("1") == ["VV-2026-0042 đã đóng, không cần xác nhận nữa ạ."]
    assert (one.frame.floor, one.commands) == ("", ())


def test_nothing_is_confirmed_by_leaving() -> None:
    """At any step."""
    for steps in (["/xacnhan 42"], ["/xacnhan 42", "1"], ["/xacnhan 42", "1", "gọi rồi", "10h45"]):
        one = talk(DUTY)
        for said in steps:
            one.says(said)
        assert (one.says("thôi"), one.commands) == (["Vâng, chưa xác nhận gì."], ())


def test_a_number_is_needed() -> None:
    """And a closed case, or one without duties, has nothing to state."""
    assert Talk(who=DUTY).says("/xacnhan") == ["Của vụ nào ạ? Gõ kèm số, ví dụ: /xacnhan 42"]
    assert talk(DUTY, replace(TAKEN, status="closed")).says("/xacnhan 42") == ["VV-2026-0042: hiện không có việc nào cần xác nhận."]
    assert talk(DUTY, clocks=()).says("/xacnhan 42") == ["VV-2026-0042: hiện không có việc nào cần xác nhận."]


# --- the reporter -----------------------------------------------------------------------------------------------------

NOT_CALLED = replace(CASE, called="no")


def test_what_a_reporter_says_is_kept_and_confirms_nothing() -> None:
    """The telephone call alone is theirs to tell; the ward is asked to check it, and hears nothing of the words."""
    one = talk(COLLABORATOR, NOT_CALLED)
    one.transcript(
        ("/xacnhan 42", WHAT_TELEPHONE),
        ("em gọi, gặp chị Hoa", WHEN),
        ("10h45", LOOK.replace("chị Mai gọi, gặp anh Bình trực Phòng", "em gọi, gặp chị Hoa")),
        ("[Đúng, xác nhận]", "Cảm ơn anh/chị. Đã ghi vào VV-2026-0042, phường sẽ kiểm tra lại."),
    )
    claim, called, told = one.commands
    assert claim == StateClock(CASE.id, "telephone", local("2026-11-23 10:45"), "em gọi, gặp chị Hoa", claim=True)
    assert called == UpdateIncident(CASE.id, {"called": "yes"})
    assert isinstance(told, TellRoom)
    assert told.unit == WARD
    assert one.told[0][1].splitlines() == [
        "☎ VV-2026-0042: người báo nói đã gọi điện. Xin anh/chị kiểm tra và xác nhận.",
        "Nhắn riêng cho tôi: /xacnhan 42",
    ]


@pytest.mark.parametrize("changed", [{"contact": "no"}, {"contact": "call_only"}, {"source": "child"}, {"called": "yes"}])
def test_a_reporter_who_is_not_asked_is_offered_nothing(changed: dict[str, str]) -> None:
    """What they said of their phone is obeyed."""
    assert "Báo ngay" not in talk(COLLABORATOR, replace(NOT_CALLED, **changed)).says("/xacnhan 42")[0]  # type: ignore[arg-type]


def test_an_event_that_lasts_asks_nobody_for_a_date() -> None:
    """The list says what the hour counts from, and no more."""
    one = talk(DUTY, clocks=clocks(TAKEN, {"when": ONGOING}, now=LATER))
    assert "chậm nhất 24:00 Thứ Ba 24/11/2026" in one.says("/xacnhan 42")[0]
