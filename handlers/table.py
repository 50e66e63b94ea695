"""A report's spreadsheet: asked for ("bang 17"), and read when it comes back filled in.

What was understood goes into the draft like typed figures, each with its trail; what was not is named; the dialogue goes on with what is missing.
Nothing is handed in by a file alone.
"""

from collections.abc import Mapping

from handlers.forms import checks
from handlers.forms.filling import Filling, read_table
from handlers.forms.values import files
from handlers.rights import may_hand_in
from handlers.submit_words import true_state
from models.commands import TellConversation
from models.facts import Facts
from models.form import Form, Question, QuestionType
from models.report_commands import AttachFiles, OpenReport, WantDocument
from models.report_facts import CameBack, Expected
from models.talk import N_, Choice, Frame, Incoming, Join, Json, Say, Text, Turn, Typed, lines, msg

_NAMED = 5  # questions named in one message
_REASONS: Mapping[str, str] = {
    "too_large": N_("The spreadsheet is kept, but it is too large to be read."),
    "no_names": N_("The spreadsheet is kept, but its hidden last column is missing, so I cannot tell which figure is which."),
    "no_figures": N_("The spreadsheet is kept, but it has no column “Số liệu” any more."),
    "broken": N_("The spreadsheet is kept, but it could not be read."),
}


# --- out ----------------------------------------------------------------------------------------------------------------


