"""The web channel over real HTTP on the loopback address: what goes in is heard, what is sent arrives."""

import asyncio
from typing import Any

import pytest

from bot.channels import Delivered, FileGone, Gone, Never
from models.talk import FileRef, Incoming, Kind, LetterKind, Picture, Press
from tests.bot.channels.web.stage import START, Stage, buttons, say, training_room

ASKED = buttons(("7.safe", "TẠM AN TOÀN"), ("0.take:42", "Tôi tiếp nhận"))


async def send(stage: Stage, chat: str, text: str = "", **more: Any) -> str:
    outcome = await stage.channel.send(stage.letter(chat, text, **more))
    assert isinstance(outcome, Delivered)
    return outcome.external_id


# --- what people say --------------------------------------------------------------------------------------------------


async def test_text_is_heard() -> None:
    """A text is heard as one neutral message, at the time of the training clock."""
    async with training_room() as stage:
        answer = await stage.post("/api/say", say("ctv", " báo cáo\nngay "))
        expected = Incoming(
            channel="web",
            external_id="post-00000001",
            chat="ctv",
            sender="ctv",
            kind=Kind.TEXT,
            at=START,
            text="báo cáo\nngay",
            sender_name="Cộng tác viên",
            message="w1",
        )
        assert (answer, stage.heard) == ((200, {"id": "post-00000001"}), [expected])


async def test_room_is_a_group_with_chosen_senders() -> None:
    """In the duty room both officers can write, and it is a group."""
    async with training_room() as stage:
        await stage.post("/api/say", say("phong-truc", "nhan 42", sender="truc-b"))
        assert [(i.sender, i.sender_name, i.group) for i in stage.heard] == [("truc-b", "Cán bộ trực B", True)]


async def test_press_carries_its_question() -> None:
    """A press is heard with its question, its key, the message that carried it and the label as the person's words."""
    async with training_room() as stage:
        asked = await send(stage, "ctv", "Trẻ đang như thế nào?", buttons=ASKED)
        post = {"id": "post-00000002", "chat": "ctv", "sender": "ctv", "press": {"question": 7, "key": "safe", "message": asked}}
        await stage.post("/api/say", post)
        heard = stage.heard[0]
        assert heard.press == Press(7, "safe", id="post-00000002", message=asked)
        assert (heard.kind, heard.data) == (Kind.PRESS, {"label": "TẠM AN TOÀN"})


async def test_repeated_post_is_the_same_message() -> None:
    """A post sent again is the very same Incoming, and stands in the chat once."""
    async with training_room() as stage:
        await stage.post("/api/say", say("ctv", "một"))
        await stage.post("/api/say", say("ctv", "một"))
        assert stage.heard == [stage.heard[0]] * 2
        assert len(stage.channel.hub.snapshot()["ctv"]) == 1


async def test_answered_only_after_heard() -> None:
    """A post is answered only when hear has returned."""
    async with training_room() as stage, asyncio.TaskGroup() as tasks:
        safe, begun = asyncio.Event(), asyncio.Event()

        async def slowly(_incoming: Incoming) -> None:
            begun.set()
            await safe.wait()

        stage.answer = slowly
        posting = tasks.create_task(stage.post("/api/say", say("ctv", "một")))
        await begun.wait()
        await asyncio.sleep(0.05)
        assert not posting.done()
        safe.set()
        assert (await posting)[0] == 200


async def test_one_chat_in_order_others_meanwhile() -> None:
    """One chat is heard in order, one message at a time, while another chat is heard at once."""
    async with training_room() as stage:
        done: list[str] = []
        begun, other = asyncio.Event(), asyncio.Event()

        async def answer(incoming: Incoming) -> None:
            begun.set()
            if incoming.text == "một":
                await other.wait()
            done.append(incoming.text)
            if incoming.chat == "phuong":
                other.set()

        stage.answer = answer
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            tasks.create_task(stage.post("/api/say", say("ctv", "một", 1)))
            await begun.wait()
            tasks.create_task(stage.post("/api/say", say("ctv", "hai", 2)))
            tasks.create_task(stage.post("/api/say", say("phuong", "ba", 3)))
        assert done == ["ba", "một", "hai"]


async def test_unheard_is_taken_back() -> None:
    """What could not be heard is refused and disappears, so that the page offers to send it again; the second try is the same message."""
    async with training_room() as stage:
        stage.trouble.append(RuntimeError("the database is down"))
        refused, _ = await stage.post("/api/say", say("ctv", "một"))
        gone = stage.channel.hub.snapshot()["ctv"]
        again, _ = await stage.post("/api/say", say("ctv", "một"))
        assert (refused, gone, again) == (500, [], 200)
        assert [i.external_id for i in stage.heard] == ["post-00000001"]


