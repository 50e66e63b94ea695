"""The web channel over HTTP: the page, its files, posts in, events out. Every handler stands behind the guard."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.channels.web.guard import SAFE_HEADERS, Refused, guarded, read_json
from bot.channels.web.posts import From, Upload, read_from, read_id, read_moment, read_number, read_text, read_upload, read_word
from bot.channels.web.shelf import Held, ShelfFull
from models.talk import FileRef, Incoming, Kind, Label, Press

if TYPE_CHECKING:
    from bot.channels.web import WebChannel

BEAT = 10.0  # seconds of quiet after which a page is told the time
_STATIC = Path(__file__).parent / "static"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
_INLINE = {"image/jpeg", "image/png", "image/webp", "image/gif", "audio/webm", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav"}
_CLOSED_BOX = "default-src 'none'; sandbox"  # a file that somebody sent must never act as a page of ours


class Routes:
    def __init__(self, channel: "WebChannel") -> None:
        self._channel = channel
        self._static = {path.name: path.read_bytes() for path in _STATIC.iterdir() if path.suffix in _TYPES}

    def add_to(self, app: web.Application) -> None:
        gets = {
            "/": self._page,
            "/static/{name}": self._asset,
            "/api/cast": self._cast,
            "/api/stream": self._stream,
            "/api/file/{token}": self._file,
            "/api/clock": self._clock,
        }
        posts = {
            "/api/say": self._say,
            "/api/upload": self._upload,
            "/api/clock": self._move,
            "/api/clock/stop": self._stop,
            "/api/again": self._again,
        }
        app.router.add_routes([web.get(path, guarded(handler), allow_head=False) for path, handler in gets.items()])
        app.router.add_routes([web.post(path, guarded(handler)) for path, handler in posts.items()])
        app.on_shutdown.append(self._shut)

    async def _shut(self, _app: web.Application) -> None:
        await self._channel.close()  # an open stream would hold the server until its time-out

    # --- the page -----------------------------------------------------------------------------------------------------

    async def _page(self, _request: web.Request) -> web.Response:
        return self._static_answer("index.html")

    async def _asset(self, request: web.Request) -> web.Response:
        return self._static_answer(request.match_info["name"])

    def _static_answer(self, name: str) -> web.Response:
        if (body := self._static.get(name)) is None:
            raise Refused(404, "path")
        kind = _TYPES[Path(name).suffix]
        return web.Response(body=body, content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"})

    async def _cast(self, _request: web.Request) -> web.Response:
        cast = self._channel.cast
        panes = [
            {
                "id": pane.id,
                "title": _label(pane.title),
                "chats": [
                    {
                        "id": chat.id,
                        "title": _label(chat.title),
                        "group": chat.group,
                        "actors": chat.actors,
                        "hint": _label(chat.hint),
                        "openers": chat.openers,
                    }
                    for chat in pane.chats
                ],
            }
            for pane in cast.panes
        ]
        actors = [{"id": actor.id, "name": _label(actor.name), "role": _label(actor.role)} for actor in cast.actors]
        suggested = self._channel.room.suggested()
        start = suggested.astimezone(self._channel.zone).strftime("%Y-%m-%dT%H:%M") if suggested else ""
        return web.json_response({"panes": panes, "actors": actors, "zone": self._channel.zone.key, "suggested": start})

    # --- events out ---------------------------------------------------------------------------------------------------

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        await self._channel.ready()
        response = web.StreamResponse(headers=SAFE_HEADERS | {"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        try:
            async for part in self._channel.stream.follow(request.headers.get("Last-Event-ID", ""), BEAT):
                await response.write(part)
        except ConnectionResetError:
            pass  # the page was closed; it comes back with the mark it got to
        return response

    async def _file(self, request: web.Request) -> web.Response:
        if (held := self._channel.shelf.get(request.match_info["token"])) is None:
            raise Refused(404, "file")
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": _CLOSED_BOX}
        if held.mime in _INLINE:
            return web.Response(body=held.body, content_type=held.mime, headers=headers)
        return web.Response(
            body=held.body, content_type="application/octet-stream", headers=headers | {"Content-Disposition": "attachment"}
        )

    # --- posts in -----------------------------------------------------------------------------------------------------

    async def _say(self, request: web.Request) -> web.Response:
        post = await read_json(request)
        given = read_from(post, self._channel.cast)
        if "press" in post:
            make = partial(self._press, given, post["press"])
        elif "edit" in post:
            make = partial(self._edit, given, read_word(post, "edit"), read_text(post))
        else:
            make = partial(self._new, given, kind=Kind.TEXT, text=read_text(post))
        await self._channel.take(given.chat, given.id, make)
        return web.json_response({"id": given.id})

    async def _upload(self, request: web.Request) -> web.Response:
        post, uploads = await read_upload(request)
        given = read_from(post, self._channel.cast)
        caption = read_word(post, "text", 1024).strip()
        await self._channel.take(given.chat, given.id, partial(self._album, given, caption, uploads))
        return web.json_response({"id": given.id})

    def _new(self, given: From, *, kind: Kind, text: str = "", message: str = "") -> Incoming:
        """`message`: the id of the message that is edited; a new one gets the next."""
        return Incoming(
            channel=self._channel.name,
            external_id=given.id,
            chat=given.chat,
            sender=given.sender,
            kind=kind,
            at=self._channel.room.now(),
            text=text,
            group=self._channel.cast.chats()[given.chat].group,
            sender_name=self._channel.cast.names()[given.sender].vi,
            message=message or self._channel.hub.next_id(),
        )

    def _edit(self, given: From, message: str, text: str) -> Incoming:
        old = self._channel.hub.message(given.chat, message)
        if old is None or old.sender != given.sender or old.pressed:
            raise Refused(409, "edit")
        return replace(self._new(given, kind=Kind.TEXT, text=text, message=message), edits=True)

    def _press(self, given: From, press: Any) -> Incoming:
        if not isinstance(press, Mapping):
            raise Refused(400, "press")
        pressed = Press(read_number(press, "question"), read_word(press, "key"), id=given.id, message=read_word(press, "message"))
        incoming = replace(self._new(given, kind=Kind.PRESS), press=pressed)
        label = self._channel.hub.label(given.chat, pressed)
        return replace(incoming, data={"label": label}) if label else incoming

    def _album(self, given: From, caption: str, uploads: list[Upload]) -> Incoming:
        try:
            held = [self._channel.shelf.put(up.kind, up.body, up.mime, up.name, wanted=True) for up in uploads]
        except ShelfFull:
            raise Refused(503, "full") from None
        incoming = self._new(given, kind=uploads[0].kind, text=caption)
        return replace(incoming, files=tuple(_file_ref(file) for file in held), album=given.id if len(held) > 1 else "")

    # --- the clock ----------------------------------------------------------------------------------------------------

    async def _clock(self, _request: web.Request) -> web.Response:
        return web.json_response(self._channel.clock())

    async def _move(self, request: web.Request) -> web.Response:
        """ "plus": minutes; "next": to what is due next; "to": a moment."""
        post, moving = await read_json(request), self._channel.moving
        if "plus" in post:
            minutes = timedelta(minutes=min(read_number(post, "plus"), 10**7))
            await moving.move(read_id(post), lambda now: now + minutes)
        elif "next" in post:
            await moving.move_on(read_id(post))
        else:
            to = read_moment(post, self._channel.zone)
            await moving.move(read_id(post), lambda _now: to)
        return web.json_response(self._channel.clock())

    async def _stop(self, request: web.Request) -> web.Response:
        await read_json(request)
        self._channel.moving.stop()
        return web.json_response(self._channel.clock())

    async def _again(self, request: web.Request) -> web.Response:
        """ "to": the moment at which it begins, without it the machine's own time."""
        post = await read_json(request)
        await self._channel.start_again(read_id(post), read_moment(post, self._channel.zone) if "to" in post else None)
        return web.json_response(self._channel.clock())


def _label(label: Label) -> dict[str, str]:
    return {"vi": label.vi, "en": label.en}


def _file_ref(held: Held) -> FileRef:
    return FileRef(held.token, held.kind, len(held.body), held.mime, held.name, held.unique)
