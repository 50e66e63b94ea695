"""The training room's cast on a messenger that can keep nothing private, each with a number of their own; a case with details and a photo; and
the service around it over real HTTP.

    scene = await private_scene(db, vault)
    await told_case(scene)                                  # VV-2026-0001, with words that must reach no chat
    link = link_in(await scene.says("truc-a", "chitiet 1"))
"""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from PIL import Image, ImageDraw

from bot.app import App
from bot.attachments import Attachments
from bot.channels import Capabilities
from bot.database import Database
from bot.pages import opening
from bot.pages.opening import Refusal, Shown
from bot.settings import Settings
from bot.vault import Vault
from models.incident import INCIDENT
from models.page import PAGE
from models.people import ACCOUNT, PERSON
from models.talk import FileRef
from tests.bot.test_cases import answer_until
from tests.driver import NO_BUTTONS, Scene, Seen
from tests.emulators.wire import Wire

PUBLIC = "http://baongay.test"
SECRETS = ("Zebrawood", "ngõ Cây Gạo")  # words of the reporter: in no chat, no log, no address
NUMBERS = {"truc-a": "0912 345 678", "truc-b": "0987654321", "phuong": "0933111222", "lanh-dao": "0944555666"}
DIGITS = "5678"


async def private_scene(db: Database, vault: Vault, *, public_url: str = PUBLIC, capabilities: Capabilities = NO_BUTTONS) -> Scene:
    """Everybody on one messenger that can keep nothing private."""
    scene = await Scene.open(db, vault, capabilities=capabilities)
    scene.engine = replace(scene.engine, public_url=public_url)
    for account, number in NUMBERS.items():
        await give_number(scene, account, number)
    return scene


async def person_of(scene: Scene, account: str) -> str:
    return str((await scene.rows(ACCOUNT, ACCOUNT.c.external_id == account))[0].person)


async def give_number(scene: Scene, account: str, number: str) -> None:
    """The number that somebody gave when they joined; "" takes it away."""
    person = await person_of(scene, account)

    def write(db: sa.Connection) -> None:
        sealed = scene.engine.vault.seal(db, f"person:{person}", "person.phone", person, number.encode()) if number else None
        db.execute(sa.update(PERSON).where(PERSON.c.id == person).values(phone=sealed))

    await scene.db.run(write)


async def told_case(scene: Scene) -> str:
    """A case in Ngọc Lâm with words in it; its id."""
    for words in ("báo cáo", "đang nguy hiểm", "Phường Ngọc Lâm", SECRETS[1]):
        await scene.says("ctv", words)
    await answer_until(scene, "đã thấy, đã nghe")
    await scene.says("ctv", f"cháu {SECRETS[0]} bị đánh")
    return str((await scene.rows(INCIDENT))[-1].id)


def picture(width: int = 640, height: int = 480) -> bytes:
    """A JPEG on which something can be seen."""
    image, made = Image.new("RGB", (width, height), (40, 90, 140)), io.BytesIO()
    ImageDraw.Draw(image).ellipse((width // 4, height // 4, 3 * width // 4, 3 * height // 4), fill=(240, 200, 80))
    image.save(made, "JPEG")
    return made.getvalue()


def sound() -> bytes:
    """Two whole pages of Ogg: what the worker looks at."""
    words = b"ghi am"
    return (b"OggS" + bytes(22) + b"\x01" + bytes([len(words)]) + words) * 2


async def with_files(scene: Scene, folder: Path) -> Attachments:
    """The reporter sends a photo and a voice note, and the worker keeps both."""
    bodies = {"anh-1": picture(), "ghi-am-1": sound()}

    async def fetch(file: FileRef) -> bytes:
        return bodies[file.ref]

    async def refused(_attachment: str) -> None:
        raise AssertionError("both are fine")

    await scene.sends("ctv", "anh-1")
    await scene.sends("ctv", "ghi-am-1", kind="voice")
    worker = Attachments(scene.db, scene.engine.vault, folder, {"web": fetch}, refused=refused)
    while await worker.once():
        pass
    return worker


def link_in(letters: Sequence[Seen]) -> str:
    """The token of the newest link."""
    found = [match[1] for seen in letters if (match := re.search(rf"{PUBLIC}/xem#([0-9a-f]{{64}})$", seen.text, re.MULTILINE))]
    assert found, [seen.text for seen in letters]
    return found[-1]


async def pages(scene: Scene) -> list[Any]:
    return await scene.rows(PAGE)


async def opens(scene: Scene, token: str, digits: str = DIGITS, session: str = "s", **held: str) -> Shown | Refusal:
    return await scene.db.run(lambda db: opening.open_page(db, scene.engine, token, digits, session, held))


async def looks_again(scene: Scene, page: str, session: str = "s") -> Shown | Refusal:
    return await scene.db.run(lambda db: opening.again(db, scene.engine, page, session))


# --- over HTTP --------------------------------------------------------------------------------------------------------


@dataclass
class Serving:
    """The service of a scene. `lines`: what an access log could have written of each request; `url` without a slash at its end."""

    scene: Scene
    app: App
    wire: Wire
    lines: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.app.port}"


@asynccontextmanager
async def serving(scene: Scene, folder: Path, **settings: Any) -> AsyncIterator[Serving]:
    """The real App around the scene's rows, for as long as the block lasts."""
    wire, lines = Wire("web", scene.engine.capabilities("web")), list[str]()
    given: dict[str, Any] = {"_env_file": None, "data_dir": folder, "public_url": PUBLIC, "http_port": 0, "tick_seconds": 60} | settings
    app = App(Settings(**given), scene.db, scene.engine, [wire], folder / "attachments")

    @web.middleware
    async def keep(request: web.Request, handler: Any) -> web.StreamResponse:
        lines.append(f"{request.method} {request.raw_path} {request.headers.get('Referer', '')}")
        answer: web.StreamResponse = await handler(request)
        return answer

    app.web.middlewares.append(keep)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(app.run())
        await app.started()
        try:
            yield Serving(scene, app, wire, lines)
        finally:
            app.stop()
