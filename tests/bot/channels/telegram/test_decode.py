"""What the ear makes of each kind of update, over real HTTP."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.talk import FileRef, Incoming, Kind, Press
from tests.bot.channels.hearing import Hearing
from tests.bot.channels.telegram.conftest import listening
from tests.emulators.telegram import TelegramServer
from tests.emulators.telegram_chats import Button, Chat, Sent
from tests.emulators.telegram_people import Group, Person

Act = Callable[[Person, Group], Awaitable[Any]]
STICKER = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
VIDEO = {"file_id": "v", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}
NOTE = {"file_id": "v", "file_unique_id": "v", "length": 1, "duration": 1}
GIF = {"animation": {**VIDEO}, "document": {"file_id": "v", "file_unique_id": "v"}}
POLL: dict[str, Any] = {
    "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
    "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
}  # fmt: skip


async def heard(server: TelegramServer, hearing: Hearing, act: Act, *, privacy: bool = False) -> list[Incoming]:
    """What is heard of what Lan (1) does, alone or in a group."""
    server.privacy = privacy
    lan, group = server.user(1, "Lan"), server.group()
    async with listening(server, hearing):
        await act(lan, group)
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    assert hearing.undecoded == []
    return hearing.committed


def said(chat: Chat, *rows: list[Button], topic: str = "") -> Sent:
    """A message of the bot that is already there."""
    sent = Sent(77, chat, {"id": 700000001, "is_bot": True, "first_name": "Báo Ngay"}, "Câu hỏi", buttons=list(rows), topic=topic)
    chat.messages.append(sent)
    return sent


async def test_text(server: TelegramServer, hearing: Hearing) -> None:
    """A text comes with all that is known of it: who, where, when, in which language."""
    before = datetime.now(UTC).replace(microsecond=0)
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.writes("báo cáo"))
    assert before <= incoming.at <= datetime.now(UTC)
    assert incoming == Incoming(
        channel="telegram", external_id="u1000", chat="1", sender="1", kind=Kind.TEXT, at=incoming.at, text="báo cáo", sender_name="Lan",
        message=incoming.message, locale="vi",
    )  # fmt: skip
    assert incoming.at.utcoffset() == timedelta(0)


async def test_photo(server: TelegramServer, hearing: Hearing) -> None:
    """The largest size is taken and the caption is the text."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends_photo(lan.chat, b"jpeg", "vết bầm"))
    assert (incoming.kind, incoming.text, incoming.album) == (Kind.PHOTO, "vết bầm", "")
    (file,) = incoming.files
    assert not file.ref.endswith("-small")
    assert (file.kind, file.size, file.mime) == ("photo", 4, "image/jpeg")


async def test_a_photo_over_the_limit_comes_in_the_next_size(server: TelegramServer, hearing: Hearing) -> None:
    """What a bot may not download is no use, however large."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends_photo(lan.chat, size=21 << 20))
    assert incoming.files[0].ref.endswith("-small")


async def test_album(server: TelegramServer, hearing: Hearing) -> None:
    """The pictures of an album come one by one and share its id."""
    one, two, three = await heard(server, hearing, lambda lan, _group: lan.sends_album(lan.chat, [b"a", b"b", b"c"], "ba ảnh"))
    assert (one.text, two.text, three.text) == ("ba ảnh", "", "")
    assert one.album == two.album == three.album != ""
    assert len({one.files[0].unique, two.files[0].unique, three.files[0].unique}) == 3


async def test_voice(server: TelegramServer, hearing: Hearing) -> None:
    """A voice note is a file to fetch."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends_voice(lan.chat, b"OggS"))
    assert incoming.kind == Kind.VOICE
    assert (incoming.files[0].kind, incoming.files[0].size, incoming.files[0].mime) == ("voice", 4, "audio/ogg")


async def test_audio(server: TelegramServer, hearing: Hearing) -> None:
    """A sound file is as good as a voice note."""
    audio = {"file_id": "a", "file_unique_id": "u", "duration": 3, "mime_type": "audio/mpeg", "file_name": "ghi.mp3", "file_size": 9}
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends(lan.chat, audio=audio))
    assert (incoming.kind, incoming.files) == (Kind.VOICE, (FileRef("a", "voice", 9, "audio/mpeg", "ghi.mp3", "u"),))


@pytest.mark.parametrize(
    ("mime", "kind", "file_kind"), [("application/pdf", Kind.FILE, "file"), ("image/png", Kind.PHOTO, "photo"), ("", Kind.FILE, "file")]
)
async def test_document(server: TelegramServer, hearing: Hearing, mime: str, kind: Kind, file_kind: str) -> None:
    """A picture sent as a file is a picture; everything else is a file, with its own type and name."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends_document(lan.chat, b"xyz", "bien-ban", mime, "kèm"))
    (file,) = incoming.files
    assert (incoming.kind, incoming.text) == (kind, "kèm")
    assert (file.kind, file.mime, file.name, file.size) == (file_kind, mime, "bien-ban", 3)


async def test_location(server: TelegramServer, hearing: Hearing) -> None:
    """A place on the map comes as its coordinates."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends_location(lan.chat, 21.03, 105.89))
    assert (incoming.kind, incoming.data) == (Kind.LOCATION, {"lat": 21.03, "lon": 105.89})


