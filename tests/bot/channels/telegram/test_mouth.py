"""Telegram's mouth over real HTTP against the emulator: every kind of letter, every row of the error table."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram.error import NetworkError, TimedOut

from bot.channels import Delivered, FileGone, FileTooLarge, Gone, Later, Never, Outcome, Unknown
from bot.channels.telegram import TelegramChannel, TokenRefused, Unreachable
from bot.channels.telegram.mouth import Mouth, cut
from bot.channels.telegram.outcomes import outcome
from models.talk import Button, FileRef, Letter, LetterKind, Picture
from tests.emulators.telegram import TelegramServer
from tests.emulators.telegram_chats import JPEG, Sent
from tests.emulators.telegram_people import Person

PHOTO = Picture("photo", JPEG, "image/jpeg")


@pytest.fixture
async def mouth(server: TelegramServer) -> AsyncIterator[Mouth]:
    speaking = Mouth(server.token, server.base_url)
    yield speaking
    await speaking.close()


@pytest.fixture
async def hasty(server: TelegramServer) -> AsyncIterator[Mouth]:
    """Waits half a second for an answer: for those that never come."""
    speaking = Mouth(server.token, server.base_url, read=0.5)
    yield speaking
    await speaking.close()


@pytest.fixture
async def lan(server: TelegramServer) -> Person:
    person = server.user(1, "Lan")
    await person.starts()
    return person


def say(chat: object = 1, text: str = "Trẻ đang như thế nào?", **more: Any) -> Letter:
    return Letter(id="L1", channel="telegram", chat=str(chat), **{"kind": LetterKind.SAY, **more}, text=text)


def about(sent: Sent, kind: LetterKind, text: str = "", **more: Any) -> Letter:
    return say(sent.chat.id, text, kind=kind, target_external=str(sent.id), **more)


# --- saying -----------------------------------------------------------------------------------------------------------


async def test_a_text_arrives_as_it_is(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """No markup is read out of what somebody typed, no link is previewed, and the platform's id comes back."""
    text = "<b>5 < 6</b> & _a_ *b* https://example.org"
    result = await mouth.send(say(text=text))
    sent = lan.chat.last
    assert result == Delivered(str(sent.id))
    assert (sent.text, sent.preview, sent.silent, sent.protected, sent.buttons) == (text, False, False, False, [])


async def test_silent_and_protected(mouth: Mouth, lan: Person) -> None:
    """A letter can arrive without a sound, and forbid forwarding."""
    await mouth.send(say(silent=True, protect=True))
    assert (lan.chat.last.silent, lan.chat.last.protected) == (True, True)


async def test_buttons_in_rows_with_colours(mouth: Mouth, lan: Person) -> None:
    """Buttons come in rows of `columns`, with their data and style."""
    buttons = (Button("1.danger", "ĐANG NGUY HIỂM", "danger"), Button("1.safe", "TẠM AN TOÀN", "success"), Button("1.unknown", "CHƯA RÕ"))
    await mouth.send(say(buttons=buttons, columns=2))
    shown = [[(button.label, button.data, button.style) for button in row] for row in lan.chat.last.buttons]
    assert shown == [
        [("ĐANG NGUY HIỂM", "1.danger", "danger"), ("TẠM AN TOÀN", "1.safe", "success")],
        [("CHƯA RÕ", "1.unknown", "")],
    ]


