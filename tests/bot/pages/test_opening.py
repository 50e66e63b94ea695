"""A page opens once, for its reader, while there is a right to it; whatever else comes is told that the link is gone. On both engines."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import upkeep
from bot.database import Database
from bot.pages import opening
from bot.pages.opening import Refusal, Shown
from bot.vault import Vault
from models.incident import INCIDENT
from models.page import PAGE
from models.people import ACCOUNT, MEMBERSHIP
from models.service import AUDIT
from tests.bot.pages.people import (
    DIGITS,
    SECRETS,
    give_number,
    link_in,
    looks_again,
    opens,
    pages,
    person_of,
    private_scene,
    told_case,
    with_files,
)
from tests.bot.test_cases import make_administrator
from tests.driver import Scene


async def linked(db: Database, vault: Vault, who: str = "truc-a") -> tuple[Scene, str]:
    """A case with details, and the link that somebody asked for."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    return scene, link_in(await scene.says(who, "chitiet 1"))


async def bodies(scene: Scene) -> list[bool]:
    """Of each page whether anything is left of it."""
    return [row.body is not None for row in await pages(scene)]


# --- opening ----------------------------------------------------------------------------------------------------------


async def test_a_page_opens_and_the_look_is_recorded(db: Database, vault: Vault) -> None:
    """By the last four digits of the reader's own number; shown again to the browser that opened it, recorded once."""
    scene, token = await linked(db, vault)
    shown = await opens(scene, token)
    assert isinstance(shown, Shown)
    assert (shown.locale, shown.seconds, SECRETS[0] in " ".join(shown.texts)) == ("vi", 900, True)
    assert await looks_again(scene, shown.page) == shown
    recorded = [(row.action, row.person) for row in await scene.rows(AUDIT)]
    assert recorded == [("look_details", await person_of(scene, "truc-a")), ("page_opened", await person_of(scene, "truc-a"))]


async def test_a_link_opens_once(db: Database, vault: Vault) -> None:
    """Another browser with the same link and the right digits comes too late; the first one may follow it again."""
    scene, token = await linked(db, vault)
    shown = await opens(scene, token)
    assert isinstance(shown, Shown)
    assert await opens(scene, token, session="another") is Refusal.GONE
    assert await looks_again(scene, shown.page, "another") is Refusal.GONE
    assert await scene.db.run(lambda c: opening.open_page(c, scene.engine, token, "0000", "x", {shown.page: "s"})) == shown


async def test_of_two_at_once_one_wins(db: Database, vault: Vault) -> None:
    """One conditional UPDATE decides."""
    scene, token = await linked(db, vault)
    found = await asyncio.gather(*(opens(scene, token, session=f"browser {number}") for number in range(8)))
    assert sorted(isinstance(one, Shown) for one in found) == [False] * 7 + [True]
    assert [row.action for row in await scene.rows(AUDIT)].count("page_opened") == 1


async def test_three_wrong_tries_and_it_is_gone(db: Database, vault: Vault) -> None:
    """Two slips are forgiven; after the third the right digits are too late, and nothing is left of the page."""
    scene, token = await linked(db, vault)
    tries = [await opens(scene, token, digits) for digits in ("0000", "1111", "2222", DIGITS)]
    assert tries == [Refusal.WRONG, Refusal.WRONG, Refusal.GONE, Refusal.GONE]
    assert await bodies(scene) == [False]


async def test_many_wrong_tries_at_once_are_three(db: Database, vault: Vault) -> None:
    """Guessing in parallel gains nothing."""
    scene, token = await linked(db, vault)
    found = await asyncio.gather(*(opens(scene, token, f"{number:04}") for number in range(20)))
    assert sorted(str(one) for one in found) == ["gone"] * 18 + ["wrong"] * 2


async def test_two_slips_and_then_the_right_digits(db: Database, vault: Vault) -> None:
    """Somebody in a hurry still gets in."""
    scene, token = await linked(db, vault)
    for digits in ("0000", "1111"):
        await opens(scene, token, digits)
    assert isinstance(await opens(scene, token), Shown)


async def test_a_link_that_never_was_is_gone(db: Database, vault: Vault) -> None:
    """Nobody learns whether there was one."""
    scene, _token = await linked(db, vault)
    assert await opens(scene, "0" * 64) is Refusal.GONE
    assert await looks_again(scene, "0" * 32) is Refusal.GONE


