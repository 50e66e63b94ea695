"""Keeps the bot's token, and what people write, out of log lines and error texts.

Telegram's token is part of every address. httpx logs addresses at INFO, python-telegram-bot logs whole letters at DEBUG, and both put
server answers into error texts; so the libraries may only speak from WARNING up, and then without their arguments.
"""

import logging
import re

_TOKEN = re.compile(r"\d{5,}(:|%3A)[\w-]{20,}", re.IGNORECASE)


class TokenRefused(Exception):  # noqa: N818  the name says what happened
    """Telegram does not know this token: nothing will ever work with it, so the channel ends."""


class Unreachable(Exception):  # noqa: N818
    """Telegram could not be asked just now; the text holds only the kind of error."""


def scrub(text: str) -> str:
    """The text without anything that looks like a bot token."""
    return _TOKEN.sub("<token>", text)


class _Hush(logging.Filter):
    """Drops what is below WARNING, whatever level somebody sets; keeps a warning's template, never its arguments or traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return False
        cause = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        record.msg = scrub(str(record.msg)) + cause
        record.args = record.exc_info = record.exc_text = record.stack_info = None
        return True


_HUSH = _Hush()


def hush(*libraries: str) -> None:
    """Quieten the named libraries: every logger that exists beneath these names. Call it after importing them."""
    known = logging.Logger.manager.loggerDict
    for name in [*libraries, *(name for name in known if name.startswith(tuple(f"{library}." for library in libraries)))]:
        logger = logging.getLogger(name)
        if _HUSH not in logger.filters:
            logger.addFilter(_HUSH)
