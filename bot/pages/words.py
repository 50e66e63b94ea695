"""Every text of the page, in both languages (rule 11). Before a link is known it speaks Vietnamese, with a small line in English."""

from html import escape
from string import Template
from zoneinfo import ZoneInfo

from bot.pages.opening import Shown
from bot.rendering import Renderer
from locales import LOCALES
from models.talk import N_, Moment, Msg, Text, msg

UTC = ZoneInfo("UTC")
BEFORE = {
    "digits": N_("The last four digits of your own telephone number, the one that you gave to Báo Ngay"),
    "open": N_("Open"),
    "only": N_("For you only. Please take no screenshot and do not pass it on."),
    "offline": N_("There is no connection just now. Please try again."),
    "retry": N_("Try again"),
    "script": N_("This page needs JavaScript. Please open the link in another browser."),
}
"""Words of the page as it is served."""
REFUSED = {
    "gone": N_("This link can no longer be used. For a new one, write to me again, for example: chitiet 42."),
    "wrong": N_("Those are not the last four digits of your number. Please look again."),
    "slow": N_("Too many tries. Please wait a few minutes, then try again."),
}
"""Sentences for what is refused."""
AFTER = {
    "only": BEFORE["only"],
    "photo": N_("Photo %(number)s: press to enlarge"),
    "voice": N_("Voice note"),
    "file": N_("Save %(name)s"),
    "missing": N_("This one cannot be opened just now."),
    "close": N_("Close"),
    "hidden": N_("Hidden, because nobody was looking at it for a while."),
    "again": N_("Show it again"),
    "offline": BEFORE["offline"],
    "gone": REFUSED["gone"],
}
"""Words that the browser needs once it is open; %(number)s and %(name)s are filled in there."""


def said(locale: str, message: str) -> str:
    """A text without places, or with places that the browser fills."""
    return _render(locale, Msg(message))


def page(template: str) -> bytes:
    """The page as everybody gets it: `$digits` is Vietnamese, `$digits_en` English."""
    words = {f"{name}{'' if locale == 'vi' else f'_{locale}'}": said(locale, text) for name, text in BEFORE.items() for locale in LOCALES}
    return Template(template).substitute({name: escape(text) for name, text in words.items()}).encode()


def refused(reason: str) -> dict[str, str]:
    """The sentence in both languages: who cannot open a page is not known."""
    return {"say": said("vi", REFUSED[reason]), "also": said("en", REFUSED[reason])}


def of(shown: Shown, zone: ZoneInfo) -> dict[str, str]:
    """The words of an open page, in its language."""
    until = _render(shown.locale, msg("Can be read here until %(time)s.", time=Moment(shown.until, "time")), zone)
    return {name: said(shown.locale, text) for name, text in AFTER.items()} | {"until": until}


def _render(locale: str, text: Text, zone: ZoneInfo = UTC) -> str:
    return Renderer(locale, zone, str)(text)