async def test_a_live_location_is_heard_once(server: TelegramServer, hearing: Hearing) -> None:
    """It is edited every few seconds, which is nothing that anybody said."""

    async def act(lan: Person, _group: Group) -> None:
        sent = await lan.sends_location(lan.chat, 21.03, 105.89)
        await lan.edits(sent, "")

    assert len(await heard(server, hearing, act)) == 1


async def test_a_contact_is_its_number(server: TelegramServer, hearing: Hearing) -> None:
    """Sharing a contact is the quickest way to give a telephone number: as good as typing it."""
    contact = {"phone_number": "+84912345678", "first_name": "Lan"}
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends(lan.chat, contact=contact))
    assert (incoming.kind, incoming.text, incoming.data) == (Kind.TEXT, "+84912345678", {"what": "contact"})


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("sticker", {"sticker": STICKER}),
        ("poll", {"poll": POLL}),
        ("video", {"video": VIDEO}),
        ("video_note", {"video_note": NOTE}),
        ("animation", GIF),
        ("dice", {"dice": {"emoji": "🎲", "value": 3}}),
        ("unknown", {"something_of_next_year": {"a": 1}}),
    ],
)
async def test_what_no_dialogue_can_use(server: TelegramServer, hearing: Hearing, what: str, content: dict[str, Any]) -> None:
    """It is told by its name, so that its sender gets an answer instead of silence."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.sends(lan.chat, **content))
    assert (incoming.kind, incoming.data, incoming.files) == (Kind.UNSUPPORTED, {"what": what}, ())


@pytest.mark.parametrize(
    "content",
    [
        {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "Hà"}]},
        {"new_chat_title": "Phòng trực mới"},
        {"migrate_from_chat_id": -5},
        {"is_automatic_forward": True, "text": "bài của kênh"},
    ],
)
async def test_service_messages_are_no_messages(server: TelegramServer, hearing: Hearing, content: dict[str, Any]) -> None:
    """Nobody said anything, so nothing is heard, and the update is acknowledged all the same."""
    assert await heard(server, hearing, lambda lan, group: lan.sends(group, **content)) == []


async def test_edited_and_forwarded(server: TelegramServer, hearing: Hearing) -> None:
    """An edit is marked and keeps the message's id; a forwarded message is marked."""

    async def act(lan: Person, _group: Group) -> None:
        sent = await lan.writes("tổ 5")
        await lan.edits(sent, "tổ 6")
        await lan.says(lan.chat, "xem này", forwarded=True)

    first, edited, forwarded = await heard(server, hearing, act)
    assert (edited.text, edited.edits, edited.message) == ("tổ 6", True, first.message)
    assert (first.edits, first.forwarded, forwarded.forwarded) == (False, False, True)
    assert len({first.external_id, edited.external_id, forwarded.external_id}) == 3


@pytest.mark.parametrize("inaccessible", [False, True])
async def test_a_press(server: TelegramServer, hearing: Hearing, inaccessible: bool) -> None:
    """A press carries question and key, its own id for the toast and the message's, also when Telegram no longer shows that message."""

    async def act(lan: Person, group: Group) -> None:
        await lan.presses(said(group, [Button("Tôi tiếp nhận", "0.take:abc")]), "Tôi tiếp nhận", inaccessible=inaccessible)

    before = datetime.now(UTC).replace(microsecond=0)
    (incoming,) = await heard(server, hearing, act)
    (query,) = server.queries
    assert (incoming.kind, incoming.press) == (Kind.PRESS, Press(0, "take:abc", id=query, message="77"))
    assert (incoming.chat, incoming.sender, incoming.group) == (str(next(c for c in server.chats if c < 0)), "1", True)
    assert before <= incoming.at <= datetime.now(UTC)


async def test_a_press_that_no_button_of_ours_gives(server: TelegramServer, hearing: Hearing) -> None:
    """It is heard with the empty key, which nothing answers to: the presser gets the answer of a button that has expired."""
    (incoming,) = await heard(server, hearing, lambda lan, _group: lan.presses_raw(said(lan.chat), "hack"))
    assert incoming.press is not None
    assert (incoming.press.question, incoming.press.key) == (0, "")


async def test_blocked_and_back(server: TelegramServer, hearing: Hearing) -> None:
    """Blocking and unblocking are heard, in order."""

    async def act(lan: Person, _group: Group) -> None:
        await lan.starts()
        await lan.blocks()
        await lan.unblocks()

    _start, blocked, back = await heard(server, hearing, act)
    assert (blocked.kind, blocked.chat, blocked.sender) == (Kind.BLOCKED, "1", "1")
    assert (back.kind, back.chat, back.sender) == (Kind.UNBLOCKED, "1", "1")


