"""A question as it is asked, and an answer as it is shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from handlers import reply
from handlers.forms.engine import Filled
from handlers.forms.figures import example
from handlers.forms.offers import AS_BEFORE, all_offers, before_all, offers
from handlers.forms.parsers import neighbourhood_text
from handlers.forms.scribe import is_told
from handlers.forms.values import account_shown, birth_text, day_text, figure_text, files, span_text, value_span
from models.facts import Facts, Given
from models.form import HOLDS_FILES, Question, QuestionType
from models.talk import Choice, Join, Json, Say, Text, lines, msg

ALTERNATIVE = "_alt"
_TWO_COLUMNS = 4  # wards from this many on stand in two columns


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a question: words before it, what was understood just now (with other readings), the page of a long list."""

    lead: Text | None = None
    echo: Text | None = None
    alternatives: tuple[Json, ...] = ()
    candidates: bool = False  # the alternatives are readings of words that were not understood
    page: int = 0
    note: Text | None = None  # a line that only the dialogue knows, such as a number to call
    block: tuple[Question, ...] = ()  # figures that one message may answer, the one at the cursor first


def ask(question: Question, filled: Filled, facts: Facts, around: Around, *, discreet: bool = False) -> Say:
    """The question with everything that can be chosen. `discreet`: not what is answered already."""
    given = filled.answers.get(question.name)
    told = given and not given.skipped and not discreet and len(around.block) < 2
    kept = msg("So far: %(answer)s", answer=answer_text(question, given, facts, 120)) if given and told else None
    echo = msg("Noted: %(answer)s", answer=around.echo) if around.echo is not None else None
    put = question.told if question.told is not None and is_told(filled.answers) else question
    body = lines(*_asked(put.label, question, around.block, filled), put.hint, around.note, kept)
    before = tuple(text for text in (around.lead, echo) if text is not None)
    text = Join((*before, body), separator="\n\n") if before else body
    choices = tuple(_choices(question, filled, facts, around, given))
    return Say(text, choices, asks=True, columns=2 if question.type is QuestionType.UNIT and len(choices) > _TWO_COLUMNS else 1)


def _asked(label: Text, question: Question, block: tuple[Question, ...], filled: Filled) -> tuple[Text, ...]:
    """The question; of figures what is counted, and which ones may come in the same message, under the name of their part."""
    if not question.figure:
        return (label,)
    one = msg("%(question)s (%(measure)s)?", question=label, measure=question.measure) if question.measure else label
    if len(block) < 2:
        return (one,)
    parts = [section for section, _ in filled.sections("one")]
    place = next((at for at, section in enumerate(parts, 1) if section.name == question.section), 1)
    head = msg("Part %(place)s of %(count)s: %(part)s", place=place, count=len(parts), part=parts[place - 1].label)
    listed = (Join((f"{at}) ", each.short, *_measure(each, block), *_so_far(each, filled)), "") for at, each in enumerate(block, 1))
    how = msg(
        "Type these %(count)s figures in one message, for example: %(example)s. Or only the first one.",
        count=len(block),
        example=example(block),
    )
    return (head, *listed, how)


def _so_far(question: Question, filled: Filled) -> tuple[Text, ...]:
    """The figure that stands there, of one that is asked again."""
    given = filled.answers.get(question.name)
    return (": ", figure_text(given.value)) if given is not None and not given.skipped else ()


def _measure(question: Question, block: tuple[Question, ...]) -> tuple[Text, ...]:
    """What is counted, where not all of them count the same."""
    if question.measure is None or len({each.measure for each in block}) == 1:
        return ()
    return (" (", question.measure, ")")


