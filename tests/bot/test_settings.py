"""Settings: what is wrong is said in one sentence without the value, and the training room never meets real data."""

import os
import re
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings, SettingsError, load_settings
from bot.vault import make_key

EXAMPLE = Path(__file__).parents[2] / ".env.example"
TOKEN = "123456:AAbbCC-dd_ee"
ZALO = "123456789:ab-CD_ef.gh"
SECRET = "s3cret-of-16-chars"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    return load_settings()


def test_the_example_names_every_setting_and_no_other() -> None:
    """`.env.example` mirrors the settings one to one, each with a comment above it."""
    names = re.findall(rf"^{PREFIX}(\w+)=", EXAMPLE.read_text(), flags=re.MULTILINE)
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)
    assert all(part.lstrip().startswith("#") for part in EXAMPLE.read_text().strip().split("\n\n"))


def test_the_example_as_it_is_gives_the_defaults() -> None:
    """Copying the example without filling anything in changes nothing."""
    assert load_settings(EXAMPLE) == load_settings(None)


def test_without_any_setting_it_is_the_training_room() -> None:
    """No token and no public address: a training room on the loopback address, in a folder of its own."""
    settings = load_settings()
    assert (settings.training, settings.http_host, settings.http_port) == (True, "127.0.0.1", 8080)
    assert settings.database == "sqlite:///var/training/baongay.sqlite3"
    assert {settings.attachments.parent, settings.backups.parent} == {Path("var/training")}


@pytest.mark.parametrize("setting", [{"TELEGRAM_TOKEN": TOKEN}, {"ZALO_TOKENS": ZALO}, {"PUBLIC_URL": "https://baongay.example"}])
def test_a_token_or_a_public_address_ends_the_training_room(monkeypatch: pytest.MonkeyPatch, setting: dict[str, str]) -> None:
    """The training room never runs beside a token or a public address."""
    settings = given(monkeypatch, **setting)
    assert not settings.training
    assert settings.database == "sqlite:///var/baongay.sqlite3"


def test_the_training_room_never_takes_the_real_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a database set but the token forgotten, "start again" must not meet a real case."""
    assert given(monkeypatch, DATABASE_URL="postgresql://u:p@h/real").database == "sqlite:///var/training/baongay.sqlite3"
    assert given(monkeypatch, TELEGRAM_TOKEN=TOKEN).database == "postgresql://u:p@h/real"


def test_the_training_room_keeps_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its key is made at the first start, found again at the next, and readable by its owner only; SECRET_KEYS stay out of it."""
    settings = given(monkeypatch, SECRET_KEYS=make_key())
    keys = settings.master_keys()
    path = tmp_path / "var" / "training" / "secret-key"
    assert keys == settings.master_keys() == (path.read_text(),)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_training_key_is_said(tmp_path: Path) -> None:
    """A damaged key file stops the start with what to do, instead of a room that cannot read its own past."""
    settings = load_settings()
    settings.master_keys()
    (tmp_path / "var" / "training" / "secret-key").write_text("damaged")
    with pytest.raises(SettingsError, match="begin the training room anew"):
        settings.master_keys()


def test_service_needs_secret_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SECRET_KEYS only the training room starts; the sentence says how to make a key."""
    with pytest.raises(SettingsError, match="BAONGAY_SECRET_KEYS must be set"):
        given(monkeypatch, TELEGRAM_TOKEN=TOKEN).master_keys()


def test_the_first_secret_key_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are a comma list in order; blanks around them do no harm."""
    first, second = make_key(), make_key()
    assert given(monkeypatch, TELEGRAM_TOKEN=TOKEN, SECRET_KEYS=f" {first} ,{second},").master_keys() == (first, second)


def test_several_bots_on_zalo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comma list in order; blanks around them do no harm."""
    assert given(monkeypatch, ZALO_TOKENS=f" {ZALO} ,987:x,").zalo_bots == (ZALO, "987:x")


@pytest.mark.parametrize("tokens", [f"{ZALO},123456789:renewed", "abc,abc"])
def test_two_tokens_of_one_bot_are_an_error(monkeypatch: pytest.MonkeyPatch, tokens: str) -> None:
    """Two ears of one bot would take each other's messages."""
    with pytest.raises(SettingsError, match="BAONGAY_ZALO_TOKENS: names the same bot twice") as caught:
        given(monkeypatch, ZALO_TOKENS=tokens)
    assert "renewed" not in str(caught.value)


