"""/moi: a one-time code for a role in a unit. Administrators invite anybody (leaders of wards and of units above the division too, partners into
the office, school or clinic that they answer for), ward officers collaborators and officers of their ward."""

from datetime import timedelta

from handlers.floor import ask, end, go, held, leave, take_floor
from handlers.reading.units import UnitName, find_unit
from handlers.reply import BACK, CANCEL, Pressed, Reply, Typed, read_reply
from handlers.rights import may_give, wards_here
from handlers.wards import find_wards, ward_choices
from handlers.wording import role_name, unit_name
from models.commands import CreateInvitation
from models.facts import Facts, Role
from models.plan import Plan, Unit, UnitKind
from models.talk import Choice, Frame, Incoming, Moment, Say, Text, Turn, lines, msg

FLOOR = "invite"
LASTS = timedelta(days=7)
OF_A_WARD = (Role.COLLABORATOR, Role.WARD_OFFICER)
WARD_LEADER = "ward_leader"
PARTNERS = frozenset({UnitKind.AGENCY, UnitKind.SCHOOL, UnitKind.CLINIC})
OF_THE_DIVISION = (Role.DUTY_OFFICER, Role.LEADER, Role.PARTNER, Role.ADMINISTRATOR)


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Which role?"""
    if not _roles(facts):
        return Turn(frame, (Say(msg("Only administrators and ward officers can invite.")),))
    return _ask_role(take_floor(frame, FLOOR, "role"), facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply of whoever invites."""
    if not _roles(facts):
        return end(frame, msg("Only administrators and ward officers can invite."))
    reply = read_reply(frame, incoming, always=(CANCEL, BACK))
    if reply in (Pressed(CANCEL), Pressed("close")):
        return end(frame, msg("All right. Type /moi to invite somebody."))
    if reply == Pressed(BACK):
        return _ask_role(go(frame, "role"), facts)
    return {"role": _role, "unit": _unit}.get(frame.step, _again)(frame, reply, facts)


