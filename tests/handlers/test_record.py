"""/ghinhan: a report that was told to an officer. How it came, the hour, then everybody's form in words for a scribe."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers import card
from handlers.report_case import settle
from handlers.report_open import begin_for
from models.commands import OpenIncident, OpenSubmission, PutAnswer
from models.facts import Draft, Given, Who
from models.talk import Frame, Kind, Turn
from tests.handlers.people_driver import CASE, COLLABORATOR, DUTY, LEADER, NO_BUTTONS, NOW, PLAN, READY, WARD, WARD_OFFICER, Talk, render

HOUR = "Anh/chị nhận tin lúc nào? 12 giờ tính từ lúc đó. Chọn, hoặc gõ: «8h15 sáng nay», «9h tối qua».\n[Bây giờ]"


def answers(turn: Turn) -> dict[str, Any]:
    return {command.question: command.value for command in turn.commands if isinstance(command, PutAnswer)}


def remembers(talk: Talk, turn: Turn) -> None:
    """What the database would tell at the next message."""
    held = talk.more.get("draft")
    draft = held if isinstance(held, Draft) else Draft("", "incident", "draft", {}, talk.now)
    for command in turn.commands:
        if isinstance(command, OpenSubmission):
            draft = replace(draft, id=command.id)
        if isinstance(command, PutAnswer):
            draft = replace(draft, answers={**draft.answers, command.question: Given(command.value, command.skipped, by=DUTY.person)})
    talk.more["draft"] = draft


def talk(person: Who = DUTY, **more: Any) -> Talk:
    return Talk(who=person, after=remembers, **more)


def test_how_it_came_and_when_and_then_the_form() -> None:
    """Two questions, and the one that everybody begins with."""
    one = talk()
    one.transcript(
        ("/ghinhan", "Tin đến bằng cách nào?\n[Điện thoại] [Tổng đài 111] [Gặp trực tiếp] [Không ghi nhận]"),
        ("[Tổng đài 111]", HOUR),
        (
            "[Bây giờ]",
            """Trẻ đang như thế nào?
            [ĐANG NGUY HIỂM] [TẠM AN TOÀN] [CHƯA RÕ]""",
        ),
    )
    assert answers(one.turn) == {"_came_by": "hotline", "_received": NOW.isoformat(), "called": "yes"}
    assert one.frame.data["source"] == "citizen"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("8h15 sáng nay", "2026-11-23T08:15:00+07:00"),
        ("tối qua lúc 9h", "2026-11-22T21:00:00+07:00"),
        ("20 phút trước", "2026-11-23T10:12:00+07:00"),
        ("bây giờ", NOW.isoformat()),
    ],
)
def test_the_hour_is_typed_as_people_type_hours(said: str, expected: str) -> None:
    """It starts the twelve hours."""
    one = talk(channel=NO_BUTTONS)
    for before in ("ghi nhận", "gọi điện"):
        one.says(before)
    one.says(said)
    assert answers(one.turn)["_received"] == expected


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("8h tối nay", "Giờ đó chưa tới. Anh/chị nhận tin lúc nào?"),
        ("15/11 lúc 8h sáng", "Như vậy là quá 7 ngày. Anh/chị nhận tin lúc nào?"),
        ("hôm qua", "Xin ghi cả giờ, ví dụ: «8h15 sáng nay»."),
        ("lúc nãy gì đó", "Xin ghi cả giờ, ví dụ: «8h15 sáng nay»."),
    ],
)
def test_an_hour_that_cannot_be_is_asked_again(said: str, why: str) -> None:
    """Not in the future, at most seven days back, and an hour."""
    one = talk()
    for before in ("/ghinhan", "1"):
        one.says(before)
    answered = one.says(said)[0]
    assert answered.startswith(why)
    assert "Anh/chị nhận tin lúc nào? 12 giờ tính từ lúc đó." in answered
    assert one.frame.step == "hour"


def test_of_two_readings_one_is_chosen() -> None:
    """ "8h" may be this morning or last night."""
    one = talk(channel=NO_BUTTONS)
    for before in ("/ghinhan", "1", "8h"):
        said = one.says(before)
    assert said[0].endswith("[08:00 23/11] [20:00 22/11] [Bây giờ]")
    one.says("2")
    assert answers(one.turn)["_received"] == "2026-11-22T20:00:00+07:00"


def test_the_questions_are_put_to_a_scribe() -> None:
    """Whose number it is, whether calling back is safe, and whether the caller may be named: the caller's, not the officer's."""
    one = talk()
    for said in ("/ghinhan", "1", "[Bây giờ]", "[TẠM AN TOÀN]", "[Nguy cơ hoặc cần giúp đỡ]", "[Bỏ học]", "ngọc lâm", "5", "số 8 ngõ 12"):
        asked = one.says(said)
    assert asked[0].startswith("Người báo kể gì? Ghi đúng lời họ nói, gõ hay ghi âm đều được.")
    assert "Gọi lại số của người báo có an toàn không? Xin hỏi họ." in one.says("cháu nghỉ học hai tháng nay")[0]
    assert "Số điện thoại của người báo?" in one.says("[Chỉ gọi, đừng nhắn]")[0]
    assert "Người báo có cho cán bộ xử lý biết tên không? Xin hỏi họ." in one.says("0911 222 333")[0]
    assert "Họ tên người báo?" in one.says("được")[0]


def test_the_case_counts_from_the_hour_at_which_it_was_told() -> None:
    """And it is known how it came; an unfinished one is found again as a scribe's."""
    facts = talk().facts
    at = NOW - timedelta(hours=2)
    work = begin_for(Frame(), talk().incoming(Kind.TEXT, text="x"), facts, {"_came_by": "phone", "_received": at.isoformat()})
    work.put("danger", "danger")
    settle(work)
    opened = next(command for command in work.commands if isinstance(command, OpenIncident))
    assert (opened.came_by, opened.received_at, opened.columns["source"], opened.columns["called"]) == ("phone", at, "citizen", "yes")


def test_a_ward_officer_writes_down_for_their_own_ward() -> None:
    """It is theirs before anybody asks; the division still has to be called."""
    one = talk(WARD_OFFICER)
    for said in ("/ghinhan", "3", "[Bây giờ]"):
        one.says(said)
    assert answers(one.turn) == {"_came_by": "in_person", "_received": NOW.isoformat(), "ward": WARD}


def test_an_open_report_is_not_thrown_away() -> None:
    """It is finished first."""
    one = talk(LEADER)
    one.frame = replace(one.frame, floor="report", step="place", data={"submission": "s"})
    assert one.says("/ghinhan") == ["Anh/chị đang báo dở một việc. Anh/chị làm nốt đã, hoặc gõ «huỷ» để dừng."]
    assert one.frame.floor == "report"


def test_only_officers_write_down() -> None:
    """A collaborator reports for themselves."""
    assert talk(COLLABORATOR).says("/ghinhan") == ["Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"]


def test_nothing_is_written_down_by_stopping() -> None:
    """ "huy" at either question."""
    for steps in ((), ("1",)):
        one = talk()
        for said in ("/ghinhan", *steps):
            one.says(said)
        assert one.says("huỷ") == ["Vâng, chưa ghi nhận gì."]
        assert one.frame.floor == ""


def test_its_card_says_how_it_came() -> None:
    """The room knows whom it can ask."""
    told = replace(CASE, source="citizen", came_by="phone")
    assert "Nguồn: điện thoại, cán bộ ghi nhận" in render(card.card(told, PLAN, NOW, READY)).splitlines()
