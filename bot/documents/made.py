"""What a recipe is, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.engine import Engine
from bot.papers import DOCX, PDF, XLSX

PNG = "image/png"
__all__ = ["DOCX", "PDF", "PNG", "XLSX", "Made", "Recipe"]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file. `name` is what its reader sees: plain letters of reports, units and days, never anything that somebody typed."""

    kind: Literal["photo", "file"]
    body: bytes
    mime: str
    name: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """`read` runs on a thread of the database: `data` is the document's own, with its "locale"; `now` domain time (UTC). Short, and only reading.
    `draw` runs in a thread of its own without a database, however long it takes; what `read` gave is all that it knows."""

    read: Callable[[sa.Connection, Engine, Mapping[str, Any], datetime], Any]
    draw: Callable[[Any], Made]
