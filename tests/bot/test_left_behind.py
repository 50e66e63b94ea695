"""When another plan is put to use, units go: whoever and whatever stands there is named before, told of after, and never silent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.auditor import timers
from bot.auditor.found import Pass
from bot.database import Database
from bot.form_files import load_forms
from bot.gather.left_behind import any_left, lacking, read
from bot.plan_files import load_plan
from bot.plan_lines import left
from bot.planned import apply, difference
from bot.training import CHANNEL
from bot.upkeep import stay_on_duty
from bot.vault import Vault, make_key
from handlers import left_behind
from handlers.rights import reaches
from models.expected import EXPECTED, REPORT_EVENT, ExpectedState
from models.facts import Held, Role
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP, PERSON, ROOM
from models.submission import ANSWER
from models.timer import TIMER
from tests.bot.cases import told
from tests.bot.test_planned import run
from tests.driver import PLAN, ROOT, Scene

NEW = load_plan(ROOT / "plans/longbien-2025")
FORMS = load_forms(ROOT / "forms", NEW)
NEW_FOLDER = str(ROOT / "plans/longbien-2025")
LAST = datetime(2021, 7, 6, 2, tzinfo=UTC)  # Tuesday 09:00 in Hà Nội
DIVISION = ("phong_ldtbxh", {"duty_officer": 2, "leader": 1}, 1, ())
WARD = ("ngoc_lam", {"collaborator": 1, "leader": 1, "ward_officer": 1}, 0, ())


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The cast under the district's plan, on duty, with an administrator of it."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = LAST
    await member(scene, "quan-tri", Role.ADMINISTRATOR, "phong_ldtbxh")
    await scene.db.run(partial(stay_on_duty, engine=scene.engine))
    return scene


async def member(scene: Scene, who: str, role: Role, unit: str) -> None:
    """Somebody more, known by that name."""

    def work(db: sa.Connection) -> None:
        known = db.scalar(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.external_id == who))
        person = known or new_id()
        if known is None:
            db.execute(sa.insert(PERSON).values(id=person, name=who, phone=None, locale="vi", created_at=LAST))
            account = {"id": new_id(), "person": person, "channel": CHANNEL, "external_id": who, "chat": who, "started": True}
            db.execute(sa.insert(ACCOUNT).values(account | {"created_at": LAST}))
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=LAST))

    await scene.db.run(work)


def under_the_new_plan(scene: Scene) -> None:
    scene.engine = replace(scene.engine, plan=NEW, forms=FORMS)


async def switched(scene: Scene, *, move: bool = False) -> None:
    """`plan apply plans/longbien-2025`, looked at and done."""
    under_the_new_plan(scene)
    shown = await scene.db.run(partial(difference, engine=scene.engine))
    await scene.db.run(partial(apply, engine=scene.engine, shown=shown, move=move))


async def standing(scene: Scene) -> list[tuple[str, Mapping[str, int], int, tuple[str, ...]]]:
    found = await scene.db.run(partial(read, plan=NEW, now=scene.clock[0]))
    return [(one.unit, one.people, one.rooms, one.cases) for one in found]


async def waiting(scene: Scene, kind: str) -> list[Any]:
    return await scene.rows(TIMER, TIMER.c.kind == kind, TIMER.c.fired_at.is_(None))


# --- what stands there ------------------------------------------------------------------------------------------------


async def test_people_rooms_and_open_cases_are_found_by_unit(scene: Scene) -> None:
    """Of a case whose ward was cut nobody can say where it lies now; one in Ngọc Lâm, which lies in one ward, needs no question."""
    for ward in ("giang_bien", "ngoc_lam", ""):
        await told(scene, ward=ward)
    await scene.db.run(lambda db: db.execute(sa.delete(EXPECTED)) and None)
    assert await standing(scene) == [("giang_bien", {}, 0, ("VV-2021-0001",)), WARD, DIVISION]


async def test_under_the_plan_that_they_belong_to_nothing_stands_anywhere(scene: Scene) -> None:
    """And an administrator is one under any plan."""
    await told(scene, ward="giang_bien")
    assert await scene.db.run(partial(read, plan=PLAN, now=LAST)) == ()
    assert not await scene.db.run(partial(any_left, plan=PLAN, now=LAST))
    assert await scene.db.run(partial(any_left, plan=NEW, now=LAST))


async def test_whoever_has_a_unit_of_the_plan_is_not_left_behind(scene: Scene) -> None:
    """Invited anew: what they were is history."""
    for who, role, unit in (("phuong", Role.WARD_OFFICER, "moi_bo_de"), ("truc-a", Role.DUTY_OFFICER, "so_y_te")):
        await member(scene, who, role, unit)
    found = {unit: people for unit, people, _rooms, _cases in await standing(scene) if people}
    assert found == {"ngoc_lam": {"collaborator": 1, "leader": 1}, "phong_ldtbxh": {"duty_officer": 1, "leader": 1}}


async def test_reports_that_are_owed_or_wait_there_are_found(scene: Scene) -> None:
    """Of the unit that owes; of the one that would have accepted, where the unit goes on."""
    found = {one.unit: len(one.reports) for one in await scene.db.run(partial(read, plan=NEW, now=LAST))}
    assert (len(found), found["ngoc_lam"], found["phong_ldtbxh"]) == (15, 6, 1)


def test_only_what_lies_in_one_ward_has_an_heir() -> None:
    """Ngọc Lâm alone; a commune that is larger than what it took from the old district is not all within the old ward."""
    assert {ward.id: NEW.heir(ward.id) for ward in PLAN.wards() if NEW.heir(ward.id)} == {"ngoc_lam": "moi_bo_de"}
    assert PLAN.heir("moi_gia_lam") == ""


# --- before it is done ------------------------------------------------------------------------------------------------


async def test_the_operator_reads_what_stands_where_and_what_to_do(scene: Scene) -> None:
    """Before anything is changed; the offer only where nothing has to be guessed."""
    await told(scene, ward="giang_bien")
    behind = await scene.db.run(partial(read, plan=NEW, now=LAST))
    lacks = await scene.db.run(partial(lacking, plan=NEW))
    lines = list(left([one for one in behind if one.people or one.cases], NEW, lacks))
    assert lines == [
        "! 3 units are not in longbien-2025, and somebody or something still stands there:",
        "    giang_bien: open cases VV-2021-0001; 6 reports",
        "    ngoc_lam: 1 collaborator, 1 leader, 1 ward_officer; 6 reports",
        "    phong_ldtbxh: 2 duty_officer, 1 leader; 1 room(s); 1 reports",
        "! so_y_te has no room, no duty officer, no leader: until it has, cases ring with administrators alone, and nobody there can take one",
        "    people: an administrator invites each anew with /moi; until then they can only report cases",
        "    rooms: /ganphong in the group",
        "    open cases: ask in which ward the neighbourhood lies now; an officer puts it right with /bosung",
        "    reports: what was never handed in is dropped; what waits to be accepted goes to the division",
        "  > all of ngoc_lam lies in moi_bo_de: its people can be moved there",
    ]


def test_nothing_left_says_nothing() -> None:
    """Another year of the same government."""
    assert list(left((), PLAN, ("room",))) == []


# --- after it was done ------------------------------------------------------------------------------------------------


async def test_whoever_lost_their_unit_is_told_once_and_nobody_is_moved(scene: Scene) -> None:
    """Not by their own asking: they are still who they were, and nothing was guessed."""
    before = await scene.rows(MEMBERSHIP)
    await switched(scene)
    assert (await scene.texts("ctv"))[-1].splitlines() == [
        "Kế hoạch đã thay đổi, không còn Phường Ngọc Lâm (cũ).",
        "Anh/chị vẫn báo vụ việc được: /baocao. Các việc khác, quản trị viên sẽ mời anh/chị vào đơn vị mới.",
    ]
    letters = await scene.rows(LETTER, LETTER.c.purpose == "left_behind")
    assert sorted(row.chat for row in letters) == ["ctv", "lanh-dao", "lanh-dao-phuong", "phuong", "truc-a", "truc-b"]
    assert await scene.rows(MEMBERSHIP) == before


async def test_administrators_are_told_at_once_and_each_working_morning_until_it_is_done(scene: Scene) -> None:
    """What stands where, what to do first; when everybody has a unit and the group is bound, no more."""
    await told(scene, ward="giang_bien")
    await switched(scene)
    await scene.passes(seconds=1)
    said = [text for text in await scene.texts("quan-tri") if text.startswith("📌")]
    assert said == [
        "📌 Kế hoạch không còn các đơn vị dưới đây, nhưng ở đó vẫn còn:\n\n"
        "• Phường Giang Biên (cũ): vụ đang mở: VV-2021-0001\n"
        "• Phường Ngọc Lâm (cũ): 3 người\n"
        "• (đơn vị không có trong kế hoạch): 3 người; 1 nhóm chat\n\n"
        "Cần làm trước tiên, nếu không thì ở Sở Y tế chưa ai nhận được vụ việc:\n"
        "❌ phòng trực: thêm Báo Ngay vào nhóm của Sở Y tế rồi gõ trong nhóm: /ganphong\n"
        "❌ hai cán bộ trực (hiện có: 0): mời bằng /moi\n"
        "❌ lãnh đạo Sở Y tế: mời bằng /moi\n\n"
        "Người: mời lại từng người vào đơn vị mới bằng /moi. Trong lúc chờ, họ vẫn báo vụ việc được. Ai thôi làm việc này: /thuhoi\n"
        "Nhóm chat: gõ trong nhóm: /ganphong\n"
        "Vụ đang mở: hỏi lại tổ dân phố ấy nay thuộc phường nào, rồi cán bộ sửa bằng /bosung kèm số vụ.\n\n"
        "Mỗi sáng làm việc tôi nhắc lại, đến khi xong."
    ]
    (again,) = await waiting(scene, left_behind.TIMER)
    assert again.due_at == datetime(2021, 7, 7, 1, tzinfo=UTC)  # 08:00 in Hà Nội
    for who, role, unit in (
        ("phuong", Role.WARD_OFFICER, "moi_bo_de"), ("ctv", Role.COLLABORATOR, "moi_bo_de"), ("lanh-dao-phuong", Role.LEADER, "moi_bo_de"),
        ("truc-a", Role.DUTY_OFFICER, "so_y_te"), ("truc-b", Role.DUTY_OFFICER, "so_y_te"), ("lanh-dao", Role.LEADER, "so_y_te"),
    ):  # fmt: skip
        await member(scene, who, role, unit)
    await scene.says("quan-tri", "/ganphong", "phong-truc")
    await scene.says("truc-a", "nhan 1", "phong-truc")
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).values(ward="moi_phuc_loi")) and None)
    await scene.passes(days=1)
    assert (await waiting(scene, left_behind.TIMER), await standing(scene)) == ([], [])


async def test_the_auditor_sees_what_nobody_was_told_of(scene: Scene) -> None:
    """Also where the plan was changed in the settings and never applied; once it is set, the pass is clean."""
    under_the_new_plan(scene)
    found = [await scene.db.run(lambda db: timers.left(Pass(db, scene.engine, LAST, LAST))) for _ in range(2)]
    assert [(one.kind, len(one.ids), one.mended) for one in found] == [("left_behind", 1, 1), ("left_behind", 0, 0)]
    await scene.passes(seconds=1)
    assert (await scene.texts("quan-tri"))[-1].startswith("📌 Kế hoạch không còn")


async def test_a_service_that_starts_with_another_plan_tells_it_too(scene: Scene) -> None:
    """Before anybody has applied it."""
    under_the_new_plan(scene)
    await scene.db.run(partial(stay_on_duty, engine=scene.engine))
    assert len(await waiting(scene, left_behind.TIMER)) == 1


async def test_the_daily_looks_of_the_division_that_is_gone_are_over(scene: Scene) -> None:
    """Else the new one would hear everything twice."""
    await switched(scene)
    await scene.db.run(partial(stay_on_duty, engine=scene.engine))
    daily = [row for kind in ("roster", "reconcile", "reports", "progress") for row in await waiting(scene, kind)]
    assert [row.subject for row in daily] == ["so_y_te"] * 4


async def test_people_move_only_to_the_one_unit_that_holds_all_of_theirs(scene: Scene) -> None:
    """If whoever applies it says so: the ward's three; nobody of the office, whose heir no document names."""
    await switched(scene, move=True)
    live = await scene.rows(MEMBERSHIP, MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role != Role.ADMINISTRATOR)
    assert sorted((row.unit, row.role) for row in live) == [
        ("moi_bo_de", "collaborator"), ("moi_bo_de", "leader"), ("moi_bo_de", "ward_officer"),
        ("phong_ldtbxh", "duty_officer"), ("phong_ldtbxh", "duty_officer"), ("phong_ldtbxh", "leader"),
    ]  # fmt: skip
    assert (await scene.texts("phuong"))[-1].splitlines() == [
        "Kế hoạch đã thay đổi, không còn Phường Ngọc Lâm (cũ).", "Từ nay anh/chị thuộc Phường Bồ Đề.",
    ]  # fmt: skip
    assert [unit for unit, *_ in await standing(scene)] == ["phong_ldtbxh"]


