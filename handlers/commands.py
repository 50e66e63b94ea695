"""Reading a command as people type it: "/baocao", "Báo cáo", "/ganphong@Bot khancap", "nhận 42", "@Bot Báo Ngay nhan VV-2026-0042"."""

import re
from dataclasses import dataclass, replace

from handlers.reading.folding import fold
from handlers.rights import COMMANDS, Command, Where, Within

_CASE = re.compile(r"(?:vu\s*)?(?:#|so\s+)?(?:vv\s*-?\s*(?P<year>\d{4})\s*-?\s*)?0*(?P<number>\d{1,6})")
_REPORT = re.compile(r"(?:bao cao\s*)?(?:so\s+)?(?:bc\s*-?\s*)?0*(?P<number>\d{1,6})")
_MOST_NUMBER_WORDS = 3  # "vụ số 42"
_MOST_NAME_WORDS = 6  # a bot's display name within a mention ("@Bot Báo Ngay nhan 42")


@dataclass(frozen=True, slots=True)
class Given:
    """A command and what stands after it, as typed; `number` is the case number (or the six digits) that it names, "" if none; `mention` is how
    the bot was called before it ("@Bot Báo Ngay"), "" if it was not."""

    command: Command
    rest: str = ""
    number: str = ""
    mention: str = ""
    tail: str = ""  # what stands behind the number, as typed, where the command takes words

    @property
    def case(self) -> str:
        """The case as it was named: "42", or "2026-42" where its whole code was typed: numbers begin anew each year."""
        found = _CASE.match(fold(self.rest)) if self.number else None
        return f"{found['year']}-{self.number}" if found and found["year"] and found["number"] == self.number else self.number


def find(text: str) -> Given | None:
    """The command that a whole message is. Words within a sentence are never one: "tôi nhận 42 cái áo" is not."""
    words = text.split()
    if not words:
        return None
    if words[0].startswith("@"):
        return _mentioned(words)
    return _slashed(words) if words[0].startswith("/") else _plain(text)


def rest(text: str) -> str:
    """What stands after the command that a message is, "" if nothing does."""
    given = find(text)
    return given.rest if given is not None else ""


def _mentioned(words: list[str]) -> Given | None:
    """The bot's display name has spaces, and nobody tells where it ends. Behind it a command for groups needs no slash: people type what they
    see others type."""
    for skipped in range(1, min(_MOST_NAME_WORDS + 1, len(words))):
        after = words[skipped:]
        given = find(" ".join(after)) if not after[0].startswith("@") else None
        if given is None and (slashed := _slashed(["/" + after[0], *after[1:]])) and slashed.command.where is Where.GROUP:
            given = slashed
        if given is not None:
            return replace(given, mention=" ".join(words[:skipped]))
    return None


def _slashed(words: list[str]) -> Given | None:
    name, rest = "/" + fold(words[0].partition("@")[0]), " ".join(words[1:])
    for command in COMMANDS:
        if name in command.words:
            number, tail = _numbered(command, words[1:])
            return Given(command, rest, number, tail=tail)
    return None


def _plain(text: str) -> Given | None:
    folded = fold(text)
    for command in COMMANDS:
        for word in command.words:
            if folded == word and not _needs_number(command):  # "nhan" alone is the name Nhân, "anh" how people begin to speak
                return Given(command)
            if command.text and folded.startswith(word + " "):
                return Given(command, text.split(maxsplit=len(word.split()))[-1])
            if folded.startswith(word + " "):
                number, tail = _numbered(command, text.split()[len(word.split()) :])
                if number:
                    return Given(command, folded[len(word) :].strip(), number, tail=tail)
    return None


def _needs_number(command: Command) -> bool:
    """Whether the word alone, without a slash, says nothing."""
    return command.within is Within.CASE or (command.within is Within.REPORT and command.tail)


def _numbered(command: Command, words: list[str]) -> tuple[str, str]:
    """The case number that words begin with (or the six digits that they are), and what stands behind it where the command takes that;
    ("", "") if there is none."""
    if command.digits:
        return six_digits(" ".join(words)), ""
    if not command.number:
        return "", ""
    read = report_number if command.within is Within.REPORT else case_number
    if number := read(" ".join(words)):
        return number, ""
    tails = range(1, min(_MOST_NUMBER_WORDS, len(words) - 1) + 1) if command.tail else ()
    found = ((number, " ".join(words[k:])) for k in tails if (number := read(" ".join(words[:k]))))
    return next(found, ("", ""))


def six_digits(text: str) -> str:
    """The link code in "123456", "123 456", "123-456"; "" if the text is anything else."""
    digits = re.sub(r"[\s\-.]", "", fold(text))
    return digits if len(digits) == 6 and digits.isascii() and digits.isdigit() else ""


def case_number(text: str) -> str:
    """The number in "42", "0042", "VV-2026-0042"; "" if the text is anything else."""
    found = _CASE.fullmatch(fold(text))
    return found["number"] if found else ""


def report_number(text: str) -> str:
    """The number in "17", "BC-17"; "" if the text is anything else."""
    found = _REPORT.fullmatch(fold(text))
    return found["number"] if found else ""
