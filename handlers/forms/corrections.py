"""An earlier message was edited: what it answered is read anew, whole or not at all. It is never an answer to the question that is open now."""

from handlers.forms.checks import WHY
from handlers.forms.figures import Unread, read_figures
from handlers.forms.filling import Filling, keep
from handlers.forms.parsers import Misread, parse
from handlers.forms.showing import value_text
from models.form import Question
from models.talk import Join, Text, lines, msg


def corrected(filling: Filling) -> Text:
    """Corrects the answers that the edited message gave; returns what is said about it."""
    text, message = filling.incoming.text.strip(), filling.incoming.message
    names = [name for name, given in filling.answers.items() if message and given.message == message]
    reasons = [name for name in names if name.endswith(WHY)]
    questions = [question for question in filling.form.questions if question.name in names]
    if not text or not (reasons or questions):
        return msg("An edited message is not read again. Please type it as a new one.")
    if reasons:
        filling.put(reasons[0], text[:500], message=message)
        return msg("Corrected: %(answer)s", answer=text[:120])
    why = _figures(filling, questions, text) if questions[0].figure else _other(filling, questions[0], text)
    if why is not None:
        return lines(why, msg("Your earlier answer stays as it was."))
    shown = (Join((question.short, _shown(filling, question)), " ") for question in questions)
    return msg("Corrected: %(answer)s", answer=Join(tuple(shown), "; "))


def _figures(filling: Filling, questions: list[Question], text: str) -> Text | None:
    """All the figures of the message, in their order; None if they were taken."""
    read = read_figures(text, questions)
    if isinstance(read, Unread):
        return read.why
    if len(read.values) < len(questions):
        return msg(
            "%(given)s figures came, but %(asked)s are asked here. Nothing was noted: please type them once more.",
            given=len(read.values),
            asked=len(questions),
        )
    for question, value in read.values:
        filling.put(question.name, value, skipped=value is None, message=filling.incoming.message)
    return None


def _other(filling: Filling, question: Question, text: str) -> Text | None:
    read = parse(question, text, filling.facts)
    if isinstance(read, Misread):
        return read.why
    keep(filling, question, read)
    filling.data["alternatives"] = []
    filling.echo = None
    return None


def _shown(filling: Filling, question: Question) -> Text:
    value = filling.answers[question.name].value
    return "–" if value is None else value_text(question, value, filling.facts, 120)
