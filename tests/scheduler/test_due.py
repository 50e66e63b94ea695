"""Rule 10: what is due is a row; APScheduler only asks."""

import asyncio
from datetime import timedelta

import pytest

from bot import apply
from bot.database import Database
from bot.hearing import Hearing
from bot.vault import Vault
from models.commands import CallAgain
from models.inbox import INBOX, InboxState
from models.incident import INCIDENT, INCIDENT_EVENT
from models.talk import Incoming
from models.timer import TIMER
from scheduler import build
from scheduler.due import Sweep
from tests.driver import Scene
from tests.letters import until


async def danger(scene: Scene, person: str) -> None:
    await scene.says(person, "báo cáo")
    await scene.presses(person, "ĐANG NGUY HIỂM")


def sweep(scene: Scene, hearing: Hearing) -> Sweep:
    return Sweep(scene.db, hearing.hear, lambda: scene.clock[0])


def hearing_of(scene: Scene) -> Hearing:
    return Hearing(scene.db, scene.engine, lambda _taken: None, pause=0.001)


async def test_any_number_of_schedulers_may_ask_at_once(db: Database, vault: Vault) -> None:
    """Five sweeps, as five processes would run them, and every timer fires once."""
    scene = await Scene.open(db, vault)
    for person in ("ctv", "phuong", "truc-a"):
        await danger(scene, person)
    scene.clock[0] += timedelta(minutes=4)
    await asyncio.gather(*(sweep(scene, hearing_of(scene)).tick() for _ in range(5)))
    called = [row for row in await scene.rows(INCIDENT_EVENT) if row.kind == "called_again"]
    assert len(called) == 3


async def test_after_an_outage_each_ladder_fires_once(db: Database, vault: Vault) -> None:
    """A day of silence is one call, not seventy: the next one is counted from now."""
    scene = await Scene.open(db, vault)
    await danger(scene, "ctv")
    scene.clock[0] += timedelta(days=1)
    await sweep(scene, hearing_of(scene)).tick()
    assert len([row for row in await scene.rows(INCIDENT_EVENT) if row.kind == "called_again"]) == 1
    ladder = [row for row in await scene.rows(TIMER, TIMER.c.fired_at.is_(None)) if row.kind == "ladder"]
    assert [row.due_at > scene.clock[0] for row in ladder] == [True]


async def test_urgent_ones_are_fired_first(db: Database, vault: Vault) -> None:
    """After an outage a child in danger does not wait behind reminders that fell due earlier."""
    scene = await Scene.open(db, vault)
    await scene.says("phuong", "báo cáo")
    await scene.presses("phuong", "TẠM AN TOÀN")
    scene.clock[0] += timedelta(minutes=5)
    await danger(scene, "ctv")
    scene.clock[0] += timedelta(hours=1)
    heard: list[str] = []

    async def hear(incoming: Incoming) -> None:
        heard.append(str(incoming.data["timer"]))

    await Sweep(db, hear, lambda: scene.clock[0]).tick()
    assert set(heard[:2]) == {"ladder", "unanswered"}
    assert set(heard[2:]) == {"idle", "clock"}


async def test_a_ladder_that_fails_is_never_parked_and_holds_up_nothing(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried at every tick, for ever; the other timers of the tick are fired all the same."""
    scene = await Scene.open(db, vault)
    await danger(scene, "ctv")
    await scene.says("phuong", "báo cáo")
    await scene.presses("phuong", "TẠM AN TOÀN")
    scene.clock[0] += timedelta(hours=1)
    hearing, real = hearing_of(scene), apply.APPLY[CallAgain]

    def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setitem(apply.APPLY, CallAgain, fails)
    for _ in range(8):
        await sweep(scene, hearing).tick()
    row = next(row for row in await scene.rows(INBOX, INBOX.c.state == InboxState.FAILED))
    assert (row.attempts, hearing.parked) == (8, 0)
    assert "TIẾP TỤC" in " ".join(await scene.texts("phuong"))
    monkeypatch.setitem(apply.APPLY, CallAgain, real)
    await sweep(scene, hearing).tick()
    assert "VV-" in (await scene.last("phong-truc")).text or (await scene.rows(INCIDENT_EVENT))[-1].kind == "called_again"


async def test_a_timer_that_was_moved_does_not_fire_at_its_old_time(db: Database, vault: Vault) -> None:
    """Between asking and firing the row may change: it is looked at again inside the turn."""
    scene = await Scene.open(db, vault)
    await danger(scene, "ctv")
    scene.clock[0] += timedelta(minutes=4)
    moved = asyncio.Event()
    hearing = hearing_of(scene)

    async def hear(incoming: Incoming) -> None:
        if not moved.is_set():
            await db.run(lambda connection: connection.execute(TIMER.update().values(due_at=scene.clock[0] + timedelta(hours=1))))
            moved.set()
        await hearing.hear(incoming)

    await Sweep(db, hear, lambda: scene.clock[0]).tick()
    assert [row for row in await scene.rows(INCIDENT_EVENT) if row.kind == "called_again"] == []
    assert (await scene.rows(INCIDENT))[0].status == "open"


async def test_a_job_runs_at_its_interval_and_never_twice_at_once() -> None:
    """A slow tick is not overtaken by the next one, and missed ones are one."""
    running, most, runs = 0, 0, 0

    async def job() -> None:
        nonlocal running, most, runs
        running, runs = running + 1, runs + 1
        most = max(most, running)
        await asyncio.sleep(0.15)  # three intervals
        running -= 1

    clock = build({"job": (0.05, job)})
    clock.start()
    await until(lambda: runs >= 3)
    clock.shutdown(wait=False)
    assert most == 1
