"""The pictures of the README, taken of the real training room: `python -m tests.e2e.screenshots`.

They need a Chromium. Where no font has colour emoji (Debian: fonts-noto-color-emoji), the signs of the cards are drawn here, so that the pictures show
what people see on their phones.
"""

import asyncio
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import expect

from tests.e2e.browser import RoomPage, launched
from tests.e2e.serving import ROOT, served

IMAGES = ROOT / "docs" / "images"

SIGNS = {
    "🔴": '<circle cx="8" cy="8" r="7.2" fill="#e0242f"/>',
    "✅": '<rect x="1" y="1" width="14" height="14" rx="2.5" fill="#2fa84f"/><path d="M4 8.4l3 3 5-6.4" stroke="#fff" stroke-width="2" fill="none"/>',
    "⏱": '<circle cx="8" cy="9" r="6" fill="#fff" stroke="#5b6b69" stroke-width="1.5"/><path d="M8 9V5.5M6.5 1.5h3" stroke="#5b6b69" stroke-width="1.5"/>',
}
IN_COLOUR = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "20px sans-serif";
    pen.fillText("🔴", 0, 20);
    const dots = pen.getImageData(0, 0, 30, 30).data;
    return dots.some((value, at) => at % 4 === 0 && value > 150 && dots[at + 1] < 100);
}"""
DRAW = """signs => document.querySelectorAll(".messages .text").forEach((text) => {
    for (const [sign, shape] of Object.entries(signs))
        text.innerHTML = text.innerHTML.replaceAll(sign, `<svg class="sign" viewBox="0 0 16 16">${shape}</svg>`);
    for (const drawn of text.querySelectorAll(".sign")) {
        drawn.style.height = "1.05em";
        drawn.style.verticalAlign = "-0.15em";
    }
})"""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as room, launched() as browser:
            page = RoomPage(browser, room.url)
            await page.open(1280, 800)
            await at_nine(page)
            await three_panes(page)
            await page.open(360, 740)
            await page.start_again()
            await page.open_clock()
            await at_nine(page)
            await phone(page)
            await page.close()


async def at_nine(page: RoomPage) -> None:
    """In the morning, whenever the pictures are taken."""
    await page.tab.locator("#clock-morning").click()
    await expect(page.tab.locator("#clock-now")).to_contain_text("07:00")
    for _ in range(2):
        await page.move_clock(60)
    await page.tab.locator("#clock-face").evaluate("face => face.getAttribute('aria-expanded') === 'true' && face.click()")
    await expect(page.tab.locator("#notice")).to_be_empty(timeout=15_000)


async def phone(page: RoomPage) -> None:
    """In danger: the numbers that answer at once, and the next question."""
    await page.say("ctv", "bao cao")
    await page.press("ctv", "ĐANG NGUY HIỂM")
    await page.wait_text("ctv", "ở phường nào")
    await keep(page, "phong-tap-huan-dien-thoai")


async def three_panes(page: RoomPage) -> None:
    """The collaborator's next question, the duty room where an officer has taken the case, the ward that was told of it."""
    await page.say("ctv", "bao cao")
    await page.press("ctv", "ĐANG NGUY HIỂM")
    await page.press("ctv", "Phường Ngọc Lâm")
    await page.say("ctv", "số 8 ngõ 12, gần trường mầm non")
    await page.press("ctv", "Đã gọi")
    await page.press("ctv", "Bạo lực hoặc xâm hại")
    await page.press("ctv", "Bạo lực trẻ em")
    await page.press("ctv", "Hàng xóm, người quen")
    await page.wait_text("ctv", "sống cùng trẻ")
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
    await page.wait_text("phuong", "đã nhận lúc")
    await expect(page.tab.locator(".toast.shown")).to_have_count(0, timeout=15_000)
    await keep(page, "phong-tap-huan-ba-man-hinh")


async def keep(page: RoomPage, name: str) -> None:
    """Few colours are enough for a page, and a third of the size."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    await page.tab.mouse.move(0, 0)
    await page.tab.evaluate("document.activeElement.blur()")
    if not await page.tab.evaluate(IN_COLOUR):
        await page.tab.evaluate(DRAW, SIGNS)
    taken = await page.shot(name)
    with Image.open(taken) as picture:
        picture.convert("RGB").quantize(192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            IMAGES / f"{name}.png", optimize=True
        )


if __name__ == "__main__":
    asyncio.run(main())
