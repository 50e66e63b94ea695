"""Zalo's mouth over real HTTP against the emulator: plain text, numbered choices, long texts in parts, every row of the outcome table."""

import logging
import re
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Delivered, Gone, Later, Never, Outcome, TokenRefused, Unknown, Unreachable
from bot.channels.zalo import ZaloChannel, channel_name
from bot.channels.zalo.client import NoAnswer, Refused
from bot.channels.zalo.mouth import MAX_BEGUN
from bot.channels.zalo.outcomes import outcome
from bot.channels.zalo.split import fitting, inside, split
from bot.database import Database
from bot.delivery import GONE_AFTER
from bot.outbox import Outbox
from bot.pacing import Pacer
from bot.vault import Vault
from models.talk import Button, Lane, Letter, LetterKind, Picture
from tests.bot.channels.zalo.conftest import a_channel
from tests.emulators.wire import FAST
from tests.emulators.zalo import ZaloServer
from tests.emulators.zalo_people import JPEG, Person
from tests.letters import Draft, old_id, plan, running, until_ended


@pytest.fixture
async def mouth(server: ZaloServer) -> AsyncIterator[ZaloChannel]:
    channel = a_channel(server)
    yield channel
    await channel.close()


@pytest.fixture
async def hasty(server: ZaloServer) -> AsyncIterator[ZaloChannel]:
    """Waits half a second for an answer: for those that never come."""
    channel = a_channel(server, read=0.5)
    yield channel
    await channel.close()


@pytest.fixture
async def lan(server: ZaloServer) -> Person:
    person = server.user(1, "Lan")
    await person.writes("chào")
    return person


def say(to: Person, text: str = "Trẻ đang như thế nào?", **more: Any) -> Letter:
    return Letter(**{"id": "L1", "channel": "zalo-1", "chat": to.id, "kind": LetterKind.SAY, "text": text, **more})


LONG = "\n".join(f"Dòng {number}: " + "chữ " * 40 for number in range(30))  # five thousand characters: three parts

# --- saying -----------------------------------------------------------------------------------------------------------


async def test_a_text_arrives_as_it_is(server: ZaloServer, mouth: ZaloChannel, lan: Person) -> None:
    """No markup is read out of what somebody typed, and the platform's id comes back."""
    text = "**5 < 6** & _a_ <b>b</b> https://example.org"
    assert await mouth.send(say(lan, text)) == Delivered(lan.chat.last.id, 1)
    assert lan.chat.texts == [text]
    assert server.called("sendMessage")[0].params == {"chat_id": lan.id, "text": text}


async def test_choices_are_numbered_and_actions_say_what_to_type(mouth: ZaloChannel, lan: Person) -> None:
    """The number is the place among all buttons, which is what a typed number is read against; an action that cannot be typed is left out."""
    buttons = (
        Button("3.danger", "ĐANG NGUY HIỂM", "danger"),
        Button("0.look:1", "Xem chi tiết", typed="@Bot chitiet 42"),
        Button("0.later", "Để sau"),
        Button("3.safe", "TẠM AN TOÀN"),
    )
    await mouth.send(say(lan, buttons=buttons))
    assert lan.chat.last.text == (
        "Trẻ đang như thế nào?\n\n1. ĐANG NGUY HIỂM\n• Xem chi tiết: @Bot chitiet 42\n4. TẠM AN TOÀN"  # as handlers.reply counts
    )


async def test_pictures_stay_here(server: ZaloServer, mouth: ZaloChannel, lan: Person) -> None:
    """A picture would have to stand at a public address: only the text goes."""
    await mouth.send(say(lan, "có ảnh", pictures=(Picture("photo", JPEG, "image/jpeg"),), silent=True, protect=True))
    assert lan.chat.texts == ["có ảnh"]
    assert {call.method for call in server.calls} == {"sendmessage"}


@pytest.mark.parametrize("text", ["", " \n "])
async def test_nothing_to_say_is_not_sent(server: ZaloServer, mouth: ZaloChannel, lan: Person, text: str) -> None:
    """It costs no message of the month."""
    assert await mouth.send(say(lan, text)) == Delivered(messages=0)
    assert server.called("sendMessage") == []


