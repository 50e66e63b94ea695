"""What people sent is fetched from its temporary address; nothing within this network is."""

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.channels import FileGone, FileTooLarge, Unreachable
from bot.channels.zalo import BASE
from bot.channels.zalo.files import Files, is_public
from bot.channels.zalo.limits import MAX_FILE
from models.talk import FileRef
from tests.bot.channels.hearing import Hearing
from tests.bot.channels.zalo.conftest import listening
from tests.emulators.zalo import ZaloServer
from tests.emulators.zalo_people import JPEG

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def files(base: str) -> AsyncIterator[Files]:
    fetching = Files(base)
    try:
        yield fetching
    finally:
        await fetching.close()


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """The address of a server that answers so."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_photo_and_a_voice_note(server: ZaloServer, hearing: Hearing) -> None:
    """By the address that the event named, in life as in the documents; the bytes as they are."""
    lan = server.user(1)
    async with listening(server, hearing) as channel:
        await lan.sends_photo(lan.chat, JPEG, "đây")
        await lan.sends_photo(lan.chat, JPEG + b"2", field="photo")
        await lan.sends_voice(lan.chat, b"OggS voice")
        await server.wait_for(lambda: len(hearing.committed) == 3)
        bodies = [await channel.fetch(incoming.files[0]) for incoming in hearing.committed]
    assert bodies == [JPEG, JPEG + b"2", b"OggS voice"]
    assert [incoming.text for incoming in hearing.committed] == ["đây", "", ""]


@pytest.mark.parametrize("status", [404, 403, 410, 400])
async def test_an_address_whose_time_is_over(status: int) -> None:
    """The sender is asked again."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(answer) as address, files(address) as fetching:
        with pytest.raises(FileGone, match=str(status)):
            await fetching.fetch(FileRef(f"{address}/a", "photo"))


async def test_an_expired_file_of_the_platform(server: ZaloServer, hearing: Hearing) -> None:
    """Too late is told as gone."""
    lan = server.user(1)
    async with listening(server, hearing) as channel:
        await lan.sends_photo(lan.chat)
        await server.wait_for(lambda: hearing.committed)
        server.fail("download", 503)
        with pytest.raises(Unreachable, match="503"):
            await channel.fetch(hearing.committed[0].files[0])
        server.expire_files()
        with pytest.raises(FileGone):
            await channel.fetch(hearing.committed[0].files[0])


@pytest.mark.parametrize("status", [500, 502, 429, 408])
async def test_trouble_that_passes_is_tried_again(status: int) -> None:
    """Neither gone nor too large."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(answer) as address, files(address) as fetching:
        with pytest.raises(Unreachable):
            await fetching.fetch(FileRef(f"{address}/a", "photo"))


async def test_nobody_there_is_tried_again() -> None:
    """And no error that leaves names the address, nor keeps one that does."""
    secret = "/a-child's-picture"
    async with files("http://127.0.0.1:9") as fetching:
        for host in ("127.0.0.1:9", "no-such-host.invalid"):
            with pytest.raises(Unreachable) as caught:
                await fetching.fetch(FileRef(f"http://{host}{secret}", "photo"))
            assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("told", [True, False])
async def test_a_file_that_is_too_large(told: bool) -> None:
    """Whether the server says so before, or only sends and sends: no more than the limit is ever held."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if told:
            response.content_length = MAX_FILE + 1
        await response.prepare(request)
        for _ in range(0, MAX_FILE + 1, 1 << 20):
            await response.write(bytes(1 << 20))
        return response

    async with serving(answer) as address, files(address) as fetching:
        with pytest.raises(FileTooLarge):
            await fetching.fetch(FileRef(f"{address}/a", "photo"))
        with pytest.raises(FileTooLarge):
            await fetching.fetch(FileRef(f"{address}/a", "photo", size=MAX_FILE + 1))


async def test_redirects() -> None:
    """Followed a few times, and to http and https alone."""

    async def answer(request: web.Request) -> web.Response:
        to = {"/a": "/b", "/b": "/c", "/file": "file:///etc/passwd", "/round": "/round", "/none": ""}.get(request.path)
        return web.Response(body=b"da") if to is None else web.Response(status=302, headers={"Location": to} if to else {})

    async with serving(answer) as address, files(address) as fetching:
        assert await fetching.fetch(FileRef(f"{address}/a", "photo")) == b"da"
        for path in ("/file", "/round", "/none"):
            with pytest.raises(FileGone):
                await fetching.fetch(FileRef(address + path, "photo"))


@pytest.mark.parametrize("ref", ["file:///etc/passwd", "ftp://example.org/a", "", "http://", "/a", "javascript:1"])
async def test_only_http(ref: str) -> None:
    """Nothing else is an address of a file."""
    async with files("http://127.0.0.1:9") as fetching:
        with pytest.raises(FileGone):
            await fetching.fetch(FileRef(ref, "photo"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"])
async def test_this_machine_is_not_asked(server: ZaloServer, host: str) -> None:
    """The address comes from outside: with the real API, whatever means this machine is refused before a connection is made."""
    port = server.base_url.rpartition(":")[2]
    async with files(BASE) as fetching:
        with pytest.raises(FileGone, match="within this network"):
            await fetching.fetch(FileRef(f"http://user:word@{host}:{port}/files/f1", "photo"))
    assert server.downloads == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True),
        ("10.0.0.1", False), ("192.168.1.1", False), ("172.16.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("224.0.0.1", False), ("255.255.255.255", False), ("::", False), ("fe80::1%eth0", False), ("fe80::1", False), ("fd00::1", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("2002:0a00:0001::1", False), ("ff02::1", False), ("no address", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, expected: bool) -> None:
    """Everything that belongs to this machine, this network or nobody is not."""
    assert is_public(address) is expected
