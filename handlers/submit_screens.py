"""Handing in: the next question of the form, and the screens that are no questions of it."""

import hashlib
import json
from collections.abc import Callable, Iterator

from handlers import reply
from handlers.forms import checks
from handlers.forms.filling import Filling
from handlers.forms.showing import Around, answer_text
from handlers.forms.values import figure_text
from handlers.submit_words import name_of, until
from models.form import Question, QuestionType
from models.report_facts import Expected
from models.talk import Choice, Join, Json, Say, Text, lines, msg

WAYS, ZERO, WHY, REVIEW, SECTION = "_ways", "_zero", "_why", "_review", "_section"
BY_CHAT, BY_FILE, NOTHING, TABLE, YES, FIX = "chat", "file", "nothing", "table", "_yes", "_fix"
EDIT = "_edit."  # + section
PAPERS = frozenset({QuestionType.FILE, QuestionType.DATE})
_CUT = 80  # letters of free text on the review's one screen


def expected_of(work: Filling) -> Expected:
    """The report that is being filled in; the route has found it."""
    expected = work.facts.expected
    if expected is None:
        raise ValueError("no report is being filled in")
    return expected


# --- the way through the form -----------------------------------------------------------------------------------------


def next_question(work: Filling) -> Question | None:
    """The first that is still to be asked; where the office sends its own paper only that and its day."""
    return next((question for question in work.filled.order("one") if _is_asked(work, question) and _is_open(work, question)), None)


def _is_asked(work: Filling, question: Question) -> bool:
    return work.word("way") != BY_FILE or question.type in PAPERS


def _is_open(work: Filling, question: Question) -> bool:
    return question.name not in work.answers or question.name in work.early


def advance(work: Filling, lead: Text | None = None) -> None:
    """The next question, or the review behind the last one."""
    question = next_question(work)
    if question is None:
        show(work, REVIEW, lead if lead is not None else _noted(work))
        return
    work.show(question, Around(lead, work.echo, note=_where(work, question)))


def _noted(work: Filling) -> Text | None:
    return msg("Noted: %(answer)s", answer=work.echo) if work.echo is not None else None


def _where(work: Filling, question: Question) -> Text | None:
    """What the recipient wants put right here, if the report was sent back."""
    why = expected_of(work).reasons.get(question.name)
    return sent_back(work, why) if why else None


def sent_back(work: Filling, why: str) -> Text:
    """Who wants it put right, and what."""
    return msg("Sent back by the %(office)s because: %(why)s", office=work.facts.plan.office_of(expected_of(work).recipient), why=why)


def again(work: Filling, lead: Text | None = None) -> None:
    """What the cursor stands on, once more."""
    question = work.question
    if question is None:
        show(work, work.step if work.step in SCREENS else REVIEW, lead)
    else:
        work.show(question, Around(lead, note=_where(work, question)))


def show(work: Filling, step: str, lead: Text | None = None) -> None:
    """One of the screens below."""
    work.data |= reply.same_question(work.frame, step)
    if step == REVIEW:
        work.data["looked"] = stamp_of(work)
    text, choices = SCREENS[step](work)
    work.step = step
    work.says.append(Say(text if lead is None else Join((lead, text), separator="\n\n"), tuple(choices), asks=True))


def stamp_of(work: Filling) -> str:
    """What all answers are, as one short word: another one once a colleague or a spreadsheet has changed any of them."""
    values = {name: given.value for name, given in work.answers.items()}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


Screen = tuple[Text, Iterator[Choice]]


# --- how --------------------------------------------------------------------------------------------------------------


def _ways(work: Filling) -> Screen:
    expected = expected_of(work)
    text = lines(
        Join((name_of(expected), Join(("(", expected.code, ")"), "")), " "), until(expected, work.facts), _official(expected),
        msg("How would you like to hand it in?"),
    )  # fmt: skip
    return text, _way_choices(work, expected)


