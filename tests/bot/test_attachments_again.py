"""The attachment worker when things fail: everything is tried again without end, shared fairly, and every refusal is told."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.database import Database, StorageDown
from bot.vault import Vault
from tests.bot.test_attachments import NOW, Worker
from tests.bot.test_media import photo

LATER = timedelta(days=3)


@pytest.fixture
def worker(db: Database, vault: Vault, tmp_path: Path) -> Worker:
    return Worker(db, vault, tmp_path / "attachments")


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.ensure_future(worker.made.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  what is waited for happens in a file or a list, which set no event
            await asyncio.sleep(0.01)


async def test_any_other_error_is_tried_again_without_end(worker: Worker) -> None:
    """A network error is no refusal: the pauses grow to ten minutes and stay there, and the photo is kept in the end."""
    attachment = await worker.want(ConnectionError("reset"))
    pauses = []
    for _ in range(12):
        assert await worker.drain() == 1
        row = await worker.row(attachment)
        pauses.append((row.next_try - worker.now).total_seconds())
        worker.now = row.next_try
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600, 600]
    worker.platform.files[f"ref-{attachment}"] = photo()
    await worker.drain()
    assert ((await worker.row(attachment)).state, worker.told) == ("stored", [])


async def test_a_full_disk_is_waited_out(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file cannot be written nothing is refused and nothing is left behind; with room again it is stored."""
    attachment = await worker.want(photo())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        await worker.drain()
    assert ((await worker.row(attachment)).state, list(worker.folder.iterdir()), worker.told) == ("wanted", [], [])
    worker.now += timedelta(minutes=1)
    await worker.drain()
    assert (await worker.row(attachment)).state == "stored"


async def test_a_folder_that_cannot_be_made_is_waited_out(worker: Worker) -> None:
    """A wrong data folder loses no photo: it is tried again until the folder is right."""
    worker.folder.write_text("a file in the way")
    attachment = await worker.want(photo())
    await worker.drain()
    assert (await worker.row(attachment)).state == "wanted"
    worker.folder.unlink()
    worker.now += timedelta(minutes=1)
    await worker.drain()
    assert (await worker.row(attachment)).state == "stored"


async def test_a_first_try_never_waits_for_the_domain_clock(worker: Worker) -> None:
    """A row written under a clock that was moved days ahead is fetched at once."""
    await worker.want(photo(), next_try=NOW + LATER)
    assert await worker.drain() == 1


async def test_a_leased_row_is_left_to_its_worker_and_taken_when_that_one_died(worker: Worker) -> None:
    """Nobody takes what another worker holds; after its lease it is due again."""
    await worker.want(photo(), lease_until=NOW + timedelta(seconds=30))
    assert await worker.drain() == 0
    worker.now += timedelta(seconds=31)
    assert await worker.drain() == 1


async def test_a_channel_that_is_not_here_is_left_to_the_process_that_has_it(worker: Worker) -> None:
    """A process without the channel does not take its attachments."""
    await worker.want(photo(), channel="telegram")
    assert await worker.drain() == 0


async def test_many_workers_share_the_rows(worker: Worker) -> None:
    """Ten photos, three claims at a time: each is fetched exactly once."""
    wanted = [await worker.want(photo()) for _ in range(10)]
    while any(await asyncio.gather(*(worker.made.once() for _ in range(3)))):
        pass
    assert sorted(file.ref for file in worker.platform.asked) == sorted(f"ref-{attachment}" for attachment in wanted)


@pytest.mark.parametrize("error", [StorageDown("x"), LookupError("x")])
async def test_a_refusal_that_could_not_be_told_is_told_later(worker: Worker, error: Exception) -> None:
    """Whatever stopped the telling, the next round tells it: nobody waits for a photo that was thrown away in silence."""
    worker.telling_fails = [error]
    attachment = await worker.want(b"<html>")
    with pytest.raises(type(error)):
        await worker.made.once()
    assert worker.told == []
    await worker.made.once()
    assert worker.told == [attachment]


async def test_a_refusal_is_told_even_after_a_restart(worker: Worker) -> None:
    """A process that died between refusing and telling leaves a mark that the next one finds."""
    attachment = await worker.want(b"x", state="refused", reason="broken", lease_until=NOW)
    await worker.made.once()
    await worker.made.once()
    assert worker.told == [attachment]


async def test_the_loop_wakes_at_once_and_survives_what_fails(worker: Worker) -> None:
    """Woken, the loop fetches without waiting for its next look; an error in one round does not end it."""
    worker.telling_fails = [LookupError("a bug")]
    async with running(worker):
        await worker.want(b"<html>")
        worker.made.wake()
        await until(lambda: not worker.telling_fails)
        await worker.want(photo())
        worker.made.wake()
        await until(lambda: any(path.suffix == "" for path in worker.folder.glob("*")))
        worker.made.wake()
        await until(lambda: len(worker.told) == 1)


async def test_a_slow_file_holds_up_no_other(worker: Worker) -> None:
    """While one fetch hangs, other photos are stored."""
    hanging = asyncio.Event()

    async def hang() -> bytes:
        await hanging.wait()
        return photo()

    await worker.want(hang)
    quick = await worker.want(photo())
    async with running(worker):
        await until((worker.folder / quick).exists)
        hanging.set()