@pytest.mark.parametrize("kind", sorted(set(LetterKind) - {LetterKind.SAY}))
async def test_what_is_not_there_is_never_tried(server: ZaloServer, mouth: ZaloChannel, lan: Person, kind: LetterKind) -> None:
    """No edits, buttons, deletes, toasts or menus."""
    assert await mouth.send(say(lan, kind=kind, target_external="x")) == Never("impossible here")
    assert server.calls == []


# --- long texts -------------------------------------------------------------------------------------------------------


async def test_a_long_text_goes_in_parts(mouth: ZaloChannel, lan: Person) -> None:
    """One after another; the id of the last comes back, and how many the month has lost."""
    result = await mouth.send(say(lan, LONG, buttons=(Button("1.a", "A"),)))
    assert result == Delivered(lan.chat.last.id, 3)
    assert "".join("\n".join(lan.chat.texts).split()) == "".join(f"{LONG}1. A".split())
    assert lan.chat.last.text.endswith("\n\n1. A")


async def test_after_a_failure_in_the_middle_it_goes_on_there(server: ZaloServer, mouth: ZaloChannel, lan: Person) -> None:
    """What has arrived does not come twice; the count is of the whole letter."""
    letter, parts = say(lan, LONG), split(LONG, 2000)
    for number, fault in enumerate((502, 429), 1):
        server.fail("sendMessage", fault, after=1)
        assert isinstance(await mouth.send(letter), Unknown | Later)
        assert lan.chat.texts == parts[:number]
    assert await mouth.send(letter) == Delivered(lan.chat.last.id, 3)
    assert lan.chat.texts == parts


async def test_the_second_plain_try_begins_at_its_beginning(server: ZaloServer, mouth: ZaloChannel, lan: Person) -> None:
    """A letter of the same id with another text is not the rest of the first."""
    server.fail("sendMessage", 502, after=2)
    await mouth.send(say(lan, LONG))
    await mouth.send(say(lan, "ngắn"))
    assert lan.chat.last.text == "ngắn"


async def test_what_is_remembered_of_unfinished_letters_is_bounded(server: ZaloServer, mouth: ZaloChannel, lan: Person) -> None:
    """The oldest is forgotten, and would go whole again."""
    remember = mouth._mouth._remember
    for number in range(MAX_BEGUN + 5):
        remember(f"L{number}", ["a", "b"], 1)
    assert next(iter(mouth._mouth._begun)) == "L5"


TEXTS = st.text(
    st.sampled_from("aữ 　\n\r.!?…🙂👩\u200d\ufe0f🏽\u0301\u0323🇻🇳\U000e0067각\u1100\u1161\t") | st.characters(exclude_categories=["Cs"])
)


@given(TEXTS, st.integers(12, 40))
def test_splitting_loses_nothing(text: str, most: int) -> None:
    """Every part is within the limit and has something to read; all of them together are the text, in its order, but for white space."""
    parts = split(text, most)
    assert [fitting(part, most) for part in parts] == [len(part) for part in parts]
    assert all(part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(TEXTS, st.integers(12, 40))
def test_no_character_is_cut_in_two(text: str, most: int) -> None:
    """A letter keeps its marks, a family its members, a flag its halves, unless one alone is larger than a message."""
    place, rest = 0, text
    for part in split(text, most):
        place = rest.index(part)
        assert place == 0 or not inside(rest, place) or _giant(text, most)
        rest = rest[place + len(part) :]
        assert not rest or not inside(part + rest, len(part)) or _giant(text, most)


def _giant(text: str, most: int) -> bool:
    bounds = [0, *(at for at in range(1, len(text)) if not inside(text, at)), len(text)]
    return any(fitting(text[start:end], most) < end - start for start, end in pairwise(bounds))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mười hai. ba bốn\nnăm sáu\n\nbảy tám", ["mười hai. ba bốn\nnăm sáu", "bảy tám"]),
        ("mười hai. ba bốn năm\nsáu bảy tám chín", ["mười hai. ba bốn năm", "sáu bảy tám chín"]),
        ("mười hai ba bốn. năm sáu bảy tám chín", ["mười hai ba bốn.", "năm sáu bảy tám chín"]),
        ("mười hai ba bốn năm sáu bảy tám chín", ["mười hai ba bốn năm sáu", "bảy tám chín"]),
        ("a" * 50, ["a" * 24, "a" * 24, "a" * 2]),
        ("🙂" * 13, ["🙂" * 12, "🙂"]),
        ("a" * 23 + "e\u0323\u0301", ["a" * 23, "e\u0323\u0301"]),
        ("a" * 23 + "🇻🇳", ["a" * 23, "🇻🇳"]),
        ("a" * 20 + "👩\u200d👧", ["a" * 20, "👩\u200d👧"]),
        ("một. " + "a" * 40, ["một. " + "a" * 19, "a" * 21]),
        ("\u0301" * 30, ["\u0301" * 24, "\u0301" * 6]),
        ("", []),
    ],
)
def test_where_a_text_is_cut(text: str, expected: list[str]) -> None:
    """At the end of a paragraph, else of a line, a sentence, a word; never through a character; and not so early that parts multiply."""
    assert split(text, 24) == expected


