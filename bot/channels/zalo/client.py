"""A small client of the Zalo Bot Platform: one POST of JSON a call, and the answer's envelope `{ok, result?, description?, error_code?}`.

The token stands in every address. So no error of the HTTP library leaves here (their texts and requests hold the address), the errors below
carry no cause and no context, and the library may not log.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from bot.channels.hush import hush

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_ON_TOP = 30.0  # seconds that a whole call may take beyond waiting for its answer: an answer that trickles in must end some time


class Refused(Exception):  # noqa: N818  the name says what happened
    """Answered, and not with ok. `code`: the platform's error_code, else the HTTP status, 0 where it named neither. `description`: its words;
    they stay out of the error's text, because they may quote what was sent. `itself`: the platform's own envelope came, and not a page of
    whatever stands before it or at a wrong address."""

    def __init__(self, code: int, description: str = "", *, itself: bool = True) -> None:
        super().__init__(f"refused ({code})")
        self.code = code
        self.description = description
        self.itself = itself


class NotSent(Exception):  # noqa: N818
    """The request never left: no connection, no such host. The text is the kind of error."""


class NoAnswer(Exception):  # noqa: N818
    """The request left, perhaps arrived, and no answer came that can be read. The text is the kind of error."""


ClientError = Refused | NotSent | NoAnswer


class Client:
    """`connect`, `read`, `write`: seconds to wait for a connection, an answer, the request to leave."""

    def __init__(self, token: str, base: str, *, connect: float = 5, read: float = 20, write: float = 20) -> None:
        self._address = f"{base.rstrip('/')}/bot{token}"
        self._wait = {"connect": connect, "read": read, "write": write, "pool": 5.0}
        self._http = httpx.AsyncClient(limits=httpx.Limits(max_connections=32))
        hush("httpx", "httpcore")

    async def call(self, method: str, body: Mapping[str, Any] | None = None, *, read: float | None = None) -> Any:
        """The `result`. `read`: seconds to wait for the answer, where it is not the usual. Raises Refused, NotSent or NoAnswer."""
        wait = self._wait if read is None else {**self._wait, "read": read}
        answer = await self._post(f"{self._address}/{method}", body or {}, wait)
        if isinstance(answer, Exception):  # raised here, where no error of the library is at hand to become its context
            raise answer
        return result(answer)

    async def _post(self, address: str, body: Mapping[str, Any], wait: dict[str, float]) -> httpx.Response | NotSent | NoAnswer:
        try:
            async with asyncio.timeout(wait["read"] + _ON_TOP):
                return await self._http.post(address, json=body, timeout=httpx.Timeout(**wait))
        except (*_NEVER_LEFT, httpx.InvalidURL) as error:
            return NotSent(type(error).__name__)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            return NoAnswer(type(error).__name__)

    async def close(self) -> None:
        await self._http.aclose()


def result(answer: httpx.Response) -> Any:
    """What the envelope holds. HTTP 200 alone is no success: a refusal comes with 200 too. Raises Refused, or NoAnswer for what nobody reads."""
    envelope = _json(answer)
    if not isinstance(envelope, dict) or not isinstance(envelope.get("ok"), bool):
        if answer.is_success:
            raise NoAnswer("no envelope")
        raise Refused(answer.status_code, itself=False)
    if envelope["ok"] and answer.is_success:
        return envelope.get("result")
    raise Refused(_code(envelope.get("error_code"), answer), str(envelope.get("description") or ""))


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _code(told: object, answer: httpx.Response) -> int:
    if isinstance(told, int | str) and str(told).isdecimal() and str(told).isascii() and len(str(told)) < 10:
        return int(told)
    return 0 if answer.is_success else answer.status_code
