"""The plan of Long Biên as it is shipped, and what a plan can answer."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from bot.plan_files import load_plan
from models.plan import Label, Plan, Status, UnitKind, Whom

PLAN = load_plan(Path(__file__).parents[2] / "plans" / "longbien-2021")
URGENT, SERIOUS, WATCHED = "khan_cap", "nghiem_trong", "can_theo_doi"


# --- law and languages ------------------------------------------------------------------------------------------------


def pieces(model: BaseModel) -> Iterator[Any]:
    """Every value inside a plan."""
    for name in type(model).model_fields:
        yield from inside(getattr(model, name))


def inside(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, BaseModel):
        yield from pieces(value)
    elif isinstance(value, tuple):
        for one in value:
            yield from inside(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from inside(one)


def test_only_what_is_verified_names_a_law() -> None:
    """No item of the plan shows an article that nobody has read."""
    assert [item.id for item in pieces(PLAN) if getattr(item, "law", None) and item.status is not Status.VERIFIED] == []


def test_every_text_stands_in_both_languages() -> None:
    """Every label has Vietnamese and English, and the English one is no copy (names of places apart)."""
    places = {unit.short for unit in PLAN.units} | {unit.short for unit in PLAN.other_units}
    labels = [value for value in pieces(PLAN) if isinstance(value, Label)]
    assert len(labels) > 150
    assert [
        label for label in labels if not label.vi.strip() or not label.en.strip() or (label.vi == label.en and label not in places)
    ] == []


def test_every_answer_and_reason_is_explained() -> None:
    """Violations, injuries, needs and groups each have a plain hint on one line."""
    for name in ("violation_types", "injury_types", "care_needs", "child_groups"):
        for item in PLAN.list(name):
            assert item.hint is not None, item.id
            assert max(len(item.hint.vi), len(item.hint.en)) <= 100, item.id
            assert "\n" not in item.hint.vi + item.hint.en


# --- units ------------------------------------------------------------------------------------------------------------


def test_long_bien_has_fourteen_wards() -> None:
    """The 14 wards of the plan of 2021, each with its own code."""
    wards = PLAN.wards()
    assert (len(wards), len({ward.code for ward in wards})) == (14, 14)
    assert (PLAN.unit("bo_de").name.vi, PLAN.unit("bo_de").name.en, PLAN.unit("bo_de").code) == ("Phường Bồ Đề", "Bồ Đề Ward", "00139")


def test_a_unit_that_the_plan_does_not_have_is_a_key_error() -> None:
    """Rows of an earlier plan may name a unit that is gone; nobody is handed another one."""
    with pytest.raises(KeyError):
        PLAN.unit("moi_bo_de")
    assert not PLAN.is_within("moi_bo_de", PLAN.division)


def test_every_ward_is_within_the_remit_of_the_division() -> None:
    """The division acts for the district, so that its people reach every ward; a ward reaches nobody but itself."""
    assert all(PLAN.is_within(ward.id, PLAN.division) and PLAN.is_within(ward.id, "quan_long_bien") for ward in PLAN.wards())
    assert PLAN.is_within("bo_de", "bo_de")
    assert not PLAN.is_within("bo_de", "ngoc_lam")
    assert not PLAN.is_within(PLAN.division, "bo_de")


def test_the_division_lists_the_wards_below_it() -> None:
    """Below the division stand the units of the district that it acts for, in the order of the plan."""
    assert PLAN.wards() == tuple(unit for unit in PLAN.children(PLAN.division) if unit.kind is UnitKind.WARD)
    assert len(PLAN.children("quan_long_bien")) == 24
    assert PLAN.children("bo_de") == ()


def test_a_later_unit_stands_for_every_ward_that_gave_it_land() -> None:
    """Hồng Hà took land of Ngọc Thụy and Bồ Đề: whoever names it is asked which is meant."""
    assert tuple(ward.id for ward in PLAN.sharing("moi_hong_ha")) == ("ngoc_thuy", "bo_de")
    assert PLAN.sharing("bo_de") == ()


def test_the_agencies_of_section_iii_say_what_they_are_responsible_for() -> None:
    """Mục III khoản 2 to 9: nine offices (khoản 3 names two), each with its duties in both languages; nobody else has any."""
    agencies = [unit for unit in PLAN.units if unit.kind is UnitKind.AGENCY]
    assert [unit.id for unit in PLAN.units if unit.duties] == [unit.id for unit in agencies]
    assert len(agencies) == 9
    assert {(unit.parent, unit.status, unit.source) for unit in agencies} == {("quan_long_bien", Status.VERIFIED, ("kh_116",))}


# --- lists and numbers ------------------------------------------------------------------------------------------------


def test_lists_have_what_the_documents_have() -> None:
    """11 kinds of injury in the form's order, 14 groups of Điều 10, five levels of gravity."""
    assert [f"{number:02d}" for number in range(1, 12)] == [item.code for item in PLAN.list("injury_types")]
    assert len(PLAN.list("child_groups")) == 14
    assert [item.id for item in PLAN.list("injury_gravity")] == ["tu_vong", "nang", "vua", "nhe", "chua_ro"]
    assert [item.id for item in PLAN.list("places")] == ["home", "school", "community"]


