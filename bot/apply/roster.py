"""The duty roster: who is on duty."""

from bot.roster_rows import read_roster
from bot.writing import Writing
from handlers import roster
from models.facts import Roster


def on_duty(w: Writing) -> list[str]:
    """Persons who are on duty now; nobody if nobody is, or if no roster was ever filled in."""
    found = current(w)
    return list(roster.who(found.patterns, found.overrides, w.now, w.engine.plan))


def current(w: Writing) -> Roster:
    return read_roster(w.db, w.engine.plan.division, w.now)
