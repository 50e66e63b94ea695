"""Cards: what a room or a private chat sees of a case, posted, edited, retired; and who is to see them. Made of the incident's columns
alone, so nothing private can reach a group (rule 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.apply.telling import holders
from bot.gather import as_case, read_service
from bot.writing import Address, Writing
from handlers import bundle, card, ladder
from models.facts import Case, Role
from models.incident import INCIDENT, Status
from models.letter import LETTER, LetterState
from models.talk import Lane, LetterKind, Say, Text, lines

SETTLED = timedelta(seconds=60)  # without a newer change, and what cannot be edited is said anew


def letters_about(w: Writing, incident: str, purpose: str, *, live: bool = False) -> list[Any]:
    """Letters of a purpose about a case, out or on their way (those of this very turn too); `live`: with their buttons on."""
    dead = (LetterState.GIVEN_UP, LetterState.SUPERSEDED)
    where = [LETTER.c.about == incident, LETTER.c.purpose == purpose, LETTER.c.kind == LetterKind.SAY, LETTER.c.state.not_in(dead)]
    if live:
        where.append(LETTER.c.retired.is_(False))
    w.flush()
    columns = LETTER.c.id, LETTER.c.conversation, LETTER.c.channel, LETTER.c.chat
    return list(w.db.execute(sa.select(*columns).where(*where).order_by(LETTER.c.id)).all())


def live_cards(w: Writing, incident: str, purpose: str = "card") -> list[Any]:
    """Cards that still show the true state and can be pressed."""
    return letters_about(w, incident, purpose, live=True)


def card_say(w: Writing, case: Case, *, step: int = 0, edit: str = "", lead: Text | None = None) -> Say:
    urgent = case.severity == ladder.URGENT
    text: Text = card.card(case, w.engine.plan, w.now, read_service(w.db))
    if step:
        text = lines(card.alarm(case, step), text)
    if lead is not None:
        text = lines(lead, text)
    return Say(
        text,
        choices=card.choices(case),
        unpressed=card.unpressed(case),
        kind=LetterKind.EDIT if edit else LetterKind.SAY,
        target=edit,
        lane=Lane.URGENT if urgent and not edit else Lane.DIALOGUE,  # an edit rings nowhere: it must not stand before a new alarm
        silent=ladder.silent(case.severity, w.now, w.engine.plan),
        purpose="card",
        about=case.id,
    )


def post_cards(w: Writing, case: Case, to: Sequence[Address], step: int = 0, lead: Text | None = None) -> None:
    if case.restricted and not to and not live_cards(w, case.id):
        for administrator in privately(w, "", Role.ADMINISTRATOR):  # who may not see it, but can find a leader
            w.post(administrator, Say(card.no_leader(case), lane=Lane.URGENT))
    say = card_say(w, case, step=step, lead=lead)
    for address in to:
        w.post(address, say)


def post_bundle(w: Writing, case: Case) -> None:
    """The one message of all reports past the third that a citizen sent that day, posted once a chat and then edited."""
    cases = bundled_with(w, case)
    about = cases[0].id
    say = Say(
        bundle.bundle(cases, w.engine.plan), bundle.choices(cases), silent=True, purpose="bundle", about=about, columns=2,
        unpressed=card.unconfirmed(),
    )  # fmt: skip
    out = {(row.channel, row.chat): row.id for row in live_cards(w, about, "bundle")}
    for to in whom(w, case, step=0):
        earlier = out.get((to.channel, to.chat))
        w.post(to, replace(say, kind=LetterKind.EDIT, target=earlier, settle=SETTLED) if earlier else say)


def leave_bundle(w: Writing, case: Case) -> None:
    """It goes its own way now (restricted, or in danger): the message that named it is withdrawn, the others get a new one."""
    rest = bundled_with(w, case)
    for about in (case.id, *(other.id for other in rest)):
        for row in live_cards(w, about, "bundle"):
            retire(w, row, text=card.withdrawn(case))
    if rest:
        post_bundle(w, rest[0])


def bundled_with(w: Writing, case: Case) -> list[Case]:
    day = case.received_at.astimezone(w.engine.zone).date()
    same = (
        INCIDENT.c.conversation == case.conversation,
        INCIDENT.c.bundled.is_(True),
        INCIDENT.c.restricted.is_(False),
        INCIDENT.c.status != Status.INTAKE,
    )
    found = (as_case(w.db, row) for row in w.db.execute(sa.select(INCIDENT).where(*same).order_by(INCIDENT.c.id)).all())
    return [other for other in found if other.received_at.astimezone(w.engine.zone).date() == day]


def refresh_cards(w: Writing, case: Case, *, taken: bool = False) -> None:
    """Every card that is out shows how it stands now. Where a card cannot be edited the change is a message of its own: in short who has
    taken it; other changes wait for a moment, so that a report that is still being written is not told line by line."""
    if case.bundled and not case.restricted and case.status != Status.INTAKE:
        post_bundle(w, case)
    for row in live_cards(w, case.id):
        say = card_say(w, case, edit=row.id)
        if not w.engine.capabilities(row.channel).edits:
            short = replace(say, text=card.state_of(case), choices=(), unpressed=None)
            say = short if taken else replace(say, lane=Lane.REMINDER, settle=SETTLED)
            if taken and (row.channel, row.chat) == (w.talk.channel, w.talk.chat) and w.incoming.press is None:
                forget_edits(w, row.id)  # whoever took it by typing is answered right there
                continue
        w.post(w.conversation(row.conversation), say)


def forget_edits(w: Writing, letter: str) -> None:
    """What was about to change a letter no longer holds."""
    waiting = LETTER.c.target == letter, LETTER.c.kind == LetterKind.EDIT, LETTER.c.state == LetterState.PLANNED
    w.db.execute(sa.update(LETTER).where(*waiting).values(state=LetterState.SUPERSEDED, reason="newer"))


def retire(w: Writing, row: Any, text: Text | None = None) -> None:
    """Take the buttons off one card, or replace its text as well."""
    w.db.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(retired=True))
    kind = LetterKind.RETIRE if text is None else LetterKind.EDIT
    w.post(w.conversation(row.conversation), Say(text or "", kind=kind, target=row.id, lane=Lane.DIALOGUE, purpose="retire"))


def repost_cards(w: Writing) -> None:
    """After a room was bound, moved or lost: whoever is to be called now and has no card gets it; a card left in another group loses its buttons."""
    statement = sa.select(INCIDENT).where(INCIDENT.c.status.in_((Status.OPEN, Status.TAKEN))).order_by(INCIDENT.c.id).with_for_update()
    for row in w.db.execute(statement).all():
        case = as_case(w.db, row)
        wanted = {(to.channel, to.chat): to for to in whom(w, case, step=0)}
        cards = {(r.channel, r.chat): r for r in live_cards(w, case.id)}
        post_cards(w, case, [to for place, to in wanted.items() if place not in cards and (case.status == Status.OPEN or to.group)])
        for place, card_row in cards.items():
            if place not in wanted and w.conversation(card_row.conversation).group:
                retire(w, card_row)


# --- whom -------------------------------------------------------------------------------------------------------------


def whom(w: Writing, case: Case, step: int) -> list[Address]:
    """Who is to see this case's card at a step of the ladder (0: the first call), each chat once.

    The division's room, for khẩn cấp its alarm room too, and the ward where it happened (it owns the first 12 hours: NĐ 56/2017 Điều 26, 31).
    A case about somebody of the network goes to the division's leader alone. A child who needs help without having been harmed goes quietly
    to the ward. Without a room that can be reached, every duty officer and administrator is called privately (DESIGN section 8).
    """
    division = w.engine.plan.division
    if case.restricted:
        return unique(privately(w, division, Role.LEADER))
    ward = (w.rooms(case.ward) or privately(w, case.ward, Role.WARD_OFFICER)) if case.ward else []
    if case.kind == "need" and ward and step < 2:
        return unique(ward)
    rooms = w.rooms(division)
    if case.severity == ladder.URGENT:
        rooms += w.rooms(division, "alarm")
    found = rooms + ward
    if not rooms or step >= 2:
        found += privately(w, division, Role.DUTY_OFFICER)
    if not rooms:
        found += privately(w, "", Role.ADMINISTRATOR)
    if step >= 3 and case.severity == ladder.URGENT:
        found += privately(w, division, Role.LEADER)
    if not rooms and (failing := w.room_out(division)):
        found = [replace(to, instead_of=to.instead_of or failing) for to in found]
    return unique(found)


def privately(w: Writing, unit: str, role: Role) -> list[Address]:
    return [to for person in holders(w, unit, role) if (to := w.person(person)) is not None]


def unique(addresses: Iterable[Address]) -> list[Address]:
    return list({(to.channel, to.chat, to.topic): to for to in addresses}.values())
