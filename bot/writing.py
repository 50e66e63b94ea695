"""Letters of one turn: addressed, rendered in their reader's language, sealed, inserted together at the end."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.channels.buttons import encode
from bot.conversations import DEFAULT_LOCALE, Talk, conversation_id
from bot.engine import Engine
from bot.rendering import Renderer
from handlers.reading.folding import fold
from models.conversation import CONVERSATION
from models.facts import Facts
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, PERSON, ROOM
from models.service import SETTING, mention_setting
from models.talk import Frame, Incoming, LetterKind, Say, Shown, Text, Typed
from models.timer import set_timer

_INSERT = sa.insert(LETTER)
_CODE = sa.select(INCIDENT.c.year, INCIDENT.c.number).where(INCIDENT.c.id == sa.bindparam("incident"))
_CONVERSATION = (
    sa.select(CONVERSATION, PERSON.c.locale.label("person_locale"))
    .select_from(
        CONVERSATION.outerjoin(ACCOUNT, sa.and_(ACCOUNT.c.channel == CONVERSATION.c.channel, ACCOUNT.c.external_id == CONVERSATION.c.person))
        .outerjoin(PERSON, PERSON.c.id == ACCOUNT.c.person)
    )
    .where(CONVERSATION.c.id == sa.bindparam("conversation"))
)  # fmt: skip
_PERSON = (
    sa.select(ACCOUNT.c.channel, ACCOUNT.c.chat, ACCOUNT.c.external_id, PERSON.c.locale)
    .join(PERSON, PERSON.c.id == ACCOUNT.c.person)
    .where(ACCOUNT.c.person == sa.bindparam("person"), ACCOUNT.c.cut_at.is_(None), ACCOUNT.c.gone_at.is_(None), ACCOUNT.c.started.is_(True))
    .order_by(ACCOUNT.c.id.desc())
)
_MENTION = sa.select(SETTING.c.value).where(SETTING.c.name == sa.bindparam("name"))
_ROOMS = sa.select(ROOM.c.channel, ROOM.c.chat, ROOM.c.topic).where(
    ROOM.c.unit == sa.bindparam("unit"), ROOM.c.purpose == sa.bindparam("purpose"), ROOM.c.unbound_at.is_(None)
)
_folded = lru_cache(maxsize=1024)(fold)  # labels come from the plan and the forms: nearly always the same few hundred


@dataclass(frozen=True, slots=True)
class Address:
    """Where a letter goes and in which language."""

    conversation: str
    channel: str
    chat: str
    topic: str
    group: bool
    locale: str


@dataclass
class Writing:
    """The open turn: what commands write to. Nothing leaves before the commit."""

    db: sa.Connection
    engine: Engine
    incoming: Incoming
    talk: Talk
    facts: Facts
    attachments: bool = False
    timers: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, str] = field(default_factory=dict)
    answered: set[tuple[str, str]] = field(default_factory=set)  # (submission, question) of this turn's answers
    channels: set[str] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def me(self) -> str | None:
        """The person who caused this turn."""
        return self.facts.who.person if self.facts.who else None

    @property
    def here(self) -> Address:
        return Address(self.talk.id, self.talk.channel, self.talk.chat, self.talk.topic, self.talk.group, self.talk.locale)

    # --- says of the turn itself --------------------------------------------------------------------------------------

    def says(self, says: Iterable[Say], frame: Frame) -> Frame:
        """Write the turn's own says; the frame gets the number and the choices of the last question among them."""
        toasted = False
        for given in says:
            say = given
            if say.kind is LetterKind.TOAST:
                toasted = True
                say = replace(say, target=self.incoming.press.id if self.incoming.press else "")
            if say.asks:
                frame = replace(frame, question=frame.question + 1, shown=self._shown(say))
            self.post(self.here, say, question=frame.question, asked=True)
        if not toasted and self.incoming.press and self.engine.capabilities(self.talk.channel).toasts:
            # An unanswered press keeps its little clock turning on the phone: a press always gets its toast, if only an empty one.
            self.post(self.here, Say("", kind=LetterKind.TOAST, target=self.incoming.press.id), asked=True)
        return frame

    def _shown(self, say: Say) -> tuple[Shown, ...]:
        render = self.renderer(self.talk.locale)
        return tuple(Shown(choice.key, _folded(render(choice.label)), choice.action) for choice in say.choices)

    # --- any letter ---------------------------------------------------------------------------------------------------

    def post(self, to: Address, say: Say, question: int = 0, *, asked: bool = False) -> str:
        """Plan one letter; returns its id ("" for a menu where there are none). `asked`: it answers what was just said in that chat."""
        if say.kind is LetterKind.MENU and not self.engine.capabilities(to.channel).menus:
            return ""
        letter = self._newest_of(say.target) if say.target and say.kind is not LetterKind.TOAST else new_id()
        render = self.renderer(to.locale, self._call(to))
        buttons = [
            [encode(0 if choice.action else question, choice.key), render(choice.label), choice.style, render(Typed(choice.typed)) if choice.typed else ""]
            for choice in say.choices
        ]  # fmt: skip
        hints = [f"• {render(choice.label)}: {render(choice.hint)}" for choice in say.choices if choice.hint]
        text = "\n".join([render(say.text), *hints]) if hints else render(say.text)
        body = {"text": text, "buttons": buttons, "columns": say.columns, "attachments": list(say.attachments)}
        sealed = self.engine.vault.seal(
            self.db, f"conversation:{to.conversation}", "letter.body", letter, json.dumps(body, ensure_ascii=False).encode()
        )
        self.rows.append({
            "id": letter, "conversation": to.conversation, "channel": to.channel, "chat": to.chat, "topic": to.topic, "is_group": to.group,
            "lane": int(say.lane), "kind": str(say.kind), "purpose": say.purpose, "about": say.about, "target": say.target, "body": sealed,
            "silent": say.silent, "protect": say.protect, "plain": False, "retired": False, "state": str(LetterState.PLANNED), "attempts": 0,
            "not_before": datetime.now(UTC), "created_at": self.now, "external_id": "", "reason": "", "asked": asked, "copy_of": "",
        })  # fmt: skip
        if say.delete_after is not None and self.engine.capabilities(to.channel).deletes:
            self.timer("delete", letter, self.now + say.delete_after)
        return letter

    def _newest_of(self, target: str) -> str:
        """An id behind all that speak of the same letter: the newest edit wins by its id, and another process's clock may be ahead."""
        known = self.db.execute(sa.select(sa.func.max(LETTER.c.id)).where(LETTER.c.target == target)).scalar() or ""
        newest = max([known, *(row["id"] for row in self.rows if row["target"] == target)])
        letter = new_id()
        return letter if letter > newest else f"{int(newest[:16], 16) + 1:016x}{letter[16:]}"

    def flush(self) -> None:
        """Insert what was planned."""
        if self.rows:
            self.db.execute(_INSERT, self.rows)
            self.channels.update(row["channel"] for row in self.rows)
            self.rows.clear()

    def timer(self, kind: str, subject: str, due_at: datetime, *, urgent: bool = False, data: dict[str, Any] | None = None) -> None:
        set_timer(
            self.db,
            {"id": new_id(), "kind": kind, "subject": subject, "due_at": due_at, "urgent": urgent, "data": data or {}, "set_at": self.now},
        )
        self.timers = True

    # --- addresses ----------------------------------------------------------------------------------------------------

    def conversation(self, conversation: str) -> Address:
        """The chat where a known conversation runs."""
        row = self.db.execute(_CONVERSATION, {"conversation": conversation}).first()
        if row is None:
            raise LookupError("no such conversation")
        return Address(row.id, row.channel, row.chat, row.topic, row.is_group, row.locale or row.person_locale or DEFAULT_LOCALE)

    def person(self, person: str) -> Address | None:
        """The private chat of a member on the messenger where they were last made known, or None if nobody can be reached."""
        row = self.db.execute(_PERSON, {"person": person}).first()
        if row is None:
            return None
        conversation = conversation_id(self.db, row.channel, row.chat, "", row.external_id, group=False)
        return Address(conversation, row.channel, row.chat, "", False, row.locale)

    def rooms(self, unit: str, purpose: str = "main") -> list[Address]:
        """The live rooms of a unit, on every channel."""
        rows = self.db.execute(_ROOMS, {"unit": unit, "purpose": purpose}).all()
        return [self.chat(row.channel, row.chat, row.topic) for row in rows]

    def chat(self, channel: str, chat: str, topic: str) -> Address:
        """A group as such: letters to it are nobody's conversation."""
        return Address(conversation_id(self.db, channel, chat, topic, "", group=True), channel, chat, topic, True, DEFAULT_LOCALE)

    # --- rendering ----------------------------------------------------------------------------------------------------

    def renderer(self, locale: str, call: str = "/") -> Renderer:
        return Renderer(locale, self.engine.zone, self._code, call)

    def _call(self, to: Address) -> str:
        """What a typed command begins with there: a slash, or the bot's name where a group's messages reach it only by mention."""
        mention = self.engine.capabilities(to.channel).mention
        if not (to.group and mention):
            return "/"
        if to.channel not in self.mentions:  # the name that people really type was learned when the room was bound
            self.mentions[to.channel] = self.db.execute(_MENTION, {"name": mention_setting(to.channel)}).scalar() or mention
        return f"{self.mentions[to.channel]} "

    def render(self, text: Text, locale: str) -> str:
        return self.renderer(locale)(text)

    def _code(self, incident: str) -> str:
        if incident not in self.codes:
            row = self.db.execute(_CODE, {"incident": incident}).one()
            self.codes[incident] = f"VV-{row.year}-{row.number:04d}"
        return self.codes[incident]
