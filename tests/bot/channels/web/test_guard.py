"""Nobody from outside gets in, and the clock obeys its rules."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.bot.channels.web.stage import HEADERS, START, say, training_room

# --- nobody from outside ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.example:80", "192.168.1.5", ""])
@pytest.mark.parametrize("path", ["/", "/static/room.js", "/api/stream", "/api/clock"])
async def test_other_host_is_refused(host: str, path: str) -> None:
    """A name that was made to point here is refused, whatever it asks for."""
    async with training_room() as stage:
        assert await stage.get(path, Host=host) == (403, b'{"error": "host"}')


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
async def test_loopback_names_are_ours(host: str) -> None:
    """Every name of the loopback address is welcome."""
    async with training_room() as stage:
        assert (await stage.get("/api/clock", Host=host))[0] == 200


@pytest.mark.parametrize("headers", [{}, {"X-Bao-Ngay": "0"}, HEADERS | {"Origin": "http://evil.example"}])
@pytest.mark.parametrize("path", ["/api/say", "/api/upload", "/api/clock", "/api/again"])
async def test_post_from_elsewhere_is_refused(path: str, headers: dict[str, str]) -> None:
    """A post without our header, or from another origin, changes nothing."""
    async with training_room() as stage, stage.http.post(stage.url + path, json=say("ctv", "một", plus=1), headers=headers) as answer:
        assert (answer.status, await answer.json(), stage.heard, stage.room.starts) == (403, {"error": "origin"}, [], 0)


async def test_page_runs_only_its_own_scripts() -> None:
    """The page comes with a policy that allows no script or style but its own files, and no frame around it."""
    async with training_room() as stage, stage.http.get(stage.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("text/html", "nosniff")
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert ("unsafe" in policy, "frame-ancestors 'none'" in policy) == (False, True)


async def test_static_files_only() -> None:
    """No path leads out of the folder of the page."""
    async with training_room() as stage:
        answers = [(await stage.get(f"/static/{name}"))[0] for name in ("room.css", "contract.py", "..%2Fcontract.py", "%2Fetc%2Fpasswd")]
        assert answers == [200, 404, 404, 404]


# --- the clock --------------------------------------------------------------------------------------------------------


async def test_clock_moves_forward() -> None:
    """The clock goes forward by minutes or to a time of the plan's zone, and tells every open page."""
    async with training_room() as stage, stage.events() as events:
        await events.next()
        first = await stage.post("/api/clock", {"id": "move-0001", "plus": 3})
        second = await stage.post("/api/clock", {"id": "move-0002", "to": "2026-11-24T07:00"})
        assert [first, second] == [(200, {"now": "2026-11-23T03:35:00+00:00"}), (200, {"now": "2026-11-24T00:00:00+00:00"})]
        assert [(await events.next())[1] for _ in range(2)] == [first[1], second[1]]


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ({"plus": 0}, (409, {"error": "backward"})),
        ({"to": "2026-11-23T10:00"}, (409, {"error": "backward"})),
        ({"plus": 600_000}, (409, {"error": "too_far"})),
        ({"to": "2019-12-31T23:59"}, (409, {"error": "absurd"})),
        ({"to": "2036-01-01T00:00"}, (409, {"error": "absurd"})),
        ({"to": "9999-12-31T23:59"}, (409, {"error": "absurd"})),
        ({"next": True}, (409, {"error": "nothing_due"})),
        ({"to": "tomorrow"}, (400, {"error": "to"})),
        ({"plus": True}, (400, {"error": "plus"})),
    ],
)
async def test_clock_refuses(post: dict[str, Any], expected: tuple[int, Any]) -> None:
    """The clock never goes back, never more than a year at once, never out of the years that are known, and takes only times."""
    async with training_room() as stage:
        assert (await stage.post("/api/clock", {"id": "move-0001"} | post), stage.room.time) == (expected, START)


async def test_repeated_move_is_one_move() -> None:
    """The same move posted twice moves the clock once."""
    async with training_room() as stage:
        for _ in range(2):
            await stage.post("/api/clock", {"id": "move-0001", "plus": 10})
        assert stage.room.time == START + timedelta(minutes=10)


async def test_nothing_is_heard_before_the_ear_listens() -> None:
    """While nobody listens, a post is refused and can be sent again."""
    async with training_room() as stage:
        stage.channel._hear = None
        assert await stage.post("/api/say", say("ctv", "một")) == (503, {"error": "closed"})


async def test_only_loopback_names_count() -> None:
    """A client that names no host at all is refused."""
    async with training_room() as stage, aiohttp.ClientSession() as http, http.get(stage.url, headers={"Host": " "}) as answer:
        assert answer.status in {400, 403}
