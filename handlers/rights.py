"""Who may do what (DESIGN rule 9): the table of commands, and the rights that are checked on the object itself.

1. The table says which role may begin a command, and where; it never opens a case or a unit by itself.
2. A membership reaches its own unit; one of the division reaches every unit, and so does one of a unit above it.
3. A restricted case belongs to the division's leader alone.
4. An administrator runs the service and sees no details: that needs a second role.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.facts import Case, Facts, Held, Member, Role, Who
from models.plan import Plan
from models.report_facts import Expected


class Where(StrEnum):
    """Where a command may be given. In the wrong place it gets one short hint."""

    PRIVATE = "private"
    GROUP = "group"
    BOTH = "both"


class Within(StrEnum):
    """What the right is checked on, once the command has begun."""

    NOTHING = "nothing"
    OWN = "own"  # what the sender reported
    UNIT = "unit"  # a unit: administrators any, ward officers their own ward
    CASE = "case"  # may_see, may_take
    REPORT = "report"  # an expected report: may_hand_in


EVERYBODY: frozenset[Role] | None = None  # known or not
MEMBERS = frozenset(Role)
OFFICERS = frozenset({Role.DUTY_OFFICER, Role.LEADER, Role.WARD_OFFICER})
DIVISION = frozenset({Role.DUTY_OFFICER, Role.LEADER})
MANAGERS = frozenset({Role.ADMINISTRATOR, Role.WARD_OFFICER})
SUBMITTERS = OFFICERS | {Role.PARTNER}
ON_ROSTER = frozenset({Role.DUTY_OFFICER, Role.LEADER})


MISDIAL = (
    "chonnham", "chon nham", "toi chon nham", "em chon nham", "bam nham", "toi bam nham", "em bam nham",
    "i chose by mistake", "i pressed by mistake",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """`words` are folded; one with a slash counts only with it ("mới" and "mời" are everyday words). `number`: a case number follows;
    `tail`: and then perhaps words of their own ("hua 42 30 phút nữa tôi đến"); `digits`: a link code of six digits may follow; `text`: words of
    their own may follow the command itself."""

    name: str
    words: tuple[str, ...]
    roles: frozenset[Role] | None
    where: Where
    within: Within = Within.NOTHING
    number: bool = False
    tail: bool = False
    digits: bool = False
    text: bool = False


COMMANDS = (
    Command("start", ("/start", "/batdau"), EVERYBODY, Where.PRIVATE),
    Command("help", ("/trogiup", "/help", "tro giup", "trogiup"), EVERYBODY, Where.BOTH),
    Command("language", ("/ngonngu", "/language"), EVERYBODY, Where.PRIVATE),
    Command("report", ("/baocao", "baocao", "bao cao"), EVERYBODY, Where.PRIVATE),
    Command("more", ("/bosung", "bosung", "bo sung"), EVERYBODY, Where.PRIVATE, Within.OWN, number=True),
    Command("see", ("/xem", "xem"), EVERYBODY, Where.PRIVATE, Within.OWN),
    Command("misdial", ("/chonnham", *MISDIAL), EVERYBODY, Where.PRIVATE, Within.OWN),
    Command("take", ("/nhan", "nhan"), OFFICERS, Where.BOTH, Within.CASE, number=True),
    Command("details", ("/chitiet", "chitiet", "chi tiet"), OFFICERS, Where.BOTH, Within.CASE, number=True),
    Command("photos", ("/anh", "anh"), OFFICERS, Where.BOTH, Within.CASE, number=True),
    Command("confirm", ("/xacnhan", "xacnhan", "xac nhan"), OFFICERS | {Role.COLLABORATOR}, Where.PRIVATE, Within.CASE, number=True),
    Command("promise", ("/hua", "hua"), OFFICERS, Where.BOTH, Within.CASE, number=True, tail=True),
    Command("kept", ("/xong", "xong"), OFFICERS, Where.BOTH, Within.CASE, number=True),
    Command("hand_over", ("/chuyen", "chuyen"), OFFICERS, Where.PRIVATE, Within.CASE, number=True, tail=True),
    Command("accept", ("/dongy", "dongy", "dong y"), OFFICERS, Where.BOTH, Within.CASE, number=True),
    Command("decline", ("/tuchoi", "tuchoi", "tu choi"), OFFICERS, Where.BOTH, Within.CASE, number=True),
    Command("release", ("/tralai", "tralai", "tra lai"), OFFICERS, Where.PRIVATE, Within.CASE, number=True, tail=True),
    Command("take_over", ("/nhanthay", "nhanthay", "nhan thay"), DIVISION, Where.PRIVATE, Within.CASE, number=True, tail=True),
    Command("close", ("/dong", "dong"), DIVISION, Where.PRIVATE, Within.CASE, number=True),
    Command("reopen", ("/molai", "molai", "mo lai"), DIVISION, Where.PRIVATE, Within.CASE, number=True, tail=True),
    Command("cases", ("/vuviec", "vuviec", "vu viec"), EVERYBODY, Where.BOTH, Within.OWN, number=True),
    Command("record", ("/ghinhan", "ghinhan", "ghi nhan"), OFFICERS, Where.PRIVATE),
    Command("invite", ("/moi",), MANAGERS, Where.PRIVATE, Within.UNIT),
    Command("cut", ("/thuhoi", "thu hoi"), MANAGERS, Where.PRIVATE, Within.UNIT),
    Command("bind", ("/ganphong",), MANAGERS, Where.GROUP, Within.UNIT),
    Command("unbind", ("/gophong",), MANAGERS, Where.GROUP, Within.UNIT),
    Command("link", ("/lienket", "lienket", "lien ket"), EVERYBODY, Where.PRIVATE, digits=True),
    Command("unlink", ("/huylienket", "huylienket", "huy lien ket"), MEMBERS, Where.PRIVATE),
    Command("roster", ("/lichtruc", "lichtruc", "lich truc"), ON_ROSTER | {Role.ADMINISTRATOR}, Where.PRIVATE, Within.UNIT),
    Command("note", ("/bangiao", "bangiao", "ban giao"), ON_ROSTER, Where.PRIVATE, Within.UNIT, text=True),
    Command("refuse_duty", ("/khongtruc", "khongtruc", "khong truc"), ON_ROSTER, Where.PRIVATE, Within.OWN),
    Command("drill", ("/dientap", "dientap", "dien tap"), frozenset({Role.LEADER, Role.ADMINISTRATOR}), Where.PRIVATE, text=True),
    Command("submit", ("/nopbaocao", "nopbaocao", "nop bao cao", "/nop", "nop"), SUBMITTERS, Where.PRIVATE, Within.REPORT, number=True),
    Command("drop_file", ("/botep", "botep", "bo tep"), SUBMITTERS, Where.PRIVATE, Within.OWN),
    Command("request", ("/yeucau", "yeucau"), frozenset({Role.LEADER, Role.ADMINISTRATOR}), Where.PRIVATE, Within.UNIT, text=True),
    Command(
        "drop_request", ("/huyyeucau", "huyyeucau"), frozenset({Role.LEADER, Role.ADMINISTRATOR}), Where.PRIVATE, Within.REPORT, number=True
    ),
    Command("dates", ("/hanbaocao", "hanbaocao", "han bao cao"), SUBMITTERS, Where.PRIVATE, Within.UNIT, number=True),
    Command("snooze", ("/nhac", "nhac", "nhac toi"), SUBMITTERS, Where.PRIVATE, Within.OWN, text=True),
    Command("progress", ("/tiendo", "tiendo", "tien do"), SUBMITTERS, Where.PRIVATE, Within.UNIT, text=True),
    Command("table", ("/bang", "bang"), SUBMITTERS, Where.PRIVATE, Within.REPORT, number=True),
    Command("consolidate", ("/tonghop", "tonghop", "tong hop"), DIVISION, Where.PRIVATE, Within.UNIT),
    Command("absent", ("/vangmat", "vangmat", "vang mat"), SUBMITTERS, Where.PRIVATE, Within.OWN),
    Command("decide", ("/duyet", "duyet"), DIVISION, Where.BOTH, Within.REPORT, number=True),
    Command("see_report", ("/xembc", "xembc", "xem bc"), SUBMITTERS, Where.BOTH, Within.REPORT, number=True),
    Command("send_back", ("/tra", "tra"), DIVISION, Where.PRIVATE, Within.REPORT, number=True, tail=True),
    Command("unlock", ("/mokhoa", "mokhoa", "mo khoa"), frozenset({Role.LEADER}), Where.PRIVATE, Within.REPORT, number=True, tail=True),
    Command("ready", ("/sansang",), frozenset({Role.ADMINISTRATOR}), Where.PRIVATE),
)
BY_NAME = {command.name: command for command in COMMANDS}


def allowed(command: Command, who: Who | None) -> bool:
    """Whether this sender may begin the command; what it touches is checked when it is known."""
    return command.roles is None or (who is not None and who.is_(*command.roles))


# --- units ------------------------------------------------------------------------------------------------------------


def reaches(held: Held, unit: str, plan: Plan) -> bool:
    """Whether a membership reaches a unit: its own (also one that the plan has no more, whose officers are still called) and what lies below, an
    earlier one that it holds all of, any (also one not known yet) from the division or above it."""
    if plan.is_within(plan.division, held.unit):
        return True
    return bool(unit) and (unit == held.unit or plan.is_within(plan.heir(unit) or unit, held.unit))


def own_wards(who: Who) -> tuple[str, ...]:
    """Wards where the sender is an officer."""
    return tuple(dict.fromkeys(held.unit for held in who.held if held.role is Role.WARD_OFFICER))


def wards_here(who: Who, plan: Plan) -> tuple[str, ...]:
    """Those of them that the plan has: nobody is invited, and nothing begun, in a ward that is gone."""
    wards = {ward.id for ward in plan.wards()}
    return tuple(ward for ward in own_wards(who) if ward in wards)


def may_manage(who: Who | None, unit: str) -> bool:
    """Bind its room, invite into it: administrators any unit, ward officers their own ward."""
    return who is not None and (who.is_(Role.ADMINISTRATOR) or unit in own_wards(who))


def may_give(who: Who | None, role: Role, unit: str) -> bool:
    """Invite somebody to a role in a unit, or take it away: ward officers only collaborators and officers of their own ward."""
    if who is None:
        return False
    return who.is_(Role.ADMINISTRATOR) or (role in {Role.COLLABORATOR, Role.WARD_OFFICER} and unit in own_wards(who))


def may_cut(who: Who | None, member: Member) -> bool:
    """Cut somebody's account: it ends all that they hold, so the sender must be above all of it. Nobody cuts themselves: one
    administrator always remains."""
    if who is None or who.person == member.person:
        return False
    return bool(member.held) and all(may_give(who, held.role, held.unit) for held in member.held)


def is_own(case: Case, facts: Facts) -> bool:
    """Whether the sender reported it: a case belongs to the person, on whichever of their messengers; of somebody unknown, to the chat."""
    return case.conversation == facts.conversation or (facts.who is not None and case.reporter == facts.who.person)


# --- duty roster ------------------------------------------------------------------------------------------------------


def may_change_roster(who: Who | None, plan: Plan) -> bool:
    """Anything in it: leaders of the division and administrators."""
    return who is not None and (Held(Role.LEADER, plan.division) in who.held or who.is_(Role.ADMINISTRATOR))


def may_see_roster(who: Who | None, plan: Plan) -> bool:
    """With telephones, so privately: also duty officers of the division."""
    return may_change_roster(who, plan) or may_give_duty(who, plan)


def may_give_duty(who: Who | None, plan: Plan) -> bool:
    """Put another duty officer in their own place: duty officers of the division."""
    return who is not None and Held(Role.DUTY_OFFICER, plan.division) in who.held


# --- reports ----------------------------------------------------------------------------------------------------------


def submitting_units(who: Who | None) -> tuple[str, ...]:
    """The units for which somebody hands reports in."""
    return tuple(dict.fromkeys(held.unit for held in (who.held if who else ()) if held.role in SUBMITTERS))


def receiving_units(who: Who | None) -> tuple[str, ...]:
    """The units whose officers look at what others hand in."""
    return tuple(dict.fromkeys(held.unit for held in (who.held if who else ()) if held.role in DIVISION))


def may_hand_in(who: Who | None, expected: Expected) -> bool:
    """Fill it in, hand it in, put it right: officers and leaders of the unit that owes it, partners of a school, clinic or office."""
    return expected.unit in submitting_units(who)


def may_decide(who: Who | None, expected: Expected) -> bool:
    """Read it, accept it, send it back: duty officers and leaders of the unit that it goes to."""
    return who is not None and any(held.role in DIVISION and held.unit == expected.recipient for held in who.held)


def may_consolidate(who: Who | None, plan: Plan) -> bool:
    """All units' figures in one workbook: duty officers and leaders of the division."""
    return who is not None and any(held.role in DIVISION and held.unit == plan.division for held in who.held)


