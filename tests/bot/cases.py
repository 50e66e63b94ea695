"""Cases for tests that need many: opened and told by the commands of a turn, without the dialogue that would lead there."""

from typing import Any

import sqlalchemy as sa

from bot.apply import APPLY
from bot.conversations import open_talk
from bot.writing import Writing
from models.commands import CallRoom, Command, OpenIncident, OpenSubmission
from models.ids import new_id
from models.talk import Kind
from tests.driver import Scene

SERIOUS = {"severity": "nghiem_trong", "kind": "violation", "ward": "", "danger": "safe"}


async def applied(scene: Scene, *commands: Command, sender: str = "ctv") -> None:
    """In one transaction, as a turn of that sender applies them."""

    def work(db: sa.Connection) -> None:
        incoming = scene.incoming(sender, Kind.TEXT)
        talk = open_talk(db, scene.engine, incoming)
        writing = Writing(db, scene.engine, incoming, talk, scene.facts(talk))
        for command in commands:
            APPLY[type(command)](writing, command)
        writing.flush()

    await scene.db.run(work)


async def told(scene: Scene, **columns: Any) -> str:
    """A serious case of which the room is told now; returns its id."""
    incident, submission = new_id(), new_id()
    opened = OpenIncident(incident, submission, SERIOUS | columns)
    await applied(scene, OpenSubmission(submission, "incident", 1, ""), opened, CallRoom(incident))
    return incident
