"""Builds an App from settings: plan, forms, keys, database, channels. Nothing is started here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
import structlog

from bot.app import App
from bot.channels import Capabilities, Channel, Menu, Unreachable
from bot.channels.hook import Webhook
from bot.codes import code_hash, new_code
from bot.conversations import DEFAULT_LOCALE
from bot.database import Database
from bot.engine import Engine
from bot.form_files import load_forms
from bot.lockfile import locked
from bot.migrate import migrate
from bot.plan_files import check_with_forms, load_plan
from bot.rendering import Renderer
from bot.settings import Settings, SettingsError
from bot.training import Training, TrainingClock, kept_clock
from bot.vault import Vault, fingerprint
from handlers import menu
from models.form import Form
from models.people import MEMBERSHIP
from models.plan import Plan
from models.service import DATA_KEY, SETTING

ROOT = Path(__file__).parent.parent
log = structlog.get_logger()


@dataclass
class Built:
    """An App and what must be let go with it. `admin_code` is set when nobody is administrator yet and no code was configured."""

    app: App
    admin_code: str = ""
    training: Training | None = None
    closing: ExitStack = field(default_factory=ExitStack)


def read_plan(settings: Settings) -> tuple[Plan, dict[str, Form]]:
    """The plan's folder and the forms; errors name file, line and reason."""
    return read_folder(settings.plan if settings.plan.is_absolute() else ROOT / settings.plan)


def read_folder(folder: Path) -> tuple[Plan, dict[str, Form]]:
    """Any plan's folder, with the forms as they are here."""
    plan = load_plan(folder)
    forms = load_forms(ROOT / "forms", plan)
    check_with_forms(folder, plan, forms)
    return plan, forms


def open_database(settings: Settings, closing: ExitStack) -> Database:
    """The database, migrated; an embedded one belongs to this process alone."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.database.startswith("sqlite"):
        closing.enter_context(locked(Path(str(sa.make_url(settings.database).database))))
    database = Database(settings.database)
    closing.callback(database.close)
    migrate(database, settings.backups)
    return database


def keys_fit(db: sa.Connection, keys: Sequence[str]) -> None:
    """Raises SettingsError where the database holds what none of these keys opens: to go on would be to fail at every word of those people."""
    known = {fingerprint(key) for key in keys}
    unknown = sorted(set(db.execute(sa.select(DATA_KEY.c.master).distinct()).scalars()) - known)
    if unknown:
        raise SettingsError(
            f"BAONGAY_SECRET_KEYS lacks a key that this database was written with (fingerprint {', '.join(unknown)}):"
            " add the old key behind the new one, separated by a comma"
        )


async def build(settings: Settings) -> Built:
    """Everything, in the order in which it can fail with a clear sentence: plan, keys, database, token."""
    with ExitStack() as closing:
        plan, forms = read_plan(settings)
        vault = Vault(settings.master_keys())
        database = open_database(settings, closing)
        database.run_sync(lambda db: keys_fit(db, settings.master_keys()))
        clock = TrainingClock()
        now = clock.now if settings.training else lambda: datetime.now(UTC)
        channels: list[Channel] = []
        admin_code, hashed = ("", "") if settings.training else database.run_sync(lambda db: admin_code_of(db, settings))
        training: Training | None = None
        channels.extend(await messengers(settings))
        if settings.training:
            from bot.channels.web import WebChannel
            from bot.channels.web.cast import CAST

            training = Training(clock)
            channels.append(WebChannel(CAST, training, training, settings.timezone))
        engine = Engine(plan, forms, vault, settings.zone, now, Live(channels), hashed, settings.public_url or "")
        app = App(settings, database, engine, channels, settings.attachments)
        if training is not None:
            training.attach(database, engine, app.sweep.tick, app.settle, app.attachments.load)
        return Built(app, admin_code, training, closing.pop_all())


def planning(settings: Settings, closing: ExitStack) -> tuple[Database, Engine]:
    """Database and engine for `plan apply`, without any channel: what is planned here leaves when the service runs."""
    plan, forms = read_plan(settings)
    vault, database = Vault(settings.master_keys()), open_database(settings, closing)
    database.run_sync(lambda db: keys_fit(db, settings.master_keys()))
    now = database.run_sync(kept_clock).now if settings.training else lambda: datetime.now(UTC)
    return database, Engine(plan, forms, vault, settings.zone, now)


class Live(Mapping[str, Capabilities]):
    """What each channel can do, asked at every turn: a bot learns its own name only when its platform answers."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = {channel.name: channel for channel in channels}

    def __getitem__(self, name: str) -> Capabilities:
        return self._channels[name].capabilities

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)


