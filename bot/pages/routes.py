"""The page over HTTP.

    GET  /xem                     the same page for everybody: a preview robot sees it too, and uses nothing up
    POST /xem/mo                  {"token", "digits"} opens, {"page"} shows again to the browser that opened; JSON
    GET  /xem/tep/<page>/<n>      a file of an opened page
    GET  /xem/xem.css, xem.js     what it looks like and does

Nothing that is secret is ever part of an address: the token comes in a body, the browser's secret in a cookie. Nothing is logged.
"""

import ipaddress
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from yarl import URL

from bot.database import Database, StorageDown
from bot.engine import Engine
from bot.pages import opening, words
from bot.pages.guesses import Guesses
from bot.pages.opening import Refusal, Shown
from bot.pages.planning import PATH
from bot.papers import DOCX, PDF, XLSX
from models.talk import Picture

Load = Callable[[sa.Connection, str], Picture | None]
Answer = Callable[[web.Request], Awaitable[web.Response]]

LIMIT = 4096  # bytes of a post
COOKIE = "xem_"  # + page: one a page, so that details and photos can be open side by side
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob:; media-src blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
CLOSED_BOX = {"Content-Security-Policy": "default-src 'none'; sandbox"}  # a file that somebody sent must never act as a page of ours
INLINE = re.compile(r"image/(jpeg|png)|audio/[a-z0-9.+-]+")
PAPERS = frozenset({DOCX, XLSX, PDF})  # looked through before they were kept, or made here
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,80}")  # never what somebody typed
_TOKEN, _ID, _DIGITS = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9]{4}")
_STATIC = Path(__file__).parent / "static"


class Bad(Exception):  # noqa: N818  the name says what happened
    """A request that no page of ours sends: answered with a status and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Routes:
    """`load` opens an attachment, within a transaction."""

    def __init__(self, db: Database, engine: Engine, load: Load) -> None:
        self._db, self._engine, self._load, self._guesses = db, engine, load, Guesses()
        self._public = URL(engine.public_url)
        self._path = f"{self._public.path.rstrip('/')}{PATH}"  # as browsers see it: a proxy may have put us below a folder
        self._page = words.page((_STATIC / "xem.html").read_text(encoding="utf-8"))

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, _answered(self._static(self._page, "text/html")))
        for name, kind in (("xem.css", "text/css"), ("xem.js", "text/javascript")):
            app.router.add_get(f"{PATH}/{name}", _answered(self._static((_STATIC / name).read_bytes(), kind)))
        app.router.add_post(f"{PATH}/mo", _answered(self._open))
        app.router.add_get(f"{PATH}/tep/{{page:[0-9a-f]{{32}}}}/{{number:[0-9]{{1,3}}}}", _answered(self._file))

    @staticmethod
    def _static(body: bytes, kind: str) -> Answer:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(body=body, content_type=kind, charset="utf-8")

        return answer

    # --- opening ------------------------------------------------------------------------------------------------------

    async def _open(self, request: web.Request) -> web.Response:
        self._from_here(request)
        given, address = await _read(request), caller(request)
        if not self._guesses.begin(address):
            return _refused("slow", 429)
        session = secrets.token_urlsafe(32)
        found = await self._db.run(partial(_decide, engine=self._engine, given=given, session=session, held=_held(request)))
        if isinstance(found, Refusal):
            return _refused(found.value, 403 if found is Refusal.WRONG else 410)
        self._guesses.right(address)
        answer = web.json_response(_json(found, words.of(found, self._engine.zone)))
        if "token" in given and found.page not in _held(request):
            self._remember(answer, found, session)
        return answer

    def _remember(self, answer: web.Response, shown: Shown, session: str) -> None:
        """The browser may show the page again until its time is over, and no script of any page can read what it has."""
        answer.set_cookie(
            COOKIE + shown.page, session, max_age=shown.seconds, path=self._path, httponly=True, samesite="Strict",
            secure=self._public.scheme == "https",
        )  # fmt: skip

    def _from_here(self, request: web.Request) -> None:
        """Only a page of ours may post. A browser says where a post comes from, and no page can make it say otherwise."""
        origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "same-origin")
        ours = {str(self._public.origin()), f"http://{request.host}", f"https://{request.host}"}
        if site != "same-origin" or (origin and origin not in ours):
            raise Bad(403)

    # --- files --------------------------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        page, number = request.match_info["page"], int(request.match_info["number"])
        session = _held(request).get(page, "")
        picture = await self._db.run(partial(self._read_file, page=page, session=session, number=number)) if session else None
        if picture is None:
            return _refused("gone", 410)
        if INLINE.fullmatch(picture.mime):
            return web.Response(body=picture.body, content_type=picture.mime, headers=CLOSED_BOX)
        kind = picture.mime if picture.mime in PAPERS else "application/octet-stream"
        name = f'; filename="{picture.name}"' if _NAME.fullmatch(picture.name) else ""
        return web.Response(body=picture.body, content_type=kind, headers=CLOSED_BOX | {"Content-Disposition": f"attachment{name}"})

    def _read_file(self, db: sa.Connection, page: str, session: str, number: int) -> Picture | None:
        attachment = opening.attachment(db, self._engine, page, session, number)
        return self._load(db, attachment) if attachment is not None else None


# --- requests ---------------------------------------------------------------------------------------------------------


def _answered(handler: Answer) -> Answer:
    """Every answer has the headers, whatever comes of it."""

    async def answer(request: web.Request) -> web.Response:
        try:
            response = await handler(request)
        except Bad as bad:
            response = web.Response(status=bad.status)
        except StorageDown:
            response = web.Response(status=503)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def caller(request: web.Request) -> str:
    """Who asks. A proxy of ours asks from this machine or a private network, and says last for whom; what stands before that, anybody can
    write."""
    remote = request.remote or ""
    forwarded = [part.strip() for value in request.headers.getall("X-Forwarded-For", []) for part in value.split(",")]
    try:
        return forwarded[-1] if forwarded and ipaddress.ip_address(remote).is_private else remote
    except ValueError:
        return remote


async def _read(request: web.Request) -> dict[str, str]:
    """{"token", "digits"} or {"page"}, each as it must look. Raises Bad."""
    if request.content_type != "application/json":
        raise Bad(415)
    if request.content_length is None or request.content_length > LIMIT:
        raise Bad(413)
    try:
        given = json.loads(await request.read())
    except ValueError:
        raise Bad(400) from None
    for wanted in ({"token": _TOKEN, "digits": _DIGITS}, {"page": _ID}):
        if isinstance(given, dict) and set(given) == set(wanted) and all(_fits(given[name], form) for name, form in wanted.items()):
            return given
    raise Bad(400)


def _fits(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _held(request: web.Request) -> dict[str, str]:
    """The secrets that this browser has, by page."""
    return {name.removeprefix(COOKIE): value for name, value in request.cookies.items() if name.startswith(COOKIE)}


def _decide(db: sa.Connection, engine: Engine, given: Mapping[str, str], session: str, held: Mapping[str, str]) -> Shown | Refusal:
    if "token" in given:
        return opening.open_page(db, engine, given["token"], given["digits"], session, held)
    return opening.again(db, engine, given["page"], held.get(given["page"], ""))


# --- answers ----------------------------------------------------------------------------------------------------------


def _refused(reason: str, status: int) -> web.Response:
    return web.json_response(words.refused(reason), status=status)


def _json(shown: Shown, said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "page": shown.page, "locale": shown.locale, "texts": shown.texts, "files": [asdict(file) for file in shown.files],
        "until": shown.until.isoformat(), "seconds": shown.seconds, "words": said,
    }  # fmt: skip
