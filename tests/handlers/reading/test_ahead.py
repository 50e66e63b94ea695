"""When somebody says they will have done something, within whatever else they say."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.ahead import read_ahead

NOW = datetime(2026, 11, 23, 10, 32, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Monday


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("30 phut nua qua nha", (23, 11, 2)),
        ("15p", (23, 10, 47)),
        ("trong 1 giờ", (23, 11, 32)),
        ("1h nua", (23, 11, 32)),
        ("1 tiếng rưỡi nữa tôi xuống", (23, 12, 2)),
        ("nửa tiếng nữa", (23, 11, 2)),
        ("10-15 phút nữa", (23, 10, 47)),
        ("gọi lại 0912345678 trong 15 phút", (23, 10, 47)),
        ("2 ngày nữa", (25, 10, 32)),
        ("8h sang mai", (24, 8, 0)),
        ("8h mai", (24, 8, 0)),
        ("mai 8h", (24, 8, 0)),
        ("11h30", (23, 11, 30)),
        ("lúc 14:30", (23, 14, 30)),
        ("3h chiều", (23, 15, 0)),
        ("1h", (23, 13, 0)),
        ("7h", (23, 19, 0)),
        ("8h tối nay", (23, 20, 0)),
        ("trước 9h tối", (23, 21, 0)),
        ("toi den luc 11h", (23, 11, 0)),
        ("tôi gọi lúc 11 giờ", (23, 11, 0)),
        ("8h toi qua nha", (23, 20, 0)),
        ("chiều nay tôi qua", (23, 18, 0)),
        ("sáng mai", (24, 11, 0)),
    ],
)
def test_a_time_ahead_is_found_in_the_words(said: str, expected: tuple[int, int, int]) -> None:
    """The first moment ahead that the words can mean."""
    found = read_ahead(said, NOW)
    assert found is not None
    assert (found.day, found.hour, found.minute) == expected


@pytest.mark.parametrize(
    "said", ["", "vâng ạ", "tôi đi ngay", "gọi công an rồi", "20 phút trước", "mai", "den nha be so 8 ngo 12", "0912345678"]
)
def test_no_time_is_no_time(said: str) -> None:
    """Nothing is guessed from an address, a number or what has been."""
    assert read_ahead(said, NOW) is None


@given(st.text(max_size=60))
def test_whatever_is_found_lies_ahead(said: str) -> None:
    """A promise in the past would be missed before it was given."""
    found = read_ahead(said, NOW)
    assert found is None or found > NOW
