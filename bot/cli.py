"""The command line: `python -m bot run | check | plan | letters | key | rewrap | backup`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.settings import Settings, SettingsError, load_settings
from models.plan import Plan

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Báo Ngay: the chatbot of a child-protection network."
)

plan = typer.Typer(no_args_is_help=True, help="Check a plan's folder; bring the expected reports to what the configured plan asks for.")
cli.add_typer(plan, name="plan")


def settings_or_exit() -> Settings:
    try:
        settings = load_settings()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    logs.configure(settings.log_level, settings.log_format)
    return settings


@cli.command()
def run() -> None:
    """Migrate the database and serve: the training room without a token, the service with one."""
    settings = settings_or_exit()
    with said_plainly():
        asyncio.run(serve(settings))


@contextmanager
def said_plainly() -> Iterator[None]:
    """What was written for the operator ends the command as one sentence: exit code 2 for settings, 1 for anything else."""
    try:
        yield
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except Exception as error:
        if clear_sentence(error):
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        raise


def clear_sentence(error: Exception) -> bool:
    """Errors whose text was written for the operator; any other is a bug and shows where it happened."""
    from bot.backup import BackupFailed
    from bot.channels import TokenRefused, Unreachable
    from bot.database import StorageDown
    from bot.form_files import FormError
    from bot.lockfile import AlreadyRunning
    from bot.plan_files import PlanError
    from bot.planned import PlanMoved
    from bot.vault import VaultError

    ours = BackupFailed | StorageDown | FormError | AlreadyRunning | PlanError | PlanMoved | VaultError | TokenRefused | Unreachable
    return isinstance(error, ours | OSError)


async def serve(settings: Settings, ready: Callable[[], Awaitable[None]] | None = None) -> None:
    """Build, print one line, run until a signal comes."""
    from bot.compose import build

    built = await build(settings)
    with built.closing:

        async def announce() -> None:
            if built.training is not None:
                await built.training.open()
                typer.echo(f"Báo Ngay, phòng tập huấn: http://{settings.http_host}:{built.app.port}/")
            else:
                typer.echo(f"Báo Ngay: /healthz on http://{settings.http_host}:{built.app.port}/")
            if built.admin_code:
                typer.echo(f"Mã quản trị dùng một lần (gửi cho bot: /start {built.admin_code})")
            if ready is not None:
                await ready()

        built.app.stop_on_signals()
        await built.app.run(announce)


@cli.command()
def check() -> None:
    """Say what is missing and what to do: settings, plan, keys, database, token, room, people."""
    from bot.check import findings

    settings = settings_or_exit()

    async def show() -> bool:
        good = True
        async for found in findings(settings):
            typer.echo(f"{'✔' if found.ok else '✘'} {found.what}" + (f"\n    → {found.todo}" if found.todo else ""))
            good = good and found.ok
        return good

    if not asyncio.run(show()):
        raise typer.Exit(1)


@plan.command("check")
def plan_check(folder: Annotated[Path, typer.Argument(help="The plan's folder, for example plans/longbien-2021.")]) -> None:
    """Say everything that is wrong with a plan's folder, each with file, line and reason; or, if nothing is, what it asks for."""
    from bot.compose import read_folder
    from bot.plan_lines import summary

    with said_plainly():
        found, forms = read_folder(folder)
        for line in (*summary(found, list(forms)), *_left_in_the_service(found)):
            typer.echo(line)


def _left_in_the_service(plan: Plan) -> Iterator[str]:
    """What this service has at units that the plan lacks, where there is a service here: it may be running, and is only looked at."""
    from bot.engines import StorageDown, looking
    from bot.gather.left_behind import lacking, read
    from bot.migrate import current, head
    from bot.plan_lines import left

    with suppress(SettingsError, StorageDown), looking(load_settings().database) as db:
        if current(db) == head():
            yield from left(read(db, plan, datetime.now(UTC)), plan, lacking(db, plan))


@plan.command("apply")
def plan_apply(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Show what the configured plan adds, moves and drops, and what stands at units that it lacks, ask, and do it. Nothing that was handed in is
    dropped. People are moved to the one unit that holds all of theirs, if that is asked for and answered by yes; never with --yes."""
    from bot.compose import planning
    from bot.gather.left_behind import lacking, read
    from bot.plan_lines import changes, left
    from bot.planned import apply, difference

    settings = settings_or_exit()
    with said_plainly(), ExitStack() as closing:
        database, engine = planning(settings, closing)
        found = database.run_sync(lambda db: difference(db, engine))
        behind = database.run_sync(lambda db: read(db, engine.plan, engine.now()))
        lacks = database.run_sync(lambda db: lacking(db, engine.plan))
        for line in (*changes(found), *left(behind, engine.plan, lacks)):
            typer.echo(line)
        if not found and not behind:
            typer.echo("Nothing to do.")
            return
        if not yes and not typer.confirm("Do this?"):
            raise typer.Exit(1)
        movable = any(one.to and one.people for one in behind)
        move = movable and not yes and typer.confirm("Move the people who can be moved (lines with >) as well?", default=False)
        people = database.run_sync(lambda db: apply(db, engine, found, move=move))
        typer.echo(f"Done; {people} people are told.")


@cli.command()
def letters(letter: Annotated[str, typer.Argument(help="A letter's id, or its beginning: shows the history of that one.")] = "") -> None:
    """Show what waits to be delivered, why and since when. Only looks: the service may be running."""
    from bot.engines import StorageDown, looking
    from bot.letters_report import history_lines, waiting_lines
    from bot.migrate import current, head

    settings = settings_or_exit()
    with said_plainly(), looking(settings.database) as db:
        if current(db) != head():
            raise StorageDown("the database is not of this version: `python -m bot run` brings it there, after a backup")
        for line in history_lines(db, letter, settings.zone) if letter else waiting_lines(db, settings.zone):
            typer.echo(line)


@cli.command()
def key() -> None:
    """Print a new master key for BAONGAY_SECRET_KEYS. Keep a copy in a safe place: without it nothing private can be read again."""
    from bot.vault import make_key

    typer.echo(make_key())


@cli.command()
def rewrap() -> None:
    """After a new key was put first in BAONGAY_SECRET_KEYS: wrap every data key with it; then the old one may go."""
    from bot.compose import open_database
    from bot.vault import Vault

    settings = settings_or_exit()
    with said_plainly(), ExitStack() as closing:
        database, vault = open_database(settings, closing), Vault(settings.master_keys())
        total = 0
        while count := database.run_sync(vault.rewrap):
            total += count
        typer.echo(f"{total} data keys rewrapped")


@cli.command()
def backup() -> None:
    """Copy the database, consistent while the service runs, into DATA_DIR/backups."""
    from bot.backup import backup as copy

    settings = settings_or_exit()
    with said_plainly():
        made = copy(settings.database, settings.backups)
    typer.echo(str(made) if made else "PostgreSQL without pg_dump: the backup is yours to make")
