"""Truths that were once broken: what rises rings again, who is concerned late is called late, one bad message holds up no other."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import apply
from bot.database import Database
from bot.hearing import Hearing
from bot.turn import store
from bot.vault import Vault
from handlers import routes
from models.commands import OpenSubmission
from models.ids import new_id
from models.inbox import INBOX, InboxState, failed
from models.incident import INCIDENT
from models.submission import SUBMISSION
from models.talk import Kind
from models.timer import TIMER, set_timer
from scheduler.due import Sweep
from tests.bot.test_cases import citizen_report, danger
from tests.bot.test_privacy import finish
from tests.driver import START, Scene


async def ladder(scene: Scene) -> Any:
    return (await scene.rows(TIMER, TIMER.c.kind == "ladder", TIMER.c.fired_at.is_(None)))[0]


@pytest.mark.parametrize("worse", [("Xâm hại tình dục",), ("quay lại", "quay lại", "ĐANG NGUY HIỂM")])
async def test_a_case_that_becomes_urgent_rings_at_once(db: Database, vault: Vault, worse: tuple[str, ...]) -> None:
    """At night a quiet card is out; an edit would ring nowhere and the ladder would wait until morning."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = START + timedelta(hours=12)
    await scene.says("ctv", "báo cáo")
    await scene.presses("ctv", "TẠM AN TOÀN")
    await scene.presses("ctv", "Bạo lực hoặc xâm hại")
    await scene.passes(minutes=20)
    before = len(await scene.letters("phong-truc"))
    for words in worse[:-1]:
        await scene.says("ctv", words)
    await scene.presses("ctv", worse[-1])
    new = [seen for seen in (await scene.letters("phong-truc"))[before:] if seen.kind == "say"]
    assert [(seen.row.silent, "KHẨN CẤP" in seen.text) for seen in new] == [(False, True)]
    timer = await ladder(scene)
    assert (timer.urgent, timer.due_at - scene.clock[0]) == (True, timedelta(minutes=3))


async def test_the_ward_is_called_also_when_somebody_has_taken_the_case(db: Database, vault: Vault) -> None:
    """It owns the first twelve hours, whoever was quicker."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    await scene.presses("ctv", "Phường Ngọc Lâm")
    assert "VV-2026-0001" in (await scene.last("phuong")).text


async def test_a_ward_that_was_named_by_mistake_is_let_go(db: Database, vault: Vault) -> None:
    """Its card is withdrawn, and what is corrected is not told there."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("ctv", "Phường Ngọc Lâm")
    await scene.says("ctv", "quay lại")
    await scene.says("ctv", "Bồ Đề")
    last = await scene.last("phuong")
    assert ("Bồ Đề" in last.text, last.buttons) == (False, {})


async def test_a_failure_counted_late_gives_no_second_turn(db: Database, vault: Vault) -> None:
    """Another process has taken the turn meanwhile: done stays done."""
    scene = await Scene.open(db, vault)
    incoming = scene.incoming("ctv", Kind.TEXT, text="báo cáo")
    await scene.hears(incoming)
    row = {
        "id": new_id(),
        "channel": incoming.channel,
        "external_id": incoming.external_id,
        "received_at": START,
        "error": "X",
        "next_try": START,
    }
    assert await db.run(lambda connection: failed(connection, row)) == 0
    assert [found.state for found in await scene.rows(INBOX)] == [InboxState.DONE]
    assert await scene.hears(incoming) is None


@pytest.mark.parametrize("who", ["ctv", "truc-a"])
async def test_bao_cao_in_the_middle_of_adding_begins_a_new_report(db: Database, vault: Vault, who: str) -> None:
    """The one that was sent stays sent."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await finish(scene)
    await scene.says(who, "/bosung 1")
    await scene.says(who, "báo cáo")
    assert "Trẻ đang như thế nào" in (await scene.last(who)).text
    assert ((await scene.rows(INCIDENT))[0].unfinished, (await scene.rows(SUBMISSION))[0].state) == (False, "sent")


async def test_an_officers_own_report_is_no_citizens(db: Database, vault: Vault) -> None:
    """Also right after adding to a citizen's case."""
    scene = await Scene.open(db, vault)
    await scene.says("nguoi-la", "xin chào")
    await scene.presses("nguoi-la", "citizen")
    await citizen_report(scene)
    await scene.says("truc-a", "/bosung 1")
    await scene.says("truc-a", "/baocao")
    await scene.presses("truc-a", "ĐANG NGUY HIỂM")
    assert (await scene.rows(INCIDENT))[-1].source == "collaborator"


async def stored(scene: Scene) -> None:
    """Two conversations with a message each that a dead process left behind."""
    for incoming in (scene.incoming("ctv", Kind.TEXT, text="báo cáo"), scene.incoming("phuong", Kind.TEXT, text="/trogiup")):
        await scene.db.run(lambda connection, incoming=incoming: store(connection, scene.engine, incoming))  # type: ignore[misc]
    scene.clock[0] += timedelta(minutes=5)


async def test_a_stored_message_that_fails_holds_up_no_other_conversation(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each conversation is resumed for itself."""
    scene = await Scene.open(db, vault)
    await stored(scene)

    def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setitem(apply.APPLY, OpenSubmission, fails)
    resuming = asyncio.ensure_future(Hearing(db, scene.engine, lambda _taken: None, pause=60).resume())
    async with asyncio.timeout(30):
        while not await scene.letters("phuong"):  # noqa: ASYNC110  a row, not an event
            await asyncio.sleep(0.01)
    resuming.cancel()
    await asyncio.gather(resuming, return_exceptions=True)


async def test_a_stored_message_that_cannot_be_opened_holds_up_no_other(db: Database, vault: Vault) -> None:
    """Its key was erased: it is logged, and the rest goes on."""
    scene = await Scene.open(db, vault)
    await stored(scene)
    row = (await scene.rows(INBOX))[0]
    await db.run(lambda connection: vault.erase(connection, f"conversation:{row.conversation}"))
    await Hearing(db, scene.engine, lambda _taken: None).resume()
    assert await scene.letters("phuong") != []


async def test_many_failing_timers_starve_nobody(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many stand in front, the tick goes on behind them."""
    scene = await Scene.open(db, vault)

    def many(connection: sa.Connection) -> None:
        common = {"urgent": False, "data": {}, "set_at": START}
        for number in range(120):
            set_timer(connection, {"id": new_id(), "kind": "follow_up", "subject": f"x{number}", "due_at": START} | common)
        set_timer(connection, {"id": new_id(), "kind": "delete", "subject": "y", "due_at": START + timedelta(seconds=1)} | common)

    def fails(*_: object) -> Any:
        raise RuntimeError("a bug")

    await db.run(many)
    scene.clock[0] += timedelta(minutes=1)
    monkeypatch.setitem(routes.TIMERS, "follow_up", routes.Entry(fails))
    await Sweep(db, Hearing(db, scene.engine, lambda _taken: None, pause=0).hear, scene.engine.now).tick()
    assert (await scene.rows(TIMER, TIMER.c.kind == "delete"))[0].fired_at is not None
