"""Zalo's ear by webhook: the platform's emulator posts to a real server, and is answered when it is done."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels import TokenRefused
from bot.channels.hook import Webhook, hook_path, hook_secret
from bot.channels.zalo import ZaloChannel
from bot.channels.zalo.limits import MAX_BODY
from bot.channels.zalo.webhook import HEADER, STANDS
from bot.watch import Patience
from models.talk import Incoming, Kind
from tests.bot.channels.hearing import Hearing
from tests.bot.channels.zalo.conftest import BRISK, StorageDown, a_channel, listening
from tests.emulators.zalo import ZaloServer

PUBLIC, SECRET = "https://baongay.example.org", "operators-own-secret"


@asynccontextmanager
async def posted_to(server: ZaloServer, hearing: Hearing, *, run: bool = True) -> AsyncIterator[ZaloChannel]:
    """A channel with its routes on a port that the emulator reaches by the public address; `run`: its ear runs too."""
    channel = a_channel(server, webhook=Webhook(PUBLIC, SECRET))
    app = web.Application(client_max_size=25 << 20)
    channel.add_routes(app, hearing.hear, hearing.undecodable)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.public[PUBLIC] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with asyncio.TaskGroup() as tasks:
            ear = tasks.create_task(channel.listen(hearing.hear, hearing.undecodable)) if run else None
            if ear is not None:
                await server.wait_for(lambda: channel.listened_until)
            try:
                yield channel
            finally:
                if ear is not None:
                    ear.cancel()
    finally:
        await channel.close()
        await runner.cleanup()


async def post(server: ZaloServer, channel: ZaloChannel, body: Any, secret: str | None = None) -> tuple[int, str]:
    """What is answered to a post of somebody; with the right secret if none is given."""
    headers = {HEADER: hook_secret(SECRET, channel.name) if secret is None else secret}
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    url = server.public[PUBLIC] + hook_path(channel.name)
    async with aiohttp.ClientSession() as session, session.post(url, data=data, headers={k: v for k, v in headers.items() if v}) as answer:
        return answer.status, await answer.text()


async def test_the_platform_is_told_where_to_post(server: ZaloServer, hearing: Hearing) -> None:
    """The public address, the channel's own path, and a secret that is this channel's alone."""
    async with posted_to(server, hearing) as channel:
        assert server.webhook == {"url": f"{PUBLIC}/hook/{channel.name}", "secret_token": hook_secret(SECRET, channel.name)}
        assert channel.capabilities.mention == "@bot.baongay"
    assert server.called("getUpdates") == []


@pytest.mark.parametrize("wraps", [False, True])
async def test_a_posted_event_is_heard(server: ZaloServer, hearing: Hearing, wraps: bool) -> None:
    """Bare or wrapped, and answered 200 without a word."""
    server.wraps = wraps
    async with posted_to(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: server.idle)
    assert (hearing.texts, [posted.status for posted in server.posted]) == (["chào"], [200])


async def test_answered_only_after_hear_returned(server: ZaloServer, hearing: Hearing) -> None:
    """The platform is told when it is committed, not before."""
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    async with posted_to(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.started)
        assert server.posted == []
        gate.set()
        await server.wait_for(lambda: server.posted)


async def test_what_cannot_be_stored_is_refused_and_kept(server: ZaloServer, hearing: Hearing) -> None:
    """503, in case the platform posts it again, and heard all the same if it does not; its chat waits in order, others go on."""
    mended = asyncio.Event()

    async def fail(incoming: Incoming) -> None:
        if incoming.text == "một" and not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with posted_to(server, hearing):
        lan, minh = server.user(1, "Lan"), server.user(2, "Minh")
        await lan.writes("một")
        await lan.writes("hai")
        await minh.writes("ba")
        await server.wait_for(lambda: len(server.posted) == 3)
        assert {posted.event["message"]["text"]: posted.status for posted in server.posted} == {"một": 503, "hai": 503, "ba": 200}
        server.post(server.events[0])  # the platform may, or may not
        await server.wait_for(lambda: len(server.posted) == 4)
        mended.set()
        await server.wait_for(lambda: hearing.texts == ["ba", "một", "hai"])


async def test_without_its_ear_an_event_is_heard_all_the_same(server: ZaloServer, hearing: Hearing) -> None:
    """Of several processes one runs the ear, and any may be posted to."""
    async with posted_to(server, hearing, run=False) as channel:
        event = {"event_name": "message.unsupported.received", "message": {"from": {"id": "a1"}}}
        assert await post(server, channel, event) == (200, "")
    assert [incoming.kind for incoming in hearing.committed] == [Kind.WITHHELD]


async def test_without_its_ear_what_was_kept_is_heard_all_the_same(server: ZaloServer, hearing: Hearing) -> None:
    """By itself, in its order, and without another post: this process may never be posted to again."""
    mended = asyncio.Event()

    async def fail(_incoming: Incoming) -> None:
        if not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with posted_to(server, hearing, run=False) as channel:
        assert [(await post(server, channel, text(word)))[0] for word in ("mot", "hai")] == [503, 503]
        mended.set()
        await server.wait_for(lambda: hearing.texts == ["mot", "hai"])


def text(word: str, sender: str = "a1") -> dict[str, Any]:
    return {"event_name": "message.text.received", "message": {"from": {"id": sender}, "message_id": f"{sender}{word}", "text": word}}


async def test_while_something_is_kept_listening_stands_still(server: ZaloServer, hearing: Hearing) -> None:
    """It would be lost with this process, and the gap is told only where listening has not been noted since."""
    mended = asyncio.Event()

    async def fail(_incoming: Incoming) -> None:
        if not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with posted_to(server, hearing) as channel:
        await post(server, channel, text("mot"))
        noted, tries = channel.listened_until, len(hearing.started)
        await server.wait_for(lambda: len(hearing.started) > tries + 3)
        assert channel.listened_until == noted
        mended.set()
        await server.wait_for(lambda: channel.listened_until != noted)


async def test_what_is_not_even_kept_is_told(
    server: ZaloServer, hearing: Hearing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond what can be kept the newest is refused and the log says so; listening stands still for longer than a gap must be to be told."""
    monkeypatch.setattr("bot.channels.zalo.webhook.MAX_KEPT", 1)
    mended = asyncio.Event()

    async def fail(_incoming: Incoming) -> None:
        if not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with posted_to(server, hearing) as channel:
        assert [(await post(server, channel, text("mot", sender)))[0] for sender in ("a1", "a2")] == [503, 503]
        assert "neither stored nor kept" in caplog.text
        noted = channel.listened_until
        mended.set()
        await server.wait_for(lambda: hearing.texts == ["mot"])
        await post(server, channel, text("hai"))
        assert channel.listened_until == noted
        monkeypatch.setattr("bot.channels.zalo.webhook.STANDS", timedelta())
        await server.wait_for(lambda: channel.listened_until != noted)
    assert hearing.texts == ["mot", "hai"]
    assert timedelta(seconds=Patience().deaf) < STANDS


