"""The contract of a channel, held by each of them: what is shown can be chosen as that channel's people do it, and comes back as the same key;
whatever a text holds arrives whole; what a channel cannot do it does not pretend."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.channels.telegram.ear  # noqa: F401  seconds on a busy machine: not within the first test's patience
from bot.channels import Channel, Delivered, Never
from bot.channels.buttons import encode
from bot.channels.order import Patience
from bot.channels.telegram import TelegramChannel
from bot.channels.zalo import Pauses, ZaloChannel
from handlers.reading.folding import fold
from handlers.reply import Pressed, read_reply
from models.talk import Button, Frame, Incoming, Letter, LetterKind, Shown
from tests.bot.channels.web.stage import training_room
from tests.emulators.telegram import TelegramServer
from tests.emulators.zalo import ZaloServer

QUICK = Patience(first=0.02, most=0.1, settle=0.01, long_poll=2)
QUESTION = 7
CHOICES = (("danger", "ĐANG NGUY HIỂM"), ("safe", "TẠM AN TOÀN"), ("_back", "Quay lại"))
FRAME = Frame("report", "danger", {}, QUESTION, tuple(Shown(key, fold(label)) for key, label in CHOICES))
TEXTS = {
    "short": "?",
    "long": "Một câu dài. " * 120,
    "emoji": "🔴👨‍👩‍👧‍👦 Trẻ cần giúp 🆘",
    "combining": "Tre\u0309 e\u0302\u0301m bị đánh: a\u0323\u0306",
    "lines": "một\n\nhai\n• ba",
    "markup": "<b>*_[không phải định dạng](x)_*</b> &amp;",
}


@dataclass
class Side:
    """One channel with one person at the other end of its wire. `chooses` does what that person does: press there, a number where there is
    nothing to press; `reads` is what they see of the bot, messages joined."""

    channel: Channel
    chat: str
    chooses: Callable[[int, str], Awaitable[None]]
    reads: Callable[[], str]
    heard: list[Incoming]

    def letter(self, text: str, kind: LetterKind = LetterKind.SAY, *, choices: bool = False, target: str = "") -> Letter:
        buttons = tuple(Button(encode(QUESTION, key), label) for key, label in CHOICES) if choices else ()
        return Letter("l1", self.channel.name, self.chat, kind, text, buttons=buttons, target_external=target)

    async def next(self) -> Incoming:
        async with asyncio.timeout(30):
            while not self.heard:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return self.heard.pop()


async def _ignore(channel: str, external_id: str, reason: str) -> None:
    raise AssertionError(reason)


@asynccontextmanager
async def _listening(channel: Channel, heard: list[Incoming]) -> AsyncIterator[None]:
    async def hear(incoming: Incoming) -> None:
        heard.append(incoming)

    async with asyncio.TaskGroup() as tasks:
        ear = tasks.create_task(channel.listen(hear, _ignore))
        try:
            yield
        finally:
            ear.cancel()
    await channel.close()


@asynccontextmanager
async def telegram() -> AsyncIterator[Side]:
    heard: list[Incoming] = []
    async with TelegramServer() as server:
        channel = TelegramChannel(server.token, server.base_url, patience=QUICK)
        async with _listening(channel, heard):
            lan = server.user(1, "Lan")
            lan.chat.bot = "member"

            async def presses(_number: int, label: str) -> None:
                await lan.presses(lan.chat.last, label)

            yield Side(channel, str(lan.id), presses, lambda: "\n".join(lan.chat.texts), heard)


@asynccontextmanager
async def zalo() -> AsyncIterator[Side]:
    heard: list[Incoming] = []
    async with ZaloServer() as server:
        channel = ZaloChannel(server.token, server.base_url, patience=QUICK, pauses=Pauses(between=0.01))
        async with _listening(channel, heard):
            lan = server.user(1, "Lan")
            lan.chat.known = True

            async def types(number: int, _label: str) -> None:
                await lan.writes(str(number))

            yield Side(channel, lan.id, types, lambda: "\n".join(lan.chat.texts), heard)


@asynccontextmanager
async def web() -> AsyncIterator[Side]:
    async with training_room() as stage:

        async def presses(number: int, _label: str) -> None:
            shown = stage.channel.hub.snapshot()["ctv"][-1]["id"]
            press = {"question": QUESTION, "key": CHOICES[number - 1][0], "message": shown}
            status, _answer = await stage.post("/api/say", {"id": "post-00000099", "chat": "ctv", "sender": "ctv", "press": press})
            assert status == 200

        def reads() -> str:
            return "\n".join(str(message["text"]) for message in stage.channel.hub.snapshot()["ctv"])

        yield Side(stage.channel, "ctv", presses, reads, stage.heard)


SIDES = {"web": web, "telegram": telegram, "zalo": zalo}
every_channel = pytest.mark.parametrize("name", SIDES)


@every_channel
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_choice_that_is_shown_comes_back_as_its_key(name: str, number: int) -> None:
    """Shown, chosen the way that channel's person would, read against what was shown: the same key."""
    async with SIDES[name]() as side:
        assert isinstance(await side.channel.send(side.letter("Trẻ đang như thế nào?", choices=True)), Delivered)
        await side.chooses(number, CHOICES[number - 1][1])
        assert read_reply(FRAME, await side.next()) == Pressed(CHOICES[number - 1][0])


