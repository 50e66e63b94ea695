"""What a handler may cause: plain values, applied in order by `bot.apply` inside the turn's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.report_commands import ReportCommand
from models.talk import FileRef, Json, Say

# --- forms ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenSubmission:
    id: str
    form: str
    version: int
    form_hash: str


@dataclass(frozen=True, slots=True)
class PutAnswer:
    """The newest answer holds, the earlier one stays as trail. `value` None with `skipped` is an answer too."""

    submission: str
    question: str
    value: Json = None
    skipped: bool = False
    message: str = ""  # the platform's id of the message that gave it


@dataclass(frozen=True, slots=True)
class CloseSubmission:
    submission: str
    state: str  # sent | cancelled


@dataclass(frozen=True, slots=True)
class WantAttachment:
    id: str
    submission: str
    question: str
    file: FileRef


# --- incidents --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """A report becomes a case (rule 6). Gives it the next code of the year. `columns` are Incident columns (danger, kind, severity, source…)."""

    id: str
    submission: str
    columns: Mapping[str, Json]
    came_by: str = "chat"  # phone | hotline | in_person: an officer wrote it down, and is no reporter
    received_at: datetime | None = None  # when it was told; now, if it was written by the reporter


@dataclass(frozen=True, slots=True)
class UpdateIncident:
    """New facts for the card; cards that are out are edited, and a higher severity or a new ward calls whoever was not called yet."""

    id: str
    columns: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class CallRoom:
    """Tell the room: intake -> open (or stay open), post cards where none is live, set the ladder. Idempotent."""

    id: str


@dataclass(frozen=True, slots=True)
class CallAgain:
    """One step of the ladder: alarm letters to whoever is to be called now, and the next timer."""

    id: str
    step: int


@dataclass(frozen=True, slots=True)
class TakeIncident:
    """open -> taken by the sender; cards edited, the reporter told content-free, the ladder replaced by the follow-up."""

    id: str


@dataclass(frozen=True, slots=True)
class SetClocks:
    """Answers have changed: legal clocks of this incident that they start or move are set. Idempotent."""

    incident: str


@dataclass(frozen=True, slots=True)
class RemindClock:
    """A reminder of a running clock to everybody in `to` (words of models.plan_clocks.Whom), each chat once; the next one is set."""

    clock: str
    incident: str
    say: Say
    to: tuple[str, ...]
    raised: int


@dataclass(frozen=True, slots=True)
class StateClock:
    """An officer states that the duty of a clock was done: the words are sealed, the clock is done; stated again, the newer one holds.
    `claim`: a reporter says so. That is kept too, and confirms nothing."""

    incident: str
    kind: str
    at: datetime
    text: str
    claim: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """What the holder says they do first, and by when; `by` None: said what, not yet when. `note`: in their own words, kept sealed.
    `renewed`: it moves an earlier promise later, which is granted once."""

    id: str
    holder: str
    promise: str  # id in the plan's list promises, or "typed"
    by: datetime | None
    note: str = ""
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class KeepPromise:
    """What was promised is done."""

    id: str
    holder: str


@dataclass(frozen=True, slots=True)
class Release:
    """taken -> open, because the holder gives it back (`event` released) or kept no promise (released_promise); the ladder begins anew."""

    id: str
    holder: str
    event: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """The holder offers it to somebody else, and keeps it until that person accepts."""

    id: str
    holder: str
    to: str


@dataclass(frozen=True, slots=True)
class EndOffer:
    """Nobody is asked any more: `event` offer_declined or offer_lapsed."""

    id: str
    to: str
    event: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """taken -> taken by the sender, who accepted an offer (`event` handed_over) or takes it over (taken_over)."""

    id: str
    holder: str
    event: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CloseCase:
    """taken -> closed, with a reason of the plan's list close_reasons; what the law still asks for is void."""

    id: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """closed -> open; the ladder begins anew."""

    id: str
    note: str


@dataclass(frozen=True, slots=True)
class Restrict:
    """Somebody of the network is involved: cards retired, rooms and ward lose access, the division's leader alone is called."""

    id: str


@dataclass(frozen=True, slots=True)
class Note:
    """An event in the case's history; kind is a word, never free text."""

    incident: str
    kind: str


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw private details: recorded (rule 7)."""

    incident: str
    what: str  # details | photos


# --- letters to others ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TellReporter:
    """Content-free or not as the handler decided; obeys the reporter's "safe to write back?" in the handler, before it comes here."""

    incident: str
    say: Say


@dataclass(frozen=True, slots=True)
class TellConversation:
    conversation: str
    say: Say


@dataclass(frozen=True, slots=True)
class TellPerson:
    """Privately. `or_room`: the unit whose room is told instead when this person cannot be reached on any account."""

    person: str
    say: Say
    or_room: str = ""


@dataclass(frozen=True, slots=True)
class TellRole:
    """Everybody who holds the role in the unit, privately. `or_administrators`: what administrators are told where nobody of them can be
    reached; None: nothing."""

    unit: str
    role: str
    say: Say
    or_administrators: Say | None = None


