"""A service that can be broken by hand, and its auditor. A tiny real HTTP server stands for whoever listens to the heartbeat."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from bot import upkeep
from bot.auditor import Auditor
from bot.database import Database
from bot.heartbeat import Heartbeat
from bot.metrics import Metrics
from bot.vault import Vault
from models.ids import new_id
from models.incident import INCIDENT
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.talk import Incoming
from models.timer import TIMER
from tests.driver import PLAN, START, Scene

SECRET_PATH = "/ping/8c5f3a7e-geheim"


@dataclass
class Audited:
    """The training room's people, an administrator, and one auditor."""

    scene: Scene
    auditor: Auditor
    metrics: Metrics
    resumed: list[bool] = field(default_factory=list)

    @classmethod
    async def open(cls, db: Database, vault: Vault, heartbeat: str = "") -> "Audited":
        scene, metrics, resumed = await Scene.open(db, vault), Metrics(), list[bool]()
        await db.run(administrator)
        await db.run(partial(upkeep.stay_on_duty, engine=scene.engine))
        await scene.passes(seconds=1)

        async def resume() -> None:
            resumed.append(True)

        async def hear(incoming: Incoming) -> None:
            await scene.hears(incoming)

        return cls(scene, Auditor(db, scene.engine, metrics, Heartbeat(heartbeat), hear, resume), metrics, resumed)

    async def does(self, statement: Any) -> None:
        """Break something, as no code of ours would."""
        await self.scene.db.run(lambda db: db.execute(statement))

    async def told(self) -> list[str]:
        """What administrators were told, the first line aside, which is always the same."""
        return [seen.text.splitlines()[1] for seen in await self.scene.letters("quan-tri") if seen.row.purpose == "audit"]

    async def timers(self, kind: str) -> list[Any]:
        return await self.scene.rows(TIMER, TIMER.c.kind == kind, TIMER.c.fired_at.is_(None))

    async def a_case(self) -> str:
        """Somebody is in danger; the room has been called."""
        await self.scene.says("ctv", "báo cáo")
        await self.scene.presses("ctv", "ĐANG NGUY HIỂM")
        return str((await self.scene.rows(INCIDENT))[-1].id)

    async def loses(self, kind: str) -> None:
        await self.does(sa.delete(TIMER).where(TIMER.c.kind == kind))


def administrator(db: sa.Connection) -> None:
    """Somebody who runs the service, on the same messenger."""
    person = new_id()
    db.execute(sa.insert(PERSON).values(id=person, name="Quản trị viên", locale="vi", created_at=START))
    account = {"id": new_id(), "person": person, "channel": "web", "external_id": "quan-tri", "chat": "quan-tri"}
    db.execute(sa.insert(ACCOUNT).values(**account, started=True, created_at=START))
    db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=PLAN.division, role="administrator", created_at=START))


@asynccontextmanager
async def listener(status: int = 200) -> AsyncIterator[tuple[str, list[str]]]:
    """(address, what was asked): the outside monitor."""
    asked: list[str] = []

    async def ping(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get(SECRET_PATH, ping)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{SECRET_PATH}", asked
    finally:
        await runner.cleanup()


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that begin within the block."""
    begun: list[str] = []

    def note(*args: Any) -> None:
        begun.append(str(args[2]))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield begun
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


HOUR = timedelta(hours=1)
