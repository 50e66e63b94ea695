"""Zalo's ear by polling, over real HTTP against the emulator: nothing is lost, replays cost nothing, faults are waited out."""

import asyncio
import logging
import traceback
from datetime import UTC, datetime

import pytest

from bot.channels import Channel, TokenRefused
from bot.channels.zalo import Pauses
from bot.channels.zalo.ear import MAX_UNFINISHED
from models.talk import Incoming, Kind, Letter, LetterKind
from tests.bot.channels.hearing import Hearing
from tests.bot.channels.zalo.conftest import BRISK, StorageDown, a_channel, listening
from tests.emulators.zalo import ZaloServer


async def polled_again(server: ZaloServer, times: int = 3) -> None:
    so_far = len(server.called("getUpdates"))
    await server.wait_for(lambda: len(server.called("getUpdates")) >= so_far + times)


# --- what is taken is heard -------------------------------------------------------------------------------------------


async def test_events_are_heard_one_by_one(server: ZaloServer, hearing: Hearing) -> None:
    """One poll gives one event; each is heard once, in the order in which it was written."""
    lan = server.user(1)
    for number in range(5):
        await lan.writes(str(number))
    async with listening(server, hearing):
        await server.wait_for(lambda: server.idle)
    assert hearing.texts == ["0", "1", "2", "3", "4"]


async def test_what_cannot_be_stored_is_kept_and_heard_before_anything_is_polled(server: ZaloServer, hearing: Hearing) -> None:
    """The platform does not give it again: while the database is down it is tried again, and nothing is taken past it."""
    mended = asyncio.Event()

    async def fail(_incoming: Incoming) -> None:
        if not mended.is_set():
            raise StorageDown

    hearing.obstacle = fail
    async with listening(server, hearing):
        lan = server.user(1)
        await lan.writes("một")
        await lan.writes("hai")
        await server.wait_for(lambda: len(hearing.started) >= 4)
        assert {incoming.text for incoming in hearing.started} == {"một"}
        assert [event["message"]["text"] for event in server.pending] == ["hai"]
        mended.set()
        await server.wait_for(lambda: hearing.texts == ["một", "hai"])


async def test_a_message_that_can_never_be_stored_does_not_make_the_bot_deaf(server: ZaloServer, hearing: Hearing) -> None:
    """After `hold` one more event is taken, and so on; its own chat waits behind it."""

    async def fail(incoming: Incoming) -> None:
        if incoming.text == "một":
            raise ValueError

    hearing.obstacle = fail
    async with listening(server, hearing, pauses=Pauses(between=0.01, hold=0.05)):
        lan, minh = server.user(1, "Lan"), server.user(2, "Minh")
        await lan.writes("một")
        await lan.writes("hai")
        await minh.writes("ba")
        await server.wait_for(lambda: hearing.texts == ["ba"])
        assert "hai" not in [incoming.text for incoming in hearing.started]


async def test_a_hear_that_is_cancelled_within_is_tried_again(server: ZaloServer, hearing: Hearing) -> None:
    """A cancelled future inside a turn is a failure like any other."""

    async def cancelled_once(_incoming: Incoming) -> None:
        if len(hearing.started) == 1:
            raise asyncio.CancelledError

    hearing.obstacle = cancelled_once
    async with listening(server, hearing):
        await server.user(1).writes("một")
        await server.wait_for(lambda: hearing.texts == ["một"])


async def test_different_chats_at_the_same_time_one_chat_in_order(server: ZaloServer, hearing: Hearing) -> None:
    """A chat that is slow stops nobody else, and is never overtaken by itself."""
    gate = asyncio.Event()

    async def slow(incoming: Incoming) -> None:
        if incoming.text == "chậm":
            await gate.wait()

    hearing.obstacle = slow
    async with listening(server, hearing):
        lan, minh = server.user(1, "Lan"), server.user(2, "Minh")
        await lan.writes("chậm")
        await lan.writes("sau")
        await minh.writes("khẩn")
        await server.wait_for(lambda: hearing.texts == ["khẩn"])
        gate.set()
        await server.wait_for(lambda: hearing.texts == ["khẩn", "chậm", "sau"])