@dataclass(frozen=True, slots=True)
class TellRoom:
    """`once`: a word under which the sender causes it once a day at most, whoever is told; "" = every time."""

    unit: str
    say: Say
    purpose: str = "main"
    once: str = ""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Delete a delivered letter at its reader's, where the channel can."""

    letter: str


# --- time -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetTimer:
    """One per kind and subject: setting it again moves it."""

    kind: str
    subject: str
    due_at: datetime
    urgent: bool = False
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CancelTimer:
    kind: str
    subject: str


# --- people and rooms -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateInvitation:
    code_hash: str
    role: str
    unit: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Join:
    """Uses the invitation, once (`invitation` "" = the administrator's first code), makes or extends the person behind this account."""

    invitation: str
    role: str
    unit: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class CreateLinkCode:
    """/lienket: the sender's newest code; earlier ones count no more."""

    code_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkAccount:
    """Uses a link code (its row's id), once: this account is its person's from now on. Their other chats get `notice`."""

    code: str
    notice: Say


@dataclass(frozen=True, slots=True)
class CountWrongCode:
    """A link code that is none was typed in this conversation: after a few nothing is looked up any more within the hour."""


@dataclass(frozen=True, slots=True)
class UnlinkAccounts:
    """Accounts of the sender are cut, all that they hold stays; live link codes are void."""

    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CutAccount:
    """/thuhoi: memberships end and accounts are cut at once."""

    person: str


@dataclass(frozen=True, slots=True)
class ReachAccount:
    """The person blocked (False) or unblocked (True) the bot."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class BindRoom:
    """This chat becomes the unit's room; an earlier one of the same purpose is let go, open cards are posted again."""

    unit: str
    purpose: str = "main"


@dataclass(frozen=True, slots=True)
class UnbindRoom:
    """Lets go whatever this chat was bound to."""


@dataclass(frozen=True, slots=True)
class MoveChat:
    """A group became a supergroup: rooms, conversations and waiting letters follow."""

    to: str


# --- duty roster ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeWeek:
    """Rows of the weekly pattern end, others begin: (person, weekday, start, until) as in models.facts.Weekly."""

    ended: tuple[str, ...]
    added: tuple[tuple[str, int, str, str], ...]


@dataclass(frozen=True, slots=True)
class PutOverride:
    """Once: `person` ("" = nobody, on purpose) is on duty in this span; `instead_of`: in the place of that person alone. One without length
    only carries a hand-over note for whoever comes next."""

    id: str
    person: str
    start: datetime
    until: datetime
    instead_of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CancelOverrides:
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessengerDown:
    """Over this messenger nothing urgent gets through for so long already (`failed_for`): open cases are called on the others."""

    channel: str
    title: str
    failed_for: timedelta


@dataclass(frozen=True, slots=True)
class MessengerUp:
    """It works again: its rooms hear what happened meanwhile, and see what is still open."""

    channel: str


@dataclass(frozen=True, slots=True)
class Reroute:
    """A letter that does not get through goes to its reader's other messenger instead, once, marked as such; nothing where there is none.
    `gone`: it was refused for good just now, whatever its lane; else only if it still waits."""

    letter: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class RerouteRoom:
    """This group no longer hears us: what is urgent and waits there (and `letter`, just refused) goes to whoever else its unit has."""

    letter: str = ""


@dataclass(frozen=True, slots=True)
class ListenFromNow:
    """An outage of the service was told: the silence of each messenger until now was part of it and is not told again."""


@dataclass(frozen=True, slots=True)
class BeginDrill:
    """An exercise: a marked case made by the service itself, called like a real one."""

    id: str
    incident: str


@dataclass(frozen=True, slots=True)
class EndDrill:
    """It is over: its case is closed, and whoever began it and the room get the report. Nothing if it ended before. `why`: action | stopped |
    real | time."""

    id: str
    incident: str
    why: str


@dataclass(frozen=True, slots=True)
class PutSetting:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SetLocale:
    locale: str


@dataclass(frozen=True, slots=True)
class Record:
    """An audit row."""

    action: str
    subject: str = ""


Command = (
    OpenSubmission | PutAnswer | CloseSubmission | WantAttachment
    | OpenIncident | UpdateIncident | CallRoom | CallAgain | TakeIncident | SetClocks | RemindClock | StateClock | Restrict | Note | Look
    | Promise | KeepPromise | Release | Offer | EndOffer | PassOn | CloseCase | ReopenCase
    | TellReporter | TellConversation | TellPerson | TellRole | TellRoom | TakeBack
    | SetTimer | CancelTimer
    | CreateLinkCode | LinkAccount | CountWrongCode | UnlinkAccounts
    | CreateInvitation | Join | CutAccount | ReachAccount | BindRoom | UnbindRoom | MoveChat
    | ChangeWeek | PutOverride | CancelOverrides
    | ListenFromNow | BeginDrill | EndDrill
    | MessengerDown | MessengerUp | Reroute | RerouteRoom | PutSetting | SetLocale | Record
    | ReportCommand
)  # fmt: skip
