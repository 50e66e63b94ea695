"""From a post of the page to the neutral Incoming: what is allowed in it, and nothing about what it means."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, web

from bot.channels.web.contract import Cast
from bot.channels.web.guard import Refused, limited
from models.talk import Kind

UPLOAD_LIMIT = 20 * 1024 * 1024  # bytes, all files of one post together
MAX_FILES = 10
MAX_TEXT = 4096
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_KINDS = {"image": Kind.PHOTO, "audio": Kind.VOICE}


@dataclass(frozen=True, slots=True)
class From:
    """Which chat, who writes, and the page's own id of the post: sent again after a failure, it is the same message."""

    id: str
    chat: str
    sender: str


@dataclass(frozen=True, slots=True)
class Upload:
    kind: Kind
    body: bytes
    mime: str
    name: str


def read_id(post: Mapping[str, Any]) -> str:
    given = read_word(post, "id")
    if not _ID.fullmatch(given):
        raise Refused(400, "id")
    return given


def read_word(post: Mapping[str, Any], name: str, limit: int = 100) -> str:
    given = post.get(name, "")
    if not isinstance(given, str) or len(given) > limit:
        raise Refused(400, name)
    return given


def read_number(post: Mapping[str, Any], name: str) -> int:
    given = post.get(name)
    if not isinstance(given, int) or isinstance(given, bool):
        raise Refused(400, name)
    return given


def read_from(post: Mapping[str, Any], cast: Cast) -> From:
    """Only the people of a chat can write in it."""
    given = From(read_id(post), read_word(post, "chat"), read_word(post, "sender"))
    chat = cast.chats().get(given.chat)
    if chat is None:
        raise Refused(404, "chat")
    if given.sender not in chat.actors:
        raise Refused(400, "sender")
    return given


def read_text(post: Mapping[str, Any]) -> str:
    text = read_word(post, "text", MAX_TEXT).strip()
    if not text:
        raise Refused(400, "text")
    return text


async def read_upload(request: web.Request) -> tuple[dict[str, str], list[Upload]]:
    """The fields and the files of a multipart post, in order; all files together within the limit."""
    if not request.content_type.startswith("multipart/"):
        raise Refused(400, "multipart")
    if (request.content_length or 0) > UPLOAD_LIMIT + 16 * MAX_TEXT:
        raise Refused(413, "too_large")
    fields: dict[str, str] = {}
    uploads: list[Upload] = []
    left = UPLOAD_LIMIT
    try:
        reader: MultipartReader = await request.multipart()
        async for part in reader:
            if not isinstance(part, BodyPartReader) or not part.name:
                raise Refused(400, "multipart")
            if len(fields) + len(uploads) > 2 * MAX_FILES:
                raise Refused(400, "files")
            if part.filename is None:
                fields[part.name] = (await limited(_chunks(part), 4 * MAX_TEXT)).decode()
                continue
            uploads.append(await _read_file(part, left))
            left -= len(uploads[-1].body)
    except ValueError:  # a malformed body, or a field that is not text
        raise Refused(400, "multipart") from None
    if not uploads or len(uploads) > MAX_FILES:
        raise Refused(400, "files")
    return fields, uploads


async def _read_file(part: BodyPartReader, limit: int) -> Upload:
    body = await limited(_chunks(part), limit)
    if not body:
        raise Refused(400, "files")
    mime = part.headers.get("Content-Type", "application/octet-stream").partition(";")[0].strip().lower()
    return Upload(_KINDS.get(mime.partition("/")[0], Kind.FILE), body, mime, (part.filename or "")[:100])


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk


def read_moment(post: Mapping[str, Any], zone: tzinfo) -> datetime:
    """ISO 8601; without an offset it is a time of day in the plan's zone, as the page's field gives it."""
    try:
        moment = datetime.fromisoformat(read_word(post, "to"))
    except ValueError:
        raise Refused(400, "to") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
