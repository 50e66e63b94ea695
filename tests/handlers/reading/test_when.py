"""Reading when: a table of what people type, one truth per row, and laws that hold for any text."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reading.folding import fold
from handlers.reading.when import Span, SpanParts, Unclear, parts, read_when
from tests.handlers.reading.when_cases import CASES
from tests.handlers.reading.when_held_out import HELD_OUT

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> datetime:
    """A moment in the plan's zone."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def shown(reading: Span | Unclear) -> str:
    """The notation of the tables: "~" for approximate, month-day (year where it is not 2026), time, precision; "?reason" where unclear.

    Days, weeks and months show their first and last day; "..now" where they are still running is left to tests of their own.
    """
    if isinstance(reading, Unclear):
        return f"?{reading.reason}"
    day = "%m-%d" if reading.start.year == 2026 else "%Y-%m-%d"
    mark = "~" if reading.approximate else ""
    if reading.precision in {"day", "week", "month"}:
        text = f"{reading.start:{day}}"
    elif reading.end == reading.start:
        text = f"{reading.start:{day} %H:%M}"
    else:
        until = "%H:%M" if reading.end.date() == reading.start.date() else "%m-%d %H:%M"
        text = f"{reading.start:{day} %H:%M}..{reading.end:{until}}"
    return f"{mark}{text} {reading.precision}"


@pytest.mark.parametrize(("text", "now", "expected"), [*HELD_OUT, *CASES])
def test_reads_what_people_type(text: str, now: str, expected: str) -> None:
    """What people type is read as they mean it, or asked about."""
    assert expected == shown(read_when(text, at(now)))


def test_the_table_is_large_and_right() -> None:
    """At least 150 inputs, at least 98 of 100 right, and none of the wrong ones taken for understood."""
    rows = [*HELD_OUT, *CASES]
    wrong = [(text, answer) for text, now, expected in rows if (answer := shown(read_when(text, at(now)))) != expected]
    assert len(rows) >= 150
    assert len(wrong) <= len(rows) * 0.02
    assert [row for row in wrong if not row[1].startswith("?")] == []


# Words whose meaning turns with their marks; without marks another reading is right (see `handlers.reading.tokens`).
_TURNED_BY_MARKS = {"kìa", "tới", "tôi", "mốt", "sáu", "đó"}


