"""Rule 11: no text is hard-wired; both languages complete, placeholders equal."""

import re

import pytest

import locales
from locales.update import used

PLACE = re.compile(r"%\((\w+)\)s")


def catalogue(locale: str) -> dict[str, str]:
    return {str(message.id): str(message.string or "") for message in locales.read_catalogue(locale) if message.id}


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_a_catalogue_holds_exactly_the_texts_of_the_code(locale: str) -> None:
    """`make messages` was run: nothing is missing, nothing is left over."""
    assert {text for text, _file in used()} == set(catalogue(locale))


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_every_text_is_translated(locale: str) -> None:
    """Nobody gets half a sentence in another language."""
    assert [text for text, translated in catalogue(locale).items() if not translated.strip()] == []


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_placeholders_are_the_same_in_every_language(locale: str) -> None:
    """A place that a translation lost would hide a number or a name; one it made up would stop the turn."""
    wrong = [text for text, translated in catalogue(locale).items() if sorted(PLACE.findall(text)) != sorted(PLACE.findall(translated))]
    assert wrong == []


def test_vietnamese_is_vietnamese() -> None:
    """A text that is the same in both languages was forgotten, unless it has no words of its own."""
    same = [text for text, translated in catalogue("vi").items() if text == translated and re.search(r"[a-z]{4}", PLACE.sub("", text))]
    assert same == []


def test_a_percent_sign_never_breaks_a_text() -> None:
    """A text without places goes out as it is written."""
    assert locales.translate("vi", "no such text") == "no such text"
