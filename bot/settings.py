"""Settings: the environment (prefix BAONGAY_) or a `.env` file; `.env.example` explains each one."""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.engines import plain_url
from bot.vault import VaultError, fingerprint, make_key

PREFIX = "BAONGAY_"


class SettingsError(Exception):
    """A setting is wrong: one sentence a line, naming the setting and what it must be, never its value."""


class Settings(BaseSettings):
    """What an operator chooses. Secrets show as stars; `.get_secret_value()` is called only where they are used."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr | None = None
    data_dir: Path = Path("var")
    secret_keys: SecretStr | None = None
    telegram_token: SecretStr | None = None
    telegram_api_base: str = "https://api.telegram.org"
    zalo_tokens: SecretStr | None = None
    zalo_api_base: str = "https://bot-api.zaloplatforms.com"
    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)
    public_url: str | None = None
    webhook_secret: SecretStr | None = None
    admin_code: SecretStr | None = None
    plan: Path = Path("plans/longbien-2021")
    timezone: str = "Asia/Ho_Chi_Minh"
    metrics_token: SecretStr | None = None
    heartbeat_url: SecretStr | None = None
    tick_seconds: float = Field(5.0, gt=0, le=60)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "console"

    @field_validator("database_url")
    @classmethod
    def _one_of_two_databases(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            plain_url(value.get_secret_value())
        return value

    @field_validator("secret_keys")
    @classmethod
    def _whole_keys(cls, value: SecretStr | None) -> SecretStr | None:
        for key in _parts(value):
            try:
                fingerprint(key)
            except VaultError as error:
                raise ValueError(str(error)) from None
        return value

    @field_validator("telegram_token")
    @classmethod
    def _a_bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        number, colon, rest = value.get_secret_value().partition(":") if value else ("1", ":", "x")
        if not (number.isascii() and number.isdigit() and colon and rest and not any(c.isspace() for c in rest)):
            raise ValueError("must look like 123456789:letters-and-digits, as @BotFather gives it")
        return value

    @field_validator("zalo_tokens")
    @classmethod
    def _bot_tokens(cls, value: SecretStr | None) -> SecretStr | None:
        tokens = _parts(value)
        if not all(re.fullmatch(r"[A-Za-z0-9:._~-]+", token) for token in tokens):
            raise ValueError("must be bot tokens as Zalo gives them, separated by commas")
        if len({token.partition(":")[0] for token in tokens}) < len(tokens):
            raise ValueError("names the same bot twice: one token a bot")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _a_secret_for_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("must have at least 16 characters, of A-Z, a-z, 0-9, _ and - only")
        return value

    @field_validator("admin_code")
    @classmethod
    def _not_to_be_guessed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (len(value.get_secret_value()) < 12 or value.get_secret_value().split() != [value.get_secret_value()]):
            raise ValueError("must be one word of at least 12 characters: whoever sends it first becomes administrator")
        return value

    @field_validator("telegram_api_base", "zalo_api_base", "public_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not _is_address(value):
            raise ValueError("must be an address that begins with https:// (or http://)")
        return value.rstrip("/") if value else value

    @field_validator("heartbeat_url")
    @classmethod
    def _a_secret_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _is_address(value.get_secret_value()):
            raise ValueError("must be an address that begins with https:// (or http://)")
        return value

    @field_validator("timezone")
    @classmethod
    def _a_known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise ValueError("must be the name of a time zone, such as Asia/Ho_Chi_Minh") from None
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    # --- what follows from them ---------------------------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """The training room: nobody outside can be reached, nobody outside can reach it."""
        return not self.has_token and self.public_url is None

    @property
    def has_token(self) -> bool:
        """Whether there is any messenger."""
        return self.telegram_token is not None or bool(self.zalo_bots)

    @property
    def zalo_bots(self) -> tuple[str, ...]:
        """The tokens of the bots on Zalo."""
        return _parts(self.zalo_tokens)

    @property
    def webhook_secret_text(self) -> str:
        return self.webhook_secret.get_secret_value() if self.webhook_secret else ""

    @property
    def folder(self) -> Path:
        """Where everything is kept. The training room has a folder of its own: "start again" must never meet a real case."""
        return self.data_dir / "training" if self.training else self.data_dir

    @property
    def database(self) -> str:
        """The URL that is really used: the training room never takes BAONGAY_DATABASE_URL."""
        if self.database_url is not None and not self.training:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.folder / 'baongay.sqlite3'}"

    @property
    def attachments(self) -> Path:
        return self.folder / "attachments"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def metrics_token_text(self) -> str:
        return self.metrics_token.get_secret_value() if self.metrics_token else ""

    @property
    def heartbeat_address(self) -> str:
        return self.heartbeat_url.get_secret_value() if self.heartbeat_url else ""

    def master_keys(self) -> tuple[str, ...]:
        """The vault's keys, the one that wraps first. The training room makes and keeps its own. Raises SettingsError without any."""
        if self.training:
            return (_training_key(self.folder / "secret-key"),)
        keys = _parts(self.secret_keys)
        if not keys:
            raise SettingsError(
                f"{PREFIX}SECRET_KEYS must be set before real people may write: make a key with"
                " `python -m bot key`, keep a copy in a safe place"
            )
        return keys


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment, and below it `env_file` if it exists. Raises SettingsError; a name that no setting has is an error too, because a
    misspelled one would be silently missing."""
    given = set(os.environ) | (set(dotenv_values(env_file)) if env_file and env_file.exists() else set())
    wrong = list(_unknown(given))
    source: dict[str, Any] = {"_env_file": env_file}  # pydantic's own argument, which the type checker does not know
    try:
        settings = Settings(**source)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False, include_context=False):
            name = PREFIX + str(problem["loc"][0]).upper()
            wrong.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    else:
        wrong.extend(_together(settings))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _together(settings: Settings) -> Iterable[str]:
    """What each setting alone cannot show."""
    if settings.public_url is None or not settings.has_token:
        return
    if settings.webhook_secret is None:
        yield (
            f"{PREFIX}WEBHOOK_SECRET must be set where {PREFIX}PUBLIC_URL and a bot's token are: by it the messengers' posts are known."
            " Make one: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    address = urlsplit(settings.public_url)
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost"}:
        yield f"{PREFIX}PUBLIC_URL must begin with https:// where a bot's token is set: the messengers post to nothing else"


def _unknown(given: Iterable[str]) -> Iterable[str]:
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(given):
        if name.upper().startswith(PREFIX) and name.upper() not in names:
            close = difflib.get_close_matches(name.upper(), names, n=1)
            yield f"{name} is not a setting" + (f": did you mean {close[0]}?" if close else " (.env.example lists them)")


def _parts(value: SecretStr | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.get_secret_value().split(",") if part.strip()) if value else ()


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://")) and not any(c.isspace() for c in value)


def _training_key(path: Path) -> str:
    """The training room's key file, made at its first start, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make_key())
    except FileExistsError:
        pass
    key = path.read_text().strip()
    try:
        fingerprint(key)
    except VaultError:
        raise SettingsError(f"{path} is damaged: delete the folder {path.parent} to begin the training room anew") from None
    return key
