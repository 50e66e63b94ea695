"""Keeps bots' tokens, and what people write, out of the log lines of the libraries that channels use.

A token is part of every address that its bot asks ("…/bot<token>/sendMessage"). httpx logs addresses at INFO, chat libraries log whole
letters at DEBUG, and both put server answers into error texts; so the libraries may only speak from WARNING up, and then without their
arguments.
"""

import logging
import re

_TOKEN = re.compile(r"(?<=/bot)[^\s/]+|\d{5,}(:|%3A)[\w-]{20,}", re.IGNORECASE)


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
