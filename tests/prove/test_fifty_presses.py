"""Fifty officers press "Tôi tiếp nhận" on one card at the same moment."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.channels.buttons import decode
from bot.database import Database
from bot.hearing import Hearing
from bot.training import ROOM_CHAT
from bot.vault import Vault
from models.facts import Role
from models.ids import new_id
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.talk import Incoming, Kind, Press
from tests.driver import PLAN, START, Scene

OFFICERS = {f"truc-{number:02}": f"Cán bộ trực số {number:02}" for number in range(1, 51)}


@pytest.fixture
def wide(database_url: str) -> Iterator[Database]:
    """On PostgreSQL a connection for each press, so that none waits for another but at the case itself."""
    database = Database(database_url, threads=len(OFFICERS))
    yield database
    database.close()


def hire(db: sa.Connection) -> None:
    """Fifty duty officers of the division."""
    for account, name in OFFICERS.items():
        person = new_id()
        db.execute(sa.insert(PERSON).values(id=person, name=name, locale="vi", created_at=START))
        known = {"id": new_id(), "person": person, "channel": "web", "external_id": account, "chat": account}
        db.execute(sa.insert(ACCOUNT).values(**known, started=True, created_at=START))
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=PLAN.division, role=Role.DUTY_OFFICER, created_at=START))


async def pressed(scene: Scene) -> list[Incoming]:
    """The same button of the same card, once by each."""
    card = [seen for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "card"][-1]
    found = decode(card.data("Tôi tiếp nhận"))
    assert found is not None
    return [scene.incoming(officer, Kind.PRESS, ROOM_CHAT, press=Press(*found, id=f"p-{officer}")) for officer in OFFICERS]


@pytest.mark.prove
async def test_fifty_presses_have_one_winner(wide: Database, vault: Vault) -> None:
    """One holder, one edit of the card; forty-nine hear kindly who it is, by an answer to the press alone: nothing new is said in the room."""
    scene = await Scene.open(wide, vault)
    await wide.run(hire)
    await scene.says("ctv", "bao cao")
    await scene.says("ctv", "dang nguy hiem")
    presses, before = await pressed(scene), {seen.id for seen in await scene.letters(ROOM_CHAT)}
    hearing = Hearing(wide, scene.engine, lambda taken: None)
    await asyncio.gather(*(hearing.hear(press) for press in presses))
    (case,) = await scene.rows(INCIDENT)
    (winner,) = [row.name for row in await scene.rows(PERSON, PERSON.c.id == case.taken_by)]
    taken = await scene.rows(INCIDENT_EVENT, INCIDENT_EVENT.c.kind == "taken")
    assert (case.status, [event.person for event in taken], hearing.turns, hearing.parked) == (Status.TAKEN, [case.taken_by], 50, 0)
    after = [seen for seen in await scene.letters(ROOM_CHAT) if seen.id not in before]
    assert Counter(seen.kind for seen in after) == {"toast": 50, "edit": 1}
    assert Counter(seen.text for seen in after if seen.kind == "toast") == {
        "Anh/chị đã nhận VV-2026-0001. Xem tiếp trong tin nhắn riêng.": 1,
        f"Đã có anh/chị {winner} tiếp nhận lúc 10:00.": 49,
    }
    assert [winner in seen.text for seen in after if seen.kind == "edit"] == [True]