async def test_a_page_that_was_not_opened_shows_nothing_again(db: Database, vault: Vault) -> None:
    """Before it is opened there is no browser's secret, and an empty one does not pass for it."""
    scene, _token = await linked(db, vault)
    [row] = await pages(scene)
    assert [await looks_again(scene, row.id, secret) for secret in ("", "s")] == [Refusal.GONE] * 2


# --- time -------------------------------------------------------------------------------------------------------------


async def test_after_fifteen_minutes_it_is_gone(db: Database, vault: Vault) -> None:
    """Not opened in time: nothing is left, from the first try on."""
    scene, token = await linked(db, vault)
    await scene.passes(minutes=14, seconds=59)
    [before] = await bodies(scene)
    await scene.passes(seconds=1)
    assert await opens(scene, token) is Refusal.GONE
    assert (before, await bodies(scene)) == (True, [False])


async def test_an_opened_page_ends_with_its_time_too(db: Database, vault: Vault) -> None:
    """The fifteen minutes are counted from the letter, not from the look."""
    scene, token = await linked(db, vault)
    await scene.passes(minutes=10)
    shown = await opens(scene, token)
    assert isinstance(shown, Shown)
    assert shown.seconds == 300
    await scene.passes(minutes=5)
    assert await looks_again(scene, shown.page) is Refusal.GONE
    assert await bodies(scene) == [False]


async def test_the_hourly_upkeep_takes_what_nobody_came_for(db: Database, vault: Vault) -> None:
    """Bodies when their time is over, the rows a day later."""
    scene, _token = await linked(db, vault)
    work = partial(upkeep.forget, engine=scene.engine)
    await scene.db.run(work)
    assert await bodies(scene) == [True]
    await scene.passes(minutes=15)
    await scene.db.run(work)
    assert await bodies(scene) == [False]
    await scene.passes(days=1)
    await scene.db.run(work)
    assert await pages(scene) == []


# --- rights -----------------------------------------------------------------------------------------------------------


async def back_to(scene: Scene, words: str) -> None:
    """The reporter goes back to an earlier question."""
    for _ in range(15):
        if words in (await scene.last("ctv")).text:
            return
        await scene.says("ctv", "quay lại")
    raise AssertionError(f"{words!r} was never asked")


async def restrict(scene: Scene) -> None:
    """The report says that somebody of the network is involved."""
    await back_to(scene, "liên quan cán bộ")
    await scene.says("ctv", "Có")
    assert (await scene.rows(INCIDENT))[0].restricted


async def test_restricting_a_case_ends_its_pages_at_once(db: Database, vault: Vault) -> None:
    """Opened or not, in the same transaction; the leader's own page stays."""
    scene, token = await linked(db, vault)
    unopened = link_in(await scene.says("truc-b", "chitiet 1"))
    leaders = link_in(await scene.says("lanh-dao", "chitiet 1"))
    shown = await opens(scene, token)
    assert isinstance(shown, Shown)
    await restrict(scene)
    assert await bodies(scene) == [False, False, True]
    assert await looks_again(scene, shown.page) is Refusal.GONE
    assert await opens(scene, unopened, "4321") is Refusal.GONE
    assert isinstance(await opens(scene, leaders, "5666"), Shown)


async def test_a_ward_that_it_did_not_happen_in_loses_its_page(db: Database, vault: Vault) -> None:
    """It was called first by mistake; the division's page stays."""
    scene, token = await linked(db, vault)
    wards = link_in(await scene.says("phuong", "chitiet 1"))
    change = sa.update(INCIDENT).values(ward="")
    await scene.db.run(lambda c: c.execute(change))  # so that the officer's own right hangs on the ward alone
    assert await opens(scene, wards, "1222") is Refusal.GONE
    assert isinstance(await opens(scene, token), Shown)


async def test_the_ward_loses_its_page_with_the_correction(db: Database, vault: Vault) -> None:
    """In the same turn in which the reporter corrects the ward."""
    scene, _token = await linked(db, vault)
    await scene.says("phuong", "chitiet 1")
    await back_to(scene, "ở phường nào")
    await scene.says("ctv", "Phường Bồ Đề")
    assert (await scene.rows(INCIDENT))[0].ward == "bo_de"
    assert await bodies(scene) == [True, False]


