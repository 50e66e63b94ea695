"""The command line: what it says is missing and what to do about it, with which exit code; keys, backups, rewrapping."""

import asyncio
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from typer.testing import CliRunner, Result

from bot import logs
from bot.cli import cli
from bot.database import Database
from bot.lockfile import locked
from bot.migrate import migrate
from bot.settings import PREFIX
from bot.vault import Vault, VaultError, fingerprint, make_key
from tests.databases import create_tables
from tests.e2e.telegram_app import seed_on_duty
from tests.emulators.telegram import TOKEN, TelegramServer
from tests.emulators.zalo import ZaloServer

ROOT = Path(__file__).parents[2]
ALL_MISSING = [
    "số điện thoại của phòng trực",
    "phòng trực: thêm Báo Ngay",
    "hai cán bộ trực (hiện có: 0)",
    "lãnh đạo Phòng",
    "đã sao lưu khoá",
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A folder and settings of the test's own; what commands do to logging is undone."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logs.QUIET)]
    before = [(logger, logger.level, logger.handlers[:], logger.filters[:]) for logger in loggers]
    yield
    structlog.reset_defaults()
    for logger, level, logger.handlers[:], logger.filters[:] in before:
        logger.setLevel(level)


@pytest.fixture
def service(tmp_path: Path) -> dict[str, str]:
    """Settings of a service, complete; nothing answers at its Bot API server."""
    return {
        "BAONGAY_DATA_DIR": str(tmp_path / "data"),
        "BAONGAY_SECRET_KEYS": make_key(),
        "BAONGAY_TELEGRAM_TOKEN": TOKEN,
        "BAONGAY_TELEGRAM_API_BASE": "http://127.0.0.1:9",
    }


async def command(*words: str, **settings: str) -> Result:
    """One command in a thread of its own, so that the emulator can answer it meanwhile."""
    return await asyncio.to_thread(CliRunner().invoke, cli, [*words], env=settings)


async def check_with(server: TelegramServer, service: dict[str, str]) -> Result:
    return await command("check", **(service | {"BAONGAY_TELEGRAM_API_BASE": server.base_url}))


def opened(service: dict[str, str]) -> Database:
    folder = Path(service["BAONGAY_DATA_DIR"])
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'baongay.sqlite3'}")
    migrate(database, folder / "backups")
    return database


def is_there(path: Path) -> bool:
    return path.exists()


# --- check ------------------------------------------------------------------------------------------------------------


async def test_check_of_a_newcomer() -> None:
    """Without any setting there is nothing to complain of: the training room fills itself."""
    found = await command("check")
    assert (found.exit_code, "✘" in found.output) == (0, False)
    assert "training room" in found.output


async def test_check_as_a_process_of_its_own(service: dict[str, str], tmp_path: Path) -> None:
    """`python -m bot check` ends with 1 and the way to go on where the keys are missing."""
    given = {name: value for name, value in service.items() if "KEYS" not in name} | {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "check", cwd=tmp_path, env=given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await process.communicate()
    assert (process.returncode, complained) == (1, b"")
    assert "✘ keys\n    → BAONGAY_SECRET_KEYS must be set before real people may write" in said.decode()


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("SECRET_KEYS", "not-a-key", "BAONGAY_SECRET_KEYS: a secret key must be 32 bytes in URL-safe base64"),
        ("TELEGRAM_TOKEN", "geheim", "BAONGAY_TELEGRAM_TOKEN: must look like 123456789:"),
        ("DATABASE_URL", "mysql://geheim@db", "BAONGAY_DATABASE_URL"),
        ("TELEGRAM_TOKN", "geheim", "did you mean BAONGAY_TELEGRAM_TOKEN?"),
    ],
)
async def test_a_wrong_setting(service: dict[str, str], setting: str, value: str, complaint: str) -> None:
    """A setting that cannot be right ends every command with 2, its name and what it must be, never its value."""
    found = await command("check", **(service | {PREFIX + setting: value}))
    assert found.exit_code == 2
    assert complaint in found.output
    assert value not in found.output.replace("TELEGRAM_TOKN", "")


async def test_a_key_that_does_not_open_this_database(service: dict[str, str]) -> None:
    """A well-formed key that is not the database's own is named by its fingerprint, by `check` and by a start that is refused."""
    database, old = opened(service), make_key()
    database.run_sync(lambda db: Vault([old]).seal(db, "person:1", "person.phone", "1", b"0912345678"))
    database.close()
    for words in ("check", "run"):
        found = await command(words, **service)
        assert found.exit_code == {"check": 1, "run": 2}[words]
        assert f"BAONGAY_SECRET_KEYS lacks a key that this database was written with (fingerprint {fingerprint(old)})" in found.output
        assert old not in found.output


