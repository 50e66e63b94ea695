"""A talk in memory: plays the turn's part for pure handlers, so that a dialogue can be read as pairs (said, answered) in Vietnamese.

"[Có]" presses the button of that label; anything else is typed. What is answered is the text of all letters of the turn, joined by BETWEEN.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.form_files import load_form
from bot.plan_files import load_plan
from bot.rendering import Renderer
from handlers import report
from handlers.reading.folding import fold
from models import commands as c
from models.facts import Case, ChannelFacts, Draft, Facts, Given, Held, Role, Service, Who
from models.form import Form
from models.plan import Plan
from models.talk import (
    Choice,
    FileRef,
    Frame,
    Incoming,
    Json,
    Kind,
    LetterKind,
    Press,
    Say,
    Shown,
    Text,
    Turn,
)  # fmt: skip

ROOT = Path(__file__).parent.parent
BETWEEN = "\n---\n"
EVENING = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # Thứ Hai, 20:30 in Hà Nội
DAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
COLLABORATOR = Who("lan", "Nguyễn Thị Lan", "0912345678", (Held(Role.COLLABORATOR, "ngoc_lam"),))
OFFICER = Who("ha", "Trần Thu Hà", "0987654321", (Held(Role.DUTY_OFFICER, "phong_ldtbxh"),))


@cache
def plan() -> Plan:
    return load_plan(ROOT / "plans" / "longbien-2021")


@cache
def form(name: str = "incident") -> Form:
    return load_form(ROOT / "forms" / f"{name}.yaml", plan())


def render(text: Text, locale: str = "vi") -> str:
    """As the turn renders it; every case is VV-2026-0042."""
    return Renderer(locale, plan().zone, lambda _incident: "VV-2026-0042")(text)


@dataclass
class Talk:
    """One conversation with the report dialogue. `timers` are pending (kind, subject) rows, `log` every command so far."""

    who: Who | None = COLLABORATOR
    now: datetime = EVENING
    locale: str = "vi"
    channel: ChannelFacts = ChannelFacts()
    service: Service = field(default_factory=lambda: Service({"ready_at": "2026-11-01", "division_phone": "024 3872 4033"}))
    plan: Plan = field(default_factory=plan)
    reports_today: int = 0
    frame: Frame = Frame()
    drafts: dict[str, Draft] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    timers: dict[tuple[str, str], c.SetTimer] = field(default_factory=dict)
    log: list[c.Command] = field(default_factory=list)
    says: tuple[Say, ...] = ()
    choices: tuple[Choice, ...] = ()
    taps: int = 0
    words: int = 0
    count: int = 0
    name: str = "lan-chat"

    # --- said by the person -------------------------------------------------------------------------------------------

    def say(self, said: str) -> str:
        """Type or press; the bot's answer."""
        if said.startswith("[") and said.endswith("]"):
            return self.press(said[1:-1])
        if said not in {"báo cáo", "/baocao"}:
            self.words += 1
        if said.startswith("/bosung"):
            return self.take(report.supplement, self.incoming(Kind.TEXT, text=said), with_case=True)
        command = said == "/baocao" or (said == "báo cáo" and not self.frame.floor)
        return self.take(report.start if command else report.answer, self.incoming(Kind.TEXT, text=said))

    def press(self, label: str) -> str:
        """Press the newest button of that label; an action works wherever it stands."""
        self.taps += 1
        choice = next(choice for choice in self.choices if render(choice.label, self.locale) == label)
        if choice.action:
            press = Press(0, choice.key)
            handler = report.misdial if choice.key.startswith("misdial:") else report.supplement
            return self.take(handler, self.incoming(Kind.PRESS, press=press), with_case=True)
        return self.press_key(choice.key, self.frame.question)

    def press_key(self, key: str, question: int) -> str:
        """Press a button of any age."""
        return self.take(report.answer, self.incoming(Kind.PRESS, press=Press(question, key)))

    def send(self, kind: str, **more: Any) -> str:
        """Send a photo, a voice note or a file."""
        file = FileRef(f"ref{self.count}", kind, mime=more.pop("mime", ""))
        return self.take(report.answer, self.incoming(Kind(kind), files=(file,), **more))

    def edit(self, message: str, text: str) -> str:
        return self.take(report.answer, self.incoming(Kind.TEXT, text=text, message=message, edits=True))

    def forward(self, text: str) -> str:
        return self.take(report.answer, self.incoming(Kind.TEXT, text=text, forwarded=True))

    def wait(self, minutes: int) -> str:
        """Let time pass; what falls due on the way is said to the reporter."""
        until, heard = self.now + timedelta(minutes=minutes), list[str]()
        while due := [timer for timer in self.timers.values() if timer.due_at <= until]:
            timer = min(due, key=lambda one: one.due_at)
            self.now = timer.due_at
            del self.timers[timer.kind, timer.subject]
            heard.append(self._fire(timer))
        self.now = until
        return BETWEEN.join(text for text in heard if text)

    # --- the turn's part ----------------------------------------------------------------------------------------------

    def incoming(self, kind: Kind, **more: Any) -> Incoming:
        self.count += 1
        return Incoming("telegram", str(self.count), "5", "5", kind, self.now, **{"message": f"m{self.count}", **more})

    def facts(self, *, with_case: bool = False, subject: str = "") -> Facts:
        held = subject or str(self.frame.data.get("submission") or "")
        mine = self.case and self.case["submission"] == held
        return Facts(
            now=self.now, zone=self.plan.zone, plan=self.plan, forms={"incident": form()}, locale=self.locale,
            new_id=self.new_id, new_code=lambda: ("", ""), channel=self.channel, who=self.who, service=self.service,
            draft=self.drafts.get(held), case=Case(**self.case) if self.case and (mine or with_case) else None,
            case_draft=self.drafts.get(self.case["submission"]) if with_case and self.case else None,
            reports_today=self.reports_today, conversation=self.name,
        )  # fmt: skip

    def new_id(self) -> str:
        self.count += 1
        return f"{self.count:032x}"

    def take(self, handler: Any, incoming: Incoming, *, with_case: bool = False) -> str:
        turn: Turn = handler(self.frame, incoming, self.facts(with_case=with_case))
        self.frame = turn.frame
        self.says = turn.says
        self._apply(turn.commands)
        shown: list[Choice] = []
        for say in turn.says:
            shown = [*shown, *say.choices]
            if say.asks:
                seen = tuple(Shown(choice.key, fold(render(choice.label, self.locale)), choice.action) for choice in say.choices)
                self.frame = replace(self.frame, question=self.frame.question + 1, shown=seen)
        if shown:
            self.choices = tuple(shown)
        return BETWEEN.join(self.rendered(say) for say in turn.says)

    def rendered(self, say: Say) -> str:
        return f"({render(say.text, self.locale)})" if say.kind is LetterKind.TOAST else render(say.text, self.locale)

    def _fire(self, timer: c.SetTimer) -> str:
        data = {**timer.data, "timer": timer.kind, "subject": timer.subject}
        handler = report.unanswered if timer.kind == "unanswered" else report.nudge
        subject = "" if timer.kind == "unanswered" else timer.subject
        facts = self.facts(with_case=True, subject=subject)
        turn = handler(Frame(), Incoming("", timer.kind, "", "", Kind.TIMER, self.now, data=data), facts)
        self._apply(turn.commands)
        told = [command.say for command in turn.commands if isinstance(command, c.TellConversation | c.TellReporter)]
        return BETWEEN.join(self.rendered(say) for say in told)

    def _apply(self, commands: tuple[c.Command, ...]) -> None:
        self.log += commands
        for command in commands:
            self._apply_to_draft(command)
            self._apply_to_case(command)
            if isinstance(command, c.SetTimer):
                self.timers[command.kind, command.subject] = command
            elif isinstance(command, c.CancelTimer):
                self.timers.pop((command.kind, command.subject), None)

    def _apply_to_draft(self, command: c.Command) -> None:
        match command:
            case c.OpenSubmission():
                self.drafts[command.id] = Draft(command.id, command.form, "draft", {}, self.now)
            case c.PutAnswer():
                self._put(command)
            case c.CloseSubmission():
                self.drafts[command.submission] = replace(self.drafts[command.submission], state=command.state)

    def _apply_to_case(self, command: c.Command) -> None:
        match command:
            case c.OpenIncident():
                self._open(command)
            case c.UpdateIncident():
                self.case |= command.columns
            case c.CallRoom():
                self.case["status"] = "open" if self.case["status"] == "intake" else self.case["status"]
            case c.Restrict():
                self.case["restricted"] = True

    def _put(self, command: c.PutAnswer) -> None:
        draft = self.drafts[command.submission]
        given = Given(json.loads(json.dumps(command.value)), command.skipped, command.message, self.now)
        self.drafts[command.submission] = replace(draft, answers={**draft.answers, command.question: given})

    def _open(self, command: c.OpenIncident) -> None:
        self.case = {
            "id": command.id, "year": 2026, "number": 42, "submission": command.submission, "conversation": self.name, "reporter": "lan",
            "status": "intake", "source": "collaborator", "severity": "can_theo_doi", "danger": "", "kind": "", "type": "", "ward": "",
            "called": "", "restricted": False, "misdial": False, "unfinished": False, "contact": "", "bundled": False,
            "received_at": self.now, "sent_at": None, "taken_by": "", "taken_at": None, **command.columns,
        }  # fmt: skip

    # --- what tests ask -----------------------------------------------------------------------------------------------

    @property
    def answers(self) -> Mapping[str, Json]:
        """What the newest draft holds."""
        return self.drafts[max(self.drafts)].values()

    @property
    def labels(self) -> list[str]:
        """The buttons of the newest question."""
        return [render(choice.label, self.locale) for choice in self.choices]

    def did(self, kind: type[Any]) -> list[Any]:
        """The commands of one kind so far."""
        return [command for command in self.log if isinstance(command, kind)]


def read(talk: Talk, *pairs: tuple[str, str]) -> None:
    """Play a dialogue: every answer must be as written."""
    for said, answered in pairs:
        assert answered == talk.say(said)
