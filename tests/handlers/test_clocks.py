"""Legal clocks: from when, until when, for which case. Times are those of the plan's zone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clocks import is_told, wanted
from handlers.forms.parsers import Read, parse
from handlers.forms.values import span_value
from handlers.reading.values import Span
from handlers.workdays import is_working_day
from models.facts import Case
from models.talk import Json
from tests.handlers.clock_driver import ONGOING, UNKNOWN, ZONE, clock, clocks, local, span
from tests.handlers.people_driver import CASE, DUTY, FORMS, NOW, PLAN, TAKEN, Talk, render

TET_EVE = replace(CASE, received_at=local("2026-02-13 21:40"))  # Friday before the Tết holidays of 2026 (14 to 22 February)


def kinds(case: Case = CASE, **answers: Json) -> list[str]:
    return [one.kind for one in clocks(case, answers)]


# --- which ------------------------------------------------------------------------------------------------------------


def test_a_child_in_danger_has_every_clock_but_the_approval() -> None:
    """The approval begins when the plan was submitted."""
    assert kinds() == ["telephone", "written", "emergency", "plan_of_support"]


def test_an_accident_owes_the_two_reports() -> None:
    """116/KH-UBND mục IV names injuries; nobody caused it, so no plan of support is owed, and nothing threatens the child now."""
    case = replace(CASE, kind="injury", danger="safe")
    assert kinds(case, injury_cause="accident", injury_gravity="nhe") == ["telephone", "written"]


def test_a_need_alone_has_no_legal_clock() -> None:
    """Neither section IV of the plan nor the emergency speaks of it; the ward looks after it."""
    assert kinds(replace(CASE, kind="need", danger="safe")) == []


def test_a_report_that_the_division_was_told_is_owed_no_telephone_call() -> None:
    """The officer who wrote it down says so; what a reporter says in the chat confirms nothing."""
    told = replace(CASE, came_by="phone", called="yes")
    assert (kinds(told)[0], kinds(replace(told, called=""))[0], kinds(replace(told, came_by="chat"))[0]) == (
        "written", "telephone", "telephone",
    )  # fmt: skip


def test_what_is_not_known_yet_counts() -> None:
    """A child's first cry has no kind."""
    assert kinds(replace(CASE, kind="", danger="unknown", source="child")) == ["telephone", "written", "plan_of_support"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"danger": "danger"}, True),
        ({"relation": "cha"}, True),
        ({"relation": "nguoi_cham_soc"}, True),
        ({"injury_gravity": "nang"}, True),
        ({"injury_gravity": "tu_vong"}, True),
        ({"relation": "hang_xom_nguoi_quen"}, False),
        ({"violation": "xam_hai_tinh_duc"}, False),
        ({"lives_with_child": "yes", "relation": "nguoi_la"}, False),
        ({"injury_cause": "self"}, False),
    ],
)
def test_the_twelve_hours_run_where_the_law_says_so(answers: dict[str, Json], expected: bool) -> None:
    """NĐ 56/2017 Điều 31 khoản 1; what is urgent by this project's own rules is urgent, but bears no law."""
    case = replace(CASE, danger="safe")
    assert ("emergency" in kinds(case, **answers)) is expected


@pytest.mark.parametrize("case", [replace(CASE, drill=True), replace(CASE, status="intake"), replace(CASE, status="closed")])
def test_exercises_and_cases_that_nobody_was_told_of_have_none(case: Case) -> None:
    """Nothing is owed for an exercise; before the room was told and after the end nobody is reminded."""
    assert kinds(case) == []


# --- the written report -----------------------------------------------------------------------------------------------


def test_the_written_report_counts_from_the_beginning_of_the_event() -> None:
    """Strictly 24 hours; by law the whole day after it."""
    one = clock("written", answers={"when": span("2026-11-22 20:00", "2026-11-23 02:00")})
    assert (one.basis, one.strict_at, one.due_at) == ("event", local("2026-11-23 20:00"), local("2026-11-24 00:00"))


