"""The screens of a report that are no questions of its form: review, one section, stop?, go on?, after sending."""

from collections.abc import Iterator

from handlers import reply
from handlers.forms.filling import Filling
from handlers.forms.showing import Around, said_text
from handlers.report_words import receipt
from handlers.wording import duty_line
from models.form import Question, Section, Stage
from models.talk import CaseCode, Choice, Join, Json, Say, Text, lines, msg

REVIEW, SECTION, STOP, AGAIN, SENT = "_review", "_section", "_stop", "_again", "_sent"
NEW, YES = "_new", "_yes"
_EDIT = "_edit."  # + section
_CUT = 60  # letters of free text on the review's one screen


def advance(work: Filling, lead: Text | None = None) -> None:
    """The next question, or the screen behind the last one."""
    question = None if work.data.get("enough") is True else work.next()
    if question is not None:
        ask(work, question, lead)
    else:
        show(
            work,
            REVIEW,
            Join((lead, msg("Noted: %(answer)s", answer=work.echo)), separator="\n") if lead and work.echo else lead or _noted(work),
        )


def _noted(work: Filling) -> Text | None:
    return msg("Noted: %(answer)s", answer=work.echo) if work.echo is not None else None


def ask(work: Filling, question: Question, lead: Text | None = None) -> None:
    """A question with what was understood just now."""
    others: list[Json] = []
    if work.echo is not None and isinstance(kept := work.data.get("alternatives"), list):
        others = kept
    work.show(question, Around(lead, work.echo, tuple(others), note=_note(work, question)))


def _note(work: Filling, question: Question) -> Text | None:
    return duty_line(work.facts) if question.name == "called" else None


def again(work: Filling, lead: Text | None = None) -> None:
    """What the cursor stands on, once more."""
    question = work.question
    if question is None:
        show(work, work.step, lead)
        return
    page = work.data.get("page")
    work.show(question, Around(lead, page=page if isinstance(page, int) else 0, note=_note(work, question)))


def show(work: Filling, step: str, lead: Text | None = None) -> None:
    """One of the screens below."""
    work.data |= reply.same_question(work.frame, step)
    text, choices = SCREENS[step](work)
    work.step = step
    columns = 2 if step == REVIEW else 1
    work.says.append(Say(text if lead is None else Join((lead, text), separator="\n\n"), tuple(choices), asks=True, columns=columns))


Screen = tuple[Text, Iterator[Choice]]


# --- review -----------------------------------------------------------------------------------------------------------


def shown_stage(work: Filling) -> Stage:
    """After sending only the second stage can still be changed; before, the review is of what will be sent."""
    return "more" if work.word("sent") else "one"


def _review(work: Filling) -> Screen:
    if work.word("sent"):
        return _more_review(work)
    sections = [*work.filled.sections("one"), *work.filled.sections("more")]
    rows = [row for section in sections if (row := _row(work, *section)) is not None]
    return lines(msg("Please check, then send:"), *rows), _review_choices(work)


def _review_choices(work: Filling) -> Iterator[Choice]:
    yield Choice(reply.SEND, msg("SEND NOW"), style="success")
    yield Choice(reply.MORE, msg("Add what else you know"))
    for section, _ in work.filled.sections("one"):
        yield Choice(_EDIT + section.name, msg("Change: %(section)s", section=section.label))
    yield Choice(reply.CANCEL, msg("Stop this report"))


def _more_review(work: Filling) -> Screen:
    sections = work.filled.sections("more")
    rows = [row for section in sections if (row := _row(work, *section)) is not None]
    first = (
        msg("Added to %(code)s:", code=CaseCode(work.word("case")))
        if rows
        else msg("Nothing was added to %(code)s yet.", code=CaseCode(work.word("case")))
    )
    choices = [Choice(reply.DONE, msg("Done"), style="success")]
    choices += [Choice(_EDIT + section.name, msg("Change: %(section)s", section=section.label)) for section, _ in sections]
    return lines(first, *rows), iter(choices)


def _row(work: Filling, section: Section, questions: list[Question]) -> Text | None:
    given = [(question, work.answers[question.name]) for question in questions if question.name in work.answers]
    if section.name in {"child", "family", "help"}:  # skipped ones of the second stage are no news
        given = [(question, one) for question, one in given if not one.skipped]
    said = tuple(question.short if work.discreet else said_text(question, one, work.facts, _CUT) for question, one in given)
    return msg("• %(section)s: %(answers)s", section=section.label, answers=Join(said, separator="; ")) if said else None


# --- one section ------------------------------------------------------------------------------------------------------


def edited_section(key: str) -> str:
    """The section that a choice of the review names, "" if it names none."""
    return key.removeprefix(_EDIT) if key.startswith(_EDIT) else ""


def edit_section(work: Filling, name: str) -> None:
    """Change a section: its only question at once, else a list of them."""
    questions = section_questions(work, name)
    if len(questions) == 1:
        edit(work, questions[0])
    elif questions:
        work.data["section"] = name
        show(work, SECTION)
    else:
        again(work)


def edit(work: Filling, question: Question) -> None:
    """Ask one question again, of whatever stage."""
    work.data["stage"] = question.stage
    work.data["enough"] = question.stage == "more"  # one answer changed is no wish to go through all that is left of the second stage
    ask(work, question)


def ask_ward_anew(work: Filling, lead: Text) -> None:
    """Of a case of an earlier plan, by an officer: the ward alone, then what was added."""
    work.data["stage"], work.data["enough"] = "one", True
    ask(work, work.form.question("ward"), lead)


def section_questions(work: Filling, name: str) -> list[Question]:
    """The questions of a section of the stage under review."""
    return next((questions for section, questions in work.filled.sections(shown_stage(work)) if section.name == name), [])


def _section(work: Filling) -> Screen:
    choices = [Choice(question.name, question.short) for question in section_questions(work, work.word("section"))]
    return msg("Which one would you like to change?"), iter([*choices, Choice(reply.BACK, msg("Back"))])


# --- stop, go on, sent ------------------------------------------------------------------------------------------------


def _stop(work: Filling) -> Screen:
    kept = msg("A child may be in trouble, so those responsible will still be told that a report was begun.") if work.word("case") else None
    return lines(msg("Stop this report?"), kept), iter(
        (Choice(YES, msg("Yes, stop")), Choice(reply.RESUME, msg("No, go on"), style="primary"))
    )


def _again(_work: Filling) -> Screen:
    choices = (Choice(reply.RESUME, msg("Go on with it"), style="primary"), Choice(NEW, msg("Report something else")))
    return msg("A report of yours is not finished. Go on with it, or report something else?"), iter(choices)


def _sent(work: Filling) -> Screen:
    from handlers.report_case import is_urgent

    choices = (Choice(reply.MORE, msg("Add what else you know"), style="primary"), Choice(reply.DONE, msg("Done")))
    return receipt(work, urgent=is_urgent(work)), iter(choices)


SAID = {STOP: {"co": YES, "dung": YES, "dong y": YES, "khong": reply.RESUME, "thoi khong": reply.RESUME}}
"""Folded words that people type at a screen, beside its labels."""

SCREENS = {REVIEW: _review, SECTION: _section, STOP: _stop, AGAIN: _again, SENT: _sent}
