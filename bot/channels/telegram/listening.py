"""One run of Telegram's ear, by polling or by webhook, with the menus for everybody beside it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiogram.methods import GetMe

from bot.channels import Hear, Menu, Undecodable
from bot.channels.hook import Webhook
from bot.channels.order import Patience
from bot.channels.telegram.asking import Asking
from bot.channels.telegram.decode import Me
from bot.channels.telegram.ear import Ear
from bot.channels.telegram.guard import TokenRefused
from bot.channels.telegram.webhook import be_posted_to

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """`met` is told the bot's user name once it is known; `deaf`, since when posts do not arrive (real time). `clock` gives a press its time
    (UTC); Telegram does not tell it."""

    webhook: Webhook | None
    menus: tuple[Menu, ...]
    patience: Patience
    clock: Callable[[], datetime]
    met: Callable[[str], None]
    deaf: Callable[[datetime | None], None]

    async def run(self, token: str, base: str, hear: Hear, undecodable: Undecodable) -> None:
        """Until cancelled. Raises TokenRefused when Telegram does not know the token; everything else is waited out."""
        asking = Asking(token, base, self.patience)
        try:
            user = await asking.ask(GetMe)
            self.met(user.username or "")
            log.info("telegram: listening as @%s", user.username)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(asking.offer(self.menus))
                if self.webhook is not None:
                    await be_posted_to(asking, self.webhook, self.patience, self.deaf)
                ear = Ear(asking, Me(user.id, user.username or ""), patience=self.patience, clock=self.clock)
                await ear.run(tasks, hear, undecodable)
        except ExceptionGroup as errors:
            refused, others = errors.split(TokenRefused)
            if refused is not None and others is None:
                raise refused.exceptions[0] from None
            raise
        finally:
            await asking.close()
