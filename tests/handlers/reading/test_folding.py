"""Folding: one plain form for everything people type."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.folding import fold, tidy, undo_telex


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đức Giang", "duc giang"),
        ("ĐƯỜNG", "duong"),
        (unicodedata.normalize("NFD", "Đức Giang"), "duc giang"),
        ("  Ngọc \t Thụy\n", "ngoc thuy"),
        ("１２h３０", "12h30"),
        ("không\u200b biết", "khong biet"),
        ("\ufeffTối qua", "toi qua"),
        ("👍 Có ạ!!!", "co a"),
        ("«Bồ Đề»", "bo de"),
        ("8h30", "8h30"),
        ("15/3", "15/3"),
        ("", ""),
        ("...", ""),
        ("👍", ""),
    ],
)
def test_folds(text: str, expected: str) -> None:
    """Case, marks, đ, widths, invisible characters and the ends are made plain."""
    assert expected == fold(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folding is total and idempotent."""
    assert fold(text) == fold(fold(text))


def test_every_single_character_reaches_its_fixed_point() -> None:
    """No letter of a living script folds further the second time (the planes above are drawn at random below)."""
    moving = [c for c in map(chr, range(0x3100)) if fold(fold(f"a{c}a")) != fold(f"a{c}a")]
    assert moving == []


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    """NFC and NFD of one text are one string."""
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text())
def test_tidy_is_total(text: str) -> None:
    """Tidying keeps marks, never fails, and leaves no invisible characters."""
    assert not any(unicodedata.category(c) in {"Cf", "Cs"} for c in tidy(text))


@pytest.mark.parametrize(
    ("text", "expected"), [("ngocj", "ngoc"), ("thuyj", "thuy"), ("ddoongf", "dong"), ("toois", "toi"), ("khuwr", "khu")]
)
def test_undoes_telex(text: str, expected: str) -> None:
    """Keys of Telex that never became marks are taken out."""
    assert expected == undo_telex(text)