@pytest.mark.parametrize(
    ("text", "now"), [(text, now) for text, now, _ in [*HELD_OUT, *CASES] if not set(text.lower().split()) & _TURNED_BY_MARKS]
)
def test_reads_the_same_without_marks(text: str, now: str) -> None:
    """Without diacritics the same is understood."""
    assert read_when(text, at(now)) == read_when(fold(text) or text, at(now))


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("7h", "2026-11-22 20:00", ["11-22 07:00 hour"]),
        ("7h", "2026-11-23 10:00", ["11-22 19:00 hour"]),
        ("7h hôm qua", "2026-11-23 10:00", ["11-22 19:00 hour"]),
        ("đêm qua", "2026-11-23 02:00", ["~11-21 22:00..11-22 05:00 part"]),
        ("20h", "2026-11-25 19:00", ["11-24 20:00 hour"]),
        ("8h tối", "2026-11-25 19:00", ["11-24 20:00 hour"]),
        ("12h", "2026-11-23 10:00", ["11-23 00:00 hour", "11-22 12:00 hour"]),
        ("tối thứ 2", "2026-11-23 10:00", ["~11-16 18:00..22:00 part"]),
        ("25/12", "2026-11-23 10:00", ["2025-12-25 day"]),
        ("3/15", "2026-11-23 10:00", ["03-15 day"]),
        ("1h đêm 15/3", "2026-11-23 10:00", ["03-16 01:00 hour", "03-15 01:00 hour"]),
        ("thứ 2 ngày 15/3", "2026-11-23 10:00", ["03-15 day", "11-23 day"]),
        ("hôm qua hay hôm kia", "2026-11-23 10:00", ["11-22 day", "11-21 day"]),
        ("mùng 5 tháng 3", "2026-11-23 10:00", ["03-05 day", "04-21 day"]),
        ("tối mùng 2 Tết", "2026-11-23 10:00", ["~02-18 18:00..22:00 part"]),
        ("rằm tháng 7", "2026-11-23 10:00", ["08-27 day"]),
    ],
)
def test_other_readings_travel_along(text: str, now: str, expected: list[str]) -> None:
    """Where the words have another past reading, it is there for the one-tap correction."""
    reading = read_when(text, at(now))
    others = reading.also if isinstance(reading, Span) else reading.candidates
    assert expected == [shown(other) for other in others]


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("hôm qua", "2026-11-22 00:00", "2026-11-23 00:00"),
        ("hôm nay", "2026-11-23 00:00", "2026-11-23 10:00"),
        ("tuần trước", "2026-11-16 00:00", "2026-11-23 00:00"),
        ("tháng 2", "2026-02-01 00:00", "2026-03-01 00:00"),
        ("cuối tuần trước", "2026-11-21 00:00", "2026-11-23 00:00"),
        ("2-3 hôm trước", "2026-11-20 00:00", "2026-11-22 00:00"),
    ],
)
def test_stretches_end_behind_their_last_day(text: str, first: str, end: str) -> None:
    """Days, weeks and months end at the midnight behind them, or now where they still run."""
    reading = read_when(text, at("2026-11-23 10:00"))
    assert isinstance(reading, Span)
    assert (at(first), at(end)) == (reading.start, reading.end)


def test_parts_for_a_renderer() -> None:
    """A renderer gets weekday, date, time and part of day, and no words."""
    reading = read_when("khoảng 7 rưỡi tối hôm qua", at("2026-11-23 10:00"))
    assert isinstance(reading, Span)
    day = date(2026, 11, 22)
    assert SpanParts(6, day, day, time(19, 30), None, approximate=True, part="evening", precision="minute") == parts(reading)


def test_parts_of_a_day_have_no_time() -> None:
    """A whole day has neither time nor part of day, and its last day is itself."""
    reading = read_when("hôm qua", at("2026-11-23 10:00"))
    assert isinstance(reading, Span)
    day = date(2026, 11, 22)
    assert SpanParts(6, day, day, None, None, approximate=False, part=None, precision="day") == parts(reading)


def test_a_naive_clock_is_refused() -> None:
    """A clock without a zone is a bug of the caller, not a question for the user."""
    with pytest.raises(ValueError, match="aware"):
        read_when("hôm qua", datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001  # the naive clock is the point


_WORDS = sorted({word for text, _, _ in [*HELD_OUT, *CASES] for word in text.split()})
_CLOCKS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)).map(lambda d: d.replace(tzinfo=ZONE))  # noqa: DTZ001  # set here
_SPOKEN = st.lists(st.sampled_from(_WORDS), max_size=8).map(" ".join)


@settings(max_examples=500, deadline=None)
@given(st.text() | _SPOKEN, _CLOCKS)
def test_no_text_fails_and_no_reading_is_in_the_future(text: str, now: datetime) -> None:
    """Any text at any time gives an answer, and neither the reading nor what is offered lies after now."""
    reading = read_when(text, now)
    spans = (reading, *reading.also) if isinstance(reading, Span) else reading.candidates
    assert all(span.start <= span.end <= now for span in spans)


@settings(max_examples=300, deadline=None)
@given(_SPOKEN, _CLOCKS, st.sampled_from(["không phải", "bị đánh", "trường", "xyz", "chưa"]))
def test_a_word_that_is_not_read_is_never_ignored(text: str, now: datetime, word: str) -> None:
    """One meaningful word outside the grammar makes the whole text unclear."""
    assert isinstance(read_when(f"{text} {word}", now), Unclear)
