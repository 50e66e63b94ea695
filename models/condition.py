"""What plan files and form files have in common: a label in both languages, and a structured condition over answers (DESIGN section 4).

    {eq: [kind, violation]}            the answer is this value; of an answer with several values: one of them is
    {in: [relation, [cha, me]]}        the answer is one of these
    {all: [...]}  {any: [...]}  {not: {...}}

Nothing else: whatever these five cannot say is a named Python function, so that a file can always be read, checked and shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetPydanticSchema, StringConstraints, model_validator
from pydantic_core import CoreSchema, core_schema

from models.talk import Label

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Scalar = str | int | float | bool


class _LabelInFile(BaseModel):
    """The two keys of a label in YAML, both required, nothing beside them."""

    model_config = ConfigDict(extra="forbid")
    vi: Filled
    en: Filled


def _label_schema(_source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """A mapping {vi, en} becomes a `Label`. A model stands between: of a dataclass pydantic ignores unknown keys, and a typo would pass."""
    read = core_schema.no_info_after_validator_function(lambda given: Label(given.vi, given.en), handler.generate_schema(_LabelInFile))
    return core_schema.no_info_before_validator_function(
        lambda given: {"vi": given.vi, "en": given.en} if isinstance(given, Label) else given, read
    )


Bilingual = Annotated[Label, GetPydanticSchema(_label_schema)]
"""The type of every label in a file: `models.talk.Label`, both languages filled (DESIGN rule 11)."""


class Condition(BaseModel):
    """Exactly one of the five words. Write it as YAML does: `Condition.model_validate({"eq": ["kind", "violation"]})`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    all_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(default=None, alias="all")
    any_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(default=None, alias="any")
    negated: "Condition | None" = Field(default=None, alias="not")
    equals: tuple[Filled, Scalar] | None = Field(default=None, alias="eq")
    among: tuple[Filled, Annotated[tuple[Scalar, ...], Field(min_length=1)]] | None = Field(default=None, alias="in")

    @model_validator(mode="after")
    def _one_word(self) -> Self:
        given = [word for word in (self.all_of, self.any_of, self.negated, self.equals, self.among) if word is not None]
        if len(given) != 1:
            raise ValueError("a condition is exactly one of all, any, not, eq, in")
        return self


def holds(condition: Condition, answers: Mapping[str, Any]) -> bool:
    """Whether the condition is true of these answers. A question without an answer (missing or None) equals nothing."""
    if condition.all_of is not None:
        return all(holds(part, answers) for part in condition.all_of)
    if condition.any_of is not None:
        return any(holds(part, answers) for part in condition.any_of)
    if condition.negated is not None:
        return not holds(condition.negated, answers)
    if condition.equals is not None:
        question, value = condition.equals
        return any(_same(given, value) for given in _values(answers.get(question)))
    question, values = condition.among or ("", ())
    return any(_same(given, value) for given in _values(answers.get(question)) for value in values)


def compared(condition: Condition) -> Iterator[tuple[str, tuple[Scalar, ...]]]:
    """Every question that the condition asks about, with the values it compares it to: what a loader checks against form and plan."""
    for part in (*(condition.all_of or ()), *(condition.any_of or ())):
        yield from compared(part)
    if condition.negated is not None:
        yield from compared(condition.negated)
    if condition.equals is not None:
        yield condition.equals[0], (condition.equals[1],)
    if condition.among is not None:
        yield condition.among


def _values(answer: Any) -> Sequence[Any]:
    """One value, several (select_multiple), or none."""
    if answer is None:
        return ()
    return answer if isinstance(answer, list | tuple) else (answer,)


def _same(given: Any, value: Scalar) -> bool:
    """Python holds that 1 == True; an answer "1 child" is not the answer "yes"."""
    return bool(given == value) and isinstance(given, bool) == isinstance(value, bool)
