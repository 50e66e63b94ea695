"""A small strict Bot API server on the loopback address: offsets, long polls, conflicts, refusals and faults as at the real one.

    async with TelegramServer() as server:
        lan = server.user(101, "Lan")
        await lan.starts("CODE")
        card = await server.wait_text(lan.chat, "Chào")
        query = await lan.presses(card, "Báo cáo")

What people do is in telegram_people, the methods of the Bot API in telegram_methods, what is remembered in telegram_chats, rates in
telegram_limits, the webhook in telegram_webhook, the menus of commands in telegram_menus.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.emulators.telegram_chats import Chat, File, Json, Query, Refused, Sent
from tests.emulators.telegram_limits import Gate, Limits
from tests.emulators.telegram_menus import Menus
from tests.emulators.telegram_methods import Methods, bot_json
from tests.emulators.telegram_people import Group, Person, addressed
from tests.emulators.telegram_webhook import Webhook

T = TypeVar("T")

TOKEN = "700000001:AAEmulatorTokenThatNobodyMayLog_0123"
_SENDS = ("sendmessage", "sendphoto", "sendvoice", "senddocument", "sendmediagroup")


@dataclass(frozen=True)
class Call:
    """One request, as it arrived."""

    method: str  # lower case
    params: Mapping[str, str]
    at: float  # monotonic seconds

    @property
    def chat(self) -> str:
        return self.params.get("chat_id", "")


@dataclass
class Fault:
    method: str
    times: int
    chat: str = ""
    refusal: Refused | None = None
    hangs: bool = False  # no answer at all
    deliver: bool = False  # the work is done all the same


@dataclass
class TelegramServer:
    """`privacy`: the bot sees only commands, mentions and replies in groups where it is no administrator (the platform's default). `limits`:
    the rates above which it refuses with 429, none by default; `gate.refused` has the refusals."""

    username: str = "BaoNgayBot"
    token: str = TOKEN
    privacy: bool = True
    knows_styles: bool = True
    limits: Limits | None = None
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    pending: dict[int, Json] = field(default_factory=dict)  # updates not acknowledged yet
    acknowledged: set[int] = field(default_factory=set)  # ids of updates that will not come again
    updates: dict[int, Json] = field(default_factory=dict)  # all that ever were
    base_url: str = ""

    def __post_init__(self) -> None:
        self.me = bot_json(self.username)
        self.gate = Gate(self.limits or Limits())
        self.menus = Menus(self.chats)
        self.hook = Webhook(self)
        self._methods = Methods(self)
        self._faults: list[Fault] = []
        self._again: list[Json] = []
        self._numbers = iter(range(5000, 10**9))
        self._next_update = 1000
        self._poll = 0
        self._polls: set[asyncio.Event] = set()
        self._allowed: list[str] = []
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # --- running ------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=60 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.hook.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._runner is not None
        await self.hook.stop()
        await self._runner.cleanup()

    # --- people and groups --------------------------------------------------------------------------------------------

    def user(self, person_id: int, name: str = "Lan", language: str = "vi") -> Person:
        person = Person(self, person_id, name, language)
        self.chats[person_id] = person.chat
        return person

    def group(self, title: str = "Phòng trực", *, kind: str = "supergroup", bot: str = "member") -> Group:
        number = self.next_number()
        group = Group(self, -1001000000000 - number if kind == "supergroup" else -number, title, kind, bot)
        self.chats[group.id] = group
        return group

    def migrate(self, group: Group, by: Person) -> Group:
        """The group becomes a supergroup: a new id, two service messages, and refusals that name the new id."""
        new = self.group(group.title, bot=group.bot)
        group.moved_to = new.id
        for chat, content in ((group, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": group.id})):
            message = self.record(Sent(self.next_message_id(chat), chat, by.json, kind="other", extra=content))
            self.push(message=message.json())
        return new

    # --- faults -------------------------------------------------------------------------------------------------------

    def fail(self, method: str, code: int, description: str, *, times: int = 1, chat: int | str = "", **parameters: Any) -> None:
        """The next calls are refused: fail("sendMessage", 403, "Forbidden: bot was blocked by the user")."""
        self._faults.append(Fault(method.lower(), times, str(chat), Refused(code, description, **parameters)))

    def flood(self, method: str, retry_after: int, *, times: int = 1, chat: int | str = "") -> None:
        description = f"Too Many Requests: retry after {retry_after}"
        self.fail(method, 429, description, times=times, chat=chat, retry_after=retry_after)

    def hang(self, method: str, *, times: int = 1, chat: int | str = "", deliver: bool = False) -> None:
        """The next calls get no answer; `deliver`: the work is done all the same."""
        self._faults.append(Fault(method.lower(), times, str(chat), hangs=True, deliver=deliver))

    def drop(self, method: str, *, times: int = 1, chat: int | str = "", deliver: bool = False) -> None:
        """The next calls lose their connection instead of an answer."""
        self._faults.append(Fault(method.lower(), times, str(chat), deliver=deliver))

    def heal(self) -> None:
        self._faults.clear()

    def redeliver(self, update_id: int) -> None:
        """Once more, with the next poll or to the webhook, acknowledged or not."""
        if self.hook.url:
            self.pending[update_id] = self.updates[update_id]
        else:
            self._again.append(self.updates[update_id])
        self.changed()

    def push_undecodable(self) -> int:
        """An update of a shape that no library knows: a message without chat and date. Returns its id."""
        return self.push(message={"message_id": 1, "text": "bí mật"})

    # --- looking ------------------------------------------------------------------------------------------------------

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 30) -> T:  # noqa: ASYNC109  a test's patience
        """What the predicate gives, as soon as it is true."""
        until = time.monotonic() + timeout
        while not (value := predicate()):
            if time.monotonic() > until:
                raise AssertionError(
                    f"not within {timeout} s; the bot said {[(c.title, c.texts[-3:]) for c in list(self.chats.values())[:50]]}"
                )
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 0.02)  # the predicate may look at other things than this server
        return value

    async def wait_text(self, chat: Chat, fragment: str, timeout: float = 30) -> Sent:  # noqa: ASYNC109
        """The newest message of the bot that holds the fragment, as soon as there is one."""
        found = await self.wait_for(lambda: chat.find(fragment), timeout)
        assert found is not None
        return found

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method.lower()]

    def busiest(self, seconds: float, chat: int | str = "") -> int:
        """The most sends within any such span, to one chat or altogether: what the platform's rate limits look at."""
        times = [call.at for call in self.calls if call.method in _SENDS and (not chat or call.chat == str(chat))]
        return max((sum(start <= other < start + seconds for other in times) for start in times), default=0)

    # --- used by people and methods -----------------------------------------------------------------------------------

    def changed(self) -> None:
        self._changed.set()
        self.hook.look()
        for waiting in list(self._polls):
            waiting.set()

    def allow(self, kinds: list[str]) -> None:
        """The kinds of update that the bot asks for; none named: as before."""
        self._allowed = kinds or self._allowed

    def acknowledge(self, update_id: int) -> None:
        self.pending.pop(update_id, None)
        self.acknowledged.add(update_id)

    def next_number(self) -> int:
        return next(self._numbers)

    def next_message_id(self, chat: Chat) -> int:
        """A supergroup counts by itself, everything else in one row: ids are unique only within a chat."""
        return len(chat.messages) + 1 if chat.kind == "supergroup" else self.next_number()

    def record(self, message: Sent) -> Sent:
        message.chat.messages.append(message)
        self.changed()
        return message

    def push(self, **update: Any) -> int:
        """An update for the bot, if it asked for this kind. Returns its id (0: not asked for)."""
        if self._allowed and not set(update) & set(self._allowed):
            return 0
        update_id, self._next_update = self._next_update, self._next_update + 1
        self.updates[update_id] = self.pending[update_id] = {"update_id": update_id, **update}
        self.changed()
        return update_id

    def shows(self, message: Sent) -> bool:
        """Whether the bot gets to see a message of somebody else."""
        if message.chat.bot in {"left", "kicked", "never"} or message.chat.moved_to:
            return False
        hidden = self.privacy and message.chat.kind != "private" and message.chat.bot != "administrator"
        return not hidden or addressed(message, self.username)

    def change_bot(self, chat: Chat, status: str, by: Json) -> None:
        old, chat.bot = chat.bot, status
        left, right = ({"user": self.me, **_member(one)} for one in (old, status))
        self.push(
            my_chat_member={
                "chat": chat.json(),
                "from": by,
                "date": int(time.time()),
                "old_chat_member": left,
                "new_chat_member": right,
            }
        )

    @staticmethod
    def content(kind: str, file: File | None, mime: str = "") -> Json:
        """The part of a message that tells of its file."""
        if file is None:
            return {}
        about: Json = {"file_id": file.id, "file_unique_id": file.unique, "file_size": file.size}
        if kind == "photo":
            small = {"file_id": f"{file.id}-small", "file_unique_id": f"{file.unique}s", "file_size": 900, "width": 90, "height": 67}
            return {"photo": [small, {**about, "width": 1280, "height": 960}]}
        if kind == "voice":
            return {"voice": {**about, "duration": 3, "mime_type": mime or "audio/ogg"}}
        return {"document": {**about, "file_name": file.name, "mime_type": mime}}

    # --- the wire -----------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if request.match_info["token"] != self.token:
            return _refusal(Refused(401, "Unauthorized") if ":" in request.match_info["token"] else Refused(404, "Not Found"))
        params, files = await self._read(request)
        call = Call(method, params, time.monotonic())
        self.calls.append(call)
        if self.limits is not None and (seconds := self.gate.retry_after(method, call.chat, _messages(params), call.at)):
            return _refusal(Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))
        fault = self._fault(method, params.get("chat_id", ""))
        if fault is not None and fault.refusal is not None:
            return _refusal(fault.refusal)
        try:
            result = None
            if fault is None or fault.deliver:
                result = await self._get_updates(params) if method == "getupdates" else self._run(method, params, files)
        except Refused as refused:
            return _refusal(refused)
        finally:
            self.changed()
        if fault is not None:
            if fault.hangs:
                await asyncio.sleep(3600)
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "result": result})

    def _run(self, method: str, params: Mapping[str, str], files: Mapping[str, File]) -> Any:
        if not self._methods.knows(method):
            raise Refused(404, "Not Found: method not found")
        return self._methods.call(method, params, files)

    async def _read(self, request: web.Request) -> tuple[dict[str, str], dict[str, File]]:
        if request.content_type == "application/json":
            body = await request.json()
            return {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}, {}
        params: dict[str, str] = dict(request.query)
        files: dict[str, File] = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                body = value.file.read()
                value.file.close()
                files[name] = File(f"out-{self.next_number()}", body, value.filename, len(body))
            else:
                params[name] = value if isinstance(value, str) else bytes(value).decode()
        return params, files

    def _fault(self, method: str, chat: str) -> Fault | None:
        for fault in self._faults:
            if fault.times > 0 and fault.method in {method, "*"} and fault.chat in {"", chat}:
                fault.times -= 1
                return fault
        return None

    async def _get_updates(self, params: Mapping[str, str]) -> list[Json]:
        if self.hook.url:
            raise Refused(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._poll += 1
        mine, offset, limit = self._poll, int(params.get("offset", 0)), int(params.get("limit", 100))
        self.allow(json.loads(params.get("allowed_updates") or "[]"))
        forget = sorted(self.pending)[:offset] if offset < 0 else [number for number in self.pending if number < offset]
        for number in forget:
            self.acknowledge(number)
        self.changed()
        until = time.monotonic() + float(params.get("timeout", 0))
        woken = asyncio.Event()
        self._polls.add(woken)
        try:
            while not (self.pending or self._again) and time.monotonic() < until:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), until - time.monotonic())
                woken.clear()
                if mine != self._poll:
                    description = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                    raise Refused(409, description)
        finally:
            self._polls.discard(woken)
        again, self._again = self._again, []
        return (again + [update for _, update in sorted(self.pending.items())])[: max(1, min(limit, 100))]

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self.files.get(request.match_info["path"].removeprefix("files/"))
        if request.match_info["token"] != self.token:
            return _refusal(Refused(401, "Unauthorized"))
        fault = self._fault("download", "")
        if fault is not None and fault.refusal is not None:
            return _refusal(fault.refusal)
        if file is None or file.gone:
            return _refusal(Refused(404, "Not Found"))
        return web.Response(body=file.body)


def _member(status: str) -> Json:
    """A ChatMember of the bot with the fields that its status demands."""
    if status == "kicked":
        return {"status": "kicked", "until_date": 0}
    if status == "administrator":
        rights = [
            "manage_chat",
            "delete_messages",
            "manage_video_chats",
            "restrict_members",
            "promote_members",
            "change_info",
            "invite_users",
        ]
        rights += ["post_stories", "edit_stories", "delete_stories"]
        return {"status": status, "can_be_edited": False, "is_anonymous": False} | {f"can_{right}": True for right in rights}
    return {"status": "left" if status == "never" else status}


def _messages(params: Mapping[str, str]) -> int:
    """An album of n counts as n messages."""
    return len(json.loads(params["media"])) if params.get("media") else 1


def _refusal(refused: Refused) -> web.Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)
