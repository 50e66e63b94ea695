"""The 6-month report with the spreadsheet: downloaded from the chat, filled in, sent back behind the paper clip."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser

from tests.e2e.browser import needs_chromium
from tests.e2e.serving import Served
from tests.e2e.test_plan_room import BLOCKS, accept, hand_in, six_months
from tests.e2e.visiting import PHONE, Shots, asked, visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

VALUE = 4  # the column that is filled in


async def test_the_six_month_report_by_spreadsheet(room: Served, browser: Browser, tmp_path: Path) -> None:
    """It is downloaded, filled in, sent back behind the paper clip, read, reviewed and handed in."""
    async with visit(room, browser, *PHONE) as page:
        shot = Shots(page, "plan-sheet")
        number = await six_months(page, shot)
        await page.say("phuong", f"nop {number}")
        await asked(page, "phuong", "nộp bằng cách nào?")
        await page.press("phuong", "Nhận bảng tính để điền")
        await page.tab.locator("#chat-phuong .message.in .sheet").wait_for()
        await shot("sent")
        download = await page.download("phuong", f"BC-{number}-bo-chi-tieu.xlsx")
        await download.save_as(sheet := tmp_path / download.suggested_filename)
        fill_in(sheet)
        await page.files("phuong", sheet)
        await asked(page, "phuong", "đã đọc bảng tính, nhận 37 số liệu")
        await shot("read")
        await page.say("phuong", f"nop {number}")
        for question, choice in (("cần nói thêm", "Không có gì thêm"), ("ngày nào", "Hôm nay")):
            await asked(page, "phuong", question)
            await page.press("phuong", choice)
        await asked(page, "phuong", "xem lại rồi nộp")
        review = await page.last_text("phuong")
        assert ("tổng số 3.000" in review, "có thẻ BHYT 880" in review, "xã hội hóa 10,5" in review) == (True, True, True)
        await shot("review")
        await hand_in(page, shot, number)
        await accept(page, shot, number)
        assert page.complaints == []


def fill_in(path: Path) -> None:
    """The column "Số liệu" from top to bottom, as somebody types it into Excel."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    cells = [row[VALUE] for row in sheet.iter_rows() if row[VALUE].protection.locked is False]
    figures = " ".join(BLOCKS.values()).split()
    for cell, figure in zip(cells, figures, strict=True):
        cell.value = float(figure.replace(",", "."))
    book.save(path)