async def test_an_old_server_gets_the_same_without_colours(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """A server that refuses styles costs one refusal, not a letter, and is not asked again."""
    server.knows_styles = False
    letter = say(buttons=(Button("1.danger", "ĐANG NGUY HIỂM", "danger"),))
    assert isinstance(await mouth.send(letter), Delivered)
    assert isinstance(await mouth.send(letter), Delivered)
    assert lan.chat.last.labels == ["ĐANG NGUY HIỂM"]
    assert len(server.called("sendMessage")) == 3


async def test_a_bad_button_is_not_taken_for_an_old_server(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """Colours stay on when the button itself was the fault."""
    assert isinstance(await mouth.send(say(buttons=(Button("1." + "x" * 63, "A", "danger"),))), Never)
    await mouth.send(say(buttons=(Button("1.a", "A", "danger"),)))
    assert lan.chat.last.buttons[0][0].style == "danger"


async def test_a_forum_topic(server: TelegramServer, mouth: Mouth) -> None:
    """A letter goes to its topic, and to the room at large when the topic is gone."""
    group = server.group()
    topic = group.topic()
    await mouth.send(say(group.id, topic=topic, group=True))
    assert isinstance(await mouth.send(say(group.id, topic="999", group=True)), Delivered)
    assert [message.topic for message in group.said] == [topic, ""]


async def test_a_text_that_is_too_long_is_cut(mouth: Mouth, lan: Person) -> None:
    """As a last resort; the limit counts UTF-16 units."""
    assert isinstance(await mouth.send(say(text="🙂" * 3000)), Delivered)
    assert lan.chat.last.text == "🙂" * 2047 + "…"


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("🙂🙂", 4, "🙂🙂"), ("🙂🙂a", 4, "🙂…"), ("a🙂🙂", 4, "a🙂…"), ("ữữữ", 2, "ữ…")],
)
def test_cut(text: str, most: int, expected: str) -> None:
    """Never half a character."""
    assert cut(text, most) == expected


# --- menus ------------------------------------------------------------------------------------------------------------

EVERYBODY = {"commands": '[{"command": "baocao", "description": "báo tin"}]', "scope": '{"type": "all_private_chats"}'}


async def test_a_menu_is_set_for_one_chat_and_taken_back(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """In whatever language the app speaks, and nobody else sees it; without commands the chat is offered what everybody is."""
    server.menus.put(EVERYBODY)
    minh = server.user(2, "Minh")
    menu = say(kind=LetterKind.MENU, text="", buttons=(Button("0.nhan", "nhận vụ việc"), Button("0.trogiup", "x" * 300)))
    assert await mouth.send(menu) == Delivered()
    assert [server.menus.seen(lan.chat, language) for language in ("vi", "en")] == [
        {"nhan": "nhận vụ việc", "trogiup": "x" * 255 + "…"}
    ] * 2
    assert server.menus.seen(minh.chat, "vi") == {"baocao": "báo tin"}
    assert await mouth.send(say(kind=LetterKind.MENU, text="")) == Delivered()
    assert server.menus.seen(lan.chat, "vi") == {"baocao": "báo tin"}


@pytest.mark.parametrize(
    ("code", "words"), [(403, "Forbidden: bot was blocked by the user"), (400, "Bad Request: chat not found"), (400, "BOT_COMMAND_INVALID")]
)
async def test_a_refused_menu_says_nothing_of_its_chat(server: TelegramServer, mouth: Mouth, lan: Person, code: int, words: str) -> None:
    """Only a letter tells that a chat is gone: a menu that is refused is given up, and that is all."""
    server.fail("setMyCommands", code, words)
    menu = say(kind=LetterKind.MENU, text="", buttons=(Button("0.nhan", "nhận"),))
    assert isinstance(await mouth.send(menu), Never)


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "voice", "file"])
async def test_one_attachment(mouth: Mouth, lan: Person, kind: str) -> None:
    """A photo, a voice note or a file carries the text as its caption, and the buttons."""
    picture = Picture(kind, b"body", "application/octet-stream", "VV-2026-0042")
    result = await mouth.send(say(text="kèm theo", pictures=(picture,), buttons=(Button("0.a", "A"),), protect=True))
    sent = lan.chat.last
    assert result == Delivered(str(sent.id))
    assert (sent.kind, sent.body, sent.text) == ("document" if kind == "file" else kind, b"body", "kèm theo")
    assert (sent.labels, sent.protected) == (["A"], True)


async def test_an_album(mouth: Mouth, lan: Person) -> None:
    """Several photos go as one album, the text under the first, whose id comes back."""
    pictures = tuple(Picture("photo", body, "image/jpeg") for body in (b"a", b"b", b"c"))
    result = await mouth.send(say(text="ba ảnh", pictures=pictures, silent=True))
    one, two, three = lan.chat.said
    assert result == Delivered(str(one.id))
    assert [sent.body for sent in (one, two, three)] == [b"a", b"b", b"c"]
    assert (one.text, two.text, one.album, one.silent) == ("ba ảnh", "", three.album, True)