async def test_memory_is_bounded(server: ZaloServer, hearing: Hearing) -> None:
    """So many are under way at most; the others stay with the platform, and nobody is lost for it."""
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    for number in range(1, MAX_UNFINISHED + 6):
        await server.user(number).writes(str(number))
    async with listening(server, hearing, pauses=Pauses(between=0)):
        await server.wait_for(lambda: len(hearing.started) == MAX_UNFINISHED)
        assert len(server.pending) == 5
        gate.set()
        await server.wait_for(lambda: len(hearing.committed) == MAX_UNFINISHED + 5)


# --- the two reported behaviours --------------------------------------------------------------------------------------


async def test_what_is_replayed_for_ever_is_heard_once(server: ZaloServer, hearing: Hearing) -> None:
    """The platform goes round through everything: what was heard costs nothing, and what is new is found among it."""
    server.replays = True
    lan = server.user(1)
    for number in range(4):
        await lan.writes(str(number))
    async with listening(server, hearing):
        await polled_again(server, 12)
        await lan.writes("mới")
        await server.wait_for(lambda: "mới" in hearing.texts)
        await polled_again(server, 12)
    assert [incoming.text for incoming in hearing.started] == ["0", "1", "2", "3", "mới"]


async def test_a_replay_after_a_restart_has_the_same_id(server: ZaloServer, hearing: Hearing) -> None:
    """The memory of what was heard ends with the process; the inbox decides by the id, which is the platform's."""
    server.replays = True
    sent = await server.user(1).writes("một")
    second = Hearing()
    for listener in (hearing, second):
        async with listening(server, listener):
            await server.wait_for(lambda listener=listener: listener.committed)  # type: ignore[misc]
    assert [one.committed[0].external_id for one in (hearing, second)] == [sent.id, sent.id]


async def test_a_replay_is_not_heard_while_the_first_is_under_way(server: ZaloServer, hearing: Hearing) -> None:
    """Also what is being tried again counts as taken."""
    server.replays = True
    gate = asyncio.Event()

    async def wait(_incoming: Incoming) -> None:
        await gate.wait()

    hearing.obstacle = wait
    await server.user(1).writes("một")
    async with listening(server, hearing):
        await polled_again(server, 5)
        gate.set()
        await server.wait_for(lambda: hearing.texts == ["một"])
        await polled_again(server, 2)
    assert len(hearing.started) == 1


async def test_what_came_while_nobody_listened_shows_as_a_gap(server: ZaloServer, hearing: Hearing) -> None:
    """Nothing brings it back, but `listened_until` says from when to when nobody listened."""
    server.loses, server.offline_after = True, 0
    async with listening(server, hearing, patience=BRISK) as channel:
        before = await server.wait_for(lambda: channel.listened_until)
    assert before is not None
    await server.user(1).writes("không ai nghe")
    assert [event["message"]["text"] for event in server.lost] == ["không ai nghe"]
    assert before < datetime.now(UTC)


async def test_listening_is_noted_after_every_answered_poll(server: ZaloServer, hearing: Hearing) -> None:
    """An idle poll counts, a refused one does not, and neither does one whose event is not stored."""

    async def fail(_incoming: Incoming) -> None:
        raise StorageDown

    async with listening(server, hearing, patience=BRISK) as channel:
        first = await server.wait_for(lambda: channel.listened_until)
        assert first is not None
        await server.wait_for(lambda: channel.listened_until and channel.listened_until > first)
        server.fail("getUpdates", 502, times=10_000)
        await polled_again(server, 2)
        noted = channel.listened_until
        await polled_again(server, 3)
        assert channel.listened_until == noted
        hearing.obstacle = fail
        await server.user(1).writes("một")
        server.heal()
        await server.wait_for(lambda: hearing.started)
        noted = channel.listened_until
        await server.wait_for(lambda: len(hearing.started) > 3)
        assert channel.listened_until == noted


# --- faults -----------------------------------------------------------------------------------------------------------


