"""Forms are data: incident intake, periodic reports and checklists are one thing (DESIGN section 4). Words are XLSForm's where it has them.

The models say what a form file may hold; `bot.form_files` reads it and checks names; `handlers.forms` runs it.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.condition import Bilingual, Condition

MAX_KEY = 40  # bytes of a choice's name: with the question's number it stays far within the 64 bytes of a button
Stage = Literal["one", "more"]


class QuestionType(StrEnum):
    """What an answer may be; each type has one parser in `handlers.forms.parsers`."""

    SELECT_ONE = "select_one"
    TEXT = "text"
    DATETIME = "datetime"  # when something happened: a span
    BIRTH = "birth"  # a birth date or about how old
    UNIT = "unit"  # see Question.level
    PHONE = "phone"
    PHOTO = "photo"
    FILE = "file"  # papers: DOCX, XLSX, PDF, photos of them
    INTEGER = "integer"
    DECIMAL = "decimal"  # money, in millions of đồng
    DATE = "date"  # a day that is not in the future


FIGURES = frozenset({QuestionType.INTEGER, QuestionType.DECIMAL})
HOLDS_FILES = frozenset({QuestionType.PHOTO, QuestionType.FILE})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Frozen):
    """One answer on offer. Its name is stored and travels in a button."""

    name: str
    label: Bilingual
    hint: Bilingual | None = None
    said: Bilingual | None = None  # how the review says it, where the bare label would be a riddle ("Có")
    also: tuple[str, ...] = ()  # other words that people type for it, compared whole and folded
    then: str | None = None  # an effect by name, idempotent per submission: `handlers.forms.names.EFFECTS`
    reads: str | None = None  # of a datetime: the words that the choice stands for, read like typed ones


class Section(_Frozen):
    """Questions that the review shows on one line, under one name."""

    name: str
    label: Bilingual


class Told(_Frozen):
    """How a question is put to an officer who writes a report down for somebody else, where the words to the reporter would be wrong."""

    label: Bilingual
    hint: Bilingual | None = None


class Compare(_Frozen):
    """When a figure stands out against the period before: it differs by at least so many percent and by at least so much."""

    percent: int
    least: int


class Question(_Frozen):
    """One message to the reporter. A question that is not relevant is neither asked nor counted as answered."""

    name: str
    type: QuestionType
    label: Bilingual
    section: str
    short: Bilingual  # what the review calls it
    hint: Bilingual | None = None
    choices: tuple[Choice, ...] = ()
    choices_from: str | None = None  # a list of the plan
    also: dict[str, tuple[str, ...]] = {}  # words that people type for the choices of a list, by the choice's name
    relevant: Condition | None = None
    first_when: Condition | None = None  # asked before the others of its stage while this holds (danger: where comes first)
    constraint: str | None = None  # a check by name: `handlers.forms.names.CONSTRAINTS`
    required: bool = True
    skip: Bilingual | None = None  # what skipping is called, where "skip" would be a strange word
    private: bool = False
    stage: Stage = "one"
    staff: bool = False  # asked of officers only, never of a reporter
    scribe: bool = False  # asked only of an officer who writes a report down for somebody else
    told: Told | None = None  # how it is put to such an officer
    level: Literal["ward", "neighbourhood"] = "ward"  # of a unit
    fills: str | None = None  # of a ward: the neighbourhood question that the reporter's own neighbourhood answers in the same tap
    voice: bool = False  # of a text: a voice note answers too
    account: bool = False  # of a text: a free account, so what is typed right after it still belongs to it
    most: int = 10  # of photos and files: how many
    # of figures:
    measure: Bilingual | None = None  # what is counted: trẻ em, vụ, triệu đồng
    sum: tuple[str, ...] = ()  # figures that must add up to this one
    at_most: str | None = None  # the figure that this one cannot exceed
    compare: Compare | None = None  # with the period before: what stands out asks for a reason
    cases: str | None = None  # a count of cases in the service (models.report_facts.Known.cases): offered, and compared with

    @property
    def figure(self) -> bool:
        return self.type in FIGURES


class Ratio(_Frozen):
    """A figure that is worked out, never asked: `part` of `whole` in percent."""

    name: str
    label: Bilingual
    part: str
    whole: str


class Form(_Frozen):
    """One dialogue or paper form. `content_hash` is of the file, so that an answer can always be read against what was asked."""

    id: str
    version: int
    title: Bilingual
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    ratios: tuple[Ratio, ...] = ()
    content_hash: str = ""

    def question(self, name: str) -> Question:
        """The question of that name; a KeyError names it."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether a question has that name."""
        return any(question.name == name for question in self.questions)
