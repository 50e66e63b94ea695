"""`make bench`: turns a second of `take_turn` with the real form, beside the bare SQL of the same rows and two chat frameworks that keep
everything in memory, in the same run, because only ratios travel from one machine to another."""

import argparse
import asyncio
import contextlib
import gc
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

from benchmarks.bare import Bare, Recording
from benchmarks.dialogue import STEPS, Ours
from benchmarks.frameworks import Aiogram, Answer, Ptb
from benchmarks.load import Contestant, Load, Measured
from bot.database import Database
from tests import databases

LOADS = (1, 8, 32)
ROUNDS = 6  # short ones, everybody in turn: what else the machine does meanwhile hits all of them
THREADS = 6  # connections to PostgreSQL, as bot.database has by default
_DURABLE = ("max_connections=50", "shared_buffers=128MB")  # unlike the server of the tests, this one writes what it has committed
OURS_SQLITE, OURS_POSTGRES, BARE_SQLITE, BARE_POSTGRES, AIOGRAM, PTB = (
    "take_turn, SQLite",
    "take_turn, PostgreSQL",
    "bare SQL, SQLite",
    "bare SQL, PostgreSQL",
    "aiogram, FSM in memory",
    "PTB, ConversationHandler",
)


@contextlib.contextmanager
def urls() -> Iterator[dict[str, str]]:
    """An empty database with every table for each contestant that needs one."""
    with (
        tempfile.TemporaryDirectory(prefix="bn-bench-") as folder,
        mock.patch("tests.databases._SERVER_SETTINGS", _DURABLE),
        databases.postgresql_server() as server,
    ):
        postgres = databases.PostgresDatabases(server)
        try:
            found = {}
            for number, contestant in enumerate((OURS_SQLITE, BARE_SQLITE)):
                found[contestant] = f"sqlite:///{Path(folder) / f'{number}.sqlite3'}"
                databases.create_tables(found[contestant])
            for number, contestant in enumerate((OURS_POSTGRES, BARE_POSTGRES)):
                postgres.create(f"bench_{number}")
                found[contestant] = postgres.url(f"bench_{number}")
                databases.create_tables(found[contestant])
            yield found
        finally:
            postgres.close()


@contextlib.contextmanager
def ours(url: str) -> Iterator[Ours]:
    with contextlib.closing(Database(url, THREADS)) as db:
        contestant = Ours(db)
        contestant.open()
        yield contestant


def bare(url: str) -> tuple[Bare, list[Answer]]:
    """The replay, and what the person of the recording was told."""
    with ours(url) as played:
        recording = Recording(played)
        played.check()
        answers = played.answers(0)[: len(STEPS)]
    return Bare(recording, url, 1 if url.startswith("sqlite") else THREADS), answers


async def measure(seconds: float) -> dict[tuple[str, int], Measured]:
    """Everything at every load."""
    with urls() as url, ours(url[OURS_SQLITE]) as on_sqlite, ours(url[OURS_POSTGRES]) as on_postgres, contextlib.ExitStack() as opened:
        bare_sqlite, answers = bare(url[BARE_SQLITE])
        bare_postgres, _ = bare(url[BARE_POSTGRES])
        opened.callback(bare_sqlite.close)
        opened.callback(bare_postgres.close)
        aiogram, ptb = Aiogram(answers), Ptb(answers)
        await ptb.open()
        contestants: dict[str, Contestant] = {
            OURS_SQLITE: on_sqlite, BARE_SQLITE: bare_sqlite, OURS_POSTGRES: on_postgres, BARE_POSTGRES: bare_postgres,
            AIOGRAM: aiogram, PTB: ptb,
        }  # fmt: skip
        for contestant in contestants.values():  # once to warm up: imports, caches, prepared statements
            await Load(contestant, max(LOADS)).run(seconds)
        gc.collect()
        gc.freeze()  # as the service does after its start
        loads = {(title, at_once): Load(contestant, at_once) for at_once in LOADS for title, contestant in contestants.items()}
        for at_once in LOADS:
            for _ in range(ROUNDS):
                for title in contestants:
                    await loads[title, at_once].run(seconds)
        for checked in (on_sqlite, on_postgres, aiogram, ptb):
            checked.check()
        return {key: load.measured for key, load in loads.items()}


def table(measured: Mapping[tuple[str, int], Measured]) -> Iterator[str]:
    yield f"{'':26}{'at once':>8}{'turns/s':>9}{'p50 ms':>9}{'p99 ms':>9}"
    for (title, at_once), found in measured.items():
        yield f"{title:26}{at_once:8}{found.rate:9.0f}{found.milliseconds(50):9.2f}{found.milliseconds(99):9.2f}"
    yield ""
    yield f"{'turns/s, ratios':26}{'at once':>8}{'ours/bare':>11}{'ours/aiogram':>14}{'ours/PTB':>10}"
    for title, beside in ((OURS_SQLITE, BARE_SQLITE), (OURS_POSTGRES, BARE_POSTGRES)):
        for at_once in LOADS:
            bare_sql, aiogram, ptb = (measured[title, at_once].rate / measured[other, at_once].rate for other in (beside, AIOGRAM, PTB))
            yield f"{title:26}{at_once:8}{bare_sql:11.2f}{aiogram:14.2f}{ptb:10.2f}"
    yield ""
    yield f"A report is {len(STEPS)} turns. Aims: ours/bare at least 0.33 at 1 at once; p99 under 25 ms at 8 at once."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each contestant, load and round")
    for line in table(asyncio.run(measure(parser.parse_args().seconds))):
        print(line)


if __name__ == "__main__":
    main()
