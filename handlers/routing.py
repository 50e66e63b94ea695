"""What came in -> which handler, and the facts it needs. Pure: it sees the frame and the message, nothing else.

The order:

1. Timers, and what a platform tells of a chat (blocked, moved), by their tables.
2. A button that stands by itself ("take:…"), and a typed command. A typed command without a slash yields to an open dialogue, unless it names a
   case ("nhan 42"), asks for help or, in a report, how one stands: what somebody types there may be their answer.
3. In a group, everything else is talk among people.
4. What the platform withholds from us: somebody unknown is taken for a child, because children are whom it protects, whatever they were asked;
   but a child's own dialogue keeps it, and a report that is not sent yet goes on. A member is answered as ever, and the division hears of it.
5. A code typed on its own.
6. Another page of the list that is open: the dialogue that asked never knows of it.
7. The dialogue that has the floor.
8. Nobody has the floor: a file of somebody who hands reports in is kept and asked about; else somebody known is shown what they can do,
   somebody unknown the hotlines first.
"""

from dataclasses import replace

from handlers import child, decide, idle, join, kept, paging, report, request, room, stranger, submit
from handlers.commands import Given, find, six_digits
from handlers.rights import Where, allowed
from handlers.routes import ACTIONS, COMMANDS, FLOORS, IN_A_GROUP, TIMERS, CaseRef, Entry, ReportRef, Route
from models.facts import Who
from models.talk import Frame, Incoming, Kind

_STRANGER = Entry(stranger.start, ("service", "open_child_case", "reports_today"))
_CODE = Entry(join.start, ("service", "invited"))
_WITHHELD = Entry(child.withheld, ("service", "open_child_case", "draft"))
_IDLE = Entry(idle.answer, ("service", "waiting", "asked", "clocks"))
_PAPER = Entry(kept.start, ("owed", "kept"))
_LONGEST_NUMBER = 10  # figures: more do not fit the column
_HOUR_AT_MOST = 6  # words: "nhắc tôi lúc 8h sáng mai nhé"
EVENTS = frozenset({Kind.BLOCKED, Kind.UNBLOCKED, Kind.MIGRATED})
"""What a platform tells of a chat: nobody's words."""


def route(frame: Frame, incoming: Incoming, who: Who | None) -> Route:
    """The one way through the order above."""
    if incoming.kind in {Kind.TIMER, Kind.INTERNAL}:
        entry = TIMERS[str(incoming.data["timer"])]
        return _to(entry, frame, str(incoming.data.get("expected") or "") if entry.report == "data" else str(incoming.data["subject"]))
    if incoming.kind in EVENTS:
        return _to(Entry(room.event, ("room_here",)), frame)
    if incoming.press is not None and (action := _action(incoming.press.key, incoming)) is not None:
        return action
    given = find(incoming.text) if incoming.kind is Kind.TEXT and not incoming.edits and not incoming.forwarded else None
    if (
        given is not None
        and (incoming.text.lstrip().startswith("/") or not frame.floor or _meant(given, frame, who))
        and not _chatted(given, incoming)
        and not _a_sentence(given, incoming, who)
    ):
        return _command(given, frame, incoming, who)
    if incoming.group:
        return _to(Entry(room.chatter), frame)
    if incoming.kind is Kind.WITHHELD and frame.floor != child.FLOOR:
        return _withheld(frame, who)
    if frame.floor in {"", stranger.FLOOR} and incoming.kind is Kind.TEXT and (code := _code(incoming, who)) is not None:
        return _to(code, frame)
    if paging.turned(frame, incoming):
        return Route(paging.answer)
    if frame.floor in FLOORS:
        return _to(FLOORS[frame.floor], frame)
    return _to(_at_rest(incoming, who), frame)


def _at_rest(incoming: Incoming, who: Who | None) -> Entry:
    if kept.is_paper(incoming, who):
        return _PAPER
    return _IDLE if who else _STRANGER


def _withheld(frame: Frame, who: Who | None) -> Route:
    unsent = frame.floor == report.FLOOR and not frame.data.get("sent")
    if who is None and not unsent:
        return _to(_WITHHELD, frame)
    going_on = _to(FLOORS.get(frame.floor, _IDLE), frame)
    return going_on if who is None else replace(going_on, handle=idle.noticed(going_on.handle))


