"""The commands that a messenger offers while somebody types "/", where it can: those of their roles, and no other. Whoever sees no menu types
the same words."""

from collections.abc import Iterable, Mapping

from handlers.rights import BY_NAME, Where, allowed
from models.facts import Who
from models.talk import N_, Choice, Lane, LetterKind, Say, msg

MOST = 8  # more do not fit above a small screen's keyboard
_FIRST_TO_GO = ("dates", "consolidate", "more", "language", "photos", "cut", "drill", "ready", "confirm", "details", "progress", "invite")
"""Where roles make too many: what has a button elsewhere, is reminded of when it is due, or is needed a few times a year."""

_DOES: Mapping[str, str] = {
    "report": N_("report a child who is harmed, injured or at risk"),
    "record": N_("write down a report you were told"),
    "cases": N_("reports and cases, and how they stand"),
    "submit": N_("reports that my unit owes"),
    "dates": N_("all dates of reports ahead"),
    "progress": N_("who has handed in which reports"),
    "consolidate": N_("all units' reports of a date in one workbook"),
    "take": N_("take a case: /nhan 42"),
    "details": N_("details of a case: /chitiet 42"),
    "confirm": N_("what was done by its hour: /xacnhan 42"),
    "photos": N_("photos of a case: /anh 42"),
    "more": N_("add to a report: /bosung 42"),
    "roster": N_("who is on duty"),
    "drill": N_("an exercise: is the duty room awake?"),
    "ready": N_("what is missing before the service goes on duty"),
    "invite": N_("invite somebody"),
    "cut": N_("cut an account"),
    "bind": N_("make this group the duty room"),
    "unbind": N_("this group is no longer the duty room"),
    "help": N_("help"),
    "language": N_("Vietnamese or English"),
}
"""By the name of a command in handlers.rights.COMMANDS, in the order in which they are shown."""
_IN_A_GROUP = ("cases", "take", "details", "photos", "bind", "unbind", "help")


def of(who: Who | None) -> tuple[Choice, ...]:
    """What somebody may begin in their private chat; None: somebody unknown."""
    names = [name for name in _DOES if BY_NAME[name].where is not Where.GROUP and allowed(BY_NAME[name], who)]
    spare = [name for name in _FIRST_TO_GO if name in names]
    for name in spare[: max(0, len(names) - MOST)]:
        names.remove(name)
    return _choices(names)


def in_group() -> tuple[Choice, ...]:
    """What is of use in a group. Everybody in it sees the same, so it tells of no one's role."""
    return _choices(_IN_A_GROUP)


def say(who: Who | None) -> Say:
    """Sets the menu of a private chat; of somebody unknown takes it back, so that they see what everybody sees."""
    return Say("", of(who) if who else (), kind=LetterKind.MENU, lane=Lane.REMINDER)


def _choices(names: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(BY_NAME[name].words[0].removeprefix("/"), msg(_DOES[name]), action=True) for name in names)
