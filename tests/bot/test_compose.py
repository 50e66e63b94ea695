"""Which messengers are made of which settings, and what a platform's absence does to a start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.channels import Channel, TokenRefused, Unreachable
from bot.compose import messengers, zalo
from bot.settings import Settings
from models.talk import Incoming
from tests.emulators.telegram import TelegramServer
from tests.emulators.zalo import ZaloServer

SECRET = "s3cret-of-16-chars"


@asynccontextmanager
async def made(**given: Any) -> AsyncIterator[list[Channel]]:
    channels = await messengers(settings(**given))
    try:
        yield channels
    finally:
        for channel in channels:
            await channel.close()


def settings(**given: Any) -> Settings:
    source: dict[str, Any] = {"_env_file": None, **given}
    return Settings(**source)


async def test_one_channel_a_token() -> None:
    """Telegram and every bot on Zalo, each with a name of its own; and each knows already how it is called."""
    async with TelegramServer() as telegram, ZaloServer() as server:
        given = {"telegram_token": telegram.token, "telegram_api_base": telegram.base_url, "zalo_tokens": server.token}
        async with made(**given, zalo_api_base=server.base_url) as channels:
            assert [channel.name for channel in channels] == ["telegram", "zalo-1234567890123456789"]
            assert [channel.capabilities.title for channel in channels] == ["Telegram", "Zalo"]
            assert channels[1].capabilities.mention == f"@{server.account_name}"


async def test_without_a_token_there_is_none() -> None:
    """The training room is no messenger."""
    async with made() as channels:
        assert channels == []


async def test_a_platform_that_does_not_answer_is_waited_for() -> None:
    """The service comes up without it; where somebody asks for certainty it is an error."""
    given = {"zalo_tokens": "1:a,2:b", "zalo_api_base": "http://127.0.0.1:9"}
    async with made(**given) as channels:
        assert [channel.name for channel in channels] == ["zalo-1", "zalo-2"]
    with pytest.raises(Unreachable):
        await zalo(settings(**given), "1:a", must_answer=True)


async def test_a_refused_token_ends_the_start() -> None:
    """Which bot it is is said; what was made before is closed."""
    async with ZaloServer() as server:
        with pytest.raises(TokenRefused, match="zalo-2 "):
            await messengers(settings(zalo_tokens=f"{server.token},2:b", zalo_api_base=server.base_url))


async def test_a_public_address_is_posted_to() -> None:
    """With one there is a path for Zalo's posts, without one it is polled."""
    async with ZaloServer() as server:
        given = {"zalo_tokens": server.token, "zalo_api_base": server.base_url}
        async with made(**given) as (polled,), made(**given, public_url="https://a.example.org", webhook_secret=SECRET) as (posted,):
            assert [paths(channel) for channel in (polled, posted)] == [[], ["/hook/zalo-1234567890123456789"]]


def paths(channel: Channel) -> list[str]:
    async def hear(_incoming: Incoming) -> None:
        """Nobody posts."""

    async def undecodable(channel: str, external_id: str, reason: str) -> None:
        """Nobody posts."""

    app = web.Application()
    channel.add_routes(app, hear, undecodable)
    return [resource.canonical for resource in app.router.resources()]