@pytest.mark.parametrize(
    "when",
    [
        None,
        UNKNOWN,
        ONGOING,
        span("2026-10-01 00:00", "2026-11-01 00:00", "month"),
        span("2026-11-23 00:00", "2026-11-23 10:32", "week"),
        span("2025-11-23 00:00", "2025-11-24 00:00", "day"),
        span("2026-11-21 22:00"),
    ],
    ids=["not asked", "chưa rõ", "kéo dài", "tháng trước", "tuần này", "một năm trước", "hôm kia"],
)
def test_where_no_event_can_be_counted_from_it_counts_from_the_receipt(when: Json) -> None:
    """Unknown, lasting, or so long ago that even the latest hour had passed: nobody is tempted to invent a date."""
    one = clock("written", answers={"when": when})
    assert (one.basis, one.strict_at, one.due_at) == ("receipt", NOW + timedelta(hours=24), local("2026-11-25 00:00"))


@pytest.mark.parametrize("said", ["3 tháng nay rồi", "3 thang nay roi", "mấy hôm nay", "đã hai năm nay", "từ 2 tuần nay"])
def test_what_has_lasted_until_now_is_read_as_lasting(said: str) -> None:
    """ "3 tháng nay rồi" names no day; the words are kept."""
    read = parse(FORMS["incident"].question("when"), said, Talk(who=DUTY).facts)
    assert isinstance(read, Read)
    assert read.value == {**ONGOING, "text": said}  # type: ignore[dict-item]


moments = st.integers(0, 15 * 365 * 1440).map(lambda minutes: local("2021-01-01 00:00") + timedelta(minutes=minutes))
backward = st.timedeltas(timedelta(), timedelta(days=500))
spans = st.builds(
    lambda start, length, precision: (start, length, precision),
    backward,
    st.timedeltas(timedelta(), timedelta(days=40)),
    st.sampled_from(["minute", "hour", "part", "day", "week", "month"]),
)


@given(received=moments, event=spans)
def test_whatever_the_event_the_latest_hour_is_midnight_of_the_next_day(
    received: datetime, event: tuple[timedelta, timedelta, str]
) -> None:
    """Never before the start, never before the receipt, exactly 24:00 of the day after it, and the strict hour never later."""
    back, length, precision = event
    start = received - back
    when = span_value(Span(start, min(start + length, received), False, precision), "")  # type: ignore[arg-type]
    case = replace(CASE, received_at=received.astimezone(UTC))
    one = next(one for one in wanted(case, {"kind": "violation", "when": when}, PLAN, {}) if one.kind == "written")
    day = one.starts_at.astimezone(ZONE).date()
    assert one.due_at == datetime.combine(day + timedelta(days=2), time(), ZONE)
    assert one.starts_at <= received < one.due_at
    assert one.strict_at is not None
    assert one.starts_at + timedelta(hours=24) == one.strict_at <= one.due_at
    assert one.starts_at == (start if one.basis == "event" else received)


@given(received=moments, event=spans, corrected=spans)
def test_a_correction_is_the_same_as_having_known_it(
    received: datetime, event: tuple[timedelta, timedelta, str], corrected: tuple[timedelta, timedelta, str]
) -> None:
    """The clock moves by the rule that started it; moved later it is always told."""

    def due(back: timedelta, length: timedelta, precision: str) -> datetime:
        start = received - back
        when = span_value(Span(start, min(start + length, received), False, precision), "")  # type: ignore[arg-type]
        case = replace(CASE, received_at=received)
        return next(one.due_at for one in wanted(case, {"when": when}, PLAN, {}) if one.kind == "written")

    before, after = due(*event), due(*corrected)
    assert due(*corrected) == after
    assert is_told(replace(CASE, sent_at=None), before, after) is (after > before)
    assert is_told(CASE, before, after) is is_told(TAKEN, before, after) is (after != before)


def test_an_event_after_the_receipt_counts_from_the_receipt() -> None:
    """A supplement of the next morning cannot give more time than there was."""
    one = clock("written", answers={"when": span("2026-11-24 08:00")})
    assert (one.basis, one.due_at) == ("event", local("2026-11-25 00:00"))
    assert one.starts_at == NOW


# --- nights, Tết, working days ----------------------------------------------------------------------------------------


def test_hours_and_days_run_through_tet() -> None:
    """The last evening before Tết 2026: twelve hours and one day know no holiday."""
    assert clock("emergency", TET_EVE).due_at == local("2026-02-14 09:40")
    assert clock("written", TET_EVE).due_at == local("2026-02-15 00:00")


