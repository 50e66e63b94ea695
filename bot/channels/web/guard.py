"""What stands before every handler: the page has no login, because only this machine can reach it; so that must really be true.

A page of somebody else's, open in the same browser, can also reach the loopback address. Two doors are shut on it: a name that
was made to point here (DNS rebinding: the Host header is not ours), and a post from elsewhere (without our header, which a
browser lets nobody set across origins without asking us first; we never agree).
"""

import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web
from yarl import URL

HEADER = "X-Bao-Ngay"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}
JSON_LIMIT = 64 * 1024  # bytes

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):  # noqa: N818  the name says what happened
    """The answer to a request that asks for something wrong; `code` is a word the page has a sentence for."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def guarded(handler: Handler) -> Handler:
    async def behind_the_guard(request: web.Request) -> web.StreamResponse:
        try:
            _check(request)
            response = await handler(request)
        except Refused as refused:
            response = web.json_response({"error": refused.code}, status=refused.status)
        if not response.prepared:
            for name, value in SAFE_HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return behind_the_guard


def _check(request: web.Request) -> None:
    if not is_loopback(request.headers.get("Host", "")):
        raise Refused(403, "host")
    if request.method not in {"GET", "HEAD"}:
        origin = request.headers.get("Origin", "")
        if request.headers.get(HEADER) != "1" or (origin and origin != f"http://{request.headers['Host']}"):
            raise Refused(403, "origin")


def is_loopback(host: str) -> bool:
    """Of a Host header: "localhost", "127.0.0.1:8080", "[::1]"."""
    try:
        name = URL(f"http://{host}").host or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


async def read_json(request: web.Request) -> dict[str, Any]:
    body = await limited(request.content.iter_chunked(16 * 1024), JSON_LIMIT)
    try:
        read = json.loads(body)
    except ValueError:
        raise Refused(400, "json") from None
    if not isinstance(read, dict):
        raise Refused(400, "json")
    return read


async def limited(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    """All of it, or Refused as soon as it is more than `limit` bytes."""
    read = bytearray()
    async for chunk in chunks:
        read += chunk
        if len(read) > limit:
            raise Refused(413, "too_large")
    return bytes(read)
