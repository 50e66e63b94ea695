"""Telegram's ear by webhook: the emulator posts to a real server as Telegram does, in order and again until it is answered with 200."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiogram.types import WebhookInfo
from aiohttp import web

from bot.channels import Menu, TokenRefused
from bot.channels.hook import Webhook, hook_path, hook_secret
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.order import Patience
from bot.channels.telegram.webhook import HEADER, MAX_BODY, Arrivals
from models.talk import Incoming
from tests.bot.channels.hearing import Hearing
from tests.bot.channels.telegram.test_ear import StorageDown
from tests.emulators.telegram import TelegramServer

PUBLIC, SECRET = "https://baongay.example.org", "operators-own-secret"
BRISK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=5, look=0.05, posts=0.1)


@asynccontextmanager
async def posted_to(server: TelegramServer, hearing: Hearing, *, run: bool = True) -> AsyncIterator[TelegramChannel]:
    """A channel with its route on a port that the emulator reaches by the public address; `run`: its ear runs too."""
    channel = TelegramChannel(server.token, server.base_url, webhook=Webhook(PUBLIC, SECRET), patience=BRISK)
    application = web.Application()
    channel.add_routes(application, hearing.hear, hearing.undecodable)
    runner = web.AppRunner(application, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.hook.reaches[PUBLIC] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with asyncio.TaskGroup() as tasks:
            ear = tasks.create_task(channel.listen(hearing.hear, hearing.undecodable)) if run else None
            try:
                await server.wait_for(lambda: not run or server.hook.url)
                yield channel
            finally:
                if ear is not None:
                    ear.cancel()
    finally:
        await runner.cleanup()
        await channel.close()


async def post(server: TelegramServer, body: Any, secret: str = hook_secret(SECRET, "telegram")) -> tuple[int, str]:
    """Status and answer of a post that the emulator did not make."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {HEADER: secret.encode().decode("latin-1")} if secret else {}
    url = server.hook.reaches[PUBLIC] + hook_path("telegram")
    async with aiohttp.ClientSession() as session, session.post(url, data=io.BytesIO(raw), headers=headers) as answer:
        return answer.status, await answer.text()


def update(number: int = 7, text: str = "chào") -> dict[str, Any]:
    chat = {"id": 1, "type": "private", "first_name": "Lan"}
    sender = {"id": 1, "is_bot": False, "first_name": "Lan"}
    return {"update_id": number, "message": {"message_id": 1, "date": 1_795_000_000, "chat": chat, "from": sender, "text": text}}


# --- answering --------------------------------------------------------------------------------------------------------


async def test_telegram_is_told_where_to_post(server: TelegramServer, hearing: Hearing) -> None:
    """The public address, this channel's own path and secret, the four kinds of update, and nothing that waits is thrown away."""
    await server.user(1).writes("trước")
    async with posted_to(server, hearing) as channel:
        await server.wait_for(lambda: hearing.texts == ["trước"])
        told = server.called("setWebhook")[0].params
        assert (told["url"], told["secret_token"]) == (f"{PUBLIC}/hook/telegram", hook_secret(SECRET, "telegram"))
        assert json.loads(told["allowed_updates"]) == ["message", "edited_message", "callback_query", "my_chat_member"]
        assert channel.capabilities.deep_link == "https://t.me/BaoNgayBot?start=%s"
    assert server.called("getUpdates") == []


async def test_answered_only_after_hear_returned(server: TelegramServer, hearing: Hearing) -> None:
    """Telegram is told when it has committed, not before, and without a word."""
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    async with posted_to(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.started)
        assert (server.hook.answered, server.acknowledged) == ([], set())
        gate.set()
        await server.wait_for(lambda: not server.pending)
    assert [status for _number, status in server.hook.answered] == [200]


