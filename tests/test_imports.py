"""The import contract of the architecture, read from the code's own imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHAT = {"aiogram", "telegram", "httpx"}
VALUES = {
    "talk",
    "commands",
    "report_commands",
    "facts",
    "report_facts",
    "progress",
    "form",
    "plan",
    "condition",
}  # what travels; the other modules of models are tables


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at the top or inside a function, as a dotted name; from-imports name what they take, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found
    return found


def offenders(paths: list[Path], never: set[str]) -> list[str]:
    """`file: module` for every import of something in `never` (or below it)."""
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name in imports(path)
        if any(name == bad or name.startswith(bad + ".") for bad in never)
    ]


FORBIDDEN = {
    "models": {"handlers", "bot", "scheduler", "locales", "asyncio"} | CHAT,
    "handlers": {"asyncio", "sqlmodel", "sqlalchemy", "bot", "scheduler", "locales", "time", "os", "socket"} | CHAT,
    "locales": {"handlers", "bot", "scheduler", "models"} | CHAT,
    "scheduler": {"handlers", "bot", "locales"} | CHAT,
    "bot/channels": {"handlers", "sqlalchemy", "sqlmodel", "bot.database", "bot.turn", "bot.vault", "bot.app"},
}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_package_imports_nothing_it_must_not(folder: str) -> None:
    """The way of a message runs one way: no package reaches back."""
    assert offenders(files(folder), FORBIDDEN[folder]) == []


def test_handlers_see_of_models_only_the_values() -> None:
    """A handler cannot read or write a table, because it cannot import one."""
    tables = {f"models.{path.stem}" for path in files("models") if path.stem not in VALUES | {"__init__"}}
    assert offenders(files("handlers"), tables) == []


def test_no_module_imports_both_chat_libraries() -> None:
    """aiogram is the ear, python-telegram-bot the mouth, and the codec between them imports neither."""
    both = [path for path in files("bot") if {"aiogram", "telegram"} <= {name.split(".")[0] for name in imports(path)}]
    assert both == []
    assert offenders([ROOT / "bot/channels/buttons.py"], CHAT) == []


def test_chat_libraries_stay_in_their_channel() -> None:
    """Everything but a channel's own folder could run with another messenger."""
    elsewhere = [path for path in files("bot") if "channels" not in path.parts]
    assert offenders(elsewhere, CHAT) == []


def test_channels_do_not_know_each_other() -> None:
    """A new channel is a new folder: nothing of another one is needed."""
    for channel in (path for path in (ROOT / "bot/channels").iterdir() if (path / "__init__.py").exists()):
        others = {f"bot.channels.{other.name}" for other in (ROOT / "bot/channels").iterdir() if other.is_dir() and other != channel}
        assert offenders(sorted(channel.rglob("*.py")), others) == []


def test_only_the_composition_root_is_imported_by_nobody() -> None:
    """The files that compose the service know everything, so nothing may know them but each other."""
    roots = {ROOT / "bot" / name for name in ("app.py", "cli.py", "compose.py", "check.py", "__main__.py")}
    rest = [path for path in files("bot", "handlers", "models", "scheduler", "locales") if path not in roots]
    assert offenders(rest, {"bot.app", "bot.cli", "bot.compose", "bot.check"}) == []


def test_aiogram_is_not_imported_unless_telegram_is_used() -> None:
    """It costs 2.6 s and 165 MB: the CLI, migrations and the training room do without."""
    at_top = [
        path
        for path in files("bot", "handlers", "models")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "aiogram" in ast.unparse(node) and "channels/telegram" not in path.as_posix()
    ]
    assert at_top == []