async def test_a_report_that_waits_at_the_office_that_is_gone_is_accepted_by_the_new_one(scene: Scene) -> None:
    """With its history; nothing that was handed in is dropped or left with nobody who may look at it."""
    which = EXPECTED.c.unit == "ngoc_lam", EXPECTED.c.report == "thang_hanh_dong"
    handed = {"state": str(ExpectedState.HANDED_IN), "first_at": LAST, "handed_at": LAST, "submission": new_id()}
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(*which).values(**handed)) and None)
    await switched(scene)
    (row,) = await scene.rows(EXPECTED, *which)
    assert (row.recipient, row.state) == ("so_y_te", "handed_in")
    event = (await scene.rows(REPORT_EVENT, REPORT_EVENT.c.expected == row.id))[-1]
    assert (event.what, event.data) == ("recipient", {"from": "phong_ldtbxh", "to": "so_y_te"})
    await member(scene, "truc-moi", Role.DUTY_OFFICER, "so_y_te")
    await scene.says("truc-moi", f"duyet {row.number}")
    assert (await scene.rows(EXPECTED, *which))[0].state == "accepted"


# --- open cases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ward", ["giang_bien", "ngoc_lam", ""])
async def test_an_open_case_goes_on_calling_somebody_who_can_act(scene: Scene, ward: str) -> None:
    """Until the division has people: administrators, and the ward's officers, who may take what they are called for."""
    case = await told(scene, ward=ward, severity="khan_cap")
    await switched(scene)
    await scene.passes(hours=2)
    (row,) = await scene.rows(INCIDENT, INCIDENT.c.id == case)
    assert row.status == "open"
    cards = {letter.chat for letter in await scene.rows(LETTER, LETTER.c.about == case, LETTER.c.created_at > LAST + timedelta(minutes=1))}
    assert {"quan-tri", *(["phuong"] if ward == "ngoc_lam" else [])} <= cards
    await member(scene, "truc-moi", Role.DUTY_OFFICER, "so_y_te")
    await scene.says("truc-moi", "nhan 1")
    assert (await scene.rows(INCIDENT, INCIDENT.c.id == case))[0].status == "taken"


