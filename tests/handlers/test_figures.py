"""Figures as people type them: alone, in a row, with words and units; what could be two things is asked once more."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.forms.figures import LARGEST, LARGEST_MONEY, Figures, Unread, checked, example, read_figures
from handlers.forms.values import figure_text
from handlers.reading.folding import tidy
from models.form import Question
from tests.handlers.figure_forms import INDICATORS, part
from tests.transcripts import render

CHILDREN, UNDER_6, ABUSE, MONEY, GROUPS, NETWORK = (
    part(name) for name in ("tre_em", "duoi_6", "xam_hai", "kinh_phi", "nhom_1", "nguon_luc")
)
FUNDS = MONEY[:1]
BLOCKS = (CHILDREN, UNDER_6, ABUSE, MONEY, GROUPS, NETWORK, FUNDS, CHILDREN[:1])
TWO_WAYS = "có thể hiểu hai cách"
WHICH = "Chưa rõ số nào của mục nào"


def read(text: str, block: tuple[Question, ...]) -> dict[str, float | None] | str:
    """What was taken by question, or why nothing was."""
    found = read_figures(text, block)
    return {question.name: value for question, value in found.values} if isinstance(found, Figures) else render(found.why)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("12 3 0 5", (12, 3, 0, 5)),
        ("12, 3, 0, 5", (12, 3, 0, 5)),
        ("12,3,0,5", (12, 3, 0, 5)),
        ("12\n3\n0\n5", (12, 3, 0, 5)),
        ("12; 3; 0; 5.", (12, 3, 0, 5)),
        ("12 | 3 | 0", (12, 3, 0)),
        ("1.234 600 634", (1234, 600, 634)),
        ("1.234.567", (1234567,)),
        ("１２ ３", (12, 3)),
        ("không", (0,)),
        ("khong có", (0,)),
        ("12 không 5", (12, 0, 5)),
        ("12 x 5", (12, None, 5)),
        ("120 61 59 - 3", (120, 61, 59, None, 3)),
        ("12 trẻ", (12,)),
        ("có 12 cháu", (12,)),
        ("5 trường hợp", (5,)),
        ("1) 120 2) 61 3) 59", (120, 61, 59)),
        ("1. 120\n2. 61\n3. 59", (120, 61, 59)),
    ],
)
def test_figures_go_in_the_order_of_the_list(text: str, figures: tuple[float | None, ...]) -> None:
    """Whatever stands between them."""
    assert dict(zip((question.name for question in CHILDREN), figures, strict=False)) == read(text, CHILDREN)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("tổng 120 nam 61 nữ 59", {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59}),
        ("tong so: 120; nam: 61; nu: 59", {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59}),
        ("tổng cộng 120 trẻ, nam 61 cháu, nữ 59", {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59}),
        ("120 (nam 61, nữ 59)", {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59}),
        ("120 trẻ em, 61 nam, 59 nữ", {"tong_tre_em": 120, "tong_nam": 61, "tong_nu": 59}),
        ("nữ 59 nam 61", {"tong_nam": 61, "tong_nu": 59}),
        ("61 nam 59 nữ", {"tong_nam": 61, "tong_nu": 59}),
        ("nam 61 - nữ 59", {"tong_nam": 61, "tong_nu": 59}),
        ("có khai sinh 110", {"khai_sinh": 110}),
        ("trẻ em dưới 16 tuổi: 120", {"tong_tre_em": 120}),
    ],
)
def test_words_put_a_figure_where_it_belongs(text: str, figures: dict[str, int]) -> None:
    """Before the figures or behind them, in any order."""
    assert figures == read(text, CHILDREN)


@pytest.mark.parametrize("words", ["k biet", "không biết", "chưa rõ", "ko co so lieu", "chưa có số", "bỏ qua"])
def test_not_known_is_no_zero(words: str) -> None:
    """Alone and in a row; and a label that has such words ("có hoàn cảnh đặc biệt") makes no 0 of it."""
    situation = part("hcdb")
    first, second, third = (question.name for question in situation)
    assert read(words, situation) == {first: None}
    assert read(f"12 {words} 5", situation) == {first: 12, second: None, third: 5}


def test_millions_are_money() -> None:
    """Fifty million meetings are none."""
    assert "triệu" in str(read("50 triệu", NETWORK))
    assert read("50 triệu", FUNDS) == {"kinh_phi_ngan_sach": 50}


def test_a_long_word_is_not_repeated_whole() -> None:
    """Three thousand letters would fill the screen."""
    assert len(str(read("x" * 3000, CHILDREN))) < 150


def test_the_age_in_a_label_is_no_figure() -> None:
    """ "Dưới 6 tuổi 61" are 61 children, not 6."""
    assert read("dưới 6 tuổi 61 nam 30 nữ 31", UNDER_6) == {"tre_duoi_6": 61, "tre_duoi_6_nam": 30, "tre_duoi_6_nu": 31}


def test_groups_are_found_by_their_names() -> None:
    """Only those that there are; "không nơi nương tựa" begins with no 0."""
    assert read("không nơi nương tựa 2, HIV/AIDS không", GROUPS) == {"hcdb_khong_noi_nuong_tua": 2, "hcdb_nhiem_hiv": 0}
    assert read("bị bỏ rơi 1, khuyết tật 5", GROUPS) == {"hcdb_bi_bo_roi": 1, "hcdb_khuyet_tat": 5}


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("12,5 3", (12.5, 3)),
        ("1.5", (1.5,)),
        ("0.500", (0.5,)),
        ("1,5 triệu", (1.5,)),
        ("3 triệu đồng", (3,)),
        ("2 tỷ", (2000,)),
        ("500 nghìn", (0.5,)),
        ("500k", (0.5,)),
        ("12.500.000 đồng", (12.5,)),
        ("12 triệu 0", (12, 0)),
        ("ngân sách 2 tỷ xã hội hóa 500 triệu", (2000, 500)),
        ("500 ngân sách 200 xã hội hóa", (500, 200)),
    ],
)
def test_money_is_kept_in_millions(text: str, figures: tuple[float, ...]) -> None:
    """Whatever it was typed in; "ngân sách" is no "ngàn"."""
    assert dict(zip((question.name for question in MONEY), figures, strict=False)) == read(text, MONEY)


def test_billions_and_millions_are_one_figure_where_one_is_asked() -> None:
    """Where two are asked they could be two."""
    assert read("2 tỷ 500 triệu", FUNDS) == {"kinh_phi_ngan_sach": 2500}
    assert TWO_WAYS in str(read("2 tỷ 500 triệu", MONEY))


@pytest.mark.parametrize(
    ("text", "block", "why"),
    [
        ("1,234 600 634", CHILDREN, TWO_WAYS),
        ("12.5", CHILDREN, TWO_WAYS),
        ("0.123", CHILDREN, TWO_WAYS),
        ("1. 120", CHILDREN, TWO_WAYS),
        ("120 - 61 - 59", CHILDREN, TWO_WAYS),
        ("2 tỷ 5", MONEY, TWO_WAYS),
        ("1,500", MONEY, TWO_WAYS),
        ("61 nữ 31 nam 30", UNDER_6, WHICH),
        ("nữ 60 nam", CHILDREN, WHICH),
        ("nam 60 nam 61", CHILDREN, WHICH),
        ("3 vụ 2 trẻ", ABUSE, WHICH),
        ("300 lượt, 5 buổi", NETWORK, WHICH),
        ("5) 3 2) 1", CHILDREN, WHICH),
        ("1 2 3 4 5 6", CHILDREN, "Anh/chị nhắn 6 số, ở đây chỉ hỏi 5 số."),
        ("12 quả", CHILDREN, "Tôi chưa hiểu “quả”."),
        ("500k", CHILDREN, "Tôi chưa hiểu “500k”."),
        ("12 triệu", CHILDREN, "Tôi chưa hiểu “triệu”."),
        ("12 triệu 5", CHILDREN, "Tôi chưa hiểu “triệu”."),
        ("12/3", CHILDREN, "Tôi chưa hiểu “12/3”."),
        ("10%", CHILDREN, "Tôi chưa hiểu “10%”."),
        ("12 –6", UNDER_6, "Tôi chưa hiểu “–6”."),
        ("-5", CHILDREN, "Số không thể nhỏ hơn 0."),
        ("0912345678", CHILDREN, "“0912345678” lớn quá."),
        ("12.500.000", MONEY, "“12.500.000” lớn quá."),
        ("...", CHILDREN, "Anh/chị nhắn bằng số, ví dụ: 12 3 0 5 1."),
        ("", CHILDREN, "Anh/chị nhắn bằng số"),
        ("nhiều lắm", CHILDREN, "Tôi chưa hiểu “nhiều”."),
    ],
)
def test_nothing_is_taken_of_what_is_not_clear(text: str, block: tuple[Question, ...], why: str) -> None:
    """One sentence says why."""
    assert why in str(read(text, block))


# --- whatever is typed ------------------------------------------------------------------------------------------------

COUNTS = st.integers(0, LARGEST)
WORDS = st.sampled_from([
    "12", "1.234", "1,5", "0", "-", "x", "-3", "không", "nam", "nữ", "tổng", "trẻ", "vụ", "triệu", "tỷ", "đồng", "k", "6", "dưới", "tuổi", "1)", "2.",
    "(", ")", ",", ";", "\n", "120nam", "bhyt", "ngân sách", "5)", "²", "٣", "🙂", "1e9", "nan", "inf", "0,0001",
])  # fmt: skip


@given(st.lists(COUNTS, min_size=1, max_size=5), st.sampled_from([" ", "\n", ", ", "; ", "  ,"]), st.booleans())
def test_a_row_of_figures_is_read_as_typed(figures: list[int], between: str, points: bool) -> None:
    """With points between thousands or without."""
    text = between.join(figure_text(one) if points else str(one) for one in figures)
    assert dict(zip((question.name for question in CHILDREN), figures, strict=False)) == read(text, CHILDREN)


@given(st.integers(0, LARGEST_MONEY * 100), st.booleans())
def test_an_amount_is_read_as_it_is_shown(hundredths: int, spaced: bool) -> None:
    """Up to ten thousand đồng."""
    value = hundredths / 100
    assert read(figure_text(value) + (" triệu" if spaced else ""), FUNDS) == {"kinh_phi_ngan_sach": value}


@given(st.permutations(["tổng số", "nam", "nữ", "có khai sinh"]), st.data())
def test_the_order_of_named_figures_does_not_matter(names: list[str], data: st.DataObject) -> None:
    """Every figure goes where its name says."""
    by_name = {question.short.vi: question.name for question in CHILDREN}
    figures = {name: data.draw(COUNTS) for name in names}
    text = data.draw(st.sampled_from([" ", ", ", "\n"])).join(f"{name} {figures[name]}" for name in names)
    assert {by_name[name]: figures[name] for name in names} == read(text, CHILDREN)


@given(st.lists(COUNTS, min_size=6, max_size=9))
def test_too_many_figures_are_none(figures: list[int]) -> None:
    """However many."""
    assert f"Anh/chị nhắn {len(figures)} số, ở đây chỉ hỏi 5 số." in str(read(" ".join(map(str, figures)), CHILDREN))


@given(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=8), st.sampled_from([" ", "", "\n"]), st.sampled_from(BLOCKS))
def test_whatever_is_typed_a_figure_is_never_invented(pieces: list[str], between: str, block: tuple[Question, ...]) -> None:
    """No exception; what is taken goes to different questions of the block, within limits, no more of them than there are numbers in the text."""
    text = between.join(pieces)
    found = read_figures(text, block)
    if isinstance(found, Unread):
        assert render(found.why)
        return
    names = [question.name for question, _ in found.values]
    assert sorted(set(names)) == sorted(names)
    assert {question.name for question in block}.issuperset(names)
    assert [value for question, value in found.values if value is not None and isinstance(checked(value, question), Unread)] == []
    assert len([value for _, value in found.values if value]) <= len(re.findall(r"\d+", tidy(text)))


@given(st.floats() | st.integers(), st.sampled_from([CHILDREN[0], FUNDS[0]]))
def test_a_number_of_a_table_is_a_figure_or_refused(value: float, question: Question) -> None:
    """Never below zero, no part of a child, nothing beyond the limits, not-a-number neither."""
    found = checked(value, question)
    if isinstance(found, Unread):
        return
    assert abs(found - value) < 0.001
    assert found >= 0
    assert isinstance(found, int) or question in FUNDS


@pytest.mark.parametrize("block", BLOCKS)
def test_the_example_can_be_typed(block: tuple[Question, ...]) -> None:
    """What the question shows is read as it stands."""
    assert len(example(block).split()) == len(read(example(block), block))


@given(st.sampled_from([question for question in INDICATORS.questions if question.figure]), COUNTS)
def test_a_label_before_its_figure_changes_nothing(question: Question, figure: int) -> None:
    """Copied from the list, in either language."""
    assume(question.type == "integer")
    for label in (question.label.vi, question.label.en, question.short.vi, question.short.en):
        assert read(f"{label}: {figure}", (question,)) == {question.name: figure}
