"""The page over real HTTP, served by the real App: what opens it, what does not, and what nobody may find in an address or a log."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp.test_utils import make_mocked_request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.pages.guesses import EACH
from bot.pages.routes import HEADERS, INLINE, LIMIT, caller
from bot.vault import Vault
from models.page import PAGE
from tests.bot.pages.people import DIGITS, PUBLIC, SECRETS, Serving, link_in, pages, private_scene, serving, told_case, with_files
from tests.letters import until

GONE = {
    "say": "Liên kết này không còn dùng được. Anh/chị nhắn lại để có liên kết mới, ví dụ: chitiet 42.",
    "also": "This link can no longer be used. For a new one, write to me again, for example: chitiet 42.",
}
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Browser:
    """What a browser sends: the headers that it adds by itself, and the cookies that it was given."""

    def __init__(self, service: Serving, http: aiohttp.ClientSession) -> None:
        self.service, self.http = service, http

    async def gets(self, path: str, **headers: str) -> tuple[int, bytes, Any]:
        async with self.http.get(self.service.url + path, headers=headers) as answer:
            return answer.status, await answer.read(), answer.headers

    async def posts(self, given: Any, **headers: str) -> tuple[int, Any, Any]:
        """(status, what it says, headers); `given` is sent as JSON unless it is bytes."""
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        sent = {"Content-Type": "application/json", "Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"} | headers
        async with self.http.post(f"{self.service.url}/xem/mo", data=body, headers=sent) as answer:
            told = await answer.read()
            return answer.status, json.loads(told) if told else None, answer.headers

    async def opens(self, token: str, digits: str = DIGITS, **headers: str) -> tuple[int, Any, Any]:
        return await self.posts({"token": token, "digits": digits}, **headers)


@asynccontextmanager
async def opened(db: Database, vault: Vault, folder: Path, *, files: bool = False) -> AsyncIterator[tuple[Serving, str]]:
    """The service, and the link that an officer was sent through its outbox."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    if files:
        await with_files(scene, folder / "attachments")
    token = link_in(await scene.says("truc-a", "/anh 1" if files else "chitiet 1"))
    async with serving(scene, folder) as service:
        yield service, token


@asynccontextmanager
async def browser(service: Serving) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(service, http)


# --- opening ----------------------------------------------------------------------------------------------------------


async def test_the_link_of_the_letter_opens_the_details(db: Database, vault: Vault, tmp_path: Path) -> None:
    """From the messenger to the page: the letter arrives, its link opens in one browser, is shown again there and nowhere else."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as mine, browser(service) as another:
        await until(lambda: any(token in text for text in service.wire.texts("truc-a")))
        status, told, headers = await mine.opens(token)
        assert (status, told["locale"], told["files"], told["seconds"]) == (200, "vi", [], 900)
        assert all(word in " ".join(told["texts"]) for word in SECRETS)
        assert told["words"]["until"] == "Xem được ở đây đến 10:15."
        cookie = headers["Set-Cookie"]
        assert [part in cookie for part in (f"xem_{told['page']}=", "HttpOnly", "SameSite=Strict", "Path=/xem", "Max-Age=900")] == [
            True
        ] * 5
        assert (await mine.posts({"page": told["page"]}))[:2] == (200, told)
        assert (await another.opens(token))[:2] == (410, GONE)
        assert (await another.posts({"page": told["page"]}))[:2] == (410, GONE)


async def test_no_private_word_was_sent_to_the_messenger(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Everything that left for the chats, files included, from the report to the opened page."""
    async with opened(db, vault, tmp_path, files=True) as (service, token), browser(service) as mine:
        await mine.opens(token)
        await service.app.settle()
        assert service.wire.sent != []
        assert [
            sent.letter.id for sent in service.wire.sent if sent.letter.pictures or any(word in sent.letter.text for word in SECRETS)
        ] == []


