"""The timer "roster": who begins and ends a turn, times with nobody, holidays. One row looks at how it stands now and at what it knows to have
been told; so nothing is told twice, and after an outage only what still matters.

1. Whoever is on duty now and was not at the last look is told what is open, and reads the hand-over note. An hour before its end a turn is
   asked for one.
2. A gap is told to the leaders when it begins, and once a day before. Without a leader administrators are told.
3. Each morning: a roster with nothing in it, and, 14, 7 and 3 days before a holiday of three days or more, its days without anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from handlers.duty_common import leaders, put_somebody
from handlers.duty_holidays import ASKED_BEFORE, holiday_say, never_filled
from handlers.ladder import URGENT
from handlers.rests import rests
from handlers.roster import AHEAD, DAY, Stretch, duty_at, empty, ends, gaps, stretches
from handlers.roster_show import gap_lines
from models.commands import CancelOverrides, Command, SetTimer, TellPerson
from models.facts import Case, Facts, HandOver, Roster
from models.plan import Plan
from models.talk import Frame, Incoming, Json, Lane, Moment, Say, Text, Turn, Typed, lines, msg

TIMER = "roster"
MORNING = time(8)
HOUR = timedelta(hours=1)
CUT_AHEAD = 7 * DAY
CODES = 8  # in one line


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last look left in its timer: ids and times only. `on` None: there was none. `asked`: whose turn's end was asked for a note;
    `warned`: gaps told a day before, by their start; `rests`: holidays by first day, and the days-before that they were asked at last;
    `notes`: hand-over notes of stood-in turns that were read; `day`: of the last morning."""

    on: tuple[str, ...] | None = None
    gap: bool = False
    asked: Mapping[str, str] = field(default_factory=dict)
    warned: tuple[str, ...] = ()
    rests: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    day: str = ""