async def test_what_has_not_committed_is_posted_again(server: TelegramServer, hearing: Hearing) -> None:
    """503 until it commits: it comes again by itself, its chat waits behind it, and others go on."""
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
        await server.wait_for(lambda: [i.text for i in hearing.started].count("một") >= 3)
        assert hearing.texts == ["ba"]
        mended.set()
        await server.wait_for(lambda: hearing.texts == ["ba", "một", "hai"])
    first = min(server.updates)
    assert {status for number, status in server.hook.answered if number == first} == {503, 200}


async def test_an_answer_that_came_too_late_is_a_second_arrival(server: TelegramServer, hearing: Hearing) -> None:
    """Telegram gives up waiting and posts again: the same update twice, one after the other, and the inbox knows it by its id."""
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    server.hook.patience = 0.1
    async with posted_to(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: len(server.hook.answered) == 2)
        assert len(hearing.started) == 1
        gate.set()
        await server.wait_for(lambda: not server.pending)
    assert {incoming.external_id for incoming in hearing.committed} == {"u1000"}


async def test_one_chat_in_order_and_many_at_once(server: TelegramServer, hearing: Hearing) -> None:
    """A chat is heard in the order in which it was written; three chats are under way together."""
    together = asyncio.Barrier(3)

    async def meet(incoming: Incoming) -> None:
        if incoming.text == "0":
            await together.wait()

    hearing.obstacle = meet
    async with posted_to(server, hearing):
        for number in range(10):
            for person in (1, 2, 3):
                await server.user(person).writes(str(number))
        await server.wait_for(lambda: len(hearing.committed) == 30)
    assert [[i.text for i in hearing.committed if i.chat == chat] for chat in "123"] == [[str(n) for n in range(10)]] * 3


# --- what is not heard ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", SECRET, hook_secret(SECRET, "zalo-1"), "x" * 64, "ữ"])
async def test_without_the_right_secret_nothing_is_learned(server: TelegramServer, hearing: Hearing, secret: str) -> None:
    """Nothing is read, nothing is heard, and every answer is the same."""
    async with posted_to(server, hearing, run=False):
        for body in (update(), b"{", b"x" * (MAX_BODY + 1)):
            assert await post(server, body, secret) == (403, "")
    assert (hearing.started, hearing.undecoded) == ([], [])


async def test_an_undecodable_update_is_recorded_and_skipped_alone(server: TelegramServer, hearing: Hearing) -> None:
    """Answered 200, since to post it again would not help: its chat goes on, and its content is written nowhere."""
    lan = server.user(1)
    await lan.writes("trước")
    broken = server.push_undecodable()
    await lan.writes("sau")
    async with posted_to(server, hearing):
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    assert hearing.texts == ["trước", "sau"]
    assert hearing.undecoded == [("telegram", f"u{broken}", "ValidationError")]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, {"message": {}}, {"update_id": "7"}])
async def test_what_is_no_update_is_recorded(server: TelegramServer, hearing: Hearing, body: Any) -> None:
    """And answered 200."""
    async with posted_to(server, hearing, run=False):
        assert await post(server, body) == (200, "")
    assert [(channel, reason) for channel, _external_id, reason in hearing.undecoded] == [("telegram", "NoUpdate")]


async def test_a_record_that_cannot_be_written_is_refused(server: TelegramServer, hearing: Hearing) -> None:
    """What is not even recorded may come again."""

    async def fail(_channel: str, _external_id: str, _reason: str) -> None:
        raise StorageDown

    hearing.undecodable = fail  # type: ignore[method-assign, assignment]
    async with posted_to(server, hearing, run=False):
        assert await post(server, {"update_id": 7, "message": {}}) == (503, "")


async def test_an_update_that_nobody_wants_is_answered(server: TelegramServer, hearing: Hearing) -> None:
    """A channel's post, a kind from the future: 200, and nothing is heard."""
    async with posted_to(server, hearing, run=False):
        assert await post(server, {"update_id": 7, "brand_new_kind": {"x": 1}}) == (200, "")
    assert (hearing.started, hearing.undecoded) == ([], [])