async def test_the_officer_of_a_ward_that_is_gone_can_take_what_they_are_called_for(scene: Scene) -> None:
    """Else they would be rung and told that there is no such case."""
    case = await told(scene, ward="ngoc_lam", severity="khan_cap")
    await switched(scene)
    await scene.says("phuong", "nhan 1")
    assert (await scene.rows(INCIDENT, INCIDENT.c.id == case))[0].status == "taken"


async def test_the_ward_that_holds_all_of_it_now_is_called_and_may_act(scene: Scene) -> None:
    """Bồ Đề for Ngọc Lâm; of a ward that was cut no new one is called, because none is known."""
    await member(scene, "bo-de", Role.WARD_OFFICER, "moi_bo_de")
    cases = [await told(scene, ward=ward, severity="khan_cap") for ward in ("ngoc_lam", "giang_bien")]
    await switched(scene)
    await scene.passes(hours=1)
    rung = {letter.about for letter in await scene.rows(LETTER, LETTER.c.chat == "bo-de", LETTER.c.purpose == "card")}
    assert rung == {cases[0]}
    await scene.says("bo-de", "nhan 1")
    await scene.says("bo-de", "nhan 2")
    assert [row.status for row in await scene.rows(INCIDENT)] == ["taken", "open"]


async def test_an_officer_puts_the_ward_right(scene: Scene) -> None:
    """After the neighbourhood was asked: then the case is in a ward of the plan, and nothing is left there."""
    for said in (
        "báo cáo",
        "2",
        "1",
        "1",
        "6",
        "2",
        "1",
        "Phường khác",
        "Giang Biên",
        "bo qua",
        "số 8 ngõ 12",
        "1",
        "thấy bị đánh",
        "1",
        "1",
        "1",
        "gui",
    ):
        await scene.says("ctv", said)
    (row,) = await scene.rows(INCIDENT)
    assert row.ward == "giang_bien"
    await switched(scene)
    await member(scene, "truc-moi", Role.DUTY_OFFICER, "so_y_te")
    await member(scene, "phuc-loi", Role.WARD_OFFICER, "moi_phuc_loi")
    assert (await scene.says("truc-moi", "/bosung 1"))[-1].text.splitlines() == [
        "VV-2021-0001: phường của vụ này không còn trong kế hoạch. Anh/chị hỏi xem nơi đó nay thuộc phường nào.", "",
        "Việc xảy ra ở phường nào?", "Chọn, hoặc gõ tên phường.", "Đang ghi: Phường Giang Biên (cũ)",
    ]  # fmt: skip
    assert (await scene.says("truc-moi", "Phúc Lợi"))[-1].text.startswith("Đã ghi: Phường Phúc Lợi.")
    assert (await scene.rows(INCIDENT))[0].ward == "moi_phuc_loi"
    assert "Phường Phúc Lợi" in (await scene.last("phuc-loi")).text
    assert "phường của vụ này" not in (await scene.says("truc-moi", "/bosung 1"))[-1].text
    await scene.says("phuc-loi", "nhan 1")
    assert (await scene.rows(INCIDENT))[0].status == "taken"


