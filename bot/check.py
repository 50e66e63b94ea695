"""`python -m bot check`: what is missing before the service can answer people, and what to do about each."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import sqlalchemy as sa

from bot.channels import Channel
from bot.channels.hook import hook_path
from bot.compose import keys_fit, read_plan, telegram, zalo
from bot.database import Database
from bot.gather.people import read_service
from bot.migrate import current, head
from bot.rendering import Renderer
from bot.settings import Settings, SettingsError
from bot.vault import Vault
from handlers import ready
from models.facts import Service

REACHED_WITHIN = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report, and what to do about it."""

    ok: bool
    what: str
    todo: str = ""


async def findings(settings: Settings, locale: str = "vi") -> AsyncIterator[Finding]:
    """Settings, plan, keys, database, token, room, people: each checked for real, in the order in which they are needed."""
    mode = "training room (no token, no public address)" if settings.training else "service"
    yield Finding(True, f"settings: {mode}")
    try:
        plan, forms = read_plan(settings)
    except Exception as error:  # noqa: BLE001  whatever is wrong with it is the finding
        yield Finding(False, "plan or forms", str(error))
        return
    yield Finding(True, f"plan: {plan.id}, {len(plan.wards())} wards, forms: {', '.join(sorted(forms))}")
    try:
        Vault(settings.master_keys())
        yield Finding(True, "keys: usable")
    except Exception as error:  # noqa: BLE001
        yield Finding(False, "keys", str(error))
        return
    if settings.telegram_token is not None:
        yield await _token("Telegram", "BAONGAY_TELEGRAM_TOKEN", telegram(settings, must_answer=True))
    for token in settings.zalo_bots:
        yield await _token(f"Zalo ({_name(token)})", "BAONGAY_ZALO_TOKENS", zalo(settings, token, must_answer=True))
    async for found in _posts(settings):
        yield found
    if settings.training:  # it makes and fills its database at its first start
        return
    try:
        service = _service(settings, plan.division)
    except SettingsError as error:
        yield Finding(False, "keys", str(error))
        return
    except Exception as error:  # noqa: BLE001
        yield Finding(False, "database", str(error) or type(error).__name__)
        return
    yield Finding(True, "database: reachable, migrated")
    render = Renderer(locale, settings.zone, lambda _incident: "")
    for name in ready.missing(service, plan):
        yield Finding(False, render(ready.missing_text(name, service, plan)), "/sansang")


def _service(settings: Settings, division: str) -> Service:
    """Looks and changes nothing: the service may be running on it."""
    path = sa.make_url(settings.database).database
    if settings.database.startswith("sqlite") and not Path(str(path)).exists():
        raise LookupError("there is none yet: `python -m bot run` makes it")
    with closing(Database(settings.database, threads=1)) as database:
        if database.run_sync(current) != head():
            raise LookupError("not migrated to this version: `python -m bot run` does it, after a backup")
        database.run_sync(lambda db: keys_fit(db, settings.master_keys()))
        return database.run_sync(lambda db: read_service(db, division))


async def _token(title: str, setting: str, account: Awaitable[Channel]) -> Finding:
    try:
        channel = await account
        await channel.close()
    except Exception as error:  # noqa: BLE001
        return Finding(False, f"{title}: getMe failed", f"{type(error).__name__}: check {setting} and the network")
    return Finding(True, f"{title}: getMe answers")


async def _posts(settings: Settings) -> AsyncIterator[Finding]:
    """Where there is a public address messengers post to it: whether a request from outside comes through to the route of each."""
    if settings.public_url is None or not settings.has_token:
        return
    names = [*(["telegram"] if settings.telegram_token is not None else []), *map(_name, settings.zalo_bots)]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REACHED_WITHIN)) as session:
        for name in names:
            yield await _arrive(session, settings.public_url.rstrip("/") + hook_path(name), settings.http_port)


async def _arrive(session: aiohttp.ClientSession, url: str, port: int) -> Finding:
    """A route that takes posts alone answers 405 to a look; whatever else answers is not that route."""
    try:
        async with session.get(url, allow_redirects=False) as answer:
            came = f"HTTP {answer.status}"
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        came = type(error).__name__
    if came == "HTTP 405":
        return Finding(True, f"public address: posts arrive at {url}")
    todo = f"start the service first; then the web server in front must pass on /hook/ to port {port} (docs/van-hanh.md, 11)"
    return Finding(False, f"public address: nothing arrives at {url} ({came})", todo)


def _name(token: str) -> str:
    """Which of several bots it is."""
    from bot.channels.zalo import channel_name

    return channel_name(token)
