"""Storms: what of many cases at once is told in one message, by rows and domain time (handlers.storm has the rule).

The message is a letter like any other; each case that came into it after the first is an edit that carries the case's id. So the cases of a
message are the rows that are it or speak of it and name one: no table of its own, and the same on every process.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.case_rows import as_case
from bot.writing import SETTLED, Address, Writing
from handlers import card, ladder, storm
from models.columns import upsert
from models.facts import Case
from models.incident import INCIDENT
from models.letter import LETTER, TOLD, LetterState
from models.service import COUNTER
from models.talk import Lane, LetterKind, Say

STORM = "storm"

_NAMES_ONE = LETTER.c.purpose == STORM, LETTER.c.about != "", LETTER.c.retired.is_(False)
_MESSAGE = sa.case((LETTER.c.kind == LetterKind.SAY, LETTER.c.id), else_=LETTER.c.target)
_HERE = (
    LETTER.c.channel == sa.bindparam("channel"),
    LETTER.c.chat == sa.bindparam("chat"),
    LETTER.c.topic == sa.bindparam("topic"),
    LETTER.c.created_at > sa.bindparam("since"),
    TOLD,
)
_TELLS = sa.or_(LETTER.c.kind == LetterKind.SAY, LETTER.c.purpose == STORM), LETTER.c.about != ""  # an edited card tells nothing new
_OTHERS = sa.select(sa.func.count(LETTER.c.about.distinct())).where(*_HERE, *_TELLS, LETTER.c.about != sa.bindparam("case"))
_OPEN_MESSAGE = (
    sa.select(LETTER)
    .where(*_HERE, LETTER.c.purpose == STORM, LETTER.c.kind == LetterKind.SAY, LETTER.c.state != LetterState.GIVEN_UP)
    .order_by(LETTER.c.id.desc())
    .limit(1)
)


def lasts(w: Writing, case: Case, to: Address) -> bool:
    """Whether so many other cases were told there just now that this one goes into the one message."""
    if case.restricted or case.severity == ladder.URGENT:
        return False
    w.flush()
    return storm.is_bundled(case, int(w.db.execute(_OTHERS, _here(w, to) | {"case": case.id}).scalar_one()))


def tell(w: Writing, case: Case, to: Address) -> None:
    """In the chat's message of this storm: a new one rings, an edit does not. Where nothing can be edited it is said anew within a minute."""
    _lock(w)
    w.flush()
    message = w.db.execute(_OPEN_MESSAGE, _here(w, to)).first()
    members = _members(w, message.id) if message is not None else []
    silent = ladder.silent(case.severity, w.now, w.engine.plan)
    if message is None or len(members) >= storm.MOST:
        w.post(to, _say(w, [case], about=case.id, silent=silent))
        return
    cases = [*(member for member in members if member.id != case.id), case]
    w.post(to, _say(w, cases, about=case.id, silent=silent, target=message.id))


def places(w: Writing, case: Case) -> set[tuple[str, str]]:
    """Chats (channel, chat) in which a message of a storm names the case."""
    return {(message.channel, message.chat) for message in _messages(w, case)}


def refresh(w: Writing, case: Case, *, taken: bool) -> None:
    """Its state has changed. Where nothing can be edited it is said in short who has taken it; whoever typed that is answered right there."""
    for message in _messages(w, case):
        if w.engine.capabilities(message.channel).edits or not taken:
            _edit(w, message)
        elif (message.channel, message.chat) != (w.talk.channel, w.talk.chat) or w.incoming.press is not None:
            w.post(w.conversation(message.conversation), Say(card.state_of(case), purpose="state", silent=True))


def leave(w: Writing, case: Case, where: Callable[[Any], bool] = lambda message: True) -> None:
    """It stands elsewhere now (a card of its own, a newer message), or may not stand there any more: it is named there no longer. What was said
    where nothing can be edited stays said. `where`: of these messages (channel, chat, is_group) only."""
    for message in filter(where, _messages(w, case)):
        _lock(w)
        rows = LETTER.c.about == case.id, sa.or_(LETTER.c.id == message.id, LETTER.c.target == message.id)
        w.db.execute(sa.update(LETTER).where(*_NAMES_ONE, *rows).values(retired=True))
        if w.engine.capabilities(message.channel).edits:
            _edit(w, message)


def forget(w: Writing, channel: str, chat: str) -> None:
    """Somebody's account is cut: nothing of a storm is written to that chat any more."""
    w.db.execute(sa.update(LETTER).where(*_NAMES_ONE, LETTER.c.channel == channel, LETTER.c.chat == chat, TOLD).values(retired=True))


# --- rows -------------------------------------------------------------------------------------------------------------


def _here(w: Writing, to: Address) -> dict[str, Any]:
    return {"channel": to.channel, "chat": to.chat, "topic": to.topic, "since": w.now - storm.SPAN}


def _messages(w: Writing, case: Case) -> list[Any]:
    w.flush()
    named = sa.select(_MESSAGE).where(*_NAMES_ONE, LETTER.c.about == case.id)
    columns = LETTER.c.id, LETTER.c.conversation, LETTER.c.channel, LETTER.c.chat, LETTER.c.is_group
    arrived = LETTER.c.id.in_(named), LETTER.c.state != LetterState.GIVEN_UP
    return list(w.db.execute(sa.select(*columns).where(*arrived).order_by(LETTER.c.id)).all())


def _members(w: Writing, message: str) -> list[Case]:
    """The cases that a message names, the oldest first. A restricted one is left out whatever its rows say (rule 7)."""
    named = sa.select(LETTER.c.about).where(*_NAMES_ONE, sa.or_(LETTER.c.id == message, LETTER.c.target == message))
    rows = w.db.execute(sa.select(INCIDENT).where(INCIDENT.c.id.in_(named), INCIDENT.c.restricted.is_(False)).order_by(INCIDENT.c.id))
    return [as_case(w.db, row) for row in rows.all()]


def _edit(w: Writing, message: Any) -> None:
    """As it stands now. The edit names no case: it tells none."""
    _lock(w)
    w.post(w.conversation(message.conversation), _say(w, _members(w, message.id), target=message.id, silent=True))


def _say(w: Writing, cases: list[Case], *, silent: bool, about: str = "", target: str = "") -> Say:
    return Say(
        storm.storm(cases, w.engine.plan),
        kind=LetterKind.EDIT if target else LetterKind.SAY,
        target=target,
        lane=Lane.DIALOGUE,
        silent=silent,
        purpose=STORM,
        about=about,
        settle=SETTLED,
    )


def _lock(w: Writing) -> None:
    """One turn at a time writes such a message: two that came at once would each leave the other's case out. Taken after the case's own lock,
    like every number."""
    upsert(w.db, COUNTER, ("name",), {"name": STORM, "value": 0})
