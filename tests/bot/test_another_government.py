"""The plan of the two-tier government since 01/07/2025: another folder of YAML, the same program."""

from datetime import UTC, datetime
from functools import partial

import pytest

from bot.database import Database
from bot.expected_rows import ensure
from bot.plan_files import load_plan
from bot.vault import Vault
from handlers.forms.parsers import wards_called
from models.expected import EXPECTED
from models.incident import INCIDENT, Status
from models.plan import Label
from models.plan import Status as Basis
from tests.driver import NO_BUTTONS, ROOT, Scene
from tests.driver import PLAN as OLD
from tests.models.test_plan import pieces

PLAN = load_plan(ROOT / "plans/longbien-2025")
OWING = ("moi_bo_de", "moi_viet_hung", "moi_phuc_loi", "moi_long_bien")


# --- the folder -------------------------------------------------------------------------------------------------------


def test_what_it_does_not_have_is_the_other_plans() -> None:
    """One list of kinds of violation, one ladder, one calendar: what is the same is written once."""
    assert all(PLAN.list(name) == OLD.list(name) for name in ("violation_types", "injury_types", "relations", "child_groups"))
    assert (PLAN.ladder, PLAN.calendar, PLAN.reminding) == (OLD.ladder, OLD.calendar, OLD.reminding)


def test_the_district_is_gone_and_its_plan_binds_nobody() -> None:
    """The Department of Health is called; no item names the district's plan as its law; laws of the land stay."""
    assert (PLAN.division, PLAN.unit(PLAN.division).kind, [unit.id for unit in PLAN.above(PLAN.division)]) == (
        "so_y_te",
        "division",
        ["tp_ha_noi"],
    )
    assert [item.id for item in pieces(PLAN) if "116/KH-UBND" in (getattr(item, "law", None) or "")] == []
    assert {clock.id for clock in PLAN.clocks if clock.law} == {"emergency", "plan_of_support", "approval"}
    assert [unit.id for unit in PLAN.units if "quan" in unit.id] == []


def test_only_what_is_verified_names_a_law_and_both_languages_are_there() -> None:
    """As in every plan."""
    assert [item.id for item in pieces(PLAN) if getattr(item, "law", None) and item.status is not Basis.VERIFIED] == []
    assert [label for label in pieces(PLAN) if isinstance(label, Label) and not (label.vi.strip() and label.en.strip())] == []


def test_a_ward_never_bears_the_id_of_another_territory() -> None:
    """Ids are foreign keys for good: the new wards are the successors of the old plan, and the old ones the predecessors of the new."""
    assert {ward.id for ward in PLAN.wards()} == {later.id for later in OLD.successors}
    assert {earlier.id for earlier in PLAN.predecessors} == {ward.id for ward in OLD.wards()}
    assert {unit.id for unit in PLAN.units} & {unit.id for unit in OLD.units} == set()
    assert [(ward.code, OLD.unit(old).name.vi) for ward in PLAN.wards() for old in ward.predecessors if ward.code == OLD.unit(old).code] == [
        ("00118", "Phường Ngọc Thụy"), ("00127", "Phường Việt Hưng"), ("00136", "Phường Phúc Lợi"), ("00145", "Phường Long Biên"),
    ]  # fmt: skip


def test_both_plans_say_the_same_of_which_wards_share_land() -> None:
    """Read from either side."""
    old = {(ward.id, later) for ward in OLD.wards() for later in ward.successors}
    new = {(earlier, ward.id) for ward in PLAN.wards() for earlier in ward.predecessors}
    assert old == new