async def test_cutting_an_account_ends_its_pages_at_once(db: Database, vault: Vault) -> None:
    """/thuhoi: opened or not, in the same transaction; the link on its way does not arrive either."""
    scene, token = await linked(db, vault)
    await opens(scene, token)
    await scene.says("truc-a", "chitiet 1")
    await scene.says("truc-b", "chitiet 1")
    await make_administrator(scene, "lanh-dao")
    await scene.says("lanh-dao", "/thuhoi")
    await scene.says("lanh-dao", "Cán bộ trực A")
    await scene.says("lanh-dao", "1")
    assert (await scene.rows(ACCOUNT, ACCOUNT.c.external_id == "truc-a"))[0].cut_at is not None
    assert await bodies(scene) == [False, False, True]
    links = [seen.row.state for seen in await scene.letters("truc-a") if seen.row.purpose == "details" and seen.kind == "say"]
    assert links == ["superseded", "superseded"]


async def test_a_cut_takes_pages_after_every_case_that_it_locks(db: Database, vault: Vault) -> None:
    """Whoever opens a page locks its case and then the page; the other way round the two would wait for each other."""
    scene, _token = await linked(db, vault)
    await scene.says("truc-a", "nhan 1")
    await make_administrator(scene, "lanh-dao")
    for said in ("/thuhoi", "Cán bộ trực A"):
        await scene.says("lanh-dao", said)
    told: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
    await scene.says("lanh-dao", "1")
    cases = [place for place, said in enumerate(told) if said.startswith("UPDATE incident")]
    taken = [place for place, said in enumerate(told) if said.startswith("UPDATE page")]
    assert (len(taken), bool(cases), max(cases) < taken[0]) == (1, True, True)
    assert await bodies(scene) == [False]


@pytest.mark.parametrize("when", ["before opening", "after opening"])
async def test_a_right_that_was_lost_is_lost_here_too(db: Database, vault: Vault, when: str) -> None:
    """Rule 9, checked on the rows at every look, whatever else was forgotten: somebody who is no officer any more sees nothing."""
    scene, token = await linked(db, vault)
    shown = await opens(scene, token) if when == "after opening" else None
    person = await person_of(scene, "truc-a")
    ended = sa.update(MEMBERSHIP).where(MEMBERSHIP.c.person == person).values(ended_at=scene.clock[0])
    await scene.db.run(lambda c: c.execute(ended))
    found = await looks_again(scene, shown.page) if isinstance(shown, Shown) else await opens(scene, token)
    assert found is Refusal.GONE
    assert await bodies(scene) == [False]


async def test_an_administrator_without_a_second_role_sees_nothing(db: Database, vault: Vault) -> None:
    """Running the service is no right to its cases."""
    scene, token = await linked(db, vault)
    person = await person_of(scene, "truc-a")
    changed = sa.update(MEMBERSHIP).where(MEMBERSHIP.c.person == person).values(role="administrator")
    await scene.db.run(lambda c: c.execute(changed))
    assert await opens(scene, token) is Refusal.GONE


async def test_a_number_that_was_taken_away_opens_nothing(db: Database, vault: Vault) -> None:
    """There is nothing left to know the reader by."""
    scene, token = await linked(db, vault)
    await give_number(scene, "truc-a", "")
    assert [await opens(scene, token, digits) for digits in ("", DIGITS)] == [Refusal.GONE] * 2


# --- files ------------------------------------------------------------------------------------------------------------


async def test_files_are_those_of_the_page(db: Database, vault: Vault, tmp_path: Path) -> None:
    """By their place on it, for the browser that opened it, while the right lasts."""
    scene, _token = await linked(db, vault)
    worker = await with_files(scene, tmp_path)
    shown = await opens(scene, link_in(await scene.says("truc-a", "/anh 1")))
    assert isinstance(shown, Shown)

    async def named(session: str, number: int) -> str | None:
        return await scene.db.run(lambda c: opening.attachment(c, scene.engine, shown.page, session, number))

    first = await named("s", 0)
    assert first is not None
    loaded = await scene.db.run(lambda c: worker.load(c, first))
    assert loaded is not None
    assert (loaded.mime, loaded.body[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert [await named("s", 1) is not None, await named("s", 2), await named("another", 0)] == [True, None, None]
    await restrict(scene)
    assert await named("s", 0) is None


async def test_a_page_of_another_row_does_not_open(db: Database, vault: Vault) -> None:
    """Rule 8: a body that was moved to somebody else's page is no use."""
    from bot.vault import VaultError

    scene, _token = await linked(db, vault)
    other = link_in(await scene.says("truc-b", "chitiet 1"))
    first, second = await pages(scene)
    moved = sa.update(PAGE).where(PAGE.c.id == second.id).values(body=first.body)
    await scene.db.run(lambda c: c.execute(moved))
    with pytest.raises(VaultError):
        await opens(scene, other, "4321")
