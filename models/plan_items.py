"""The pieces of a plan, frozen; `models.plan` puts them together.

Every item carries a `status`. Rule: only a verified item may name a law, so that nothing unverified is ever shown as law.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models.condition import Bilingual, Filled
from models.talk import Label

Id = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
"""Ids are stored in the database and travel in buttons: at most 40 bytes."""
PlanId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
"""The folder's name."""
Minutes = Annotated[int, Field(ge=1)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"no such time zone: {name}") from error
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""A name of the tz database."""


class Status(StrEnum):
    """verified: stands in a document that was read (`source`: which); design: decided by this project; unverified: general knowledge."""

    VERIFIED = "verified"
    DESIGN = "design"
    UNVERIFIED = "unverified"


class Piece(BaseModel):
    """Frozen; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Piece):
    """What the words of an item rest on. Hints and English names are always this project's own words, whatever the status says."""

    status: Status
    source: tuple[Id, ...] = ()
    law: Filled | None = None

    @model_validator(mode="after")
    def _law_is_verified(self) -> Self:
        if self.law and self.status is not Status.VERIFIED:
            raise ValueError(f"a law is named, but the item is {self.status}: only a verified item may name a law")
        if self.status is Status.VERIFIED and not self.source:
            raise ValueError("a verified item names its source")
        return self


class Document(Piece):
    """The paper that the plan stands in; `kind` is what it is: a plan, a decree."""

    kind: Bilingual
    number: Filled
    date: date
    issuer: Bilingual


class UnitKind(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    DIVISION = "division"  # the office whose room is called
    WARD = "ward"
    NEIGHBOURHOOD = "neighbourhood"
    SCHOOL = "school"
    CLINIC = "clinic"
    AGENCY = "agency"


class Unit(Sourced):
    """One unit of the tree. Its id is a foreign key in the database: for good, and never used again for another territory.

    `acts_for`: an office acts for another unit: whatever lies within that unit lies within its remit. `aliases`: other names and
    abbreviations that mean this unit alone. `successors`, `predecessors`: units of a later and of an earlier division of the land that share land
    with it. `duties`: what the plan makes it responsible for, a line each. `called`: how a sentence calls it ("gọi Phòng"), where its short name
    would be too much.
    """

    id: Id
    kind: UnitKind
    parent: Id | None = None
    acts_for: Id | None = None
    name: Bilingual
    short: Bilingual
    code: Annotated[str, Field(pattern=r"^\d{3,5}$")] | None = None
    aliases: tuple[Filled, ...] = ()
    successors: tuple[Id, ...] = ()
    predecessors: tuple[Id, ...] = ()
    duties: tuple[Bilingual, ...] = ()
    called: Bilingual | None = None

    @property
    def word(self) -> Label:
        """What a sentence calls it; in English without the article."""
        return self.called or self.short


class OtherUnit(Sourced):
    """A unit of another division of the land: a later one (a successor) or an earlier one (a predecessor). The borders cut through each other: it
    never stands for one unit of this plan, its name is asked back."""

    id: Id
    name: Bilingual
    short: Bilingual
    code: Annotated[str, Field(pattern=r"^\d{3,5}$")] | None = None


class Successor(OtherUnit):
    """`since`: the first day on which it exists."""

    since: date


class Predecessor(OtherUnit):
    """`until`: the last day on which it existed."""

    until: date


class ListItem(Sourced):
    """An answer that the plan offers. `name` is official where the item is verified; `hint` says it in plain words.

    `sexual`: no photo is asked. `carer`: who has charge of the child (NĐ 56/2017 Điều 31.1). `hotline`: whom to call besides.
    `severity`: this answer alone makes the case at least that; the loader proves it against the rules. `minutes`: of a promise, until when.
    `words`: of a reason, what must be typed besides.
    """

    id: Id
    name: Bilingual
    hint: Bilingual | None = None
    code: Filled | None = None
    sexual: bool = False
    carer: bool = False
    hotline: Id | None = None
    severity: Id | None = None
    minutes: Minutes | None = None
    words: Bilingual | None = None


class CareSteps(Sourced):
    """What is asked of whoever holds a case of one level, in minutes: see the head of care.yaml."""

    level: Id
    say_within: Minutes
    otherwise: Minutes
    longest: Minutes
    grace: Minutes
    offer: Minutes
    reason: Bilingual


class Hotline(Sourced):
    """A number to call. Where an administrator enters it (`filled_by_admin`), `number` is "" here, and shown as missing until then."""

    id: Id
    number: str = ""
    name: Bilingual
    hint: Bilingual | None = None
    emergency: bool = False
    filled_by_admin: bool = False

    @model_validator(mode="after")
    def _has_a_number(self) -> Self:
        if bool(self.number.strip()) is self.filled_by_admin:
            raise ValueError("a hotline has a number, or is marked filled_by_admin, and not both")
        if self.emergency and self.filled_by_admin:
            raise ValueError("an emergency number is known from the start")
        return self


class DayCorrection(Sourced):
    """A day that the `holidays` package has wrong: a swapped holiday, or a Saturday worked instead."""

    date: date
    name: Bilingual


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class WorkingWeek(Sourced):
    days: tuple[Weekday, ...]


class Calendar(Piece):
    """Working days: the week, the public holidays of `country` (as the `holidays` package knows them), and corrections by hand."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    working_week: WorkingWeek
    days_off: tuple[DayCorrection, ...] = ()
    make_up_days: tuple[DayCorrection, ...] = ()


class Retention(Sourced):
    """How many days something is kept."""

    id: Id
    days: Annotated[int, Field(ge=1)]
    reason: Bilingual


class Source(Piece):
    """A document that items rest on."""

    id: Id
    title: Filled
    address: Filled | None = None
