"""After an outage the room hears how long nobody listened, once, and what may be lost by messenger; each ladder fires once. On both engines."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot import alive
from bot.database import Database
from bot.training import ROOM_CHAT
from bot.vault import Vault
from bot.watch import Listening, Patience
from models.incident import INCIDENT
from models.service import CHANNEL_STATE, SETTING
from models.talk import Incoming
from scheduler.due import Sweep
from tests.bot.auditor.audited import administrator, listener
from tests.bot.pages.people import serving
from tests.driver import NO_BUTTONS, START, WEB, Scene
from tests.emulators.wire import Wire

HOUR = timedelta(hours=1)
TELEGRAM, ZALO = replace(WEB, title="Telegram"), replace(NO_BUTTONS, title="Zalo")


async def alive_until(scene: Scene, at: datetime) -> None:
    await scene.db.run(partial(alive.write, now=at))


async def starts_again(scene: Scene) -> list[str]:
    """What the room hears of it."""
    before = await told(scene)
    incoming = await scene.db.run(partial(alive.outage, now=scene.clock[0], channels=scene.engine.channels))
    if incoming is not None:
        await scene.hears(incoming)
    return (await told(scene))[len(before) :]


async def told(scene: Scene, chat: str = ROOM_CHAT) -> list[str]:
    return [seen.text for seen in await scene.letters(chat) if seen.row.purpose == "outage"]


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    opened = await Scene.open(db, vault, capabilities=TELEGRAM, zalo_1=ZALO, zalo_2=ZALO)
    await db.run(administrator)
    return opened


async def test_the_room_hears_how_long_nobody_listened(scene: Scene) -> None:
    """And in the right words by messenger; administrators too."""
    await alive_until(scene, START - HOUR)
    text = """🔔 Báo Ngay ngừng từ 09:00 23/11 đến 10:00 23/11.
Tin gửi qua Telegram trong lúc đó được xử lý tiếp.
Tin gửi qua Zalo trong lúc đó có thể đã mất: xin hỏi lại các phường và cộng tác viên.
Các vụ đến giờ gọi được gọi lại ngay."""
    assert await starts_again(scene) == [text]
    assert await told(scene, "quan-tri") == [text]


async def test_a_platform_keeps_nothing_for_longer_than_a_day(scene: Scene) -> None:
    """So an outage of days has lost words on every messenger."""
    await alive_until(scene, START - 30 * HOUR)
    (text,) = await starts_again(scene)
    assert "Tin gửi qua Telegram: chỉ tin của 24 giờ gần nhất còn được xử lý; tin trước đó có thể đã mất." in text


async def test_one_messenger_is_told_of_alone(db: Database, vault: Vault) -> None:
    """Nobody reads of a messenger that is not there."""
    scene = await Scene.open(db, vault, capabilities=TELEGRAM)
    await alive_until(scene, START - HOUR)
    (text,) = await starts_again(scene)
    assert "Zalo" not in text


@pytest.mark.parametrize("gap", [None, 0, 4.9])
async def test_a_restart_is_no_outage(scene: Scene, gap: float | None) -> None:
    """Under five minutes, and the very first start."""
    if gap is not None:
        await alive_until(scene, START - timedelta(minutes=gap))
    assert await starts_again(scene) == []


async def test_an_outage_is_told_once(scene: Scene) -> None:
    """Also by a service that dies again before it has noted that it lives, and by several processes that start together."""
    await alive_until(scene, START - HOUR)
    assert len(await starts_again(scene)) == 1
    await scene.passes(minutes=3)
    assert await starts_again(scene) == []


async def test_before_the_service_is_on_duty_nobody_is_told(db: Database, vault: Vault) -> None:
    """Nobody relied on it."""
    scene = await Scene.open(db, vault, capabilities=TELEGRAM)
    await db.run(lambda connection: connection.execute(sa.delete(SETTING).where(SETTING.c.name == "ready_at")))
    await alive_until(scene, START - HOUR)
    assert await starts_again(scene) == []


async def test_a_messengers_own_deafness_is_not_told_twice(scene: Scene) -> None:
    """Its ear was silent for as long as the service was; a silence after the start is one of its own."""
    await scene.db.run(
        lambda db: db.execute(sa.insert(CHANNEL_STATE).values(name="wire", title="Zalo", listened_until=datetime.now(UTC) - HOUR))
    )
    await alive_until(scene, START - HOUR)
    await starts_again(scene)
    heard = list[str]()

    async def hear(incoming: Incoming) -> None:
        heard.append(str(incoming.data["timer"]))

    wire = Wire(listened_until=datetime.now(UTC) + timedelta(seconds=30))
    listening = Listening(scene.db, wire, hear, lambda: START, Patience().deaf)
    await listening.note()
    assert heard == []
    wire.listened_until = datetime.now(UTC) + timedelta(minutes=10)
    await listening.note()
    assert heard == ["deaf"]


async def test_each_ladder_fires_once_after_it(scene: Scene) -> None:
    """However many calls were missed, and the most urgent case first."""
    await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "đang nguy hiểm")
    cards = len([seen for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "card" and seen.kind == "say"])
    scene.clock[0] += 9 * HOUR

    async def hear(incoming: Incoming) -> None:
        await scene.hears(incoming)

    await Sweep(scene.db, hear, lambda: scene.clock[0]).tick()
    assert len([seen for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "card" and seen.kind == "say"]) == cards + 1


# --- the running service ------------------------------------------------------------------------------------------------------


async def test_the_service_tells_of_it_before_anything_else(db: Database, vault: Vault, tmp_path: Path) -> None:
    """At its start, and notes that it lives."""
    scene = await Scene.open(db, vault, capabilities=TELEGRAM)
    await alive_until(scene, START - HOUR)
    async with serving(scene, tmp_path):
        assert len(await told(scene)) == 1
        (row,) = await scene.rows(SETTING, SETTING.c.name == alive.NAME)
        assert row.at == START


async def test_health_shows_the_last_audit(db: Database, vault: Vault, tmp_path: Path) -> None:
    """When, and whether it was clean; the heartbeat is asked by the service as it is configured."""
    scene = await Scene.open(db, vault, capabilities=TELEGRAM)
    async with listener() as (address, asked), serving(scene, tmp_path, heartbeat_url=address, metrics_token="m" * 16) as service:
        assert (await _health(service.url))["audit"] == {"last": None, "clean": None, "last_clean": None}
        async with asyncio.timeout(30):
            while not await service.app.auditor.run():  # the roster's first look is still due
                await service.app.sweep.tick()
        found = (await _health(service.url))["audit"]
        assert (found["clean"], found["last"], asked) == (True, found["last_clean"], ["GET"])
        assert len(await scene.rows(INCIDENT)) == 0


async def _health(url: str) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {'m' * 16}"}) as session,
        session.get(f"{url}/healthz") as answer,
    ):
        found: dict[str, Any] = await answer.json()
        return found