async def test_nothing_is_larger_than_an_update(server: TelegramServer, hearing: Hearing) -> None:
    """Whoever knows the secret cannot fill the memory either."""
    async with posted_to(server, hearing, run=False):
        assert await post(server, b"x" * (MAX_BODY + 1)) == (413, "")
    assert hearing.undecoded == []


async def test_only_posts_are_taken(server: TelegramServer, hearing: Hearing) -> None:
    """Whoever looks at the address with a browser learns nothing."""
    async with posted_to(server, hearing, run=False):
        url = server.hook.reaches[PUBLIC] + hook_path("telegram")
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.status == 405


# --- the ear ----------------------------------------------------------------------------------------------------------


async def test_without_its_ear_a_process_takes_posts_too(server: TelegramServer, hearing: Hearing) -> None:
    """Of several processes behind one address one runs the ear, and any may be posted to."""
    async with posted_to(server, hearing, run=False):
        assert await post(server, update()) == (200, "")
    assert hearing.texts == ["chào"]


async def test_while_telegram_cannot_say_who_the_bot_is_posts_wait(server: TelegramServer, hearing: Hearing) -> None:
    """In a group it would not know whether somebody speaks to it: 503, and again when it knows."""
    server.fail("getMe", 502, "Bad Gateway", times=1)
    async with posted_to(server, hearing, run=False):
        assert [await post(server, update()), await post(server, update())] == [(503, ""), (200, "")]
    assert hearing.texts == ["chào"]


async def test_a_webhook_that_was_taken_away_is_set_again(server: TelegramServer, hearing: Hearing) -> None:
    """Another program with the same token, or a hand: the bot is not deaf for longer than a look."""
    async with posted_to(server, hearing):
        server.hook.url = ""
        await server.wait_for(lambda: server.hook.url)
        await server.user(1).writes("còn nghe không")
        await server.wait_for(lambda: hearing.texts == ["còn nghe không"])