@pytest.mark.parametrize("secret", ["", SECRET, hook_secret(SECRET, "telegram"), "x" * 64, "ữ"])
async def test_without_the_right_secret_nothing_is_learned(server: ZaloServer, hearing: Hearing, secret: str) -> None:
    """Nothing is read, nothing is heard, and every answer is the same."""
    async with posted_to(server, hearing, run=False) as channel:
        for body in (
            {"event_name": "message.text.received", "message": {"from": {"id": "a1"}, "text": "giả"}},
            b"{",
            b"x" * (MAX_BODY + 1),
        ):
            assert await post(server, channel, body, secret) == (403, "")
    assert (hearing.started, hearing.undecoded) == ([], [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, {"event_name": "message.text.received", "message": {}}])
async def test_an_undecodable_post_is_recorded(server: ZaloServer, hearing: Hearing, body: Any) -> None:
    """And answered 200: to post it again would not help."""
    async with posted_to(server, hearing, run=False) as channel:
        assert await post(server, channel, body) == (200, "")
        assert [name for name, _external_id, _reason in hearing.undecoded] == [channel.name]


async def test_a_record_that_cannot_be_written_is_refused(server: ZaloServer, hearing: Hearing) -> None:
    """What is not even recorded may come again."""

    async def fail(_channel: str, _external_id: str, _reason: str) -> None:
        raise StorageDown

    hearing.undecodable = fail  # type: ignore[method-assign, assignment]
    async with posted_to(server, hearing, run=False) as channel:
        assert await post(server, channel, b"{") == (503, "")


