"""Telegram's ear over real HTTP against the emulator: order, acknowledgement, faults."""

import asyncio
import logging
import subprocess
import sys
import traceback

import aiohttp
import pytest

from bot.channels import Channel
from bot.channels.telegram import TelegramChannel, TokenRefused
from bot.channels.telegram.order import Window
from models.talk import Incoming
from tests.bot.channels.hearing import Hearing
from tests.bot.channels.telegram.conftest import QUICK, listening
from tests.emulators.telegram import TelegramServer


class StorageDown(Exception):  # noqa: N818  as the turn calls it
    pass


async def polled_again(server: TelegramServer, times: int = 3) -> None:
    """The ear has asked so many times more: time enough to acknowledge what it should not."""
    so_far = len(server.called("getUpdates"))
    await server.wait_for(lambda: len(server.called("getUpdates")) >= so_far + times)


# --- acknowledging ----------------------------------------------------------------------------------------------------


async def test_acknowledged_only_after_hear_returned(server: TelegramServer, hearing: Hearing) -> None:
    """Telegram is told of a message only when its turn has committed."""
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    async with listening(server, hearing):
        await server.user(1).writes("báo cáo")
        await server.wait_for(lambda: hearing.started)
        await polled_again(server)
        assert server.acknowledged == set()
        gate.set()
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    assert len(hearing.started) == 1


async def test_a_failing_hear_is_tried_again_and_other_chats_go_on(server: TelegramServer, hearing: Hearing) -> None:
    """A message that does not commit comes again, its chat waits in order, and other chats are not blocked."""
    mended = asyncio.Event()

    async def fail(incoming: Incoming) -> None:
        if incoming.text == "một" and not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with listening(server, hearing):
        lan, minh = server.user(1, "Lan"), server.user(2, "Minh")
        await lan.writes("một")
        await lan.writes("hai")
        await minh.writes("ba")
        await server.wait_for(lambda: [i.text for i in hearing.started].count("một") >= 3)
        assert hearing.texts == ["ba"]
        mended.set()
        await server.wait_for(lambda: hearing.texts == ["ba", "một", "hai"])
    assert len({incoming.external_id for incoming in hearing.started if incoming.text == "một"}) == 1


async def test_a_hear_that_is_cancelled_within_is_tried_again(server: TelegramServer, hearing: Hearing) -> None:
    """A cancelled future inside a turn is a failure like any other: its chat is not left without an ear."""

    async def cancelled_once(_incoming: Incoming) -> None:
        if len(hearing.started) == 1:
            raise asyncio.CancelledError

    hearing.obstacle = cancelled_once
    async with listening(server, hearing):
        lan = server.user(1)
        await lan.writes("một")
        await lan.writes("hai")
        await server.wait_for(lambda: hearing.texts == ["một", "hai"])


async def test_nothing_past_a_failing_message_is_acknowledged(server: TelegramServer, hearing: Hearing) -> None:
    """Later commits do not take an earlier uncommitted message with them."""
    mended = asyncio.Event()

    async def fail(incoming: Incoming) -> None:
        if incoming.text == "hai" and not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with listening(server, hearing):
        for number, text in enumerate(["một", "hai", "ba"], start=1):
            await server.user(number).writes(text)
        first, *_rest = server.updates
        await server.wait_for(lambda: hearing.texts == ["một", "ba"])
        await polled_again(server)
        assert server.acknowledged == {first}
        mended.set()
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    assert hearing.texts == ["một", "ba", "hai"]


async def test_what_has_not_committed_comes_again_after_a_restart(server: TelegramServer, hearing: Hearing) -> None:
    """An ear that is stopped in the middle loses nothing: the next one hears the same message."""

    async def never(_incoming: Incoming) -> None:
        await asyncio.Event().wait()

    hearing.obstacle = never
    async with listening(server, hearing):
        await server.user(1).writes("báo cáo")
        await server.wait_for(lambda: hearing.started)
    second = Hearing()
    async with listening(server, second):
        await server.wait_for(lambda: second.committed)
    assert second.committed[0].external_id == hearing.started[0].external_id


async def test_a_redelivered_update_is_heard_again_with_the_same_id(server: TelegramServer, hearing: Hearing) -> None:
    """Whether it is a double is decided by the inbox, not by the ear's memory."""
    async with listening(server, hearing):
        await server.user(1).writes("một")
        await server.wait_for(lambda: server.acknowledged)
        server.redeliver(next(iter(server.updates)))
        await server.wait_for(lambda: len(hearing.committed) == 2)
        await server.user(1).writes("hai")
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    assert [incoming.external_id for incoming in hearing.committed] == ["u1000", "u1000", "u1001"]


