"""The document worker: what a turn wanted is drawn once, kept sealed, and sent by a turn of its own, whatever dies on the way."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.attachments import Attachments
from bot.database import Database
from bot.documents import Made, Recipe
from bot.documents.worker import KEPT, TRIES, Documents
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.document import DOCUMENT
from models.ids import new_id
from models.letter import LETTER
from models.people import ACCOUNT
from models.report_commands import WantDocument
from models.timer import TIMER
from tests.bot.cases import applied
from tests.driver import Scene

PDF = b"%PDF-1.7 paper %%EOF"


@dataclass
class Office:
    """A room with a worker whose recipe "paper" draws what `bodies` say: bytes, or an error to raise."""

    scene: Scene
    folder: Path
    bodies: list[Any] = field(default_factory=lambda: [PDF])
    seen: list[Any] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(hours=1))  # later than whatever a turn writes

    def __post_init__(self) -> None:
        self.worker = Documents(
            self.scene.db, self.scene.engine, self.folder, {"paper": Recipe(self._read, self._draw)}, now=lambda: self.now
        )

    def _read(self, db: sa.Connection, engine: Any, data: Any, now: datetime) -> Any:
        assert db.execute(sa.select(sa.literal(1))).scalar() == 1
        return dict(data)

    def _draw(self, values: Any) -> Made:
        self.seen.append(values)
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        if isinstance(body, BaseException):
            raise body
        return Made("file", body, "application/pdf", "bao-cao.pdf")

    async def want(self, **more: Any) -> str:
        document = new_id()
        person = (await self.scene.rows(ACCOUNT, ACCOUNT.c.external_id == "truc-a"))[0].person
        where = {"person": person} | more
        await applied(self.scene, WantDocument(document, "paper", {"due": "2026-12-01"}, **where), sender="truc-a")
        return document

    async def row(self, document: str) -> Any:
        return (await self.scene.rows(DOCUMENT, DOCUMENT.c.id == document))[0]


@pytest.fixture
async def office(db: Database, vault: Vault, tmp_path: Path) -> Office:
    return Office(await Scene.open(db, vault), tmp_path / "attachments")


async def test_a_wanted_document_is_drawn_kept_sealed_and_sent(office: Office) -> None:
    """From the row to the letter: one file under the document's id, one letter that carries it, to whoever wanted it."""
    document = await office.want()
    assert await office.worker.once()
    assert not await office.worker.once()
    assert office.seen == [{"due": "2026-12-01", "locale": "vi"}]
    assert PDF not in (office.folder / document).read_bytes()
    row = await office.row(document)
    assert (row.state, row.name, row.attempts, row.lease_until) == ("made", "bao-cao.pdf", 1, None)
    assert await office.scene.passes(seconds=1) == 1
    letter = await office.scene.last("truc-a")
    body = await office.scene.db.run(
        lambda db: office.scene.engine.vault.open_json(
            db, f"conversation:{letter.row.conversation}", "letter.body", letter.id, letter.row.body
        )
    )
    assert (body["attachments"], letter.row.purpose) == ([document], "document")
    files = Attachments(office.scene.db, office.scene.engine.vault, office.folder, {}, refused=_nobody)
    picture = await office.scene.db.run(lambda db: files.load(db, document))
    assert picture is not None
    assert (picture.kind, picture.body, picture.mime, picture.name) == ("file", PDF, "application/pdf", "bao-cao.pdf")


async def _nobody(_attachment: str) -> None:
    raise AssertionError("nothing is refused here")


async def test_a_document_for_a_room_goes_there(office: Office) -> None:
    """Without a person it goes to the room of the unit."""
    await office.want(person="", unit="phong_ldtbxh")
    await office.worker.drain()
    await office.scene.passes(seconds=1)
    assert (await office.scene.last("phong-truc")).row.purpose == "document"


async def test_a_recipe_that_fails_is_tried_again_and_then_told(office: Office) -> None:
    """Five failures, each further apart, and the one who wanted it is told plainly; nothing is drawn any more."""
    office.bodies = [ValueError("Nguyễn Văn A")]
    document = await office.want()
    for _ in range(TRIES):
        assert await office.worker.once()
        assert not await office.worker.once()
        office.now += timedelta(minutes=10)
    assert ((await office.row(document)).state, len(office.seen)) == ("failed", TRIES)
    await office.scene.passes(seconds=1)
    assert (await office.scene.last("truc-a")).text == "Chưa lập được một tài liệu. Quản trị viên xem được lý do trong nhật ký."


async def test_one_failure_is_not_told(office: Office) -> None:
    """A disk that was full for a moment costs a few seconds."""
    office.bodies = [OSError("full"), PDF]
    document = await office.want()
    await office.worker.once()
    assert (await office.row(document)).state == "wanted"
    office.now += timedelta(minutes=1)
    await office.worker.once()
    assert (await office.row(document)).state == "made"
    assert len(await office.scene.rows(TIMER, TIMER.c.kind == "document")) == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["read", "draw", "keep"])
async def test_a_worker_that_dies_loses_nothing(office: Office, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the step, the document is drawn again when its lease is over, and sent once."""
    document = await office.want()

    def dies(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        where = {"read": "_made", "draw": "_made", "keep": "_keep"}[step]
        if step == "draw":
            patch.setattr(office, "bodies", [Killed()])
        else:
            patch.setattr(office.worker, where, dies)
        with pytest.raises(Killed):
            await office.worker.once()
    assert not await office.worker.once()
    office.bodies = [PDF]
    office.now += timedelta(minutes=6)
    assert await office.worker.once()
    assert (await office.row(document)).state == "made"
    await office.scene.passes(seconds=1)
    assert len(await office.scene.rows(LETTER, LETTER.c.purpose == "document")) == 1


async def test_a_document_that_ends_the_process_each_time_is_given_up(office: Office) -> None:
    """Nobody could write down its failures, so its attempts are counted when it is taken."""
    office.bodies = [Killed()]
    document = await office.want()
    for _ in range(TRIES):
        with pytest.raises(Killed):
            await office.worker.once()
        office.now += timedelta(minutes=6)
    await office.worker.once()
    assert (await office.row(document)).state == "failed"


async def test_made_documents_are_deleted_after_a_week(office: Office) -> None:
    """Row, attachment, file and key go; what is younger stays."""
    old = await office.want()
    await office.worker.drain()
    office.scene.clock[0] += KEPT
    young = await office.want()
    await office.worker.drain()
    assert await office.worker.forget() == 0
    office.scene.clock[0] += timedelta(seconds=1)
    assert await office.worker.forget() == 1
    assert [path.name for path in office.folder.iterdir()] == [young]
    assert [row.id for row in await office.scene.rows(DOCUMENT)] == [young]
    assert [row.id for row in await office.scene.rows(ATTACHMENT)] == [young]
    assert old != young
    await office.scene.passes(seconds=1)  # the timer of what is gone does nothing


async def test_two_workers_do_not_draw_the_same(office: Office) -> None:
    """A leased document is nobody else's."""
    await office.want()
    other = Documents(office.scene.db, office.scene.engine, office.folder, {}, now=lambda: office.now)
    office.bodies = [PDF]
    await office.worker.once()
    assert not await other.once()
