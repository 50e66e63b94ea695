"""The outside heartbeat: a service elsewhere that alarms when it has heard nothing for a while.

The address is a secret, because whoever knows it can keep the alarm silent. So no error of the HTTP library leaves here: their texts hold it.
"""

import aiohttp
import structlog

from bot.channels.hush import hush

log = structlog.get_logger()

SECONDS = 10.0  # a heartbeat that hangs must not hold up the next pass of the auditor


class Heartbeat:
    """`address` "" where there is none."""

    def __init__(self, address: str) -> None:
        self._address = address
        hush("aiohttp.client")

    async def ping(self) -> bool:
        """One GET; True if it was answered with a 2xx. Never raises: the service does not depend on who watches it."""
        if not self._address:
            return False
        why = await self._asked()
        if why:
            log.warning("heartbeat_failed", why=why)
        return not why

    async def _asked(self) -> str:
        """Why it failed: a status or the kind of error, never its text."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
                session.get(self._address, allow_redirects=False) as answer,
            ):
                return "" if 200 <= answer.status < 300 else str(answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return type(error).__name__