@every_channel
@pytest.mark.parametrize("text", TEXTS)
async def test_a_text_arrives_as_it_was_written(name: str, text: str) -> None:
    """Long or short, with emoji, combining marks, or what looks like markup: every word, in order."""
    async with SIDES[name]() as side:
        assert isinstance(await side.channel.send(side.letter(TEXTS[text])), Delivered)
        assert side.reads().split() == TEXTS[text].split()


@every_channel
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z", "Cf", "Cn", "Co"]), min_size=1, max_size=40),
        min_size=1,
        max_size=120,
    )
)
def test_no_word_is_lost_however_long_a_letter_is(name: str, words: list[str]) -> None:
    """Within what a letter may hold on every channel (the product's own letters are shorter), the words are there."""
    text = " ".join(words)[:3500]

    async def sends() -> tuple[list[str], list[str]]:
        async with SIDES[name]() as side:
            assert isinstance(await side.channel.send(side.letter(text)), Delivered)
            return side.reads().split(), text.split()

    read, written = asyncio.run(sends())
    assert "".join(read) == "".join(written)


@every_channel
async def test_what_cannot_be_edited_says_so(name: str) -> None:
    """The outbox never asks for it; a channel that was asked all the same does not pretend."""
    async with SIDES[name]() as side:
        first = await side.channel.send(side.letter("một"))
        assert isinstance(first, Delivered)
        outcome = await side.channel.send(side.letter("hai", LetterKind.EDIT, target=first.external_id))
        edits = side.channel.capabilities.edits
        assert isinstance(outcome, Delivered if edits else Never)
        assert ("hai" in side.reads()) is edits


@every_channel
async def test_a_message_of_a_person_is_known_again(name: str) -> None:
    """Its id is for good, its words and its sender are the person's, and it is private."""
    async with SIDES[name]() as side:
        await side.channel.send(side.letter("Trẻ đang như thế nào?", choices=True))
        await side.chooses(1, CHOICES[0][1])
        heard = await side.next()
        assert (heard.channel, heard.chat, heard.group, bool(heard.external_id)) == (side.channel.name, side.chat, False, True)


@every_channel
async def test_an_action_can_be_taken_there(name: str) -> None:
    """A button where there are buttons; where there are none its words are on the screen."""
    async with SIDES[name]() as side:
        action = Button(encode(0, "detail:abc"), "Xem chi tiết", typed="/chitiet 42")
        letter = replace(side.letter("VV-2026-0042"), buttons=(action,))
        assert isinstance(await side.channel.send(letter), Delivered)
        assert ("/chitiet 42" in side.reads()) is not side.channel.capabilities.buttons
