"""Expected reports as the plan asks for them: inserted by themselves, moved and dropped by `plan apply` alone, and nothing handed in is ever dropped."""

import asyncio
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.database import Database
from bot.engine import Engine
from bot.expected_rows import ensure
from bot.plan_files import load_plan
from bot.planned import Difference, PlanMoved, apply, difference
from bot.training import _empty_and_seed
from bot.upkeep import stay_on_duty
from bot.vault import Vault, make_key
from models.expected import EXPECTED, REPORT_EVENT, STANDING, ExpectedState
from models.facts import Role
from models.ids import new_id
from models.people import MEMBERSHIP
from models.plan import Period, Plan, Report
from tests.driver import PLAN, ROOT, Scene

BEGIN = datetime(2021, 2, 24, 3, tzinfo=UTC)
ALL = 99  # 5 reports on 7 dates by 14 wards, and the division's own
WHOLE = 14


def with_reports(reports: Sequence[Report]) -> Plan:
    return PLAN.model_copy(update={"reports": tuple(reports)})


def due(report: str, period: str, day: date) -> Plan:
    """The plan with another due day."""

    def moved(one: Period) -> Period:
        return one.model_copy(update={"due": day}) if one.id == period else one

    return with_reports([
        one.model_copy(update={"periods": tuple(map(moved, one.periods))}) if one.id == report else one for one in PLAN.reports
    ])  # fmt: skip


def without(report: str) -> Plan:
    return with_reports([one for one in PLAN.reports if one.id != report])


async def begun(db: Database, vault: Vault) -> Scene:
    """The cast on the day of the plan, with every row that it asks for."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = BEGIN
    assert await scene.db.run(partial(ensure, engine=scene.engine)) == ALL
    return scene


async def looked(scene: Scene, plan: Plan) -> tuple[Engine, Difference]:
    engine = replace(scene.engine, plan=plan)
    return engine, await scene.db.run(partial(difference, engine=engine))


async def applied(scene: Scene, plan: Plan) -> tuple[Difference, int]:
    engine, found = await looked(scene, plan)
    return found, await scene.db.run(partial(apply, engine=engine, shown=found))


async def rows(scene: Scene, report: str, unit: str = "ngoc_lam") -> list[Any]:
    return await scene.rows(EXPECTED, EXPECTED.c.report == report, EXPECTED.c.unit == unit)


async def handed_in(scene: Scene, report: str, state: ExpectedState, at: datetime = BEGIN, unit: str = "ngoc_lam") -> None:
    which = EXPECTED.c.report == report, EXPECTED.c.unit == unit
    values = {"state": str(state), "first_at": at, "handed_at": at, "submission": new_id()}
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(*which).values(**values)) and None)


async def events(scene: Scene, expected: str) -> list[tuple[str, dict[str, Any]]]:
    return [(row.what, row.data) for row in await scene.rows(REPORT_EVENT, REPORT_EVENT.c.expected == expected)]


# --- what is inserted by itself ---------------------------------------------------------------------------------------


async def test_every_report_of_every_unit_and_period_gets_one_row(db: Database, vault: Vault) -> None:
    """99 of them, numbered 1 to 99, each with its history; asked again, none."""
    scene = await begun(db, vault)
    found = await scene.rows(EXPECTED)
    assert sorted(row.number for row in found) == list(range(1, ALL + 1))
    assert {row.state for row in found} == {ExpectedState.OWED}
    assert await events(scene, found[0].id) == [("expected", {"due": found[0].due_day})]
    assert await scene.db.run(partial(ensure, engine=scene.engine)) == 0


async def test_nobody_is_asked_for_what_could_no_longer_be_handed_in(db: Database, vault: Vault) -> None:
    """A network that begins in autumn does not begin with the arrears of spring."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = datetime(2021, 10, 20, tzinfo=UTC)
    await scene.db.run(partial(ensure, engine=scene.engine))
    assert {row.due_day for row in await scene.rows(EXPECTED)} == {"2021-11-10"}


async def test_two_processes_at_once_give_each_number_once(database_url: str, vault: Vault) -> None:
    """Both start with an empty table and the same plan."""
    databases = [Database(database_url), Database(database_url)]
    try:
        engine = Engine(PLAN, {}, vault, PLAN.zone, lambda: BEGIN)
        new = await asyncio.gather(*(one.run(partial(ensure, engine=engine)) for one in databases * 3))
        found = await databases[0].run(lambda db: list(db.execute(sa.select(EXPECTED.c.number)).scalars()))
    finally:
        for one in databases:
            one.close()
    assert (sum(new), sorted(found)) == (ALL, list(range(1, ALL + 1)))


