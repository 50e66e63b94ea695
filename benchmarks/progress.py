"""`make bench`, after the lanes: /tiendo of the division at 700 wards × 8 reports a year, with one year in the table and with ten: a whole turn, from
the message to its committed answer. Aim: under 300 ms, and years that are over cost nothing."""

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from benchmarks.turns import OURS_POSTGRES, OURS_SQLITE, urls
from bot import progress
from bot.database import Database
from bot.vault import Vault, make_key
from models.expected import EXPECTED
from models.talk import Kind
from tests.driver import NO_BUTTONS, PLAN, Scene

NOW = datetime(2021, 12, 20, 3, 0, tzinfo=UTC)
LIMIT = 300  # ms
REPORTS = 8  # a year, each with a date of its own but for two
STATES = ("accepted", "accepted", "handed_in", "accepted", "returned", "owed", "accepted")


def rows(wards: int, years: range) -> Iterator[dict[str, Any]]:
    """So many wards that owe the same reports each year; some are late, some never come. `years` back from NOW."""
    number = years.start * wards * REPORTS
    for year in years:
        for report in range(REPORTS):
            due = NOW - timedelta(days=365 * year + 40 * (report // 2 + 1) + report % 2)
            for ward in range(wards):
                number += 1
                state = STATES[(number * 31 + ward) % len(STATES)]
                first = None if state == "owed" else due + timedelta(hours=ward % 90 - 72)
                yield {
                    "id": f"{number:032x}", "number": number, "plan": "p", "report": f"r{report}", "unit": f"w{ward}", "period": f"y{year}",
                    "recipient": PLAN.division, "due_day": "", "rule": "on", "opens_at": due - timedelta(days=60), "due_at": due,
                    "expires_at": due + timedelta(days=60), "state": state, "zero": False, "as_of": "", "first_at": first, "handed_at": first,
                    "reminders": 0, "created_at": due,
                }  # fmt: skip


async def measure(url: str, wards: int, rounds: int) -> dict[int, dict[str, float]]:
    """Median ms by how many years the table holds: the whole turn, and its three statements alone."""
    found = {}
    with contextlib.closing(Database(url)) as db:
        scene = await Scene.open(db, Vault([make_key()]), capabilities=NO_BUTTONS)
        scene.clock[0] = NOW
        for years, more in ((1, range(1)), (10, range(1, 10))):
            await db.run(partial(_fill, wards=wards, years=more))
            found[years] = {"turn": await _turn(scene, rounds), "statements": await db.run(partial(_statements, rounds=rounds))}
    return found


def _fill(db: sa.Connection, wards: int, years: range) -> None:
    batch = list(rows(wards, years))
    for start in range(0, len(batch), 1000):
        db.execute(sa.insert(EXPECTED), batch[start : start + 1000])
    db.execute(sa.text("ANALYZE expected_report"))


async def _turn(scene: Scene, rounds: int) -> float:
    took = []
    for number in range(rounds):
        scene.clock[0] = NOW + timedelta(seconds=number)
        incoming = scene.incoming("lanh-dao", Kind.TEXT, text="tiendo")
        begun = time.perf_counter()
        assert await scene.hears(incoming) is not None
        took.append(time.perf_counter() - begun)
    return 1000 * statistics.median(took)


def _statements(db: sa.Connection, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        columns = progress.columns(db, PLAN, NOW, PLAN.zone)
        progress.cells(db, NOW, columns[-1:], None)
        progress.by_unit(db, NOW, None)
        took.append(time.perf_counter() - begun)
    return 1000 * statistics.median(took)


async def every_engine(wards: int, rounds: int) -> Iterator[str]:
    lines = [f"{'/tiendo, ' + str(wards) + ' wards, ms (median)':34}{'years':>7}{'statements':>12}{'turn':>8}{'turn/limit':>12}"]
    with urls() as url:
        for title in (OURS_SQLITE, OURS_POSTGRES):
            for years, took in (await measure(url[title], wards, rounds)).items():
                name = title.removeprefix("take_turn, ")
                lines.append(f"{name:34}{years:7}{took['statements']:12.1f}{took['turn']:8.1f}{took['turn'] / LIMIT:12.2f}")
    return iter([*lines, f"Aim: a turn under {LIMIT} ms, and about the same with ten years in the table as with one."])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wards", type=int, default=700)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    for line in asyncio.run(every_engine(given.wards, given.rounds)):
        print(line)


if __name__ == "__main__":
    main()
