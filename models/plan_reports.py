"""Periodic reports as data of a plan: who owes what, when, in which form, and how people are reminded (plan 116/KH-UBND section IV).

The words are DHIS2's: an expected report is one report × one unit × one period; the reporting rate is what was handed in of what was expected.
"""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.condition import Bilingual, Filled
from models.plan_items import Id, Piece, Sourced, UnitKind


class DueRule(StrEnum):
    """How the day of a document is read: `before` "trước ngày 10/5" is until 9 May 24:00; `on` "vào ngày 5/7" until the end of that day."""

    BEFORE = "before"
    ON = "on"


class Period(Piece):
    """One time that a report is owed. `due` is the day that the document names, `rule` how it is read. `start` and `end` (both included): what
    the figures are about, where the document says so."""

    id: Id
    name: Bilingual
    due: date
    rule: DueRule
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("the period ends before it starts")
        return self


class Report(Sourced):
    """What is owed. `units` and `kinds`: by whom (single units, and every unit of these kinds). `to`: the unit that accepts it or sends it back;
    None where it goes out of the service (to `sent_to`): such a report is done when somebody says how it was sent. `section` is where it stands in the
    document, `quote` its words. `form`: a form of forms/reports. `template`: False where the official template is not known yet.
    `opens`: days before the due day from which it can be handed in; `expires`: days after it until it is locked, at most a year, so
    that what is older is history whatever a plan says."""

    id: Id
    name: Bilingual
    short: Bilingual
    section: Filled
    quote: Filled | None = None
    kinds: tuple[UnitKind, ...] = ()
    units: tuple[Id, ...] = ()
    to: Id | None = None
    sent_to: Bilingual | None = None
    form: Id
    template: bool = False
    zero: bool = False  # "trong kỳ không có" is an answer
    opens: Annotated[int, Field(ge=1)] = 60
    expires: Annotated[int, Field(ge=1, le=366)] = 60
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if (self.to is None) is (self.sent_to is None):
            raise ValueError("a report goes to a unit (`to`) or out of the service (`sent_to`)")
        return self

    def period(self, period: str) -> Period:
        """KeyError if unknown (a row of an earlier plan may name one)."""
        return {one.id: one for one in self.periods}[period]

    def before(self, period: str) -> Period | None:
        """The period before, whose figures the new ones are compared with."""
        ids = [one.id for one in self.periods]
        place = ids.index(period) if period in ids else 0
        return self.periods[place - 1] if place else None


Owing = Literal["unit", "leader", "division"]


class Overdue(Piece):
    """One step up: so many working days after the due day (1 is the first one), these are told too. `unit`: who owes it; `leader`: leaders of that
    unit; `division`: the division's duty officers and leaders, in one list."""

    after: Annotated[int, Field(ge=1)]
    to: Annotated[tuple[Owing, ...], Field(min_length=1)]


class Reminding(Sourced):
    """When people are reminded: so many days `before` the last day, on the last day itself (0), then each working day. At most `most` digests a person
    and day, their own requests ("nhắc tôi lúc…") not counted; at `at`, by the plan's clock, on working days."""

    at: time
    before: tuple[Annotated[int, Field(ge=0)], ...]
    overdue: tuple[Overdue, ...]
    most: Annotated[int, Field(ge=1)] = 1


class Target(Sourced):
    """What the plan wants reached. `part` of `whole` (questions of the form) in percent, at least `least`; without `whole`: `part` counts the units (of
    those that owe the form) that answered "dat"."""

    id: Id
    name: Bilingual
    section: Filled
    form: Id
    part: Id
    whole: Id | None = None
    least: Annotated[int, Field(ge=1, le=100)] = 100
