"""What a handler is told about expected reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.talk import Json, Label


@dataclass(frozen=True, slots=True)
class Expected:
    """An expected report as the handlers see it; see models/expected.py for the words. `title` and `period_name` are the plan's, or what was typed for an
    ad-hoc one; `section` where the plan asks for it ("" of an ad-hoc one); `form` the form's id."""

    id: str
    number: int
    report: str
    unit: str
    period: str
    title: Label
    short: Label
    period_name: Label
    section: str
    form: str
    recipient: str
    due_day: str  # ISO, as the document names it
    opens_at: datetime
    due_at: datetime
    expires_at: datetime
    state: str
    zero_allowed: bool = False
    template: bool = False  # whether the form is the official one
    request: str = ""
    unlocked_until: datetime | None = None
    submission: str = ""
    zero: bool = False
    as_of: str = ""
    first_at: datetime | None = None
    handed_at: datetime | None = None
    handed_by: str = ""
    handed_by_name: str = ""
    reminders: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)  # of a returned one: by question, "" for the whole

    @property
    def code(self) -> str:
        """What people type and see."""
        return f"BC-{self.number}"

    @property
    def owed(self) -> bool:
        return self.state in {"owed", "returned"}

    @property
    def standing(self) -> bool:
        """Handed in, and its unit may still put it right: nobody has accepted it, or it goes out of the service and nobody here could send it back."""
        return self.state == "handed_in" or (self.state == "accepted" and not self.recipient)

    @property
    def settled(self) -> bool:
        """Nothing of it can be changed by its unit any more."""
        return self.state == "dropped" or (self.state == "accepted" and not self.standing)

    def locked(self, now: datetime) -> bool:
        """Whether it can no longer be handed in without a leader's exception."""
        return now >= self.expires_at and (self.unlocked_until is None or now >= self.unlocked_until)

    def on_time(self) -> bool | None:
        """None while nothing was handed in."""
        return None if self.first_at is None else self.first_at < self.due_at


@dataclass(frozen=True, slots=True)
class Round:
    """One report and period that a recipient waits for, counted over all who owe it. `one` is any of its rows, for its name and its date."""

    one: Expected
    owed: int = 0
    handed_in: int = 0
    accepted: int = 0
    returned: int = 0

    @property
    def here(self) -> int:
        """What stands as handed in; what was sent back does not until it comes again."""
        return self.handed_in + self.accepted

    @property
    def all(self) -> int:
        return self.owed + self.returned + self.here


@dataclass(frozen=True, slots=True)
class Ahead:
    """Dates from now on, and those behind that somebody still owes, the earliest first: of the sender's units, and of all who hand in to them."""

    own: tuple[Expected, ...] = ()
    rounds: tuple[Round, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document that the service was to make, as its turn sends it. `state`: made | failed; `expected`: the report that its data names."""

    id: str
    kind: str
    state: str
    data: Mapping[str, Json]
    person: str = ""  # "" where it goes to the room of `unit`
    unit: str = ""
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class CameBack:
    """A spreadsheet of ours that was sent back. `reason`: why nothing could be read ("" if it could); `form`, `version`, `form_hash` and `expected` say
    what it was made for; `values`: a number, words as typed, or None, by question; `unclear`: cells that hold no figure."""

    conversation: str
    submission: str
    reason: str = ""
    form: str = ""
    version: str = ""
    form_hash: str = ""
    expected: str = ""
    values: Mapping[str, Json] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    attachment: str = ""
    loose: bool = False  # it came by itself, and belongs to no report yet


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day on which reports to the division are due: `day` as the document names it (ISO), and what is due then."""

    day: str
    names: tuple[Label, ...]
    passed: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the service knows beside the form: answers of the period before (numbers by question), and counts of cases by name (see the form)."""

    last: Mapping[str, Json] = field(default_factory=dict)
    last_name: Label | None = None
    cases: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """An answer that was changed after the report was first handed in; None is an answer that was left out."""

    question: str
    before: Json
    after: Json
    by: str  # name, "" where a table brought it
    at: datetime


@dataclass(frozen=True, slots=True)
class Filing:
    """One handing in of a report, with its answers by question as they were at that moment; `by` is a person."""

    at: datetime
    values: Mapping[str, Json]
    by: str = ""
    zero: bool = False
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """A planned absence of the sender; `substitute` is a person, "" where nobody stands in. `until` is exclusive."""

    id: str
    substitute: str
    substitute_name: str
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is reminded of. `own`: owed by their units, or by somebody whom they stand in for (`instead_of`: their names); `led`: overdue in
    units that they lead; `all`: overdue anywhere and told to the division."""

    person: str
    own: tuple[Expected, ...] = ()
    led: tuple[Expected, ...] = ()
    all: tuple[Expected, ...] = ()
    instead_of: tuple[str, ...] = ()
    nobody: tuple[Expected, ...] = ()  # of units that have nobody who could be told: what each owes first
