"""The documents, held against the code: what they link to, tell people to type or name as a guard is really there."""

import ast
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.cli import cli
from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^```(?:sh)?\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_RULE = re.compile(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", re.MULTILINE | re.DOTALL)

# In pieces, so that this file holds none of them itself.
_REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".", "anaconda" + ".org", "crates" + ".io", "proxy.golang" + ".org")
_FOLDERS = "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers", "tm" + "p", "opt/whe" + "els", "opt/py" + "pi"))
_MACHINE_PATH = re.compile(rf"(?<![\w.:/}}*~-])/(?:{_FOLDERS})/[\w.-]")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links(page: Path) -> Iterator[str]:
    """Targets of links and images that do not lead out of the repository."""
    for target in _LINK.findall(_FENCE.sub("", text(page))):
        if not re.match(r"[a-z]+:", target):
            yield unquote(target)


def anchors(page: Path) -> set[str]:
    """The headings of a page as the names that links use: lower case, no punctuation, dashes for blanks."""
    headings = _HEADING.findall(_FENCE.sub("", text(page)))
    return {re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", heading).lower()).replace(" ", "-") for heading in headings}


def typed(page: Path) -> Iterator[str]:
    """What a page shows as code, line by line."""
    for block, inline in _CODE.findall(text(page)):
        yield from (block or inline).splitlines()


def tracked() -> list[Path]:
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("this is no git checkout, so nobody can say which files belong to it")
    return [path for line in found.stdout.split("\0") if line and (path := ROOT / line).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_links_to_exists(page: Path) -> None:
    """Nobody follows a link or looks for a picture in vain."""
    files = [target.partition("#")[0] for target in links(page)]
    assert [target for target in files if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_link_to_a_heading_finds_it(page: Path) -> None:
    """A heading that was renamed takes its links along."""
    aimed = [target.partition("#") for target in links(page)]
    lost = [
        f"{file}#{anchor}"
        for file, hash_sign, anchor in aimed
        if hash_sign and (at := (page.parent / file) if file else page).exists() and anchor not in anchors(at)
    ]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    """What the page tells people to type is in the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for line in typed(page) for word in re.findall(r"^\s*make ([\w-]+)", line)}
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    """What the page tells people to type is a command of `python -m bot`."""
    groups = {group.name for group in cli.registered_groups if group.name}
    commands = {command.name or command.callback.__name__ for command in cli.registered_commands if command.callback} | groups
    shown = [line.partition("python -m bot ")[2] for line in typed(page) if "python -m bot " in line]
    named = {word.split()[0] for line in shown for word in line.split("|") if word.strip()}
    assert named - commands == set()


def test_readme_names_every_command() -> None:
    """A command that nobody is told of is not used."""
    commands = {command.callback.__name__ for command in cli.registered_commands if command.callback}
    commands |= {
        f"{group.name} {command.name}"
        for group in cli.registered_groups
        if group.typer_instance
        for command in group.typer_instance.registered_commands
    }
    assert [command for command in sorted(commands) if f"python -m bot {command}" not in text(ROOT / "README.md")] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    """A setting that was renamed is renamed where people read of it."""
    settings = {PREFIX + field.upper() for field in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text(page))) - settings == set()


def test_readme_names_every_setting() -> None:
    """Whoever installs it finds all that can be set."""
    missing = [field for field in Settings.model_fields if f"`{PREFIX}{field.upper()}`" not in text(ROOT / "README.md")]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    """A guard that was moved or renamed is found again."""
    named = _TEST.findall(text(page))
    there = {file: _functions(ROOT / file) for file, _test in named}
    assert [f"{file}::{test}" for file, test in named if test not in there[file]] == []


def test_each_of_the_twelve_rules_names_its_test() -> None:
    """A rule that nothing guards is a wish."""
    rules = text(ROOT / "docs/architecture.md").partition("## The design's rules")[2].partition("\n## ")[0]
    guarded = {int(number): bool(_TEST.search(rule)) for number, rule in _RULE.findall(rules)}
    assert guarded == dict.fromkeys(range(1, 13), True)


def test_every_section_that_comments_cite_is_explained() -> None:
    """A comment that says "section 7" leads somewhere."""
    table = text(ROOT / "docs/architecture.md").partition("## What comments call DESIGN")[2]
    code = [path for folder in ("bot", "handlers", "models", "scheduler") for path in (ROOT / folder).rglob("*.py")]
    cited = {number for path in code for number in re.findall(r"DESIGN sections? (\d+)", text(path))}
    assert {number for number in cited if f"\n| {number} |" not in table} == set()


def test_no_file_names_a_package_registry() -> None:
    """The locks hold names, versions and hashes; where packages come from is the machine's affair."""
    assert [name(path) for path in tracked() if any(host in _readable(path) for host in _REGISTRIES)] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """What works here only because of where it lies would not work anywhere else."""
    found = {name(path): match[0] for path in tracked() if (match := _MACHINE_PATH.search(_readable(path)))}
    assert found == {}


def _functions(path: Path) -> set[str]:
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _readable(path: Path) -> str:
    """A text file's text; nothing of a picture."""
    return path.read_bytes().decode(errors="ignore") if path.suffix not in {".png", ".jpg", ".ico"} else ""
