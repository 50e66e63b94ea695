"""Whom each step of the ladder really calls, on both engines: the plan's words become chats at the moment of the call."""

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.gather.people import read_service
from bot.training import ROOM_CHAT
from bot.vault import Vault
from models.commands import UpdateIncident
from models.facts import Role
from models.ids import new_id
from models.incident import INCIDENT
from models.people import ACCOUNT, MEMBERSHIP, PERSON, ROOM
from models.plan import Label, Status, Unit, UnitKind
from models.roster import DUTY_PATTERN
from tests.bot.cases import applied, told
from tests.driver import PLAN, Scene

URGENT = {"severity": "khan_cap", "danger": "danger", "ward": "ngoc_lam"}
EVERYBODY = (ROOM_CHAT, "bao-dong", "phuong", "truc-a", "truc-b", "lanh-dao", "quan")
CITY = Unit(id="thanh_pho", kind=UnitKind.CITY, name=Label("Thành phố", "City"), short=Label("Thành phố", "City"), status=Status.DESIGN)


async def opened(db: Database, vault: Vault, *, hour: int = 10, minute: int = 0, day: int = 23, above: str = "") -> Scene:
    """The training room's people and an alarm room; `above`: the unit in which somebody ("quan") is a leader."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = datetime(2026, 11, day, hour, minute, tzinfo=PLAN.zone)

    def more(connection: sa.Connection) -> None:
        at = scene.clock[0]
        room = {
            "unit": PLAN.division,
            "purpose": "alarm",
            "channel": "web",
            "chat": "bao-dong",
            "topic": "",
            "bound_by": "somebody",
            "bound_at": at,
        }
        connection.execute(sa.insert(ROOM).values(id=new_id(), **room))
        if above:
            person = new_id()
            connection.execute(sa.insert(PERSON).values(id=person, name="Lãnh đạo cấp trên", locale="vi", created_at=at))
            account = {"channel": "web", "external_id": "quan", "chat": "quan", "started": True, "created_at": at}
            connection.execute(sa.insert(ACCOUNT).values(id=new_id(), person=person, **account))
            connection.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=above, role=Role.LEADER, created_at=at))

    await db.run(more)
    return scene


async def rung(scene: Scene) -> list[str]:
    """Who got a card in the last call."""
    cards = [letter for letter in await scene.letters() if letter.kind == "say" and letter.row.purpose == "card"]
    newest = max((letter.row.created_at for letter in cards), default=None)
    return [chat for chat in EVERYBODY if chat in {letter.chat for letter in cards if letter.row.created_at == newest}]


async def test_by_day_an_urgent_case_climbs_step_by_step(db: Database, vault: Vault) -> None:
    """The rooms and the ward; whoever is on duty; every duty officer; the leader; the unit above; and so on without end."""
    scene = await opened(db, vault, above="quan_long_bien")
    await told(scene, **URGENT)
    assert await rung(scene) == [ROOM_CHAT, "bao-dong", "phuong"]
    climbed = []
    for minutes in (3, 5, 10, 20, 40, 60, 60):
        await scene.passes(minutes=minutes)
        climbed.append(await rung(scene))
    assert climbed == [list(EVERYBODY[:5])] * 2 + [list(EVERYBODY[:6])] + [list(EVERYBODY)] * 4


@pytest.mark.parametrize(("hour", "day"), [(23, 23), (3, 23), (10, 28)])
async def test_at_night_and_on_a_day_off_duty_officers_are_called_at_once(db: Database, vault: Vault, hour: int, day: int) -> None:
    """Privately, beside the rooms: a room may be asleep. Nobody is on a roster, so all of them are."""
    scene = await opened(db, vault, hour=hour, day=day)
    await told(scene, **URGENT)
    assert await rung(scene) == [ROOM_CHAT, "bao-dong", "phuong", "truc-a", "truc-b"]


async def on_duty_all_week(scene: Scene, *accounts: str) -> None:
    """Around the clock, by the weekly pattern."""
    persons = {row.external_id: row.person for row in await scene.rows(ACCOUNT)}
    common = {"start": "00:00", "until": "00:00", "created_at": scene.clock[0]}
    rows = [{"id": new_id(), "person": persons[account], "weekday": day} | common for account in accounts for day in range(7)]
    await scene.db.run(lambda connection: connection.execute(sa.insert(DUTY_PATTERN), rows))


async def test_whoever_is_on_the_roster_is_called_before_the_others(db: Database, vault: Vault) -> None:
    """At night at once, and alone; at the third call every duty officer."""
    scene = await opened(db, vault, hour=23)
    await on_duty_all_week(scene, "truc-b")
    await told(scene, **URGENT)
    called = [await rung(scene)]
    for minutes in (3, 5):
        await scene.passes(minutes=minutes)
        called.append(await rung(scene))
    assert called == [[ROOM_CHAT, "bao-dong", "phuong", "truc-b"]] * 2 + [[ROOM_CHAT, "bao-dong", "phuong", "truc-a", "truc-b"]]


async def test_whoever_is_on_the_roster_and_cannot_be_reached_leaves_no_gap(db: Database, vault: Vault) -> None:
    """Their account is gone: every duty officer who can be reached is called instead."""
    scene = await opened(db, vault, hour=23)
    await on_duty_all_week(scene, "truc-b")
    gone = sa.update(ACCOUNT).where(ACCOUNT.c.external_id == "truc-b").values(gone_at=scene.clock[0])
    await db.run(lambda connection: connection.execute(gone))
    await told(scene, **URGENT)
    assert await rung(scene) == [ROOM_CHAT, "bao-dong", "phuong", "truc-a"]


async def test_without_a_leader_above_nobody_above_is_called(db: Database, vault: Vault) -> None:
    """That is no error, and the ladder goes on."""
    scene = await opened(db, vault)
    await told(scene, **URGENT)
    await scene.passes(hours=5)
    assert await rung(scene) == list(EVERYBODY[:6])


async def test_the_nearest_unit_above_that_has_a_leader_is_called(db: Database, vault: Vault) -> None:
    """The district has none here, the city has."""
    scene = await opened(db, vault, above="thanh_pho")
    units = tuple(replace_parent(unit) if unit.id == "quan_long_bien" else unit for unit in PLAN.units)
    scene.engine = replace(scene.engine, plan=PLAN.model_copy(update={"units": (CITY, *units)}))
    scene.engine.plan.__dict__.pop("_units", None)
    await told(scene, **URGENT)
    await scene.passes(minutes=38)
    assert (await rung(scene))[-1] == "quan"


def replace_parent(unit: Unit) -> Unit:
    return unit.model_copy(update={"parent": CITY.id})


@pytest.mark.parametrize("ward", ["ngoc_lam", ""])
async def test_a_leader_above_may_take_what_they_are_called_for(db: Database, vault: Vault, ward: str) -> None:
    """Also while the ward is not known."""
    scene = await opened(db, vault, above="quan_long_bien")
    await told(scene, **URGENT | {"ward": ward})
    await scene.passes(minutes=38)
    await scene.presses("quan", "Tôi tiếp nhận")
    assert any("Anh/chị đã nhận" in text for text in await scene.texts("quan"))


async def test_a_leader_above_does_not_count_as_one_of_the_division(db: Database, vault: Vault) -> None:
    """Who may take a restricted case is asked for by /sansang: somebody of the division."""
    await opened(db, vault, above="quan_long_bien")
    assert (await db.run(lambda connection: read_service(connection, PLAN.division))).leaders == 1


async def test_a_serious_case_reaches_the_leader_after_four_hours(db: Database, vault: Vault) -> None:
    """It never rings the alarm room."""
    scene = await opened(db, vault)
    await told(scene)
    called = [await rung(scene)]
    for _ in range(4):
        await scene.passes(minutes=60)
        called.append(await rung(scene))
    assert called == [[ROOM_CHAT], *[[ROOM_CHAT, "truc-a", "truc-b"]] * 3, [ROOM_CHAT, "truc-a", "truc-b", "lanh-dao"]]


async def test_a_child_in_need_goes_quietly_to_the_ward_first(db: Database, vault: Vault) -> None:
    """From the third call on to everybody, as the plan says."""
    scene = await opened(db, vault)
    await told(scene, severity="can_theo_doi", kind="need", ward="ngoc_lam")
    called = [await rung(scene)]
    for minutes in (60, 120):
        await scene.passes(minutes=minutes)
        called.append(await rung(scene))
    assert called == [["phuong"], ["phuong"], [ROOM_CHAT, "phuong", "truc-a", "truc-b"]]


async def test_an_urgent_case_of_need_never_leaves_the_room(db: Database, vault: Vault) -> None:
    """A child in danger is called for everywhere, whatever kind of case it is."""
    scene = await opened(db, vault)
    await told(scene, **URGENT | {"kind": "need"})
    assert ROOM_CHAT in await rung(scene)
    await scene.passes(minutes=3)
    assert ROOM_CHAT in await rung(scene)


async def test_a_card_is_only_superseded_where_a_newer_one_comes(db: Database, vault: Vault) -> None:
    """The room has a card, the second call goes to the ward alone: the room's card stays what it is, and can be pressed."""
    scene = await opened(db, vault)
    await told(scene, severity="can_theo_doi", kind="need")
    await applied(scene, *await ward_named(scene))
    await scene.passes(minutes=60)
    assert await rung(scene) == ["phuong"]
    newest = [letter for letter in await scene.letters(ROOM_CHAT) if letter.kind in {"say", "edit"}][-1]
    assert "Tôi tiếp nhận" in newest.buttons


async def ward_named(scene: Scene) -> list[UpdateIncident]:
    incident = (await scene.rows(INCIDENT))[0].id
    return [UpdateIncident(incident, {"ward": "ngoc_lam"})]


async def test_a_restricted_case_calls_the_leader_alone_at_every_step(db: Database, vault: Vault) -> None:
    """By day and by night, whatever the plan says for its severity."""
    scene = await opened(db, vault, hour=23, above="quan_long_bien")
    await told(scene, **URGENT | {"restricted": True})
    called = [await rung(scene)]
    for _ in range(3):
        await scene.passes(hours=1)
        called.append(await rung(scene))
    assert called == [["lanh-dao"]] * 4


async def test_a_call_that_falls_into_the_night_comes_at_seven_and_calls_whom_it_would_have_called(db: Database, vault: Vault) -> None:
    """Also before a holiday: 24 November is one."""
    scene = await opened(db, vault, hour=20, minute=30)
    await told(scene)
    await scene.passes(hours=10, minutes=29)
    assert await rung(scene) == [ROOM_CHAT]
    await scene.passes(minutes=2)
    assert await rung(scene) == [ROOM_CHAT, "truc-a", "truc-b"]
