"""Reminders of reports: the morning's tick, one digest a person and day, and digests that change the moment a report arrives."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.apply.telling import holders, tell_person, tell_role
from bot.gather import digest as gather_digest
from bot.writing import Writing
from handlers.digest import NOTHING_OWED, TIMER, digest_text, letter
from handlers.plan_news import owing
from handlers.reminding import last_day, next_reminder, told
from models import commands as c
from models import report_commands as r
from models.columns import insert_once
from models.expected import EXPECTED, REPORT_EVENT
from models.facts import Role
from models.ids import new_id
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, MEMBERSHIP, REACHED
from models.plan import Owing
from models.quota import had_today, once_a_day
from models.report_facts import Digest
from models.service import COUNTER
from models.talk import Join, Lane, LetterKind, Say, msg
from models.timer import TIMER as TIMERS
from models.timer import set_timers

CHANGED_FOR = timedelta(days=3)  # how long a digest that was sent is kept true
DUE = (
    sa.select(
        EXPECTED.c.id,
        EXPECTED.c.unit,
        EXPECTED.c.due_day,
        EXPECTED.c.rule,
        EXPECTED.c.due_at,
        EXPECTED.c.expires_at,
        EXPECTED.c.unlocked_until,
    )
    .where(EXPECTED.c.remind_at <= sa.bindparam("now", type_=EXPECTED.c.remind_at.type), sa.text("state IN ('owed','returned')"))
    .order_by(EXPECTED.c.remind_at, EXPECTED.c.unit)
    .with_for_update()
)  # literal states: else the partial index is not used
_LOCKED = sa.update(EXPECTED).where(EXPECTED.c.id == sa.bindparam("this")).values(remind_at=None)
_NEXT = (
    sa.update(EXPECTED)
    .where(EXPECTED.c.id == sa.bindparam("this"))
    .values(remind_at=sa.bindparam("next"), reminders=EXPECTED.c.reminders + 1)
)


# --- the tick ---------------------------------------------------------------------------------------------------------


def remind(w: Writing, command: r.RemindReports) -> None:
    """Every report that is due for a reminder, once, whatever was missed; the persons concerned get a digest of their own each. One that was locked
    before its morning came (an outage) reminds nobody."""
    rows = _still_open(w, w.db.execute(DUE, {"now": w.now}).all())
    if not rows:
        return
    plan, today = w.engine.plan, w.now.astimezone(w.engine.zone).date()
    persons, soonest = set[str](), dict[str, datetime]()
    found = People(w, {row.unit for row in rows})
    steps_of, next_of = dict[date, frozenset[Owing]](), dict[tuple[date, datetime], datetime | None]()  # the same for every unit
    events, moves = [], []
    for row in rows:
        last, locked = last_day(row.due_day, row.rule), _locked_at(row)
        if last not in steps_of:
            steps_of[last] = told(last, today, plan)
        if (last, locked) not in next_of:
            next_of[last, locked] = next_reminder(last, locked, w.now, plan)
        steps = steps_of[last]
        told_now = found.of(row.unit, steps)
        persons |= told_now
        if row.due_at > w.now:
            soonest |= {person: min(row.due_at, soonest.get(person, row.due_at)) for person in told_now}
        moves.append({"this": row.id, "next": next_of[last, locked]})
        data = {"days_left": (last - today).days, "to": sorted(steps)}
        events.append({"id": new_id(), "expected": row.id, "what": "reminded", "person": None, "data": data, "note": None, "at": w.now})
    w.db.execute(_NEXT, moves)
    w.db.execute(sa.insert(REPORT_EVENT), events)
    _tell_of_nobody(w, {row.unit for row in rows}, found.nobody)
    persons |= set(holders(w, plan.division, Role.DUTY_OFFICER, Role.LEADER)) if found.nobody else set()
    persons -= _asked_for_another_hour(w, persons, soonest)
    set_timers(w.db, [
        {"id": new_id(), "kind": TIMER, "subject": person, "due_at": w.now, "urgent": False, "data": {}, "set_at": w.now} for person in sorted(persons)
    ])  # fmt: skip
    w.timers = True


def _still_open(w: Writing, rows: Sequence[Any]) -> list[Any]:
    locked = [{"this": row.id} for row in rows if _locked_at(row) <= w.now]
    if locked:
        w.db.execute(_LOCKED, locked)
    return [row for row in rows if _locked_at(row) > w.now]


def _locked_at(row: Any) -> datetime:
    found: datetime = max(row.expires_at, row.unlocked_until) if row.unlocked_until is not None else row.expires_at
    return found


def _asked_for_another_hour(w: Writing, persons: set[str], soonest: Mapping[str, datetime]) -> set[str]:
    """They are reminded then, of everything. An hour that would be too late was refused, but what was asked of them since may be late by then: whoever
    would hear of that too late is told now."""
    pending = sa.select(TIMERS.c.subject, TIMERS.c.data, TIMERS.c.due_at).where(
        TIMERS.c.kind == TIMER, TIMERS.c.fired_at.is_(None), TIMERS.c.subject.in_(sorted(persons))
    )
    rows = [row for row in w.db.execute(pending) if row.data.get("asked")]
    return {row.subject for row in rows if row.subject not in soonest or row.due_at < soonest[row.subject]}


_MEMBERS = sa.select(MEMBERSHIP.c.unit, MEMBERSHIP.c.role, MEMBERSHIP.c.person).where(
    MEMBERSHIP.c.unit.in_(sa.bindparam("units", expanding=True)), MEMBERSHIP.c.ended_at.is_(None)
)
_THOSE_REACHED = sa.select(ACCOUNT.c.person).where(
    ACCOUNT.c.person.in_(sa.bindparam("persons", expanding=True)),
    *REACHED,
)  # fmt: skip


class People:
    """Whom the reports of units are told to; everybody is looked up at once, because hundreds of units may be reminded of one day."""

    def __init__(self, w: Writing, units: Iterable[str]) -> None:
        self._plan = w.engine.plan
        self._instead = gather_digest.substitutes(w.db, w.now)
        self._members = defaultdict[str, list[tuple[str, str]]](list)
        for row in w.db.execute(_MEMBERS, {"units": sorted({*units, self._plan.division})}):
            self._members[row.unit].append((row.role, row.person))
        persons = {person for members in self._members.values() for _role, person in members} | set(self._instead.values())
        self._reached = set(w.db.execute(_THOSE_REACHED, {"persons": sorted(persons - {""})}).scalars())
        self._known: dict[tuple[str, str], frozenset[str]] = {}
        self.nobody: set[str] = set()

    def of(self, unit: str, steps: Iterable[str]) -> set[str]:
        """Persons; who is away is answered for by whoever stands in."""
        found = {person for step in steps for person in self._step(unit, step)}
        if not any(self._answering(person) in self._reached for person in self._step(unit, "unit")):
            self.nobody.add(unit)
        return {self._answering(person) for person in found} - {""}

    def _answering(self, person: str) -> str:
        """Whoever is told instead; the person themselves where that one cannot be reached; "" while they are away and nobody stands in."""
        instead = self._instead.get(person, person)
        return instead if not instead or instead in self._reached else person

    def _step(self, unit: str, step: str) -> frozenset[str]:
        key = (unit if step != "division" else "", step)
        if key not in self._known:
            self._known[key] = frozenset(self._told(unit, step))
        return self._known[key]

    def _told(self, unit: str, step: str) -> set[str]:
        if step == "leader":
            return self._holders(unit, Role.LEADER)
        if step == "division":
            return self._holders(self._plan.division, Role.DUTY_OFFICER, Role.LEADER)
        hands = self._holders(unit, *(role for role in owing(self._plan, unit) if role is not Role.LEADER))
        return hands if any(self._answering(person) in self._reached for person in hands) else hands | self._holders(unit, Role.LEADER)

    def _holders(self, unit: str, *roles: str) -> set[str]:
        return {person for role, person in self._members[unit] if role in roles}


def _tell_of_nobody(w: Writing, units: set[str], nobody: set[str]) -> None:
    """Administrators hear once of a unit where nobody can be reminded; again only if somebody could be meanwhile."""
    there = [_nobody_name(unit) for unit in sorted(units - nobody)]
    w.db.execute(sa.delete(COUNTER).where(COUNTER.c.name.in_(there)))
    new = [unit for unit in sorted(nobody) if insert_once(w.db, COUNTER, {"name": _nobody_name(unit), "value": 1})]
    if new:
        known = {unit.id: unit.short for unit in w.engine.plan.units}
        names = Join(tuple(known.get(unit, unit) for unit in new), ", ")
        text = msg("Reports are owed there and nobody can be reminded: %(names)s. Please invite somebody: /moi", names=names)
        tell_role(w, c.TellRole("", Role.ADMINISTRATOR, Say(text, lane=Lane.REMINDER, purpose="digest")))


def _nobody_name(unit: str) -> str:
    return f"nobody.{unit}"[:64]


# --- one digest -------------------------------------------------------------------------------------------------------


def send(w: Writing, command: r.SendDigest) -> None:
    """At most so many a day as the plan says; what somebody asked for is not counted."""
    today = w.now.astimezone(w.engine.zone).date()
    if not command.asked:
        names = [f"digest{place}" for place in range(w.engine.plan.reminding.most)]
        free = next((name for name in names if not had_today(w.db, name, "", command.person, today)), None)
        if free is None or not once_a_day(w.db, free, "", command.person, today):
            return
    tell_person(w, c.TellPerson(command.person, command.say))


# --- gone when it is done ---------------------------------------------------------------------------------------------


def refresh(w: Writing, unit: str, *, anyway: bool = False) -> None:
    """A report of the unit has arrived, or (`anyway`) is no longer asked for or owed again: digests of the last days change, where the chat can change
    them; one that has not left is replaced by what is still owed, if anything is."""
    known: dict[gather_digest.Reach, Digest] = {}
    for person, rows in _digests(w, unit).items():
        newest = rows[-1]
        done = gather_digest.done_since(w.db, w.engine, person, newest.created_at)
        if not done and not anyway:
            continue
        for row in rows[:-1]:
            _withdraw(w, row.id)
        digest = gather_digest.of_person(w.db, w.engine, person, w.now, known)
        to = w.conversation(newest.conversation)
        if _withdraw(w, newest.id):
            left = digest_text(digest, w.facts)
            if left is not None:
                w.post(to, letter(digest, left, w.facts))
        elif w.engine.capabilities(newest.channel).edits:
            text = digest_text(digest, w.facts, done=done) or NOTHING_OWED
            say = letter(digest, text, w.facts)
            w.post(to, Say(text, say.choices, kind=LetterKind.EDIT, target=newest.id, lane=say.lane, purpose="digest_edit", about=person))


def _digests(w: Writing, unit: str) -> dict[str, list[Any]]:
    """Digests of the last days by person, of everybody who owes for the unit or leads it, or stands in for one of them."""
    instead = gather_digest.substitutes(w.db, w.now)
    near = set(holders(w, unit, *Role)) | set(holders(w, w.engine.plan.division, Role.DUTY_OFFICER, Role.LEADER))
    persons = near | {instead[person] for person in near if person in instead}
    of = (
        LETTER.c.purpose == "digest",
        LETTER.c.kind == LetterKind.SAY,
        LETTER.c.about.in_(sorted(persons)),
        LETTER.c.created_at > w.now - CHANGED_FOR,
    )
    states = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED, LetterState.DELIVERED))
    found: dict[str, list[Any]] = defaultdict(list)
    for row in w.db.execute(sa.select(LETTER).where(*of, states).order_by(LETTER.c.id)).all():
        found[row.about].append(row)
    return found


def _withdraw(w: Writing, letter_id: str) -> bool:
    """True if it had not left and never will."""
    mine = LETTER.c.id == letter_id, LETTER.c.state == LetterState.PLANNED
    return w.db.execute(sa.update(LETTER).where(*mine).values(state=LetterState.SUPERSEDED, reason="done")).rowcount == 1