async def test_a_photo_and_a_voice_note_are_served_to_the_browser_that_opened(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Decrypted, of the right type, kept nowhere, without a name; to nobody else."""
    async with opened(db, vault, tmp_path, files=True) as (service, token), browser(service) as mine, browser(service) as another:
        _status, told, _headers = await mine.opens(token)
        assert [(file["kind"], file["mime"]) for file in told["files"]] == [("photo", "image/jpeg"), ("voice", "audio/ogg")]
        path = f"/xem/tep/{told['page']}/"
        status, body, headers = await mine.gets(f"{path}0")
        assert (status, headers["Content-Type"], body[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
        assert (headers["Cache-Control"], headers["Content-Security-Policy"]) == ("no-store", "default-src 'none'; sandbox")
        assert "Content-Disposition" not in headers
        assert [(await mine.gets(f"{path}{number}"))[0] for number in (1, 2, 999)] == [200, 410, 410]
        assert [(await another.gets(f"{path}{number}"))[0] for number in (0, 1)] == [410, 410]
        forged = {"Cookie": f"xem_{told['page']}=x"}
        assert (await another.gets(f"{path}0", **forged))[0] == 410


async def test_wrong_digits_are_told_and_three_are_the_end(db: Database, vault: Vault, tmp_path: Path) -> None:
    """A slip gets a kind sentence; the third wrong try and every later one get the same as a link that never was."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as mine:
        first = await mine.opens(token, "0000")
        assert (first[0], first[1]["say"]) == (403, "Chưa đúng bốn số cuối. Anh/chị xem lại và gõ lại.")
        assert [(await mine.opens(token, digits))[0] for digits in ("1111", "2222", DIGITS)] == [403, 410, 410]
        assert (await mine.opens("f" * 64))[:2] == (410, GONE)


async def test_when_its_time_is_over_the_page_and_its_files_are_gone(db: Database, vault: Vault, tmp_path: Path) -> None:
    """For the browser that opened it, too."""
    async with opened(db, vault, tmp_path, files=True) as (service, token), browser(service) as mine:
        _status, told, _headers = await mine.opens(token)
        await service.scene.passes(minutes=15)
        assert (await mine.gets(f"/xem/tep/{told['page']}/0"))[0] == 410
        assert (await mine.posts({"page": told["page"]}))[:2] == (410, GONE)


@only_sqlite
async def test_whoever_guesses_is_made_to_wait(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Links that never were, one after another: at last nothing is looked up any more; whoever comes from elsewhere still gets in."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as guesser:
        seen = [(await guesser.opens(f"{number:064x}"))[0] for number in range(EACH + 2)]
        assert seen == [410] * EACH + [429] * 2
        elsewhere = {"X-Forwarded-For": "198.51.100.9"}
        assert (await guesser.opens(token, **elsewhere))[0] == 200


# --- what changes nothing ---------------------------------------------------------------------------------------------


@only_sqlite
async def test_a_preview_robot_changes_nothing(db: Database, vault: Vault, tmp_path: Path) -> None:
    """It fetches the address as often as it likes, also with what stands behind the "#": the page says nothing and opens afterwards."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as robot, browser(service) as mine:
        before = [tuple(row) for row in await pages(service.scene)]
        for path in ("/xem", f"/xem#{token}", f"/xem?{token}", "/xem/xem.js", "/xem/mo", f"/xem/mo#{token}", f"/xem/tep/{'0' * 32}/0"):
            for _ in range(3):
                _status, body, _headers = await robot.gets(path, **{"User-Agent": "ZaloBot preview"})
                assert token.encode() not in body
            async with robot.http.head(service.url + path):
                pass
        assert [tuple(row) for row in await pages(service.scene)] == before
        assert (await mine.opens(token))[0] == 200


@only_sqlite
async def test_every_answer_has_the_headers(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Whatever comes of a request: kept nowhere, framed nowhere, found by no search engine, referred to nobody."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as mine:
        answers = [(await mine.gets(path))[2] for path in ("/xem", "/xem/xem.css", "/xem/xem.js", f"/xem/tep/{'0' * 32}/0")]
        answers += [(await mine.posts(body))[2] for body in (b"", {"page": "0" * 32}, {"token": token, "digits": DIGITS})]
        wrong = [(name, dict(headers)) for headers in answers for name, value in HEADERS.items() if headers.get(name) != value]
        assert wrong == []


@only_sqlite
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_only_our_own_page_may_post(db: Database, vault: Vault, tmp_path: Path, headers: dict[str, str], status: int) -> None:
    """A page of somebody else's, open in the reader's browser, cannot use a link up."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as mine:
        assert (await mine.opens(token, **headers))[0] == status
        assert (await pages(service.scene))[0].opened_at is None


@only_sqlite
async def test_whatever_is_posted_nothing_breaks(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Any bytes: refused with a status of ours, and the link still opens."""
    async with opened(db, vault, tmp_path) as (service, token), browser(service) as mine:
        junk = [
            b"", b"[", b"null", b"[]", b"\xff", b'{"token": 1, "digits": 2}', b"x" * (LIMIT + 1),
            *(json.dumps(given).encode() for given in (
                {}, {"token": token}, {"token": token, "digits": "123"}, {"token": token, "digits": "１２３４"}, {"page": token},
                {"token": token, "digits": DIGITS, "more": 1}, {"token": token.upper(), "digits": DIGITS}, {"page": None}, {"page": "../" * 10},
            )),
        ]  # fmt: skip
        seen = [(await mine.posts(body))[0] for body in junk]
        assert set(seen) == {400, 413}
        assert (await mine.opens(token))[0] == 200


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["token", "digits", "page", "x"]), st.one_of(st.none(), st.integers(), st.text(max_size=70)), max_size=4
    )
)
def test_only_what_the_page_sends_is_read(given: dict[str, Any]) -> None:
    """Of all JSON objects only two forms are let through, and neither by chance."""
    import asyncio

    from bot.pages.routes import Bad, _read

    class Asked:
        content_type, content_length = "application/json", 10

        async def read(self) -> bytes:
            return json.dumps(given).encode()

    try:
        read: Any = asyncio.run(_read(Asked()))  # type: ignore[arg-type]
    except Bad:
        return
    assert set(read) in ({"page"}, {"token", "digits"})


# --- nothing in an address, nothing in a log --------------------------------------------------------------------------


@only_sqlite
async def test_no_token_and_no_word_in_any_address_or_log(
    db: Database, vault: Vault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Over a whole visit with refusals: request lines, Referers and logs at their most talkative."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs:
        async with opened(db, vault, tmp_path, files=True) as (service, token), browser(service) as mine, browser(service) as another:
            await mine.gets("/xem")
            await mine.opens(token, "0000")
            _status, told, headers = await mine.opens(token)
            await mine.gets(f"/xem/tep/{told['page']}/0")
            await another.opens(token)
            await mine.posts(b"{")
            lines, session = list(service.lines), headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    said = "\n".join([*lines, caplog.text, repr(logs)])
    assert len(lines) == 6
    assert [word for word in (token, session, DIGITS, "0000", *SECRETS) if word in said] == []


@only_sqlite
async def test_without_a_public_address_there_is_no_page(db: Database, vault: Vault, tmp_path: Path) -> None:
    """What nobody is sent nobody can fetch."""
    scene = await private_scene(db, vault, public_url="")
    async with serving(scene, tmp_path) as service, browser(service) as mine:
        assert (await mine.gets("/xem"))[0] == 404
    assert await scene.rows(PAGE) == []


@only_sqlite
async def test_an_unreachable_database_is_no_error_of_the_readers(
    db: Database, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and no words: the page says that there is no connection, and the link is as good as before."""
    from bot.database import StorageDown

    async with opened(db, vault, tmp_path) as (service, token), browser(service) as mine:
        with monkeypatch.context() as patched:

            async def down(*_given: Any) -> None:
                raise StorageDown("the disk is full")

            patched.setattr(service.app.db, "run", down)
            assert (await mine.opens(token))[:2] == (503, None)
        assert (await mine.opens(token))[0] == 200


# --- who asks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("8.8.4.4", "", "8.8.4.4"),
        ("8.8.4.4", "198.51.100.1", "8.8.4.4"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("not an address", "198.51.100.1", "not an address"),
    ],
)
def test_who_asks(remote: str, forwarded: str, expected: str) -> None:
    """A proxy of ours says last for whom it asks; nobody else is believed."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert caller(make_mocked_request("POST", "/xem/mo", headers=headers).clone(remote=remote)) == expected


def test_what_may_act_in_a_browser() -> None:
    """Pictures and sounds; anything else is handed out as a closed box."""
    kinds = ("image/jpeg", "image/png", "audio/ogg", "audio/mp4", "image/svg+xml", "text/html", "application/pdf", "audio/ogg\r\nx: y")
    assert [INLINE.fullmatch(kind) is not None for kind in kinds] == [True] * 4 + [False] * 4