async def test_an_album_with_buttons(mouth: Mouth, lan: Person) -> None:
    """An album carries no buttons: the text follows with them, and later edits aim at it."""
    result = await mouth.send(say(text="chọn", pictures=(PHOTO, PHOTO), buttons=(Button("0.a", "A"),)))
    assert [(sent.kind, sent.text, sent.labels) for sent in lan.chat.said] == [
        ("photo", "", []),
        ("photo", "", []),
        ("text", "chọn", ["A"]),
    ]
    assert result == Delivered(str(lan.chat.last.id))


async def test_more_than_an_album_and_mixed_kinds(mouth: Mouth, lan: Person) -> None:
    """Ten photos to an album, the rest after it; what may not be mixed goes by itself."""
    pictures = (*[PHOTO] * 11, Picture("voice", b"OggS", "audio/ogg"))
    await mouth.send(say(text="nhiều", pictures=pictures))
    albums = [sent.album for sent in lan.chat.said]
    assert [sent.kind for sent in lan.chat.said] == ["photo"] * 11 + ["voice"]
    assert (len(set(albums[:10])), albums[10], [sent.text for sent in lan.chat.said if sent.text]) == (1, "", ["nhiều"])


async def test_a_caption_that_is_too_long_follows_as_a_text(mouth: Mouth, lan: Person) -> None:
    """Nothing of the text is cut only because a photo came with it."""
    await mouth.send(say(text="x" * 2000, pictures=(PHOTO,)))
    assert [(sent.kind, len(sent.text)) for sent in lan.chat.said] == [("photo", 0), ("text", 2000)]


# --- changing ---------------------------------------------------------------------------------------------------------


async def test_edit(mouth: Mouth, lan: Person) -> None:
    """Text and buttons are replaced; the same again is as good as done."""
    await mouth.send(say(text="chưa ai nhận", buttons=(Button("0.take:1", "Tôi tiếp nhận"),)))
    card = lan.chat.last
    letter = about(card, LetterKind.EDIT, "chị Hà đã nhận", buttons=(Button("0.look:1", "Xem chi tiết"),))
    assert await mouth.send(letter) == Delivered(str(card.id))
    assert (card.text, card.labels) == ("chị Hà đã nhận", ["Xem chi tiết"])
    assert await mouth.send(letter) == Delivered(str(card.id))


async def test_edit_of_a_caption(mouth: Mouth, lan: Person) -> None:
    """A letter that went out under a photo is edited under the photo."""
    await mouth.send(say(text="cũ", pictures=(PHOTO,)))
    assert isinstance(await mouth.send(about(lan.chat.last, LetterKind.EDIT, "mới")), Delivered)
    assert lan.chat.last.text == "mới"


async def test_edit_of_what_is_gone(mouth: Mouth, lan: Person) -> None:
    """Only the outbox can make a new letter of it, so it is told."""
    await mouth.send(say())
    lan.chat.last.deleted = True
    assert isinstance(await mouth.send(about(lan.chat.messages[-1], LetterKind.EDIT, "mới")), Never)


async def test_retire(mouth: Mouth, lan: Person) -> None:
    """The buttons go and the text stays; twice, or on a message that is gone, is as good as done."""
    await mouth.send(say(buttons=(Button("0.a", "A"),)))
    card = lan.chat.last
    for _ in range(2):
        assert await mouth.send(about(card, LetterKind.RETIRE)) == Delivered(str(card.id))
    assert (card.labels, card.text) == ([], "Trẻ đang như thế nào?")
    card.deleted = True
    assert isinstance(await mouth.send(about(card, LetterKind.RETIRE)), Delivered)


async def test_delete(mouth: Mouth, lan: Person) -> None:
    """Taken back; already gone is as good as done; older than two days the platform refuses."""
    await mouth.send(say())
    first = lan.chat.last
    for _ in range(2):
        assert isinstance(await mouth.send(about(first, LetterKind.DELETE)), Delivered)
    assert lan.chat.said == []
    await mouth.send(say())
    lan.chat.last.at -= 49 * 3600
    assert isinstance(await mouth.send(about(lan.chat.last, LetterKind.DELETE)), Never)