def look(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The timer's turn. Before /sansang nobody is called for anything, so it is not set again."""
    if not facts.service.ready:
        return Turn(frame)
    seen, told = _read(incoming.data), list[Command]()
    for step in (_gap, _turns, _notes, _ending, _gaps_ahead, _morning):
        seen, commands = step(seen, facts)
        told += commands
    due = next_look(facts.roster, facts.now, facts.plan)
    return Turn(frame, commands=(*told, SetTimer(TIMER, facts.plan.division, due, data=_data(seen))))


def next_look(roster: Roster, now: datetime, plan: Plan) -> datetime:
    """The next moment at which there may be something to tell: an edge of the roster, an hour or a day before one, the next morning."""
    today = now.astimezone(plan.zone).date()
    mornings = (datetime.combine(day, MORNING, plan.zone) for day in (today, today + DAY))
    edges = [stretch.until for stretch in stretches(roster, now, now + 2 * DAY, plan)]
    moments = [*mornings, *(edge - before for edge in edges for before in (timedelta(), HOUR, DAY))]
    return min(moment for moment in moments if moment > now)


# --- turns ------------------------------------------------------------------------------------------------------------


Told = tuple[Seen, list[Command]]


def _turns(seen: Seen, facts: Facts) -> Told:
    """Whose turn has begun."""
    now_on = duty_at(facts.roster.patterns, facts.roster.overrides, facts.now, facts.plan).persons
    begun = [person for person in now_on if person not in (seen.on or ())]
    told: list[Command] = [TellPerson(person, Say(_begins(person, facts), purpose="roster")) for person in begun]
    left = [note for note in facts.hand_overs if not note.person and note.start <= facts.now]
    for note in left:
        told += [TellPerson(person, note_say(note)) for person in begun if person != note.by]
    read = tuple(note.id for note in left if any(person != note.by for person in begun))
    return replace(seen, on=now_on), [*told, *([CancelOverrides(read)] if read else [])]


def _notes(seen: Seen, facts: Facts) -> Told:
    """Notes that belong to a turn that was given away: for that person alone, when it has begun."""
    given = [note for note in facts.hand_overs if note.person and note.start <= facts.now and note.person in (seen.on or ())]
    told: list[Command] = [TellPerson(note.person, note_say(note)) for note in given if note.id not in seen.notes]
    return replace(seen, notes=tuple(note.id for note in given)), told


def note_say(note: HandOver) -> Say:
    """Private: what an officer wrote for an officer."""
    text = msg("📝 Hand-over note of %(name)s: %(note)s", name=note.by_name, note=note.text)
    return Say(text, protect=True, delete_after=DAY, purpose="hand_over")


def _begins(person: str, facts: Facts) -> Text:
    until = ends(facts.roster, person, facts.now, facts.plan)
    first = (
        msg("🟢 Your turn on duty begins, until %(time)s.", time=Moment(until, "short")) if until else msg("🟢 Your turn on duty begins.")
    )
    waiting = [case for case in _open(facts) if case.status == "open"]
    taken = [case for case in _open(facts) if case.status == "taken"]
    nothing = None if waiting or taken else msg("No case is open.")
    return lines(
        first,
        msg("Nobody has taken: %(cases)s", cases=_codes(waiting)) if waiting else None,
        msg("Being handled: %(cases)s", cases=_codes(taken)) if taken else None,
        nothing,
    )


def _open(facts: Facts) -> list[Case]:
    """Codes of restricted cases are the leader's alone, and an exercise is no case."""
    return [case for case in facts.open_cases if not case.restricted and not case.drill]


def _codes(cases: Sequence[Case]) -> Text:
    """ "2 (VV-2026-0041, VV-2026-0042)", the urgent ones first."""
    first = sorted(cases, key=lambda case: case.severity != URGENT)
    shown = ", ".join(("🔴" if case.severity == URGENT else "") + case.code for case in first[:CODES])
    return f"{len(cases)} ({shown}{', …' if len(cases) > CODES else ''})"


def _ending(seen: Seen, facts: Facts) -> Told:
    """An hour before its end a turn is asked for a note; a shorter one at its beginning."""
    soon = {person: ends(facts.roster, person, facts.now, facts.plan) for person in seen.on or ()}
    due = {person: end for person, end in soon.items() if end is not None and end - facts.now <= HOUR}
    told: list[Command] = [TellPerson(person, _ask_note(end)) for person, end in due.items() if seen.asked.get(person) != _key(end)]
    return replace(seen, asked={person: _key(end) for person, end in due.items()}), told


def _ask_note(end: datetime) -> Say:
    text = lines(
        msg("Your turn ends at %(time)s. A hand-over note for whoever comes next?", time=Moment(end, "short")),
        msg("Type: %(typed)s and the note. No child's name, only case codes.", typed=Typed("bangiao")),
    )
    return Say(text, silent=True, purpose="roster")


# --- nobody on duty ---------------------------------------------------------------------------------------------------


def _gap(seen: Seen, facts: Facts) -> Told:
    """A gap has begun. A roster that was never filled in is none: the morning says so. Before _turns, which forgets who was on."""
    found = gaps(facts.roster, facts.now, facts.now + AHEAD, facts.plan)
    is_gap = bool(found) and found[0].start == facts.now
    if not is_gap or seen.gap or (empty(facts.roster, facts.now) and not seen.on):
        return replace(seen, gap=is_gap and seen.gap), []
    until = found[0].until if found[0].until < facts.now + AHEAD else None
    first = (
        msg("⚠️ NOBODY IS ON DUTY from now until %(time)s.", time=Moment(until, "short"))
        if until
        else msg("⚠️ NOBODY IS ON DUTY from now on.")
    )
    say = Say(lines(first, _urgent_line(facts), put_somebody()), lane=Lane.URGENT, purpose="roster_gap")
    return replace(seen, gap=True), [leaders(facts, say)]


def _urgent(facts: Facts) -> list[Case]:
    return [case for case in _open(facts) if case.severity == URGENT and case.status == "open"]


def _urgent_line(facts: Facts) -> Text | None:
    waiting = _urgent(facts)
    return msg("Urgent, and nobody has taken: %(cases)s", cases=_codes(waiting)) if waiting else None


def _gaps_ahead(seen: Seen, facts: Facts) -> Told:
    """Gaps that begin within a day, each told once."""
    found = [one for one in gaps(facts.roster, facts.now, facts.now + AHEAD, facts.plan) if facts.now < one.start <= facts.now + DAY]
    new = [one for one in found if _key(one.start) not in seen.warned]
    seen = replace(seen, warned=tuple(_key(one.start) for one in found))
    if not new:
        return seen, []
    urgent = bool(_urgent(facts))
    quiet = facts.plan.ladder.quiet(facts.now.astimezone(facts.zone).time())
    text = lines(msg("Nobody will be on duty:"), *gap_lines(new, facts.plan), _urgent_line(facts), put_somebody())
    return seen, [
        leaders(facts, Say(text, lane=Lane.URGENT if urgent else Lane.DIALOGUE, silent=quiet and not urgent, purpose="roster_gap"))
    ]


def after_cut(name: str, found: Sequence[Stretch], plan: Plan) -> Say:
    """What leaders hear when somebody's account was cut: `found` are the gaps of CUT_AHEAD."""
    nobody = (
        (msg("Nobody will be on duty:"), *gap_lines(found, plan))
        if found
        else (msg("Somebody is on duty at every hour of the next 7 days."),)
    )
    text = lines(
        msg("%(name)s is off the duty roster, because the account was cut.", name=name), *nobody, put_somebody() if found else None
    )
    return Say(text, purpose="roster_gap")


def with_warned(data: Mapping[str, Json], said: Sequence[Stretch]) -> dict[str, Json]:
    """What the timer remembers, and that these gaps were told of."""
    return {**data, "warned": [*_words(data.get("warned")), *(_key(one.start) for one in said)]}


# --- each morning -----------------------------------------------------------------------------------------------------


def _morning(seen: Seen, facts: Facts) -> Told:
    """Once a day, from 8:00 on; the first look only notes where the day stands."""
    local = facts.now.astimezone(facts.zone)
    today = local.date()
    if not seen.day:
        return replace(seen, day=(today if local.time() >= MORNING else today - DAY).isoformat()), []
    if local.time() < MORNING or seen.day == today.isoformat():
        return seen, []
    told: list[Command] = [leaders(facts, never_filled())] if empty(facts.roster, facts.now) else []
    asked: dict[str, int] = {}
    for rest in rests(today, today + DAY * ASKED_BEFORE[0], facts.plan):
        stage = min(days for days in ASKED_BEFORE if (rest.first - today).days <= days)
        before = seen.rests.get(rest.first.isoformat(), stage + 1)
        asked[rest.first.isoformat()] = min(stage, before)
        if stage < before and (say := holiday_say(rest, today, facts)):
            told.append(leaders(facts, say))
    return replace(seen, day=today.isoformat(), rests=asked), told


# --- what the timer remembers -----------------------------------------------------------------------------------------


def _key(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _read(data: Mapping[str, Json]) -> Seen:
    on, asked, held = data.get("on"), data.get("asked"), data.get("rests")
    return Seen(
        on=_words(on) if isinstance(on, list) else None,
        gap=data.get("gap") is True,
        asked={person: str(end) for person, end in asked.items()} if isinstance(asked, dict) else {},
        warned=_words(data.get("warned")),
        rests={first: days for first, days in held.items() if isinstance(days, int)} if isinstance(held, dict) else {},
        notes=_words(data.get("notes")),
        day=str(data.get("day") or ""),
    )


def _words(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _data(seen: Seen) -> dict[str, Json]:
    return {
        "on": list(seen.on or ()), "gap": seen.gap, "asked": dict(seen.asked), "warned": list(seen.warned), "rests": dict(seen.rests),
        "notes": list(seen.notes), "day": seen.day,
    }  # fmt: skip
