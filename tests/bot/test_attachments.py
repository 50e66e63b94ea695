"""Attachments: what is kept is clean, sealed and whole; what is not kept is told to its sender. (What fails: test_attachments_again.)"""

import io
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from bot.attachments import Attachments, Swept
from bot.channels import FileGone, FileTooLarge
from bot.database import Database
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.ids import new_id
from models.talk import FileRef
from tests.bot.test_media import ogg, photo

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class Platform:
    """A channel's files: bytes, an error to raise, or a function to await."""

    files: dict[str, Any] = field(default_factory=dict)
    asked: list[FileRef] = field(default_factory=list)

    async def fetch(self, file: FileRef) -> bytes:
        self.asked.append(file)
        found = self.files[file.ref]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else await found()


@dataclass
class Worker:
    db: Database
    vault: Vault
    folder: Path
    platform: Platform = field(default_factory=Platform)
    told: list[str] = field(default_factory=list)
    now: datetime = NOW
    telling_fails: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        fetchers = {"web": self.platform.fetch}
        self.made = Attachments(self.db, self.vault, self.folder, fetchers, refused=self._refused, now=lambda: self.now)

    async def _refused(self, attachment: str) -> None:
        if self.telling_fails:
            raise self.telling_fails.pop()
        self.told.append(attachment)

    async def want(self, found: Any, kind: str = "photo", **columns: Any) -> str:
        """A row as a turn writes it, for a file that the platform answers with `found`."""
        attachment = new_id()
        self.platform.files[f"ref-{attachment}"] = found
        ref = f"ref-{attachment}".encode()
        row = {
            "id": attachment, "submission": "s1", "question": "photos", "conversation": "c1", "channel": "web", "kind": kind, "state": "wanted",
            "next_try": NOW, "created_at": NOW, "attempts": 0, "unique_ref": "", "mime": "", "reason": "",
        } | columns  # fmt: skip

        def insert(db: sa.Connection) -> None:
            sealed = self.vault.seal(db, "submission:s1", "attachment.ref", attachment, ref)
            db.execute(sa.insert(ATTACHMENT), row | {"ref": sealed})

        await self.db.run(insert)
        return attachment

    async def row(self, attachment: str) -> sa.Row[Any]:
        return await self.db.run(lambda db: db.execute(sa.select(ATTACHMENT).where(ATTACHMENT.c.id == attachment)).one())

    async def drain(self) -> int:
        rounds = 0
        while await self.made.once():
            rounds += 1
        return rounds


@pytest.fixture
def worker(db: Database, vault: Vault, tmp_path: Path) -> Worker:
    return Worker(db, vault, tmp_path / "attachments")


async def test_a_photo_is_stored_sealed_and_comes_back(worker: Worker) -> None:
    """A wanted photo becomes a sealed private file named by its id; the row says stored, and loading gives the cleaned picture."""
    attachment = await worker.want(photo())
    assert await worker.drain() == 1
    path, row = worker.folder / attachment, await worker.row(attachment)
    assert (row.state, row.mime, row.stored_at, row.lease_until, row.reason) == ("stored", "image/jpeg", NOW, None, "")
    assert [path.name for path in worker.folder.iterdir()] == [attachment]
    assert (path.stat().st_mode & 0o777, worker.folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"JFIF" not in path.read_bytes()
    picture = await worker.db.run(lambda db: worker.made.load(db, attachment))
    assert picture is not None
    assert (picture.kind, picture.mime, len(picture.body)) == ("photo", "image/jpeg", row.size)
    assert Image.open(io.BytesIO(picture.body)).format == "JPEG"


async def test_a_voice_note_is_stored_as_it_is(worker: Worker) -> None:
    """Sound is kept byte for byte under the type that its content has."""
    attachment = await worker.want(ogg(), kind="voice", mime="application/octet-stream")
    await worker.drain()
    picture = await worker.db.run(lambda db: worker.made.load(db, attachment))
    assert picture is not None
    assert (picture.body, picture.mime) == (ogg(), "audio/ogg")


async def test_the_channel_gets_what_it_needs_to_fetch(worker: Worker) -> None:
    """The fetcher sees the reference that was sealed, with kind, size and type."""
    attachment = await worker.want(photo(), size=123, mime="image/png", unique_ref="u1")
    await worker.drain()
    assert worker.platform.asked == [FileRef(f"ref-{attachment}", "photo", 123, "image/png", unique="u1")]


REFUSALS: list[tuple[str, Any, str]] = [
    ("photo", b"<html>sign in</html>", "wrong_type"),
    ("photo", b"", "broken"),
    ("photo", photo()[:2000], "broken"),
    ("voice", photo(), "wrong_type"),
    ("file", b"MZ\x90", "wrong_type"),
    ("photo", FileGone(), "gone"),
    ("voice", FileTooLarge(), "too_large"),
]


@pytest.mark.parametrize(("kind", "found", "reason"), REFUSALS)
async def test_what_cannot_be_kept_is_refused_and_told(worker: Worker, kind: str, found: Any, reason: str) -> None:
    """Each refusal has its reason word, leaves no file, and is told so that the sender is asked again."""
    attachment = await worker.want(found, kind=kind)
    await worker.drain()
    row = await worker.row(attachment)
    assert (row.state, row.reason, row.lease_until, worker.told) == ("refused", reason, None, [attachment])
    assert await worker.db.run(lambda db: worker.made.load(db, attachment)) is None
    assert not (worker.folder / attachment).exists()


async def test_a_file_said_to_be_too_large_is_not_even_fetched(worker: Worker) -> None:
    """What the platform announces with more than 20 MB is refused without moving it."""
    attachment = await worker.want(photo(), size=20 * 2**20 + 1)
    await worker.drain()
    assert ((await worker.row(attachment)).reason, worker.platform.asked) == ("too_large", [])


async def test_a_tampered_or_swapped_file_is_not_sent(worker: Worker) -> None:
    """A file that was changed, or put in another's place, loads as nothing."""
    first, second = await worker.want(photo()), await worker.want(photo())
    await worker.drain()
    (worker.folder / first).write_bytes((worker.folder / second).read_bytes())
    assert await worker.db.run(lambda db: worker.made.load(db, first)) is None


def age(path: Path, when: datetime) -> None:
    os.utime(path, (when.timestamp(), when.timestamp()))


async def test_the_sweep_removes_what_no_row_knows_and_says_what_is_missing(worker: Worker) -> None:
    """Orphans and temporary files older than an hour go; young ones, known ones and strangers' files stay; missing files are named."""
    kept, lost = await worker.want(photo()), await worker.want(photo())
    await worker.drain()
    (worker.folder / lost).unlink()
    old = [new_id(), f"{kept}.0123abcd.part"]
    young = [new_id(), f"{new_id()}.0123abcd.part"]
    for name in (*old, *young, "README"):
        (worker.folder / name).write_bytes(b"x")
        age(worker.folder / name, NOW if name in young else NOW - timedelta(hours=2))
    age(worker.folder / kept, NOW - timedelta(days=9))
    assert await worker.made.sweep() == Swept(2, (lost,))
    assert {path.name for path in worker.folder.iterdir()} == {kept, "README", *young}


async def test_the_sweep_does_not_empty_the_folder_of_another_database(worker: Worker) -> None:
    """When hardly any file has a row, the database is the wrong one: nothing is removed."""
    worker.folder.mkdir()
    for _ in range(120):
        path = worker.folder / new_id()
        path.write_bytes(b"x")
        age(path, NOW - timedelta(hours=2))
    assert await worker.made.sweep() == Swept(0, ())
    assert len(list(worker.folder.iterdir())) == 120
