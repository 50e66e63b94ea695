"""The ladder as data of a plan: by severity and hour, whom a case calls while nobody has taken it, after how long, and how often again."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.condition import Bilingual
from models.plan_items import Id, Minutes, Piece, Sourced


class Whom(StrEnum):
    """The words of a step. bot.apply.cards makes addresses of them."""

    ROOM = "room"  # of the division
    ALARM = "alarm"  # the division's alarm room
    WARD = "ward"  # where it happened: its room, or its officers privately where it has none
    ON_DUTY = "on_duty"  # whoever is on the duty roster just now, privately; all duty officers where nobody is
    DUTY_ALL = "duty_all"  # every duty officer, privately
    LEADER = "leader"  # the division's leaders, privately
    ABOVE = "above"  # leaders of the nearest unit above the division that has any, privately


Words = Annotated[tuple[Whom, ...], Field(min_length=1)]


class Hour(Sourced):
    """A part of the day by name. `days`: only working days, or only days off, by the plan's calendar. `from` and `until` (exclusive) are on
    the plan's clock; `until` at or before `from` is the next morning. What is left out does not matter."""

    name: Id
    days: Literal["working", "off"] | None = None
    start: time | None = Field(default=None, alias="from")
    until: time | None = None
    reason: Bilingual

    @model_validator(mode="after")
    def _has_both_ends(self) -> Self:
        if (self.start is None) is not (self.until is None):
            raise ValueError("from and until stand together")
        return self

    @property
    def always(self) -> bool:
        """Whether every moment is in it."""
        return self.days is None and self.start is None

    def holds(self, clock: time, *, working: bool) -> bool:
        """Whether a moment is in it: what the clock shows, on a working day or not."""
        if self.days is not None and (self.days == "working") is not working:
            return False
        return self.start is None or self.until is None or between(clock, self.start, self.until)


class Step(Piece):
    """One call: `after` minutes after the one before (0 for the first, which is the card itself), to `whom`; at hours named in `at`, to
    those instead."""

    after: Annotated[int, Field(ge=0)]
    whom: Words
    at: dict[Id, Words] = Field(default_factory=dict)


class LadderLevel(Sourced):
    """The calls of one severity. `night`: it rings in quiet hours too. `again`: minutes between the calls after the last step, never falling;
    the last one repeats without end. They call whom the last step calls. `reason` says why so, and why it grows no further."""

    level: Id
    night: bool = False
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    again: Annotated[tuple[Minutes, ...], Field(min_length=1)]
    reason: Bilingual

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.steps[0].after != 0:
            raise ValueError("the first step is the card itself: after 0")
        if any(step.after < 1 for step in self.steps[1:]):
            raise ValueError("two steps at once: after is at least 1")
        distances = [self.steps[-1].after, *self.again]
        if distances != sorted(distances):
            raise ValueError("the distances after the last step never fall")
        return self

    def gap(self, step: int) -> int:
        """Minutes from the call before to step `step` (1 is the second call)."""
        step = max(step, 1)
        return self.steps[step].after if step < len(self.steps) else self.again[min(step - len(self.steps), len(self.again) - 1)]

    def whom(self, step: int, hour: str) -> tuple[Whom, ...]:
        """Whom step `step` (0 is the card) calls at an hour of that name."""
        called = self.steps[min(max(step, 0), len(self.steps) - 1)]
        return called.at.get(hour, called.whom)


class Ladder(Piece):
    """Quiet hours, in the plan's zone: from `quiet_from` until `quiet_until` (exclusive) only levels with `night` make a sound. Of `hours`
    the first that holds counts; the last one always does."""

    quiet_from: time
    quiet_until: time
    hours: Annotated[tuple[Hour, ...], Field(min_length=1)]
    levels: Annotated[tuple[LadderLevel, ...], Field(min_length=1)]

    def of(self, level: str) -> LadderLevel:
        """A level that the ladder lacks is called like the most urgent one."""
        return next((calls for calls in self.levels if calls.level == level), self.levels[0])

    def hour(self, clock: time, *, working: bool) -> str:
        """The name of the hour; the last one's where none holds."""
        return next((hour.name for hour in self.hours if hour.holds(clock, working=working)), self.hours[-1].name)

    def quiet(self, clock: time) -> bool:
        return self.quiet_from != self.quiet_until and between(clock, self.quiet_from, self.quiet_until)


def between(clock: time, start: time, until: time) -> bool:
    """From `start` until before `until`, over midnight where `until` is not later."""
    return start <= clock < until if start < until else clock >= start or clock < until