@pytest.mark.parametrize("token", [{"TELEGRAM_TOKEN": TOKEN}, {"ZALO_TOKENS": ZALO}])
def test_messengers_post_only_with_a_secret(monkeypatch: pytest.MonkeyPatch, token: dict[str, str]) -> None:
    """Without one anybody could write in a person's name; where nobody posts, none is needed."""
    with pytest.raises(SettingsError, match="BAONGAY_WEBHOOK_SECRET must be set") as caught:
        given(monkeypatch, PUBLIC_URL="https://baongay.example", **token)
    assert len(str(caught.value).splitlines()) == 1
    assert given(monkeypatch, WEBHOOK_SECRET=SECRET).webhook_secret_text == SECRET
    monkeypatch.delenv(PREFIX + "WEBHOOK_SECRET")
    monkeypatch.delenv(PREFIX + "PUBLIC_URL")
    assert given(monkeypatch, **token).webhook_secret_text == ""


def test_messengers_post_to_https_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that they refuse is said at the start, instead of a bot that hears nothing."""
    with pytest.raises(SettingsError, match="BAONGAY_PUBLIC_URL must begin with https://"):
        given(monkeypatch, PUBLIC_URL="http://baongay.example", ZALO_TOKENS=ZALO, WEBHOOK_SECRET=SECRET)
    assert not given(monkeypatch, PUBLIC_URL="http://127.0.0.1:8080").training


WRONG = {
    "DATABASE_URL": "mysql://user:hidden-value@host/x",
    "SECRET_KEYS": "hidden-value",
    "TELEGRAM_TOKEN": "hidden-value",
    "TELEGRAM_API_BASE": "ftp://hidden-value",
    "ZALO_TOKENS": "hidden-value/1:a",
    "ZALO_API_BASE": "hidden-value",
    "WEBHOOK_SECRET": "hidden-value",
    "HTTP_PORT": "hidden-value",
    "PUBLIC_URL": "hidden-value",
    "TIMEZONE": "hidden-value",
    "TICK_SECONDS": "hidden-value",
    "LOG_LEVEL": "hidden-value",
    "LOG_FORMAT": "hidden-value",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_one_sentence_without_the_value(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The error names the setting and what it must be, and never repeats what was given."""
    with pytest.raises(SettingsError) as caught:
        given(monkeypatch, **{name: WRONG[name]})
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"BAONGAY_{name}: ")
    assert "hidden-value" not in line
    assert caught.value.__cause__ is None


def test_every_wrong_value_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three mistakes are three lines, not three starts."""
    with pytest.raises(SettingsError) as caught:
        given(monkeypatch, HTTP_PORT="x", LOG_FORMAT="x", TIMEZONE="x")
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_misspelled_name_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str) -> None:
    """A misspelled setting would be silently missing: it is said, with the name that was probably meant."""
    if where == "file":
        (tmp_path / ".env").write_text("BAONGAY_TELEGRAM_TOKN=x\n")
    else:
        monkeypatch.setenv("BAONGAY_TELEGRAM_TOKN", "x")
    with pytest.raises(SettingsError, match="did you mean BAONGAY_TELEGRAM_TOKEN"):
        load_settings()


def test_the_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`.env` is read, and what the environment says counts more."""
    (tmp_path / ".env").write_text("BAONGAY_HTTP_PORT=9000\nBAONGAY_LOG_LEVEL=debug\n")
    settings = given(monkeypatch, HTTP_PORT="9001")
    assert (settings.http_port, settings.log_level) == (9001, "DEBUG")


def test_settings_never_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed or logged by mistake, secrets are stars."""
    key = make_key()
    shown = repr(
        given(
            monkeypatch,
            TELEGRAM_TOKEN=TOKEN,
            ZALO_TOKENS=ZALO,
            WEBHOOK_SECRET=SECRET,
            SECRET_KEYS=key,
            DATABASE_URL="postgresql://u:hidden@h/n",
            ADMIN_CODE="BN-ABCD-EFGH",
            METRICS_TOKEN="m-1",
        )
    )
    assert [secret for secret in (TOKEN, ZALO, SECRET, key, "hidden", "BN-ABCD-EFGH", "m-1") if secret in shown] == []
