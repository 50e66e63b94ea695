"""The duty roster in its rows: who is on duty now, on both engines."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.apply.roster import on_duty
from bot.conversations import Talk
from bot.database import Database
from bot.vault import Vault
from bot.writing import Writing
from models.ids import new_id
from models.people import ACCOUNT, MEMBERSHIP
from models.roster import DUTY_OVERRIDE, DUTY_PATTERN
from models.talk import Kind
from tests.driver import START, Scene


async def person(scene: Scene, chat: str) -> str:
    rows = await scene.rows(ACCOUNT, ACCOUNT.c.chat == chat)
    return str(rows[0].person)


async def put(scene: Scene, table: sa.Table, **values: Any) -> None:
    row = {"id": new_id(), "created_at": START} | values
    await scene.db.run(lambda db: db.execute(sa.insert(table).values(row)))


async def now_on(scene: Scene) -> list[str]:
    """As the ladder asks within its turn."""

    def ask(db: sa.Connection) -> list[str]:
        talk = Talk("", scene.channel, "x", "", "", group=False)
        return on_duty(Writing(db, scene.engine, scene.incoming("x", Kind.TIMER), talk, scene.facts(talk)))

    return await scene.db.run(ask)


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """Monday 10:00; A has office hours of every Monday."""
    scene = await Scene.open(db, vault)
    await put(scene, DUTY_PATTERN, person=await person(scene, "truc-a"), weekday=0, start="07:30", until="17:00")
    return scene


async def test_the_pattern_says_who(scene: Scene) -> None:
    """Within its hours its person, outside nobody."""
    assert await now_on(scene) == [await person(scene, "truc-a")]
    scene.clock[0] += timedelta(hours=8)
    assert await now_on(scene) == []


async def test_what_ended_or_was_cancelled_does_not_count(scene: Scene) -> None:
    """Rows stay, and say nothing."""
    hour = {"start": START - timedelta(hours=1), "until": START + timedelta(hours=1)}
    await put(scene, DUTY_OVERRIDE, person=await person(scene, "truc-b"), **hour)
    assert await now_on(scene) == [await person(scene, "truc-b")]
    await scene.db.run(lambda db: db.execute(sa.update(DUTY_OVERRIDE).values(cancelled_at=START)))
    assert await now_on(scene) == [await person(scene, "truc-a")]
    await scene.db.run(lambda db: db.execute(sa.update(DUTY_PATTERN).values(ended_at=START)))
    assert await now_on(scene) == []


async def test_whoever_is_no_officer_any_more_is_not_on_duty(scene: Scene) -> None:
    """Nobody is called who has no right to the case."""
    a = await person(scene, "truc-a")
    await scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.person == a).values(ended_at=START)))
    assert await now_on(scene) == []