async def test_a_service_on_duty_inserts_what_is_new_and_only_says_what_differs(db: Database, vault: Vault) -> None:
    """Nobody's due day moves because somebody edited a file; the log says it, once a day, with counts and without names."""
    scene = await begun(db, vault)
    changed = replace(scene.engine, plan=due("ke_hoach", "nam_2021", date(2021, 3, 20)))
    with capture_logs() as said:
        for _ in range(3):
            await scene.db.run(partial(stay_on_duty, engine=changed))
    told = [line for line in said if line["event"] == "plan_differs"]
    assert [(line["moved"], line["dropped"], line["again"]) for line in told] == [(WHOLE, 0, 0)]
    assert {row.due_day for row in await rows(scene, "ke_hoach")} == {"2021-03-15"}


async def test_the_training_room_expects_reports_too(db: Database, vault: Vault) -> None:
    """Emptied and filled again, whatever its clock says."""
    scene = await Scene.open(db, vault, seeded=False)
    scene.clock[0] = BEGIN
    await scene.db.run(partial(_empty_and_seed, engine=scene.engine, now=BEGIN, seconds=0))
    assert len(await scene.rows(EXPECTED)) == ALL


# --- the difference ---------------------------------------------------------------------------------------------------


async def test_the_same_plan_differs_in_nothing(db: Database, vault: Vault) -> None:
    """All are kept, and there is nothing to do."""
    scene = await begun(db, vault)
    _engine, found = await looked(scene, PLAN)
    assert (bool(found), found.kept) == (False, ALL)


async def test_added_moved_and_dropped_are_told_apart(db: Database, vault: Vault) -> None:
    """Each as the plan has it, nothing else."""
    scene = await begun(db, vault)
    plan = due("ke_hoach", "nam_2021", date(2021, 3, 20))
    year = PLAN.report("hoat_dong_he").model_copy(update={"id": "trung_thu"})
    plan = plan.model_copy(update={"reports": (*(one for one in plan.reports if one.id != "hoat_dong_he"), year)})
    _engine, found = await looked(scene, plan)
    counts = len(found.added), len(found.moved), len(found.dropped), len(found.again), len(found.stays), found.kept
    assert counts == (WHOLE, WHOLE, WHOLE, 0, 0, ALL - 2 * WHOLE)
    moved = next(change for change in found.moved if change.unit == "ngoc_lam")
    assert (moved.was_day, moved.day, moved.rule) == ("2021-03-15", "2021-03-20", "before")


async def test_what_is_locked_stays_missing_for_good(db: Database, vault: Vault) -> None:
    """Next year's folder no longer names this year's reports: whoever did not hand in then has not handed in."""
    scene = await begun(db, vault)
    scene.clock[0] = datetime(2022, 6, 1, tzinfo=UTC)
    _engine, found = await looked(scene, with_reports([]))
    assert not found
    assert {row.state for row in await scene.rows(EXPECTED)} == {ExpectedState.OWED}


# --- doing it ---------------------------------------------------------------------------------------------------------


async def test_a_moved_report_gets_its_new_dates_and_its_history(db: Database, vault: Vault) -> None:
    """Due, open and locked move together; who owes it hears of it once, with the last day itself and not the word of the document."""
    scene = await begun(db, vault)
    _found, people = await applied(scene, due("ke_hoach", "nam_2021", date(2021, 3, 20)))
    row = (await rows(scene, "ke_hoach"))[0]
    assert (row.due_day, row.due_at) == ("2021-03-20", datetime(2021, 3, 19, 17, tzinfo=UTC))
    assert (row.opens_at, row.expires_at) == (datetime(2021, 1, 18, 17, tzinfo=UTC), row.due_at + timedelta(days=60))
    assert (await events(scene, row.id))[-1] == ("moved", {"from": "2021-03-15", "rule": "before", "due": "2021-03-20"})
    assert people == 2  # the cast has one officer and one leader in one ward
    assert await scene.texts("phuong") == [
        "Kế hoạch đã thay đổi phần báo cáo của anh/chị:\n\n"
        f"• BC-{row.number} Kế hoạch của phường, năm 2021, Phường Ngọc Lâm: hạn mới là hết Thứ Sáu 19/3/2021 (trước đây là Chủ nhật 14/3/2021)\n\n"
        "Những gì đã nộp vẫn còn nguyên. Xem tất cả các hạn: /hanbaocao"
    ]


async def test_a_dropped_report_is_owed_no_more_and_may_be_asked_for_again(db: Database, vault: Vault) -> None:
    """It keeps its number and its history."""
    scene = await begun(db, vault)
    await applied(scene, without("hoat_dong_he"))
    row = (await rows(scene, "hoat_dong_he"))[0]
    assert (row.state, (await scene.texts("phuong"))[-1].count("không còn phải nộp")) == (ExpectedState.DROPPED, 1)
    found, _people = await applied(scene, PLAN)
    again = (await rows(scene, "hoat_dong_he"))[0]
    assert (len(found.again), again.id, again.number, again.state) == (WHOLE, row.id, row.number, ExpectedState.OWED)
    assert [what for what, _data in await events(scene, row.id)] == ["expected", "dropped", "expected"]
    assert "lại phải nộp, hạn là hết Thứ Ba 10/8/2021" in (await scene.texts("phuong"))[-1]