async def test_posts_that_do_not_arrive_are_known(server: TelegramServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """A web server in front that does not pass them on: Telegram is reached and keeps them, so nothing else would tell."""
    async with posted_to(server, hearing) as channel:
        through = server.hook.reaches[PUBLIC]
        server.hook.reaches[PUBLIC] = f"{through}/elsewhere"
        await server.user(1).writes("chào")
        await server.wait_for(lambda: channel.deaf_since)
        since = channel.deaf_since
        looked = len(server.called("getWebhookInfo"))
        await server.wait_for(lambda: len(server.called("getWebhookInfo")) > looked + 2)
        assert channel.deaf_since == since
        assert [r.getMessage() for r in caplog.records if "/hook/" in r.getMessage()] == [
            "telegram: posts do not arrive (Wrong response from the webhook: 404 Not Found): check the web server in front of /hook/"
        ]
        server.hook.reaches[PUBLIC] = through
        await server.wait_for(lambda: hearing.texts == ["chào"])
        await server.wait_for(lambda: channel.deaf_since is None)


NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def info(waiting: int, failed_minutes_ago: float | None, at: datetime) -> WebhookInfo:
    failed = None if failed_minutes_ago is None else at - timedelta(minutes=failed_minutes_ago)
    return WebhookInfo(url="x", has_custom_certificate=False, pending_update_count=waiting, last_error_date=failed)


@pytest.mark.parametrize(("waiting", "failed", "deaf"), [(1, 0.5, True), (0, 0.5, False), (1, 60, False), (1, None, False)])
def test_what_counts_as_posts_that_do_not_arrive(waiting: int, failed: float | None, deaf: bool) -> None:
    """Updates wait and the last try failed lately, for three minutes of looks; an error of this morning is over."""
    arrivals = Arrivals(Patience().posts)
    seen = [arrivals.failing_since(info(waiting, failed, at), at) for at in (NOON + timedelta(minutes=n) for n in range(5))]
    assert seen == [None, None, None, *([NOON] * 2 if deaf else [None] * 2)]


def test_a_post_that_got_through_begins_the_three_minutes_anew() -> None:
    """One slow minute is nothing to call anybody for."""
    arrivals = Arrivals(Patience().posts)
    looks = [(NOON + timedelta(minutes=n), 0 if n == 2 else 1) for n in range(6)]
    assert {arrivals.failing_since(info(waiting, 0, at), at) for at, waiting in looks} == {None}


async def test_faults_of_telegram_are_waited_out(server: TelegramServer, hearing: Hearing) -> None:
    """5xx, a lost connection, a refusal of the address: asked again until it is set."""
    server.fail("setWebhook", 502, "Bad Gateway")
    server.drop("setWebhook")
    server.fail("setWebhook", 400, "Bad Request: bad webhook: Failed to resolve host: Name or service not known")
    async with posted_to(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.texts == ["chào"])


async def test_a_refused_token_ends_the_ear(server: TelegramServer, hearing: Hearing) -> None:
    """401 is no weather, and not wrapped in a group of errors."""
    server.fail("setWebhook", 401, "Unauthorized")
    channel = TelegramChannel(server.token, server.base_url, webhook=Webhook(PUBLIC, SECRET), patience=BRISK)
    with pytest.raises(TokenRefused):
        await channel.listen(hearing.hear, hearing.undecodable)
    await channel.close()


async def test_polling_takes_the_webhook_away(server: TelegramServer, hearing: Hearing) -> None:
    """Back from a public address to polling, nobody has to do anything by hand."""
    async with posted_to(server, hearing):
        pass
    channel = TelegramChannel(server.token, server.base_url, patience=BRISK)
    await server.user(1).writes("chào")
    async with asyncio.TaskGroup() as tasks:
        ear = tasks.create_task(channel.listen(hearing.hear, hearing.undecodable))
        await server.wait_for(lambda: hearing.texts == ["chào"])
        ear.cancel()
    await channel.close()
    assert server.hook.url == ""


async def test_no_secret_and_no_word_in_any_log(server: TelegramServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, neither the token nor the secrets nor what people write is logged."""
    caplog.set_level(logging.DEBUG)

    async def fail_once(incoming: Incoming) -> None:
        if len(hearing.started) == 1:
            raise StorageDown(incoming.text)

    hearing.obstacle = fail_once
    server.fail("setWebhook", 400, f"Bad Request: bad webhook for {server.token}")
    async with posted_to(server, hearing):
        server.push_undecodable()
        await server.user(1).writes("bí mật")
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "has not committed" in everything
    secrets = (server.token, SECRET, hook_secret(SECRET, "telegram"), "bí mật")
    assert [secret for secret in secrets if secret in everything] == []


# --- menus for everybody ----------------------------------------------------------------------------------------------

MENUS = (
    Menu(False, "", (("baocao", "báo tin"), ("trogiup", "trợ giúp"))),
    Menu(False, "en", (("baocao", "report"), ("trogiup", "help"))),
    Menu(True, "", (("nhan", "nhận vụ việc"),)),
)


async def test_menus_for_everybody_are_set_beside_the_ear(server: TelegramServer, hearing: Hearing) -> None:
    """By place and language; what fails is tried again, and nobody waits for it."""
    server.fail("setMyCommands", 500, "Internal Server Error", times=2)
    server.fail("setMyCommands", 404, "Not Found")
    channel = TelegramChannel(server.token, server.base_url, menus=MENUS, patience=BRISK)
    lan, room = server.user(1), server.group()
    await lan.writes("chào")
    async with asyncio.TaskGroup() as tasks:
        ear = tasks.create_task(channel.listen(hearing.hear, hearing.undecodable))
        await server.wait_for(lambda: server.menus.seen(room, "vi"))
        ear.cancel()
    await channel.close()
    assert hearing.texts == ["chào"]
    assert [server.menus.seen(lan.chat, language) for language in ("vi", "fr")] == [dict(MENUS[0].commands)] * 2
    assert [server.menus.seen(lan.chat, "en"), server.menus.seen(room, "en")] == [dict(MENUS[1].commands), dict(MENUS[2].commands)]
