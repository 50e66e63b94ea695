"""The page speaks to people: both languages, from the catalogues, and nothing before it is opened that would tell of a case."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot.pages
from bot.pages import words
from bot.pages.opening import Shown
from tests.driver import PLAN

STATIC = Path(bot.pages.__file__).parent / "static"


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_an_open_page_speaks_its_readers_language(locale: str) -> None:
    """Every word, and the time as the plan's zone has it."""
    said = words.of(Shown("p", locale, (), (), datetime(2026, 11, 23, 3, 15, tzinfo=UTC), 900), PLAN.zone)
    other = words.of(Shown("p", "en" if locale == "vi" else "vi", (), (), datetime(2026, 11, 23, 3, 15, tzinfo=UTC), 900), PLAN.zone)
    assert set(said) == set(words.AFTER) | {"until"}
    assert [name for name in said if not said[name] or said[name] == other[name]] == []
    assert "10:15" in said["until"]


def test_the_browser_asks_for_words_that_there_are() -> None:
    """A name that was misspelled would show "undefined" to an officer at two in the morning."""
    script = (STATIC / "xem.js").read_text()
    said = words.of(Shown("p", "vi", (), (), datetime(2026, 11, 23, tzinfo=UTC), 900), PLAN.zone)
    assert set(re.findall(r"\bwords\.(\w+)", script)) <= set(said)


def test_the_page_has_no_text_of_its_own() -> None:
    """Rule 11: what people read comes from the catalogues; in the files stand only the name of the service and the words' places."""
    served = words.page((STATIC / "xem.html").read_text()).decode()
    assert "$" not in served
    visible = re.sub(r"<!.*?>|<[^>]*>", " ", (STATIC / "xem.html").read_text())
    assert re.sub(r"\$\w+|Báo Ngay", "", visible).split() == []
    quoted = re.findall(r'"([^"]*)"', re.sub(r"//.*|/\*.*?\*/", "", (STATIC / "xem.js").read_text()))
    assert [text for text in quoted if re.search(r"[^\x00-\x7f]", text)] == []


def test_before_it_is_opened_the_page_tells_of_no_case() -> None:
    """A preview shows the same to everybody: who we are, and what is asked."""
    served = words.page((STATIC / "xem.html").read_text()).decode()
    assert "<title>Báo Ngay</title>" in served
    assert re.findall(r"VV-|trẻ|child|vụ", served) == []


def test_a_browser_may_load_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    """The page is whole in itself, as its policy says."""
    served = (STATIC / "xem.html").read_text()
    assert re.findall(r"https?://|//[a-z]|\son\w+=|style=|<script(?![^>]*\ssrc=)|javascript:", served) == []
    assert re.findall(r"url\(|@import|https?:", (STATIC / "xem.css").read_text()) == []
    assert re.findall(r"innerHTML|insertAdjacent|document\.write|eval|https?:|localStorage", (STATIC / "xem.js").read_text()) == []