@pytest.mark.parametrize("state", [ExpectedState.HANDED_IN, ExpectedState.ACCEPTED, ExpectedState.RETURNED])
async def test_nothing_handed_in_is_ever_dropped(db: Database, vault: Vault, state: ExpectedState) -> None:
    """Nor what was sent back: somebody has worked on it."""
    scene = await begun(db, vault)
    await handed_in(scene, "ke_hoach", state)
    found, _people = await applied(scene, without("ke_hoach"))
    row = (await rows(scene, "ke_hoach"))[0]
    assert ([change.unit for change in found.stays], len(found.dropped), row.state) == (["ngoc_lam"], WHOLE - 1, state)


async def test_who_was_on_time_stays_on_time(db: Database, vault: Vault) -> None:
    """An earlier day is for those who have not handed in yet; a later one is for all."""
    scene = await begun(db, vault)
    await handed_in(scene, "ke_hoach", ExpectedState.ACCEPTED, datetime(2021, 3, 10, tzinfo=UTC))
    found, _people = await applied(scene, due("ke_hoach", "nam_2021", date(2021, 3, 5)))
    assert (len(found.moved), (await rows(scene, "ke_hoach"))[0].due_day) == (WHOLE - 1, "2021-03-15")
    found, _people = await applied(scene, due("ke_hoach", "nam_2021", date(2021, 3, 25)))
    assert (len(found.moved), (await rows(scene, "ke_hoach"))[0].due_day) == (WHOLE, "2021-03-25")
    assert len(await scene.texts("phuong")) == 0  # nothing is left to do there


async def test_a_person_is_told_once_of_all_that_changed(db: Database, vault: Vault) -> None:
    """Also somebody who answers for two units; the division's own report is its officers' and leaders'."""
    scene = await begun(db, vault)
    officer = next(row.person for row in await scene.rows(MEMBERSHIP, MEMBERSHIP.c.role == Role.WARD_OFFICER))
    more = {"id": new_id(), "person": officer, "unit": "bo_de", "role": Role.WARD_OFFICER, "created_at": BEGIN}
    await scene.db.run(lambda db: db.execute(sa.insert(MEMBERSHIP).values(**more)) and None)
    plan = with_reports([one for one in PLAN.reports if one.id not in {"ke_hoach", "thang_hanh_dong_quan"}])
    _found, people = await applied(scene, plan)
    assert [len(await scene.texts(who)) for who in ("phuong", "truc-a", "truc-b", "lanh-dao", "ctv")] == [1, 1, 1, 1, 0]
    assert ((await scene.texts("phuong"))[0].count("không còn phải nộp"), people) == (2, 5)


async def test_a_plan_of_another_government_drops_what_nobody_owes_any_more(db: Database, vault: Vault) -> None:
    """The wards are gone; who held an office in one is told by its old name, and no collaborator is told of reports."""
    scene = await begun(db, vault)
    found, people = await applied(scene, load_plan(ROOT / "plans/longbien-2025"))
    assert (len(found.dropped), people) == (ALL, 6)  # the cast has one collaborator, who has lost a unit and owed nothing
    said = await scene.texts("phuong")
    assert (said[0].count("Phường Ngọc Lâm (cũ)"), said[0].count("không còn phải nộp")) == (7, 7)
    assert [text.count("không còn phải nộp") for text in await scene.texts("ctv")] == [0]


async def test_what_changed_since_it_was_shown_is_not_done(db: Database, vault: Vault) -> None:
    """A report that was handed in while somebody looked at the difference is not dropped, and neither is any other."""
    scene = await begun(db, vault)
    engine, found = await looked(scene, without("ke_hoach"))
    await handed_in(scene, "ke_hoach", ExpectedState.HANDED_IN)
    with pytest.raises(PlanMoved):
        await scene.db.run(partial(apply, engine=engine, shown=found))
    assert [row.what for row in await scene.rows(REPORT_EVENT) if row.what == "dropped"] == []


