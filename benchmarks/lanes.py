"""`make bench`, after the turns: how long a letter of each lane takes from its commit to the wire while a broadcast goes on, through Telegram's
mouth to a server that keeps Telegram's limits; beside it the same load in one queue, first in first out, at the same rate.

The queue is our own: python-telegram-bot's AIORateLimiter needs the package aiolimiter, which is not installed. It orders in the same way,
by arrival.
"""

import argparse
import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

import structlog

from benchmarks.turns import OURS_POSTGRES, OURS_SQLITE, urls
from bot.channels.telegram import PACE
from bot.channels.telegram.mouth import Mouth
from bot.database import Database
from bot.vault import Vault, make_key
from models.talk import Lane, Letter
from tests.broadcast import Broadcast, Found, Put, by_outbox
from tests.emulators.telegram import TelegramServer
from tests.letters import Draft

FIFO = "one queue, first in first out"
RATE = PACE.per_second - 2  # a second: what our own pace lets through in the long run
LIMITS = {Lane.URGENT: 1.0, Lane.DIALOGUE: 2.0}  # seconds


@contextlib.asynccontextmanager
async def by_queue(server: TelegramServer, scale: float) -> AsyncIterator[Put]:
    """What waits leaves by arrival, at the same rate."""
    mouth, queue = Mouth(server.token, server.base_url), asyncio.Queue[Draft]()

    async def put(drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            queue.put_nowait(draft)

    async def serve(sends: asyncio.TaskGroup) -> None:
        due = time.monotonic()
        while True:
            draft = await queue.get()
            due = max(due + 1 / (RATE * scale), time.monotonic() - 1 / (RATE * scale))
            await asyncio.sleep(due - time.monotonic())
            sends.create_task(
                mouth.send(Letter(draft.id, draft.channel, draft.chat, draft.kind, draft.text, draft.lane, group=draft.group))
            )

    try:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(serve(tasks))
            yield put
            serving.cancel()
    finally:
        await mouth.close()


async def measure(letters: int, between: int, scale: float) -> dict[str, Found]:
    """Ours on both engines, and the queue."""
    found = {}
    with urls() as url:
        for title in (OURS_SQLITE, OURS_POSTGRES):
            with contextlib.closing(Database(url[title])) as db:
                found[title.removeprefix("take_turn, ")] = await Broadcast(
                    by_outbox(db, Vault([make_key()])), letters, scale, between=between
                ).run()
    found[FIFO] = await Broadcast(by_queue, letters, scale, between=between).run()
    return found


def table(found: Mapping[str, Found]) -> Iterator[str]:
    yield f"{'seconds from commit to wire':34}{'lane':>10}{'letters':>9}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}{'max/limit':>11}"
    for title, one in found.items():
        for lane, limit in LIMITS.items():
            values = "".join(f"{one.at(lane, percent):8.3f}" for percent in (50, 95, 99, 100))
            yield f"{title:34}{lane.name.lower():>10}{len(one.waits[lane]):9}{values}{one.worst(lane) / limit:11.2f}"
    yield ""
    yield f"{'first in first out, in ours':34}{'lane':>10}{'p50':>8}{'max':>8}"
    for title in list(found)[:-1]:
        for lane in LIMITS:
            ratios = "".join(f"{found[FIFO].at(lane, percent) / max(found[title].at(lane, percent), 1e-3):8.0f}" for percent in (50, 100))
            yield f"{title:34}{lane.name.lower():>10}{ratios}"
    refused = ", ".join(f"{title} {one.refused}" for title, one in found.items())
    yield f"Refused with 429: {refused}. Aims: none of ours; urgent under 1 s, dialogue under 2 s. The queue's waits grow with the broadcast."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--between", type=int, default=30, help="urgent letters; twice as many answers")
    parser.add_argument("--scale", type=float, default=4.0, help="how many times as fast as life")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))  # a line a letter is no part of the measure
    for line in table(asyncio.run(measure(given.letters, given.between, given.scale))):
        print(line)


if __name__ == "__main__":
    main()
