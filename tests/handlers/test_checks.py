"""Checks over figures: what cannot be right, what wants a reason, and what is no report at all."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.forms.checks import WHY, Finding, findings, found_at, is_empty
from models.report_facts import Known
from models.talk import Json
from tests.handlers.figure_forms import INDICATORS, SPRING
from tests.transcripts import form, render

FIGURES = [question.name for question in INDICATORS.questions if question.figure]
COUNTS = st.integers(0, 10_000)
LAST = Known(last={"tong_tre_em": 100, "hcdb": 4}, last_name=SPRING)


def found(values: dict[str, Any], known: Known | None = None) -> list[Finding]:
    return list(findings(INDICATORS, values, known or Known()))


def said(values: dict[str, Any], known: Known | None = None) -> list[tuple[str, str, bool]]:
    """Of every finding: the check, its sentence, whether it is hard."""
    return [(one.check, render(one.why), one.hard) for one in found(values, known)]


def test_parts_must_add_up() -> None:
    """Told with the figures themselves."""
    values = {"tong_tre_em": 1200, "tong_nam": 61, "tong_nu": 58}
    assert said(values) == [("sum", "Cộng lại, nam + nữ = 119, còn “tổng số” đang là 1.200.", True)]


def test_a_part_that_was_left_out_adds_up_to_nothing() -> None:
    """A figure that nobody knows takes part in no check, and excuses none."""
    assert said({"tong_tre_em": 120, "tong_nam": 61, "tong_nu": None}) == []
    assert said({"tong_tre_em": 120, "tong_nam": 120, "tong_nu": None}) == []
    assert said({"tong_tre_em": 120, "tong_nam": 121, "tong_nu": None}) == [
        ("sum", "Cộng lại, nam = 121, còn “tổng số” đang là 120.", True)
    ]


def test_a_part_is_at_most_the_whole() -> None:
    """Equal is right."""
    assert said({"hcdb": 5, "hcdb_tro_giup": 5}) == []
    assert said({"hcdb": 5, "hcdb_tro_giup": 6}) == [
        ("at_most", "Mục “được trợ giúp” (6) không thể nhiều hơn “hoàn cảnh đặc biệt” (5).", True)
    ]


def test_every_sentence_begins_with_a_capital() -> None:
    """Short names of figures are written small; a sentence about them is not."""
    values = {"tong_tre_em": 300, "tong_nam": 61, "tong_nu": 58, "hcdb": 5, "hcdb_tro_giup": 6, "xam_hai_vu": 0}
    known = Known(last={"tong_tre_em": 100}, last_name=SPRING, cases={"violation": 3})
    sentences = said(values, known)
    assert [check for check, _, _ in sentences] == ["sum", "compare", "at_most", "cases"]
    assert [text for _, text, _ in sentences if not text[0].isupper()] == []


def test_the_groups_may_add_up_to_more_than_their_total() -> None:
    """A child may be in several groups."""
    assert said({"hcdb": 5, "hcdb_khuyet_tat": 4, "hcdb_mo_coi_ca_cha_me": 4}) == []


def test_a_leap_from_the_period_before_wants_a_reason() -> None:
    """By percent and by number; a small figure may double."""
    assert said({"tong_tre_em": 129}, LAST) == []
    assert [(check, hard) for check, _, hard in said({"tong_tre_em": 130}, LAST)] == [("compare", False)]
    assert said({"hcdb": 8}, LAST) == []
    assert [check for check, _, _ in said({"hcdb": 9}, LAST)] == ["compare"]


def test_a_reason_settles_what_stands_out() -> None:
    """And an empty one does not."""
    assert said({"tong_tre_em": 10, "tong_tre_em" + WHY: "tách phường"}, LAST) == []
    assert len(said({"tong_tre_em": 10, "tong_tre_em" + WHY: None}, LAST)) == 1


def test_a_reason_never_settles_what_cannot_be_right() -> None:
    """A sum stays wrong, however well it is explained."""
    values = {"tong_tre_em": 3, "tong_nam": 1, "tong_nu": 1, "tong_tre_em" + WHY: "vì sao"}
    assert [check for check, _, _ in said(values)] == ["sum"]


def test_fewer_cases_than_the_service_knows_want_a_reason() -> None:
    """More do not: not every case was reported here."""
    known = Known(cases={"violation": 2})
    assert said({"xam_hai_vu": 3}, known) == []
    assert [(check, hard) for check, _, hard in said({"xam_hai_vu": 0}, known)] == [("cases", False)]


def test_a_finding_shows_after_any_of_its_figures() -> None:
    """Of whatever was answered just now, and of nothing else."""
    values = {"tong_tre_em": 3, "tong_nam": 1, "tong_nu": 1, "hcdb": 1, "hcdb_tro_giup": 2}
    assert [getattr(found_at(INDICATORS, values, Known(), frozenset({name})), "check", None) for name in ("tong_nu", "hcdb", "ctv")] == [
        "sum",
        "at_most",
        None,
    ]


def test_the_day_alone_is_no_report() -> None:
    """Nor are skipped questions, an empty list of files and a note that says when it will come; a figure 0, a file, words that are asked for are."""
    nothing: dict[str, Json] = {"so_lieu_den": "2021-05-09", "tong_tre_em": None, "tep": [], "ghi_chu": None}
    assert is_empty(INDICATORS, nothing)
    assert is_empty(INDICATORS, nothing | {"ghi_chu": "sẽ nộp sau"})
    assert is_empty(form("reports/van_ban"), {"ghi_chu": "sẽ nộp sau"})
    assert not is_empty(INDICATORS, nothing | {"tong_tre_em": 0})
    assert not is_empty(INDICATORS, nothing | {"tep": ["a"]})
    assert not is_empty(form("reports/van_ban"), {"tom_tat": "đã gửi"})


# --- whatever the figures ---------------------------------------------------------------------------------------------


@given(COUNTS, COUNTS, COUNTS)
def test_a_sum_is_wrong_exactly_where_it_is_wrong(total: int, boys: int, girls: int) -> None:
    """No more, no less."""
    checks = [one.check for one in found({"tong_tre_em": total, "tong_nam": boys, "tong_nu": girls})]
    assert checks == ([] if boys + girls == total else ["sum"])


@given(
    st.dictionaries(st.sampled_from(FIGURES), st.none() | COUNTS | st.floats(0, 10_000)), st.dictionaries(st.sampled_from(FIGURES), COUNTS)
)
def test_with_reasons_for_all_only_what_cannot_be_right_is_left(values: dict[str, Any], last: dict[str, Any]) -> None:
    """And without a period before nothing stands out against it."""
    known = Known(last=last, last_name=SPRING, cases={"violation": 3, "injury": 9})
    reasons = {name + WHY: "vì sao" for name in values}
    assert all(one.hard for one in found(values | reasons, known))
    assert list(found(values | reasons, known)) == [one for one in found(values, known) if one.hard]
    assert [one.check for one in found(values) if not one.hard] == []


@given(st.dictionaries(st.sampled_from(FIGURES), COUNTS))
def test_a_finding_is_only_about_figures_that_were_given(values: dict[str, int]) -> None:
    """Those are what is asked again."""
    assert [one for one in found(values, LAST) if not values.keys() >= set(one.questions)] == []
