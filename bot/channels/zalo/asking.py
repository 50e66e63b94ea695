"""Questions to the platform that are repeated until they are answered: what an ear needs before and while it listens."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels import TokenRefused
from bot.channels.order import Backoff, Patience
from bot.channels.zalo.client import Client, NoAnswer, NotSent, Refused

log = logging.getLogger(__name__)

NOT_FOUND = 404  # what getWebhookInfo answers where none is set


class Asker:
    """`channel`: its name, for log lines and errors: there may be several bots."""

    def __init__(self, client: Client, patience: Patience, channel: str) -> None:
        self._client, self._patience, self._channel = client, patience, channel

    async def ask(
        self,
        method: str,
        body: dict[str, Any] | None = None,
        read: float | None = None,
        *,
        nothing: int | None = None,
        settled: Callable[[], Awaitable[bool]] | None = None,
    ) -> Any:
        """The platform's answer, however long it takes to get one; None where it refuses with the code `nothing`. Any other refusal that is not
        about load or weather may be about the webhook: then `settled` may do something about it, and say that nothing is left to ask (None is
        the answer). Raises TokenRefused."""
        backoff = Backoff(self._patience)
        while True:
            lasting = False
            try:
                return await self._client.call(method, body, read=read)
            except Refused as refused:
                if refused.code == nothing:
                    return None
                if refused.code == 401:
                    raise token_refused(self._channel) from None
                why, lasting = str(refused), refused.code < 500 and refused.code != 429
            except (NotSent, NoAnswer) as error:
                why = str(error)
            if lasting and settled is not None and await settled():
                return None
            wait = backoff.wait()
            log.warning("%s: %s: %s; again in %.1f s", self._channel, method, why, wait)
            await asyncio.sleep(wait)

    async def hooked(self) -> str:
        """The address of the webhook that is set, "" where none is, "?" where the platform does not say which."""
        info = await self.ask("getWebhookInfo", nothing=NOT_FOUND)
        if info is None:
            return ""
        return str(info["url"] or "") if isinstance(info, dict) and "url" in info else "?"


def token_refused(channel: str) -> TokenRefused:
    return TokenRefused(f"Zalo refused the token of {channel} (401): check BAONGAY_ZALO_TOKENS")
