"""What the browser tests of the training room share: an empty room, a visitor, and what nobody may ever see."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from models.ids import new_id
from tests.e2e.browser import RoomPage, opened
from tests.e2e.serving import Served, served

PHONE, WINDOW = (360, 740), (1280, 800)
CHATS = ("ctv", "nguoi-la", "phong-truc", "truc-a", "truc-b", "lanh-dao", "phuong")
# What the reporter tells, and no group may ever show.
ACCOUNT = "Tối qua tôi nghe cháu khóc to, sáng nay thấy cháu có vết bầm ở tay."
PLACE = "số 8 ngõ Cây Gạo"
ENGLISH = re.compile(r"\b(the|please|you|your|and|of|is|are|report|case|type)\b", re.IGNORECASE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One process for all tests of the module; each begins with an empty room."""
    async with served(tmp_path_factory.mktemp("training")) as serving:
        yield serving


@asynccontextmanager
async def visit(room: Served, browser: Browser, width: int = 1280, height: int = 800) -> AsyncIterator[RoomPage]:
    """An empty room and its page; what nobody may ever see is looked for at the end."""
    async with (
        aiohttp.ClientSession(headers={"X-Bao-Ngay": "1"}) as http,
        http.post(f"{room.url}api/again", json={"id": new_id()}) as answer,
    ):
        assert answer.status == 200
    async with opened(room.url, browser) as page:
        await page.open(width, height)
        yield page
        said = {chat: await page.texts(chat) for chat in CHATS}
        assert [text for texts in said.values() for text in texts if ENGLISH.search(text)] == []
        assert not any(secret in text for text in said["phong-truc"] for secret in (ACCOUNT[:20], "Cây Gạo"))
        assert await page.faults() == []


async def asked(page: RoomPage, chat: str, question: str) -> None:
    """Until the newest letter of the chat asks that."""
    newest = page.tab.locator(f'[data-chat="{chat}"] .message.in .text').last
    await expect(newest).to_contain_text(question)


async def danger(page: RoomPage, chat: str = "ctv") -> None:
    await page.say(chat, "bao cao")
    await asked(page, chat, "Trẻ đang như thế nào?")
    await page.press(chat, "ĐANG NGUY HIỂM")
    await asked(page, chat, "ở phường nào")


async def year(page: RoomPage) -> str:
    return (await page.clock())[-10:-6]


class Shots:
    """Screenshots in the order in which they were taken; each is looked at for faults that a program can see."""

    def __init__(self, page: RoomPage, story: str) -> None:
        self._page, self._story, self._taken = page, story, 0

    async def __call__(self, name: str) -> None:
        self._taken += 1
        await self._page.shot(f"{self._story}-{self._taken:02d}-{name}")
        assert await self._page.faults() == []