def may_unlock(who: Who | None, expected: Expected, plan: Plan) -> bool:
    """Open a locked one again: leaders of the unit that it goes to, or of the division."""
    return who is not None and any(held.role is Role.LEADER and held.unit in {expected.recipient, plan.division} for held in who.held)


def may_request(who: Who | None, plan: Plan) -> bool:
    """Ask for an ad-hoc report, and ask no longer: leaders of the division and administrators."""
    return who is not None and (Held(Role.LEADER, plan.division) in who.held or who.is_(Role.ADMINISTRATOR))


# --- exercises --------------------------------------------------------------------------------------------------------


def may_drill(who: Who | None, plan: Plan) -> bool:
    """Begin and end an exercise, whoever began it: leaders of the division and administrators."""
    return who is not None and (Held(Role.LEADER, plan.division) in who.held or who.is_(Role.ADMINISTRATOR))


# --- cases ------------------------------------------------------------------------------------------------------------


def may_take(who: Who | None, case: Case, plan: Plan) -> bool:
    """Take a case: whoever is called for it."""
    if who is None:
        return False
    if case.restricted:
        return Held(Role.LEADER, plan.division) in who.held
    return any(held.role in OFFICERS and reaches(held, case.ward, plan) for held in who.held)


def may_see(who: Who | None, case: Case, plan: Plan) -> bool:
    """See the details: who may take it, and an officer who has taken it (unless it was restricted since)."""
    if may_take(who, case, plan):
        return True
    return who is not None and not case.restricted and case.taken_by == who.person and who.is_(*OFFICERS)


def may_lead(who: Who | None, case: Case, plan: Plan) -> bool:
    """Take it over, close it, open it again: the division, for the case's sake; of a restricted one its leader alone."""
    if who is None or not may_take(who, case, plan):
        return False
    return any(held.role in DIVISION and held.unit == plan.division for held in who.held)
