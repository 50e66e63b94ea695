"""Days of the week, hours and dates ahead, as people type them for a roster."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.duty import Days, read_days, read_hours, read_weekdays

MONDAY = date(2026, 11, 23)


def on(day: int, month: int = 11, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("thứ 2 đến thứ 6", (0, 1, 2, 3, 4)),
        ("t2-t6", (0, 1, 2, 3, 4)),
        ("2 - 6", (0, 1, 2, 3, 4)),
        ("thứ hai, thứ tư và thứ sáu", (0, 2, 4)),
        ("T7 CN", (5, 6)),
        ("chủ nhật", (6,)),
        ("t6 tới t2", (0, 4, 5, 6)),
        ("Cả tuần", tuple(range(7))),
        ("cuối tuần", (5, 6)),
        ("ngày thường", (0, 1, 2, 3, 4)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("từ thứ 2 đến chủ nhật", tuple(range(7))),
        ("thứ 8", None),
        ("hôm nào cũng được", None),
        ("t2 đến", None),
        ("", None),
    ],
)
def test_days_of_the_week(typed: str, expected: tuple[int, ...] | None) -> None:
    """One, several, from-to, over Sunday too; what is not understood whole is not taken."""
    assert read_weekdays(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7h30 - 17h", ("07:30", "17:00")),
        ("17h đến 7h30 sáng", ("17:00", "07:30")),
        ("17h tới 7h30", ("17:00", "07:30")),
        ("7h tối đến 7h sáng", ("19:00", "07:00")),
        ("từ 8 giờ đến 17 giờ 30", ("08:00", "17:30")),
        ("07:30–17:00", ("07:30", "17:00")),
        ("8-17", ("08:00", "17:00")),
        ("0h-24h", ("00:00", "00:00")),
        ("10h đêm đến 6h sáng", ("22:00", "06:00")),
        ("cả ngày", ("00:00", "00:00")),
        ("24/24", ("00:00", "00:00")),
        ("7h", None),
        ("25h - 3h", None),
        ("8h70 - 9h", None),
        ("lúc nào cũng được", None),
    ],
)
def test_hours(typed: str, expected: tuple[str, str] | None) -> None:
    """From and until; 24:00 is the midnight after."""
    assert read_hours(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mai", Days(on(24), on(24))),
        ("ngày mai", Days(on(24), on(24))),
        ("tối mai", Days(on(24), on(24))),
        ("hôm nay", Days(on(23), on(23))),
        ("thứ 7", Days(on(28), on(28))),
        ("t2", Days(on(23), on(23))),
        ("CN tuần sau", Days(on(6, 12), on(6, 12))),
        ("28/11", Days(on(28), on(28))),
        ("1/3", Days(on(1, 3, 2027), on(1, 3, 2027))),
        ("28/11 đến 2/12", Days(on(28), on(2, 12))),
        ("28/11-2/12", Days(on(28), on(2, 12))),
        ("28/11/2026 – 2/12/2026", Days(on(28), on(2, 12))),
        ("17h 28/11 đến 7h30 29/11", Days(on(28), on(29), "17:00", "07:30")),
        ("từ 17h ngày 28/11 tới 7h30 ngày 29/11", Days(on(28), on(29), "17:00", "07:30")),
        ("28/11 17h-7h30", Days(on(28), on(28), "17:00", "07:30")),
        ("mai từ 17h đến 22h", Days(on(24), on(24), "17:00", "22:00")),
        ("17h đến 22h", Days(on(23), on(23), "17:00", "22:00")),
        ("ngày 5", Days(on(5, 12), on(5, 12))),
        ("28 tháng 11", Days(on(28), on(28))),
        ("tuần sau", Days(on(30), on(6, 12))),
        ("cuối tuần này", Days(on(28), on(29))),
        ("mùng 1 Tết", Days(on(6, 2, 2027), on(6, 2, 2027))),
        ("29 Tết đến mùng 5 Tết", Days(on(5, 2, 2027), on(10, 2, 2027))),
        ("giao thừa", Days(on(5, 2, 2027), on(5, 2, 2027))),
        ("2/12 đến 28/11", None),
        ("31/2", None),
        ("28/11 17h", None),
        ("28/11 30/11", None),
        ("khi nào rảnh", None),
        ("", None),
    ],
)
def test_days_ahead(typed: str, expected: Days | None) -> None:
    """A day, a span, with hours or without, Tết by its own days; what is not understood whole is not taken."""
    assert read_days(typed, MONDAY) == expected


@given(st.text(alphabet="0123456789 /-:htứđếnừcnmaigờTg,", max_size=30))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    """Never an error, and never a day of the past."""
    read_weekdays(typed)
    read_hours(typed)
    found = read_days(typed, MONDAY)
    assert found is None or found.first <= found.last
