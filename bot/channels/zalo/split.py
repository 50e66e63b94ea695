"""A long text in parts that the platform takes, cut where a reader would pause."""

import re
import unicodedata

_ENDS = [re.compile(pattern) for pattern in (r"\n[^\S\n]*\n", r"\n", r"(?<=[.!?…])\s", r"\s")]  # paragraph, line, sentence, word
_JOINER = "\u200d"


def split(text: str, most: int) -> list[str]:
    """Parts of at most `most` UTF-16 units (at least 2), none of them blank; nothing is lost but the white space at their ends. Cut at the end
    of a paragraph, else of a line, a sentence, a word, where one lies in the second half; else between two characters as people see them."""
    parts, rest = [], _led(text).rstrip()
    while (limit := fitting(rest, most)) < len(rest):
        end = _end(rest, limit)
        parts.append(rest[:end].rstrip())
        rest = _led(rest[end:])
    return [*parts, rest] if rest else parts


def fitting(text: str, most: int) -> int:
    """How many characters of the beginning are at most `most` UTF-16 units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > most:
            return index
    return len(text)


def _end(text: str, limit: int) -> int:
    for pattern in _ENDS:
        ends = [found.start() for found in pattern.finditer(text, 0, limit + 2) if limit // 2 <= found.start() <= limit]
        if ends and ends[-1] > 0:
            return ends[-1]
    end = limit
    while end > 0 and inside(text, end):
        end -= 1
    return end or limit  # one base with more marks than a message holds is no character that anybody reads


def _led(text: str) -> str:
    """Without the white space at its beginning, but for one that carries a mark."""
    start = 0
    while start < len(text) and text[start].isspace() and not inside(text, start + 1):
        start += 1
    return text[start:]


def inside(text: str, at: int) -> bool:
    """Whether a cut before `text[at]` would go through what people see as one character: a letter and its marks, a joined emoji, a flag. Rather
    too often than too seldom (Unicode Annex 29 without its tables)."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    return (
        _extends(after)
        or before == _JOINER
        or before + after == "\r\n"
        or (_is_flag(after) and _flags_before(text, at) % 2 == 1)
        or ("\u1100" <= before <= "\u11ff" and "\u1160" <= after <= "\u11ff")  # Hangul that is still in its letters
    )


def _extends(character: str) -> bool:
    return (
        character in {_JOINER, "\u200c"}
        or unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of flags
    )


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_flag(text[start - 1]):
        start -= 1
    return at - start
