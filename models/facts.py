"""What a handler is told: read inside the turn's transaction before it decides, never changed by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.form import Form
from models.plan import Plan
from models.progress import Progress
from models.report_facts import Ahead, Away, CameBack, Correction, Digest, Drawn, DueDay, Expected, Filing, Known
from models.talk import Json, Label


class Role(StrEnum):
    """DESIGN section 6."""

    COLLABORATOR = "collaborator"
    WARD_OFFICER = "ward_officer"
    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    PARTNER = "partner"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Held:
    """A membership: what, in which unit."""

    role: Role
    unit: str


@dataclass(frozen=True, slots=True)
class Who:
    """The member behind the sender's account."""

    person: str
    name: str
    phone: str
    held: tuple[Held, ...]

    def is_(self, *roles: Role) -> bool:
        return any(held.role in roles for held in self.held)


@dataclass(frozen=True, slots=True)
class Given:
    """One live answer."""

    value: Json
    skipped: bool = False
    message: str = ""
    at: datetime | None = None
    by: str = ""  # person, "" for whoever is no member


@dataclass(frozen=True, slots=True)
class Draft:
    """A submission with its live answers."""

    id: str
    form: str
    state: str
    answers: Mapping[str, Given]
    created_at: datetime
    subject: str = ""  # incident id

    def values(self) -> dict[str, Json]:
        """Answers by question; skipped ones are None."""
        return {name: given.value for name, given in self.answers.items()}


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as the handlers see it: nothing here identifies a child; see models/incident.py for the words."""

    id: str
    year: int
    number: int
    submission: str
    conversation: str
    reporter: str
    status: str
    source: str
    severity: str
    danger: str
    kind: str
    type: str
    ward: str
    called: str
    restricted: bool
    misdial: bool
    unfinished: bool
    contact: str
    bundled: bool
    received_at: datetime
    sent_at: datetime | None
    taken_by: str
    taken_at: datetime | None
    taken_by_name: str = ""
    closed_at: datetime | None = None
    closed_reason: str = ""
    came_by: str = "chat"
    drill: bool = False
    promise: str = ""
    promise_by: datetime | None = None
    offered_to: str = ""
    offered_at: datetime | None = None

    @property
    def code(self) -> str:
        return f"VV-{self.year}-{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the holder of a case was asked about their promise: whether the one question is out, and whether the promise was moved once."""

    asked: bool = False
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A legal clock of a case, running or done (a void one is not shown); see models/clock.py for the words. `name` and `law` are the plan's."""

    id: str
    kind: str
    name: Label
    basis: str  # event | receipt | statement
    starts_at: datetime
    due_at: datetime
    strict_at: datetime | None = None
    state: str = "running"
    overdue: bool = False
    law: str = ""
    raised: int = 0
    reminders: int = 0
    stated_at: datetime | None = None

    @property
    def running(self) -> bool:
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class Remark:
    """What an officer typed about a case."""

    kind: str
    text: str
    by: str  # name
    at: datetime


@dataclass(frozen=True, slots=True)
class BoundRoom:
    unit: str
    purpose: str
    channel: str
    chat: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """A live invitation found by the code that was typed."""

    id: str
    role: Role
    unit: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A live link code that was just typed: its row, and whose it is."""

    id: str
    person: str
    name: str
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """For lists (/thuhoi)."""

    person: str
    name: str
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Weekly:
    """A live row of the weekly duty pattern: "HH:MM" by the plan's clock, `until` at or before `start` is the next day; weekday 0 is Monday."""

    id: str
    person: str
    weekday: int
    start: str
    until: str