async def test_a_wrong_plan(service: dict[str, str], tmp_path: Path) -> None:
    """A plan with a mistake is named by file, line and reason; one that is not there by its folder."""
    plan = tmp_path / "plan"
    shutil.copytree(ROOT / "plans/longbien-2021", plan)
    units = plan / "units.yaml"
    units.write_text(units.read_text().replace("parent: quan_long_bien", "parent: nowhere", 1))
    line = next(number for number, text in enumerate(units.read_text().splitlines(), 1) if "nowhere" in text)
    found = await command("check", **(service | {"BAONGAY_PLAN": str(plan)}))
    assert found.exit_code == 1
    assert f"units.yaml:{line}: " in found.output
    assert "nowhere" in found.output
    found = await command("check", **(service | {"BAONGAY_PLAN": str(tmp_path / "none")}))
    assert found.exit_code == 1
    assert "✘ plan or forms\n    → " in found.output
    assert "none:1: there is no such folder" in found.output


async def test_a_token_that_telegram_does_not_know(service: dict[str, str]) -> None:
    """401 from getMe is told with the setting's name; the token itself is never repeated, and a start ends with one sentence."""
    wrong = "123456789:AAanotherTokenThatIsNotKnown"
    async with TelegramServer() as server:
        found = await check_with(server, service | {"BAONGAY_TELEGRAM_TOKEN": wrong})
        started = await command("run", **(service | {"BAONGAY_TELEGRAM_TOKEN": wrong, "BAONGAY_TELEGRAM_API_BASE": server.base_url}))
    assert found.exit_code == started.exit_code == 1
    assert "✘ Telegram: getMe failed\n    → TokenRefused: check BAONGAY_TELEGRAM_TOKEN" in found.output
    assert "Telegram refused the token (401): check BAONGAY_TELEGRAM_TOKEN" in started.output
    assert not [output for output in (found.output, started.output) if wrong in output or "Traceback" in output]


async def test_telegram_out_of_reach(service: dict[str, str]) -> None:
    """No answer is told as such, not as a wrong token."""
    found = await command("check", **service)
    assert (found.exit_code, "→ Unreachable: " in found.output) == (1, True)


async def test_bots_on_zalo(service: dict[str, str]) -> None:
    """Each is asked for its name and told apart by its bot; the tokens themselves are never repeated, and a start ends with one sentence."""
    wrong = "555:AnotherTokenThatIsNotKnown"
    async with ZaloServer() as server:
        given = {name: value for name, value in service.items() if "TELEGRAM" not in name}
        given |= {"BAONGAY_ZALO_TOKENS": f"{server.token},{wrong}", "BAONGAY_ZALO_API_BASE": server.base_url}
        found, started = await command("check", **given), await command("run", **given)
    assert found.exit_code == started.exit_code == 1
    assert "✔ Zalo (zalo-1234567890123456789): getMe answers" in found.output
    assert "✘ Zalo (zalo-555): getMe failed\n    → TokenRefused: check BAONGAY_ZALO_TOKENS" in found.output
    assert "Zalo refused the token of zalo-555 (401): check BAONGAY_ZALO_TOKENS" in started.output
    assert not [word for output in (found.output, started.output) for word in (wrong, server.token, "Traceback") if word in output]


async def test_whether_posts_arrive_at_the_public_address(service: dict[str, str]) -> None:
    """Each messenger's own address is looked at from outside: a web server in front that passes on only the links makes the bot deaf."""

    async def post(_request: web.Request) -> web.Response:
        return web.Response()

    application = web.Application()
    application.router.add_post("/hook/telegram", post)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    public = f"http://127.0.0.1:{runner.addresses[0][1]}"
    given = service | {"BAONGAY_PUBLIC_URL": public, "BAONGAY_WEBHOOK_SECRET": "x" * 32, "BAONGAY_ZALO_TOKENS": "555:Another"}
    try:
        found = await command("check", **given | {"BAONGAY_ZALO_API_BASE": "http://127.0.0.1:9"})
    finally:
        await runner.cleanup()
    gone = await command("check", **given | {"BAONGAY_ZALO_API_BASE": "http://127.0.0.1:9"})
    assert f"✔ public address: posts arrive at {public}/hook/telegram" in found.output
    assert f"✘ public address: nothing arrives at {public}/hook/zalo-555 (HTTP 404)\n    → start the service first" in found.output
    assert "must pass on /hook/ to port 8080 (docs/van-hanh.md, 11)" in found.output
    assert f"✘ public address: nothing arrives at {public}/hook/telegram (ClientConnectorError)" in gone.output