async def test_edit_of_own_message() -> None:
    """An edited message is heard as an edit of the first one; somebody else's cannot be edited."""
    async with training_room() as stage:
        await stage.post("/api/say", say("ctv", "một", 1))
        await stage.post("/api/say", say("ctv", "hai", 2, edit="w1"))
        letter = await send(stage, "ctv", "Chào")
        refused = await stage.post("/api/say", say("ctv", "ba", 3, edit=letter))
        assert [(i.text, i.message, i.edits) for i in stage.heard] == [("một", "w1", False), ("hai", "w1", True)]
        assert refused == (409, {"error": "edit"})


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (say("ctv", "  "), (400, {"error": "text"})),
        (say("ctv", "x" * 4097), (400, {"error": "text"})),
        (say("ctv", "một", sender="phuong"), (400, {"error": "sender"})),
        (say("nobody", "một"), (404, {"error": "chat"})),
        (say("ctv", "một", id="../x"), (400, {"error": "id"})),
        (say("ctv", "", press="7.safe"), (400, {"error": "press"})),
        (say("ctv", "", press={"question": "7", "key": "safe"}), (400, {"error": "question"})),
        (["ctv"], (400, {"error": "json"})),
        (say("ctv", "x" * 70_000), (413, {"error": "too_large"})),
    ],
)
async def test_bad_posts(post: Any, expected: tuple[int, Any]) -> None:
    """A post that asks for something wrong is refused with a word for why, and nobody hears it."""
    async with training_room() as stage:
        assert (await stage.post("/api/say", post), stage.heard) == (expected, [])


# --- what is sent -----------------------------------------------------------------------------------------------------


async def test_letter_arrives() -> None:
    """A letter arrives at an open page with its buttons, columns and the time of the training clock."""
    async with training_room() as stage, stage.events() as events:
        await events.next()
        message = await send(stage, "ctv", "Trẻ đang\nnhư thế nào?", buttons=ASKED, columns=2, silent=True)
        name, data = await events.next()
        shown = data["message"]
        assert (name, data["chat"], shown["id"], shown["text"], shown["columns"]) == (
            "message",
            "ctv",
            message,
            "Trẻ đang\nnhư thế nào?",
            2,
        )
        assert shown["buttons"][1] == {"question": 0, "key": "take:42", "label": "Tôi tiếp nhận", "style": ""}
        assert (shown["at"], shown["silent"], shown["sender"]) == (START.isoformat(), True, "")


async def test_edit_retire_delete() -> None:
    """An edit changes the message in place, a retire takes only its buttons, a delete takes it away."""
    async with training_room() as stage, stage.events() as events:
        await events.next()
        card = await send(stage, "phong-truc", "Chưa ai nhận", buttons=ASKED)
        for kind, text in ((LetterKind.EDIT, "Đã nhận"), (LetterKind.RETIRE, ""), (LetterKind.DELETE, "")):
            await send(stage, "phong-truc", text, kind=kind, target_external=card, buttons=ASKED)
        seen = [await events.next() for _ in range(4)]
        assert [(name, data["message"]["text"], len(data["message"]["buttons"])) for name, data in seen] == [
            ("message", "Chưa ai nhận", 2),
            ("edit", "Đã nhận", 2),
            ("edit", "Đã nhận", 0),
            ("delete", "Đã nhận", 0),
        ]
        assert stage.channel.hub.snapshot()["phong-truc"] == []


async def test_toast_reaches_the_presser() -> None:
    """A toast is told to the chat of the press with who pressed, and is never a message."""
    async with training_room() as stage:
        post = {"id": "post-press", "chat": "phong-truc", "sender": "truc-b", "press": {"question": 0, "key": "take:42", "message": "w1"}}
        await stage.post("/api/say", post)
        async with stage.events() as events:
            await events.next()
            await send(stage, "phong-truc", "Đã có Cán bộ trực A tiếp nhận", kind=LetterKind.TOAST, target_external="post-press")
            toast = ("toast", {"chat": "phong-truc", "text": "Đã có Cán bộ trực A tiếp nhận", "actor": "truc-b"})
            assert await events.next() == toast


async def test_toast_without_words_is_not_shown() -> None:
    """It only ends the waiting sign that a messenger shows on a pressed button."""
    async with training_room() as stage, stage.events() as events:
        await events.next()
        await send(stage, "ctv", "", kind=LetterKind.TOAST, target_external="post-press")
        await send(stage, "ctv", "Sau đó")
        assert (await events.next())[0] == "message"


