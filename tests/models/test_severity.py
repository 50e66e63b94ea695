"""How urgent a case is: every rule of the shipped plan, its edges, and what holds whatever is answered."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.form_files import choice_names, load_form
from bot.plan_files import load_plan
from models.plan import SeverityVerdict, Status

ROOT = Path(__file__).parents[2]
PLAN = load_plan(ROOT / "plans" / "longbien-2021")
URGENT, SERIOUS, WATCHED = "khan_cap", "nghiem_trong", "can_theo_doi"
ARTICLE_31 = "NĐ 56/2017/NĐ-CP Điều 31 khoản 1"


def judged(**answers: Any) -> SeverityVerdict:
    return PLAN.severity(answers)


def rules_of(verdict: SeverityVerdict) -> list[str]:
    return [rule.id for rule in verdict.rules]


# One row a rule, and beside it the nearest case that the rule does not reach.
TABLE: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"danger": "danger"}, URGENT, ["dang_nguy_hiem"]),
    ({"danger": "danger", "kind": "need", "need": "chua_co_the_bhyt"}, URGENT, ["dang_nguy_hiem"]),
    ({"danger": "safe"}, SERIOUS, ["chua_ro"]),
    ({"danger": "unknown"}, SERIOUS, ["chua_ro"]),
    ({"kind": "injury", "injury_cause": "accident", "injury_gravity": "tu_vong"}, URGENT, ["ton_hai_tinh_mang_suc_khoe"]),
    ({"kind": "injury", "injury_cause": "accident", "injury_gravity": "nang"}, URGENT, ["ton_hai_tinh_mang_suc_khoe"]),
    ({"kind": "injury", "injury_cause": "accident", "injury_gravity": "vua"}, SERIOUS, ["can_dieu_tri"]),
    ({"kind": "injury", "injury_cause": "accident", "injury_gravity": "chua_ro"}, SERIOUS, ["can_dieu_tri"]),
    ({"kind": "injury", "injury_cause": "accident", "injury_gravity": "nhe"}, WATCHED, ["tai_nan_nhe"]),
    ({"kind": "injury", "injury_cause": "accident"}, SERIOUS, ["chua_ro"]),
    ({"kind": "injury", "injury_cause": "inflicted", "injury_gravity": "nhe"}, SERIOUS, ["thuong_tich_do_nguoi_khac"]),
    ({"kind": "injury", "injury_cause": "unknown", "injury_gravity": "nhe"}, SERIOUS, ["thuong_tich_do_nguoi_khac"]),
    ({"kind": "injury", "injury_cause": "self", "injury_gravity": "nhe"}, URGENT, ["tre_tu_lam"]),
    ({"kind": "injury", "injury_cause": "inflicted", "relation": "cha"}, URGENT, ["cha_me_nguoi_cham_soc"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "me"}, URGENT, ["cha_me_nguoi_cham_soc"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "cha_duong_me_ke"}, URGENT, ["cha_me_nguoi_cham_soc"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "nguoi_cham_soc"}, URGENT, ["cha_me_nguoi_cham_soc"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "ong_ba_nguoi_than"}, SERIOUS, ["vi_pham"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "ong_ba_nguoi_than", "lives_with_child": "yes"}, URGENT, ["song_cung_tre"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "chua_ro", "lives_with_child": "yes"}, URGENT, ["song_cung_tre"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "nguoi_la", "lives_with_child": "no"}, SERIOUS, ["vi_pham"]),
    ({"kind": "violation", "violation": "bao_luc", "relation": "tre_em_khac", "lives_with_child": "yes"}, SERIOUS, ["vi_pham"]),
    ({"kind": "violation", "violation": "xam_hai_tinh_duc"}, URGENT, ["xam_hai_tinh_duc_mua_ban"]),
    ({"kind": "violation", "violation": "mua_ban"}, URGENT, ["xam_hai_tinh_duc_mua_ban"]),
    ({"kind": "violation", "violation": "boc_lot"}, SERIOUS, ["vi_pham"]),
    ({"kind": "violation"}, SERIOUS, ["vi_pham"]),
    ({"kind": "need", "need": "lang_thang"}, WATCHED, ["can_giup_do"]),
    ({"kind": "need", "need": "lang_thang", "danger": "unknown"}, WATCHED, ["can_giup_do"]),
    ({"source": "child"}, URGENT, ["tre_tu_nhan_tin"]),
    ({"source": "citizen"}, SERIOUS, ["chua_ro"]),
    ({}, SERIOUS, ["chua_ro"]),
]


@pytest.mark.parametrize(
    ("answers", "level", "rules"), TABLE, ids=lambda value: "+".join(map(str, value.values())) if isinstance(value, dict) else ""
)
def test_each_rule_gives_its_level_and_ends_where_it_should(answers: dict[str, Any], level: str, rules: list[str]) -> None:
    """These answers make a case exactly this urgent, for this reason."""
    verdict = PLAN.severity(answers)
    assert (level, rules) == (verdict.level, rules_of(verdict))


def test_every_rule_has_an_example() -> None:
    """No rule of the plan is missing from the table above."""
    shown = {rule for _, _, rules in TABLE for rule in rules}
    assert {rule.id for rule in PLAN.severity_rules.rules} | {"chua_ro"} == shown


@pytest.mark.parametrize("relation", [item.id for item in PLAN.list("relations") if item.carer])
def test_harm_by_a_parent_or_carer_is_urgent_by_law(relation: str) -> None:
    """Whoever has charge of the child makes the case urgent under NĐ 56/2017 Điều 31.1."""
    verdict = judged(kind="violation", violation="bao_luc", danger="safe", relation=relation)
    assert (verdict.level, verdict.laws) == (URGENT, (ARTICLE_31,))


def test_danger_is_urgent_by_law() -> None:
    """ĐANG NGUY HIỂM rests on NĐ 56/2017 Điều 31.1, before anything else is known."""
    verdict = judged(danger="danger")
    assert (verdict.level, verdict.laws) == (URGENT, (ARTICLE_31,))


@pytest.mark.parametrize("gravity", ["tu_vong", "nang"])
def test_serious_harm_to_life_or_health_is_urgent_by_law(gravity: str) -> None:
    """Death and severe injury rest on NĐ 56/2017 Điều 31.1, accident or not."""
    verdict = judged(kind="injury", injury_cause="accident", injury_gravity=gravity)
    assert (verdict.level, verdict.laws) == (URGENT, (ARTICLE_31,))


@pytest.mark.parametrize("violation", ["xam_hai_tinh_duc", "mua_ban"])
def test_sexual_abuse_and_trafficking_are_urgent_by_design_not_by_law(violation: str) -> None:
    """The urgency is ours: no article is named for it."""
    verdict = judged(kind="violation", violation=violation)
    assert (URGENT, (), {Status.DESIGN}) == (verdict.level, verdict.laws, {rule.status for rule in verdict.rules})


@pytest.mark.parametrize("violation", [item.id for item in PLAN.list("violation_types")])
def test_every_violation_is_at_least_serious(violation: str) -> None:
    """No kind of violation is only watched."""
    assert judged(kind="violation", violation=violation, danger="safe").level in {URGENT, SERIOUS}


@pytest.mark.parametrize("cause", ["inflicted", "self", "unknown"])
def test_an_injury_that_is_no_plain_accident_is_at_least_serious(cause: str) -> None:
    """All causes but an accident go the protection way, however light the injury."""
    assert judged(kind="injury", injury_cause=cause, injury_gravity="nhe", danger="safe").level in {URGENT, SERIOUS}


@pytest.mark.parametrize("need", [item.id for item in PLAN.list("care_needs")])
def test_a_need_for_help_is_watched(need: str) -> None:
    """A child in need, without harm or danger, goes quietly to the ward."""
    assert judged(kind="need", need=need, danger="safe").level == WATCHED


def test_all_reasons_of_the_highest_level_are_told() -> None:
    """A verdict carries every rule that gives its level, and beside them all that hold."""
    verdict = judged(danger="danger", kind="violation", violation="xam_hai_tinh_duc", relation="cha")
    assert rules_of(verdict) == ["dang_nguy_hiem", "cha_me_nguoi_cham_soc", "xam_hai_tinh_duc_mua_ban"]
    assert "vi_pham" in [rule.id for rule in verdict.matched]
    assert verdict.because[0].vi == "Trẻ đang nguy hiểm"


def possible() -> dict[str, list[str]]:
    rules = PLAN.severity_rules
    fixed = {question: list(values) for question, values in rules.answers.items()}
    return fixed | {question: [item.id for item in PLAN.list(name)] for question, name in rules.answers_from.items()}


ANSWERS = st.fixed_dictionaries({}, optional={name: st.sampled_from([None, *values]) for name, values in possible().items()})


@given(ANSWERS)
def test_danger_is_urgent_whatever_else_is_answered(answers: dict[str, Any]) -> None:
    """No answer takes the urgency of danger away."""
    verdict = PLAN.severity(answers | {"danger": "danger"})
    assert (verdict.level, verdict.rules[0].id) == (URGENT, "dang_nguy_hiem")


@given(ANSWERS, ANSWERS)
def test_one_more_answer_never_lowers_what_a_rule_gave(first: dict[str, Any], more: dict[str, Any]) -> None:
    """Only `otherwise`, said while nothing was known, may be lowered by knowing."""
    known = {name: value for name, value in first.items() if value is not None}
    before, after = PLAN.severity(known), PLAN.severity(more | known)
    if before.rules != (PLAN.severity_rules.otherwise,):
        assert PLAN.severity_rules.rank(after.level) <= PLAN.severity_rules.rank(before.level)


@given(ANSWERS)
def test_what_is_not_known_never_lowers(answers: dict[str, Any]) -> None:
    """Answering "unknown" is never taken for less than leaving the question open."""
    unknown = {
        "danger": "unknown",
        "injury_cause": "unknown",
        "injury_gravity": "chua_ro",
        "relation": "chua_ro",
        "lives_with_child": "unknown",
    }
    rank = PLAN.severity_rules.rank
    for question, value in unknown.items():
        left_open = {name: given for name, given in answers.items() if name != question}
        assert rank(PLAN.severity(left_open | {question: value}).level) <= rank(PLAN.severity(left_open).level)


def test_the_rules_and_the_incident_form_speak_of_the_same_answers() -> None:
    """Every question that a rule may ask about stands in the form with the same values; the source is known without asking."""
    form = load_form(ROOT / "forms" / "incident.yaml", PLAN)
    assert {name: set(values) for name, values in possible().items() if name != "source"} == {
        name: set(choice_names(form.question(name), PLAN)) for name in possible() if name != "source"
    }
