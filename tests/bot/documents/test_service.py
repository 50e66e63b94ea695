"""Documents in the running service: drawn as soon as somebody has asked, and waited for where a clock is moved."""

from pathlib import Path

from bot.database import Database
from bot.vault import Vault
from models.document import DOCUMENT
from models.talk import Kind
from models.timer import TIMER
from tests.bot.pages.people import serving
from tests.bot.reports import expected, spring
from tests.driver import Scene
from tests.letters import until


async def test_whoever_asks_gets_the_file_in_the_chat(db: Database, vault: Vault, tmp_path: Path) -> None:
    """From the typed word to the wire, without anybody moving a clock."""
    scene = await spring(await Scene.open(db, vault))
    number = (await expected(scene)).number
    async with serving(scene, tmp_path, public_url=None) as service:
        await service.app.hearing.hear(scene.incoming("phuong", Kind.TEXT, text=f"bang {number}"))
        await until(lambda: any(sent.letter.pictures for sent in service.wire.sent))
        [letter] = [sent.letter for sent in service.wire.sent if sent.letter.pictures]
    assert (letter.chat, [(picture.kind, picture.name) for picture in letter.pictures]) == (
        "phuong",
        [("file", f"BC-{number}-bo-chi-tieu.xlsx")],
    )


async def test_settling_waits_until_everything_is_drawn(db: Database, vault: Vault, tmp_path: Path) -> None:
    """The training clock moves on only then; what is to be sent is due at once."""
    scene = await spring(await Scene.open(db, vault))
    number = (await expected(scene)).number
    async with serving(scene, tmp_path, public_url=None) as service:
        await scene.says("phuong", f"bang {number}")
        await service.app.settle()
        assert [row.state for row in await scene.rows(DOCUMENT)] == ["made"]
        assert len(await scene.rows(TIMER, TIMER.c.kind == "document", TIMER.c.due_at <= scene.clock[0])) == 1
