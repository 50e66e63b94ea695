"""Legal clocks as a plan names them: what is owed about a case, until when, by which law, and who is reminded."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.condition import Bilingual, Condition
from models.plan_items import Id, Minutes, Piece, Sourced, Status

Basis = Literal["receipt", "event", "statement"]
"""What a limit counts from: when the case was received, when it happened, when an earlier duty was done."""
Reminded = Literal["reporter", "ward", "taker", "room", "leader", "above"]
"""Whom a reminder goes to. ward: where it happened; room: the division's; above: who leads the unit that the division acts for."""


class ClockStart(Sourced):
    """From when a limit counts. Where no document names it, `reason` says what this office goes by."""

    basis: Basis
    of: Id | None = None  # of a statement: the clock whose duty was done
    reason: Bilingual | None = None

    @model_validator(mode="after")
    def _says_what_it_rests_on(self) -> Self:
        if (self.basis == "statement") is not bool(self.of):
            raise ValueError("a clock that counts from a statement names the clock that is stated (of), and no other does")
        if self.status is not Status.VERIFIED and self.reason is None:
            raise ValueError("a start that stands in no document gives its reason")
        return self


class ClockStep(Piece):
    """One step up: minutes after the latest hour, and whom it is told to."""

    after: Annotated[int, Field(ge=0)]
    to: Annotated[tuple[Reminded, ...], Field(min_length=1)]


class Clock(Sourced):
    """One duty; `law` is the law of its limit.

    Exactly one of `hours` (0: at once), `days` and `working_days`; days end at 24:00 of the last one, the first is not counted. `strict_hours`:
    when we want it done, before the law's own latest. `when`, `rules`: the cases that it is owed for (`rules`: one of these rules of severity holds);
    with neither, whoever its start concerns. `ask`: what a statement that it was done should say.
    """

    id: Id
    name: Bilingual
    ask: Bilingual
    when: Condition | None = None
    rules: tuple[Id, ...] = ()
    start: ClockStart
    hours: Annotated[int, Field(ge=0)] | None = None
    days: Annotated[int, Field(ge=1)] | None = None
    working_days: Annotated[int, Field(ge=1)] | None = None
    strict_hours: Annotated[int, Field(ge=1)] | None = None
    urgent: bool = False
    note: Bilingual | None = None
    to: Annotated[tuple[Reminded, ...], Field(min_length=1)]
    before: tuple[Minutes, ...] = ()
    overdue: Annotated[tuple[ClockStep, ...], Field(min_length=1)]
    every: Minutes

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if sum(limit is not None for limit in (self.hours, self.days, self.working_days)) != 1:
            raise ValueError("a clock has exactly one limit: hours, days or working_days")
        after = [step.after for step in self.overdue]
        if after != sorted(set(after)):
            raise ValueError("each step up comes later than the one before")
        return self

    @property
    def at_once(self) -> bool:
        """Whether it is owed immediately, so that "until when" is no question."""
        return self.hours == 0
