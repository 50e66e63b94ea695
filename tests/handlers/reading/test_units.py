"""Finding a ward by what people type: the fourteen wards of Long Biên in 2021."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.folding import fold
from handlers.reading.units import UnitMatch, UnitName, abbreviations, find_unit

_SHORT = (
    "Thượng Thanh", "Ngọc Thụy", "Giang Biên", "Đức Giang", "Việt Hưng", "Gia Thụy", "Ngọc Lâm",
    "Phúc Lợi", "Bồ Đề", "Sài Đồng", "Long Biên", "Thạch Bàn", "Phúc Đồng", "Cự Khối",
)  # fmt: skip
WARDS = tuple(UnitName(fold(name).replace(" ", "_"), (f"Phường {name}", name)) for name in _SHORT)


@pytest.mark.parametrize("ward", WARDS, ids=lambda w: w.id)
@pytest.mark.parametrize("written", ["{0}", "Phường {0}", "P.{0}", "p {0}", "P {0}", "UBND phường {0}", "em ở {0} ạ", "tổ 5 {0}", "{0}!"])
def test_takes_the_name_with_any_prefix(ward: UnitName, written: str) -> None:
    """A ward's own name is exact with and without marks, prefixes and polite words."""
    text = written.format(ward.names[1])
    assert [UnitMatch((ward.id,), exact=True)] * 3 == [find_unit(t, WARDS) for t in (text, fold(text), text.upper())]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ngocj thuyj", "ngoc_thuy"), ("ngoc thyu", "ngoc_thuy"), ("nt", "ngoc_thuy"), ("n.thuy", "ngoc_thuy"), ("ngthuy", "ngoc_thuy"),
        ("N. Thụy", "ngoc_thuy"), ("bode", "bo_de"), ("pbode", "bo_de"), ("phuongbode", "bo_de"), ("bđ", "bo_de"), ("sai dog", "sai_dong"),
        ("sài đồg", "sai_dong"), ("saif ddoongf", "sai_dong"), ("sđ", "sai_dong"), ("duc gian", "duc_giang"), ("đg", "duc_giang"),
        ("gian bien", "giang_bien"), ("giang bieen", "giang_bien"), ("phuc dog", "phuc_dong"), ("phuc lo", "phuc_loi"), ("pl", "phuc_loi"),
        ("viet hug", "viet_hung"), ("vh", "viet_hung"), ("thuong thah", "thuong_thanh"), ("thuongthanh", "thuong_thanh"),
        ("thach bam", "thach_ban"), ("tb", "thach_ban"), ("cu khoy", "cu_khoi"), ("ck", "cu_khoi"), ("cuwj khoosi", "cu_khoi"),
        ("gia thui", "gia_thuy"), ("ngoc lan", "ngoc_lam"), ("nglam", "ngoc_lam"), ("lb", "long_bien"), ("log bien", "long_bien"),
    ],
)  # fmt: skip
def test_understands_slips_and_abbreviations(text: str, unit: str) -> None:
    """A slip, a Telex leftover or an abbreviation is understood, and marked as not exact so that it is shown back."""
    assert UnitMatch((unit,), exact=False) == find_unit(text, WARDS)


@pytest.mark.parametrize(
    "text",
    [
        "trường học", "không biết", "Hà Nội", "Gia Lâm", "không phải Ngọc Thụy", "quận Long Biên", "Gia Quất", "Cổ Bi", "Hoàn Kiếm", "ok",
        "có", "bạn", "ở nhà", "trường mầm non", "bệnh viện", "Đông Anh", "Phúc Xá", "Phúc Tân", "Ngọc Hà", "Ngọc Khánh", "Việt Nam",
        "tôi không rõ", "chợ", "x", "p", "phường", "1", "", "   ", "👍", "Sài Gòn", "Bát Tràng", "Hồng Hà", "Đức Thắng", "Thạch Thất",
        "thứ 2", "hôm qua", "0912345678",
    ],
)  # fmt: skip
def test_does_not_take_other_words(text: str) -> None:
    """Other places and other words are no ward."""
    assert UnitMatch((), exact=False) == find_unit(text, WARDS)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("phúc", ("phuc_loi", "phuc_dong")),
        ("thụy", ("ngoc_thuy", "gia_thuy")),
        ("giang", ("giang_bien", "duc_giang")),
        ("ngọc", ("ngoc_thuy", "ngoc_lam")),
        ("Bồ Đề hay Ngọc Lâm", ("ngoc_lam", "bo_de")),
        ("Thạch Bàn, Long Biên", ("long_bien", "thach_ban")),
    ],
)
def test_asks_which_one(text: str, units: tuple[str, ...]) -> None:
    """What fits several wards names them all."""
    assert UnitMatch(units, exact=False) == find_unit(text, WARDS)


def test_same_name_before_and_after_a_reform_is_asked() -> None:
    """Two units of one name are both given, because the borders differ."""
    reform = (*WARDS, UnitName("bo_de_2025", ("Phường Bồ Đề",)))
    assert UnitMatch(("bo_de", "bo_de_2025"), exact=False) == find_unit("bồ đề", reform)


def test_district_behind_the_ward_is_let_pass() -> None:
    """The district and city behind a ward do not disturb."""
    assert UnitMatch(("thach_ban",), exact=True) == find_unit("Thạch Bàn, quận Long Biên, Hà Nội", WARDS)


def test_abbreviations_of_a_name() -> None:
    """The usual ways to shorten a name, folded."""
    assert abbreviations("Phường Ngọc Thụy") == ("nt", "nthuy", "ngthuy", "ngocthuy", "ngoct")


@given(st.text())
def test_any_text_gives_known_units_only(text: str) -> None:
    """No text makes it fail, and it only ever names units that it was given."""
    assert set(find_unit(text, WARDS).ids) <= {w.id for w in WARDS}
