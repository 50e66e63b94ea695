"""Reports for tests: the plan's spring of 2021 in rows, and the short ways to one that is filled in."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.expected_rows import ensure
from bot.training import WARD
from models.expected import EXPECTED
from tests.driver import Scene, Seen

SPRING = datetime(2021, 5, 5, 2, 0, tzinfo=UTC)  # Wednesday 09:00 in Hà Nội: the indicators are due by the end of Sunday 9 May
FIGURES = ("120 61 59 100 5", "40 21 19 39", "30 25 3", "1 0 2 3 0 0 1", "0 0 0 0 0 2 1", "4 2 1", "5 0 20", "22 12 600", "12,5 3")
"""A whole report of indicators, in nine messages."""
REST = ("bo qua", "bo qua", "hom nay")


async def spring(scene: Scene, at: datetime = SPRING) -> Scene:
    """The scene's clock stands in spring 2021, and what the plan asks for is expected."""
    scene.clock[0] = at
    await scene.db.run(lambda db: ensure(db, scene.engine))
    return scene


async def expected(scene: Scene, report: str = "bo_chi_tieu", period: str = "6_thang_2021", unit: str = WARD) -> Any:
    """The row of one expected report."""
    where = EXPECTED.c.report == report, EXPECTED.c.period == period, EXPECTED.c.unit == unit
    return await scene.db.run(lambda db: db.execute(sa.select(EXPECTED).where(*where)).one())


async def fill(scene: Scene, sender: str = "phuong", figures: tuple[str, ...] = FIGURES) -> list[Seen]:
    """Everything until the review of the indicators."""
    number = (await expected(scene)).number
    for said in (f"nop {number}", "1", *figures, *REST):
        last = await scene.says(sender, said)
    return last


async def handed_in(scene: Scene, sender: str = "phuong") -> list[Seen]:
    """The receipt."""
    await fill(scene, sender)
    return await scene.says(sender, "gui")
