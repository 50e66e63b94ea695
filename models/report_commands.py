"""What a handler may cause with reports, absences and documents; applied like those of models/commands.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from models.report_facts import Filing
from models.talk import FileRef, Json, Say


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A draft of an expected report is begun: its submission, which any officer of the unit can go on with."""

    expected: str
    submission: str
    form: str
    version: int
    form_hash: str


@dataclass(frozen=True, slots=True)
class HandIn:
    """Owed or returned → handed in; nothing if somebody else did it meanwhile or it is locked. `as_of`: the day of its figures, ISO. `zero`: it states
    that in the period there was nothing. Whoever was reminded of it hears no more; the recipient is told."""

    expected: str
    submission: str
    as_of: str = ""
    zero: bool = False


@dataclass(frozen=True, slots=True)
class KeepFiles:
    """Files that came by themselves are kept at once, under a submission of their own: until it is known to which report they belong. `files` by
    attachment. `spreadsheet`: it may be one of ours, so nothing is asked until it has been read."""

    id: str
    files: tuple[tuple[str, FileRef], ...]
    spreadsheet: bool = False


@dataclass(frozen=True, slots=True)
class AttachFiles:
    """Files that came by themselves belong to this report, as answers to `question`."""

    ids: tuple[str, ...]
    expected: str
    question: str


@dataclass(frozen=True, slots=True)
class DropFiles:
    """Files that came by themselves belong to no report: they are deleted."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptReport:
    """Handed in → accepted."""

    expected: str


@dataclass(frozen=True, slots=True)
class ReturnReport:
    """Handed in or accepted → returned, with the same due day; `reasons` by question, "" for the whole."""

    expected: str
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmptyReport:
    """Handed in or accepted → owed (returned, where it had been sent back), with the same due day: all that was handed in was a file that could not be
    kept (`attachment`, `reason`). `first` and `last`: of its handings in the first and the newest one that held anything, None if none did. Whoever
    owes it is told `say`, but for the person who hears it in another way (`heard`); whoever was told that it had arrived hears too."""

    expected: str
    attachment: str
    reason: str
    say: Say
    first: Filing | None = None
    last: Filing | None = None
    heard: str = ""


@dataclass(frozen=True, slots=True)
class UnlockReport:
    """A leader's exception: it may be handed in until then (UTC, exclusive)."""

    expected: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RequestReport:
    """An ad-hoc report: a request, and one expected report for each unit."""

    id: str
    title: str
    form: str
    units: tuple[str, ...]
    due: date  # the last day
    recipient: str


@dataclass(frozen=True, slots=True)
class DropRequest:
    """An ad-hoc report is asked for no longer of those who have not handed it in, and they are told; what was handed in stays."""

    id: str
    say: Say


@dataclass(frozen=True, slots=True)
class PutAbsence:
    id: str
    person: str
    substitute: str
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class CancelAbsences:
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WantDocument:
    """A picture, workbook or draft: drawn after the commit, then sent to `person` privately, else to the room of `unit`. `kind` names its recipe;
    `data` holds ids, numbers and dates."""

    id: str
    kind: str
    data: Mapping[str, Json] = field(default_factory=dict)
    person: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RemindReports:
    """The morning's tick: every report that is due for a reminder gets its next one, and whoever is to be told gets a digest."""


@dataclass(frozen=True, slots=True)
class SendDigest:
    """One digest for a person, at most so many a day as the plan says; one that they asked for themselves (`asked`) always."""

    person: str
    say: Say
    asked: bool = False


ReportCommand = (
    OpenReport
    | HandIn
    | KeepFiles
    | AttachFiles
    | DropFiles
    | AcceptReport
    | ReturnReport
    | EmptyReport
    | UnlockReport
    | RequestReport
    | DropRequest
    | PutAbsence
    | CancelAbsences
    | WantDocument
    | RemindReports
    | SendDigest
)
