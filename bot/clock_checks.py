"""Whether the legal clocks of a plan can start: one that never does would be a duty that nobody is reminded of."""

from collections.abc import Callable, Iterable

from bot.yaml_lines import Found, Loc, twice
from models.condition import Condition
from models.plan_clocks import Clock
from models.severity import Severity


def check_clocks(severity: Severity, clocks: tuple[Clock, ...], never_given: Callable[[Condition | None], Iterable[str]]) -> Found:
    """`never_given` tells what a condition asks for and nobody can answer."""
    rules = {rule.id: rule for rule in severity.rules}
    yield from twice("clocks.yaml", "clocks", [clock.id for clock in clocks])
    for place, clock in enumerate(clocks):
        here: Loc = ("clocks", place)
        yield from (("clocks.yaml", (*here, "when"), reason) for reason in never_given(clock.when))
        if clock.start.of and clock.start.of not in [earlier.id for earlier in clocks[:place]]:
            yield "clocks.yaml", (*here, "start", "of"), f"no clock {clock.start.of} stands before it"
        for at, name in enumerate(clock.rules):
            if name not in rules:
                yield "clocks.yaml", (*here, "rules", at), f"severity.yaml has no rule {name}"
            elif rules[name].law is None:
                yield "clocks.yaml", (*here, "rules", at), f"the rule {name} rests on no law, so no legal clock can rest on it"