@dataclass(frozen=True, slots=True)
class Instead:
    """Within this span `person` ("" = nobody, on purpose) is on duty instead of everybody, or, where it is named, of `instead_of` alone."""

    id: str
    person: str
    start: datetime
    until: datetime
    created_at: datetime
    created_by: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the division who can be on duty. `phone` is for private chats alone."""

    person: str
    name: str
    phone: str = ""
    duty: bool = True
    leader: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The duty roster as it stands: what has not ended and was not cancelled."""

    patterns: tuple[Weekly, ...] = ()
    overrides: tuple[Instead, ...] = ()
    officers: tuple[Officer, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """A hand-over note that nobody has read yet. It belongs to the turn that begins at `start`; `person` is whose turn that is, "" whoever
    comes next."""

    id: str
    by: str
    by_name: str
    start: datetime
    text: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class StandingCase:
    """A case that is not closed, as the reconciliation lists it; `holder` "" while nobody has it."""

    code: str
    status: str
    severity: str
    received_at: datetime
    holder: str = ""


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """A duty that the law has wanted by an hour that has passed; `kind` is an id of the plan's clocks."""

    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How many cases came and how they stand, exercises left out. `received` are the numbers that were given; `ever` counts all cases by status,
    `day` those received within 24 hours; `restricted`: not closed, the leaders' alone, counted and never listed in `cases`."""

    received: int = 0
    ever: Mapping[str, int] = field(default_factory=dict)
    day: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)  # collaborator | citizen | child | officer
    sources_today: Mapping[str, int] = field(default_factory=dict)
    restricted: int = 0
    cases: tuple[StandingCase, ...] = ()  # the first few, those that nobody has first
    oldest: StandingCase | None = None
    overdue: int = 0
    overdue_lines: tuple[OverdueLine, ...] = ()

    @property
    def balances(self) -> bool:
        """Whether every number that was given is a case whose status we know."""
        return self.received == sum(self.ever.get(status, 0) for status in ("intake", "open", "taken", "closed"))


@dataclass(frozen=True, slots=True)
class RunningDrill:
    """The exercise that is going on."""

    id: str
    incident: str
    code: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Drills:
    """What a new exercise must know: one that runs, and how many real urgent cases nobody has, or somebody holds."""

    running: RunningDrill | None = None
    urgent_waiting: int = 0
    urgent_held: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """An attachment of a submission."""

    id: str
    question: str
    kind: str
    state: str
    unique: str = ""  # the same file sent twice has the same
    blank: bool = False  # a spreadsheet of ours without any figure


@dataclass(frozen=True, slots=True)
class Kept:
    """Files that the sender sent by themselves, in one message, and that belong to no report yet; without those that were refused."""

    id: str
    files: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """An attachment that could not be kept, and why."""

    id: str
    conversation: str
    reason: str
    person: str = ""  # the member who sent it
    incident: str = ""
    silent: bool = False  # a child's, or of somebody who asked not to be written to


@dataclass(frozen=True, slots=True)
class Service:
    """State of the service: settings entered by chat, who and what is there. `ready` is taken with /sansang."""

    settings: Mapping[str, str] = field(default_factory=dict)
    rooms: tuple[BoundRoom, ...] = ()
    duty_officers: int = 0
    leaders: int = 0
    administrators: int = 0

    @property
    def ready(self) -> bool:
        return bool(self.settings.get("ready_at"))

    @property
    def division_phone(self) -> str:
        return self.settings.get("division_phone", "")


