"""Files in the page: sent behind the paper clip, shown with name and size, downloaded, refused in plain words."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from models.talk import Picture
from tests.bot.channels.web.demo import picture
from tests.bot.channels.web.stage import training_room
from tests.bot.channels.web.test_page import PHONE, visit
from tests.e2e.browser import needs_chromium, opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONG = "bo-chi-tieu-6-thang-2021-phuong-ngoc-lam-da-sua-lan-hai.xlsx"


def written(folder: Path, name: str, size: int = 30_000) -> Path:
    path = folder / name
    path.write_bytes(b"x" * size)
    return path


async def test_office_files_are_sent(browser: Browser, tmp_path: Path) -> None:
    """With their names and sizes, several as one message, the words with them; a reload shows the same."""
    async with visit(browser, *PHONE) as (stage, page):
        paths = [written(tmp_path, LONG), written(tmp_path, "ke-hoach.docx", 2_500_000), written(tmp_path, "quyet-dinh.pdf", 400)]
        await page.files("ctv", *paths, text="Phường gửi Phòng")
        await page.wait_text("ctv", "Chưa hiểu")
        heard = [(file.kind, file.name, file.size) for file in stage.heard[0].files]
        assert heard == [("file", LONG, 30_000), ("file", "ke-hoach.docx", 2_500_000), ("file", "quyet-dinh.pdf", 400)]
        assert (stage.heard[0].kind.value, stage.heard[0].text) == ("file", "Phường gửi Phòng")
        for _ in range(2):
            sheets = page.tab.locator('[data-chat="ctv"] .message.out .sheet')
            assert await sheets.locator(".file-name").all_text_contents() == [path.name for path in paths]
            assert await sheets.locator(".file-size").all_text_contents() == ["29 KB", "2,4 MB", "1 KB"]
            assert await page.faults() == []
            await page.shot("files-1-sent")
            await page.reload()


async def test_chosen_files_can_be_left_out_again(browser: Browser, tmp_path: Path) -> None:
    """Photos and files are shown before they are sent, each with a button to leave it out; they go as two messages."""
    async with visit(browser, *PHONE) as (stage, page):
        photo = tmp_path / "anh.jpg"
        photo.write_bytes(picture())
        place = await page.show("ctv")
        await place.locator('input[accept="image/*"]').set_input_files([str(photo)])
        await place.locator('input[accept^=".docx"]').set_input_files([str(written(tmp_path, name)) for name in ("a.xlsx", "nham.docx")])
        await place.get_by_role("button", name="Bỏ tệp nham.docx").click()
        await page.shot("files-2-chosen")
        assert await page.faults() == []
        await page.say("ctv", "gửi phòng")
        await page.wait_text("ctv", "Chưa hiểu")
        assert [(i.kind.value, i.text, [file.name for file in i.files]) for i in stage.heard] == [
            ("photo", "gửi phòng", ["anh.jpg"]),
            ("file", "", ["a.xlsx"]),
        ]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([1] * 11, "tep-10.xlsx: Mỗi lần gửi nhiều nhất 10 ảnh hoặc tệp."),
        ([11_000_000, 11_000_000], "tep-1.xlsx: Tệp lớn quá: mỗi lần gửi nhiều nhất 20 MB."),
        ([5, 0], "tep-1.xlsx: Tệp trống, không gửi được."),
    ],
)
async def test_what_cannot_be_sent_is_said_at_once(browser: Browser, tmp_path: Path, sizes: list[int], said: str) -> None:
    """With the name of the file; what was chosen before it stays."""
    async with visit(browser, *PHONE) as (_, page):
        place = await page.show("ctv")
        paths = [str(written(tmp_path, f"tep-{number}.xlsx", size)) for number, size in enumerate(sizes)]
        await place.locator('input[accept^=".docx"]').set_input_files(paths)
        assert await page.toast("ctv") == said
        await expect(place.locator(".preview")).to_have_count(len(sizes) - 1)
        await page.shot(f"files-3-refused-{len(sizes)}")


async def test_a_file_from_the_bot_is_downloaded(browser: Browser, tmp_path: Path) -> None:
    """Under its name, whole, whatever it is: nothing that somebody sent is ever opened as a page."""
    async with training_room() as stage, opened(stage.url, browser) as page:
        await page.open(*PHONE)
        body = b"PK" + bytes(20_000)
        files = (Picture("file", body, XLSX, LONG), Picture("file", b"<script>", "text/html", "trang.html"))
        await stage.channel.send(stage.letter("phuong", "Bảng để điền", pictures=files))
        await page.wait_text("phuong", "Bảng để điền")
        for name, expected in ((LONG, body), ("trang.html", b"<script>")):
            download = await page.download("phuong", name)
            await download.save_as(kept := tmp_path / "kept")
            assert (download.suggested_filename, kept.read_bytes()) == (name, expected)
        link = page.tab.get_by_role("link", name=f"Tải về {LONG}, 20 KB")
        await expect(link).to_be_visible()
        await page.shot("files-4-from-the-bot")
        assert await page.faults() == []


async def test_a_picture_opens_in_full_size(browser: Browser) -> None:
    """In a tab of its own, as large as it is: a table of fourteen wards cannot be read in a bubble."""
    async with visit(browser, *PHONE) as (stage, page):
        table = Picture("photo", picture(size=(1600, 1200)), "image/jpeg")
        await stage.channel.send(stage.letter("phong-truc", "Tiến độ", pictures=(table,)))
        await page.show("phong-truc")
        async with page.tab.context.expect_page() as opening:
            await page.tab.get_by_role("link", name="Mở ảnh cỡ lớn").click()
        shown = (await opening.value).locator("img")
        await expect(shown).to_have_js_property("naturalWidth", 1600)


async def test_a_lost_file_keeps_its_name(browser: Browser) -> None:
    """Its bytes did not outlive the process: nobody is left with a link that leads nowhere."""
    async with visit(browser) as (stage, page):
        await stage.upload({"id": "post-file", "chat": "ctv", "sender": "ctv"}, ("bao-cao.pdf", b"%PDF", "application/pdf"))
        await page.wait_text("ctv", "Chưa hiểu")
        stage.channel.shelf.clear()
        shown = stage.channel.hub.hear(stage.heard[0])
        assert shown is not None
        stage.channel._tell("edit", "ctv", shown)
        await expect(page.tab.locator('[data-chat="ctv"] .file.gone')).to_have_text("bao-cao.pdf (không còn mở được)")