async def test_idle_polls_are_nothing_to_speak_of(server: ZaloServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """408 is how the platform says that there is no news."""
    caplog.set_level(logging.WARNING)
    async with listening(server, hearing, patience=BRISK):
        await polled_again(server, 5)
    assert caplog.records == []


async def test_polls_keep_their_distance(server: ZaloServer, hearing: Hearing) -> None:
    """However quickly the platform answers, polls begin no closer than they may."""
    server.replays = True
    await server.user(1).writes("một")
    async with listening(server, hearing, pauses=Pauses(between=0.1)):
        await polled_again(server, 4)
    times = [call.at for call in server.called("getUpdates")]
    assert times[-1] - times[0] > 0.09 * (len(times) - 1)  # altogether: one that arrives late stands close to the next
    assert Pauses().between == 1.0


async def test_network_faults_are_waited_out(server: ZaloServer, hearing: Hearing) -> None:
    """5xx, a lost connection, a 429, "internal server error": the ear comes back by itself, and nothing is lost."""
    server.fail("getMe", 502)
    server.fail("getWebhookInfo", 504)
    for code in (500, 429, 403):
        server.fail("getUpdates", code, "quota exceeded")
    server.drop("getUpdates", times=2)
    await server.user(1).writes("chào")
    async with listening(server, hearing):
        await server.wait_for(lambda: hearing.texts == ["chào"])


async def test_a_refusal_at_http_200_is_no_news(server: ZaloServer, hearing: Hearing) -> None:
    """`ok` decides, not the status."""
    server.fail("getUpdates", 500, "trouble", status=200, times=2)
    async with listening(server, hearing):
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.texts == ["chào"])


async def test_an_undecodable_event_is_recorded_and_the_next_is_heard(server: ZaloServer, hearing: Hearing) -> None:
    """Its content is written nowhere."""
    server.push_undecodable()
    async with listening(server, hearing) as channel:
        await server.user(1).writes("sau")
        await server.wait_for(lambda: hearing.texts == ["sau"])
    ((name, external_id, reason),) = hearing.undecoded
    assert (name, external_id[0], len(external_id), reason) == (channel.name, "h", 41, "no sender and no chat")


async def test_an_undecodable_event_is_tried_until_it_is_recorded(server: ZaloServer, hearing: Hearing) -> None:
    """While the record cannot be written either, it is kept like any other."""
    tries = 0

    async def record(channel: str, external_id: str, reason: str) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StorageDown
        await Hearing.undecodable(hearing, channel, external_id, reason)

    hearing.undecodable = record  # type: ignore[method-assign]
    server.push_undecodable()
    async with listening(server, hearing):
        await server.wait_for(lambda: hearing.undecoded)
    assert tries == 3


async def test_a_bot_is_not_listened_to(server: ZaloServer, hearing: Hearing) -> None:
    """Two bots would talk to each other for ever."""
    robot = server.user(9)
    robot.json["is_bot"] = True
    async with listening(server, hearing):
        await robot.writes("bíp")
        await server.user(1).writes("người")
        await server.wait_for(lambda: hearing.texts == ["người"])


async def test_a_forgotten_webhook_is_taken_away(server: ZaloServer, hearing: Hearing) -> None:
    """A bot that once used a webhook can be polled without anybody's help, also when somebody sets one meanwhile."""
    server.webhook = {"url": "https://example.org/hook", "secret_token": "x" * 16}
    async with listening(server, hearing, patience=BRISK):
        assert server.webhook == {}
        server.webhook = {"url": "https://example.org/hook", "secret_token": "x" * 16}
        await server.wait_for(lambda: not server.webhook)
        await server.user(1).writes("chào")
        await server.wait_for(lambda: hearing.committed)


async def test_a_refused_token_ends_the_ear(server: ZaloServer, hearing: Hearing) -> None:
    """401 is no weather: the ear ends with a sentence that says what to check, and without the token."""
    channel, wrong = a_channel(server), server.token
    server.token = "1234567890123456789:renewed"
    with pytest.raises(TokenRefused, match="BAONGAY_ZALO_TOKENS") as refused:
        await channel.listen(hearing.hear, hearing.undecodable)
    await channel.close()
    assert wrong not in "".join(traceback.format_exception(refused.value))