async def test_a_body_that_is_no_event(server: ZaloServer, hearing: Hearing) -> None:
    """Over the limit nothing more is read."""
    async with posted_to(server, hearing, run=False) as channel:
        assert await post(server, channel, b" " * (MAX_BODY + 1)) == (413, "")
        assert await post(server, channel, b" " * (MAX_BODY - 2) + b"{}") == (200, "")


async def test_a_webhook_that_could_not_be_verified_is_set_all_the_same(server: ZaloServer, hearing: Hearing) -> None:
    """The platform saves it and refuses; asked about it, it says that it is set."""
    server.verifies = False
    server.fail("setWebhook", 502)
    async with posted_to(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.texts == ["chào"])
    assert len(server.called("setWebhook")) == 2


async def test_a_webhook_that_was_taken_away_is_set_again(server: ZaloServer, hearing: Hearing) -> None:
    """Somebody who polls with the same token takes it; it comes back by itself."""
    async with posted_to(server, hearing):
        server.webhook = {}
        await server.wait_for(lambda: server.webhook)


async def test_listening_is_noted_all_the_time(server: ZaloServer, hearing: Hearing) -> None:
    """Also when nobody writes."""
    async with posted_to(server, hearing) as channel:
        first = channel.listened_until
        assert first is not None
        await server.wait_for(lambda: channel.listened_until and channel.listened_until > first)


async def test_a_refused_token_ends_the_ear(server: ZaloServer, hearing: Hearing) -> None:
    """As with polling."""
    server.fail("setWebhook", 401, "Unauthorized")
    channel = a_channel(server, webhook=Webhook(PUBLIC, SECRET))
    with pytest.raises(TokenRefused, match="BAONGAY_ZALO_TOKENS"):
        await channel.listen(hearing.hear, hearing.undecodable)
    await channel.close()


async def test_a_channel_that_polls_has_no_route(server: ZaloServer, hearing: Hearing) -> None:
    """And gets its messages where the webhook was before."""
    app = web.Application()
    async with posted_to(server, hearing):
        pass
    async with listening(server, hearing, patience=BRISK) as channel:
        channel.add_routes(app, hearing.hear, hearing.undecodable)
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.texts == ["chào"])
    assert list(app.router.routes()) == []


async def test_no_secret_and_no_word_in_any_log(server: ZaloServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong with a post."""
    caplog.set_level(logging.DEBUG)

    async def fail_once(incoming: Incoming) -> None:
        if len(hearing.started) == 1:
            raise StorageDown(incoming.text)

    hearing.obstacle = fail_once
    async with posted_to(server, hearing) as channel:
        await server.user(1).writes("bí mật")
        await server.wait_for(lambda: hearing.texts == ["bí mật"])
        await post(server, channel, b'{"bi mat": "b\xc3\xad m\xe1\xba\xadt"}')
        secrets = [SECRET, hook_secret(SECRET, channel.name), server.token, "bí mật"]
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records) + repr(Webhook(PUBLIC, SECRET))
    assert "not stored yet" in everything
    assert [secret for secret in secrets if secret in everything] == []