def test_rights_reach_ones_own_unit_under_any_plan() -> None:
    """And nothing else of a plan that is gone: the old office sees no ward of the new plan, an old ward no other one."""
    held = {unit: Held(Role.WARD_OFFICER, unit) for unit in ("giang_bien", "phong_ldtbxh", "moi_bo_de")}
    reached = {(unit, other): reaches(held[unit], other, NEW) for unit in held for other in ("giang_bien", "ngoc_lam", "moi_bo_de", "")}
    assert {pair for pair, holds in reached.items() if holds} == {
        ("giang_bien", "giang_bien"), ("moi_bo_de", "moi_bo_de"), ("moi_bo_de", "ngoc_lam"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "answered", "chat"),
    [
        ("/moi", "Chỉ quản trị viên và cán bộ phường mời được người mới.", ""),
        ("/ganphong", "Anh/chị chỉ làm được việc này cho phường của mình.", "phong-truc"),
        ("/ganphong Bồ Đề", "Anh/chị chỉ làm được việc này cho phường của mình.", "phong-truc"),
    ],
)
async def test_nothing_is_begun_in_a_ward_that_is_gone(scene: Scene, said: str, answered: str, chat: str) -> None:
    """Nobody is invited into it, and no room bound to it; its officer has no say in the new one either."""
    await switched(scene)
    assert (await scene.says("phuong", said, chat))[-1].text == answered
    assert [row.unit for row in await scene.rows(ROOM, ROOM.c.unbound_at.is_(None))] == ["phong_ldtbxh"]