async def test_a_token_revoked_later_ends_the_ear_too(server: ZaloServer, hearing: Hearing) -> None:
    """Also when messages are under way, and not wrapped in a group of errors."""

    async def never(_incoming: Incoming) -> None:
        await asyncio.Event().wait()

    hearing.obstacle = never
    channel = a_channel(server, patience=BRISK)
    await server.user(1).writes("chào")

    async def revoke() -> None:
        await server.wait_for(lambda: hearing.started)
        server.fail("getUpdates", 401, "Unauthorized", times=99)

    with pytest.raises(TokenRefused):
        await asyncio.gather(channel.listen(hearing.hear, hearing.undecodable), revoke())
    await channel.close()


async def test_no_token_and_no_word_in_any_log(server: ZaloServer, hearing: Hearing, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever level somebody sets and whatever goes wrong, neither the token nor what people write is logged."""
    caplog.set_level(logging.DEBUG)

    async def fail_once(incoming: Incoming) -> None:
        if len(hearing.started) == 1:
            raise StorageDown(incoming.text)

    hearing.obstacle = fail_once
    async with listening(server, hearing):
        for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
            caplog.set_level(logging.DEBUG, logger=name)
        server.fail("getUpdates", 500, "bí mật")
        server.drop("getUpdates")
        server.push_undecodable()
        await server.user(1).writes("bí mật")
        await server.wait_for(lambda: hearing.texts == ["bí mật"])
        await server.wait_for(lambda: server.idle)
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "not stored yet" in everything
    assert "ConnectionError" in everything or "NoAnswer" in everything or "RemoteProtocolError" in everything
    assert server.token not in everything
    assert "bí mật" not in everything


# --- the channel as a whole -------------------------------------------------------------------------------------------


async def test_the_channel_keeps_its_contract(server: ZaloServer, hearing: Hearing) -> None:
    """A ZaloChannel is a Channel, named by its bot, and its mention is known as soon as it listens."""
    unheard: Channel = a_channel(server)
    assert (unheard.name, unheard.capabilities.mention, unheard.listened_until) == ("zalo-1234567890123456789", "@Bot", None)
    await unheard.close()
    async with listening(server, hearing) as channel:
        assert channel.capabilities.mention == "@bot.baongay"
        assert not channel.capabilities.confidential


async def test_in_a_group_only_what_names_the_bot_or_replies_to_it(server: ZaloServer, hearing: Hearing) -> None:
    """As the platform does it; the text stays as it was typed, and counts as addressed."""
    lan, room = server.user(1), server.group()
    async with listening(server, hearing) as channel:
        await lan.says(room, "trưa nay ăn gì")
        await lan.mentions(room, "nhan 42")
        await channel.send(Letter("L1", channel.name, room.id, LetterKind.SAY, "thẻ"))
        await lan.replies(room.last, "nhan 43")
        await server.wait_for(lambda: len(hearing.committed) == 2)
    assert [(i.text, i.group, i.chat, i.sender, i.data) for i in hearing.committed] == [
        ("@Bot Báo Ngay nhan 42", True, room.id, lan.id, {"addressed": True}),
        ("nhan 43", True, room.id, lan.id, {"addressed": True}),
    ]


async def test_what_a_child_writes_is_known_to_be_withheld(server: ZaloServer, hearing: Hearing) -> None:
    """Whatever fields are missing, as long as it says whom to answer."""
    child = server.user(7, "Con")
    async with listening(server, hearing):
        for missing in (
            [],
            ["message_id"],
            ["message_id", "date"],
            ["chat"],
            ["from"],
            ["message_id", "date", "from.display_name", "chat"],
        ):
            await child.withheld(missing=missing)
        await server.wait_for(lambda: len(hearing.committed) == 6)
    assert {(i.kind, i.chat, i.sender, i.text) for i in hearing.committed} == {(Kind.WITHHELD, child.id, child.id, "")}
    assert hearing.undecoded == []