def _code(incoming: Incoming, who: Who | None) -> Entry | None:
    """Six figures are a link code only of somebody unknown: whoever is known is linked already, and types figures for other reasons."""
    if join.canonical_code(incoming.text):
        return _CODE
    return COMMANDS["link"] if who is None and six_digits(incoming.text) else None


def _chatted(given: Given, incoming: Incoming) -> bool:
    """ "Bàn giao ca nhé" among people in a group is said to people."""
    return incoming.group and given.command.text and not given.mention and not incoming.text.lstrip().startswith("/")


def _a_sentence(given: Given, incoming: Incoming, who: Who | None) -> bool:
    """ "Nhắc nhở nhiều lần mà bố vẫn đánh cháu" is no command, least of all of somebody who has none of that name: it may tell of a child."""
    if incoming.text.lstrip().startswith("/") or not given.command.text or not given.rest:
        return False
    return not allowed(given.command, who) or (given.command.name == "snooze" and len(given.rest.split()) > _HOUR_AT_MOST)


_WORDY = frozenset({report.FLOOR, submit.FLOOR, decide.FLOOR, request.FLOOR})
"""Dialogues that ask for whole sentences: "Trả 23 cháu chưa có thẻ" is an answer there."""


def _meant(given: Given, frame: Frame, who: Who | None) -> bool:
    """Without a slash, in the middle of a dialogue: "anh 12" may be a brother of twelve, and in a report a whole sentence is an answer, unless it
    is a promise. A child's words are never a command."""
    if frame.floor == child.FLOOR:
        return False
    asks = given.command.name == "help" or (given.command.name == "see" and frame.floor == report.FLOOR)
    sentence = bool(given.tail) and given.command.name != "promise" and frame.floor in _WORDY
    return asks or (bool(given.number) and allowed(given.command, who) and not sentence)


def _action(key: str, incoming: Incoming) -> Route | None:
    name, _colon, rest = key.partition(":")
    subject, _dot, behind = rest.partition(".")
    if name not in ACTIONS or not subject.isalnum():
        return None
    if incoming.group and name not in IN_A_GROUP:
        return Route(room.chatter)
    if ACTIONS[name].report == "behind":
        subject = behind if behind.isascii() and behind.isdecimal() and len(behind) < _LONGEST_NUMBER else ""
    return _to(ACTIONS[name], Frame(), subject)


def _command(given: Given, frame: Frame, incoming: Incoming, who: Who | None) -> Route:
    """In the right place, by somebody whose role includes it; else one short sentence."""
    command = given.command
    if command.where is Where.PRIVATE and incoming.group:
        return Route(room.private_only)
    if command.where is Where.GROUP and not incoming.group:
        return Route(room.group_only)
    if not allowed(command, who):
        return _to(_STRANGER, frame) if who is None and not incoming.group else Route(room.not_allowed)
    return _to(COMMANDS[command.name], frame, given.case)


def _to(entry: Entry, frame: Frame, subject: str = "") -> Route:
    """Say how the incident is found: what was named, the one that the dialogue is about, or the report that this conversation holds. An expected report
    likewise: what was named, or the one that the dialogue is about."""
    if entry.report:
        held = str(frame.data.get("expected") or "") if entry.report == "frame" else subject
        by = {"number": "number", "behind": "number", "file": "file"}.get(entry.report, "id")
        return Route(entry.handle, entry.needs, report=ReportRef(by, held) if held else None)
    if entry.case == "frame":
        held = str(frame.data.get("submission") or "")
        return Route(entry.handle, entry.needs, CaseRef("submission", held) if held else None)
    if entry.case == "held":
        return Route(entry.handle, entry.needs, CaseRef("id", str(frame.data.get("case") or "")))
    if entry.case in {"id", "number", "submission", "clock", "drill"}:
        return Route(
            entry.handle,
            entry.needs,
            CaseRef(entry.case, subject) if subject else CaseRef("own") if entry.handle is report.supplement else None,
        )
    return Route(entry.handle, entry.needs, CaseRef("own") if entry.case else None)
