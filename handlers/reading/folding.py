"""Folding: one plain form for everything that people type, so that it can be compared.

Rules:

1. Compatibility forms are opened first (full-width digits, ligatures), then marks are dropped (NFD), and đ becomes d: "Đức Giang",
   "duc giang" and the same text from a phone that types combining marks are one string.
2. Invisible characters (zero-width spaces and joiners, byte order marks) disappear: pasted text is full of them and nobody sees them.
3. White space is collapsed; whatever is neither a letter nor a digit is cut off at both ends (emoji, quotes, full stops), never inside.
4. `fold` never fails and folding twice changes nothing.

The code is ours because unidecode is GPL.
"""

import re
import unicodedata

_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})
_D = str.maketrans({"đ": "d", "Đ": "d"})
_SPACE = re.compile(r"\s+")
_DOUBLED = re.compile(r"aa|ee|oo|dd")
_HORNED = re.compile(r"(?<=[uoa])w")
_TONE = re.compile(r"(?<=[aeiouy])[sfrxj]|(?<=[a-z])[sfrxj]$")


def tidy(text: str) -> str:
    """Text as typed, in NFC and lower case, without invisible characters: marks are kept."""
    opened = unicodedata.normalize("NFKC", text)
    visible = "".join(c if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc", "Cs"} else "" for c in opened)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", visible.lower())).strip()


def fold(text: str) -> str:
    """Lower case, no marks, đ as d, single spaces, no punctuation at the ends."""
    once = _fold_once(text)
    # A few compatibility characters open into capitals or marks only after lowering; the second pass reaches the fixed point.
    return _fold_once(once)


def _fold_once(text: str) -> str:
    opened = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    kept = "".join(c if c.isspace() else "" if unicodedata.category(c) in _DROPPED else c for c in opened).translate(_D)
    return _trim(_SPACE.sub(" ", kept))


def _trim(text: str) -> str:
    first, last = 0, len(text)
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return text[first:last]


def undo_telex(word: str) -> str:
    """A folded word without Telex keys that never became marks: "ngocj" is "ngoc", "toois" is "toi".

    It also eats letters of real words ("sai" has none, "xe" keeps its x, "lars" loses r), so compare the result with known words only.
    """
    plain = _DOUBLED.sub(lambda pair: pair.group()[0], word)
    return _TONE.sub("", _HORNED.sub("", plain))