async def test_nobody_is_there_yet(service: dict[str, str]) -> None:
    """Settings, keys, database and token are right: what is left are the room and the people, each with the way there."""
    opened(service).close()
    async with TelegramServer() as server:
        found = await check_with(server, service)
    assert found.exit_code == 1
    good = [line for line in found.output.splitlines() if line.startswith("✔")]
    assert [line.split(":")[0] for line in good] == ["✔ settings", "✔ plan", "✔ keys", "✔ Telegram", "✔ database"]
    bad = [line for line in found.output.splitlines() if line.startswith("✘")]
    assert [missing in line for missing, line in zip(ALL_MISSING, bad, strict=True)] == [True] * 5
    assert found.output.count("/sansang") == 5


async def test_everything_is_there(service: dict[str, str]) -> None:
    """Exit code 0 once nothing is missing."""
    database = opened(service)
    async with TelegramServer() as server:
        room = server.group("Phòng trực")
        database.run_sync(lambda db: seed_on_duty(db, Vault([service["BAONGAY_SECRET_KEYS"]]), room))
        database.close()
        found = await check_with(server, service)
    assert (found.exit_code, "✘" in found.output) == (0, False)


async def test_another_process_has_the_database(service: dict[str, str]) -> None:
    """On SQLite one process at a time: who has it, and what to do."""
    opened(service).close()
    with locked(Path(service["BAONGAY_DATA_DIR"]) / "baongay.sqlite3"):
        for words in ("rewrap", "run"):
            found = await command(words, **service)
            assert found.exit_code == 1
            assert f"another Báo Ngay (process {os.getpid()}) is using" in found.output
            assert "stop it first" in found.output


# --- key, rewrap, backup ----------------------------------------------------------------------------------------------


async def test_a_new_key() -> None:
    """`key` prints one line: a key that the vault takes, another one each time."""
    first, second = [(await command("key")).output for _ in range(2)]
    assert first.endswith("\n")
    assert fingerprint(first.strip()) != fingerprint(second.strip())


async def test_rewrap_lets_the_old_key_go(service: dict[str, str]) -> None:
    """After `rewrap` the new key alone opens everything, and a second run finds nothing to do."""
    old, new, database = service["BAONGAY_SECRET_KEYS"], make_key(), opened(service)
    sealed = {
        subject: database.run_sync(lambda db, s=subject: Vault([old]).seal(db, s, "answer.value", "1", b"Na"))  # type: ignore[misc]
        for subject in ("a", "b", "c")
    }
    database.close()
    both = service | {"BAONGAY_SECRET_KEYS": f"{new},{old}"}
    assert [(await command("rewrap", **both)).output for _ in range(2)] == ["3 data keys rewrapped\n", "0 data keys rewrapped\n"]
    database = Database(database.url)
    opens = [database.run_sync(lambda db, s=s: Vault([new]).open(db, s, "answer.value", "1", sealed[s])) for s in sealed]  # type: ignore[misc]
    with pytest.raises(VaultError):
        database.run_sync(lambda db: Vault([old]).open(db, "a", "answer.value", "1", sealed["a"]))
    database.close()
    assert opens == [b"Na"] * 3


async def test_rewrap_without_the_old_key(service: dict[str, str]) -> None:
    """It says which key is missing, in one sentence, and changes nothing."""
    old, database = make_key(), opened(service)
    database.run_sync(lambda db: Vault([old]).seal(db, "a", "answer.value", "1", b"Na"))
    database.close()
    found = await command("rewrap", **service)
    assert found.exit_code == 1
    assert f"wrapped by the master key {fingerprint(old)}, which BAONGAY_SECRET_KEYS does not have" in found.output


async def test_backup(service: dict[str, str]) -> None:
    """`backup` prints the path of a whole copy, also while the service has the database; without a database it says so and ends with 1."""
    found = await command("backup", **service)
    assert (found.exit_code, "Traceback" in found.output) == (1, False)
    assert "could not be made" in found.output
    create_tables(f"sqlite:///{service['BAONGAY_DATA_DIR']}/baongay.sqlite3")
    with locked(Path(service["BAONGAY_DATA_DIR"]) / "baongay.sqlite3"):
        found = await command("backup", **service)
    made = Path(found.stdout.strip().splitlines()[-1])
    assert (found.exit_code, made.parent.name, is_there(made)) == (0, "backups", True)
