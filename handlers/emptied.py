"""A report that held nothing but a file which could not be kept: empty does not count as handed in, however punctual it was."""

from datetime import timedelta

from handlers.decide import opened_until
from handlers.forms import checks
from handlers.forms.values import files
from handlers.submit_words import name_of
from handlers.submit_words import until as due
from models.facts import Facts, RefusedFile
from models.form import Form, QuestionType
from models.report_commands import EmptyReport
from models.report_facts import Expected, Filing
from models.talk import Choice, Join, Json, Lane, Moment, Say, Text, Typed, lines, msg


def emptied(file: RefusedFile, facts: Facts) -> EmptyReport | None:
    """What becomes of the report that the file was handed in with; None while anything else of it stands, or it does not stand as handed in."""
    expected = facts.expected
    form = facts.forms.get(expected.form) if expected is not None else None
    if expected is None or form is None or not facts.filings:
        return None
    nothing = frozenset(one.id for one in facts.attachments if one.state == "refused" or one.blank)
    held = [filing for filing in facts.filings if _holds(form, filing, nothing)]
    if held and held[-1] is facts.filings[-1]:
        return None
    begin = Choice(f"submit:{expected.id}", msg("Hand in %(code)s", code=expected.code), action=True, typed=f"nop {expected.number}")
    say = Say(owed_again(expected, facts), (begin,), lane=Lane.REMINDER, purpose="report", unpressed="")
    return EmptyReport(expected.id, file.id, file.reason, say, held[0] if held else None, held[-1] if held else None, file.person)


def _holds(form: Form, filing: Filing, nothing: frozenset[str]) -> bool:
    """Whether anything was reported: a statement that there was nothing is a report too."""
    papers = {question.name: filing.values.get(question.name) for question in form.questions if question.type is QuestionType.FILE}
    kept: dict[str, Json] = {name: [one for one in files(value) if one not in nothing] for name, value in papers.items()}
    return filing.zero or not checks.is_empty(form, {**filing.values, **kept})


def owed_again(expected: Expected, facts: Facts) -> Text:
    """What the unit reads: that it does not count, until when it is due, and the way on."""
    what = Join((name_of(expected), Join(("(", expected.code, ")"), "")), " ")
    return lines(
        msg("%(what)s held only a file that could not be kept, so it does not count as handed in any more.", what=what),
        msg("The due day stays as it was: %(until)s.", until=due(expected, facts)),
        _opened(expected, facts),
        msg("To send the file again, or to answer here, type: %(typed)s", typed=Typed(f"nop {expected.number}")),
    )


def _opened(expected: Expected, facts: Facts) -> Text | None:
    until = opened_until(facts.now, facts)
    last = Moment(until - timedelta(minutes=1), "date")
    return msg("It can be handed in until the end of %(day)s.", day=last) if expected.locked(until) else None
