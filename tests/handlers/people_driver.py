"""A pure driver of the dialogues with people and rooms: no database, no turn. What is said goes through the routing table to its handler.

    talk = Talk(who=ADMIN)
    talk.transcript(("/moi", "Anh/chị mời ai? [cộng tác viên] …"), ("[cộng tác viên]", …))

"[label]" presses the newest choice of that label; anything else is typed. An answer is every say of the turn, its choices in brackets, texts
of letters to others are in `talk.told`, commands in `talk.commands`.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.codes import code_hash
from bot.form_files import load_forms
from bot.plan_files import load_plan
from bot.rendering import Renderer
from handlers import routing
from handlers.reading.folding import fold
from models.commands import Command, TellPerson, TellReporter, TellRole, TellRoom
from models.facts import BoundRoom, Case, ChannelFacts, Facts, Held, Role, Service, Who
from models.talk import (
    Choice,
    FileRef,
    Frame,
    Incoming,
    Kind,
    LetterKind,
    Press,
    Say,
    Shown,
    Text,
    Turn,
)

ROOT = Path(__file__).parents[2]
PLAN = load_plan(ROOT / "plans/longbien-2021")
FORMS = load_forms(ROOT / "forms", PLAN)
NOW = datetime(2026, 11, 23, 3, 32, tzinfo=UTC)  # Monday 10:32 in Hà Nội
DIVISION, WARD, OTHER_WARD = PLAN.division, "ngoc_lam", "bo_de"
READY = Service(
    {"ready_at": "x", "division_phone": "02438724033", "keys_backed_up": "x"}, (BoundRoom(DIVISION, "main", "web", "room"),), 2, 1, 1
)
TELEGRAM = ChannelFacts(deep_link="https://t.me/BaoNgayBot?start=%s")
NO_BUTTONS = ChannelFacts(buttons=False, toasts=False, deletes=False, protects=False)


def who(name: str, *held: tuple[Role, str]) -> Who:
    return Who(f"p-{fold(name).replace(' ', '-')}", name, "0912345678", tuple(Held(role, unit) for role, unit in held))


ADMIN = who("Trần Văn Bình", (Role.ADMINISTRATOR, DIVISION))
DUTY = who("Lê Thị Hoa", (Role.DUTY_OFFICER, DIVISION))
DUTY_2 = who("Phạm Minh", (Role.DUTY_OFFICER, DIVISION))
LEADER = who("Vũ Thu Hà", (Role.LEADER, DIVISION))
WARD_OFFICER = who("Đỗ Thị Mai", (Role.WARD_OFFICER, WARD))
OTHER_OFFICER = who("Ngô Văn An", (Role.WARD_OFFICER, OTHER_WARD))
COLLABORATOR = who("Nguyễn Thị Lan", (Role.COLLABORATOR, WARD))
PARTNER = who("Bùi Quang Huy", (Role.PARTNER, DIVISION))
EVERYONE = (ADMIN, DUTY, LEADER, WARD_OFFICER, OTHER_OFFICER, COLLABORATOR, PARTNER)

CASE = Case(
    id="0192aaaabbbbccccddddeeeeffff0042", year=2026, number=42, submission="s42", conversation="c-ctv", reporter=COLLABORATOR.person,
    status="open", source="collaborator", severity="khan_cap", danger="danger", kind="violation", type="bao_luc", ward=WARD, called="yes",
    restricted=False, misdial=False, unfinished=False, contact="yes", bundled=False, received_at=NOW, sent_at=NOW, taken_by="", taken_at=None,
)  # fmt: skip
TAKEN = replace(CASE, status="taken", taken_by=DUTY.person, taken_by_name=DUTY.name, taken_at=NOW)


# --- rendering --------------------------------------------------------------------------------------------------------


def render(text: Text, locale: str = "vi") -> str:
    """As the turn renders it; every case is VV-2026-0042."""
    return Renderer(locale, PLAN.zone, lambda _incident: "VV-2026-0042")(text)


def shown(say: Say, locale: str = "vi") -> str:
    """A say as its reader sees it: the text, then its choices in brackets."""
    choices = " ".join(f"[{render(choice.label, locale)}]" for choice in say.choices)
    mark = "(toast) " if say.kind is LetterKind.TOAST else ""
    return mark + "\n".join(part for part in (render(say.text, locale), choices) if part)


# --- the talk ---------------------------------------------------------------------------------------------------------


@dataclass
class Talk:
    """One conversation. `after` sees each turn's commands and may give new facts: what the database would tell next."""

    who: Who | None = None
    service: Service = READY
    channel: ChannelFacts = TELEGRAM
    group: bool = False
    anonymous: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    frame: Frame = Frame()
    now: datetime = NOW
    locale: str = "vi"
    after: Callable[["Talk", Turn], None] = lambda talk, turn: None
    turn: Turn = Turn(Frame())
    offered: list[tuple[int, Choice]] = field(default_factory=list)
    history: list[Turn] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def facts(self) -> Facts:
        return Facts(
            now=self.now, zone=PLAN.zone, plan=PLAN, forms=FORMS, locale=self.locale, new_id=lambda: f"id{next(self.ids)}",
            new_code=lambda: ("BN-ABCD-EF23", code_hash("BN-ABCD-EF23")), channel=self.channel, who=self.who, service=self.service,
            conversation="c1", **self.more,
        )  # fmt: skip

    @property
    def commands(self) -> tuple[Command, ...]:
        """Of the last turn."""
        return self.turn.commands

    @property
    def told(self) -> list[tuple[Command, str]]:
        """Letters of the last turn to others, with their text."""
        return [(one, shown(one.say)) for one in self.turn.commands if isinstance(one, TellPerson | TellReporter | TellRole | TellRoom)]

    def incoming(self, kind: Kind, **more: Any) -> Incoming:
        number = f"m{next(self.ids)}"
        return Incoming("web", number, "chat", "me", kind, self.now, group=self.group, anonymous=self.anonymous, message=number, **more)

    def hears(self, incoming: Incoming) -> list[str]:
        """Take one turn; the says as texts."""
        route = routing.route(self.frame, incoming, self.who)
        self.turn = route.handle(self.frame, incoming, self.facts)
        self.history.append(self.turn)
        self.frame = self.turn.frame
        for say in self.turn.says:
            if say.asks:
                folded = tuple(Shown(one.key, fold(render(one.label, self.locale)), one.action) for one in say.choices)
                self.frame = replace(self.frame, question=self.frame.question + 1, shown=folded)
            self.offered += [(0 if one.action else self.frame.question, one) for one in say.choices]
        self.after(self, self.turn)
        return [shown(say, self.locale) for say in self.turn.says if say.kind is not LetterKind.MENU]

    def says(self, said: str, **more: Any) -> list[str]:
        if said.startswith("[") and said.endswith("]"):
            return self.presses(said[1:-1])
        return self.hears(self.incoming(Kind.TEXT, text=said, **more))

    def presses(self, label: str) -> list[str]:
        question, choice = next((q, one) for q, one in reversed(self.offered) if render(one.label, self.locale) == label)
        return self.presses_key(choice.key, question)

    def presses_key(self, key: str, question: int = 0) -> list[str]:
        return self.hears(self.incoming(Kind.PRESS, press=Press(question, key, id="press")))

    def sends(self, kind: Kind = Kind.PHOTO, text: str = "", **more: Any) -> list[str]:
        files = (FileRef("ref", str(kind)),) if kind in {Kind.PHOTO, Kind.VOICE} else ()
        return self.hears(self.incoming(kind, text=text, files=files, **more))

    def transcript(self, *pairs: tuple[str, str]) -> None:
        """Say each first part; every say of the answer, one after another, must be the second part."""
        for said, expected in pairs:
            answered = "\n---\n".join(self.says(said))
            wanted = "\n".join(line.strip() for line in expected.strip().splitlines())
            assert answered == wanted, f"to {said!r}:\n{answered}\n\nexpected:\n{wanted}"