@dataclass(frozen=True, slots=True)
class LeftAt:
    """What still stands at a unit that the plan lacks: people who have no other unit, by role; rooms; codes of open cases; numbers of reports. `to`:
    the one unit of the plan that holds all of it, "" if none does."""

    unit: str
    people: Mapping[str, int]
    rooms: int = 0
    cases: tuple[str, ...] = ()
    reports: tuple[int, ...] = ()
    to: str = ""


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What the channel of this turn can do (see bot.channels.Capabilities)."""

    buttons: bool = True
    toasts: bool = True
    deletes: bool = True
    protects: bool = True
    deep_link: str = ""
    title: str = ""  # the messenger's own name
    confidential: bool = True  # whether private details may stand in this chat
    mention: str = ""
    others: tuple[str, ...] = ()  # titles of the other messengers that the service is on


@dataclass(frozen=True, slots=True)
class Facts:
    """`now` is domain time (UTC); show it in `zone`. What a route did not ask for keeps its default."""

    now: datetime
    zone: ZoneInfo
    plan: Plan
    forms: Mapping[str, Form]
    locale: str  # the reader's: "vi" or "en"
    new_id: Callable[[], str]
    new_code: Callable[[], tuple[str, str]]  # a one-time code and its hash
    channel: ChannelFacts = ChannelFacts()
    who: Who | None = None  # None: unknown
    service: Service = Service()
    draft: Draft | None = None  # the submission that the frame holds
    filed: Draft | None = None  # the named report as it was last handed in
    corrections: tuple[Correction, ...] = ()  # what was changed in it since it was first handed in, oldest first
    filings: tuple[Filing, ...] = ()  # every handing in of the named report, oldest first; none where it does not stand as handed in
    case: Case | None = None  # the incident that the route names (locked), or that belongs to the draft
    case_draft: Draft | None = None  # all answers of that incident, when the route needs details
    clocks: tuple[RunningClock, ...] = ()  # legal clocks of `case`, in the plan's order
    attachments: tuple[Stored, ...] = ()
    reporter: Who | None = None  # who reported it, for the details
    invited: Invited | None = None
    link: Linked | None = None  # None too where too many wrong codes were tried within the hour
    new_link: tuple[str, str] = ("", "")  # six digits that nobody has just now, and their hash
    recent_links: tuple[str, ...] = ()  # accounts of the sender, linked within a day and after the one that writes
    room_here: tuple[BoundRoom, ...] = ()  # what this chat is bound to
    members: tuple[Member, ...] = ()
    reports_today: int = 0  # of this conversation, in the plan's zone
    open_child_case: Case | None = None
    waiting: tuple[Case, ...] = ()  # cases of the sender that wait for a word about a promise (locked)
    asked: Asked = Asked()  # of the case's promise
    remarks: tuple[Remark, ...] = ()  # about the case, oldest first
    officers: tuple[Member, ...] = ()  # who may be asked to take the case over
    own_cases: tuple[Case, ...] = ()  # the newest that the sender reported
    open_cases: tuple[Case, ...] = ()  # all that are not closed, restricted ones too: the handler shows what the sender may see
    overdue: frozenset[str] = frozenset()  # incidents of which a legal clock has run out
    conversation: str = ""  # this conversation's id
    reachable: bool = True  # False: this account was known to have blocked us, or to be gone, before this message
    refused_file: RefusedFile | None = None
    roster: Roster = Roster()
    hand_overs: tuple[HandOver, ...] = ()
    reconciliation: Reconciliation | None = None
    drills: Drills = Drills()
    expected: Expected | None = None  # the expected report that the route names (locked)
    owed: tuple[Expected, ...] = ()  # what the sender's units owe, the most urgent first
    ahead: Ahead = Ahead()  # dates of the sender's units, and of those that hand in to them
    came_back: CameBack | None = None  # the spreadsheet that a timer names
    sender: Who | None = None  # who sent that spreadsheet, with what they hold now
    kept: tuple[Kept, ...] = ()  # files of the sender that a press names, or that this chat was just asked about
    due_days: tuple[DueDay, ...] = ()  # the newest that has passed first
    drawn: Drawn | None = None  # the document that a timer names
    handed_in: tuple[Expected, ...] = ()  # reports that wait for the sender to accept them, the oldest first
    digest: Digest | None = None  # of the person whom a timer names, or of the sender
    progress: Progress = field(default_factory=Progress)  # of the day that the message names
    left_behind: tuple[LeftAt, ...] = ()  # by unit that the plan lacks
    colleagues: tuple[Member, ...] = ()  # who hands in for the sender's units as well
    absences: tuple[Away, ...] = ()  # of the sender, not over yet
    known: Known = Known()  # of `expected`: figures of the period before and of cases