def _role(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    for unit in _above(facts):
        if reply == Pressed(f"above.{unit.id}"):
            return _give(go(frame, "done", role=str(Role.LEADER), unit=unit.id), facts)
    if reply == Pressed(WARD_LEADER) and _above(facts):
        return _into_one_of(go(frame, "unit", role=str(Role.LEADER)), facts, _wards(facts))
    role = next((role for role in _roles(facts) if reply == Pressed(str(role))), None)
    if role is None:
        return _ask_role(frame, facts, why=msg("Please choose one of these."))
    units = _units(role, facts)
    if role in OF_THE_DIVISION and (role is not Role.PARTNER or not units):
        return _give(go(frame, "done", role=str(role), unit=facts.plan.division), facts)
    return _into_one_of(go(frame, "unit", role=str(role)), facts, units)


def _into_one_of(frame: Frame, facts: Facts, units: tuple[Unit, ...]) -> Turn:
    if len(units) == 1:
        return _give(go(frame, "done", unit=units[0].id), facts)
    return _ask_unit(frame, units)


def _unit(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    mine = {unit.id: unit for unit in _units(Role(held(frame, "role")), facts)}
    if isinstance(reply, Pressed) and reply.key in mine:
        return _give(go(frame, "done", unit=reply.key), facts)
    found = tuple(unit for unit in _named(reply.text, frame, facts.plan) if unit.id in mine) if isinstance(reply, Typed) else ()
    if len(found) > 1:
        return _ask_unit(frame, found, why=msg("Which of these do you mean?"))
    if not found:
        why = msg("I do not know that office, school or clinic.") if _of_a_partner(frame) else msg("I do not know that ward.")
        return _ask_unit(frame, tuple(mine.values()), why=why)
    return _give(go(frame, "done", unit=found[0].id), facts)


def _of_a_partner(frame: Frame) -> bool:
    return held(frame, "role") == Role.PARTNER


def _named(text: str, frame: Frame, plan: Plan) -> tuple[Unit, ...]:
    """The units that a text means, as wards or as partners."""
    if not _of_a_partner(frame):
        return find_wards(text, plan)
    names = [UnitName(unit.id, (unit.name.vi, unit.short.vi, unit.short.en, *unit.aliases)) for unit in _partners(plan)]
    return tuple(plan.unit(unit) for unit in find_unit(text, names).ids)


def _again(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    """After the code: one more of the same kind, or another."""
    if reply == Pressed("same"):
        return _give(frame, facts)
    if reply == Pressed("other"):
        return _ask_role(go(frame, "role"), facts)
    return end(frame, msg("All right. Type /moi to invite somebody."))


def _give(frame: Frame, facts: Facts) -> Turn:
    """The code, and a message that can be forwarded as it stands."""
    role, unit = Role(held(frame, "role")), held(frame, "unit")
    if not may_give(facts.who, role, unit):
        return Turn(leave(frame), (Say(msg("You can only do this for your own ward.")),))
    code, code_hash = facts.new_code()
    until = facts.now + LASTS
    link = facts.channel.deep_link % code if facts.channel.deep_link else None
    head = msg(
        "Code for one %(role)s, %(unit)s. Forward the next message to that person only.",
        role=role_name(role),
        unit=unit_name(facts.plan, unit),
    )
    invitation = lines(
        msg(
            "You are invited to the child-protection network as %(role)s, %(unit)s.", role=role_name(role), unit=unit_name(facts.plan, unit)
        ),
        msg("Open this link: %(link)s", link=link) if link else None,
        msg("Or type this code to me: %(code)s", code=code) if link else msg("Type this code to me: %(code)s", code=code),
        msg("It works once, until %(time)s.", time=Moment(until, "short")),
    )
    more = ask(
        frame,
        msg("One more?"),
        Choice("same", msg("One more of the same kind")),
        Choice("other", msg("Another role")),
        Choice("close", msg("Done")),
    )
    return Turn(more.frame, (Say(head), Say(invitation), *more.says), (CreateInvitation(code_hash, str(role), unit, until),))


# --- what is on offer -------------------------------------------------------------------------------------------------


def _roles(facts: Facts) -> tuple[Role, ...]:
    if facts.who is None:
        return ()
    if facts.who.is_(Role.ADMINISTRATOR):
        return OF_A_WARD + OF_THE_DIVISION
    return OF_A_WARD if wards_here(facts.who, facts.plan) else ()


def _above(facts: Facts) -> tuple[Unit, ...]:
    """The units above the division, whose leaders the ladder calls after its own."""
    return facts.plan.above(facts.plan.division) if facts.who is not None and facts.who.is_(Role.ADMINISTRATOR) else ()


def _wards(facts: Facts) -> tuple[Unit, ...]:
    assert facts.who is not None
    if facts.who.is_(Role.ADMINISTRATOR):
        return facts.plan.wards()
    return tuple(ward for ward in facts.plan.wards() if ward.id in wards_here(facts.who, facts.plan))


def _partners(plan: Plan) -> tuple[Unit, ...]:
    return tuple(unit for unit in plan.units if unit.kind in PARTNERS)


def _units(role: Role, facts: Facts) -> tuple[Unit, ...]:
    """Where somebody of that role may belong, besides the division."""
    return _partners(facts.plan) if role is Role.PARTNER else _wards(facts)


def _ask_role(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    above = [Choice(f"above.{unit.id}", msg("leader of %(unit)s", unit=unit.short)) for unit in _above(facts)]
    ward = [Choice(WARD_LEADER, msg("leader of a ward"))] if above else []
    return ask(frame, msg("Whom do you invite?"), *(Choice(str(role), role_name(role)) for role in _roles(facts)), *ward, *above, why=why)


def _ask_unit(frame: Frame, units: tuple[Unit, ...], why: Text | None = None) -> Turn:
    if _of_a_partner(frame):
        asked = msg("Of which office, school or clinic? Choose it, or type its name.")
        return ask(frame, asked, *ward_choices(units), why=why)
    return ask(frame, msg("Of which ward? Choose it, or type its name."), *ward_choices(units), why=why, columns=2)