async def test_a_report_written_down_by_such_an_officer_asks_for_the_ward(scene: Scene) -> None:
    """Their own is not filled in: it is none of the plan's."""
    await switched(scene)
    for said in ("/ghinhan", "1", "1", "1"):
        await scene.says("phuong", said)
    answered = {row.question for row in await scene.rows(ANSWER)}
    assert ("danger" in answered, "ward" in answered) == (True, False)


def test_a_list_names_a_ward_of_before_in_full() -> None:
    """Its short name may be that of a ward of today."""
    named = [NEW.short_of(unit) for unit in ("moi_bo_de", "bo_de", "phong_ldtbxh")]
    assert [label.vi if label is not None else None for label in named] == ["Bồ Đề", "Phường Bồ Đề (cũ)", None]


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> dict[str, str]:
    """The settings of a service that ran under the district's plan, with a collaborator of Ngọc Lâm and one of Giang Biên."""
    settings = {"BAONGAY_DATA_DIR": str(tmp_path / "var"), "BAONGAY_SECRET_KEYS": make_key()}
    assert run("apply", "--yes", **settings).exit_code == 0
    engine = sa.create_engine(f"sqlite:///{next((tmp_path / 'var').rglob('baongay.sqlite3'))}")
    with engine.begin() as db:
        for unit in ("ngoc_lam", "giang_bien"):
            db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=new_id(), unit=unit, role=Role.COLLABORATOR, created_at=LAST))
    engine.dispose()
    return settings


