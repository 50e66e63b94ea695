"""Texts in the reader's language. English msgids in code; the catalogues `vi` and `en` are complete (a test compares)."""

from datetime import datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = ("vi", "en")
DEFAULT = "vi"
_WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def catalogue_file(locale: str) -> Path:
    """Where a language's catalogue lies."""
    return Path(__file__).parent / locale / "LC_MESSAGES" / "baongay.po"


def read_catalogue(locale: str) -> Catalog:
    """The catalogue as Babel reads it."""
    with catalogue_file(locale).open("rb") as file:
        return read_po(file, locale=locale)


@cache
def _messages(locale: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in read_catalogue(locale) if message.id and message.string}


def translate(locale: str, message: str) -> str:
    """The text of an English msgid in `locale`; the msgid itself where a catalogue lacks it, so that nobody is ever left without an answer."""
    return _messages(locale if locale in LOCALES else DEFAULT).get(message, message)


def moment(locale: str, at: datetime, style: str) -> str:
    """A local time in words. Styles: full "Chủ nhật 22/11/2026, 19:30"; date; time "19:30"; short "19:30 22/11".

    Own formats, not CLDR's: they are the ones of the office's papers, and the same on every screen.
    """
    if style == "time":
        return f"{at:%H:%M}"
    if style == "short":
        return f"{at:%H:%M} {at.day}/{at.month}"
    date = f"{_WEEKDAYS.get(locale, _WEEKDAYS[DEFAULT])[at.weekday()]} {at.day}/{at.month}/{at.year}"
    return date if style == "date" else f"{date}, {at:%H:%M}"
