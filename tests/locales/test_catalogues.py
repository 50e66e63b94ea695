"""Rule 11: no text is hard-wired; both languages complete, placeholders equal."""

import re
from pathlib import Path

import pytest

import locales
from locales.update import used

ROOT = Path(__file__).parents[2]
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


ON_A_PAGE = {"Photo %(number)s: press to enlarge"}  # said by the page of a private link, where a photo is pressed
BUTTONS = re.compile(r"\b(nút|bấm|nhấn|press(ed|es|ing)?|tap(s|ped|ping)?|buttons?|click(s|ed)?)\b", re.IGNORECASE)


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_no_text_speaks_of_buttons(locale: str) -> None:
    """Half of the messengers have none: people choose, type, take."""
    assert [text for msgid, text in catalogue(locale).items() if BUTTONS.search(text) and msgid not in ON_A_PAGE] == []


def test_no_label_of_a_form_or_a_plan_speaks_of_buttons() -> None:
    """Labels, hints and what the review says, in both languages."""
    files = [path for folder in ("forms", "plans") for path in sorted((ROOT / folder).rglob("*.yaml"))]
    assert files
    assert [f"{path.name}: {line.strip()}" for path in files for line in _said(path) if BUTTONS.search(line)] == []


def _said(path: Path) -> list[str]:
    """The lines of a file without its comments."""
    return [line.partition(" #")[0] for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]


def test_a_percent_sign_never_breaks_a_text() -> None:
    """A text without places goes out as it is written."""
    assert locales.translate("vi", "no such text") == "no such text"
