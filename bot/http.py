"""The service's own pages: `/healthz` and `/metrics`, for the loopback address or whoever holds METRICS_TOKEN; never public."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Health = Callable[[], Awaitable[dict[str, Any]]]


def may_read(request: web.Request, token: str, *, public: bool = False) -> bool:
    """The loopback address, or the token. Behind a proxy everybody looks local: a forwarded request, and any request to a service that has a
    public address, needs the token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if token and hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):
        return True
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    try:
        return not public and not forwarded and ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def add_routes(app: web.Application, health: Health, metrics: Callable[[], Awaitable[bytes]], token: str, *, public: bool = False) -> None:
    """Adds both pages to the application."""

    async def healthz(request: web.Request) -> web.Response:
        if not may_read(request, token, public=public):
            raise web.HTTPNotFound
        found = await health()
        return web.json_response(found, status=200 if found["ok"] else 503)

    async def metrics_page(request: web.Request) -> web.Response:
        if not may_read(request, token, public=public):
            raise web.HTTPNotFound
        return web.Response(body=await metrics(), content_type="text/plain", charset="utf-8")

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", metrics_page)