async def test_no_more_than_a_window_is_under_way(server: TelegramServer, hearing: Hearing) -> None:
    """Memory is bounded however many write at once, and nobody is lost for it."""
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    for number in range(1, 151):
        await server.user(number).writes(str(number))
    async with listening(server, hearing):
        await server.wait_for(lambda: len(hearing.started) >= 100)
        await polled_again(server)
        assert len(hearing.started) == 100
        gate.set()
        await server.wait_for(lambda: len(server.acknowledged) == 150)
    assert sorted(map(int, hearing.texts)) == list(range(1, 151))


def test_the_window_follows_ids_that_start_lower_again() -> None:
    """After a quiet week Telegram may count from a lower number: the newest batch decides, not the highest id."""
    window = Window()
    for update_id in (900, 901):
        window.saw(update_id)
        assert window.take(update_id)
        window.finish(update_id)
    assert window.offset() == 902
    window.saw(17)
    assert window.take(17)
    assert window.offset() == 17
    window.finish(17)
    assert window.offset() == 18


# --- order ------------------------------------------------------------------------------------------------------------


async def test_ten_quick_messages_in_order(server: TelegramServer, hearing: Hearing) -> None:
    """One chat is heard in the order in which it was written, one at a time, also across polls."""
    under_way = 0

    async def slow(_incoming: Incoming) -> None:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        await asyncio.sleep(0.01)
        under_way -= 1

    hearing.obstacle = slow
    async with listening(server, hearing):
        lan = server.user(1)
        for number in range(10):
            await lan.writes(str(number))
            await asyncio.sleep(0.003)
        await server.wait_for(lambda: len(hearing.committed) == 10)
    assert hearing.texts == [str(number) for number in range(10)]


async def test_different_chats_at_the_same_time(server: TelegramServer, hearing: Hearing) -> None:
    """Three chats are under way together: each waits for the others and would wait for ever alone."""
    together = asyncio.Barrier(3)

    async def meet(_incoming: Incoming) -> None:
        await together.wait()

    hearing.obstacle = meet
    async with listening(server, hearing):
        for number in (1, 2, 3):
            await server.user(number).writes("chào")
        await server.wait_for(lambda: len(hearing.committed) == 3)


async def test_a_new_chat_is_heard_while_an_old_one_is_stuck(server: TelegramServer, hearing: Hearing) -> None:
    """A stuck chat stops nobody who writes after it, either."""

    async def stuck(incoming: Incoming) -> None:
        if incoming.chat == "1":
            await asyncio.Event().wait()

    hearing.obstacle = stuck
    async with listening(server, hearing):
        await server.user(1).writes("kẹt")
        await server.wait_for(lambda: hearing.started)
        await server.user(2).writes("khẩn")
        await server.wait_for(lambda: hearing.texts == ["khẩn"])


# --- faults -----------------------------------------------------------------------------------------------------------


async def test_an_undecodable_update_is_recorded_and_the_batch_goes_on(server: TelegramServer, hearing: Hearing) -> None:
    """One update of an unknown shape costs neither its neighbours nor the queue, and its content is written nowhere."""
    lan = server.user(1)
    await lan.writes("trước")
    broken = server.push_undecodable()
    await lan.writes("sau")
    async with listening(server, hearing):
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    assert hearing.texts == ["trước", "sau"]
    assert hearing.undecoded == [("telegram", f"u{broken}", "ValidationError")]


async def test_an_undecodable_update_is_acknowledged_only_when_recorded(server: TelegramServer, hearing: Hearing) -> None:
    """While the record cannot be written either, Telegram keeps the update."""
    attempts = 0

    async def record(channel: str, external_id: str, reason: str) -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            assert server.acknowledged == set()
            raise StorageDown
        await Hearing.undecodable(hearing, channel, external_id, reason)

    hearing.undecodable = record  # type: ignore[method-assign]
    server.push_undecodable()
    async with listening(server, hearing):
        await server.wait_for(lambda: server.acknowledged)
    assert attempts == 3


async def test_a_second_poller_is_told_and_outlasted(server: TelegramServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """409: a clear line in the log, and the ear goes on trying."""
    async with listening(server, hearing):
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{server.base_url}/bot{server.token}/getUpdates", json={"timeout": 0}) as answer,
        ):
            assert answer.status == 200
        await server.user(1).writes("còn nghe không")
        await server.wait_for(lambda: hearing.texts == ["còn nghe không"])
    assert "another program polls with this bot's token" in caplog.text


