"""take_turn: the one place where what came in becomes state and letters. One transaction, no network inside.

1. The conversation's row is locked, so that a second message of it waits (rule 3).
2. The inbox row is inserted, or taken over if it was stored before; a second arrival does nothing (rule 1).
3. The route names the handler and the facts that it needs; they are read now.
4. The handler decides; its commands are applied, its says become letters, its frame is stored.
5. The caller commits. Whatever failed on the way leaves nothing (rule 2).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from bot import apply, gather
from bot.conversations import Talk, open_talk, save_talk
from bot.engine import Engine
from bot.gather.cases import find_case
from bot.quota import count_received
from bot.wire_json import incoming_to_json
from bot.writing import Writing
from handlers import routing
from handlers.quota import TELLING
from models.columns import insert_once
from models.ids import new_id
from models.inbox import INBOX, InboxState
from models.talk import Incoming, Kind
from models.timer import fire


@dataclass(frozen=True, slots=True)
class Taken:
    """What the caller wakes after the commit."""

    channels: frozenset[str] = frozenset()  # whose outboxes have something new
    attachments: bool = False
    timers: bool = False
    documents: bool = False
    route: str = ""  # for metrics: the handler's name


def take_turn(db: sa.Connection, engine: Engine, incoming: Incoming) -> Taken | None:
    """Take one turn on an open transaction; None if this message had its turn before."""
    talk = open_talk(db, engine, incoming)
    route = routing.route(talk.frame, incoming, talk.who)
    if incoming.kind is Kind.TIMER and route.case is not None:
        find_case(db, route.case, talk)  # case, then timer: a press locks them in that order too
    if not claim(db, engine, talk, incoming):
        return None
    facts = gather.facts(db, engine, incoming, talk, route)
    turn = route.handle(talk.frame, incoming, facts)
    writing = Writing(
        db, engine, incoming, talk, facts, of_a_report=turn.frame.floor in TELLING or facts.case is not None or bool(facts.waiting)
    )
    for command in turn.commands:
        apply.APPLY[type(command)](writing, command)
    frame = writing.says(turn.says, turn.frame)
    writing.flush()
    save_talk(db, engine, talk, frame, facts.now, wrote=incoming.kind not in routing.EVENTS)
    return Taken(frozenset(writing.channels), writing.attachments, writing.timers, writing.documents, route.handle.__name__)


def claim(db: sa.Connection, engine: Engine, talk: Talk, incoming: Incoming) -> bool:
    """True if this turn is ours to take: the message is new, was stored before its turn, or failed earlier."""
    if incoming.kind is Kind.TIMER and not fire(db, str(incoming.data["id"]), engine.now()):
        return False
    if insert_once(db, INBOX, inbox_row(db, engine, talk, incoming, InboxState.DONE)):
        count_received(db, engine, incoming)
        return True
    mine = INBOX.c.channel == incoming.channel, INBOX.c.external_id == incoming.external_id
    waiting = INBOX.c.state.in_((InboxState.RECEIVED, InboxState.FAILED))
    done = {"state": InboxState.DONE, "done_at": engine.now(), "next_try": None}
    mine_now = db.execute(sa.update(INBOX).where(*mine, waiting).values(done)).rowcount == 1
    if mine_now and engine.capabilities(incoming.channel).redelivers:  # else it was counted when it was stored
        count_received(db, engine, incoming)
    return mine_now


def store(db: sa.Connection, engine: Engine, incoming: Incoming) -> bool:
    """Keep a message before its turn, for a platform that would not send it again; False if it is known."""
    talk = open_talk(db, engine, incoming)
    row = inbox_row(db, engine, talk, incoming, InboxState.RECEIVED)
    save_talk(db, engine, talk, talk.frame, engine.now(), wrote=incoming.kind not in routing.EVENTS)
    new = insert_once(db, INBOX, row)
    if new:
        count_received(db, engine, incoming)
    return new


def inbox_row(db: sa.Connection, engine: Engine, talk: Talk, incoming: Incoming, state: InboxState) -> dict[str, object]:
    row = new_id()
    body = engine.vault.seal(db, talk.subject, "inbox.body", row, incoming_to_json(incoming)) if talk.id else None
    now = engine.now()
    return {
        "id": row, "channel": incoming.channel, "external_id": incoming.external_id, "conversation": talk.id or None, "body": body,
        "state": state, "attempts": 0, "error": "", "received_at": now, "next_try": None,
        "done_at": now if state is InboxState.DONE else None,
    }  # fmt: skip