async def test_letter_sent_twice_is_one_message() -> None:
    """A letter sent again (its record was late) is the message that is there already."""
    async with training_room() as stage:
        letter = stage.letter("ctv", "Chào")
        assert await stage.channel.send(letter) == await stage.channel.send(letter)
        assert len(stage.channel.hub.snapshot()["ctv"]) == 1


async def test_outcomes_without_a_place() -> None:
    """An unknown chat is gone; an edit of what is not there can never be; deleting what is not there is done already."""
    async with training_room() as stage:
        outcomes = [
            await stage.channel.send(stage.letter("nobody", "Chào")),
            await stage.channel.send(stage.letter("ctv", "Chào", kind=LetterKind.EDIT, target_external="w9")),
            await stage.channel.send(stage.letter("ctv", kind=LetterKind.DELETE, target_external="w9")),
        ]
        assert [type(outcome) for outcome in outcomes] == [Gone, Never, Delivered]


async def test_picture_has_an_address_of_its_own() -> None:
    """A picture is served under an address nobody can guess, never stored by the browser, never as a page."""
    async with training_room() as stage:
        await send(stage, "truc-a", "Ảnh", pictures=(Picture("photo", b"jpeg", "image/jpeg"), Picture("file", b"<script>", "text/html")))
        photo, page = stage.channel.hub.snapshot()["truc-a"][0]["files"]
        assert await stage.get(photo["url"]) == (200, b"jpeg")
        async with stage.http.get(stage.url + page["url"]) as answer:
            assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/octet-stream", "no-store")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert (len(photo["url"]) > 40, (await stage.get("/api/file/guess"))[0]) == (True, 404)


# --- uploads ----------------------------------------------------------------------------------------------------------


async def test_album_is_heard_and_fetched() -> None:
    """Several photos are one message with a caption; their bytes can be fetched, and the same picture has the same mark."""
    async with training_room() as stage:
        fields = {"id": "post-album", "chat": "ctv", "sender": "ctv", "text": "Hai ảnh"}
        photo = ("a.jpg", b"same", "image/jpeg")
        assert (await stage.upload(fields, photo, photo))[0] == 200
        heard = stage.heard[0]
        assert (heard.kind, heard.text, heard.album, [f.size for f in heard.files]) == (Kind.PHOTO, "Hai ảnh", "post-album", [4, 4])
        assert heard.files[0].unique == heard.files[1].unique
        assert [await stage.channel.fetch(file) for file in heard.files] == [b"same", b"same"]
        shown = stage.channel.hub.snapshot()["ctv"][0]
        assert await stage.get(shown["files"][0]["url"]) == (200, b"same")


@pytest.mark.parametrize(
    ("mime", "kind"), [("audio/webm;codecs=opus", Kind.VOICE), ("image/heic", Kind.PHOTO), ("application/pdf", Kind.FILE)]
)
async def test_kinds_of_uploads(mime: str, kind: Kind) -> None:
    """A recording is a voice note, a picture a photo, anything else a file."""
    async with training_room() as stage:
        await stage.upload({"id": "post-file", "chat": "ctv", "sender": "ctv"}, ("x", b"body", mime))
        assert (stage.heard[0].kind, stage.heard[0].files[0].kind) == (kind, kind.value)


async def test_repeated_upload_is_the_same_message() -> None:
    """An upload sent again is the very same Incoming, with the files of the first."""
    async with training_room() as stage:
        for _ in range(2):
            await stage.upload({"id": "post-file", "chat": "ctv", "sender": "ctv"}, ("a.jpg", b"body", "image/jpeg"))
        assert stage.heard[0] == stage.heard[1]


async def test_upload_limits() -> None:
    """More than 20 MB, more than ten files, no file or an empty one is refused."""
    async with training_room() as stage:
        fields = {"id": "post-file", "chat": "ctv", "sender": "ctv"}
        small = ("a.jpg", b"body", "image/jpeg")
        answers = [
            await stage.upload(fields, ("a.jpg", bytes(21 * 1024 * 1024), "image/jpeg")),
            await stage.upload(fields, *([small] * 11)),
            await stage.upload(fields, ("a.jpg", b"", "image/jpeg")),
        ]
        expected = [(413, {"error": "too_large"}), (400, {"error": "files"}), (400, {"error": "files"})]
        assert (answers, stage.heard) == (expected, [])


async def test_file_of_an_earlier_process_is_gone() -> None:
    """A file that a restart has lost is gone, and says so."""
    async with training_room() as stage:
        with pytest.raises(FileGone):
            await stage.channel.fetch(FileRef("of-before", "photo"))