def test_the_four_wards_owe_the_one_report_whose_date_is_known() -> None:
    """And nobody owes one whose date no document names."""
    assert [(report.id, tuple(unit.id for unit in PLAN.owing(report))) for report in PLAN.reports] == [("thang_hanh_dong", OWING)]


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", OLD.wards(), ids=lambda ward: ward.id)
def test_an_old_name_means_every_ward_that_may_hold_it_now(old: object) -> None:
    """All that share its land, in the plan's order; a name that a new ward bears means the new ward."""
    ward = OLD.unit(getattr(old, "id", ""))
    same = [new.id for new in PLAN.wards() if new.short == ward.short]
    assert wards_called(ward.name.vi, PLAN) == (same or [new.id for new in PLAN.wards() if ward.id in new.predecessors])


@pytest.mark.parametrize(
    ("typed", "meant"), [("p. giang bien", 2), ("sai dong", 4), ("Giang Biênn", 2), ("Hồng Hà", 1), ("xã Bát Tràng", 1), ("Ba Đình", 0)]
)
def test_old_names_are_read_as_people_type_them(typed: str, meant: int) -> None:
    """Without diacritics, with a slip of the finger, and never one that is neither."""
    assert len(wards_called(typed, PLAN)) == meant


# --- one story --------------------------------------------------------------------------------------------------------


async def test_a_case_in_an_old_wards_name_is_asked_back_called_and_taken(db: Database, vault: Vault) -> None:
    """A collaborator of Bồ Đề names Giang Biên, which two wards share now; the ward chosen is on the card, and an officer takes it."""
    scene = await Scene.open(db, vault, plan=PLAN)
    await scene.says("ctv", "báo cáo")
    await scene.presses("ctv", "ĐANG NGUY HIỂM")
    asked = await scene.says("ctv", "Giang Biên")
    assert asked[-1].text.startswith("Tên này có thể là mấy phường, anh/chị chọn giúp.")
    assert [label for label in asked[-1].buttons if label.startswith("Phường")][:2] == ["Phường Việt Hưng", "Phường Phúc Lợi"]
    await scene.presses("ctv", "Phường Phúc Lợi")
    card = await scene.last("phong-truc")
    assert "Phúc Lợi" in card.text
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    case = (await scene.rows(INCIDENT))[-1]
    assert (case.ward, case.status) == ("moi_phuc_loi", Status.TAKEN)


async def test_the_month_of_action_is_expected_of_each_ward(db: Database, vault: Vault) -> None:
    """Of the year that can still be handed in and of the next one; "trước ngày 20" ends at midnight of the 19th."""
    scene = await Scene.open(db, vault, plan=PLAN)
    await scene.db.run(partial(ensure, engine=scene.engine))
    rows = await scene.rows(EXPECTED)
    assert {(row.unit, row.period) for row in rows} == {(unit, "nam_2027") for unit in OWING}
    assert {(row.plan, row.recipient, row.due_at.isoformat()) for row in rows} == {
        ("longbien-2025", "so_y_te", "2027-07-19T17:00:00+00:00")
    }


async def test_the_month_of_action_is_handed_in(db: Database, vault: Vault) -> None:
    """A ward's officer answers by typing alone; the room of the Department hears it, and its row goes to the Department."""
    scene = await Scene.open(db, vault, plan=PLAN, capabilities=NO_BUTTONS)
    scene.clock[0] = datetime(2027, 7, 12, 2, tzinfo=UTC)
    await scene.db.run(partial(ensure, engine=scene.engine))
    number = next(row.number for row in await scene.rows(EXPECTED) if row.unit == "moi_bo_de")
    for said in (f"nop {number}", "1", "12 900 850 40 3000", "20 5", "Đã tổ chức", "1", "1", "30/6", "gui"):
        last = await scene.says("phuong", said)
    assert "ĐÚNG HẠN" in last[-1].text
    assert (await scene.texts("phong-truc"))[-1].startswith(f"📄 BC-{number} đã nộp: Bồ Đề: Tháng hành động, năm 2027")
    row = (await scene.rows(EXPECTED, EXPECTED.c.number == number))[0]
    assert (row.state, row.recipient, row.as_of) == ("handed_in", "so_y_te", "2027-06-30")
