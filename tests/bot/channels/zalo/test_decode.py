"""Events of the Zalo Bot Platform, one by one: what a turn gets to see."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo.decode import Unread, Unusable, decode, external_id, read, unwrap
from models.talk import FileRef, Incoming, Kind

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LAN, ROOM = "6ede9afa66b88fe6d6a9", "zgr-6ede9afa66b88fe6d6a9"


def event(name: str = "text", /, *, without: Sequence[str] = (), **fields: Any) -> dict[str, Any]:
    message = {
        "from": {"id": LAN, "display_name": "Ted", "is_bot": False},
        "chat": {"id": LAN, "chat_type": "PRIVATE"},
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
        **fields,
    }
    return {"event_name": f"message.{name}.received", "message": {key: value for key, value in message.items() if key not in without}}


def sent_by(sender: object, chat: object = None) -> dict[str, Any]:
    found = event(text="a")
    found["message"] |= {"from": sender, "chat": chat}
    return found


def heard(given: dict[str, Any]) -> Incoming:
    found = decode(given, "zalo-1", NOW)
    assert found is not None
    return found


def test_the_event_of_the_documents() -> None:
    """A text in a private chat, to the last field."""
    assert heard(event(text="Xin chào")) == Incoming(
        channel="zalo-1",
        external_id="2d758cb5e222177a4e35",
        chat=LAN,
        sender=LAN,
        kind=Kind.TEXT,
        at=datetime(2025, 6, 19, 6, 55, 31, 602000, tzinfo=UTC),
        text="Xin chào",
        sender_name="Ted",
        message="2d758cb5e222177a4e35",
    )


@pytest.mark.parametrize("body", [event(text="chào"), {"ok": True, "result": event(text="chào")}])
def test_bare_and_wrapped(body: dict[str, Any]) -> None:
    """The platform posts either."""
    assert heard(unwrap(body)).text == "chào"


PHOTO = "https://photo.example.org/a.jpg?x=1"


@pytest.mark.parametrize(
    ("given", "kind", "text", "files"),
    [
        (event("image", photo_url=PHOTO, caption="đây"), Kind.PHOTO, "đây", (FileRef(PHOTO, "photo"),)),
        (event("image", photo=PHOTO), Kind.PHOTO, "", (FileRef(PHOTO, "photo"),)),
        (event("image", photo_url="", photo=PHOTO), Kind.PHOTO, "", (FileRef(PHOTO, "photo"),)),
        (event("voice", voice_url=PHOTO), Kind.VOICE, "", (FileRef(PHOTO, "voice"),)),
        (event("image", photo_url="file:///etc/passwd", caption="đây"), Kind.UNSUPPORTED, "đây", ()),
        (event("image", photo_url=["x"]), Kind.UNSUPPORTED, "", ()),
        (event("image"), Kind.UNSUPPORTED, "", ()),
        (event("voice", voice_url="https://a b"), Kind.UNSUPPORTED, "", ()),
        (event("sticker", sticker="5b1a", url=PHOTO), Kind.UNSUPPORTED, "", ()),
        (event("text"), Kind.UNSUPPORTED, "", ()),
        (event("text", text=17), Kind.UNSUPPORTED, "", ()),
        (event("hologram", text="mới"), Kind.UNSUPPORTED, "mới", ()),
        ({**event(text="a"), "event_name": None}, Kind.UNSUPPORTED, "a", ()),
        (event("unsupported"), Kind.WITHHELD, "", ()),
    ],
)
def test_kinds(given: dict[str, Any], kind: Kind, text: str, files: tuple[FileRef, ...]) -> None:
    """Text, photo, voice, what is withheld; everything else is told that it cannot be read, and never met with silence."""
    found = heard(given)
    assert (found.kind, found.text, found.files) == (kind, text, files)


def test_what_an_unsupported_one_was() -> None:
    """The word of the event's name, as far as it is one."""
    names = ["message.sticker.received", "message.<script>.received", "follow", 7]
    assert [heard({**event(), "event_name": name}).data["what"] for name in names] == ["sticker", "unknown", "unknown", "unknown"]


@pytest.mark.parametrize("chat", [{"id": ROOM}, {"id": ROOM, "chat_type": "PRIVATE"}, {"id": "abc", "chat_type": "GROUP"}])
def test_groups(chat: dict[str, Any]) -> None:
    """Known by the id or by the type; the text keeps its mention, and counts as addressed."""
    found = heard(event(text="@Bot Báo Ngay nhan 42", chat=chat))
    assert (found.group, found.chat, found.sender, found.text) == (True, chat["id"], LAN, "@Bot Báo Ngay nhan 42")
    assert found.data == {"addressed": True}


def test_bots_are_not_heard() -> None:
    """Nothing that a bot writes is worth a turn."""
    assert decode(sent_by({"id": "b0", "is_bot": True}), "zalo-1", NOW) is None


# --- what is missing --------------------------------------------------------------------------------------------------