# --- outcomes ---------------------------------------------------------------------------------------------------------

QUOTA = Later("quota", whole_channel=True)
REFUSALS: list[tuple[int, str, Outcome]] = [
    (400, "text is too long", Never("400", plain_may_help=True)),
    (400, "can't parse markdown", Never("400", plain_may_help=True)),
    (400, "bad request", Never("400")),
    (413, "", Never("413", plain_may_help=True)),
    (400, "Bad Request: chat not found", Gone("no such chat")),
    (404, "User not found", Gone("no such chat")),
    (404, "Recipient is not a member", Gone("no such chat")),
    (404, "Not Found", Later("404", answered=True)),
    (401, "Unauthorized", Later("token refused", whole_channel=True)),
    (403, "internal server error", Unknown("403", answered=True)),
    (408, "Request timeout", Unknown("408")),
    (426, "Upgrade Required", Later("426", whole_channel=True)),
    (429, "quota exceeded", QUOTA),
    (500, "x", Unknown("500")),
    (502, "", Unknown("502")),
    (504, "", Unknown("504")),
    (418, "?", Unknown("418")),
    (0, "?", Later("refused")),
]


@pytest.mark.parametrize(("code", "words", "expected"), REFUSALS)
@pytest.mark.parametrize("status", [None, 200])
async def test_every_refusal(
    server: ZaloServer, mouth: ZaloChannel, lan: Person, code: int, words: str, expected: Outcome, status: int | None
) -> None:
    """The table of outcomes, each with the HTTP status of its code and with 200."""
    server.fail("sendMessage", code, words, status=status if code else 200)
    assert await mouth.send(say(lan)) == expected
    assert await mouth.send(say(lan)) == Delivered(lan.chat.last.id)


@pytest.mark.parametrize(("code", "expected"), [(404, Later("404", whole_channel=True)), (403, Unknown("403"))])
async def test_a_page_that_is_not_the_platforms(server: ZaloServer, mouth: ZaloChannel, lan: Person, code: int, expected: Outcome) -> None:
    """Without its envelope it is a wrong address or something in front of the platform: nobody's chat is to blame."""
    server.fail("sendMessage", code)
    assert await mouth.send(say(lan)) == expected


async def test_a_silence_is_unknown(server: ZaloServer, hasty: ZaloChannel, lan: Person) -> None:
    """It may have arrived: after a time-out, after a lost connection, whether or not it did."""
    for number, deliver in enumerate((False, True)):
        server.hang("sendMessage", deliver=deliver)
        assert await hasty.send(say(lan)) == Unknown("ReadTimeout")
        server.drop("sendMessage", deliver=deliver)
        assert isinstance(await hasty.send(say(lan)), Unknown)
        assert len(lan.chat.said) == 2 * number
    assert outcome(NoAnswer("x"), "zalo-1") == Unknown("x")


