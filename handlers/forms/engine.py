"""Which question comes next.

Rules:

1. A question is relevant if its condition holds over the relevant answers before it; an answer that lost its relevance is kept but counts no more.
2. The next question is the first relevant one of its stage without an answer; a skip is an answer.
3. While the `first_when` of a question holds, it is asked right behind the answer that made it hold (danger: where comes next).
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property

from handlers.forms.scribe import is_told
from models.condition import compared, holds
from models.facts import Given
from models.form import Form, Question, Section, Stage
from models.talk import Json


@dataclass(frozen=True)
class Filled:
    """A form as far as it is filled; `staff` tells whether an officer is filling it."""

    form: Form
    answers: Mapping[str, Given]
    staff: bool = False

    def relevant(self) -> list[Question]:
        """Every relevant question of both stages, in the order of the form."""
        return [question for question, _ in self._walked]

    def values(self) -> dict[str, Json]:
        """The answers that count, skipped ones as None."""
        return {question.name: given.value for question, given in self._walked if given is not None}

    def order(self, stage: Stage) -> list[Question]:
        """Relevant questions of a stage in the order in which they are asked."""
        values, here = self.values(), [question for question in self.relevant() if question.stage == stage]
        places = {question.name: place for place, question in enumerate(self.form.questions)}
        return sorted(here, key=lambda question: _place(question, places, values))

    def next(self, stage: Stage, again: Container[str] = ()) -> Question | None:
        """The next question of a stage; those in `again` are asked although something has already been said about them."""
        return next((question for question in self.order(stage) if question.name not in self.answers or question.name in again), None)

    def before(self, name: str) -> Question | None:
        """The answered question before one, in the order of asking."""
        order = self.order(self.form.question(name).stage)
        names = [question.name for question in order]
        earlier = order[: names.index(name)] if name in names else []
        return next((question for question in reversed(earlier) if question.name in self.answers), None)

    def sections(self, stage: Stage) -> list[tuple[Section, list[Question]]]:
        """Relevant questions of a stage by section, as the review shows them."""
        here = [question for question in self.relevant() if question.stage == stage]
        grouped = [(section, [question for question in here if question.section == section.name]) for section in self.form.sections]
        return [(section, questions) for section, questions in grouped if questions]

    @cached_property
    def _walked(self) -> list[tuple[Question, Given | None]]:
        values: dict[str, Json] = {}
        found: list[tuple[Question, Given | None]] = []
        for question in self.form.questions:
            if (
                (question.staff and not self.staff)
                or (question.scribe and not is_told(self.answers))
                or (question.relevant is not None and not holds(question.relevant, values))
            ):
                continue
            given = self.answers.get(question.name)
            found.append((question, given))
            if given is not None:
                values[question.name] = given.value
        return found


def _place(question: Question, places: Mapping[str, int], values: Mapping[str, Json]) -> tuple[int, int]:
    """Where a question stands: its own place in the form, or, while its `first_when` holds, right behind what that depends on."""
    own = places[question.name]
    if question.first_when is None or not holds(question.first_when, values):
        return own, 0
    return max(places[name] for name, _ in compared(question.first_when)), own
