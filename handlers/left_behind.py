"""The timer "left_behind": administrators hear which people, rooms, open cases and reports stand at units that the plan no longer has, and what to do.

1. At once after `plan apply`, then each working morning, until nobody and nothing is left there. It sets itself again.
2. Numbers and codes, no names of people and no word of a case (rule 7).
3. The old borders cut through the new ones: in which ward a neighbourhood lies is asked, never worked out.
"""

from collections.abc import Sequence

from handlers import ready
from handlers.reminding import next_morning
from handlers.wording import bullets, paragraphs, unit_name
from models.commands import SetTimer, TellRole
from models.facts import Facts, LeftAt, Role
from models.plan import Plan
from models.talk import Frame, Incoming, Join, Lane, Say, Text, Turn, Typed, lines, msg

TIMER = "left_behind"
SHOWN = 12  # units, and codes of one unit
_OF_THE_DIVISION = ("room", "duty_officers", "leader")


def tell(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The timer's turn."""
    if not facts.left_behind:
        return Turn(frame)
    say = Say(text(facts), lane=Lane.URGENT, purpose="left_behind")
    again = SetTimer(TIMER, facts.plan.division, next_morning(facts.now, facts.plan))
    return Turn(frame, commands=(TellRole("", Role.ADMINISTRATOR, say), again))


def text(facts: Facts) -> Text:
    """What stands where, then what to do about it, the most urgent first."""
    left, plan = facts.left_behind, facts.plan
    more = len(left) - SHOWN
    return paragraphs(
        msg("📌 The plan no longer has these units, and somebody or something still stands there:"),
        lines(bullets(*(_line(one, plan) for one in left[:SHOWN])), msg("and %(count)s more", count=more) if more > 0 else None),
        _division(facts),
        lines(*_to_do(left)),
        msg("I say it again each working morning until it is done."),
    )


def _line(one: LeftAt, plan: Plan) -> Text:
    parts: list[Text] = []
    if one.people:
        parts.append(msg("%(count)s people", count=sum(one.people.values())))
    if one.rooms:
        parts.append(msg("%(count)s room(s)", count=one.rooms))
    if one.cases:
        parts.append(msg("open cases: %(codes)s", codes=_codes(one.cases)))
    if one.reports:
        parts.append(msg("reports: %(codes)s", codes=_codes([f"BC-{number}" for number in one.reports])))
    return Join((unit_name(plan, one.unit), ": ", Join(tuple(parts), "; ")), "")


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(codes[:SHOWN]) + (", …" if len(codes) > SHOWN else "")


def _division(facts: Facts) -> Text | None:
    """Without a room and people of its own nobody can take a case, whoever is called."""
    still = [name for name in ready.missing(facts.service, facts.plan) if name in _OF_THE_DIVISION]
    if not still:
        return None
    head = msg("Do this first, or nobody at the %(office)s can take a case:", office=facts.plan.office)
    return lines(head, *(Join(("❌ ", ready.missing_text(name, facts.service, facts.plan)), "") for name in still))


def _to_do(left: Sequence[LeftAt]) -> tuple[Text | None, ...]:
    people, rooms = any(one.people for one in left), any(one.rooms for one in left)
    return (
        msg("People: invite each anew into their new unit with /moi. Until then they can report cases. Who has no task any more: /thuhoi")
        if people else None,
        msg("Rooms: type in the group: %(bind)s", bind=Typed("ganphong", in_group=True)) if rooms else None,
        msg("Open cases: ask in which ward the neighbourhood lies now. An officer puts it right with /bosung and the case's number.")
        if any(one.cases for one in left) else None,
        msg("Reports: telephone the people there, or ask the new unit for them with /yeucau.") if any(one.reports for one in left) else None,
    )  # fmt: skip


def told(units: Sequence[str], plan: Plan, *, moved: bool) -> Say:
    """To whoever stood there, once."""
    now = [plan.heir(unit) for unit in units if moved and plan.heir(unit)]
    text = lines(
        msg("The plan has changed: it no longer has %(unit)s.", unit=Join(tuple(unit_name(plan, unit) for unit in units), ", ")),
        msg("You belong to %(unit)s from now on.", unit=Join(tuple(unit_name(plan, unit) for unit in now), ", "))
        if now
        else msg("You can still report a case: /baocao. For everything else an administrator will invite you into your new unit."),
    )
    return Say(text, lane=Lane.REMINDER, purpose="left_behind")
