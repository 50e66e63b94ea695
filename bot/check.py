"""`python -m bot check`: what is missing before the service can answer people, and what to do about each."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass

from bot.compose import keys_fit, open_database, read_plan, telegram
from bot.gather import read_service
from bot.rendering import Renderer
from bot.settings import Settings, SettingsError
from bot.vault import Vault
from handlers import ready


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `ok` None: nothing to say against it, but look."""

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
    with ExitStack() as closing:
        try:
            database = open_database(settings, closing)
        except Exception as error:  # noqa: BLE001
            yield Finding(False, "database", str(error) or type(error).__name__)
            return
        service = database.run_sync(read_service)
        try:
            database.run_sync(lambda db: keys_fit(db, settings.master_keys()))
        except SettingsError as error:
            yield Finding(False, "keys", str(error))
    yield Finding(True, "database: reachable, migrated")
    if settings.training:  # it fills itself at its first start
        return
    if settings.telegram_token is not None:
        yield await _token(settings)
    render = Renderer(locale, settings.zone, lambda _incident: "")
    for name in ready.missing(service, plan):
        yield Finding(False, render(ready.missing_text(name, service)), "/sansang")


async def _token(settings: Settings) -> Finding:
    try:
        channel = await telegram(settings, must_answer=True)
        await channel.close()
    except Exception as error:  # noqa: BLE001
        return Finding(False, "Telegram: getMe failed", f"{type(error).__name__}: check BAONGAY_TELEGRAM_TOKEN and the network")
    return Finding(True, "Telegram: getMe answers")
