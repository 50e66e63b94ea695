"""/healthz and /metrics: for this machine or whoever holds the token, never public, and without anybody's name in them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from aiohttp.test_utils import make_mocked_request

from bot.http import may_read
from models.letter import LETTER
from models.timer import TIMER
from tests.e2e.telegram_app import OnDuty, on_duty, reports_danger, running
from tests.emulators.telegram import TOKEN, TelegramServer

METRICS_TOKEN = "a-token-for-prometheus"
PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
PAGES = ("/healthz", "/metrics")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as emulator:
        yield emulator


def page(duty: OnDuty, path: str) -> str:
    return f"http://127.0.0.1:{duty.service.app.port}{path}"


async def test_health_follows_the_service(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Ok while letters leave and timers fire; a lane that is stuck or a timer that is late makes it 503, and says which."""
    async with running(server, database_url, tmp_path) as service, httpx.AsyncClient() as here:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        good = await here.get(page(duty, "/healthz"))
        assert good.status_code == 200
        assert good.json() == {
            "ok": True, "database": "up", "ready": True, "stuck_lanes": [], "late_timers": 0,
            "channels": {"telegram": {"state": "up", "lanes": {}, "held": {}, "stuck": []}},
            "audit": {"last": None, "clean": None, "last_clean": None},
        }  # fmt: skip
        service.clock[0] += timedelta(minutes=6)
        late = await here.get(page(duty, "/healthz"))
        assert (late.status_code, late.json()["ok"], late.json()["late_timers"] > 0) == (503, False, True)


async def test_a_stuck_letter_shows(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A letter that has waited for ten minutes makes the service unhealthy, and the metrics tell how old it is."""
    async with running(server, database_url, tmp_path) as service, httpx.AsyncClient() as here:
        duty = await on_duty(service)
        await duty.reporter.says("báo cáo")
        planned = datetime.now(UTC) - timedelta(minutes=11)
        old = {"id": f"{int(planned.timestamp() * 1e9):016x}{'0' * 16}", "state": "planned", "not_before": planned + timedelta(days=1)}
        await service.db.run(lambda db: db.execute(sa.update(LETTER).values(**old)))
        health = await here.get(page(duty, "/healthz"))
        assert (health.status_code, health.json()["stuck_lanes"]) == (503, ["telegram.dialogue"])
        lines = (await here.get(page(duty, "/metrics"))).text.splitlines()
        assert 'baongay_letters_waiting{channel="telegram",lane="dialogue"} 1.0' in lines
        assert (
            next(
                float(line.split()[-1])
                for line in lines
                if line.startswith('baongay_letters_oldest_seconds{channel="telegram",lane="dialogue"')
            )
            >= 660
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_this_machine_or_the_token(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A request that came through a proxy is refused as if nothing were there, unless it brings the token."""
    async with running(server, database_url, tmp_path, metrics_token=METRICS_TOKEN) as service, httpx.AsyncClient() as here:
        duty = await on_duty(service)
        for path in PAGES:
            assert (await here.get(page(duty, path))).status_code == 200
            for header in PROXY_HEADERS:
                through = {header: "127.0.0.1"}
                assert (await here.get(page(duty, path), headers=through)).status_code == 404
                for token, status in ((METRICS_TOKEN.encode(), 200), (METRICS_TOKEN[:-1].encode(), 404), (b"\xff\xc3", 404)):
                    given = {header.encode(): b"127.0.0.1", b"Authorization": b"Bearer " + token}
                    assert (await here.get(page(duty, path), headers=given)).status_code == status
            assert (await here.post(page(duty, path))).status_code == 405


@pytest.mark.parametrize(
    ("remote", "token", "given", "allowed"),
    [
        ("127.0.0.1", "", "", True),
        ("::1", "", "", True),
        ("192.0.2.7", "", "", False),
        ("192.0.2.7", "", "Bearer ", False),
        ("192.0.2.7", "secret", "Bearer secret", True),
        ("192.0.2.7", "secret", "Bearer", False),
        ("not an address", "", "", False),
    ],
)
def test_who_may_read(remote: str, token: str, given: str, allowed: bool) -> None:
    """Another machine needs the token; where none is set, no word opens the page."""
    request = make_mocked_request("GET", "/metrics", headers={"Authorization": given}).clone(remote=remote)
    assert may_read(request, token) is allowed


async def test_metrics_tell_nothing_of_anybody(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """After a report that was taken and looked at: turns, letters and cases are counted, and nobody can be recognised."""
    async with running(server, database_url, tmp_path) as service, httpx.AsyncClient() as here:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        await duty.reporter.says("bé Na ở số 8")
        await duty.officer.presses("Tôi tiếp nhận", duty.room)
        await duty.officer.presses("Xem chi tiết")
        await duty.other_ward.says("chitiet 1")
        answer = await here.get(page(duty, "/metrics"))
        assert answer.headers["content-type"].startswith("text/plain")
        said = answer.text
    assert 'baongay_open_cases{severity="khan_cap",status="taken"} 1.0' in said
    assert 'baongay_turns_total{route="take"} 1.0' in said
    assert 'baongay_letters_total{kind="say",lane="urgent",outcome="delivered"}' in said
    names = [word for phone in service.phones.values() for word in phone.person.name.split()]
    ids = [str(number) for number in server.chats] + [str(chat.id) for chat in server.chats.values()]
    assert [word for word in (*names, "VV-", "Na", "ngoc_lam", TOKEN, METRICS_TOKEN) if word in said.split()] == []
    assert [word for word in ("VV-2026", "bé Na", "ngoc_lam", TOKEN) if word in said] == []
    assert [number for number in ids if f'"{number}"' in said or f" {number}\n" in said] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_timer_is_no_ones_name(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Routes in the metrics are names of handlers, whatever people type."""
    async with running(server, database_url, tmp_path) as service, httpx.AsyncClient() as here:
        duty = await on_duty(service)
        for typed in ("/start BN-ABCD-EFGH", "nhan 42", "/lạ lắm", "bé Na"):
            await duty.reporter.says(typed)
        said = (await here.get(page(duty, "/metrics"))).text
        assert await service.rows(TIMER) == []
    routes = {line.partition('route="')[2].partition('"')[0] for line in said.splitlines() if line.startswith("baongay_turns_total")}
    assert routes == {"start", "not_allowed", "answer"}
