"""Files that come by themselves, without "nop 17" before: kept at once, then given to the report that they belong to.

A spreadsheet of ours says itself which report it is of (timer "sheet"); of anything else its sender is asked. The question takes no floor: its buttons
name the file, and "nop 17" typed next is an answer to it too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from handlers import submit, table
from handlers.rights import may_hand_in, submitting_units
from handlers.submit_words import name_of, unit_name
from models.commands import SetTimer, TellConversation
from models.facts import Facts, Who
from models.report_commands import DropFiles, KeepFiles
from models.report_facts import CameBack, Expected
from models.talk import Choice, FileRef, Frame, Incoming, Join, Json, Kind, Say, Text, Turn, Typed, lines, msg

KEPT = timedelta(days=7)  # of a file that nobody gives to a report
ASKED = timedelta(hours=12)  # how long what is typed answers the question about it; its buttons do as long as it is kept
SHOWN = 6  # reports on one small screen
_MOST = 10  # files that one chat is asked about at a time


# --- one comes --------------------------------------------------------------------------------------------------------


def is_paper(incoming: Incoming, who: Who | None) -> bool:
    """Whether it may belong to a report of somebody who hands reports in. A voice note never does."""
    return bool(submitting_units(who)) and not incoming.group and not incoming.edits and any(_usable(file) for file in incoming.files)


def _usable(file: FileRef) -> bool:
    return file.kind != "voice"


def _spreadsheet(file: FileRef) -> bool:
    """By what the platform says; what it really is is read later."""
    return file.kind == "file" and ("spreadsheetml" in file.mime or file.name.lower().endswith(".xlsx"))


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Kept before anything is asked; of an album it is asked once."""
    usable = [file for file in incoming.files if _usable(file)]
    papers = [file for file in usable if not _spreadsheet(file)]
    live = _remembered(frame)
    commands, says = list[KeepFiles](), list[Say]()
    album = str(frame.data.get("of_album") or "") if incoming.album and frame.data.get("album") == incoming.album else ""
    if papers:
        kept = album if album in {one.id for one in facts.kept} else facts.new_id()
        commands.append(KeepFiles(kept, tuple((facts.new_id(), file) for file in papers)))
        if kept not in live:
            says.append(ask(kept, facts, msg("The file is kept."), photo=any(file.kind == "photo" for file in papers)))
            live, album = [*live, kept], kept
    for file in usable:
        if _spreadsheet(file):
            commands.append(KeepFiles(facts.new_id(), ((facts.new_id(), file),), spreadsheet=True))
            live.append(commands[-1].id)
    if len(papers) < len(usable):
        says.append(Say(msg("The spreadsheet is kept. I am reading it, one moment please.")))
    if incoming.text.strip():
        says.append(Say(msg("Words under a file are not kept: please type them where they are asked for.")))
    data: Mapping[str, Json] = {"kept": list[Json](live[-_MOST:]), "album": incoming.album, "of_album": album}
    return Turn(replace(frame, data=data), tuple(says), tuple(commands))


def ask(kept: str, facts: Facts, lead: Text | None, *, photo: bool = False) -> Say:
    """To which of the reports that are owed it belongs, or to none. Left alone it is deleted after a week."""
    owed = facts.owed[:SHOWN]
    several = len({expected.unit for expected in facts.owed}) > 1
    choices = [
        Choice(f"kept:{kept}.{expected.number}", _label(expected, facts, with_unit=several), action=True, typed=f"nop {expected.number}")
        for expected in owed
    ]
    none = Choice(f"kept_none:{kept}", msg("It belongs to none of them"), action=True, typed="botep")
    nothing = msg(
        "You owe no report just now. If it puts right one that was handed in, type “nop” and its number, for example: %(typed)s",
        typed=Typed("nop 17"),
    )
    text = lines(
        lead, msg("To which report does it belong?") if owed else nothing,
        msg("Is it about a child? Then type %(typed)s and send it again.", typed=Typed("baocao")) if photo else None,
        msg("What belongs to no report is deleted after %(count)s days.", count=KEPT.days),
    )  # fmt: skip
    return Say(text, (*choices, none), purpose="report")


def _label(expected: Expected, facts: Facts, *, with_unit: bool) -> Text:
    return Join((Join((expected.code, *((unit_name(expected, facts),) if with_unit else ())), " "), name_of(expected)), ": ")


# --- to which it belongs ----------------------------------------------------------------------------------------------


def kept_here(frame: Frame, incoming: Incoming) -> tuple[list[str], timedelta]:
    """What a press names; else what this chat was just asked about, as long as no dialogue began since. And how long ago it may have come: what is
    typed days later is no answer any more."""
    if incoming.kind is Kind.PRESS and incoming.press is not None:
        name, _colon, rest = incoming.press.key.partition(":")
        if name in {"kept", "kept_none"}:
            return [rest.partition(".")[0]], KEPT
    return _remembered(frame), ASKED


def _remembered(frame: Frame) -> list[str]:
    found = frame.data.get("kept") if not frame.floor else None
    return [str(one) for one in found] if isinstance(found, list) else []


def take(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The choice kept:<files>.<number of the report>: it goes on there."""
    if facts.expected is not None and may_hand_in(facts.who, facts.expected) and not facts.kept:
        return Turn(frame, (Say(_settled(facts.expected)),))
    return submit.begin(frame, incoming, facts)


def _settled(expected: Expected) -> Text:
    return msg("That file has been dealt with already. To go on with %(code)s, type: %(typed)s", code=expected.code, typed=_nop(expected))


def _nop(expected: Expected) -> Typed:
    return Typed(f"nop {expected.number}")


def drop(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The choice kept_none:<files>, or "bo tep"."""
    if not facts.kept:
        return Turn(frame, (Say(msg("No file waits to be given to a report.")),))
    gone = tuple(one.id for one in facts.kept)
    left: list[Json] = [one for one in _remembered(frame) if one not in gone]
    return Turn(
        frame if frame.floor else replace(frame, data={**frame.data, "kept": left}),
        (Say(msg("All right, it goes into no report and is deleted.")),),
        (DropFiles(gone),),
    )


# --- read -------------------------------------------------------------------------------------------------------------


def read(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "sheet": a spreadsheet that came by itself has been read."""
    came, expected = facts.came_back, facts.expected
    if came is None:
        return Turn(frame)
    if not came.loose:  # given to a report meanwhile: it is read as one of its papers
        again = SetTimer("file", came.attachment, facts.now, data={"table": incoming.data["table"]})
        return Turn(frame, commands=() if came.reason == "not_ours" else (again,))
    if not submitting_units(facts.sender):
        return Turn(frame)
    if came.reason:
        return _told(frame, came, ask(came.submission, facts, _why(came)))
    if expected is None or not may_hand_in(
        facts.sender, expected
    ):  # nothing is said of another unit's report, not even whether there is one
        text = lines(
            msg("This spreadsheet was made for another unit, so its figures were not taken. It is not kept."),
            msg("For your own reports, type: %(typed)s", typed=Typed("nopbaocao")),
        )
        turn = _told(frame, came, Say(text, purpose="report"))
        return replace(turn, commands=(*turn.commands, DropFiles((came.submission,))))
    return table.by_itself(frame, incoming, facts, came, expected)


def _why(came: CameBack) -> Text:
    return table.unread(came.reason) or msg("The spreadsheet is kept.")


def _told(frame: Frame, came: CameBack, say: Say) -> Turn:
    return Turn(frame, commands=(TellConversation(came.conversation, say),))
