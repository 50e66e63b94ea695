"""Structured logs without personal data: events and ids, never what somebody wrote, a name, a number or a token (rule 7)."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

QUIET = ("httpx", "httpcore", "aiogram", "telegram", "apscheduler", "aiohttp.access", "sqlalchemy", "alembic", "asyncio")
"""Libraries that log addresses (with the token in them), parameters or every tick: only their warnings pass, without their arguments."""


class Bare(logging.Filter):
    """Keeps a library's warning but drops what it was about: its arguments may carry an address or a text."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = f"{record.name}: {record.levelname.lower()} at {record.module}:{record.lineno}", ()
        if record.exc_info and record.exc_info[0]:
            record.msg += f" ({record.exc_info[0].__name__})"
        record.exc_info = record.exc_text = None
        return True


def configure(level: str = "INFO", form: str = "console") -> None:
    """Set up structlog and tame the libraries. `form`: console or json."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", force=True)
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.addFilter(Bare())
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: not record.name.startswith(QUIET) or Bare().filter(record))
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_traceback,
            renderer,
        ],
        logger_factory=_to_stderr,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
    )


def _to_stderr(*_names: object) -> structlog.PrintLogger:
    """What a command answers stands alone on stdout. The stream is looked up anew each time, because whoever runs a command within another program
    replaces it for a while and closes it."""
    return structlog.PrintLogger(sys.stderr)


def without_traceback(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback shows arguments and SQL: only the error's class goes out."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event
