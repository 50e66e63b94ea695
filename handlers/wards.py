"""Wards as choices, and wards that people type."""

import re

from handlers.forms.parsers import wards_called
from handlers.reading.folding import fold
from models.plan import Plan, Unit
from models.talk import Choice


def ward_choices(wards: tuple[Unit, ...]) -> tuple[Choice, ...]:
    """One choice a ward, by its short name."""
    return tuple(Choice(ward.id, ward.short) for ward in wards)


def find_wards(text: str, plan: Plan) -> tuple[Unit, ...]:
    """The wards that a text means: one is understood, several are to be asked, none was not understood."""
    return tuple(plan.unit(ward) for ward in wards_called(text, plan))


def ward_named_in(text: str, plan: Plan) -> str:
    """The one ward that a longer text names in full ("ngõ 5 phường Ngọc Lâm"), "" if none or several.

    Nothing is guessed: a wrong ward would call the wrong people to a child.
    """
    folded = f" {re.sub(r'[^a-z0-9]+', ' ', fold(text))} "
    named = {ward.id for ward in plan.wards() for before in ("phuong", "p", "") if _stands(folded, before, fold(ward.short.vi))}
    return named.pop() if len(named) == 1 else ""


def _stands(folded: str, before: str, name: str) -> bool:
    # Without "phường" the name must be the whole text: "Long Biên" is also a district, a bridge and a market.
    return f" {before} {name} " in folded if before else folded == f" {name} "