def _choices(question: Question, filled: Filled, facts: Facts, around: Around, given: Given | None) -> Iterator[Choice]:
    yield from _alternatives(facts, around)
    if before := before_all(around.block, facts):
        yield Choice(AS_BEFORE, msg("All %(count)s as in the report before", count=len(before)), hint="; ".join(map(figure_text, before)))
    for offer in offers(question, facts, filled.values(), around.page):
        yield Choice(offer.key, offer.label, style="danger" if offer.then else "", hint=offer.hint)
    if question.type in HOLDS_FILES and given and not given.skipped:
        yield Choice(reply.DONE, msg("That is all the photos") if question.type is QuestionType.PHOTO else msg("Those are all the files"))
    elif given and not given.skipped:
        yield Choice(reply.KEEP, msg("Keep as it is"))
    elif not question.required:
        yield Choice(reply.SKIP, question.skip or msg("Skip"))
    if question.stage == "more":
        yield Choice(reply.DONE, msg("Finish here"))
    if filled.before(question.name) is not None:
        yield Choice(reply.BACK, msg("Correct that") if around.echo is not None else msg("Back"))


def _alternatives(facts: Facts, around: Around) -> Iterator[Choice]:
    for place, value in enumerate(around.alternatives):
        what = alternative_text(value, facts)
        yield Choice(f"{ALTERNATIVE}{place}", what if around.candidates else msg("No: %(answer)s", answer=what))


def alternative_text(value: Json, facts: Facts) -> Text:
    """Another reading of what was typed: a time or a ward."""
    span = value_span(value, facts.zone)
    return span_text(span) if span is not None else facts.plan.unit(str(value)).name


# --- answers ----------------------------------------------------------------------------------------------------------


def answer_text(question: Question, given: Given, facts: Facts, most: int = 0) -> Text:
    """An answer in the reader's words; free text is cut at `most` letters if given."""
    if given.skipped or given.value is None:
        return msg("not known")
    return value_text(question, given.value, facts, most)


def value_text(question: Question, value: Json, facts: Facts, most: int = 0) -> Text:
    """A stored value in the reader's words."""
    match question.type:
        case QuestionType.TEXT:
            return account_shown(value, most)
        case QuestionType.DATETIME:
            return _when(question, value, facts)
        case QuestionType.BIRTH if isinstance(value, dict):
            return birth_text(value)
        case QuestionType.PHOTO:
            return msg("photos: %(count)s", count=len(files(value)))
        case QuestionType.FILE:
            return msg("files: %(count)s", count=len(files(value)))
        case QuestionType.INTEGER | QuestionType.DECIMAL:
            return figure_text(value)
        case QuestionType.DATE:
            return day_text(value)
        case QuestionType.UNIT:
            return _unit(question, str(value), facts)
        case QuestionType.SELECT_ONE:
            return _offered(question, str(value), facts)
        case _:
            return str(value)


def said_text(question: Question, given: Given, facts: Facts, most: int = 0) -> Text:
    """An answer as one of several on a line: without its question, a bare "Có" would be a riddle."""
    if not given.skipped and question.type is QuestionType.SELECT_ONE:
        return next(
            (offer.said for offer in all_offers(question, facts) if offer.value == given.value and offer.said),
            answer_text(question, given, facts),
        )
    if given.skipped:
        return question.skip or msg("%(question)s: not known", question=question.short)
    return answer_text(question, given, facts, most)


def _when(question: Question, value: Json, facts: Facts) -> Text:
    span = value_span(value, facts.zone)
    if span is not None:
        return span_text(span)
    named = value.get("precision") if isinstance(value, Mapping) else None
    return next((choice.label for choice in question.choices if choice.name == named), msg("not known"))


def _unit(question: Question, value: str, facts: Facts) -> Text:
    """Also one of an earlier plan, as far as this one knows its name."""
    found = facts.plan.named(value)
    if found is not None:
        return found.name
    return neighbourhood_text(value) if question.level == "neighbourhood" else value


def _offered(question: Question, value: str, facts: Facts) -> Text:
    return next((offer.label for offer in all_offers(question, facts) if offer.value == value), value)