def test_working_days_wait_for_the_end_of_tet() -> None:
    """Five working days after the holidays, by the calendar."""
    due = clock("plan_of_support", TET_EVE).due_at
    assert due == local("2026-02-28 00:00")
    assert is_working_day(date(2026, 2, 27), PLAN)


def test_the_approval_counts_from_the_statement_that_the_plan_was_submitted() -> None:
    """Two working days after it (NĐ 56/2017 Điều 28 khoản 4)."""
    one = clock("approval", stated={"plan_of_support": local("2026-11-26 15:00")})
    assert (one.basis, one.due_at) == ("statement", local("2026-12-01 00:00"))


@given(received=moments)
def test_working_days_end_on_a_working_day(received: datetime) -> None:
    """At 24:00 of a working day, with exactly four of them between."""
    one = clock("plan_of_support", replace(CASE, received_at=received))
    last = (one.due_at - timedelta(minutes=1)).astimezone(ZONE).date()
    first = received.astimezone(ZONE).date()
    between = [first + timedelta(days=days) for days in range(1, (last - first).days + 1)]
    assert sum(is_working_day(day, PLAN) for day in between) == 5
    assert is_working_day(last, PLAN)


# --- how it is said ---------------------------------------------------------------------------------------------------


def details(case: Case = CASE, later: timedelta = timedelta(), **answers: Json) -> str:
    talk = Talk(who=DUTY, now=NOW + later, more={"case": case, "clocks": clocks(case, answers, now=NOW + later)})
    return talk.says("chitiet 42")[0]


def test_details_name_the_law_and_the_hour_of_each_clock() -> None:
    """And say where the office counts by its own rule."""
    assert details(when=span("2026-11-22 20:00")).splitlines()[1:9] == [
        "☎ Báo ngay bằng điện thoại: chưa có xác nhận",
        "   116/KH-UBND mục IV; ngay khi tiếp nhận tin",
        "⏱ Báo cáo bằng văn bản: nên xong trước 20:00 23/11, chậm nhất 24:00 Thứ Hai 23/11/2026 (tính từ lúc xảy ra)",
        "   116/KH-UBND mục IV; 24 giờ kể từ lúc tiếp nhận: 10:32 24/11",
        "⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:32 23/11 (tính từ lúc tiếp nhận)",
        "   NĐ 56/2017/NĐ-CP Điều 26 khoản 3, Điều 31 khoản 2",
        "⏱ Xây dựng kế hoạch hỗ trợ, can thiệp trình phê duyệt: chậm nhất 24:00 Thứ Ba 1/12/2026 (tính từ lúc tiếp nhận)",
        "   NĐ 56/2017/NĐ-CP Điều 28 khoản 1; văn bản không ghi mốc bắt đầu, Phòng tự quy ước tính từ lúc tiếp nhận; "
        "Trường hợp khẩn cấp: không chờ đến hạn này",
    ]


@pytest.mark.parametrize("when", [UNKNOWN, ONGOING, span("2025-11-23 00:00", "2025-11-24 00:00", "day")])
def test_nobody_is_asked_for_a_date(when: Json) -> None:
    """Where the law counts from an event that nobody can name."""
    said = details(when=when)
    assert "Báo cáo bằng văn bản: nên xong trước 10:32 24/11, chậm nhất 24:00 Thứ Ba 24/11/2026 (tính từ lúc tiếp nhận)" in said
    assert "việc chưa rõ lúc nào, kéo dài hoặc đã lâu: chỉ ghi điều đã biết, không cần ghi ngày" in said


def test_an_overdue_clock_says_since_when() -> None:
    """Overdue is what the law's own latest hour has left behind, not the strict one."""
    assert "Báo cáo bằng văn bản: chậm nhất 24:00 Thứ Ba 24/11/2026" in details(later=timedelta(hours=30))
    assert "Báo cáo bằng văn bản: ĐÃ QUÁ HẠN từ 24:00 Thứ Ba 24/11/2026" in details(later=timedelta(hours=40))


def test_labels_are_rendered_for_their_reader() -> None:
    """Duties have both languages."""
    assert render(PLAN.clock("written").name, "en") == "Written report"
