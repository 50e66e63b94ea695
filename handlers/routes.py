"""Which handler answers what, and the facts that it needs: tables, no decisions."""

from collections.abc import Callable
from dataclasses import dataclass

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
    incident,
    invite,
    join,
    kept,
    ladder,
    language,
    left_behind,
    link,
    moves,
    outage,
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
from models.facts import Facts
from models.talk import Frame, Incoming, Turn

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
    file; data: of a timer; behind: the number behind the dot of a button)."""

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
    "refused": Entry(upkeep.ask_again, ("refused_file", "draft", "attachments", "filings"), report="file"),
    "document": Entry(document.send, ("drawn",)),
    "file": Entry(table.arrived, ("came_back", "draft", "known"), report="file"),
    "sheet": Entry(kept.read, ("came_back", "sender", "owed", "draft", "known"), report="data"),
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
    "submit": Entry(submit.begin, ("draft", "known", "attachments", "kept"), report="id"),
    "kept": Entry(kept.take, ("draft", "known", "attachments", "kept"), report="behind"),
    "kept_none": Entry(kept.drop, ("kept",)),
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
    "submit": Entry(submit.start, ("owed", "draft", "known", "attachments", "kept"), report="number"),
    "drop_file": Entry(kept.drop, ("kept",)),
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
