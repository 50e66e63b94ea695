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
8. Nobody has the floor: somebody known is shown what they can do, somebody unknown the hotlines first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers import (
    absence,
    audit,
    cases,
    child,
    clock_reminders,
    confirm,
    consolidate,
    cut,
    dates,
    decide,
    digest,
    document,
    drill,
    duty,
    duty_give,
    duty_note,
    duty_watch,
    failover,
    handover,
    idle,
    incident,
    invite,
    join,
    ladder,
    language,
    left_behind,
    link,
    moves,
    outage,
    paging,
    progress,
    promise,
    quota,
    ready,
    reconcile,
    record,
    report,
    request,
    room,
    stranger,
    submit,
    table,
    upkeep,
)
from handlers import help as help_
from handlers.commands import Given, find, six_digits
from handlers.rights import Where, allowed
from models.facts import Facts, Who
from models.talk import Frame, Incoming, Kind, Turn

Handler = Callable[[Frame, Incoming, Facts], Turn]


@dataclass(frozen=True, slots=True)
class CaseRef:
    """Which incident the facts shall hold: by id, number ("42", or "2026-42" of that year), submission, legal clock, exercise, or the sender's
    own newest one."""

    by: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ReportRef:
    """Which expected report the facts shall hold: by id, by the number that people type, or by a file (attachment id) of its draft."""

    by: str
    value: str


@dataclass(frozen=True, slots=True)
class Route:
    """`needs` are fields of Facts (bot.gather.NEEDS)."""

    handle: Handler
    needs: tuple[str, ...] = ()
    case: CaseRef | None = None
    report: ReportRef | None = None