async def messengers(settings: Settings) -> list[Channel]:
    """Every account that has a token."""
    made: list[Channel] = []
    try:
        if settings.telegram_token is not None:
            made.append(await telegram(settings))
        for token in settings.zalo_bots:
            made.append(await zalo(settings, token))  # noqa: PERF401  those that are made must be known when the next one is refused
    except BaseException:
        for channel in made:
            await channel.close()
        raise
    return made


async def telegram(settings: Settings, *, must_answer: bool = False) -> Channel:
    """Telegram's account, which posts to the public address where there is one. Raises TokenRefused; with `must_answer` Unreachable, too."""
    from bot.channels.telegram import TelegramChannel

    assert settings.telegram_token is not None
    token, base = settings.telegram_token.get_secret_value(), settings.telegram_api_base
    return await introduced(TelegramChannel(token, base, webhook=webhook(settings), menus=menus(settings)), must_answer)


async def zalo(settings: Settings, token: str, *, must_answer: bool = False) -> Channel:
    """The account of one bot on Zalo, which posts to the public address where there is one. Raises TokenRefused; with `must_answer` Unreachable,
    too."""
    from bot.channels.zalo import ZaloChannel

    return await introduced(ZaloChannel(token, settings.zalo_api_base, webhook=webhook(settings)), must_answer)


def menus(settings: Settings) -> tuple[Menu, ...]:
    """What everybody is offered while typing "/": in private and in groups, in Vietnamese and, where the app speaks it, in English."""
    offered = [(False, menu.of(None)), (True, menu.in_group())]
    return tuple(
        Menu(groups, language, tuple((choice.key, render(choice.label)) for choice in choices))
        for groups, choices in offered
        for language in ("", "en")
        for render in [Renderer(language or DEFAULT_LOCALE, settings.zone, lambda _incident: "")]
    )


def webhook(settings: Settings) -> Webhook | None:
    """Where platforms post to; None where they are polled."""
    return Webhook(settings.public_url, settings.webhook_secret_text) if settings.public_url else None


class Account(Channel, Protocol):
    """A channel that is somebody's account at a platform."""

    async def identity(self) -> str:
        """Its name there. Raises TokenRefused or Unreachable."""


async def introduced(channel: Account, must_answer: bool) -> Channel:
    """The channel, once its platform was asked for its name, which also proves the token. Where the platform cannot be reached just now, the
    service comes up all the same: the ear goes on trying, and everything else works meanwhile."""
    try:
        await channel.identity()
    except Unreachable:
        if must_answer:
            await channel.close()
            raise
        log.warning("messenger_unreachable", channel=channel.name)
    except BaseException:
        await channel.close()
        raise
    return channel


def admin_code_of(db: sa.Connection, settings: Settings) -> tuple[str, str]:
    """(code to print, hash to compare). A configured code is compared; else a first start makes one, until somebody has used it."""
    if settings.admin_code is not None:
        return "", code_hash(settings.admin_code.get_secret_value())
    used = db.execute(sa.select(SETTING.c.name).where(SETTING.c.name == "admin_code_used")).first()
    administrator = db.execute(
        sa.select(MEMBERSHIP.c.id).where(MEMBERSHIP.c.role == "administrator", MEMBERSHIP.c.ended_at.is_(None))
    ).first()
    if used is not None or administrator is not None:
        return "", ""
    return new_code()