def test_without_a_chat_it_is_the_senders_own() -> None:
    """And without a sender a private chat is its person's."""
    for without in (("chat",), ("from",)):
        found = heard(event("unsupported", without=without))
        assert (found.chat, found.sender, found.group) == (LAN, LAN, False)


def test_a_group_without_a_sender_has_none() -> None:
    """The group must not be taken for a person."""
    found = heard(event("unsupported", without=("from",), chat={"id": ROOM, "chat_type": "GROUP"}))
    assert (found.chat, found.sender, found.group) == (ROOM, "", True)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (event(text="a", without=("from", "chat")), "no sender and no chat"),
        (sent_by({"id": "x" * 65}, {"id": "a b"}), "no sender and no chat"),
        ({"event_name": "message.text.received"}, "no message"),
        ({"event_name": "message.text.received", "message": "chào"}, "no message"),
        ([], "no message"),
        (None, "no message"),
        ("chào", "no message"),
    ],
)
def test_what_nobody_can_be_answered_is_undecodable(given: Any, reason: str) -> None:
    """It says what is missing, and nothing of what was there."""
    with pytest.raises(Unusable, match=reason):
        decode(given, "zalo-1", NOW)
    found = read(given, "zalo-1", NOW)
    assert isinstance(found, Unread)
    assert (found.reason, found.external_id) == (reason, external_id(given, NOW))


@pytest.mark.parametrize("date", [None, "gestern", True, -5, 10**30, float("nan"), float("inf"), [], "9" * 40])
def test_a_date_that_is_none_is_now(date: object) -> None:
    """The clock of the receiver stands in."""
    assert heard(event(text="a", date=date)).at == NOW


@pytest.mark.parametrize("date", [1750316131602, 1750316131602.0, "1750316131602"])
def test_dates_are_milliseconds(date: object) -> None:
    """Numbers, or numbers as text."""
    assert heard(event(text="a", date=date)).at == datetime(2025, 6, 19, 6, 55, 31, 602000, tzinfo=UTC)


def test_half_a_character_does_not_break_a_report() -> None:
    """JSON can carry a lone surrogate, a database cannot: the rest of the text stays."""
    found = heard(json.loads(json.dumps(event(text="cứu \ud83d em"), ensure_ascii=True)))
    assert found.text == "cứu \ufffd em"


# --- the id -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message_id", [None, "", "x" * 65, {"a": 1}, "a b"])
def test_without_an_id_the_event_itself_is_its_id(message_id: object) -> None:
    """The same event again has the same id, whatever the hour and the order of its fields; another event has another."""
    once = event("unsupported", message_id=message_id)
    again = {"message": dict(reversed(once["message"].items())), "event_name": once["event_name"]}
    later = event("unsupported", message_id=message_id, date=1750316131603)
    found = [external_id(one, at) for one, at in ((once, NOW), (again, NOW + timedelta(days=7)), (later, NOW))]
    assert found[0] == found[1] != found[2]
    assert (found[0][0], len(found[0])) == ("h", 41)


def test_without_id_and_date_the_hour_tells_a_replay_from_a_second_cry() -> None:
    """Within the hour it is one message; a week later it is a child who writes again."""
    given = event("unsupported", without=("message_id", "date"))
    found = [external_id(given, NOW + after) for after in (timedelta(), timedelta(minutes=59), timedelta(days=7))]
    assert found[0] == found[1] != found[2]


def test_a_number_for_an_id_is_its_text() -> None:
    """Ids are text to us, whatever they are on the wire."""
    assert heard(event(text="a", message_id=17)).external_id == "17"


# --- anything at all --------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([LAN, ROOM, PHOTO, 1750316131602]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "is_bot", "chat_type", "x"]), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([f"message.{kind}.received" for kind in ("text", "image", "voice", "sticker", "unsupported")]) | VALUES
FIELDS = ["from", "chat", "message_id", "date", "text", "caption", "photo_url", "photo", "voice_url"]
EVENTS = st.fixed_dictionaries({"event_name": NAMES, "message": st.dictionaries(st.sampled_from(FIELDS), VALUES) | VALUES}) | VALUES


@given(EVENTS)
def test_whatever_comes_nothing_raises(given: Any) -> None:
    """An event is heard, ignored or recorded; and what is heard fits into its rows."""
    found = read(unwrap(given), "zalo-1", NOW)
    again = read(unwrap(given), "zalo-1", NOW)
    if found is None:
        return
    assert again is not None
    assert (found.external_id, len(found.external_id) <= 128) == (again.external_id, True)
    if isinstance(found, Incoming):
        assert 1 <= len(found.chat) <= 64
        assert len(found.sender) <= 64
        assert found.sender or found.group
        (found.text + found.sender_name).encode()
        assert all(file.ref.lower().startswith(("http://", "https://")) for file in found.files)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_a_known_sender_is_never_dropped(fields: Mapping[str, Any]) -> None:
    """Whatever else is broken: whoever can be answered is heard."""
    message = {**fields, "from": {"id": LAN}}
    assert isinstance(read({"event_name": "message.unsupported.received", "message": message}, "zalo-1", NOW), Incoming)
