"""How urgent a case is: ordered levels, and rules over the answers of the incident form (the law behind them: NĐ 56/2017 Điều 31.1)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from models.condition import Bilingual, Condition, Filled, holds
from models.plan_items import Id, Piece, Sourced, Status
from models.talk import Label


class Level(Sourced):
    """A severity in words and a sign."""

    id: Id
    name: Bilingual
    sign: Filled


class SeverityRule(Sourced):
    """If `when` holds, the case is at least `level`; `because` is what people are told. It rests on `law`, or on a `reason`."""

    id: Id
    when: Condition | None = None  # None only in `Severity.otherwise`
    level: Id
    because: Bilingual
    reason: Bilingual | None = None

    @model_validator(mode="after")
    def _rests_on_something(self) -> Self:
        if self.status is Status.VERIFIED and self.law is None:
            raise ValueError("a verified rule names its law")
        if self.status is not Status.VERIFIED and self.reason is None:
            raise ValueError("a rule that is no law gives its reason")
        return self


class SeverityVerdict(Piece):
    """How urgent a case is and why: the rules that give this level, in the plan's order. `matched` are all that hold."""

    level: str
    rules: tuple[SeverityRule, ...]
    matched: tuple[SeverityRule, ...]

    @property
    def because(self) -> tuple[Label, ...]:
        return tuple(rule.because for rule in self.rules)

    @property
    def laws(self) -> tuple[str, ...]:
        """The articles it rests on, each once; empty where it rests on design alone."""
        return tuple(dict.fromkeys(rule.law for rule in self.rules if rule.law))


class Severity(Piece):
    """Levels from the highest down, and rules over the answers of the incident form.

    `answers` and `answers_from` name every question that a rule may ask about, with its values or with the list that holds them.
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    answers: dict[Id, tuple[Id, ...]]
    answers_from: dict[Id, Id]
    rules: tuple[SeverityRule, ...]
    otherwise: SeverityRule

    def judge(self, answers: Mapping[str, Any]) -> SeverityVerdict:
        """The highest level that any rule gives. Adding an answer can therefore never lower what a rule gave (no rule says `not`)."""
        matched = tuple(rule for rule in self.rules if rule.when is not None and holds(rule.when, answers)) or (self.otherwise,)
        level = min((rule.level for rule in matched), key=self.rank)
        return SeverityVerdict(level=level, rules=tuple(rule for rule in matched if rule.level == level), matched=matched)

    def rank(self, level: str) -> int:
        """0 is the highest; KeyError for a level that the plan does not have."""
        return self._ranks[level]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {level.id: place for place, level in enumerate(self.levels)}