async def test_two_that_apply_at_once_do_it_once(db: Database, vault: Vault) -> None:
    """One of them is told to look again; nobody gets two letters."""
    scene = await begun(db, vault)
    engine, found = await looked(scene, without("ke_hoach"))
    twice = [scene.db.run(partial(apply, engine=engine, shown=found)) for _ in range(2)]
    done = await asyncio.gather(*twice, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["PlanMoved", "int"]
    assert (len(await scene.texts("phuong")), sum(row.what == "dropped" for row in await scene.rows(REPORT_EVENT))) == (1, WHOLE)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_a_plan_becomes_nothing_handed_in_is_lost(db: Database, vault: Vault, seed: int) -> None:
    """Reports come, go and move by chance while wards hand in by chance: after each apply nothing is left to do, what was handed in stands as it
    stood and whoever was on time is, and no row or number is there twice."""
    chance, scene = random.Random(seed), await begun(db, vault)
    stood: dict[str, Any] = {}
    for _ in range(6):
        for row in chance.sample(await scene.rows(EXPECTED, EXPECTED.c.state == ExpectedState.OWED), 5):
            await handed_in(
                scene, row.report, chance.choice([*STANDING, ExpectedState.RETURNED]), row.due_at - timedelta(hours=1), row.unit
            )
        stood |= {row.id: row for row in await scene.rows(EXPECTED, EXPECTED.c.first_at.is_not(None))}
        changed = with_reports([_by_chance(report, chance) for report in chance.sample(PLAN.reports, chance.randint(3, len(PLAN.reports)))])
        engine, found = await looked(scene, changed)
        if found:
            await scene.db.run(partial(apply, engine=engine, shown=found))
        assert not (await looked(scene, changed))[1]
        now = {row.id: row for row in await scene.rows(EXPECTED)}
        assert len({(row.report, row.unit, row.period) for row in now.values()}) == len({row.number for row in now.values()}) == len(now)
        assert all((now[row].state, now[row].submission) == (then.state, then.submission) for row, then in stood.items())
        assert all(now[row].first_at < now[row].due_at for row, then in stood.items() if then.first_at < then.due_at)


def _by_chance(report: Report, chance: random.Random) -> Report:
    moved = timedelta(days=chance.choice([0, 0, -9, 5, 21]))
    return report.model_copy(update={"periods": tuple(one.model_copy(update={"due": one.due + moved}) for one in report.periods)})


# --- the command line -------------------------------------------------------------------------------------------------


def run(*words: str, typed: str | None = None, **settings: str) -> Result:
    """With these settings and none of whoever runs the tests."""
    others = dict.fromkeys(name for name in os.environ if name.startswith("BAONGAY_"))
    return CliRunner().invoke(cli, ["plan", *words], env=others | settings, input=typed)


def test_a_plan_that_is_right_says_what_it_asks_for() -> None:
    """Units, forms, and every date in order."""
    said = run("check", str(ROOT / "plans/longbien-2021"))
    dates = [line.split()[1] for line in said.output.splitlines() if line.startswith("    ")]
    assert (said.exit_code, dates) == (0, sorted(dates))
    assert "99 expected reports" in said.output


def test_a_plan_that_is_wrong_says_where_and_ends_with_1(tmp_path: Path) -> None:
    """Nobody puts a broken plan to use."""
    said = run("check", str(tmp_path / "nowhere"))
    assert (said.exit_code, said.output) == (1, "nowhere".join([f"{tmp_path}/", ":1: there is no such folder\n"]))


def test_apply_asks_first_and_does_nothing_without_a_yes(tmp_path: Path) -> None:
    """Shown, refused; shown, done; then there is nothing to do. The plan of the year is over here, so a period far ahead is added."""
    folder = tmp_path / "plans" / "xa"
    folder.mkdir(parents=True)
    (tmp_path / "plans" / "longbien-2021").symlink_to(ROOT / "plans/longbien-2021")
    head = (
        (ROOT / "plans/longbien-2021/plan.yaml").read_text(encoding="utf-8").replace("id: longbien-2021", "id: xa\nextends: longbien-2021")
    )
    (folder / "plan.yaml").write_text(head, encoding="utf-8")
    reports = (ROOT / "plans/longbien-2021/reports.yaml").read_text(encoding="utf-8").replace("due: 2021-", "due: 2099-")
    (folder / "reports.yaml").write_text(reports, encoding="utf-8")
    settings = {"BAONGAY_PLAN": str(folder), "BAONGAY_DATA_DIR": str(tmp_path / "var"), "BAONGAY_SECRET_KEYS": make_key()}
    refused = run("apply", typed="n\n", **settings)
    done, again = run("apply", "--yes", **settings), run("apply", "--yes", **settings)
    assert (refused.exit_code, done.exit_code, again.exit_code) == (1, 0, 0)
    assert "+ added: ke_hoach nam_2021, before 2099-03-15, 14 units: thuong_thanh, ngoc_thuy" in refused.output
    assert (done.output.splitlines()[-1], again.output.splitlines()[-1]) == ("Done; 0 people are told.", "Nothing to do.")
