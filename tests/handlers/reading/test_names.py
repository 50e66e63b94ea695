"""Names of people and telephone numbers."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.names import read_phone, tidy_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nguyễn văn an", "Nguyễn Văn An"),
        ("NGUYỄN THỊ BÌNH", "Nguyễn Thị Bình"),
        ("  Nguyễn   Văn An ", "Nguyễn Văn An"),
        ("Nguyễn văn An", "Nguyễn văn An"),
        ("h'hen niê", "H'Hen Niê"),
        ("H’Hen Niê", "H'Hen Niê"),
        ("k'brêu", "K'Brêu"),
        ("Y Moan Ênuôl", "Y Moan Ênuôl"),
        ("Y-Bhăm Êban", "Y-Bhăm Êban"),
        ("lò thị mỷ", "Lò Thị Mỷ"),
        ("Đỗ", "Đỗ"),
        ("An.", "An"),
        (unicodedata.normalize("NFD", "Nguyễn Đức Ánh"), "Nguyễn Đức Ánh"),
        ("bé \u200bna", "Bé Na"),
        ("", None),
        ("   ", None),
        ("An 2", None),
        ("http://a.vn", None),
        ("an@gmail.com", None),
        ("xem www.trang", None),
        ("không biết", None),
        ("ko rõ", None),
        ("lò thị mai (8 tuổi)", None),
        ("👧", None),
        ("a" * 81, None),
    ],
)
def test_tidies_a_name(text: str, expected: str | None) -> None:
    """A name keeps what its owner wrote; what is no name is refused."""
    assert expected == tidy_name(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("0912-345-678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("+84 (0) 912 345 678", "0912345678"),
        ("84 912 345 678", "0912345678"),
        ("0084912345678", "0912345678"),
        ("o912345678", "0912345678"),
        ("O9O2345678", "0902345678"),
        ("912345678", "0912345678"),
        ("０９１２３４５６７８", "0912345678"),
        ("sđt 0912345678 ạ", "0912345678"),
        ("Số của em là 0912345678", "0912345678"),
        ("01632345678", "0332345678"),
        ("0120 234 5678", "0702345678"),
        ("024 3827 1234", "02438271234"),
        ("(0203) 3825 123", "02033825123"),
        ("111", None),
        ("113", None),
        ("19001567", None),
        ("0112345678", None),
        ("091234567", None),
        ("09123456789", None),
        ("0912345678 0987654321", None),
        ("0912345678 hoặc hỏi mẹ", None),
        ("không có", None),
        ("15/3/2015", None),
        ("", None),
    ],
)
def test_reads_a_phone_number(text: str, expected: str | None) -> None:
    """A number comes out in the national form that can be dialled today, anything else is refused."""
    assert expected == read_phone(text)


@given(st.text())
def test_a_tidied_name_stays_as_it_is(text: str) -> None:
    """Tidying never fails, and tidying twice changes nothing."""
    name = tidy_name(text)
    assert name is None or tidy_name(name) == name


@given(st.text(alphabet="0123456789+o. -()", max_size=20))
def test_a_phone_number_is_national(text: str) -> None:
    """Whatever is read begins with 0 and has 10 or 11 digits, and reads as itself again."""
    number = read_phone(text)
    assert number is None or (number[0] == "0" and len(number) in {10, 11} and read_phone(number) == number)


@given(st.text())
def test_any_text_is_safe_for_phone(text: str) -> None:
    """No text makes the reader fail."""
    assert read_phone(text) is None or text
