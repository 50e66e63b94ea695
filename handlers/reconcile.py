"""The timer "reconcile": each morning at 7:30 the division's room reads how many cases came, how each of them stands and who holds it.

1. It must balance: every number that was given is a case that is closed or stands somewhere. If not, the room is told so and administrators too.
2. A restricted case is counted and never listed (rule 7); an exercise is neither.
3. One row. After an outage it speaks once, of how things stand then.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time

from handlers.ladder import next_at
from handlers.wording import bullets
from models.commands import Command, SetTimer, TellRole, TellRoom
from models.facts import Facts, Reconciliation, Role, StandingCase
from models.plan import Plan
from models.talk import N_, Frame, Incoming, Join, Lane, Moment, Say, Text, Turn, Typed, lines, msg

TIMER = "reconcile"
MORNING = time(7, 30)
CLOSED = "closed"
STATES = {
    "intake": N_("being reported %(count)s"),
    "open": N_("nobody yet %(count)s"),
    "taken": N_("in hand %(count)s"),
}
SOURCES = {
    "collaborator": N_("collaborators"),
    "citizen": N_("citizens"),
    "child": N_("children"),
    "officer": N_("written down by officers"),
}


def next_morning(now: datetime, plan: Plan) -> datetime:
    """When it speaks next."""
    return next_at(now, MORNING, plan.zone)


def report(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The timer's turn. Before /sansang there is nobody to read it, so it is not set again."""
    if not facts.service.ready or facts.reconciliation is None:
        return Turn(frame)
    division, found = facts.plan.division, facts.reconciliation
    say = Say(text(found, facts), lane=Lane.REMINDER, purpose="reconcile")
    has_room = any(room.unit == division and room.purpose == "main" for room in facts.service.rooms)
    commands: list[Command] = [TellRoom(division, say) if has_room else TellRole(division, Role.LEADER, say)]
    if not found.balances:
        alarm = lines(_unbalanced(found), msg("Please look into the database and its backups before anything else is changed."))
        commands.append(TellRole("", Role.ADMINISTRATOR, Say(alarm, lane=Lane.URGENT, purpose="reconcile")))
    return Turn(frame, commands=(*commands, SetTimer(TIMER, division, next_morning(facts.now, facts.plan))))


# --- the text -----------------------------------------------------------------------------------------------------------


def text(found: Reconciliation, facts: Facts) -> Text:
    """Short enough for a small screen: at most fifteen cases by name."""
    return lines(
        msg("📋 Reconciliation, %(time)s", time=Moment(facts.now, "short")),
        msg("All: %(sum)s", sum=_sum(found.received, found.ever)),
        msg("Last 24 hours: %(sum)s", sum=_sum(sum(found.day.values()), found.day)),
        None if found.balances else _unbalanced(found),
        _sources(found),
        msg("Cases of the leaders alone, still open: %(count)s", count=found.restricted) if found.restricted else None,
        _overdue(found, facts.plan),
        *_cases(found, facts.plan),
    )


def _sum(received: int, by_state: Mapping[str, int]) -> Text:
    """ "received 12 = closed 5 + open 7 (nobody yet 3, in hand 4)"."""
    live = sum(number for state, number in by_state.items() if state != CLOSED)
    parts = tuple(msg(name, count=by_state[state]) for state, name in STATES.items() if by_state.get(state))
    total = msg("received %(received)s = closed %(closed)s + open %(open)s", received=received, closed=by_state.get(CLOSED, 0), open=live)
    return Join((total, Join((" (", Join(parts, ", "), ")"), "")), "") if parts else total


def _unbalanced(found: Reconciliation) -> Text:
    return msg(
        "⚠ THE NUMBERS DO NOT BALANCE: %(received)s cases were received, %(kept)s are there. Administrators are told.",
        received=found.received,
        kept=sum(found.ever.values()),
    )


def _sources(found: Reconciliation) -> Text | None:
    """All of them, and of those the last 24 hours' in brackets."""
    parts = tuple(
        msg("%(source)s %(count)s (%(today)s)", source=msg(name), count=found.sources[source], today=found.sources_today.get(source, 0))
        for source, name in SOURCES.items()
        if found.sources.get(source)
    )
    return msg("From (last 24 hours): %(sources)s", sources=Join(parts, " · ")) if parts else None


def _overdue(found: Reconciliation, plan: Plan) -> Text | None:
    """How many, and the longest overdue of them by case."""
    if not found.overdue:
        return None
    names = {clock.id: clock.name for clock in plan.clocks}
    head = msg("⏰ Overdue by law: %(count)s", count=found.overdue)
    duties: dict[str, list[Text]] = {}
    for one in found.overdue_lines:
        duties.setdefault(one.code, []).append(names.get(one.kind, one.kind))
    of_cases = tuple(Join((code, Join(tuple(owed), ", ")), ": ") for code, owed in duties.items())
    return lines(head, bullets(*of_cases, *(("…",) if found.overdue > len(found.overdue_lines) else ()))) if of_cases else head


def _cases(found: Reconciliation, plan: Plan) -> Iterator[Text]:
    listed = sum(number for state, number in found.ever.items() if state != CLOSED) - found.restricted
    if found.oldest is None:
        if not found.restricted:  # those are counted above, and open
            yield msg("No case is open.")
        return
    yield msg("Oldest: %(code)s, since %(time)s", code=found.oldest.code, time=Moment(found.oldest.received_at, "short"))
    yield bullets(*(_line(case, plan) for case in found.cases))
    if listed > len(found.cases):
        yield msg("and %(count)s more cases", count=listed - len(found.cases))
    yield msg("To see all of them, type: %(cases)s", cases=Typed("vuviec"))


def _line(case: StandingCase, plan: Plan) -> Text:
    holder = {"intake": msg("being reported"), "open": msg("nobody yet")}.get(case.status, case.holder)
    return Join((Join((_sign(case, plan), case.code), " "), holder), " · ")


def _sign(case: StandingCase, plan: Plan) -> Text:
    return next((level.sign for level in plan.severity_rules.levels if level.id == case.severity), "⚪")