_LOOKING = ("service", "case_draft", "attachments", "reporter", "clocks", "remarks")
_REPORTING = ("service", "draft", "reports_today", "clocks")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a table: the handler, its needs, by what the incident is found ("" = none), and by what the expected report is (id | number | frame |
    file)."""

    handle: Handler
    needs: tuple[str, ...] = ()
    case: str = ""
    report: str = ""


TIMERS: dict[str, Entry] = {
    "ladder": Entry(ladder.call_again, case="id"),
    "follow_up": Entry(ladder.follow_up, ("clocks",), case="id"),
    "promise": Entry(promise.due, case="id"),
    "offer": Entry(handover.lapse, case="id"),
    "clock": Entry(clock_reminders.remind, ("clocks",), case="clock"),
    "unanswered": Entry(report.unanswered, ("service", "case_draft"), case="id"),
    "idle": Entry(report.nudge, ("service", "draft"), case="submission"),
    "delete": Entry(upkeep.take_back),
    "refused": Entry(upkeep.ask_again, ("refused_file",)),
    "document": Entry(document.send, ("drawn",)),
    "file": Entry(table.arrived, ("came_back", "draft", "known"), report="file"),
    "messenger_down": Entry(failover.down),
    "messenger_up": Entry(failover.up),
    "reroute": Entry(failover.reroute),
    "deaf": Entry(failover.deaf),
    "quota": Entry(quota.warn),
    "outage": Entry(outage.tell, ("service",)),
    "audit": Entry(audit.tell),
    left_behind.TIMER: Entry(left_behind.tell, ("service", "left_behind")),
    reconcile.TIMER: Entry(reconcile.report, ("service", "reconciliation")),
    "drill": Entry(drill.over, case="drill"),
    digest.TICK: Entry(digest.tick),
    digest.TIMER: Entry(digest.send, ("digest",)),
    progress.TIMER: Entry(progress.look, ("service", "progress")),
    duty_watch.TIMER: Entry(duty_watch.look, ("service", "roster", "hand_overs", "open_cases")),
}
"""By the kind of a timer row or internal message; its subject is the incident, its clock, the submission, the letter, the attachment or the messenger."""

ACTIONS: dict[str, Entry] = {
    "take": Entry(incident.take, ("service", "clocks"), case="id"),
    "detail": Entry(incident.details, _LOOKING, case="id"),
    "photos": Entry(incident.photos, _LOOKING, case="id"),
    "promise": Entry(promise.choose, ("asked",), case="id"),
    "keep": Entry(promise.keep, ("asked", "clocks"), case="id"),
    "accept": Entry(handover.accept, ("clocks",), case="id"),
    "decline": Entry(handover.decline, case="id"),
    "more": Entry(report.supplement, ("service", "case_draft", "attachments"), case="id"),
    "misdial": Entry(report.misdial, _REPORTING, case="id"),
    "confirm": Entry(confirm.start, ("clocks",), case="id"),
    "report": Entry(report.start, _REPORTING, case="frame"),
    "submit": Entry(submit.begin, ("draft", "known"), report="id"),
    "table": Entry(table.want, report="id"),
    "report_see": Entry(decide.see, ("filed", "known", "corrections"), report="id"),
    "report_accept": Entry(decide.accept, report="id"),
    "report_return": Entry(decide.send_back, ("filed",), report="id"),
    "snooze": Entry(digest.snooze, ("digest",)),
    "progress": Entry(progress.start, ("progress",)),
    "noduty": Entry(duty_give.refuse, ("roster",)),
}
"""Buttons that stand by themselves: "<name>:<incident id>", and behind a dot what they were shown for."""
IN_A_GROUP = frozenset(
    {"take", "detail", "photos", "report_see", "report_accept", "report_return"}
)  # the others begin a dialogue, which a group must never see

COMMANDS: dict[str, Entry] = {
    "start": Entry(join.start, ("service", "invited")),
    "help": Entry(help_.start, ("service",)),
    "language": Entry(language.start),
    "report": Entry(report.start, _REPORTING, case="frame"),
    "more": Entry(report.supplement, ("service", "case_draft", "attachments"), case="number"),
    "see": Entry(incident.see, ("service", "clocks"), case="own"),
    "misdial": Entry(report.misdial, _REPORTING, case="own"),
    "take": Entry(incident.take, ("service", "clocks"), case="number"),
    "confirm": Entry(confirm.start, ("clocks",), case="number"),
    "details": Entry(incident.details, _LOOKING, case="number"),
    "photos": Entry(incident.photos, _LOOKING, case="number"),
    "promise": Entry(promise.typed, ("asked",), case="number"),
    "kept": Entry(promise.keep, ("asked", "clocks"), case="number"),
    "hand_over": Entry(handover.start, ("officers",), case="number"),
    "accept": Entry(handover.accept, ("clocks",), case="number"),
    "decline": Entry(handover.decline, case="number"),
    "release": Entry(moves.start, case="number"),
    "take_over": Entry(moves.start, ("clocks",), case="number"),
    "close": Entry(moves.start, ("clocks",), case="number"),
    "reopen": Entry(moves.start, case="number"),
    "cases": Entry(cases.start, ("service", "room_here", "own_cases", "open_cases", "overdue")),
    "record": Entry(record.start, ("service", "draft")),
    "invite": Entry(invite.start, ("service",)),
    "cut": Entry(cut.start, ("service", "members")),
    "bind": Entry(room.bind, ("service", "room_here")),
    "unbind": Entry(room.unbind, ("service", "room_here")),
    "link": Entry(link.start, ("service", "link", "new_link")),
    "unlink": Entry(link.undo, ("recent_links",)),
    "roster": Entry(duty.start, ("roster",)),
    "note": Entry(duty_note.start, ("roster",)),
    "refuse_duty": Entry(duty_give.refuse, ("roster",)),
    "drill": Entry(drill.start, ("drills",)),
    "ready": Entry(ready.start, ("service", "roster")),
    "dates": Entry(dates.start, ("ahead",)),
    "submit": Entry(submit.start, ("owed", "draft", "known"), report="number"),
    "snooze": Entry(digest.snooze, ("digest",)),
    "request": Entry(request.start),
    "drop_request": Entry(request.drop, report="number"),
    "progress": Entry(progress.start, ("progress",)),
    "table": Entry(table.want, report="number"),
    "consolidate": Entry(consolidate.start, ("due_days",)),
    "absent": Entry(absence.start, ("colleagues", "absences")),
    "decide": Entry(decide.start, ("handed_in",), report="number"),
    "see_report": Entry(decide.see, ("filed", "known", "corrections"), report="number"),
    "send_back": Entry(decide.send_back, ("filed",), report="number"),
    "unlock": Entry(decide.unlock, report="number"),
}
"""By the name of a command in handlers.rights.COMMANDS."""

FLOORS: dict[str, Entry] = {
    "report": Entry(report.answer, _REPORTING, case="frame"),
    join.FLOOR: Entry(join.answer, ("service", "invited")),
    stranger.FLOOR: Entry(stranger.answer, ("service", "open_child_case", "reports_today")),
    child.FLOOR: Entry(child.answer, ("service", "open_child_case", "draft")),
    invite.FLOOR: Entry(invite.answer, ("service",)),
    confirm.FLOOR: Entry(confirm.answer, ("clocks",), case="frame"),
    cut.FLOOR: Entry(cut.answer, ("service", "members")),
    ready.FLOOR: Entry(ready.answer, ("service", "roster")),
    handover.FLOOR: Entry(handover.answer, ("officers",), case="held"),
    moves.FLOOR: Entry(moves.answer, ("clocks",), case="held"),
    record.FLOOR: Entry(record.answer, ("service", "reports_today")),
    drill.FLOOR: Entry(drill.answer, ("drills",)),
    duty.FLOOR: Entry(duty.answer, ("roster",)),
    language.FLOOR: Entry(language.answer),
    decide.FLOOR: Entry(decide.answer, ("filed",), report="frame"),
    request.FLOOR: Entry(request.answer),
    absence.FLOOR: Entry(absence.answer, ("colleagues", "absences")),
    digest.FLOOR: Entry(digest.answer, ("digest",)),
    consolidate.FLOOR: Entry(consolidate.answer, ("due_days",)),
    submit.FLOOR: Entry(submit.answer, ("draft", "known", "attachments"), report="frame"),
}
"""By the dialogue that has the floor."""

_STRANGER = Entry(stranger.start, ("service", "open_child_case", "reports_today"))
_CODE = Entry(join.start, ("service", "invited"))
_WITHHELD = Entry(child.withheld, ("service", "open_child_case", "draft"))
_IDLE = Entry(idle.answer, ("service", "waiting", "asked", "clocks"))
_HOUR_AT_MOST = 6  # words: "nhắc tôi lúc 8h sáng mai nhé"
EVENTS = frozenset({Kind.BLOCKED, Kind.UNBLOCKED, Kind.MIGRATED})
"""What a platform tells of a chat: nobody's words."""


def route(frame: Frame, incoming: Incoming, who: Who | None) -> Route:
    """The one way through the order above."""
    if incoming.kind in {Kind.TIMER, Kind.INTERNAL}:
        entry = TIMERS[str(incoming.data["timer"])]
        return _to(entry, frame, str(incoming.data["subject"]))
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
    return _to(_IDLE if who else _STRANGER, frame)


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
    subject = rest.partition(".")[0]
    if name not in ACTIONS or not subject.isalnum():
        return None
    if incoming.group and name not in IN_A_GROUP:
        return Route(room.chatter)
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
        by = entry.report if entry.report in {"number", "file"} else "id"
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
