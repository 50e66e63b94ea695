"""Cards: what a group may know, and never more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import card
from models.facts import Case, Draft, Given
from models.incident import Status
from models.talk import Choice
from tests.handlers.clock_driver import clocks
from tests.handlers.people_driver import CASE, COLLABORATOR, DUTY, NOW, PLAN, READY, TAKEN, Talk, render


def text(case: Case, later: timedelta = timedelta()) -> str:
    return render(card.card(case, PLAN, NOW + later, READY, clocks(case, now=NOW + later)))


def changed(**columns: Any) -> Case:
    return replace(CASE, **columns)


def keys(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.key.partition(":")[0] for choice in choices]


def test_a_card_says_what_the_room_needs() -> None:
    """Code, severity, kind, ward, danger, source, whether somebody telephoned, until when, and that nobody has it."""
    assert text(CASE).splitlines() == [
        "🔴 KHẨN CẤP · VV-2026-0042",
        "Bạo lực hoặc xâm hại · Phường Ngọc Lâm",
        "Trẻ: CÒN NGUY HIỂM",
        "Nguồn tin: cộng tác viên",
        "Gọi Phòng: đã gọi (113/115: hỏi lại người báo)",
        "⏱ Báo cáo bằng văn bản: nên xong trước 10:32 24/11, chậm nhất 24:00 Thứ Ba 24/11/2026 (tính từ lúc tiếp nhận)",
        "⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:32 23/11 (tính từ lúc tiếp nhận)",
        "⏳ Chưa ai nhận",
    ]


def test_a_taken_card_says_who_and_when() -> None:
    """The name is an officer's, never anybody else's."""
    assert text(TAKEN).splitlines()[-1] == "✅ Anh/chị Lê Thị Hoa đã nhận lúc 10:32 23/11"


def test_what_is_not_known_is_said() -> None:
    """A child's first cry is a card too."""
    case = replace(CASE, kind="", ward="", danger="unknown", source="child", called="")
    assert text(case).splitlines()[1:5] == [
        "Chưa rõ loại việc · chưa rõ phường",
        "Trẻ: chưa rõ có an toàn không",
        "Nguồn tin: có thể là trẻ em",
        "Gọi 113/115, gọi Phòng: chưa rõ · số Phòng: 02438724033",
    ]


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        ("misdial", "⚠ Người báo nói chọn nhầm: vẫn gọi điện kiểm tra"),
        ("unfinished", "⚠ Tin báo dở: người báo chưa trả lời tiếp"),
        ("bundled", "⚠ Hôm nay có nhiều tin từ cùng một người"),
        ("restricted", "⚠ Vụ hạn chế: chỉ lãnh đạo Phòng được xem"),
    ],
)
def test_a_flag_is_one_line(flag: str, line: str) -> None:
    """Nothing of the report is changed by it."""
    assert set(text(changed(**{flag: True})).splitlines()) - set(text(CASE).splitlines()) == {line}


def test_an_overdue_written_report_is_said() -> None:
    """By the law's own latest hour; so is every other clock that is overdue."""
    assert "⏰ Báo cáo bằng văn bản: ĐÃ QUÁ HẠN từ 24:00 Thứ Ba 24/11/2026 (tính từ lúc tiếp nhận)" in text(TAKEN, timedelta(hours=38))
    assert text(TAKEN, timedelta(hours=38)).count("ĐÃ QUÁ HẠN") == 2
    assert text(TAKEN, timedelta(hours=25)).count("ĐÃ QUÁ HẠN") == 1


def test_only_an_open_case_can_be_taken() -> None:
    """A card that is out loses its button when it is edited."""
    assert keys(card.choices(CASE)) == ["take", "detail"]
    assert keys(card.choices(TAKEN)) == ["detail"]
    assert keys(card.choices(replace(TAKEN, status="closed"))) == []


def test_a_button_fits_every_channel() -> None:
    """64 bytes with the question's number before it."""
    assert all(len(f"0.{choice.key}".encode()) <= 64 for choice in card.choices(CASE))


def test_a_repeated_call_counts_from_the_card() -> None:
    """The card was the first call."""
    assert render(card.alarm(CASE, 1)).splitlines() == ["🔔 GỌI LẦN 2: VV-2026-0042 vẫn chưa ai nhận", "Để tiếp nhận, gõ: /nhan 42"]


def test_a_withdrawn_card_does_not_say_why() -> None:
    """Whoever is concerned may be reading it."""
    assert render(card.withdrawn(CASE)) == "VV-2026-0042: đã chuyển nơi khác xử lý. Thẻ này không còn hiệu lực."


PRIVATE = (
    st.text(min_size=6, max_size=60)
    .filter(lambda words: words.strip() and any(letter.isalpha() for letter in words))
    .map(lambda words: f"☂{words}☂")
)


@given(words=st.fixed_dictionaries(dict.fromkeys(("severity", "danger", "kind", "type", "ward", "called", "source", "contact"), PRIVATE)))
def test_a_word_that_is_not_in_the_tables_is_never_shown(words: dict[str, str]) -> None:
    """Even if free text ever strayed into a column, a card would not carry it."""
    case = changed(**words)
    for shown in (text(case), render(card.alarm(case, 3)), render(card.withdrawn(case))):
        assert "☂" not in shown


@given(
    answers=st.dictionaries(st.sampled_from(["seen", "place", "child_name", "child_birth", "phone", "father"]), PRIVATE, min_size=1),
    status=st.sampled_from(Status),
)
def test_nothing_of_the_answers_is_ever_said_in_a_group(answers: dict[str, Any], status: Status) -> None:
    """Whatever is typed or pressed in the group: what comes back there holds no answer (rule 7)."""
    draft = Draft("s42", "incident", "sent", {name: Given(value) for name, value in answers.items()}, NOW, CASE.id)
    case = TAKEN if status is Status.TAKEN else replace(CASE, status=str(status))
    for press in ("take", "detail", "photos"):
        talk = Talk(who=DUTY, group=True, more={"case": case, "case_draft": draft, "reporter": COLLABORATOR})
        said = [*talk.presses_key(f"{press}:{CASE.id}"), *talk.says("nhan 42"), *talk.says("chitiet 42"), *talk.says("anh 42")]
        assert said
        assert not [one for one in said if "☂" in one or COLLABORATOR.phone in one]
