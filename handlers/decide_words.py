"""Reports that were handed in, in words: what stands in them, and what the recipient answered."""

from collections.abc import Iterator, Mapping

from handlers.forms.checks import WHY
from handlers.forms.engine import Filled
from handlers.forms.showing import answer_text
from handlers.forms.values import day_text, figure_text
from handlers.submit_words import name_of, on_time, unit_name
from models.facts import Facts, Given
from models.form import Form, Question
from models.report_facts import Expected
from models.talk import Join, Json, Moment, Text, lines, msg

SHOWN = 12  # corrections, the newest
PARTS = 6  # parts of a form in one letter: no letter is longer than a channel takes


def title(expected: Expected, facts: Facts) -> Text:
    """ "BC-17 Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021"."""
    return Join((Join((expected.code, unit_name(expected, facts)), " "), name_of(expected)), ": ")


def waiting_line(expected: Expected, facts: Facts) -> Text:
    """One that waits for the recipient."""
    return lines(Join(("• ", title(expected, facts)), ""), Join(("   ", received(expected, facts)), ""))


def received(expected: Expected, facts: Facts) -> Text:
    at = expected.handed_at or facts.now
    return msg("received %(time)s, %(on_time)s", time=Moment(at, "short"), on_time=on_time(expected, expected.first_at or at, facts))


def filled_texts(expected: Expected, facts: Facts) -> list[Text]:
    """A filled report by sections, one text a letter; figures with those of the period before and with their reasons."""
    head: list[Text] = [title(expected, facts), received(expected, facts)]
    if expected.handed_by_name:
        head.append(msg("Handed in by %(name)s", name=expected.handed_by_name))
    if expected.as_of:
        head.append(msg("Figures up to %(day)s", day=day_text(expected.as_of)))
    if expected.zero:
        return [lines(*head, msg("It states that there was nothing."))]
    draft, form = facts.filed, facts.forms.get(expected.form)
    if draft is None or form is None:
        return [lines(*head)]
    sections = [*_sections(form, draft.answers, facts), *_corrected(form, facts)]
    return [lines(*head, *sections[:PARTS]), *(lines(*sections[at : at + PARTS]) for at in range(PARTS, len(sections), PARTS))]


def _sections(form: Form, given: Mapping[str, Given], facts: Facts) -> Iterator[Text]:
    for section, questions in Filled(form, given).sections("one"):
        said = [_row(question, given, facts) for question in questions if question.name in given]
        if said:
            yield lines(Join(("▪ ", section.label), ""), *said)
    for ratio in form.ratios:
        part, whole = (given[name].value if name in given else None for name in (ratio.part, ratio.whole))
        if isinstance(part, int | float) and isinstance(whole, int | float) and whole:
            yield Join((ratio.label, figure_text(round(100 * part / whole, 1)) + " %"), ": ")


def _corrected(form: Form, facts: Facts) -> Iterator[Text]:
    """Who changed what since it was first handed in."""
    rows = [
        msg(
            "%(question)s: %(before)s → %(after)s (%(who)s, %(time)s)",
            question=form.question(one.question).short, before=_value(form, one.question, one.before, facts),
            after=_value(form, one.question, one.after, facts), who=one.by or "–", time=Moment(one.at, "short"),
        )
        for one in facts.corrections if form.has(one.question)
    ]  # fmt: skip
    if rows:
        yield lines(Join(("▪ ", msg("Put right since it was first handed in")), ""), *rows[-SHOWN:])


def _value(form: Form, question: str, value: Json, facts: Facts) -> Text:
    return "–" if value is None else answer_text(form.question(question), Given(value), facts, 60)


def _row(question: Question, answers: Mapping[str, Given], facts: Facts) -> Text:
    given = answers[question.name]
    answer = "–" if given.skipped or given.value is None else answer_text(question, given, facts, 400)
    before = facts.known.last.get(question.name) if question.figure else None
    then = msg("(before: %(figure)s)", figure=figure_text(before)) if isinstance(before, int | float) else None
    reason = answers.get(question.name + WHY)
    why = msg("because: %(why)s", why=str(reason.value)) if reason is not None and reason.value else None
    row = Join((Join((question.short, answer), ": "), *((then,) if then is not None else ())), " ")
    return lines(row, why)


def returned(expected: Expected, facts: Facts, reasons: dict[str, str]) -> Text:
    """What the unit reads: what is to be put right, and that the due day stays."""
    form = facts.forms.get(expected.form)
    rows = (
        Join(("• ", form.question(name).short, ": ", why), "") if form is not None and form.has(name) else Join(("• ", why), "")
        for name, why in reasons.items()
    )
    return lines(
        msg(
            "↩ %(title)s was sent back by the %(office)s to be put right:",
            title=title(expected, facts), office=facts.plan.office_of(expected.recipient),
        ),
        *rows,
        msg("Everything that you filled in is still there. The due day stays as it was."),
    )  # fmt: skip


def handed_in_again(expected: Expected, facts: Facts) -> Text:
    """To somebody who looked at an earlier one (rule 5)."""
    at = Moment(expected.handed_at or facts.now, "short")
    return msg("%(title)s was handed in again at %(time)s. Please look at it first.", title=title(expected, facts), time=at)


def standing(expected: Expected, facts: Facts) -> Text:
    """How it stands, to somebody whose press came too late."""
    words = {
        "owed": msg("%(title)s has not been handed in yet.", title=title(expected, facts)),
        "returned": msg("%(title)s has been sent back; the unit is putting it right.", title=title(expected, facts)),
        "handed_in": msg("%(title)s waits to be accepted.", title=title(expected, facts)),
        "accepted": msg("%(title)s has been accepted.", title=title(expected, facts)),
        "dropped": msg("%(title)s is no longer asked for.", title=title(expected, facts)),
    }
    return words.get(expected.state, title(expected, facts))