@pytest.mark.parametrize("kind", [LetterKind.EDIT, LetterKind.RETIRE, LetterKind.DELETE])
async def test_a_target_that_never_had_an_id(server: TelegramServer, mouth: Mouth, kind: LetterKind) -> None:
    """Nothing is asked of the platform that it cannot do."""
    assert isinstance(await mouth.send(say(kind=kind)), Never)
    assert server.calls == []


@pytest.mark.parametrize(
    ("text", "shown"), [("Đã có chị Hà tiếp nhận lúc 10:32", "Đã có chị Hà tiếp nhận lúc 10:32"), ("", ""), ("x" * 300, "x" * 199 + "…")]
)
async def test_toast(mouth: Mouth, lan: Person, text: str, shown: str) -> None:
    """A press is answered in 200 letters at most, or without any."""
    await mouth.send(say(buttons=(Button("0.a", "A"),)))
    query = await lan.presses(lan.chat.last, "A")
    assert isinstance(await mouth.send(say(text=text, kind=LetterKind.TOAST, target_external=query.id)), Delivered)
    assert (query.answered, query.text, query.alert) == (True, shown, False)


async def test_a_toast_too_late(mouth: Mouth, lan: Person) -> None:
    """After a while the platform takes no answer any more."""
    await mouth.send(say(buttons=(Button("0.a", "A"),)))
    query = await lan.presses(lan.chat.last, "A")
    query.too_old = True
    assert isinstance(await mouth.send(say(kind=LetterKind.TOAST, target_external=query.id)), Never)


# --- the error table --------------------------------------------------------------------------------------------------


TOO_LONG = "Bad Request: message is too long"
BLOCKED = "Forbidden: bot was blocked by the user"


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (403, BLOCKED, Gone(BLOCKED)),
        (403, "Forbidden: user is deactivated", Gone("Forbidden: user is deactivated")),
        (400, "Bad Request: chat not found", Gone("Chat not found")),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            Gone("Not enough rights to send text messages to the chat"),
        ),
        (400, "Bad Request: not enough rights to send photos to the chat", Never("Not enough rights to send photos to the chat", True)),
        (400, TOO_LONG, Never("Message is too long", plain_may_help=True)),
        (400, "Bad Request: can't parse entities: x", Never("Can't parse entities: x", plain_may_help=True)),
        (400, "Bad Request: BUTTON_DATA_INVALID", Never("Button_data_invalid", plain_may_help=True)),
        (400, "Bad Request: something new", Never("Something new")),
        (413, "Request Entity Too Large", Never("413", plain_may_help=True)),
        (401, "Unauthorized", Later("token refused", whole_channel=True)),
        (404, "Not Found", Later("token refused", whole_channel=True)),
        (429, "Too Many Requests: retry after 9", Later("429")),
        (500, "Internal Server Error", Unknown("NetworkError")),
        (502, "Bad Gateway", Unknown("NetworkError")),
        (409, "Conflict: x", Unknown("Conflict")),
    ],
)
async def test_refusals(server: TelegramServer, mouth: Mouth, code: int, description: str, expected: Outcome) -> None:
    """What the platform says decides what becomes of the letter."""
    server.fail("sendMessage", code, description)
    assert await mouth.send(say()) == expected