def want(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "bang 17", or the choice table:<expected report>. An open dialogue stays as it is."""
    expected, who = facts.expected, facts.who
    if expected is None or who is None:
        return Turn(frame, (Say(msg("There is no report of that number. To see what is owed, type: %(typed)s", typed=Typed("nopbaocao"))),))
    if not may_hand_in(who, expected):
        return Turn(frame, (Say(msg("That report belongs to another unit, so it cannot be handed in from here.")),))
    form = facts.forms.get(expected.form)
    if form is None or not any(question.figure for question in form.questions):
        text = msg(
            "This report asks for no figures, so it has no spreadsheet. To hand it in: %(typed)s", typed=Typed(f"nop {expected.number}")
        )
        return Turn(frame, (Say(text),))
    wanted = WantDocument(facts.new_id(), "template", {"expected": expected.id, "number": expected.number}, person=who.person)
    text = msg("The spreadsheet is on its way. When it is filled in, just send it here.")
    return Turn(frame, (Say(text),), (wanted,))


# --- back ---------------------------------------------------------------------------------------------------------------


def arrived(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "file": told to whoever sent it, in the chat where it was sent."""
    came, expected, draft = facts.came_back, facts.expected, facts.draft
    if came is None or expected is None or draft is None:
        return Turn(frame)
    form = facts.forms.get(expected.form)
    why = _hindered(came, expected, form, facts)
    if why is not None or form is None:
        return _told(frame, came, lines(why, _go_on(expected)))
    return _taken(Filling(frame, incoming, facts, form, draft.id, dict(draft.answers)), came, expected)


def by_itself(frame: Frame, incoming: Incoming, facts: Facts, came: CameBack, expected: Expected) -> Turn:
    """The same of a spreadsheet that nobody had said anything about: it begins the draft, if there is none, and belongs to it."""
    form, draft = facts.forms.get(expected.form), facts.draft
    why = _hindered(came, expected, form, facts)
    if why is not None or form is None:
        return _told(frame, came, lines(why, _go_on(expected)))
    work = Filling(frame, incoming, facts, form, draft.id if draft else facts.new_id(), dict(draft.answers) if draft else {})
    if draft is None:
        work.commands.append(OpenReport(expected.id, work.submission, form.id, form.version, form.content_hash))
    papers = next((question for question in form.questions if question.type is QuestionType.FILE), None)
    if papers is not None:
        before = files(work.answers[papers.name].value) if papers.name in work.answers else []
        if len(before) < papers.most:
            work.put(papers.name, [*before, came.attachment])
    work.commands.append(AttachFiles((came.submission,), expected.id, papers.name if papers is not None else ""))
    return _taken(work, came, expected)


def _taken(work: Filling, came: CameBack, expected: Expected) -> Turn:
    given, form = dict(work.answers), work.form
    taken, unclear = _understood(came, form, work.facts)
    for name, value in taken.items():
        if name not in given or given[name].value != value:
            work.put(name, value)
    text = lines(
        msg("%(code)s: the spreadsheet has been read, %(count)s figures taken.", code=expected.code, count=len(taken)),
        _unclear(unclear), *_does_not_fit(work), _empty(work), _go_on(expected),
    )  # fmt: skip
    turn = _told(work.frame, came, text, expected)
    return Turn(turn.frame, turn.says, (*work.commands, *turn.commands))


def _told(frame: Frame, came: CameBack, text: Text, expected: Expected | None = None) -> Turn:
    """With the choice to go on at the first thing that is still open, where figures were taken."""
    go_on = (
        (Choice(f"submit:{expected.id}", msg("Go on with %(code)s", code=expected.code), action=True, typed=f"nop {expected.number}"),)
        if expected is not None
        else ()
    )
    return Turn(frame, commands=(TellConversation(came.conversation, Say(text, go_on, purpose="report", unpressed="")),))


def unread(reason: str) -> Text | None:
    """Why one of ours could not be read; None of the office's own."""
    return None if reason == "not_ours" else msg(_REASONS.get(reason, _REASONS["broken"]))


def _go_on(expected: Expected) -> Text:
    return msg("To go on, type: %(typed)s", typed=Typed(f"nop {expected.number}"))


def _hindered(came: CameBack, expected: Expected, form: Form | None, facts: Facts) -> Text | None:
    """Why nothing is taken, None if something may be."""
    if expected.settled or expected.locked(facts.now) or facts.now < expected.opens_at:
        return true_state(expected, facts)
    if came.reason:
        return msg(_REASONS.get(came.reason, _REASONS["broken"]))
    if came.expected != expected.id or form is None or came.form != form.id:
        return msg(
            "The spreadsheet is kept, but it was made for another report. For this one: %(typed)s", typed=Typed(f"bang {expected.number}")
        )
    if came.version != str(form.version):
        return msg(
            "The spreadsheet is kept, but the questions have changed since it was made. For a new one: %(typed)s",
            typed=Typed(f"bang {expected.number}"),
        )
    return None


def _understood(came: CameBack, form: Form, facts: Facts) -> tuple[dict[str, Json], list[Question]]:
    """Figures by question, and the questions whose cells hold something else. Rows that are no question of ours are let pass."""
    found, misread = read_table(form, {name: value for name, value in came.values.items() if name not in came.unclear}, facts)
    taken: dict[str, Json] = {name: value for name, value in found.items() if value is not None}
    missed = {question.name for question, _why in misread} | (found.keys() - taken.keys()) | set(came.unclear)
    return taken, [question for question in form.questions if question.figure and question.name in missed]


def _unclear(questions: list[Question]) -> Text | None:
    return msg("Not understood, so still open: %(what)s.", what=_names(questions)) if questions else None


def _empty(work: Filling) -> Text | None:
    """Figures that nobody has given, by chat or by file."""
    left = [question for question in work.form.questions if question.figure and question.name not in work.answers]
    return msg("Still without a figure: %(count)s.", count=len(left)) if left else None


def _does_not_fit(work: Filling) -> tuple[Text, ...]:
    """The first things that cannot be right; what only stands out is asked before handing in."""
    found = checks.findings(work.form, {name: given.value for name, given in work.answers.items()}, work.facts.known)
    return tuple(finding.why for finding in found if finding.hard)[:3]


def _names(questions: list[Question]) -> Text:
    shown: list[Text] = [question.short for question in questions[:_NAMED]]
    more = len(questions) - _NAMED
    return Join((*shown, *((msg("and %(count)s more", count=more),) if more > 0 else ())), ", ")