async def test_a_forgotten_webhook_is_taken_away(server: TelegramServer, hearing: Hearing) -> None:
    """A bot that once used a webhook can be polled without anybody's help."""
    server.hook.url = "https://example.org/hook"
    async with listening(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.committed)
    assert server.hook.url == ""


async def test_network_faults_are_waited_out(server: TelegramServer, hearing: Hearing) -> None:
    """5xx, a lost connection, a 429: the ear comes back by itself, and nothing is lost."""
    server.fail("getMe", 502, "Bad Gateway")
    server.fail("getUpdates", 500, "Internal Server Error", times=2)
    server.drop("getUpdates", times=2)
    server.flood("getUpdates", 1)
    await server.user(1).writes("chào")
    async with listening(server, hearing):
        await server.wait_for(lambda: hearing.texts == ["chào"])
    polls = server.called("getUpdates")
    assert polls[5].at - polls[4].at >= 1  # what Telegram asked for


async def test_a_refused_token_ends_the_ear(server: TelegramServer, hearing: Hearing) -> None:
    """401 is no weather: the ear ends with a sentence that says what to check, and without the token."""
    wrong = "700000001:AAAnotherTokenAltogether_9876543210"
    channel = TelegramChannel(wrong, server.base_url, patience=QUICK)
    with pytest.raises(TokenRefused, match="BAONGAY_TELEGRAM_TOKEN") as refused:
        await channel.listen(hearing.hear, hearing.undecodable)
    await channel.close()
    assert wrong not in "".join(traceback.format_exception(refused.value))


async def test_a_token_revoked_later_ends_the_ear_too(server: TelegramServer, hearing: Hearing) -> None:
    """Also when messages are under way, and not wrapped in a group of errors."""

    async def never(_incoming: Incoming) -> None:
        await asyncio.Event().wait()

    hearing.obstacle = never
    channel = TelegramChannel(server.token, server.base_url, patience=QUICK)
    await server.user(1).writes("chào")

    async def revoke() -> None:
        await server.wait_for(lambda: hearing.started)
        server.fail("getUpdates", 401, "Unauthorized", times=99)

    with pytest.raises(TokenRefused):
        await asyncio.gather(channel.listen(hearing.hear, hearing.undecodable), revoke())
    await channel.close()


async def test_a_malformed_token_is_refused_at_once(server: TelegramServer, hearing: Hearing) -> None:
    """What is no token at all is said before anything is asked."""
    channel = TelegramChannel("không phải token", server.base_url)
    with pytest.raises(TokenRefused):
        await channel.listen(hearing.hear, hearing.undecodable)
    await channel.close()
    assert server.calls == []


async def test_the_ear_asks_for_four_kinds_of_update(server: TelegramServer, hearing: Hearing) -> None:
    """Telegram sends my_chat_member only where it is asked for; channel posts and reactions stay away."""
    async with listening(server, hearing):
        pass
    asked = server.called("getUpdates")[0].params["allowed_updates"]
    assert asked == '["message", "edited_message", "callback_query", "my_chat_member"]'


async def test_no_token_and_no_word_in_any_log(server: TelegramServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever level somebody sets and whatever goes wrong, neither the token nor what people write is logged."""
    caplog.set_level(logging.DEBUG)

    async def fail_once(incoming: Incoming) -> None:
        if len(hearing.started) == 1:
            raise StorageDown(incoming.text)

    hearing.obstacle = fail_once
    async with listening(server, hearing):
        for name in ("aiogram", "aiogram.event", "aiogram.dispatcher", "aiohttp.client"):
            caplog.set_level(logging.DEBUG, logger=name)
        for fault in (500, 409):
            server.fail("getUpdates", fault, "Conflict: terminated by other getUpdates request")
        server.drop("getUpdates")
        server.push_undecodable()
        await server.user(1).writes("bí mật")
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "has not committed" in everything
    assert server.token not in everything
    assert "bí mật" not in everything


# --- the channel as a whole -------------------------------------------------------------------------------------------


async def test_the_channel_keeps_its_contract(server: TelegramServer, hearing: Hearing) -> None:
    """A TelegramChannel is a Channel, and its deep link is known as soon as it listens."""
    async with listening(server, hearing) as telegram:
        channel: Channel = telegram
        assert channel.name == "telegram"
        assert channel.capabilities.redelivers
        assert channel.capabilities.deep_link == "https://t.me/BaoNgayBot?start=%s"


def test_aiogram_is_imported_only_to_listen() -> None:
    """The command line and a process that only sends do without 165 MB."""
    code = "import sys, bot.channels.telegram as t; t.TelegramChannel('1:x'); print('aiogram' in sys.modules, 'telegram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False True\n"
