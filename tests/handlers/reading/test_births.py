"""Dates of birth and ages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.when import Age, BirthDate, Unclear, read_age_or_birth, read_date

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15/3/2015", date(2015, 3, 15)),
        ("15-3-2015", date(2015, 3, 15)),
        ("15.3.2015", date(2015, 3, 15)),
        ("15-3-15", date(2015, 3, 15)),
        ("15/3/98", date(1998, 3, 15)),
        ("2015-03-15", date(2015, 3, 15)),
        ("ngày 15 tháng 3 năm 2015", date(2015, 3, 15)),
        ("ngay 15 thang 3 nam 2015", date(2015, 3, 15)),
        ("sinh ngày 15/3/2015", date(2015, 3, 15)),
        ("sn 15/3/2015", date(2015, 3, 15)),
        ("cháu sinh ngày 15/3/2015 ạ", date(2015, 3, 15)),
        ("hôm qua", date(2026, 11, 22)),
        ("thứ 2 ngày 16/3/2026", date(2026, 3, 16)),
        ("15/3", "ambiguous"),
        ("ngày 15", "ambiguous"),
        ("năm 2015", "ambiguous"),
        ("tháng 3", "ambiguous"),
        ("tối qua", "ambiguous"),
        ("30/2/2015", "impossible"),
        ("3/15/2015", "impossible"),
        ("15/3/2030", "future"),
        ("1/1/1850", "ambiguous"),
        ("1/1/1905", "too_old"),
        ("mùng 5 tháng 3", "lunar"),
        ("không biết", "not_understood"),
        ("", "empty"),
    ],
)
def test_reads_a_date(text: str, expected: date | str) -> None:
    """A full date is read; what lacks its year or is no single day is asked about."""
    reading = read_date(text, NOW)
    assert expected == (reading.reason if isinstance(reading, Unclear) else reading)


def _year(year: int) -> BirthDate:
    return BirthDate(date(year, 1, 1), date(year, 12, 31), "year")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8 tuổi", Age(8, 8, "year", approximate=False)),
        ("8 tuoi", Age(8, 8, "year", approximate=False)),
        ("8t", Age(8, 8, "year", approximate=False)),
        ("8", Age(8, 8, "year", approximate=False)),
        ("tám tuổi", Age(8, 8, "year", approximate=False)),
        ("tam tuoi", Age(8, 8, "year", approximate=False)),
        ("mười hai tuổi", Age(12, 12, "year", approximate=False)),
        ("cháu 8 tuổi ạ", Age(8, 8, "year", approximate=False)),
        ("khoảng 8 tuổi", Age(8, 8, "year", approximate=True)),
        ("tầm 8 tuổi", Age(8, 8, "year", approximate=True)),
        ("gần 8 tuổi", Age(8, 8, "year", approximate=True)),
        ("khoảng 7-8 tuổi", Age(7, 8, "year", approximate=True)),
        ("7-8 tuổi", Age(7, 8, "year", approximate=True)),
        ("7,8 tuổi", Age(7, 8, "year", approximate=True)),
        ("bảy tám tuổi", Age(7, 8, "year", approximate=True)),
        ("từ 7 đến 8 tuổi", Age(7, 8, "year", approximate=True)),
        ("10 tháng", Age(10, 10, "month", approximate=False)),
        ("10 tháng tuổi", Age(10, 10, "month", approximate=False)),
        ("2 tuổi rưỡi", Age(30, 30, "month", approximate=False)),
        ("15 ngày tuổi", Age(15, 15, "day", approximate=False)),
        ("3 tuần tuổi", Age(21, 21, "day", approximate=True)),
        ("sơ sinh", Age(0, 0, "month", approximate=True)),
        ("sinh năm 2015", _year(2015)),
        ("năm 2015", _year(2015)),
        ("2015", _year(2015)),
        ("sn 2015", _year(2015)),
        ("SN2015", _year(2015)),
        ("2k15", _year(2015)),
        ("sinh tháng 3/2015", BirthDate(date(2015, 3, 1), date(2015, 3, 31), "month")),
        ("3/2015", BirthDate(date(2015, 3, 1), date(2015, 3, 31), "month")),
        ("tháng 3 năm 2015", BirthDate(date(2015, 3, 1), date(2015, 3, 31), "month")),
        ("15/3/2015", BirthDate(date(2015, 3, 15), date(2015, 3, 15), "day")),
        ("sinh ngày 15-3-15", BirthDate(date(2015, 3, 15), date(2015, 3, 15), "day")),
        ("lớp 3", "ambiguous"),
        ("học lớp 3", "ambiguous"),
        ("09", "ambiguous"),
        ("15/3", "ambiguous"),
        ("130 tuổi", "impossible"),
        ("2030", "future"),
        ("không biết", "not_understood"),
        ("còn bé", "not_understood"),
        ("", "empty"),
    ],
)
def test_reads_an_age_or_birth(text: str, expected: Age | BirthDate | str) -> None:
    """An age or a birth is kept as exactly as it was said, and no more."""
    reading = read_age_or_birth(text, NOW)
    assert expected == (reading.reason if isinstance(reading, Unclear) else reading)


@given(st.text() | st.text(alphabet="0123456789/-. tuổiángkmsh", max_size=20))
def test_no_text_fails_and_nothing_is_born_tomorrow(text: str) -> None:
    """Any text gives an answer, and no birth lies in the future."""
    birth, day = read_age_or_birth(text, NOW), read_date(text, NOW)
    assert not (isinstance(birth, BirthDate) and birth.last > NOW.date())
    assert not (isinstance(day, date) and day > NOW.date())
