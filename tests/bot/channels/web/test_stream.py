"""Coming back: after a break of the line, a reload of the page, a restart of the program, or "start again"."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels import Delivered, Later, Outcome
from bot.channels.web import routes
from bot.channels.web.contract import Past, Said, Sent
from bot.channels.web.shelf import Shelf, ShelfFull
from bot.channels.web.stream import Stream
from models.talk import Incoming, Kind, Letter, LetterKind, Press
from tests.bot.channels.web.stage import START, Stage, buttons, say, training_room

ASKED = Letter("l1", "web", "ctv", LetterKind.SAY, "Trẻ đang như thế nào?", buttons=buttons(("7.safe", "TẠM AN TOÀN")))
HELLO = Incoming("web", "post-0001", "ctv", "ctv", Kind.TEXT, START, text="báo cáo", message="w1")
PRESSED = replace(
    HELLO,
    external_id="post-0002",
    kind=Kind.PRESS,
    text="",
    message="w3",
    press=Press(7, "safe", "post-0002", "w2"),
    data={"label": "TẠM AN TOÀN"},
)
RETIRED = Letter("l2", "web", "ctv", LetterKind.RETIRE, "")
PAST: dict[str, list[Past]] = {"ctv": [Said(HELLO), Sent(ASKED, "w2", START), Said(PRESSED), Sent(RETIRED, "w2", START)]}


async def seen(stage: Stage, chat: str) -> list[tuple[str, str, int]]:
    """(id, text, buttons) of a chat, as a page that has just been opened is told."""
    async with stage.events() as events:
        name, data = await events.next()
        assert name == "reload"
        return [(m["id"], m["text"], len(m["buttons"])) for m in data["chats"][chat]]


async def test_history_after_a_restart() -> None:
    """After a restart a chat shows what it showed before, by replaying messages and letters of every kind."""
    async with training_room(PAST) as stage:
        assert await seen(stage, "ctv") == [("w1", "báo cáo", 0), ("w2", "Trẻ đang như thế nào?", 0), ("w3", "TẠM AN TOÀN", 0)]


async def test_ids_go_on_after_a_restart() -> None:
    """A new message never takes the id of one from before the restart, and old ones can still be edited."""
    async with training_room(PAST) as stage:
        assert await stage.channel.send(stage.letter("phuong", "Chào")) == Delivered("w4")
        assert isinstance(await stage.channel.send(stage.letter("ctv", "Mới", kind=LetterKind.EDIT, target_external="w2")), Delivered)


async def test_post_from_before_a_restart_is_the_same_message() -> None:
    """A post that is repeated after a restart is the Incoming of the history."""
    async with training_room(PAST) as stage:
        await stage.post("/api/say", say("ctv", "báo cáo", id="post-0001"))
        assert (stage.heard, len(await seen(stage, "ctv"))) == ([HELLO], 3)


async def test_page_that_comes_back_gets_what_it_missed() -> None:
    """A page that was away gets exactly what came meanwhile, in order."""
    async with training_room() as stage:
        async with stage.events() as events:
            await events.next()
        for text in ("một", "hai"):
            await stage.channel.send(stage.letter("ctv", text))
        async with stage.events(events.mark) as back:
            assert [(await back.next())[1]["message"]["text"] for _ in range(2)] == ["một", "hai"]


@pytest.mark.parametrize("mark", ["", "nonsense", "0123456789ab-4", "-", "x-y-z"])
async def test_unknown_mark_loads_everything(mark: str) -> None:
    """A mark of another process, or none, loads everything."""
    async with training_room(PAST) as stage, stage.events(mark) as events:
        assert (await events.next())[0] == "reload"


async def test_too_long_away_loads_everything() -> None:
    """A page that missed more than is kept loads everything, and then goes on."""
    stream = Stream(lambda: "all", lambda: "clock", kept=3)
    stream.publish("message", 0)
    first = stream.follow("", beat=0.01)
    mark = (await anext(first)).decode().split("\n")[0].removeprefix("id: ")
    for number in range(1, 4):
        stream.publish("message", number)
    assert [part.decode().count("event: message") for part in stream._since(mark)] == [1, 1, 1]
    stream.publish("message", 4)
    assert [b"reload" in part for part in stream._since(mark)] == [True]


async def test_quiet_stream_tells_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing happens a page is told the time, so that its clock is right."""
    monkeypatch.setattr(routes, "BEAT", 0.05)
    async with training_room() as stage, stage.events() as events:
        await events.next()
        assert await events.next() == ("clock", {"now": START.isoformat()})


async def test_open_page_does_not_hold_up_the_stop() -> None:
    """When the program stops, the stream of an open page ends at once."""
    async with training_room() as stage, stage.events() as events:
        await events.next()
        await stage.channel.close()
        assert await events.next() == ("", None)


async def test_start_again() -> None:
    """After "start again" every page loads an empty room; what is sent meanwhile waits; the same click twice is one start."""
    async with training_room(PAST) as stage, stage.events() as events:
        await events.next()
        outcomes: list[Outcome] = []
        refused: list[int] = []

        async def meanwhile() -> None:
            outcomes.append(await stage.channel.send(stage.letter("ctv", "cũ")))
            refused.append((await stage.post("/api/say", say("ctv", "cũ")))[0])

        stage.room.again = meanwhile
        for _ in range(2):
            await stage.post("/api/again", {"id": "again-0001"})
        assert ([type(outcome) for outcome in outcomes], refused, stage.room.starts) == ([Later], [503], 1)
        name, data = await events.next()
        assert (name, data["chats"]["ctv"]) == ("reload", [])


def test_shelf_drops_the_oldest_but_never_what_is_wanted() -> None:
    """When the place is used up the oldest files go, except uploads that nobody has fetched yet."""
    shelf = Shelf(cap=10)
    wanted = shelf.put("photo", b"1234", "image/jpeg", "", wanted=True)
    old = shelf.put("photo", b"1234", "image/jpeg", "")
    new = shelf.put("photo", b"123456", "image/jpeg", "")
    assert [shelf.get(held.token) is not None for held in (wanted, old, new)] == [True, False, True]
    shelf.put("photo", b"123456", "image/jpeg", "", wanted=True)
    with pytest.raises(ShelfFull):
        shelf.put("photo", b"1", "image/jpeg", "")
    shelf.fetched(wanted.token)
    shelf.put("photo", b"1", "image/jpeg", "")
    assert shelf.get(wanted.token) is None


def test_page_words_are_complete() -> None:
    """The page has every word in both languages, with the same places in it."""
    words = json.loads(Path(routes.__file__).with_name("static").joinpath("words.json").read_text())
    places = {language: {key: text.count("%(") for key, text in told.items()} for language, told in words.items()}
    assert places["vi"] == places["en"]
    assert all(text.strip() for told in words.values() for text in told.values())


def test_page_asks_for_known_words_only() -> None:
    """Every word that the page asks for by name is in the list."""
    static = Path(routes.__file__).with_name("static")
    words = json.loads((static / "words.json").read_text())["vi"]
    html = (static / "index.html").read_text()
    asked = {part.split('"')[1] for name in ("data-word=", "data-word-label=") for part in html.split(name)[1:]}
    for script in static.glob("*.js"):
        asked |= {part.split('"')[1] for part in script.read_text().split("word(")[1:] if part.startswith('"')}
    assert asked - words.keys() == set()
