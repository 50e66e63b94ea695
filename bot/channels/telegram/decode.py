"""One update, typed by aiogram, becomes one neutral Incoming, or None where there is nothing that a turn could want.

Source: https://core.telegram.org/bots/api (Update, Message, CallbackQuery, ChatMemberUpdated).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Document, Message, PhotoSize, Update, User

from bot.channels import buttons
from bot.channels.telegram.limits import MAX_FILE
from models.talk import FileRef, Incoming, Json, Kind, Press

CHANNEL = "telegram"
ANONYMOUS_ADMIN = 1087968824  # the one fake user behind whom all anonymous administrators of all groups speak

# Content of people that no dialogue can use; everything else without text or file is a service message ("X joined") and is ignored.
WITHHELD = frozenset(
    {
        "animation",
        "checklist",
        "dice",
        "game",
        "live_photo",
        "paid_media",
        "poll",
        "rich_message",
        "sticker",
        "story",
        "video",
        "video_note",
    }
    | {"unknown"}  # newer than the library: better to say that it cannot be read than to be silent
)
_COMMAND_TO = re.compile(r"(/\w+)@(\w+)")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as getMe tells."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class _Content:
    kind: Kind
    text: str = ""
    files: tuple[FileRef, ...] = ()
    data: Mapping[str, Json] = field(default_factory=dict)


def typed(raw: dict[str, Any], bot: Bot) -> Update:
    """Raises pydantic.ValidationError, whose text quotes the update: never log it.

    Of a ChatMember only its place matters here. aiogram demands every right of an administrator that the newest Bot API knows, and would
    not understand an older server's word that a room has thrown us out.
    """
    change = raw.get("my_chat_member")
    if isinstance(change, dict):
        members = {side: _place(change[side]) for side in ("old_chat_member", "new_chat_member") if isinstance(change.get(side), dict)}
        raw = {**raw, "my_chat_member": {**change, **members}}
    return Update.model_validate(raw, context={"bot": bot})


def _place(member: dict[str, Any]) -> dict[str, Any]:
    outside = member.get("status") in {"kicked", "left"} or member.get("is_member") is False
    return {"status": "left" if outside else "member", "user": member.get("user")}


def read(raw: dict[str, Any], bot: Bot, me: Me, now: datetime) -> Incoming | str | None:
    """The Incoming, None for what nobody wants, or the class of the error: its text would quote what somebody wrote."""
    try:
        return decode(typed(raw, bot), me, now)
    except Exception as error:  # noqa: BLE001  whatever is wrong with one update, it is recorded and the others go on
        return type(error).__name__


def decode(update: Update, me: Me, now: datetime) -> Incoming | None:
    """`now` stands for the time of a press, which Telegram does not tell."""
    if update.message is not None:
        return _message(update.update_id, update.message, me)
    if update.edited_message is not None:
        return _message(update.update_id, update.edited_message, me, edited=True)
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query, now)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return None


def _base(update_id: int, kind: Kind, chat: Chat, user: User | None, at: datetime) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        external_id=f"u{update_id}",
        chat=str(chat.id),
        sender=str(user.id) if user else "",
        kind=kind,
        at=at.astimezone(UTC),
        group=chat.type in {"group", "supergroup"},
        anonymous=user is not None and user.id == ANONYMOUS_ADMIN,
        sender_name=user.full_name if user else "",
        locale=(user.language_code or "") if user else "",
    )


def _message(update_id: int, message: Message, me: Me, *, edited: bool = False) -> Incoming | None:
    if message.chat.type == "channel" or message.is_automatic_forward:
        return None
    base = _base(update_id, Kind.UNSUPPORTED, message.chat, message.from_user, _sent(message))
    if message.migrate_to_chat_id is not None:
        return replace(base, kind=Kind.MIGRATED, message=str(message.message_id), data={"to": str(message.migrate_to_chat_id)})
    anonymous = base.anonymous or (message.sender_chat is not None and message.sender_chat.id == message.chat.id)
    if not anonymous and (message.from_user is None or message.from_user.is_bot):
        return None
    content = _content(message)
    if content is None or (edited and content.kind == Kind.LOCATION):  # a live location is edited every few seconds
        return None
    for_us = _read(content.text, message, me)
    if for_us is None:
        return None
    text, addressed = for_us
    return replace(
        base,
        kind=content.kind,
        text=text,
        files=content.files,
        topic=_topic(message),
        anonymous=anonymous,
        message=str(message.message_id),
        edits=edited,
        album=message.media_group_id or "",
        forwarded=message.forward_origin is not None,
        data={**content.data, **({"addressed": True} if base.group and addressed else {})},
    )


def _sent(message: Message) -> datetime:
    return message.date if message.edit_date is None else datetime.fromtimestamp(message.edit_date, UTC)


def _topic(message: Message) -> str:
    return str(message.message_thread_id) if message.is_topic_message and message.message_thread_id else ""


def _content(message: Message) -> _Content | None:
    caption = message.caption or ""
    if message.text is not None:
        return _Content(Kind.TEXT, message.text)
    if message.photo:
        return _Content(Kind.PHOTO, caption, (_photo(message.photo),))
    sound = message.voice or message.audio
    if sound is not None:
        name = (message.audio.file_name or "") if message.audio else ""
        ref = FileRef(sound.file_id, "voice", sound.file_size, sound.mime_type or "audio/ogg", name, sound.file_unique_id)
        return _Content(Kind.VOICE, caption, (ref,))
    if message.document is not None and message.animation is None:  # an animation comes as a document too
        return _document(message.document, caption)
    if message.location is not None:
        place = f"{message.venue.title}, {message.venue.address}" if message.venue else ""
        return _Content(Kind.LOCATION, place, data={"lat": message.location.latitude, "lon": message.location.longitude})
    if message.contact is not None:  # the quickest way to give a telephone number: as good as typing it
        return _Content(Kind.TEXT, message.contact.phone_number, data={"what": "contact"})
    what = str(getattr(message.content_type, "value", message.content_type))
    return _Content(Kind.UNSUPPORTED, caption, data={"what": what}) if what in WITHHELD else None


def _photo(sizes: list[PhotoSize]) -> FileRef:
    fitting = [size for size in sizes if (size.file_size or 0) <= MAX_FILE] or sizes[:1]
    best = max(fitting, key=lambda size: size.width * size.height)
    return FileRef(best.file_id, "photo", best.file_size, "image/jpeg", unique=best.file_unique_id)


def _document(document: Document, caption: str) -> _Content:
    mime = document.mime_type or ""
    kind, ref_kind = (Kind.PHOTO, "photo") if mime.startswith("image/") else (Kind.FILE, "file")
    ref = FileRef(document.file_id, ref_kind, document.file_size, mime, document.file_name or "", document.file_unique_id)
    return _Content(kind, caption, (ref,))


def _read(text: str, message: Message, me: Me) -> tuple[str, bool] | None:
    """The text without our name, and whether it speaks to us; None for a command that names another bot."""
    command = _COMMAND_TO.match(text)
    if command is not None:
        if command[2].casefold() != me.username.casefold():
            return None
        text = command[1] + text[command.end() :]
    replied = message.reply_to_message
    addressed = text.startswith("/") or (replied is not None and replied.from_user is not None and replied.from_user.id == me.id)
    if message.chat.type == "private":
        return text, addressed
    without, mentions = re.subn(rf"[ \t]*(?<!\w)@{re.escape(me.username)}\b[ \t,:]*", " ", text, flags=re.IGNORECASE)
    return (without.strip(), True) if mentions else (text, addressed)


def _press(update_id: int, query: CallbackQuery, now: datetime) -> Incoming | None:
    """The message may be one that Telegram no longer shows us (InaccessibleMessage): chat and id are still there."""
    message = query.message
    if message is None or (query.from_user.is_bot and query.from_user.id != ANONYMOUS_ADMIN):
        return None
    question, key = buttons.decode(query.data or "") or (0, "")  # the empty key is nobody's: answered as a button of no use any more
    return replace(
        _base(update_id, Kind.PRESS, message.chat, query.from_user, now),
        press=Press(question, key, id=query.id, message=str(message.message_id)),
        topic=_topic(message) if isinstance(message, Message) else "",
        message=str(message.message_id),
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Incoming | None:
    if change.chat.type == "channel":
        return None
    was, is_now = (member.status == "left" for member in (change.old_chat_member, change.new_chat_member))
    if was == is_now:
        return None  # promoted, restricted: still here
    return _base(update_id, Kind.BLOCKED if is_now else Kind.UNBLOCKED, change.chat, change.from_user, change.date)
