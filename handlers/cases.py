"""/vuviec: a reporter sees code and state of their own cases; an officer what is open, by state and with who holds it; a room only codes.

1. Nobody learns of a case that is not theirs to see, and a reporter nothing of anybody else: neither content nor who reported nor who holds it.
2. A restricted case is shown to the division's leader alone, and never in a room.
3. Ten cases a page; "vuviec 2" is the next one.
"""

from collections.abc import Sequence

from handlers.commands import find
from handlers.floor import short
from handlers.rights import OFFICERS, may_see
from handlers.wording import bullets, unit_name
from models.facts import Case, Facts
from models.plan import Plan
from models.talk import N_, Frame, Incoming, Join, Moment, Say, Text, Turn, Typed, lines, msg

PAGE = 10
_OPEN_STATES = ("open", "taken")
STATES = {
    "intake": N_("not finished yet"),
    "open": N_("the officers on duty are being called"),
    "taken": N_("an officer has taken it"),
    "closed": N_("closed"),
}
"""A state in a reporter's words."""


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The list for whoever asks, where they ask."""
    officer = facts.who is not None and facts.who.is_(*OFFICERS)
    if incoming.group:
        return short(frame, incoming, facts, _in_group(facts)) if officer else Turn(frame)
    text = _for_officer(facts, _page(incoming)) if officer else _for_reporter(facts)
    return Turn(frame, (Say(text),))


def _page(incoming: Incoming) -> int:
    given = find(incoming.text)
    return int(given.number) if given is not None and given.number else 1


# --- a reporter -------------------------------------------------------------------------------------------------------


def _for_reporter(facts: Facts) -> Text:
    if not facts.own_cases:
        return lines(msg("There is no report of yours yet."), msg("To report, type: %(report)s", report=Typed("baocao")))
    listed = (
        msg("%(code)s, %(time)s: %(state)s", code=case.code, time=Moment(case.received_at, "short"), state=msg(STATES[case.status]))
        for case in facts.own_cases
    )
    return lines(msg("Your reports, the newest first:"), bullets(*listed), msg("To add to one, type: %(more)s", more=Typed("bosung 42")))


# --- an officer -------------------------------------------------------------------------------------------------------


def _for_officer(facts: Facts, page: int) -> Text:
    seen = [case for case in facts.open_cases if case.status in _OPEN_STATES and may_see(facts.who, case, facts.plan)]
    if not seen:
        return msg("No open case just now.")
    listed = sorted(seen, key=lambda case: _order(case, facts.plan))
    pages = -(-len(listed) // PAGE)
    page = min(max(page, 1), pages)
    further = msg(
        "Page %(page)s of %(pages)s. The next one, type: %(next)s", page=page, pages=pages, next=Typed(f"vuviec {page % pages + 1}")
    )
    shown = listed[(page - 1) * PAGE : page * PAGE]
    return lines(_counts(seen, facts), bullets(*(_line(case, facts) for case in shown)), further if pages > 1 else None)


def _order(case: Case, plan: Plan) -> tuple[bool, int, str]:
    """What nobody holds first, then what is most urgent, then the oldest."""
    return case.status != "open", plan.severity_rules.rank(case.severity), case.received_at.isoformat()


def _counts(cases: Sequence[Case], facts: Facts) -> Text:
    real = [case for case in cases if not case.drill]
    mine = sum(case.taken_by == facts.who.person for case in real) if facts.who is not None else 0
    return Join((_by_state(real), msg("yours: %(count)s", count=mine)), separator=" · ")


def _by_state(cases: Sequence[Case]) -> Text:
    waiting = sum(case.status == "open" for case in cases)
    return msg("Waiting for somebody: %(waiting)s · in hand: %(held)s", waiting=waiting, held=len(cases) - waiting)


def _line(case: Case, facts: Facts) -> Text:
    sign = facts.plan.level(case.severity).sign
    ward = unit_name(facts.plan, case.ward) if case.ward else msg("ward not known yet")
    parts: list[Text] = [Join((sign, case.code), separator=" "), ward, _holder(case, facts)]
    if case.id in facts.overdue:
        parts.append(msg("⚠ OVERDUE"))
    if case.drill:
        parts.append(msg("exercise"))
    return Join(tuple(parts), separator=" · ")


def _holder(case: Case, facts: Facts) -> Text:
    if case.status == "open":
        return msg("nobody yet, since %(time)s", time=Moment(case.received_at, "short"))
    if facts.who is not None and case.taken_by == facts.who.person:
        return msg("YOU")
    return case.taken_by_name


# --- a room -----------------------------------------------------------------------------------------------------------


def _in_group(facts: Facts) -> Text:
    """Counts and codes of what this room is called for; the names of holders stand on its cards anyway."""
    units = {room.unit for room in facts.room_here}
    if not units:
        return msg("This group is no duty room.")
    here = [
        case
        for case in facts.open_cases
        if case.status in _OPEN_STATES and not (case.restricted or case.drill) and (facts.plan.division in units or case.ward in units)
    ]
    if not here:
        return msg("No open case just now.")
    ordered = sorted(here, key=lambda case: _order(case, facts.plan))
    waiting = [case.code for case in ordered if case.status == "open"][:PAGE]
    held = [Join((case.code, case.taken_by_name), separator=" ") for case in ordered if case.status == "taken"][:PAGE]
    return lines(
        _by_state(here),
        Join(("⏳", ", ".join(waiting)), separator=" ") if waiting else None,
        Join(("✅", Join(tuple(held), separator=", ")), separator=" ") if held else None,
        msg("All of it: type %(cases)s in our private chat.", cases=Typed("vuviec")) if len(here) > len(waiting) + len(held) else None,
    )
