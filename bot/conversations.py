"""Opening and saving the conversation of a turn: who speaks, in which language, and what was last shown."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.engine import Engine
from bot.wire_json import frame_from_json, frame_to_json
from models.columns import insert_once
from models.conversation import CONVERSATION
from models.facts import Held, Role, Who
from models.ids import new_id
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.talk import Frame, Incoming, Kind

DEFAULT_LOCALE = "vi"


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation while its turn is taken. `id` is "" for timers, which have none."""

    id: str
    channel: str
    chat: str
    topic: str
    sender: str
    group: bool
    frame: Frame = Frame()
    locale: str = DEFAULT_LOCALE
    who: Who | None = None
    account: str = ""
    was_gone: bool = False  # the account had blocked us until now

    @property
    def subject(self) -> str:
        """Whose data key seals what is said here."""
        return f"conversation:{self.id}"


_SELECT = (
    sa.select(
        CONVERSATION.c.id, CONVERSATION.c.frame, CONVERSATION.c.locale,
        ACCOUNT.c.id.label("account"), ACCOUNT.c.gone_at,
        PERSON.c.id.label("person"), PERSON.c.name, PERSON.c.phone, PERSON.c.locale.label("person_locale"),
        MEMBERSHIP.c.role, MEMBERSHIP.c.unit,
    )
    .select_from(
        CONVERSATION.outerjoin(
            ACCOUNT,
            sa.and_(
                ACCOUNT.c.channel == CONVERSATION.c.channel,
                ACCOUNT.c.external_id == CONVERSATION.c.person,
                ACCOUNT.c.cut_at.is_(None),
                CONVERSATION.c.person != "",
            ),
        )
        .outerjoin(PERSON, PERSON.c.id == ACCOUNT.c.person)
        .outerjoin(MEMBERSHIP, sa.and_(MEMBERSHIP.c.person == PERSON.c.id, MEMBERSHIP.c.ended_at.is_(None)))
    )
    .where(
        CONVERSATION.c.channel == sa.bindparam("channel"),
        CONVERSATION.c.chat == sa.bindparam("chat"),
        CONVERSATION.c.topic == sa.bindparam("topic"),
        CONVERSATION.c.person == sa.bindparam("sender"),
    )
    .order_by(MEMBERSHIP.c.id)
    .with_for_update(of=CONVERSATION)
)  # fmt: skip


def open_talk(db: sa.Connection, engine: Engine, incoming: Incoming) -> Talk:
    """Lock the conversation (making it if new) and say who speaks."""
    address = {"channel": incoming.channel, "chat": incoming.chat, "topic": incoming.topic, "sender": incoming.sender}
    if incoming.kind in {Kind.TIMER, Kind.INTERNAL}:
        return Talk("", incoming.channel, incoming.chat, incoming.topic, incoming.sender, group=False)
    rows = db.execute(_SELECT, address).all()
    if not rows:
        conversation_id(db, incoming.channel, incoming.chat, incoming.topic, incoming.sender, group=incoming.group)
        rows = db.execute(_SELECT, address).all()
    row = rows[0]
    frame = Frame()
    if row.frame is not None:
        frame = frame_from_json(engine.vault.open(db, f"conversation:{row.id}", "conversation.frame", row.id, row.frame))
    who = None
    held = tuple(Held(Role(r.role), r.unit) for r in rows if r.role is not None)
    if row.person is not None and held:
        phone = engine.vault.open(db, f"person:{row.person}", "person.phone", row.person, row.phone).decode() if row.phone else ""
        who = Who(row.person, row.name, phone, held)
    locale = row.locale or row.person_locale or DEFAULT_LOCALE
    was_gone = row.gone_at is not None and not incoming.group  # a word in a group does not tell that the private chat is open again
    return Talk(
        row.id,
        incoming.channel,
        incoming.chat,
        incoming.topic,
        incoming.sender,
        incoming.group,
        frame,
        locale,
        who,
        row.account or "",
        was_gone,
    )


_LOCALE = (
    sa.select(CONVERSATION.c.locale, PERSON.c.locale.label("person_locale"))
    .select_from(
        CONVERSATION.outerjoin(ACCOUNT, sa.and_(ACCOUNT.c.channel == CONVERSATION.c.channel, ACCOUNT.c.external_id == CONVERSATION.c.person))
        .outerjoin(PERSON, PERSON.c.id == ACCOUNT.c.person)
    )
    .where(CONVERSATION.c.id == sa.bindparam("conversation"))
)  # fmt: skip


def locale_of(db: sa.Connection, conversation: str) -> str:
    """The language in which this conversation is read."""
    row = db.execute(_LOCALE, {"conversation": conversation}).first()
    return str((row and (row.locale or row.person_locale)) or DEFAULT_LOCALE)


_FIND = sa.select(CONVERSATION.c.id).where(*(CONVERSATION.c[name] == sa.bindparam(name) for name in ("channel", "chat", "topic", "person")))


def conversation_id(db: sa.Connection, channel: str, chat: str, topic: str, person: str, *, group: bool) -> str:
    """The id of the conversation at this address, made if there is none yet."""
    address = {"channel": channel, "chat": chat, "topic": topic, "person": person}
    found = db.execute(_FIND, address).scalar()
    if found is None:
        insert_once(db, CONVERSATION, address | {"id": new_id(), "is_group": group, "locale": "", "turns": 0})
        found = db.execute(_FIND, address).scalar_one()
    return str(found)


_SAVE = (
    sa.update(CONVERSATION)
    .where(CONVERSATION.c.id == sa.bindparam("this"))
    .values(frame=sa.bindparam("new_frame"), turns=CONVERSATION.c.turns + 1, last_at=sa.bindparam("now"))
)


def save_talk(db: sa.Connection, engine: Engine, talk: Talk, frame: Frame, now: datetime, *, wrote: bool = True) -> None:
    """Store what is remembered of the talk; whoever writes to us can be written to again (a platform's word about the chat is not theirs)."""
    if not talk.id:
        return
    sealed = engine.vault.seal(db, talk.subject, "conversation.frame", talk.id, frame_to_json(frame))
    db.execute(_SAVE, {"this": talk.id, "new_frame": sealed, "now": now})
    if talk.was_gone and wrote:
        db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == talk.account).values(gone_at=None))
