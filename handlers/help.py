"""/trogiup: three to seven short lines by role. It never moves the cursor of the dialogue that it interrupts."""

from collections.abc import Mapping

from handlers.wording import bullets, hotlines, hotlines_short, paragraphs
from models.facts import Facts, Role, Who
from models.talk import N_, Frame, Incoming, Join, Say, Text, Turn, Typed, msg

_REPORT = N_("/baocao – report a child who is harmed, injured or at risk")
_MORE = N_("/bosung 42 – add to a report; XEM – how it stands")
_TAKE = N_("/nhan 42 – take a case; /chitiet 42 – its details; /anh 42 – its photos")
_HOLD = N_("/hua 42 – what you do first; /xong 42 – done; /chuyen 42, /tralai 42 – pass on")
_CASES = N_("/vuviec – open cases; /xacnhan 42 – say that a duty was done")
_LEAD = N_("/dong 42 – close; /molai 42 – open again; /nhanthay 42 – take over")
_RECORD = N_("/baocao – report; /ghinhan – write down a telephone report")
_SUBMIT = N_("/nopbaocao – reports that I owe; /hanbaocao – dates; /vangmat – I am away")
_PROGRESS = N_("/duyet – accept reports; /tiendo – who has handed in; /tonghop – all together")
_REPORTS = N_("/duyet – accept reports; /tiendo – progress; /tonghop – all together; /yeucau – ask for one")
_INVITE = N_("/moi – invite somebody; /thuhoi – cut an account")
_ROOM = N_("%(bind)s in a group – make it the duty room; %(unbind)s – undo it")
_ROSTER = N_("/lichtruc – who is on duty; change the roster")
_READY = N_("/sansang – what is missing before the service goes on duty")
_DRILL = N_("/dientap – an exercise: is the duty room awake?")
_HELP = N_("/trogiup – this help; /ngonngu – language")

LINES = 7

CAN: Mapping[Role, tuple[str, ...]] = {
    Role.COLLABORATOR: (_REPORT, _MORE, _HELP),
    Role.WARD_OFFICER: (_TAKE, _HOLD, _SUBMIT, _CASES, _RECORD, _INVITE, _ROOM),
    Role.DUTY_OFFICER: (_TAKE, _HOLD, _CASES, _LEAD, _RECORD, _ROSTER, _PROGRESS),
    Role.LEADER: (_TAKE, _HOLD, _CASES, _LEAD, _RECORD, _ROSTER, _REPORTS, _DRILL),
    Role.PARTNER: (_REPORT, _MORE, _SUBMIT, _HELP),
    Role.ADMINISTRATOR: (_READY, _INVITE, _ROOM, _DRILL),
}


def can_do(role: Role) -> Text:
    """What one can do in a role, in three lines."""
    return bullets(*(_line(line) for line in CAN[role][:3]))


def _line(line: str) -> Text:
    return msg(line, bind=Typed("ganphong", in_group=True), unbind=Typed("gophong", in_group=True))


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The same frame goes out as came in; an open question stays open."""
    if incoming.group:
        return Turn(frame, (Say(_in_group()),))
    waiting = msg("Your last question is still open: answer it whenever you like. To stop it, type: huy") if frame.floor else None
    return Turn(frame, (Say(paragraphs(_for(facts.who, facts), waiting)),))


def _for(who: Who | None, facts: Facts) -> Text:
    if who is None:
        return paragraphs(hotlines(facts.plan), bullets(msg(_REPORT), msg("Have an invitation code? Type it here."), msg(_HELP)))
    lines_of = dict.fromkeys(line for held in who.held for line in CAN[held.role] if line != _HELP)
    if _RECORD in lines_of:
        lines_of.pop(_REPORT, None)
    if _REPORTS in lines_of:
        lines_of.pop(_PROGRESS, None)
    for spare in (
        _MORE,
        _DRILL,
        _ROOM,
        _READY,
        _HOLD,
        _INVITE,
        _LEAD,
    ):  # questions about a case name its commands; whoever is everything has set up the service
        if len(lines_of) >= LINES:
            lines_of.pop(spare, None)
    return paragraphs(bullets(*(_line(line) for line in lines_of), _last(facts)), hotlines_short(facts.plan))


def _last(facts: Facts) -> Text:
    if not facts.channel.others:
        return msg(_HELP)
    return msg("/trogiup – this help; /ngonngu – language; /lienket – %(others)s too", others=Join(facts.channel.others, ", "))


def _in_group() -> Text:
    return bullets(
        msg("%(take)s – take a case", take=Typed("nhan 42")),
        msg("%(read)s – its details, in your private chat", read=Typed("chitiet 42")),
        msg("Never write a child's name, address or picture in this group."),
        msg("%(bind)s – make this the duty room", bind=Typed("ganphong")),
        msg("%(unbind)s – undo it", unbind=Typed("gophong")),
    )