async def test_429_waits_exactly_as_long_as_told(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """Only this letter waits; another chat's goes out at once."""
    server.flood("sendMessage", 17, chat=1)
    await server.user(2).starts()
    assert await mouth.send(say(1)) == Later("RetryAfter", wait=timedelta(seconds=17))
    assert isinstance(await mouth.send(say(2)), Delivered)


async def test_429_on_a_toast_is_about_the_whole_bot(server: TelegramServer, mouth: Mouth) -> None:
    """A toast goes to no chat."""
    server.flood("answerCallbackQuery", 3)
    assert await mouth.send(say(kind=LetterKind.TOAST, target_external="5")) == Later(
        "RetryAfter", timedelta(seconds=3), whole_channel=True
    )


async def test_a_migrated_group_tells_its_new_id(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """The letter can follow the group."""
    old = server.group(kind="group")
    new = server.migrate(old, lan)
    assert await mouth.send(say(old.id)) == Gone("the group has a new id", moved_to=str(new.id))
    assert isinstance(await mouth.send(say(new.id)), Delivered)


async def test_chats_that_cannot_be_reached(server: TelegramServer, mouth: Mouth, lan: Person) -> None:
    """Never started, blocked, thrown out, unknown: all are gone, as the emulator of the platform words them."""
    await lan.blocks()
    room = server.group()
    await room.kick_bot(lan)
    server.user(2)
    for chat in (1, 2, room.id, 404):
        assert isinstance(await mouth.send(say(chat)), Gone)


@pytest.mark.parametrize("deliver", [True, False])
async def test_no_answer_is_unknown(server: TelegramServer, hasty: Mouth, lan: Person, deliver: bool) -> None:
    """A time-out after the request left looks the same whether the letter arrived or not."""
    server.hang("sendMessage", deliver=deliver)
    assert await hasty.send(say()) == Unknown("ReadTimeout")
    assert len(lan.chat.said) == deliver


@pytest.mark.parametrize("deliver", [True, False])
async def test_a_lost_connection_is_unknown(server: TelegramServer, mouth: Mouth, lan: Person, deliver: bool) -> None:
    """So does a connection that breaks."""
    server.drop("sendMessage", deliver=deliver)
    assert isinstance(await mouth.send(say()), Unknown)
    assert len(lan.chat.said) == deliver


async def test_a_refused_connection_never_left(server: TelegramServer) -> None:
    """Nobody listens there: the letter surely did not arrive."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        mouth = Mouth(server.token, f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert await mouth.send(say()) == Later("ConnectError")
        await mouth.close()


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (TimedOut(), httpx.ConnectTimeout(""), Later("ConnectTimeout")),
        (TimedOut(), httpx.PoolTimeout(""), Later("PoolTimeout")),
        (TimedOut(), httpx.ReadTimeout(""), Unknown("ReadTimeout")),
        (TimedOut(), httpx.WriteTimeout(""), Unknown("WriteTimeout")),
        (NetworkError("httpx.ConnectError"), httpx.ConnectError("[Errno -2] Name or service not known"), Later("ConnectError")),
        (NetworkError("httpx.ReadError"), httpx.ReadError(""), Unknown("ReadError")),
    ],
)
def test_what_never_left_and_what_may_have(error: NetworkError, cause: httpx.HTTPError, expected: Outcome) -> None:
    """Before the request left it comes again for sure; afterwards nobody can know."""
    error.__cause__ = cause
    assert outcome(error, say()) == expected


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def channel(server: TelegramServer) -> AsyncIterator[TelegramChannel]:
    telegram = TelegramChannel(server.token, server.base_url)
    yield telegram
    await telegram.close()


async def test_a_file_is_fetched(channel: TelegramChannel, lan: Person) -> None:
    """The bytes that somebody sent."""
    sent = await lan.sends_photo(lan.chat, JPEG)
    assert sent.file is not None
    assert await channel.fetch(FileRef(sent.file.id, "photo")) == JPEG


async def test_a_file_over_the_limit(channel: TelegramChannel, lan: Person) -> None:
    """Whether the message told its size or only the platform does."""
    sent = await lan.sends_document(lan.chat, b"x", "phim.mp4", size=21 << 20)
    assert sent.file is not None
    for told in (21 << 20, None):
        with pytest.raises(FileTooLarge):
            await channel.fetch(FileRef(sent.file.id, "file", size=told))


@pytest.mark.parametrize("gone", ["getFile", "download"])
async def test_a_file_that_is_gone(channel: TelegramChannel, lan: Person, gone: str) -> None:
    """Whether the platform no longer knows it or no longer hands it out."""
    sent = await lan.sends_photo(lan.chat)
    assert sent.file is not None
    sent.file.gone = gone
    with pytest.raises(FileGone):
        await channel.fetch(FileRef(sent.file.id, "photo"))


@pytest.mark.parametrize(("method", "code"), [("getFile", 500), ("download", 500), ("download", 401), ("getFile", 401)])
async def test_a_file_that_may_come_later(server: TelegramServer, channel: TelegramChannel, lan: Person, method: str, code: int) -> None:
    """A fault of the moment is neither gone nor too large, and its error does not tell the address, which holds the token."""
    sent = await lan.sends_photo(lan.chat)
    server.fail(method, code, "Unauthorized" if code == 401 else "Internal Server Error")
    assert sent.file is not None
    with pytest.raises(Unreachable) as error:
        await channel.fetch(FileRef(sent.file.id, "photo"))
    assert server.token not in "".join(traceback.format_exception(error.value))
    assert await channel.fetch(FileRef(sent.file.id, "photo")) == JPEG


# --- identity and silence ---------------------------------------------------------------------------------------------


async def test_identity(channel: TelegramChannel) -> None:
    """getMe gives the name for `bot check` and for deep links."""
    assert channel.capabilities.deep_link == ""
    assert await channel.identity() == "BaoNgayBot"
    assert channel.capabilities.deep_link % "K7P2" == "https://t.me/BaoNgayBot?start=K7P2"


async def test_identity_with_a_wrong_token(server: TelegramServer) -> None:
    """A sentence that says what to check, without the token."""
    wrong = "700000001:AAAnotherTokenAltogether_9876543210"
    channel = TelegramChannel(wrong, server.base_url)
    with pytest.raises(TokenRefused, match="BAONGAY_TELEGRAM_TOKEN") as error:
        await channel.identity()
    assert wrong not in "".join(traceback.format_exception(error.value))
    await channel.close()


async def test_identity_while_the_platform_is_away(server: TelegramServer, channel: TelegramChannel) -> None:
    """A token is not called wrong because the network is."""
    server.fail("getMe", 502, "Bad Gateway")
    with pytest.raises(Unreachable):
        await channel.identity()


async def test_no_token_and_no_word_in_any_log(server: TelegramServer, lan: Person, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever level somebody sets and whatever goes wrong, neither the token nor what is said is logged."""
    loud = ["httpx", "httpcore", "telegram", "telegram.Bot", "telegram.ext.ExtBot", "telegram.request.HTTPXRequest"]
    caplog.set_level(logging.DEBUG)
    mouth = Mouth(server.token, server.base_url, read=1)
    for name in (*loud, "httpcore.connection", "httpcore.http11", "telegram.request.BaseRequest"):
        caplog.set_level(logging.DEBUG, logger=name)
    await Mouth(server.token, server.base_url).close()
    server.hang("sendMessage", chat=1)
    server.drop("sendPhoto")
    server.fail("editMessageText", 401, "Unauthorized")
    results = [
        await mouth.send(say(text="bí mật")),
        await mouth.send(say(text="bí mật", pictures=(PHOTO,))),
        await mouth.send(say(text="bí mật", kind=LetterKind.EDIT, target_external="1")),
        await mouth.send(say(text="bí mật")),
        await mouth.send(say(404, text="bí mật")),
    ]
    await mouth.close()
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records) + repr(results)
    assert "the token was refused" in everything
    assert server.token not in everything
    assert "bí mật" not in everything


async def test_a_warning_of_a_library_loses_its_arguments(caplog: pytest.LogCaptureFixture, mouth: Mouth) -> None:
    """That something is wrong is told; what exactly stood in the answer is not, and no address either."""
    token = "700000001:AAEmulatorTokenThatNobodyMayLog_0123"
    log = logging.getLogger("telegram.request.BaseRequest")
    caplog.set_level(logging.DEBUG, logger=log.name)
    log.info("whole letters stand in what is not a warning")
    try:
        raise ValueError(token)
    except ValueError:
        log.exception('Can not load "%s" 100%', "bí mật")
    log.warning(f"see https://api.telegram.org/bot{token}/getMe")  # noqa: G004  as a careless library would
    assert caplog.messages == ['Can not load "%s" 100% (ValueError)', "see https://api.telegram.org/bot<token>/getMe"]
    assert token not in caplog.text


async def test_many_letters_at_once(server: TelegramServer, mouth: Mouth) -> None:
    """A letter that hangs holds up no other: there is no limiter behind the outbox."""
    for number in range(1, 21):
        await server.user(number).starts()
    server.hang("sendMessage", chat=1)
    hanging = asyncio.ensure_future(mouth.send(say(1)))
    results = await asyncio.gather(*(mouth.send(say(number)) for number in range(2, 21)))
    assert ([type(result) for result in results], hanging.done()) == ([Delivered] * 19, False)
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
