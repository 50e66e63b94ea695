"""Cards: what a room or a private chat sees of a case, posted, edited, retired; and who is to see them. Made of the incident's columns
alone, so nothing private can reach a group (rule 7)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.apply import roster, storms
from bot.apply.telling import holders
from bot.case_rows import as_case
from bot.clocks import clocks_of
from bot.gather.people import read_service
from bot.writing import SETTLED, Address, Writing
from handlers import bundle, card, ladder
from models.facts import Case, Role
from models.incident import INCIDENT, Status
from models.letter import LETTER, LetterState
from models.plan import Whom
from models.talk import Lane, LetterKind, Say, Text, lines


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
    clocks = clocks_of(w.db, case.id, w.engine.plan, w.now)
    text: Text = card.card(case, w.engine.plan, w.now, read_service(w.db), clocks)
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
    if case.restricted and not to and (step or not live_cards(w, case.id)):  # called again: its card may stand with a leader who is gone
        tell_no_leader(w, case)
    if step:  # named there before, and now anew
        anew = {(address.channel, address.chat) for address in to}
        storms.leave(w, case, lambda message: (message.channel, message.chat) in anew)
    say = card_say(w, case, step=step, lead=lead)
    for address in to:
        if lead is None and storms.lasts(
            w, case, address
        ):  # what nobody holds any more says so, and rings: an edited list would do neither
            storms.tell(w, case, address)
        else:
            w.post(address, say)


def tell_no_leader(w: Writing, case: Case) -> None:
    for administrator in privately(w, "", Role.ADMINISTRATOR):
        w.post(administrator, card.no_leader(case, w.engine.plan))


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
    storms.refresh(w, case, taken=taken)
    for row in live_cards(w, case.id):
        say = card_say(w, case, edit=row.id)
        if not w.engine.capabilities(row.channel).edits:
            short = replace(say, text=card.state_of(case), choices=(), unpressed=None)
            say = short if taken else replace(say, lane=Lane.REMINDER, settle=SETTLED)
            if taken and (row.channel, row.chat) == (w.talk.channel, w.talk.chat) and w.incoming.press is None:
                forget_edits(w, row.id)  # whoever took it by typing is answered right there
                continue
        w.post(w.conversation(row.conversation), say)


def tell_summarised(w: Writing, case: Case) -> None:
    """Chats in which the case's card stood as a line of a summary and has not been called since: nothing there can be edited, and the line
    still asks for somebody."""
    told = LETTER.c.about == case.id, LETTER.c.purpose == "card", LETTER.c.kind == LetterKind.SAY, LETTER.c.state == LetterState.SUPERSEDED
    rows = w.db.execute(sa.select(LETTER).where(*told, LETTER.c.reason.startswith("summary ")).order_by(LETTER.c.id)).all()
    live = {(row.channel, row.chat) for row in live_cards(w, case.id)} | {(w.talk.channel, w.talk.chat)}
    for row in {(row.channel, row.chat): row for row in rows if (row.channel, row.chat) not in live and not case.restricted}.values():
        w.post(w.conversation(row.conversation), Say(card.state_of(case), purpose="card_state", about=case.id))


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
        have = cards.keys() | storms.places(w, case)
        post_cards(w, case, [to for place, to in wanted.items() if place not in have and (case.status == Status.OPEN or to.group)])
        for place, card_row in cards.items():
            if place not in wanted and w.conversation(card_row.conversation).group:
                retire(w, card_row)
        storms.leave(w, case, partial(_room_left, wanted))


def _room_left(wanted: Collection[tuple[str, str]], message: Any) -> bool:
    return message.is_group and (message.channel, message.chat) not in wanted


# --- whom -------------------------------------------------------------------------------------------------------------


def whom(w: Writing, case: Case, step: int) -> list[Address]:
    """Who is to see this case's card at a step of the ladder (0: the first call), each chat once: the plan says whom by severity and hour.

    A case about somebody of the network goes to the division's leader alone. A child who needs help without having been harmed goes quietly to
    the ward for the first calls (it owns the first 12 hours: NĐ 56/2017 Điều 26, 31), unless it is khẩn cấp. Where none of the rooms that are
    to be called can be reached, every duty officer and administrator is called privately (DESIGN section 8).
    """
    if case.restricted:
        return unique(privately(w, w.engine.plan.division, Role.LEADER))
    if case.kind == "need" and case.severity != ladder.URGENT and step < 2 and (ward := _ward(w, case)):
        return unique(ward)
    words = [word for word in ladder.whom(case.severity, step, w.now, w.engine.plan) if not (case.drill and word in OUTSIDE)]
    rooms = [to for word in words if word in _ROOMS for to in _ROOMS[word](w)]
    found = rooms + [to for word in words if word in _PEOPLE for to in _PEOPLE[word](w, case)]
    if not rooms:
        found += _duty_all(w, case) + privately(w, "", Role.ADMINISTRATOR)
        failing = w.room_out(w.engine.plan.division)
        found = [replace(to, instead_of=to.instead_of or failing) for to in found]
    return unique(found)


def _ward(w: Writing, case: Case) -> list[Address]:
    """The ward where it happened; of a ward of before, also the one that holds all of it now."""
    wards = [ward for ward in (case.ward, w.engine.plan.heir(case.ward)) if ward]
    return [to for ward in wards for to in w.rooms(ward) or privately(w, ward, Role.WARD_OFFICER)]


def _on_duty(w: Writing, case: Case) -> list[Address]:
    """Whoever is on the roster now. Nobody on it, or nobody there who can be reached: an empty roster never silences a case."""
    return _reachable(w, roster.on_duty(w)) or _duty_all(w, case)


def _duty_all(w: Writing, case: Case) -> list[Address]:
    return privately(w, w.engine.plan.division, Role.DUTY_OFFICER)


def _leaders(w: Writing, case: Case) -> list[Address]:
    return privately(w, w.engine.plan.division, Role.LEADER)


def _above(w: Writing, case: Case) -> list[Address]:
    """Leaders of the nearest unit above the division that has any who can be reached; nobody there, nobody called."""
    units = w.engine.plan.above(w.engine.plan.division)
    return next((found for unit in units if (found := privately(w, unit.id, Role.LEADER))), [])


_ROOMS: dict[Whom, Callable[[Writing], list[Address]]] = {
    Whom.ROOM: lambda w: w.rooms(w.engine.plan.division),
    Whom.ALARM: lambda w: w.rooms(w.engine.plan.division, "alarm"),
}
_PEOPLE: dict[Whom, Callable[[Writing, Case], list[Address]]] = {
    Whom.WARD: _ward,
    Whom.ON_DUTY: _on_duty,
    Whom.DUTY_ALL: _duty_all,
    Whom.LEADER: _leaders,
    Whom.ABOVE: _above,
}
"""What the words of a step mean. Every word stands in one of the two."""


OUTSIDE = frozenset({Whom.WARD, Whom.ABOVE})
"""Who is not of the division: an exercise does not reach them."""


def called(w: Writing, case: Case, word: Whom) -> list[Address]:
    """Whom one word means."""
    return _ROOMS[word](w) if word in _ROOMS else _PEOPLE[word](w, case)


def privately(w: Writing, unit: str, role: Role) -> list[Address]:
    return _reachable(w, holders(w, unit, role))


def _reachable(w: Writing, persons: Iterable[str]) -> list[Address]:
    return [to for person in persons if (to := w.person(person)) is not None]


def unique(addresses: Iterable[Address]) -> list[Address]:
    return list({(to.channel, to.chat, to.topic): to for to in addresses}.values())
