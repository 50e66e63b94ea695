"""The timer "document": what the service has drawn goes to whoever wanted it, or they are told that it could not be made.

A new kind of document gets a caption here, and how it is asked for again; its recipe is in bot/documents.
"""

from collections.abc import Callable, Mapping

from handlers.forms.values import day_text
from handlers.progress import seen_units
from handlers.rights import may_consolidate, may_hand_in
from models.commands import Command, TellPerson, TellRoom
from models.facts import Facts, Who
from models.plan import Plan
from models.report_facts import Drawn, Expected
from models.talk import Frame, Incoming, Json, Say, Text, Turn, Typed, lines, msg

PURPOSE = "document"
"""Of letters that carry a document: where a chat takes no files, they become a link (bot.pages.planning)."""

Caption = Callable[[Drawn, Plan], Text]


def _template(drawn: Drawn, _plan: Plan) -> Text:
    if drawn.expected is None:
        return msg("Here is the spreadsheet that you asked for.")
    report = drawn.expected
    return lines(
        msg("%(code)s, %(report)s, %(period)s: the spreadsheet.", code=report.code, report=report.short, period=report.period_name),
        msg("Fill in the column “Số liệu”, save it, and send it back here, whenever you like. What stands empty is asked here."),
    )


def _workbook(drawn: Drawn, _plan: Plan) -> Text:
    return lines(
        msg("All reports due on %(day)s in one workbook.", day=_day(drawn.data)),
        msg("Coloured cells are empty: nobody has given that figure."),
    )


def _periodic_report(drawn: Drawn, plan: Plan) -> Text:
    return lines(
        msg("Draft of the %(office)s's report, due day %(day)s.", office=plan.office, day=_day(drawn.data)),
        msg("The figures are those of the wards. Please fill in what stands as “…”, and read it before it is signed."),
    )


def _progress(drawn: Drawn, _plan: Plan) -> Text:
    return msg("Who has handed in what, up to the date %(day)s.", day=_day(drawn.data))


CAPTIONS: Mapping[str, Caption] = {
    "template": _template,
    "workbook": _workbook,
    "periodic_report": _periodic_report,
    "progress": _progress,
}
"""What stands with the file, by kind."""


def again(kind: str, data: Mapping[str, Json]) -> Typed | None:
    """How such a document is asked for in a private chat; None if it cannot be."""
    match kind:
        case "template":
            return Typed(f"bang {data.get('number')}")
        case "workbook" | "periodic_report":
            return Typed("tonghop")
        case "progress":
            return Typed(f"tiendo {_day(data)}")
    return None


def may_have(who: Who, kind: str, expected: Expected | None, plan: Plan) -> bool:
    """Whether somebody who asked for a document may still have it when it is made: a role may have ended meanwhile (rule 9)."""
    match kind:
        case "template":
            return expected is not None and may_hand_in(who, expected)
        case "workbook" | "periodic_report":
            return may_consolidate(who, plan)
        case "progress":
            return seen_units(who, plan) is None
    return bool(who.held)


def send(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "document"."""
    drawn = facts.drawn
    if drawn is None:
        return Turn(frame)
    caption = CAPTIONS[drawn.kind](drawn, facts.plan) if drawn.kind in CAPTIONS else msg("Here is what you asked for.")
    say = Say(caption, attachments=(drawn.id,), purpose=PURPOSE) if drawn.state == "made" else Say(_failed(drawn))
    tell: Command = TellPerson(drawn.person, say) if drawn.person else TellRoom(drawn.unit, say)
    return Turn(frame, commands=(tell,))


def _failed(drawn: Drawn) -> Text:
    command = again(drawn.kind, drawn.data)
    if command is None:
        return msg("A document could not be made. The administrator sees why in the log.")
    return msg("The document could not be made. Nothing is lost: please try again later with %(command)s.", command=command)


def _day(data: Mapping[str, Json]) -> str:
    """The due day as it is written, "…" if the data has none."""
    due = data.get("due")
    return day_text(due) if isinstance(due, str) and due else "…"
