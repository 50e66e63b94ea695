"""Words that several dialogues share: names of roles and units, the hotlines, how a case stands. Texts only, no decisions."""

from models.facts import Facts, Role
from models.plan import Hotline, Plan, Unit, UnitKind
from models.talk import N_, Choice, Join, Text, lines, msg

ROLES = {
    Role.COLLABORATOR: N_("collaborator"),
    Role.WARD_OFFICER: N_("ward child-protection officer"),
    Role.DUTY_OFFICER: N_("duty officer"),
    Role.LEADER: N_("leader"),
    Role.PARTNER: N_("officer of a partner agency"),
    Role.ADMINISTRATOR: N_("administrator"),
}


def role_name(role: Role) -> Text:
    """What a role is called."""
    return msg(ROLES[role])


def unit_name(plan: Plan, unit: str) -> Text:
    """What a unit is called, an office by its short name; one that the plan knows neither as its own nor as an earlier or later one has no name
    to show."""
    found = plan.named(unit)
    if found is None:
        return msg("(unit not in this plan)")
    return found.short if isinstance(found, Unit) and found.kind is UnitKind.DIVISION else found.name


def hotlines(plan: Plan) -> Text:
    """The numbers that everybody sees first, a line each."""
    return lines(*(_line(line) for line in plan.emergency_lines()))


def _line(line: Hotline) -> Text:
    named = Join((line.number, line.name), separator=" – ")
    return Join((named, " (", line.hint, ")"), separator="") if line.hint else named


def hotlines_short(plan: Plan) -> Text:
    """The same numbers on one line."""
    return msg("Emergency: %(numbers)s", numbers=", ".join(line.number for line in plan.emergency_lines()))


def number_of(plan: Plan, hotline: str) -> str:
    """A number of the plan."""
    return plan.hotline(hotline).number


def duty_line(facts: Facts) -> Text | None:
    """The division's number, where an administrator has entered it."""
    phone = facts.service.division_phone
    return msg("On duty at the %(office)s: %(phone)s", office=facts.plan.office, phone=phone) if phone else None


def paragraphs(*parts: Text | None) -> Join:
    """Texts with an empty line between them; None is left out."""
    return Join(tuple(part for part in parts if part is not None), separator="\n\n")


def bullets(*parts: Text) -> Join:
    """Short lines of a list."""
    return Join(tuple(Join(("• ", part), separator="") for part in parts))


def report_choice(style: str = "") -> Choice:
    """Begin a report, whatever is open."""
    return Choice("report:new", msg("Report a case"), style=style, action=True, typed="baocao")
