"""The turn as the readers of facts see it."""

from typing import Any

import sqlalchemy as sa

from bot.conversations import Talk
from bot.engine import Engine
from models.facts import Case
from models.talk import Incoming


class Reading:
    """What a need is read from."""

    def __init__(self, db: sa.Connection, engine: Engine, incoming: Incoming, talk: Talk, found: dict[str, Any]) -> None:
        self.db, self.engine, self.incoming, self.talk, self.found = db, engine, incoming, talk, found

    @property
    def case(self) -> Case | None:
        case: Case | None = self.found.get("case")
        return case