async def test_what_never_left_comes_later(lan: Person) -> None:
    """Nobody listens at the address: surely not sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        channel = ZaloChannel("1:x", f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert await channel.send(say(lan)) == Later("ConnectError")
        assert not await channel.reachable()
        await channel.close()


async def test_a_group_that_is_refused_by_code_becomes_gone(
    server: ZaloServer, mouth: ZaloChannel, lan: Person, db: Database, vault: Vault
) -> None:
    """403 says nothing by itself; from the outbox, after an hour of it, the group is told as gone, and nobody else is disturbed."""
    room, told = server.group(), []

    async def gone(letter: Letter, reason: str) -> None:
        told.append((letter.chat, letter.group))

    server.fail("sendMessage", 403, "internal server error", status=200, times=99, chat=room.id)
    call = Draft("gọi", channel=mouth.name, chat=room.id, group=True, lane=Lane.URGENT, id=old_id(timedelta(hours=1)))
    answer = Draft("chào", channel=mouth.name, chat=lan.id)
    await plan(db, vault, call, answer)
    async with running(Outbox(db, vault, mouth, Pacer(FAST), gone=gone, back_off=lambda _attempts: 0.02, poll_seconds=0.05)):
        await until_ended(db, [call, answer])
    assert (told, lan.chat.texts) == ([(room.id, True)], ["chào"])
    assert len([one for one in server.called("sendMessage") if one.chat == room.id]) == GONE_AFTER


async def test_an_unknown_chat_is_gone(server: ZaloServer, mouth: ZaloChannel) -> None:
    """Nobody has written from there, or it was dissolved."""
    stranger, room = server.user(5), server.group()
    assert await mouth.send(say(stranger)) == Gone("no such chat")
    room.kick_bot()
    assert await mouth.send(say(stranger, chat=room.id, group=True)) == Gone("no such chat")


async def test_a_used_up_month(server: ZaloServer, mouth: ZaloChannel, lan: Person) -> None:
    """The whole channel waits; nothing says for how long."""
    server.quota = 1
    await mouth.send(say(lan))
    assert await mouth.send(say(lan)) == QUOTA


def test_no_word_of_the_platform_becomes_a_reason() -> None:
    """It may quote the letter or name the chat."""
    for code, words, _expected in REFUSALS:
        reason = outcome(Refused(code, f"{words} 6ede9afa66b88fe6d6a9 bí mật"), "zalo-1").reason  # type: ignore[union-attr]
        assert not re.search("6ede|bí mật", reason)


# --- the bot itself ---------------------------------------------------------------------------------------------------


async def test_identity(server: ZaloServer, mouth: ZaloChannel, hasty: ZaloChannel) -> None:
    """getMe tells the account's name, which becomes the mention; a refused token and a silent platform are told apart."""
    assert await mouth.identity() == "bot.baongay"
    assert mouth.capabilities.mention == "@bot.baongay"
    assert await mouth.reachable()
    for code, error in ((401, TokenRefused), (502, Unreachable), (404, Unreachable)):
        server.fail("getMe", code, "x")
        with pytest.raises(error):
            await mouth.identity()
    server.hang("getMe")
    with pytest.raises(Unreachable, match="ReadTimeout"):
        await hasty.identity()
    server.fail("getMe", 401, "x")
    assert not await mouth.reachable()


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("1234567890123456789:abc", "zalo-1234567890123456789"),
        ("1234567890123456789:renewed", "zalo-1234567890123456789"),
        ("abc:def", "zalo-[0-9a-f]{12}"),
        ("١٢:def", "zalo-[0-9a-f]{12}"),
        ("12345", "zalo-[0-9a-f]{12}"),
    ],
)
def test_the_name_of_a_channel(token: str, name: str) -> None:
    """The bot's id, which a renewed token keeps; of a token without one a digest, the same at every start."""
    assert re.fullmatch(name, channel_name(token))
    assert channel_name(token) == channel_name(token)


async def test_no_token_and_no_word_in_any_log(
    server: ZaloServer, mouth: ZaloChannel, lan: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever level somebody sets and whatever the platform answers."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name)
    for code in (401, 404, 400, 429, 502):
        server.fail("sendMessage", code, f"{server.token} bí mật")
        await mouth.send(say(lan, "bí mật"))
    server.drop("sendMessage")
    await mouth.send(say(lan, "bí mật"))
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "the token was refused (401)" in everything
    assert [secret for secret in (server.token, "bí mật", lan.id) if secret in everything] == []
    assert server.token not in repr(mouth)