def _way_choices(work: Filling, expected: Expected) -> Iterator[Choice]:
    yield Choice(BY_CHAT, msg("Answer here, part by part"), style="primary")
    yield Choice(BY_FILE, msg("Send my office's file"))
    if any(question.figure for question in work.form.questions):
        yield Choice(TABLE, msg("Get a spreadsheet to fill in"))
    if expected.zero_allowed:
        yield Choice(NOTHING, msg("There was nothing in this period"))


def _official(expected: Expected) -> Text | None:
    """The office puts the form right: until then nobody shall take it for the official one."""
    if expected.template or expected.request:  # the plan has no words about what the division asks for in between
        return None
    return msg("The official form is not known here yet: these questions follow the plan's words.")


def _zero(work: Filling) -> Screen:
    text = msg("You state: in “%(what)s” there was nothing to report. Is that right?", what=name_of(expected_of(work)))
    return text, iter((Choice(YES, msg("Yes, there was nothing"), style="primary"), Choice(reply.BACK, msg("No, back"))))


def _why(work: Filling) -> Screen:
    """A figure that stands out, with everything that speaks against it: a few words answer all of it."""
    name = work.word("about")
    question = work.form.question(name)
    found = [one.why for one in checks.findings(work.form, work.filled.values(), work.facts.known) if one.question == name and not one.hard]
    text = lines(*(found or [question.short]), msg("If that is right, please say why in a few words."))
    given = work.answers[name].value
    return text, iter((Choice(FIX, msg("Change the figure %(figure)s", figure=figure_text(given))),))


# --- review -----------------------------------------------------------------------------------------------------------


def _review(work: Filling) -> Screen:
    expected = expected_of(work)
    head = Join((name_of(expected), Join(("(", expected.code, ")"), "")), " ")
    rows = [row for section, questions in work.filled.sections("one") if (row := _row(work, section.label, questions)) is not None]
    return lines(head, msg("Please check, then hand it in:"), *rows), _review_choices(work)


def _review_choices(work: Filling) -> Iterator[Choice]:
    yield Choice(reply.SEND, msg("HAND IN"), style="success")
    for section, questions in work.filled.sections("one"):
        if any(_is_asked(work, question) for question in questions):
            yield Choice(EDIT + section.name, msg("Change: %(section)s", section=section.label))
    if work.word("way") == BY_FILE and any(question.type not in PAPERS for question in work.form.questions):
        yield Choice(BY_CHAT, msg("Answer the questions here too"))
    yield Choice(reply.CANCEL, msg("Later: keep the draft"))


def _row(work: Filling, label: Text, questions: list[Question]) -> Text | None:
    answers = tuple(said(work, question) for question in questions if question.name in work.answers)
    return msg("• %(section)s: %(answers)s", section=label, answers=Join(answers, separator="; ")) if answers else None


def said(work: Filling, question: Question) -> Text:
    """A figure with its name and, where it stands out, its reason; the rest as it was answered."""
    given = work.answers[question.name]
    if given.skipped or given.value is None:
        return msg("%(question)s –", question=question.short)
    answer = answer_text(question, given, work.facts, _CUT)
    if not question.figure:
        return answer
    reason = work.answers.get(question.name + checks.WHY)
    shown = Join((question.short, answer), " ")
    return Join((shown, Join(("(", str(reason.value)[:_CUT], ")"), "")), " ") if reason is not None and reason.value else shown


def edit_section(work: Filling, name: str) -> None:
    """All of a part again: each figure may be kept or changed."""
    questions = next((questions for section, questions in work.filled.sections("one") if section.name == name), [])
    if not questions:
        again(work)
        return
    ask_again(work, [question.name for question in questions if _is_asked(work, question)])


def ask_again(work: Filling, names: list[str], lead: Text | None = None) -> None:
    """Answers that stay as they are until they are given anew."""
    work.data["early"] = list[Json](dict.fromkeys([*work.early, *names]))
    work.echo = None
    advance(work, lead)


SCREENS: dict[str, Callable[[Filling], Screen]] = {WAYS: _ways, ZERO: _zero, WHY: _why, REVIEW: _review}
