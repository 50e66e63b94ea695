"""What /healthz and /metrics say of messengers, lanes and quotas, read from the rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot import health
from bot.channels import Quota
from bot.database import Database
from bot.engine import Engine
from bot.metrics import Metrics
from bot.vault import Vault
from models.letter import QUOTA, change
from models.quota import RECEIVED, SENT, count
from models.service import CHANNEL_STATE
from models.talk import Lane
from tests.driver import FORMS, PLAN, START
from tests.emulators.wire import EVERYTHING
from tests.letters import Draft, old_id, plan

LIMITED = replace(EVERYTHING, quota=Quota(200, 0.1))


def engine(vault: Vault) -> Engine:
    return Engine(PLAN, FORMS, vault, PLAN.zone, lambda: START, {"wire": EVERYTHING, "zalo-1": LIMITED})


async def health_of(db: Database, vault: Vault) -> dict[str, Any]:
    return await db.run(partial(health.health, engine=engine(vault)))


def _insert(connection: sa.Connection, row: dict[str, Any]) -> None:
    connection.execute(sa.insert(CHANNEL_STATE).values(title="", **row))


async def metrics_of(db: Database, vault: Vault) -> list[str]:
    metrics = Metrics()
    await db.run(partial(health.gauges, engine=engine(vault), metrics=metrics))
    return metrics.text().decode().splitlines()


async def test_each_messenger_tells_its_state(db: Database, vault: Vault) -> None:
    """Up without a row; failing, down; off when it once ran and does not any more."""
    moment = datetime.now(UTC)
    rows = ({"name": "wire", "failing_since": moment}, {"name": "zalo-1", "failing_since": moment, "down_since": moment}, {"name": "old"})

    async def states() -> dict[str, str]:
        return {name: found["state"] for name, found in (await health_of(db, vault))["channels"].items()}

    assert await states() == {"wire": "up", "zalo-1": "up"}
    for row in rows:
        await db.run(partial(_insert, row=row))
    assert await states() == {"wire": "failing", "zalo-1": "down", "old": "off"}
    lines = await metrics_of(db, vault)
    assert [f'baongay_channel_up{{channel="{name}"}} 0.0' in lines for name in ("wire", "zalo-1", "old")] == [True] * 3


@pytest.mark.parametrize(
    ("lane", "minutes", "stuck"),
    [(Lane.URGENT, 1, False), (Lane.URGENT, 3, True), (Lane.DIALOGUE, 9, False), (Lane.DIALOGUE, 11, True), (Lane.BROADCAST, 11, True)],
)
async def test_an_alarm_may_wait_two_minutes_the_rest_ten(db: Database, vault: Vault, lane: Lane, minutes: int, stuck: bool) -> None:
    """A lane whose oldest letter has waited longer makes the service unhealthy, and is named with its messenger."""
    await plan(db, vault, Draft(lane=lane, id=old_id(timedelta(minutes=minutes))), Draft(channel="zalo-1"))
    found = await health_of(db, vault)
    name = lane.name.lower()
    assert (found["ok"], found["stuck_lanes"]) == (not stuck, [f"wire.{name}"] if stuck else [])
    lanes = found["channels"]["wire"]["lanes"]
    assert (list(lanes), lanes[name]["waiting"], int(lanes[name]["oldest_seconds"] / 60)) == ([name], 1, minutes)


async def test_what_is_held_on_purpose_is_seen_and_pages_nobody(db: Database, vault: Vault) -> None:
    """Letters that wait for next month stand under `held`; once the mark is over they count like any other."""
    letter, ahead = Draft(channel="zalo-1", id=old_id(timedelta(days=3))), datetime.now(UTC) + timedelta(seconds=50)
    await plan(db, vault, letter)
    await db.run(partial(change, letter=letter.id, values={"reason": QUOTA, "not_before": ahead}))
    found = await health_of(db, vault)
    channel = found["channels"]["zalo-1"]
    assert (found["ok"], channel["lanes"], channel["held"]["quota"]["waiting"]) == (True, {}, 1)
    lines = await metrics_of(db, vault)
    assert 'baongay_letters_held{channel="zalo-1",reason="quota"} 1.0' in lines
    assert 'baongay_letters_waiting{channel="zalo-1",lane="dialogue"} 1.0' in lines
    assert 'baongay_letters_oldest_seconds{channel="zalo-1",lane="dialogue"} 0.0' in lines
    await db.run(partial(change, letter=letter.id, values={"not_before": datetime.now(UTC) - timedelta(seconds=1)}))
    assert (await health_of(db, vault))["stuck_lanes"] == ["zalo-1.dialogue"]


async def test_a_messenger_that_was_switched_off_makes_nothing_stuck(db: Database, vault: Vault) -> None:
    """Its letters are still shown."""
    await plan(db, vault, Draft(channel="old", lane=Lane.URGENT, id=old_id(timedelta(days=1))))
    found = await health_of(db, vault)
    assert (found["ok"], found["channels"]["old"]["lanes"]["urgent"]["waiting"]) == (True, 1)


async def test_the_quota_is_told(db: Database, vault: Vault) -> None:
    """Month, limit, sent, received and their share; nothing for a messenger that limits nothing."""
    for direction, messages in ((SENT, 100), (RECEIVED, 50)):
        await db.run(partial(count, direction=direction, channel="zalo-1", month="2026-11", messages=messages))
    channels = (await health_of(db, vault))["channels"]
    assert channels["zalo-1"]["quota"] == {"month": "2026-11", "limit": 200, "sent": 100, "received": 50, "share": 0.75}
    assert "quota" not in channels["wire"]
    lines = [line for line in await metrics_of(db, vault) if line.startswith("baongay_quota_used{")]
    assert sorted(lines) == [
        'baongay_quota_used{channel="zalo-1",direction="received"} 50.0', 'baongay_quota_used{channel="zalo-1",direction="sent"} 100.0',
    ]  # fmt: skip
