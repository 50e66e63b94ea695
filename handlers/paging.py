"""A list longer than a small screen, where there are no buttons: eight of it and "9. Xem thêm". What is behind is remembered in the frame as
it is shown, so that the next page is told without asking again: no cursor moves, and no dialogue knows of it.

1. Ways (back, skip, stop) are no part of the list: they close every page, behind the numbers of what can be answered.
2. Numbers count on the page that was shown last; labels of all pages can be typed at any time (handlers.reply, rule 3).
"""

from collections.abc import Sequence
from dataclasses import replace

from handlers.reply import BACK, CANCEL, DONE, HELP, KEEP, RESUME, SKIP, Pressed, Reply, read_reply
from models.facts import Facts
from models.talk import N_, Choice, Frame, Incoming, Say, Shown, Turn, msg

LONGEST = 9  # choices that are shown at once: as many as have a number of one figure
SIZE = 8  # on a page of a longer list, with "see more" as the ninth
MORE, FIRST = "_list.more", "_list.first"
TURNS = {MORE: N_("See more"), FIRST: N_("See from the start again")}
_WAYS = frozenset({BACK, SKIP, KEEP, CANCEL, HELP, RESUME, DONE})
_ALSO = {
    **dict.fromkeys(("xem tiep", "trang sau", "them nua", "con nua", "next page"), MORE),
    **dict.fromkeys(("trang dau", "first page"), FIRST),
}


def too_long(choices: Sequence[Choice]) -> bool:
    """Whether a question's choices need pages."""
    return sum(choice.key not in _WAYS for choice in choices) > LONGEST


def page(listed: Sequence[Shown], start: int = 0) -> tuple[Shown, ...]:
    """The page that begins with choice `start`. `listed` are all choices, the ways, and both of TURNS."""
    turns = {shown.key: shown for shown in listed if shown.key in TURNS}
    answers = _answers(listed)
    turn = turns[MORE] if start + SIZE < len(answers) else turns[FIRST]
    return (*answers[start : start + SIZE], turn, *(shown for shown in listed if shown.key in _WAYS))


def turned(frame: Frame, incoming: Incoming) -> bool:
    """Whether a message asks for another page of the list that is open."""
    return bool(frame.pages) and _read(frame, incoming) in (Pressed(MORE), Pressed(FIRST))


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next page, or the first one again."""
    answers = _answers(frame.pages)
    here = next((place for place, shown in enumerate(answers) if frame.shown and shown.key == frame.shown[0].key), 0)
    start = here + SIZE if _read(frame, incoming) == Pressed(MORE) and here + SIZE < len(answers) else 0
    shown = page(frame.pages, start)
    text = msg("Page %(page)s of %(pages)s. Type a number, or the words:", page=start // SIZE + 1, pages=-(-len(answers) // SIZE))
    return Turn(replace(frame, shown=shown), (Say(text, choices=tuple(Choice(one.key, one.text) for one in shown)),))


def _answers(listed: Sequence[Shown]) -> list[Shown]:
    return [shown for shown in listed if shown.key not in _WAYS and shown.key not in TURNS]


def _read(frame: Frame, incoming: Incoming) -> Reply:
    return read_reply(frame, incoming, also=_ALSO, always=())
