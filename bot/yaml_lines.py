"""Reads YAML that people edit, and remembers on which line everything stands, so that a mistake can be shown where it was made.

Plan files and form files are read by this one reader. It differs from PyYAML's own in what surprises the people who edit the files:

* only `true` and `false` are yes-or-no values: YAML 1.1 would read the answer `no` as False and `21:00` as 1260;
* a number has no leading zero: the ward code 00115 stays text (YAML 1.1 would read it as octal);
* dates stay text until a model asks for a date;
* the same key twice is a mistake (PyYAML silently keeps the last), and so are anchors and aliases.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.composer import Composer, ComposerError
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import Resolver

Loc = tuple[str | int, ...]
"""Where something stands in a file: keys and list positions, as pydantic's `loc`."""
Found = Iterator[tuple[str, Loc, str]]
"""What a check finds: file, place in it, reason."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in one file; `line` counts from 1."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class FileMistakes(Exception):  # noqa: N818  it carries several; callers raise their own kind (PlanError, …)
    """All that was found wrong, in the order of files and lines; its text is one mistake a line."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True)
class Located:
    """What a file holds (`data`: plain dict, list, str, int, float, bool, None) and the line of each place in it."""

    file: str
    data: Any
    lines: Mapping[Loc, int] = field(repr=False)

    def line(self, loc: Loc) -> int:
        """The line of `loc`, or of the nearest place around it that exists."""
        return self.lines[self.nearest(loc)]

    def nearest(self, loc: Loc) -> Loc:
        """`loc` without what is not in the file: a missing key, and the words that pydantic adds for unions and functions."""
        found: Loc = ()
        for part in loc:
            if (*found, part) in self.lines:
                found = (*found, part)
        return found

    def describe(self, loc: Loc) -> str:
        """`loc` for people: "items.bo_de.name.en"; a member of a list goes by its id or name where it has one."""
        words, here = [], self.data
        for part in loc:
            here = _step(here, part)
            called = here.get("id", here.get("name")) if isinstance(part, int) and isinstance(here, dict) else None
            words.append(called if isinstance(called, str) else str(part))
        return ".".join(words)

    def mistake(self, loc: Loc, reason: str) -> Mistake:
        """A mistake at `loc`, with the place before the reason."""
        place = self.describe(loc)
        return Mistake(self.file, self.line(loc), f"{place}: {reason}" if place else reason)

    def mistakes(self, error: ValidationError, under: Loc = ()) -> tuple[Mistake, ...]:
        """A pydantic error as mistakes with lines. `under`: where in the file the validated part stands."""
        return tuple(self._one(under + found["loc"], found["type"], found["msg"]) for found in error.errors(include_url=False))

    def _one(self, loc: Loc, kind: str, message: str) -> Mistake:
        inside = self.nearest(loc)
        if kind == "missing":
            return self.mistake((*inside, loc[-1]), "is missing")
        if kind == "extra_forbidden":
            return self.mistake(inside, "unknown key")
        return self.mistake(inside, message.removeprefix("Value error, "))


def read_yaml(path: Path, called: str = "") -> Located:
    """Read one file; `called` is its name in mistakes (default: the path). Raises FileMistakes: unreadable, not YAML, a key twice…"""
    name = called or str(path)
    try:
        node = _Reader(path.read_text(encoding="utf-8")).get_single_node()
    except OSError as error:
        raise FileMistakes((Mistake(name, 1, f"cannot be read: {error.strerror}"),)) from None
    except UnicodeDecodeError:
        raise FileMistakes((Mistake(name, 1, "is not UTF-8"),)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileMistakes((Mistake(name, mark.line + 1 if mark else 1, f"not YAML: {error.problem}"),)) from None
    except yaml.YAMLError as error:
        raise FileMistakes((Mistake(name, 1, f"not YAML: {error}"),)) from None
    walk = _Walk(name)
    data = walk.value(node, ()) if node is not None else None
    if walk.mistakes:
        raise FileMistakes(tuple(walk.mistakes))
    return Located(name, data, {(): 1} | walk.lines)


class _Reader(Composer, CParser, Resolver):
    """Composes nodes from libyaml's events (a plan is read in a sixth of the time), refuses anchors and reads scalars as YAML 1.2's core does, without
    its octal and hexadecimal numbers."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        Resolver.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()
        if getattr(event, "anchor", None) is not None:
            raise ComposerError(None, None, "anchors and aliases are not used here", event.start_mark)
        return super().compose_node(parent, index)


_Reader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ("n", "~", "")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
):
    _Reader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


class _Walk:
    """Turns the composed nodes into plain values, keeping lines and collecting what only the nodes can show."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Loc, int] = {}
        self.mistakes: list[Mistake] = []

    def value(self, node: yaml.Node, loc: Loc) -> Any:
        self.lines.setdefault(loc, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*loc, key)) for key, child in self._entries(node, loc)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*loc, place)) for place, child in enumerate(node.value)]
        return self._scalar(node)

    def _entries(self, node: yaml.MappingNode, loc: Loc) -> Iterator[tuple[str, yaml.Node]]:
        """Keys are text and stand once; a key's line, not its value's, is the line of the place."""
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.mistakes.append(Mistake(self.file, line, "a key must be a word"))
                continue
            key = str(key_node.value)
            if (*loc, key) in self.lines:
                self.mistakes.append(Mistake(self.file, line, f"the key {key} stands twice (first on line {self.lines[*loc, key]})"))
                continue
            self.lines[*loc, key] = line
            yield key, child

    def _scalar(self, node: yaml.Node) -> Any:
        read = _SCALARS.get(node.tag)
        if read is None:
            self.mistakes.append(Mistake(self.file, node.start_mark.line + 1, f"the tag {node.tag} is not used here"))
            return None
        try:
            return read(str(node.value))
        except ValueError:  # only a tag written by hand can bring it here
            self.mistakes.append(Mistake(self.file, node.start_mark.line + 1, f"{node.value} does not fit its tag"))
            return None


def twice(file: str, under: str, ids: Iterable[str]) -> Found:
    """What stands more than once in the list `under`."""
    seen: set[str] = set()
    for place, one in enumerate(ids):
        if one in seen:
            yield file, (under, place), f"{one} stands twice"
        seen.add(one)


def _step(here: Any, part: str | int) -> Any:
    """One step into plain data; None where there is nothing."""
    if isinstance(here, dict) and isinstance(part, str):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return None
