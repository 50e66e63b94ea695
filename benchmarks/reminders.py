"""`make bench`, after the lanes: what the morning's tick asks ("which reports are due for a reminder?") costs, and whether it grows with the table.

Each row is an expected report of one of many wards and years: most are accepted, some were never handed in and are locked, 1,000 are due. The
statement is the tick's own (bot.apply.digests), run and fetched; the median of many, on a database that was analysed.

Below that, the whole tick of such a morning: the question, whom each report is told to (an officer and a leader in each of 700 wards), and what it
writes (1,000 rows moved on, 1,000 lines of history, a timer a person), all in one transaction, without its COMMIT.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.turns import OURS_POSTGRES, OURS_SQLITE, urls
from bot.alone import alone
from bot.apply.digests import DUE, remind
from bot.database import Database
from bot.engine import Engine
from bot.vault import Vault, make_key
from models.expected import EXPECTED, ExpectedState
from models.facts import Role
from models.ids import new_id
from models.people import ACCOUNT, MEMBERSHIP
from models.report_commands import RemindReports
from tests.driver import FORMS, PLAN

NOW = datetime(2021, 5, 10, 1, 0, tzinfo=UTC)
DUE_ROWS = 1000
LIMIT = 20.0  # milliseconds
_CHUNK = 20_000


def rows(first: int, last: int, every: int) -> Iterator[dict[str, Any]]:
    """Rows of the numbers from `first` until before `last`; each `every`-th is due for a reminder, of the rest each tenth is owed."""
    for number in range(first, last):
        due = number % every == 0
        live = due or number % 10 == 0
        ends = NOW - timedelta(days=1) if due else NOW + timedelta(days=(number % 300) - 400)
        locked = ends + timedelta(days=60)
        ahead = NOW + timedelta(days=1 + number % 30) if live and locked > NOW else None
        yield {
            "id": f"{number:032x}", "number": number + 1, "plan": "bench", "report": f"r{number % 8}", "unit": f"ward{number // 8 % 700}",
            "period": f"p{number // 5600}", "request": None, "recipient": "division", "due_day": ends.date().isoformat(), "rule": "on",
            "opens_at": ends - timedelta(days=60), "due_at": ends, "expires_at": locked, "unlocked_until": None,
            "state": str(ExpectedState.OWED if live else ExpectedState.ACCEPTED), "submission": None, "zero": False, "as_of": "",
            "first_at": None, "handed_at": None, "handed_by": None, "decided_at": None, "decided_by": None,
            "remind_at": NOW - timedelta(minutes=1) if due else ahead, "reminders": 0, "created_at": NOW,
        }  # fmt: skip


def fill(db: Database, have: int, size: int, every: int) -> None:
    """Up to so many rows, and what the planner should know of them."""
    for first in range(have, size, _CHUNK):
        made = list(rows(first, min(first + _CHUNK, size), every))
        db.run_sync(lambda connection, made=made: connection.execute(sa.insert(EXPECTED), made))  # type: ignore[misc]
    db.run_sync(
        lambda connection: connection.execute(sa.text("ANALYZE expected_report" if connection.dialect.name == "postgresql" else "ANALYZE"))
    )


def asked(db: Database, times: int) -> tuple[float, int]:
    """Median milliseconds of one tick's question with its rows, and how many rows came."""

    def one(connection: sa.Connection) -> tuple[float, int]:
        begun = time.perf_counter()
        found = connection.execute(DUE, {"now": NOW}).all()
        return 1000 * (time.perf_counter() - begun), len(found)

    took = [db.run_sync(one) for _ in range(times)]
    return statistics.median(milliseconds for milliseconds, _ in took), took[-1][1]


def people(db: sa.Connection) -> None:
    """An officer and a leader in each ward, with an account each."""
    held = [(f"{ward:04d}{role}", f"ward{ward}", role) for ward in range(700) for role in (Role.WARD_OFFICER, Role.LEADER)]
    db.execute(
        sa.insert(MEMBERSHIP),
        [{"id": new_id(), "person": person, "unit": unit, "role": str(role), "created_at": NOW} for person, unit, role in held],
    )
    db.execute(
        sa.insert(ACCOUNT),
        [
            {"id": new_id(), "person": person, "channel": "web", "external_id": person, "chat": person, "started": True, "created_at": NOW}
            for person, _unit, _role in held
        ],
    )


def told(db: Database, times: int) -> float:
    """Median milliseconds of a whole tick; each is undone."""
    engine = Engine(PLAN, FORMS, Vault([make_key()]), PLAN.zone, lambda: NOW)

    def one(connection: sa.Connection) -> float:
        with connection.begin_nested() as undone:
            begun = time.perf_counter()
            remind(alone(connection, engine, "bench"), RemindReports())
            took = 1000 * (time.perf_counter() - begun)
            undone.rollback()
        return took

    return statistics.median(db.run_sync(one) for _ in range(times))


@dataclass(frozen=True)
class Took:
    """Milliseconds with the small and with the large table, of the question and of the whole tick."""

    asked: tuple[float, float]
    told: tuple[float, float]


def measure(small: int, large: int, times: int) -> dict[str, Took]:
    """By engine."""
    found = {}
    with urls() as url:
        for title in (OURS_SQLITE, OURS_POSTGRES):
            with contextlib.closing(Database(url[title])) as db:
                fill(db, 0, small, small // DUE_ROWS)
                db.run_sync(people)
                before, due = asked(db, times)
                whole = told(db, times // 5)
                fill(db, small, large, large + 1)
                after, still = asked(db, times)
                assert (due, still) == (DUE_ROWS, DUE_ROWS)
                found[title.removeprefix("take_turn, ")] = Took((before, after), (whole, told(db, times // 5)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=50)
    given = parser.parse_args()
    print(f"{'':46}{f'{given.small:,} rows':>18}{f'{given.large:,} rows':>18}{'ratio':>8}{'/limit':>8}")
    for title, took in measure(given.small, given.large, given.times).items():
        for what, (before, after) in (("which are due", took.asked), ("the whole tick", took.told)):
            print(f"{f'{title}, {DUE_ROWS:,} due: {what}':46}{before:15.2f} ms{after:15.2f} ms{after / before:8.2f}{after / LIMIT:8.2f}")
    print(f"Aim: the question under {LIMIT:.0f} ms, and ratios near 1.")


if __name__ == "__main__":
    main()
