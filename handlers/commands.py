"""Reading a command as people type it: "/baocao", "Báo cáo", "/ganphong@Bot khancap", "nhận 42", "@Bot Báo Ngay nhan VV-2026-0042"."""

import re
from dataclasses import dataclass

from handlers.reading.folding import fold
from handlers.rights import COMMANDS, Command, Within

_CASE = re.compile(r"(?:vu\s*)?(?:#|so\s+)?(?:vv\s*-?\s*(?:\d{4})\s*-?\s*)?0*(\d{1,6})")
_MOST_NAME_WORDS = 6  # a bot's display name within a mention ("@Bot Báo Ngay nhan 42")


@dataclass(frozen=True, slots=True)
class Given:
    """A command and what stands after it, as typed; `number` is the case number that it names, "" if none."""

    command: Command
    rest: str = ""
    number: str = ""


def find(text: str) -> Given | None:
    """The command that a whole message is. Words within a sentence are never one: "tôi nhận 42 cái áo" is not."""
    words = text.split()
    if not words:
        return None
    if words[0].startswith("@"):
        after = (find(" ".join(words[skipped:])) for skipped in range(1, min(_MOST_NAME_WORDS + 1, len(words))))
        return next((given for given in after if given is not None), None)
    return _slashed(words) if words[0].startswith("/") else _plain(text)


def _slashed(words: list[str]) -> Given | None:
    name, rest = "/" + fold(words[0].partition("@")[0]), " ".join(words[1:])
    for command in COMMANDS:
        if name in command.words:
            return Given(command, rest, case_number(rest) if command.number else "")
    return None


def _plain(text: str) -> Given | None:
    folded = fold(text)
    for command in COMMANDS:
        for word in command.words:
            if folded == word and command.within is not Within.CASE:  # "nhan" alone is the name Nhân, "anh" how people begin to speak
                return Given(command)
            if command.number and folded.startswith(word + " ") and (number := case_number(folded[len(word) :])):
                return Given(command, folded[len(word) :].strip(), number)
    return None


def case_number(text: str) -> str:
    """The number in "42", "0042", "VV-2026-0042"; "" if the text is anything else."""
    found = _CASE.fullmatch(fold(text))
    return found.group(1) if found else ""