def test_no_photo_is_asked_where_it_could_show_abuse() -> None:
    """Sexual abuse, and what happens online."""
    assert {"xam_hai_tinh_duc", "xam_hai_tren_mang"} == {item.id for item in PLAN.list("violation_types") if item.sexual}


def test_water_and_fire_show_114() -> None:
    """Drowning and fire bring the rescue number besides the others."""
    assert {"duoi_nuoc", "bong_chay"} == {item.id for item in PLAN.list("injury_types") if item.hotline == PLAN.hotline("114").number}


def test_an_item_is_found_by_list_and_id() -> None:
    """The same id may stand in two lists and mean two things."""
    assert PLAN.item("injury_types", "khac") != PLAN.item("care_needs", "khac")
    with pytest.raises(KeyError):
        PLAN.item("injury_types", "bao_luc")


def test_the_emergency_numbers_come_in_order() -> None:
    """111, 113, 115 first, and each of them really is a number."""
    assert [line.number for line in PLAN.emergency_lines()] == ["111", "113", "115"]


def test_numbers_that_nobody_found_are_entered_by_an_administrator() -> None:
    """A missing number is marked as missing, never guessed."""
    missing = {line.id for line in PLAN.hotlines if line.filled_by_admin}
    assert {"division_phone", "ward_police", "ward_clinic", "ward_child_officer", "ctxh_hn"} == missing
    assert all(not PLAN.hotline(line).number for line in missing)


# --- time -------------------------------------------------------------------------------------------------------------


def test_an_urgent_case_is_called_at_a_growing_distance_day_and_night() -> None:
    """3, 5, 10, 20 minutes and on; the last distance repeats without end."""
    calls = PLAN.ladder.of(URGENT)
    assert [calls.gap(step) for step in range(1, 9)] == [3, 5, 10, 20, 40, 60, 60, 60]
    assert calls.night


@pytest.mark.parametrize(("level", "gaps"), [(SERIOUS, [60, 60, 60, 60, 60, 120, 120]), (WATCHED, [60, 120, 240, 240, 240, 240, 240])])
def test_the_others_respect_the_night(level: str, gaps: list[int]) -> None:
    """They arrive without a sound between 21:00 and 7:00, and are still called again."""
    calls = PLAN.ladder.of(level)
    assert (calls.night, [calls.gap(step) for step in range(1, 8)]) == (False, gaps)
    assert (PLAN.ladder.quiet_from.hour, PLAN.ladder.quiet_until.hour) == (21, 7)


def test_a_longer_ladder_calls_nobody_less() -> None:
    """Whoever was called at a step is called at every later one, by themselves or among all duty officers."""
    for calls in PLAN.ladder.levels:
        for hour in PLAN.ladder.hours:
            called = [{*calls.whom(step, hour.name)} for step in range(9)]
            for now, later in itertools.pairwise(called):
                assert now - {Whom.ON_DUTY} <= later
                assert Whom.ON_DUTY not in now or {Whom.ON_DUTY, Whom.DUTY_ALL} & later


def test_at_night_and_on_holidays_somebody_is_called_privately_at_once() -> None:
    """The whole room may be asleep."""
    calls = PLAN.ladder.of(URGENT)
    assert [hour.name for hour in PLAN.ladder.hours if Whom.ON_DUTY in calls.whom(0, hour.name)] == ["holiday", "night"]


def test_after_the_last_step_whoever_it_calls_goes_on_being_called() -> None:
    """Also the unit above, hour after hour."""
    calls = PLAN.ladder.of(URGENT)
    assert calls.whom(400, "night") == calls.whom(4, "office")
    assert Whom.ABOVE in calls.whom(400, "night")


def test_a_ladder_of_one_step_goes_on_too() -> None:
    """The card, and then the distances that repeat."""
    calls = PLAN.ladder.of(WATCHED)
    short = calls.model_copy(update={"steps": calls.steps[:1], "again": (5, 30)})
    assert [short.gap(step) for step in range(4)] == [5, 5, 30, 30]


def test_an_unknown_level_is_called_like_the_most_urgent() -> None:
    """A row with a word that the plan lost must not fall silent."""
    assert PLAN.ladder.of("?") == PLAN.ladder.of(URGENT)


def test_the_units_above_are_told_nearest_first() -> None:
    """The division lies in its district; above that the plan of 2021 has nothing."""
    assert [unit.id for unit in PLAN.above("phong_ldtbxh")] == ["quan_long_bien"]
    assert PLAN.above("quan_long_bien") == ()


def test_the_plan_knows_its_zone_and_its_working_week() -> None:
    """Hanoi's time, Monday to Friday."""
    assert (PLAN.zone.key, PLAN.calendar.country) == ("Asia/Ho_Chi_Minh", "VN")
    assert (PLAN.calendar.working_week.days[0], PLAN.calendar.working_week.days[-1]) == ("monday", "friday")


def test_a_plan_in_use_cannot_be_changed() -> None:
    """Plans are frozen."""
    with pytest.raises(ValidationError):
        Plan.__setattr__(PLAN, "division", "bo_de")
