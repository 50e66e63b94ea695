"""One event of the Zalo Bot Platform becomes one neutral Incoming, or None where there is nothing that a turn could want.

Any field may be missing, above all in `message.unsupported.received`. What matters most is who wrote: an event whose sender is known is never
dropped, because the sender may be a child. Ids are text, dates epoch milliseconds.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from models.talk import FileRef, Incoming, Json, Kind

GROUP_PREFIX = "zgr-"
_ID = re.compile(r"[!-~]{1,64}")  # what a row can hold; the platform's own have 20 or 24 characters
_EPOCH = datetime.fromtimestamp(0, UTC)


class Unusable(Exception):  # noqa: N818  the name says what happened
    """Nobody can be answered: it is no event, or names neither a sender nor a chat. The text names what is missing, never what is there."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An event that could not be decoded: what is recorded of it."""

    external_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Content:
    kind: Kind
    text: str = ""
    files: tuple[FileRef, ...] = ()
    data: Mapping[str, Json] = field(default_factory=dict)


def unwrap(body: Any) -> Any:
    """The event, given bare or within `{"ok": true, "result": …}`."""
    return body["result"] if isinstance(body, dict) and "event_name" not in body and "result" in body else body


def read(event: Any, channel: str, now: datetime) -> Incoming | Unread | None:
    """Never raises, whatever the event is."""
    try:
        return decode(event, channel, now)
    except Unusable as error:
        return Unread(external_id(event, now), str(error))
    except Exception as error:  # noqa: BLE001  whatever is wrong with one event, it is recorded and the next one is heard
        return Unread(external_id(event, now), type(error).__name__)


def decode(event: Any, channel: str, now: datetime) -> Incoming | None:
    """`now` (UTC) stands for a missing date. None: a bot wrote it. Raises Unusable."""
    if not isinstance(event, dict) or not isinstance(event.get("message"), dict):
        raise Unusable("no message")
    message = event["message"]
    sender, chat = _part(message, "from"), _part(message, "chat")
    if sender.get("is_bot") is True:
        return None
    sender_id = _id(sender.get("id"))
    chat_id = _id(chat.get("id")) or sender_id
    if not chat_id:
        raise Unusable("no sender and no chat")
    group = chat_id.startswith(GROUP_PREFIX) or (_id(chat.get("id")) == chat_id and str(chat.get("chat_type")).upper() == "GROUP")
    content = _content(event.get("event_name"), message)
    return Incoming(
        channel=channel,
        external_id=external_id(event, now),
        chat=chat_id,
        sender=sender_id if sender_id or group else chat_id,  # a private chat has its person's id
        kind=content.kind,
        at=_sent(message) or now,
        text=content.text,
        files=content.files,
        group=group,
        sender_name=_text(sender.get("display_name")),
        message=_id(message.get("message_id")),
        # A bot gets of a group only what mentions it or replies to it. The mention stays in the text: what it looks like depends on the
        # bot's display name, which the platform does not tell.
        data={**content.data, **({"addressed": True} if group else {})},
    )


def external_id(event: Any, now: datetime) -> str:
    """What the inbox knows an event by, for good: the platform's message id. Without one, "h" and a digest of the whole event. Where even the
    date is missing, the hour in which it came is part of the digest: the same event replayed is one message, and the same words of the
    same child a week later are not taken for a replay."""
    message = _part(event, "message") if isinstance(event, dict) else {}
    if found := _id(message.get("message_id")):
        return found
    hour = "" if _sent(message) else f"{now:%Y-%m-%dT%H}"
    canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), default=str)
    return "h" + hashlib.sha256((canonical + hour).encode()).hexdigest()[:40]


# --- content ----------------------------------------------------------------------------------------------------------


def _content(name: object, message: Mapping[str, Any]) -> _Content:
    caption = _text(message.get("caption")) or _text(message.get("text"))
    match name:
        case "message.text.received" if text := _text(message.get("text")):
            return _Content(Kind.TEXT, text)
        case "message.image.received" if address := _address(message, "photo_url", "photo"):
            return _Content(Kind.PHOTO, caption, (FileRef(address, "photo"),))
        case "message.voice.received" if address := _address(message, "voice_url", "voice"):
            return _Content(Kind.VOICE, caption, (FileRef(address, "voice"),))
        case "message.unsupported.received":
            return _Content(Kind.WITHHELD, caption)
        case _:  # better to say that it cannot be read than to be silent
            return _Content(Kind.UNSUPPORTED, caption, data={"what": _what(name)})


def _address(message: Mapping[str, Any], *names: str) -> str:
    """The first http or https address among these fields; the platform's documents and its life call them differently."""
    given = (_text(message.get(name)) for name in names)
    return next((text for text in given if re.match(r"https?://\S+\Z", text, re.IGNORECASE)), "")


def _what(name: object) -> str:
    """ "sticker" of "message.sticker.received"."""
    found = re.fullmatch(r"message\.([a-z_]{1,32})\.received", name) if isinstance(name, str) else None
    return found[1] if found else "unknown"


# --- fields that may be anything --------------------------------------------------------------------------------------


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _id(given: object) -> str:
    """ "" for what cannot be one."""
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    return text if _ID.fullmatch(text) else ""


def _text(given: object) -> str:
    """Half a character (a lone surrogate, which JSON can carry) becomes a mark for it: nothing could be stored with it."""
    return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(given, str) else ""


def _sent(message: Mapping[str, Any]) -> datetime | None:
    """None where the date is missing or can be no date of a message."""
    given = message.get("date")
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 20:
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        at = datetime.fromtimestamp(given / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return at if at > _EPOCH else None
