"""A reply, read against what was last shown: a button's key, a number, a whole label, a word of the way; else it is free text.

Rules:

1. A button counts only for the question that it was shown for; anything older is late. A question that was asked twice keeps both its copies
   (`since` in the frame's data is the number of its first copy).
2. A number counts only while choices are on offer, on the page that was shown, and not where figures are the answer itself (an age, a
   neighbourhood). Actions have no numbers: they are typed.
3. A label counts whole, folded, and never in part: "không biết" is not "không". Punctuation within it need not be typed. Of a list over
   several pages the labels of all pages count.
4. What was forwarded are somebody else's words: never a choice.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from handlers.reading.folding import fold
from models.talk import Frame, Incoming, Json, Kind

BACK, SKIP, KEEP, CANCEL, HELP, RESUME, SEND, MORE, DONE = (
    "_back",
    "_skip",
    "_keep",
    "_cancel",
    "_help",
    "_resume",
    "_send",
    "_more",
    "_done",
)
ALWAYS = frozenset({BACK, CANCEL, HELP, RESUME})  # words that hold whether or not they are on offer

WORDS: dict[str, str] = {
    **dict.fromkeys(("quay lai", "quaylai", "tro lai", "tro ve", "sua lai", "back"), BACK),
    **dict.fromkeys(("bo qua", "boqua", "skip", "khong ro", "khong biet", "chua ro", "chua biet"), SKIP),
    **dict.fromkeys(("giu nguyen", "keep"), KEEP),
    **dict.fromkeys(("huy", "huy bo", "thoi", "dung lai", "cancel"), CANCEL),
    **dict.fromkeys(("tro giup", "trogiup", "giup", "giup toi", "help"), HELP),
    **dict.fromkeys(("tiep tuc", "tieptuc", "viet tiep", "tiep", "continue"), RESUME),
    **dict.fromkeys(("gui", "gui ngay", "gui di", "send"), SEND),
    **dict.fromkeys(("bo sung", "them"), MORE),
    **dict.fromkeys(("xong", "xong roi", "het", "het roi", "done"), DONE),
}
_NUMBER = re.compile(r"(?:(?:chon|so|cau|y|phim)\s+){0,2}(\d{1,2})")
_LETTERS = re.compile(r"\w+")
_POLITE = re.compile(r"^(?:(?:da|vang|u|thua)\s+)+|(?:\s+(?:a|nhe|nha|em|em a|anh a|chi a))+$")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A choice, however it was made."""

    key: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Words of their own, as typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Late:
    """A button of an earlier question."""

    key: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing that could be an answer: a sticker, a place on the map, an empty text."""


Reply = Pressed | Typed | Late | Nothing


def read_reply(
    frame: Frame, incoming: Incoming, *, also: Mapping[str, str] | None = None, numbers: bool = True, always: Iterable[str] = ALWAYS
) -> Reply:
    """Read `incoming` against `frame.shown`. `also` holds more folded words for keys; `numbers=False` where figures are the answer itself."""
    if incoming.kind is Kind.PRESS and incoming.press is not None:
        return _press(frame, incoming.press.question, incoming.press.key)
    if incoming.kind is not Kind.TEXT or not incoming.text.strip():
        return Nothing()
    if incoming.forwarded:
        return Typed(incoming.text)
    key = _choice(frame, fold(incoming.text), also or {}, numbers) or _word(frame, fold(incoming.text), always)
    return Pressed(key) if key else Typed(incoming.text)


def same_question(frame: Frame, step: str) -> dict[str, Json]:
    """What the frame must remember so that rule 1 holds, if `step` is asked next."""
    since = frame.data.get("since")
    return {"since": since if step == frame.step and isinstance(since, int) else frame.question + 1}


def _press(frame: Frame, question: int, key: str) -> Reply:
    if question == 0:  # the routes have taken every action that they know
        return Pressed(key) if any(shown.action and shown.key == key for shown in frame.shown) else Late(key)
    since = frame.data.get("since")
    first = since if isinstance(since, int) else frame.question
    return Pressed(key) if first <= question <= frame.question and any(shown.key == key for shown in frame.shown) else Late(key)


def _choice(frame: Frame, folded: str, also: Mapping[str, str], numbers: bool) -> str:
    number, listed = _NUMBER.fullmatch(folded), [shown for shown in frame.shown if not shown.action]
    if number and numbers and 1 <= int(number[1]) <= len(listed):
        return listed[int(number[1]) - 1].key
    for words in (folded, _POLITE.sub("", folded)):
        for shown in (*frame.shown, *frame.pages):
            if words and (words == shown.label or _bare(words) == _bare(shown.label)):
                return shown.key
        if words in also:
            return also[words]
    return ""


@lru_cache(maxsize=1024)
def _bare(folded: str) -> str:
    return " ".join(_LETTERS.findall(folded))


def _word(frame: Frame, folded: str, always: Iterable[str]) -> str:
    key = WORDS.get(folded) or WORDS.get(_POLITE.sub("", folded), "")
    return key if key in always or any(shown.key == key for shown in frame.shown) else ""