def units(settings: Mapping[str, str]) -> list[tuple[str, bool]]:
    """(unit, whether it has ended) of every membership."""
    engine = sa.create_engine(f"sqlite:///{next(Path(settings['BAONGAY_DATA_DIR']).rglob('baongay.sqlite3'))}")
    with engine.connect() as db:
        rows = db.execute(sa.select(MEMBERSHIP.c.unit, MEMBERSHIP.c.ended_at).order_by(MEMBERSHIP.c.unit)).all()
    engine.dispose()
    return [(row.unit, row.ended_at is not None) for row in rows]


def test_checking_a_folder_says_what_the_service_has_at_units_that_it_lacks(service: dict[str, str]) -> None:
    """Before it is put to use, and without changing anything; without a service there is nothing to say."""
    said = run("check", NEW_FOLDER, **service)
    assert (said.exit_code, said.output.count("\n! 2 units are not in longbien-2025")) == (0, 1)
    assert "    giang_bien: 1 collaborator\n    ngoc_lam: 1 collaborator\n" in said.output
    nowhere = run("check", NEW_FOLDER, BAONGAY_DATA_DIR=service["BAONGAY_DATA_DIR"] + "-none")
    assert (nowhere.exit_code, "!" in nowhere.output, Path(service["BAONGAY_DATA_DIR"] + "-none").exists()) == (0, False, False)


def test_people_are_moved_after_a_question_of_its_own_and_never_by_yes_alone(service: dict[str, str]) -> None:
    """The first yes is to the plan; the second to the move, whose answer is no unless somebody says otherwise."""
    new = service | {"BAONGAY_PLAN": NEW_FOLDER}
    refused = run("apply", typed="n\n", **new)
    assert (refused.exit_code, "  > all of ngoc_lam lies in moi_bo_de: its people can be moved there" in refused.output) == (1, True)
    for words, typed in ((("--yes",), None), ((), "y\n\n")):
        assert run("apply", *words, typed=typed, **new).exit_code == 0
        assert units(new) == [("giang_bien", False), ("ngoc_lam", False)]
    assert run("apply", typed="y\ny\n", **new).exit_code == 0
    assert units(new) == [("giang_bien", False), ("moi_bo_de", False), ("ngoc_lam", True)]
