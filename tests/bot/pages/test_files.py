"""A document for somebody whose messenger carries no files: behind a one-time link, as a file to be saved."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.page import PAGE
from models.people import MEMBERSHIP
from tests.bot.pages.people import PUBLIC, link_in, pages, person_of, private_scene, serving
from tests.bot.pages.test_routes import browser
from tests.bot.reports import expected, spring
from tests.driver import Scene, Seen
from tests.letters import until

PHONE = "1222"  # the last digits of the ward's number


async def asked(db: Database, vault: Vault) -> Scene:
    scene = await spring(await private_scene(db, vault))
    await scene.says("phuong", f"bang {(await expected(scene)).number}")
    return scene


async def sent(scene: Scene, service: Any) -> list[Seen]:
    """The service draws it and the timer's turn sends it."""
    await service.app.settle()
    await scene.passes(seconds=1)
    return await scene.letters("phuong")


async def test_a_document_is_saved_from_its_page(db: Database, vault: Vault, tmp_path: Path) -> None:
    """The chat says what it is and has the link; the page hands it out once opened, with its type and a name without anybody's name."""
    scene = await asked(db, vault)
    number = (await expected(scene)).number
    async with serving(scene, tmp_path) as service, browser(service) as mine, browser(service) as another:
        token = link_in(await sent(scene, service))
        text = (await scene.texts("phuong"))[-1]
        assert text.splitlines()[0] == f"BC-{number}, Bộ chỉ tiêu, 6 tháng năm 2021: bảng tính để điền."
        assert text.splitlines()[2:] == [
            "Ứng dụng này không gửi được tệp. Anh/chị mở liên kết này để tải, một lần, đến 09:00 6/5:",
            f"{PUBLIC}/xem#{token}",
        ]
        await until(lambda: any(token in said for said in service.wire.texts("phuong")))
        status, told, _headers = await mine.opens(token, PHONE)
        assert (status, told["files"]) == (
            200,
            [
                {
                    "number": 0, "kind": "file", "name": f"BC-{number}-bo-chi-tieu.xlsx",
                    "mime": "application/xlsx",
                }
            ],
        )  # fmt: skip
        status, body, headers = await mine.gets(f"/xem/tep/{told['page']}/0")
        assert (status, body[:2], headers["Content-Type"]) == (
            200,
            b"PK",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        assert headers["Content-Disposition"] == f'attachment; filename="BC-{number}-bo-chi-tieu.xlsx"'
        assert (headers["X-Content-Type-Options"], headers["Content-Security-Policy"]) == ("nosniff", "default-src 'none'; sandbox")
        assert (await another.gets(f"/xem/tep/{told['page']}/0"))[0] == 410


async def test_whoever_is_no_member_any_more_gets_nothing(db: Database, vault: Vault, tmp_path: Path) -> None:
    """The right is looked at anew at every look."""
    scene = await asked(db, vault)
    async with serving(scene, tmp_path) as service, browser(service) as mine:
        token = link_in(await sent(scene, service))
        person = await person_of(scene, "phuong")
        await scene.db.run(
            lambda db: db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.person == person).values(ended_at=scene.clock[0]))
        )
        assert (await mine.opens(token, PHONE))[0] == 410
    assert [row.body for row in await pages(scene)] == [None]


async def test_such_a_page_lasts_a_day(db: Database, vault: Vault, tmp_path: Path) -> None:
    """It holds no child's details, and whoever asked may be out."""
    scene = await asked(db, vault)
    async with serving(scene, tmp_path) as service:
        await sent(scene, service)
    [row] = await scene.rows(PAGE)
    assert ((row.expires_at - row.created_at).total_seconds(), row.what, row.about) == (86_400, "files", "")
