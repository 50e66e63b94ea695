"""Whether the units of a plan are a tree whose names mean one unit each, and whether what it says of other divisions of the land can be asked back."""

from collections.abc import Mapping

from bot.yaml_lines import Found, Loc, twice
from handlers.reading.folding import fold
from models.plan_items import Predecessor, Successor, Unit, UnitKind

Others = tuple[tuple[Successor, ...], tuple[Predecessor, ...]]


def check_units(listed: tuple[Unit, ...] | None, others: Others | None, division: str | None) -> Found:
    """`others`: the units of later and of earlier divisions of the land; `division`: the unit whose room is called."""
    if listed is None:
        return
    yield from twice("units.yaml", "units", [unit.id for unit in listed])
    units = {unit.id: unit for unit in listed}
    for place, unit in enumerate(listed):
        here: Loc = ("units", place)
        for word, other in (("parent", unit.parent), ("acts_for", unit.acts_for)):
            if other is not None and other not in units:
                yield "units.yaml", (*here, word), f"unknown unit {other}"
        if _above_itself(unit, units):
            yield "units.yaml", (*here, "parent"), "the unit lies within itself"
    yield from _check_others(listed, others or ((), ()))
    yield from _check_names(listed)
    if division and (division not in units or units[division].kind is not UnitKind.DIVISION):
        yield "plan.yaml", ("division",), f"{division} is no unit of kind division"


def _check_others(units: tuple[Unit, ...], others: Others) -> Found:
    """Units of another division of the land: each is shared with some ward, and its id means nothing else, because ids are for good."""
    for word, some in zip(("successors", "predecessors"), others, strict=True):
        named = [(place, at, one) for place, unit in enumerate(units) for at, one in enumerate(getattr(unit, word))]
        known = {other.id for other in some}
        yield from twice("units.yaml", word, [other.id for other in some])
        for place, at, one in named:
            if one not in known:
                yield "units.yaml", ("units", place, word, at), f"unknown {word.removesuffix('s')} {one}"
        for place, other in enumerate(some):
            if other.id in {unit.id for unit in units}:
                yield "units.yaml", (word, place, "id"), f"{other.id} is a unit of this plan"
            if other.id not in {one for _place, _at, one in named}:
                yield "units.yaml", (word, place), "no unit shares land with it: whoever typed its name would be asked about none"


def _above_itself(unit: Unit, units: Mapping[str, Unit]) -> bool:
    seen, here = {unit.id}, unit.parent
    while here is not None and here in units:
        if here in seen:
            return here == unit.id
        seen.add(here)
        here = units[here].parent
    return False


def _check_names(units: tuple[Unit, ...]) -> Found:
    """Whoever types a name must mean one unit, with or without diacritics."""
    owner: dict[str, str] = {}
    for place, unit in enumerate(units):
        for word, names in (("name", (unit.name.vi,)), ("short", (unit.short.vi,)), ("aliases", unit.aliases)):
            for name in names:
                if owner.setdefault(fold(name), unit.id) != unit.id:
                    yield "units.yaml", ("units", place, word), f"{name} is a name of {owner[fold(name)]} too"
