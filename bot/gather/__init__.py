"""Facts: what a route asked for, read inside the turn's transaction before the handler decides.

Locks are taken in one order, conversation (already held) then case by id, so that two turns never wait for each other.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot import drill_rows, linking, progress, reconciling
from bot.codes import new_code
from bot.conversations import Talk
from bot.engine import Engine
from bot.gather import absence, care, cases, dates, digest, documents, drafts, left_behind, people, reports
from bot.gather.reading import Reading
from bot.roster_rows import read_hand_overs, read_roster
from handlers.routes import Route
from models.facts import ChannelFacts, Facts
from models.ids import new_id
from models.talk import Incoming


def facts(db: sa.Connection, engine: Engine, incoming: Incoming, talk: Talk, route: Route) -> Facts:
    """Facts for the route's handler."""
    found: dict[str, Any] = {}
    if route.case is not None:
        found["case"] = cases.find_case(db, route.case, talk)
    if route.report is not None:
        found["expected"] = reports.find_expected(db, engine, route.report)
    reading = Reading(db, engine, incoming, talk, found)
    for need in route.needs:
        found[need] = NEEDS[need](reading)
    return Facts(
        now=engine.now(),
        zone=engine.zone,
        plan=engine.plan,
        forms=engine.forms,
        locale=talk.locale,
        new_id=new_id,
        new_code=new_code,
        channel=_channel(engine, talk.channel),
        who=talk.who,
        reachable=not talk.was_gone,
        conversation=talk.id,
        **found,
    )


def _channel(engine: Engine, name: str) -> ChannelFacts:
    can = engine.capabilities(name)
    titles = dict.fromkeys(other.title for other in engine.channels.values() if other.title and other.title != can.title)
    return ChannelFacts(
        can.buttons,
        can.toasts,
        can.deletes,
        can.protects,
        can.deep_link,
        can.title,
        can.confidential,
        mention=can.mention,
        others=tuple(titles),
    )


NEEDS: dict[str, Callable[[Reading], Any]] = {
    "service": lambda reading: people.read_service(reading.db, reading.engine.plan.division),
    "draft": drafts.draft,
    "filed": drafts.filed,
    "case_draft": drafts.case_draft,
    "clocks": care.clocks,
    "attachments": drafts.attachments,
    "refused_file": cases.refused_file,
    "reporter": cases.reporter,
    "invited": people.invited,
    "link": people.link,
    "new_link": lambda reading: linking.fresh(reading.db, reading.engine),
    "recent_links": lambda reading: linking.recent(reading.db, reading.engine, reading.talk),
    "room_here": people.room_here,
    "members": people.members,
    "reports_today": cases.reports_today,
    "open_child_case": cases.open_child_case,
    "roster": lambda reading: read_roster(reading.db, reading.engine.plan.division, reading.engine.now(), reading.engine.vault),
    "hand_overs": lambda reading: read_hand_overs(reading.db, reading.engine.vault, reading.engine.now()),
    "waiting": care.waiting,
    "asked": care.asked,
    "remarks": care.remarks,
    "officers": care.officers,
    "own_cases": care.own_cases,
    "open_cases": care.open_cases,
    "overdue": care.overdue,
    "reconciliation": lambda reading: reconciling.read(reading.db, reading.engine.now()),
    "ahead": dates.ahead,
    "owed": reports.owed,
    "known": reports.known,
    "digest": digest.digest,
    "colleagues": absence.colleagues,
    "absences": absence.absences,
    "handed_in": reports.handed_in,
    "corrections": reports.corrections,
    "filings": reports.filings,
    "progress": progress.gather,
    "left_behind": lambda reading: left_behind.read(reading.db, reading.engine.plan, reading.engine.now()),
    "drills": lambda reading: drill_rows.read(reading.db),
    "drawn": documents.drawn,
    "came_back": documents.came_back,
    "sender": documents.sender,
    "kept": documents.kept,
    "due_days": documents.due_days,
}
"""One reader for each field of Facts that a route may ask for."""
