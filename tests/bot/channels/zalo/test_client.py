"""The client over real HTTP: an envelope is read for what it says, and the token is nowhere to be seen."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.channels.zalo.client import Client, NoAnswer, NotSent, Refused
from tests.emulators.zalo import TOKEN, ZaloServer


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Awaitable[web.StreamResponse]], read: float = 20) -> AsyncIterator[Client]:
    """A client of a server that gives this answer to everything."""
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = Client(TOKEN, f"http://127.0.0.1:{runner.addresses[0][1]}/", read=read)
    try:
        yield client
    finally:
        await client.close()
        await runner.cleanup()


async def raised(client: Client, method: str = "getMe") -> Refused | NotSent | NoAnswer:
    with pytest.raises((Refused, NotSent, NoAnswer)) as caught:
        await client.call(method)
    assert isinstance(caught.value, Refused | NotSent | NoAnswer)
    return caught.value


async def test_a_call_is_a_post_of_json() -> None:
    """The result comes back as it is."""
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.method, request.path, await request.json()))
        return web.json_response({"ok": True, "result": {"message_id": "a1"}})

    async with answering(answer) as client:
        assert await client.call("sendMessage", {"chat_id": "1", "text": "chào"}) == {"message_id": "a1"}
    assert asked == [("POST", f"/bot{TOKEN}/sendMessage", {"chat_id": "1", "text": "chào"})]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '{"ok":false,"error_code":400,"description":"text is too long"}', (400, "text is too long")),
        (200, '{"ok":false,"error_code":"429"}', (429, "")),
        (200, '{"ok":false}', (0, "")),
        (401, '{"ok":false,"description":"Unauthorized"}', (401, "Unauthorized")),
        (408, '{"ok":false,"error_code":408}', (408, "")),
        (502, "<html>Bad Gateway</html>", (502, "")),
        (503, '{"ok":true,"result":1}', (503, "")),
        (404, "[]", (404, "")),
        (302, "", (302, "")),
        (200, '{"ok":false,"error_code":true,"description":null}', (0, "")),
    ],
)
async def test_every_refusal_is_known_by_its_code(status: int, body: str, expected: tuple[int, str]) -> None:
    """HTTP 200 alone is no success; the error_code counts before the status, and what is no envelope goes by its status."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    async with answering(answer) as client:
        refused = await raised(client)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.description) == expected


@pytest.mark.parametrize("body", ["", "[1]", '{"result":{}}', '{"ok":1}', "\xff", "[" * 100_000])
async def test_a_success_that_nobody_can_read_is_no_answer(body: str) -> None:
    """Perhaps it was done: neither a success nor a refusal."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body)

    async with answering(answer) as client:
        assert isinstance(await raised(client), NoAnswer)


async def test_what_never_left_is_told_from_what_got_no_answer() -> None:
    """Nobody at the address: surely not sent. A silence after it has left, or a lost connection: nobody knows."""

    async def silent(_request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async with answering(silent, read=0.3) as client:
        assert str(await raised(client)) == "ReadTimeout"
    async with ZaloServer() as server:
        server.drop("getMe")
        client = Client(TOKEN, server.base_url)
        assert isinstance(await raised(client), NoAnswer)
        await client.close()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = Client(TOKEN, f"http://127.0.0.1:{taken.getsockname()[1]}")
        nobody = await raised(client)
        await client.close()
    assert (type(nobody), str(nobody)) == (NotSent, "ConnectError")
    client = Client(TOKEN, "http://[")
    assert isinstance(await raised(client), NotSent)
    await client.close()


async def test_the_token_is_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Not in a log at any level, not in an error, not in what a traceback shows of its causes, not in a repr."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name)
    shown = []
    async with ZaloServer() as server:
        for base in (server.base_url, "http://127.0.0.1:9", "http://["):
            client = Client(TOKEN, base, read=0.2)
            server.fail("getMe", 500, "bí mật")
            server.hang("getMe")
            for _ in range(2):
                error = await raised(client)
                assert (error.__cause__, error.__context__) == (None, None)
                shown += [repr(error), "".join(traceback.format_exception(error))]
            shown.append(repr(client))
            await client.close()
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert [text for text in shown if TOKEN in text or "bí mật" in text] == []
