"""A small strict server of the Zalo Bot Platform on the loopback address: one event a poll, refusals at HTTP 200, no acknowledgement.

    async with ZaloServer() as server:
        lan = server.user(101, "Lan")
        await lan.writes("báo cáo")
        question = await server.wait_text(lan.chat, "Trẻ đang như thế nào?")
        await lan.writes("1")

What people do is in zalo_people, the methods of the platform in zalo_methods, what is remembered in zalo_chats. `replays` and `loses` are
the two reported behaviours of getUpdates.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp import web

from tests.emulators.zalo_chats import Chat, File, Json, Refused, Sent
from tests.emulators.zalo_methods import Methods
from tests.emulators.zalo_people import Group, Person, addressed

T = TypeVar("T")

TOKEN = "1234567890123456789:emulatorTokenThatNobodyMayLog-_42"


@dataclass(frozen=True)
class Call:
    """One request, as it arrived."""

    method: str  # lower case
    params: Mapping[str, Any]
    at: float  # monotonic seconds

    @property
    def chat(self) -> str:
        return str(self.params.get("chat_id", ""))


@dataclass(frozen=True)
class Posted:
    """One event at the webhook. `status`: what was answered, 0 for no answer."""

    event: Json
    status: int


@dataclass
class Fault:
    method: str
    times: int
    chat: str = ""
    refusal: Refused | None = None
    hangs: bool = False  # no answer at all
    deliver: bool = False  # the work is done all the same
    after: int = 0  # so many calls pass before


@dataclass
class ZaloServer:
    """`replays`: getUpdates goes round through all events for ever. `loses`: what comes when nobody has polled for `offline_after` seconds
    is gone. `quota`: how many messages the bot may send. `public` is the internet: which address answers for which public one. `wraps`: a
    posted event comes within {"ok": true, "result": …}."""

    token: str = TOKEN
    account_name: str = "bot.baongay"
    display_name: str = "Bot Báo Ngay"
    replays: bool = False
    loses: bool = False
    offline_after: float = 0.5
    quota: int = 3000
    wraps: bool = False
    verifies: bool = True  # False: setWebhook saves the address, and refuses because it could not verify it
    public: dict[str, str] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)  # all that the bot was to get
    pending: list[Json] = field(default_factory=list)  # not given out yet; by webhook: not answered yet
    lost: list[Json] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    webhook: Json = field(default_factory=dict)
    base_url: str = ""

    def __post_init__(self) -> None:
        self._faults: list[Fault] = []
        self._numbers = iter(range(0x2D758CB5E222177A, 2**63))
        self._methods = Methods(self)
        self._changed = asyncio.Event()
        self._in_order: dict[str, asyncio.Lock] = {}
        self._posting: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    # --- running ------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._serve)
        app.router.add_get("/files/{id}", self._download)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10))
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._runner is not None
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        await self._http.close()
        await self._runner.cleanup()

    # --- people and groups --------------------------------------------------------------------------------------------

    def user(self, number: int, name: str = "Lan") -> Person:
        person = Person(self, number, name)
        self.chats[person.id] = person.chat
        return person

    def group(self, title: str = "Phòng trực") -> Group:
        group = Group(next(self._numbers), title)
        self.chats[group.id] = group
        return group

    # --- faults -------------------------------------------------------------------------------------------------------

    def fail(
        self, method: str, code: int, description: str = "", *, status: int | None = None, times: int = 1, chat: str = "", after: int = 0
    ) -> None:
        """The next calls are refused, once `after` of them have passed: fail("sendMessage", 429, "quota exceeded"). `status`: of HTTP, else
        the code itself; 5xx, 403 and 404 without words come as a proxy's page and not as JSON. Also of "download"."""
        refusal = Refused(code, description, code if status is None else status)
        self._faults.append(Fault(method.lower(), times, chat, refusal, after=after))

    def hang(self, method: str, *, times: int = 1, chat: str = "", deliver: bool = False, after: int = 0) -> None:
        """The next calls get no answer; `deliver`: the work is done all the same."""
        self._faults.append(Fault(method.lower(), times, chat, hangs=True, deliver=deliver, after=after))

    def drop(self, method: str, *, times: int = 1, chat: str = "", deliver: bool = False, after: int = 0) -> None:
        """The next calls lose their connection instead of an answer."""
        self._faults.append(Fault(method.lower(), times, chat, deliver=deliver, after=after))

    def heal(self) -> None:
        self._faults.clear()

    def expire_files(self) -> None:
        """The temporary addresses of all files so far are over."""
        for file in self.files.values():
            file.expired = True

    def push_undecodable(self) -> None:
        """An event that names neither a sender nor a chat."""
        self.push({"event_name": "message.text.received", "message": {"text": "bí mật"}})

    # --- looking ------------------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """The bot has taken everything and come back for more (by webhook: answered everything). Whoever polls comes back when it has heard
        what it took, or after its patience: give it a long `settle` where this is to mean that everything was heard."""
        return (
            not self.pending
            and not self._posting
            and (bool(self.webhook) or (self._methods.polling and not self._methods.given) or self.replays)
        )

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 30) -> T:  # noqa: ASYNC109  a test's patience
        """What the predicate gives, as soon as it is true."""
        until = time.monotonic() + timeout
        while not (value := predicate()):
            if time.monotonic() > until:
                raise AssertionError(f"not within {timeout} s; the bot said {[(c.title, c.texts[-3:]) for c in self.chats.values()]}")
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

    @property
    def sent(self) -> int:
        """How many messages the bot has sent: what the quota counts."""
        return sum(len(chat.said) for chat in self.chats.values())

    # --- used by people -----------------------------------------------------------------------------------------------

    def changed(self) -> None:
        self._changed.set()

    def next_message_id(self) -> str:
        return f"{next(self._numbers):020x}"

    def record(self, message: Sent) -> Sent:
        message.chat.messages.append(message)
        self._changed.set()
        return message

    def shows(self, message: Sent) -> bool:
        """Whether the bot gets to see a message of somebody else."""
        return not message.chat.gone and (message.chat.kind == "PRIVATE" or addressed(message, self.display_name))

    def push(self, event: Json) -> None:
        """An event for the bot: posted where a webhook is set, else there for the next poll."""
        if self.webhook:
            self.events.append(event)
            self.post(event)
        elif self.loses and not self._methods.polling and time.monotonic() - self._methods.polled_at > self.offline_after:
            self.lost.append(event)
        else:
            self.events.append(event)
            self.pending.append(event)
            self._methods.news.set()
        self._changed.set()

    def post(self, event: Json) -> None:
        """To the webhook, once more if it was there already; events of one chat one after another."""
        self.pending.append(event)
        task = asyncio.get_running_loop().create_task(self._post(event))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    # --- the wire -----------------------------------------------------------------------------------------------------

    async def _post(self, event: Json) -> None:
        chat = str(event["message"].get("chat", {}).get("id", ""))
        async with self._in_order.setdefault(chat, asyncio.Lock()):
            status = 0
            body = {"ok": True, "result": event} if self.wraps else event
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                headers = {"X-Bot-Api-Secret-Token": str(self.webhook.get("secret_token", ""))}
                async with self._http.post(self._reach(str(self.webhook.get("url", ""))), json=body, headers=headers) as answer:
                    status = answer.status
            self.pending.remove(event)
            self.posted.append(Posted(event, status))
            self._changed.set()

    def _reach(self, url: str) -> str:
        """The address that answers for a public one."""
        for name, address in self.public.items():
            if url.startswith(name):
                return address + url.removeprefix(name)
        return url

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if request.match_info["token"] != self.token:
            return _refusal(Refused(401, "Unauthorized", 401))
        params = await _params(request)
        self.calls.append(Call(method, params, time.monotonic()))
        fault = self._fault(method, str(params.get("chat_id", "")))
        if fault is not None and fault.refusal is not None:
            return _refusal(fault.refusal)
        try:
            result = await self._methods.call(method, params) if fault is None or fault.deliver else None
        except Refused as refused:
            return _refusal(refused)
        finally:
            self._changed.set()
        if fault is not None:
            if fault.hangs:
                await asyncio.sleep(3600)
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "result": result})

    def _fault(self, method: str, chat: str) -> Fault | None:
        for fault in self._faults:
            if fault.times > 0 and fault.method in {method, "*"} and fault.chat in {"", chat}:
                if fault.after:
                    fault.after -= 1
                    return None
                fault.times -= 1
                return fault
        return None

    async def _download(self, request: web.Request) -> web.StreamResponse:
        self.downloads.append(request.match_info["id"])
        file, fault = self.files.get(request.match_info["id"]), self._fault("download", "")
        if fault is not None:
            return web.Response(status=fault.refusal.status if fault.refusal else 500)
        if file is None or file.expired:
            return web.Response(status=404)
        return web.Response(body=file.body, content_type="application/octet-stream")


async def _params(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def _refusal(refused: Refused) -> web.Response:
    if (refused.status >= 500 or refused.status in {403, 404}) and not refused.description:
        return web.Response(status=refused.status, text="<html><h1>Bad Gateway</h1></html>", content_type="text/html")
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if not refused.code:
        del body["error_code"]
    return web.json_response(body, status=refused.status)
