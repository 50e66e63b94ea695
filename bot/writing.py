"""Letters of one turn: addressed, rendered in their reader's language, sealed, inserted together at the end."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import choices
from bot.conversations import DEFAULT_LOCALE, Talk, conversation_id
from bot.engine import Engine
from bot.pages import planning
from bot.quota import Level, lane_now, level_now, tell_who_writes
from bot.rendering import Renderer
from handlers import drill_words
from handlers.failover import instead_of
from models.conversation import CONVERSATION
from models.facts import Facts
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, PERSON, REACHED, ROOM
from models.service import SETTING, down_channels
from models.talk import Frame, Incoming, LetterKind, Say, Text, mention_setting
from models.timer import set_timer

SETTLED = timedelta(seconds=60)  # without a newer change, and what cannot be edited is said anew
_INSERT = sa.insert(LETTER)
_DRILL = sa.select(INCIDENT.c.drill).where(INCIDENT.c.id == sa.bindparam("incident"))
_CODE = sa.select(INCIDENT.c.year, INCIDENT.c.number).where(INCIDENT.c.id == sa.bindparam("incident"))
_CONVERSATION = (
    sa.select(CONVERSATION, PERSON.c.locale.label("person_locale"))
    .select_from(
        CONVERSATION.outerjoin(ACCOUNT, sa.and_(ACCOUNT.c.channel == CONVERSATION.c.channel, ACCOUNT.c.external_id == CONVERSATION.c.person))
        .outerjoin(PERSON, PERSON.c.id == ACCOUNT.c.person)
    )
    .where(CONVERSATION.c.id == sa.bindparam("conversation"))
)  # fmt: skip
_PRIVATE = sa.and_(
    CONVERSATION.c.channel == ACCOUNT.c.channel,
    CONVERSATION.c.chat == ACCOUNT.c.chat,
    CONVERSATION.c.topic == "",
    CONVERSATION.c.person == ACCOUNT.c.external_id,
)
_PERSON = (
    sa.select(ACCOUNT.c.channel, ACCOUNT.c.chat, ACCOUNT.c.external_id, PERSON.c.locale)
    .select_from(ACCOUNT.join(PERSON, PERSON.c.id == ACCOUNT.c.person).outerjoin(CONVERSATION, _PRIVATE))
    .where(ACCOUNT.c.person == sa.bindparam("person"), *REACHED)
    .order_by(CONVERSATION.c.last_at.is_(None), CONVERSATION.c.last_at.desc(), ACCOUNT.c.id.desc())
)
_MENTION = sa.select(SETTING.c.value).where(SETTING.c.name == sa.bindparam("name"))
_ROOMS = sa.select(ROOM.c.channel, ROOM.c.chat, ROOM.c.topic).where(
    ROOM.c.unit == sa.bindparam("unit"), ROOM.c.purpose == sa.bindparam("purpose"), ROOM.c.unbound_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a letter goes and in which language. `person`: the member who reads it there, "" in a group and of whoever is no member."""

    conversation: str
    channel: str
    chat: str
    topic: str
    group: bool
    locale: str
    person: str = ""
    instead_of: str = ""  # what people call the messenger that should have carried it


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
    documents: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, str] = field(default_factory=dict)
    answered: set[tuple[str, str]] = field(default_factory=set)  # (submission, question) of this turn's answers
    channels: set[str] = field(default_factory=set)
    private: dict[tuple[Address, str], list[tuple[Say, bool]]] = field(default_factory=dict)  # by reader and case: what waits for its page
    of_a_report: bool = False  # what this turn says answers somebody who tells of a child or acts on a case
    _drills: dict[str, bool] = field(default_factory=dict)
    _failing: dict[str, str] | None = None
    _levels: dict[str, Level] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def me(self) -> str | None:
        """The person who caused this turn."""
        return self.facts.who.person if self.facts.who else None

    @property
    def here(self) -> Address:
        person = "" if self.talk.group else self.me or ""
        return Address(self.talk.id, self.talk.channel, self.talk.chat, self.talk.topic, self.talk.group, self.talk.locale, person)

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
                render, can = self.renderer(self.talk.locale), self.engine.capabilities(self.talk.channel)
                say, shown, pages = choices.asked(say, render, buttons=can.buttons)
                frame = replace(frame, question=frame.question + 1, shown=shown, pages=pages)
            self.post(self.here, say, question=frame.question, asked=True)
        if not toasted and self.incoming.press and self.engine.capabilities(self.talk.channel).toasts:
            # An unanswered press keeps its little clock turning on the phone: a press always gets its toast, if only an empty one.
            self.post(self.here, Say("", kind=LetterKind.TOAST, target=self.incoming.press.id), asked=True)
        tell_who_writes(self)
        return frame

    # --- any letter ---------------------------------------------------------------------------------------------------

    def post(self, to: Address, say: Say, question: int = 0, *, asked: bool = False) -> str:
        """Plan one letter; returns its id ("" for a menu where there are none, and for what is kept for a page instead of entering a chat that
        cannot keep it). `asked`: it answers what was just said in that chat."""
        can = self.engine.capabilities(to.channel)
        say = self._marked(say)
        if say.kind is LetterKind.MENU and not can.menus:
            return ""
        if planning.behind_a_link(can, say):
            self.private.setdefault((to, say.about), []).append((say, asked))
            return ""
        letter = self._newest_of(say.target) if say.target and say.kind is not LetterKind.TOAST else new_id()
        render = self.renderer(to.locale, self._call(to), self._group_call(to.channel))
        text, buttons = choices.text_and_buttons(say, render, question, buttons=can.buttons)
        if to.instead_of and say.kind is LetterKind.SAY:
            mark = render(instead_of(to.instead_of, perhaps_twice=False))
            text = "\n".join((text, mark) if self._is_drill(say.about) else (mark, text))  # an exercise's first word is its own mark
        body = {"text": text, "buttons": buttons, "columns": say.columns, "attachments": list(say.attachments)}
        lane = lane_now(self, to.channel, say, of_a_report=asked and self.of_a_report)
        settle = say.settle if say.kind is LetterKind.EDIT and not can.edits else timedelta()
        sealed = self.engine.vault.seal(
            self.db, f"conversation:{to.conversation}", "letter.body", letter, json.dumps(body, ensure_ascii=False).encode()
        )
        self.rows.append({
            "id": letter, "conversation": to.conversation, "channel": to.channel, "chat": to.chat, "topic": to.topic, "is_group": to.group,
            "lane": int(lane), "kind": str(say.kind), "purpose": say.purpose, "about": say.about, "target": say.target, "body": sealed,
            "silent": say.silent, "protect": say.protect, "plain": False, "retired": False, "state": str(LetterState.PLANNED), "attempts": 0,
            "not_before": self._no_later(say.target, datetime.now(UTC) + settle) if settle else datetime.now(UTC), "created_at": self.now,
            "external_id": "", "reason": "", "asked": asked, "copy_of": "",
        })  # fmt: skip
        if say.delete_after is not None and can.deletes:
            self.timer("delete", letter, self.now + say.delete_after)
        return letter

    def _marked(self, say: Say) -> Say:
        """Everything about an exercise begins with that word: what names its case, and whatever else a turn on its case says."""
        about = say.about or (self.facts.case.id if self.facts.case is not None else "")
        return replace(say, text=drill_words.marked(say.text)) if say.text and self._is_drill(about) else say

    def _is_drill(self, incident: str) -> bool:
        if self.facts.case is not None and self.facts.case.id == incident:
            return self.facts.case.drill
        if incident and incident not in self._drills:
            self._drills[incident] = bool(self.db.execute(_DRILL, {"incident": incident}).scalar())
        return self._drills.get(incident, False)

    def copy(self, row: Any, newest: Any, to: Address, mark: Text) -> None:
        """A letter that was planned for one messenger, once more for another: with the mark first, as `newest` (itself, or its last edit) reads.
        Answers to a question stay behind, because the question belongs to the other chat."""
        body = self.engine.vault.open_json(self.db, f"conversation:{newest.conversation}", "letter.body", newest.id, newest.body or b"")
        letter = new_id()
        mark = drill_words.marked(mark) if self._is_drill(row.about) else mark
        body |= {
            "text": f"{self.render(mark, to.locale)}\n{body['text']}",
            "buttons": [one for one in body["buttons"] if one[0].startswith("0.")],
        }
        sealed = self.engine.vault.seal_json(self.db, f"conversation:{to.conversation}", "letter.body", letter, body)
        self.rows.append({
            "id": letter, "conversation": to.conversation, "channel": to.channel, "chat": to.chat, "topic": to.topic, "is_group": to.group,
            "lane": row.lane, "kind": row.kind, "purpose": row.purpose, "about": row.about, "target": "", "body": sealed,
            "silent": row.silent, "protect": row.protect, "plain": False, "retired": False, "state": str(LetterState.PLANNED), "attempts": 0,
            "not_before": datetime.now(UTC), "created_at": self.now, "external_id": "", "reason": "", "asked": False, "copy_of": row.id,
        })  # fmt: skip

    def _newest_of(self, target: str) -> str:
        """An id behind all that speak of the same letter: the newest edit wins by its id, and another process's clock may be ahead."""
        known = self.db.execute(sa.select(sa.func.max(LETTER.c.id)).where(LETTER.c.target == target)).scalar() or ""
        newest = max([known, *(row["id"] for row in self.rows if row["target"] == target)])
        letter = new_id()
        return letter if letter > newest else f"{int(newest[:16], 16) + 1:016x}{letter[16:]}"

    def _no_later(self, target: str, due: datetime) -> datetime:
        """When an edit that settles may leave: no later than the one that it replaces, or a change every minute would never be told."""
        waiting = LETTER.c.target == target, LETTER.c.kind == LetterKind.EDIT, LETTER.c.state == LetterState.PLANNED
        self.flush()
        return min(due, self.db.execute(sa.select(sa.func.min(LETTER.c.not_before)).where(*waiting)).scalar() or due)

    def flush(self) -> None:
        """Insert what was planned; private says that waited for each other become a page and a letter."""
        waiting, self.private = self.private, {}
        for (to, _about), kept in waiting.items():
            self.post(to, planning.letter(self, to, [say for say, _asked in kept]), asked=any(asked for _say, asked in kept))
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

    def person(self, person: str, never: str = "") -> Address | None:
        """The private chat of a member on the messenger that they used last; on another one of theirs where that does not work just now; None
        if they cannot be reached at all. `never`: not on this messenger."""
        rows = [row for row in self.db.execute(_PERSON, {"person": person}).all() if row.channel != never]
        rows.sort(key=lambda row: self.quota_level(row.channel) is Level.RESERVE)  # where only alarms still leave, another one is better
        if person == self.me and self.talk.group:  # asked for in a group: answered on the same phone
            rows.sort(key=lambda row: row.channel != self.talk.channel)
        if not rows:
            return None
        row = next((row for row in rows if self.carries(row.channel)), rows[0])
        return self._account(row, person, self.title(rows[0].channel) if row is not rows[0] else "")

    def accounts(self, person: str) -> list[Address]:
        """Every private chat where a member can be reached, on whatever messenger."""
        return [self._account(row, person) for row in self.db.execute(_PERSON, {"person": person}).all()]

    def _account(self, row: Any, person: str, instead_of: str = "") -> Address:
        conversation = conversation_id(self.db, row.channel, row.chat, "", row.external_id, group=False)
        return Address(conversation, row.channel, row.chat, "", False, row.locale, person, instead_of)

    def rooms(self, unit: str, purpose: str = "main") -> list[Address]:
        """The live rooms of a unit on every messenger that works: one case, one state in all of them."""
        rows = self.db.execute(_ROOMS, {"unit": unit, "purpose": purpose}).all()
        return [self.chat(row.channel, row.chat, row.topic) for row in rows if self.carries(row.channel)]

    def room_out(self, unit: str) -> str:
        """What people call the messenger of a unit's room, if there is one and none of its messengers works; "" otherwise."""
        rows = self.db.execute(_ROOMS, {"unit": unit, "purpose": "main"}).all()
        return self.title(rows[0].channel) if rows and not any(self.carries(row.channel) for row in rows) else ""

    def chat(self, channel: str, chat: str, topic: str) -> Address:
        """A group as such: letters to it are nobody's conversation."""
        return Address(conversation_id(self.db, channel, chat, topic, "", group=True), channel, chat, topic, True, DEFAULT_LOCALE)

    # --- messengers ---------------------------------------------------------------------------------------------------

    @property
    def failing(self) -> dict[str, str]:
        """Messengers over which nothing urgent goes just now, and what people call them; none where no other one works either."""
        if self._failing is None:
            self._failing = down_channels(self.db)
        return self._failing if set(self.engine.channels) - self._failing.keys() else {}

    def look_again(self) -> None:
        """This very turn has changed how a messenger does."""
        self._failing = None

    def quota_level(self, channel: str) -> Level:
        """How far that messenger's month is used; read once a turn."""
        if channel not in self._levels:
            self._levels[channel] = level_now(self.db, channel, self.engine.capabilities(channel), self.now, self.engine.zone)
        return self._levels[channel]

    def carries(self, channel: str) -> bool:
        """Whether letters may be planned for that messenger: it is switched on, and not failing while another one works."""
        return (channel in self.engine.channels or not self.engine.channels) and channel not in self.failing

    def title(self, channel: str) -> str:
        """What people call a messenger, also one that is switched off."""
        return self.engine.capabilities(channel).title or self.failing.get(channel, channel)

    # --- rendering ----------------------------------------------------------------------------------------------------

    def renderer(self, locale: str, call: str = "/", group_call: str = "/") -> Renderer:
        return Renderer(locale, self.engine.zone, self._code, call, group_call)

    def _call(self, to: Address) -> str:
        """What a typed command begins with there: a slash, or the bot's name where a group's messages reach it only by mention."""
        return self._group_call(to.channel) if to.group else "/"

    def _group_call(self, channel: str) -> str:
        mention = self.engine.capabilities(channel).mention
        if not mention:
            return "/"
        if channel not in self.mentions:  # the name that people really type was learned when the room was bound
            self.mentions[channel] = self.db.execute(_MENTION, {"name": mention_setting(channel)}).scalar() or mention
        return f"{self.mentions[channel]} "

    def render(self, text: Text, locale: str) -> str:
        return self.renderer(locale)(text)

    def _code(self, incident: str) -> str:
        if incident not in self.codes:
            row = self.db.execute(_CODE, {"incident": incident}).one()
            self.codes[incident] = f"VV-{row.year}-{row.number:04d}"
        return self.codes[incident]
