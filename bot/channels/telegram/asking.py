"""Questions to Telegram that an ear repeats until they are answered: through aiogram, for its typed errors."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, SetMyCommands, TelegramMethod
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from aiogram.utils.token import TokenValidationError

from bot.channels import Menu
from bot.channels.telegram.guard import TokenRefused, hush, scrub
from bot.channels.telegram.order import Backoff, Patience

log = logging.getLogger(__name__)

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
WEATHER = (AiogramError, OSError, ValueError)
"""Whatever may go wrong with a question, and another time not."""


class _Session(AiohttpSession):
    async def close(self) -> None:
        """Without aiogram's pause of 250 ms: aiohttp waits for its connections to close by itself since 3.12."""
        if self._session is not None:
            await self._session.close()


class Asking:
    """Raises TokenRefused for what is no token at all."""

    def __init__(self, token: str, base: str, patience: Patience) -> None:
        hush("aiogram", "aiohttp.client")
        self._patience = patience
        self._session = _Session(api=TelegramAPIServer.from_base(base))
        try:
            self.bot = Bot(token, session=self._session)
        except TokenValidationError:
            raise TokenRefused("this is not a Telegram bot token: check BAONGAY_TELEGRAM_TOKEN") from None

    async def close(self) -> None:
        await self._session.close()

    async def ask(self, method: Callable[[], TelegramMethod[Any]], timeout: int = 20) -> Any:  # noqa: ASYNC109  aiogram counts it
        """Telegram's answer, however long it takes to get one. Raises TokenRefused."""
        backoff = Backoff(self._patience)
        while True:
            try:
                return await self.bot(method(), request_timeout=timeout)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused("Telegram refused the token (401): check BAONGAY_TELEGRAM_TOKEN") from None
            except TelegramConflictError as conflict:
                wait = backoff.wait()
                await self._conflict(conflict, wait)
            except TelegramRetryAfter as flood:
                wait = flood.retry_after + backoff.wait()
                log.warning("telegram: asked to wait for %s s", flood.retry_after)
            except TelegramBadRequest as refused:  # about a webhook that it does not like: its words say what to mend
                wait = backoff.wait()
                log.error("telegram: refused: %s; again in %.1f s", scrub(refused.message)[:200], wait)
            except WEATHER as error:
                wait = backoff.wait()
                log.warning("telegram: cannot be reached (%s); again in %.1f s", type(error).__name__, wait)
            await asyncio.sleep(wait)

    async def _conflict(self, conflict: TelegramConflictError, wait: float) -> None:
        if "webhook" not in conflict.message.lower():
            log.error("telegram: another program polls with this bot's token (409): stop it, only one may. Again in %.1f s", wait)
            return
        log.warning("telegram: a webhook is set for this bot (409); taking it away, because this installation polls")
        try:
            await self.bot(DeleteWebhook(), request_timeout=20)
        except WEATHER as error:
            log.warning("telegram: the webhook could not be taken away (%s)", type(error).__name__)

    async def offer(self, menus: tuple[Menu, ...]) -> None:
        """Set the menus for everybody. What is refused is tried again and harms nobody: without a menu every command can be typed."""
        for menu in menus:
            backoff = Backoff(self._patience)
            while (error := await self._set(menu)) is not None:
                wait = error.retry_after if isinstance(error, TelegramRetryAfter) else backoff.wait()
                log.warning("telegram: a menu of commands could not be set (%s); again in %.1f s", type(error).__name__, wait)
                await asyncio.sleep(wait)

    async def _set(self, menu: Menu) -> Exception | None:
        commands = [BotCommand(command=word, description=does) for word, does in menu.commands]
        scope = BotCommandScopeAllGroupChats() if menu.groups else BotCommandScopeAllPrivateChats()
        try:
            await self.bot(SetMyCommands(commands=commands, scope=scope, language_code=menu.language or None), request_timeout=20)
        except WEATHER as error:
            return error
        return None
