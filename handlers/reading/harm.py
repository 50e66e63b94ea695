"""Whether words may tell of harm to a child. Read without marks and generously: whoever is taken for a reporter is asked, and nothing is lost by it."""

import re

from handlers.reading.folding import fold

_CHILD = ("chau", "be", "tre", "hoc sinh", "tre em")
_HARM = (
    "danh", "dap", "dam", "tat", "hiep", "khoc", "la het", "keu cuu", "chet", "lac", "mat tich", "bat coc", "tu tu", "nhay lau", "duoi nuoc",
    "chay mau", "xam hai", "bao hanh", "bao luc", "hanh ha", "lam dung", "so soang", "nhot", "bo roi", "bo doi", "tai nan", "nguy hiem",
    "co nguoi", "bi", "vu moi", "ca moi",
)  # fmt: skip
_TELLS = re.compile(rf"\b(?:{'|'.join((*_CHILD, *_HARM))})\b")
_NO_HARM = re.compile(
    r"\b(?:chuan bi|lien lac)\b"
)  # getting ready and telephoning hold, without marks, the words for suffering and being lost


def may_tell_of_harm(text: str) -> bool:
    """A child, or what is done to one, or a case that is new."""
    return _TELLS.search(_NO_HARM.sub(" ", fold(text))) is not None