async def test_thrown_out_of_a_group_and_back(server: TelegramServer, hearing: Hearing) -> None:
    """A room that throws the bot out is as gone as a person who blocks it; being made administrator changes nothing."""

    async def act(lan: Person, group: Group) -> None:
        await group.add_bot(lan, "administrator")
        await group.kick_bot(lan)
        await group.add_bot(lan)

    assert [(i.kind, i.group) for i in await heard(server, hearing, act)] == [(Kind.BLOCKED, True), (Kind.UNBLOCKED, True)]


async def test_a_group_becomes_a_supergroup(server: TelegramServer, hearing: Hearing) -> None:
    """One of the two service messages is heard, in the old chat, with the new id."""
    lan = server.user(1)
    old = server.group(kind="group")
    async with listening(server, hearing):
        new = server.migrate(old, lan)
        await server.wait_for(lambda: server.acknowledged == set(server.updates))
    (incoming,) = hearing.committed
    assert (incoming.kind, incoming.chat, incoming.data) == (Kind.MIGRATED, str(old.id), {"to": str(new.id)})


async def test_anonymous_administrators(server: TelegramServer, hearing: Hearing) -> None:
    """What they say and press is marked: nobody can be told by it."""

    async def act(_lan: Person, group: Group) -> None:
        await group.anonymous_admin.says(group, "/nhan 42")
        await group.anonymous_admin.presses(said(group, [Button("Tôi tiếp nhận", "0.take:abc")]), "Tôi tiếp nhận")

    text, press = await heard(server, hearing, act)
    assert (text.text, text.anonymous, text.sender) == ("/nhan 42", True, "1087968824")
    assert (press.kind, press.anonymous) == (Kind.PRESS, True)


async def test_other_bots_are_not_heard(server: TelegramServer, hearing: Hearing) -> None:
    """Two bots in a group do not start to talk."""

    async def act(_lan: Person, group: Group) -> None:
        bot = server.user(9, "Bot khác")
        bot.json["is_bot"] = True
        await bot.says(group, "xin chào")

    assert await heard(server, hearing, act) == []


async def test_a_forum_topic(server: TelegramServer, hearing: Hearing) -> None:
    """A message and a press in a topic carry it."""

    async def act(lan: Person, group: Group) -> None:
        topic = group.topic()
        await lan.says(group, "/nhan 42", topic=topic)
        await lan.presses(said(group, [Button("A", "0.a")], topic=topic), "A")

    text, press = await heard(server, hearing, act)
    assert text.topic == press.topic != ""


@pytest.mark.parametrize(
    ("text", "heard_as", "addressed"),
    [
        ("/nhan 42", "/nhan 42", True),
        ("/nhan@BaoNgayBot 42", "/nhan 42", True),
        ("/nhan@baongaybot 42", "/nhan 42", True),
        ("@BaoNgayBot nhan 42", "nhan 42", True),
        ("nhan 42 @baongaybot", "nhan 42", True),
        ("@BaoNgayBot, nhan 42", "nhan 42", True),
        ("dòng một\n@BaoNgayBot dòng hai", "dòng một\n dòng hai", True),
        ("hỏi @BaoNgayBotKhac đi", "hỏi @BaoNgayBotKhac đi", False),
        ("ai trực hôm nay?", "ai trực hôm nay?", False),
    ],
)
async def test_how_groups_speak_to_the_bot(
    server: TelegramServer,
    hearing: Hearing,
    text: str,
    heard_as: str,
    addressed: bool,
) -> None:
    """Our name is taken out and told by a mark; the rest of the talk is heard unmarked, and the handlers decide."""
    (incoming,) = await heard(server, hearing, lambda lan, group: lan.says(group, text))
    assert (incoming.text, incoming.group, dict(incoming.data)) == (heard_as, True, {"addressed": True} if addressed else {})


async def test_a_reply_to_the_bot_is_addressed(server: TelegramServer, hearing: Hearing) -> None:
    """Answering one of our messages is speaking to us."""
    (incoming,) = await heard(server, hearing, lambda lan, group: lan.says(group, "nhan", reply_to=said(group)), privacy=True)
    assert (incoming.text, incoming.data) == ("nhan", {"addressed": True})


async def test_commands_for_other_bots_are_not_ours(server: TelegramServer, hearing: Hearing) -> None:
    """Two bots may have commands of the same name."""
    assert await heard(server, hearing, lambda lan, group: lan.says(group, "/start@BotKhac")) == []


async def test_privacy_mode_hides_small_talk(server: TelegramServer, hearing: Hearing) -> None:
    """With the platform's default the bot does not even see what is not meant for it."""

    async def act(lan: Person, group: Group) -> None:
        await lan.says(group, "nhan 42")
        await lan.says(group, "/nhan 42")

    assert [incoming.text for incoming in await heard(server, hearing, act, privacy=True)] == ["/nhan 42"]
