"""The training room's own clock: started on any day, moved row by row, stopped, kept over a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.compose import build
from bot.settings import Settings
from bot.training import Training
from models.expected import EXPECTED
from models.letter import LETTER, LetterState
from models.people import PERSON
from models.timer import TIMER

MAY = datetime(2021, 5, 3, tzinfo=UTC)  # Monday 7:00 in Long Biên
SECOND = timedelta(seconds=1)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Training, App]]:
    """As `python -m bot run` without a token makes it."""
    built = await build(Settings(_env_file=None, data_dir=folder, http_port=0))  # type: ignore[call-arg]
    assert built.training is not None
    with built.closing:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(built.app.run(built.training.open))
            await built.app.started()
            try:
                yield built.training, built.app
            finally:
                built.app.stop()


async def rows(app: App, statement: sa.Select[Any]) -> list[Any]:
    return await app.db.run(lambda db: list(db.execute(statement).all()))


async def test_it_starts_on_any_day_with_what_the_plan_asks_for_then(tmp_path: Path) -> None:
    """On 3 May 2021 the wards owe the ward plan and the 6-month report, and what comes later in that year; what looks by itself is set."""
    async with running(tmp_path) as (training, app):
        began = datetime.now(UTC)
        await training.start_again(MAY)
        assert timedelta() <= training.now() - MAY <= datetime.now(UTC) - began
        owed = sa.select(EXPECTED.c.report, EXPECTED.c.period).where(EXPECTED.c.unit == "ngoc_lam").order_by(EXPECTED.c.due_at)
        first = [tuple(row) for row in await rows(app, owed)][:2]
        assert first == [("ke_hoach", "nam_2021"), ("bo_chi_tieu", "6_thang_2021")]
        due = await rows(app, sa.select(TIMER.c.due_at).where(TIMER.c.fired_at.is_(None)))
        assert min(row.due_at for row in due) < MAY + timedelta(days=1)


async def test_a_restart_does_not_travel_back(tmp_path: Path) -> None:
    """The clock and what happened are where they were left; starting again without a day is the present."""
    async with running(tmp_path) as (training, _):
        await training.start_again(MAY)
        await training.move(MAY + timedelta(days=2))
    async with running(tmp_path) as (training, app):
        after = training.now()
        await training.start_again()
        assert MAY + timedelta(days=2) <= after < MAY + timedelta(days=2, minutes=1)
        assert abs(training.now() - datetime.now(UTC)) < SECOND
        assert len(await rows(app, sa.select(PERSON.c.id))) == 6


async def test_each_due_row_runs_at_its_own_time(tmp_path: Path) -> None:
    """A move over days is every day of it; nothing waits behind it."""
    async with running(tmp_path) as (training, app):
        await training.start_again(MAY)
        await training.move(MAY + timedelta(days=3))
        fired = await rows(app, sa.select(TIMER.c.due_at, TIMER.c.fired_at).where(TIMER.c.fired_at.is_not(None)))
        assert {row.due_at.date() for row in fired} >= {(MAY + timedelta(days=day)).date() for day in range(3)}
        assert [row for row in fired if row.fired_at - row.due_at > 5 * SECOND] == []
        assert await rows(app, sa.select(LETTER.c.id).where(LETTER.c.state == LetterState.PLANNED)) == []


async def test_a_move_is_stopped_between_two_rows(tmp_path: Path) -> None:
    """The clock stays where the last one ran."""
    async with running(tmp_path) as (training, _):
        await training.start_again(MAY)
        await training.move(MAY + timedelta(days=90), lambda: training.now() < MAY + timedelta(days=10))
        assert MAY + timedelta(days=10) <= training.now() < MAY + timedelta(days=11, seconds=10)


async def test_to_the_next_thing_that_says_something(tmp_path: Path) -> None:
    """The morning's reconciliation at 7:30 is the first thing of a quiet room."""
    async with running(tmp_path) as (training, app):
        await training.start_again(MAY)
        before = await rows(app, sa.select(LETTER.c.id))
        assert await training.move_on(MAY + timedelta(days=366))
        assert (training.now() - MAY < timedelta(hours=24), len(await rows(app, sa.select(LETTER.c.id))) > len(before)) == (True, True)


async def test_nothing_says_anything_so_near(tmp_path: Path) -> None:
    """Then the clock is where the last silent look was."""
    async with running(tmp_path) as (training, _):
        began = datetime.now(UTC)
        await training.start_again(MAY)
        assert not await training.move_on(MAY + timedelta(minutes=1))
        assert training.now() - MAY <= datetime.now(UTC) - began


async def test_the_suggested_day_is_a_week_before_a_date_of_the_plan(tmp_path: Path) -> None:
    """Of the report that it asks for most often."""
    async with running(tmp_path) as (training, _):
        assert training.suggested() == MAY


@pytest.mark.parametrize("days", [1, 400])
async def test_the_past_holds_nothing_back(tmp_path: Path, days: int) -> None:
    """Started again in the past, a chat that had its share of an hour that is still to come gets its letters."""
    async with running(tmp_path) as (training, app):
        fuse = app.outboxes["web"]._fuse
        for number in range(30):
            fuse.spend("lanh-dao", str(number), summary=False)
        await training.start_again(datetime.now(UTC) - timedelta(days=days))
        assert fuse.full() == frozenset()
