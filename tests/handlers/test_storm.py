"""The one message of a storm: every code, and never too long for any channel."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from bot.letters import PLAIN_TEXT, shortened
from bot.rendering import Renderer
from handlers import storm
from handlers.card import KIND
from models.facts import Case
from tests.handlers.people_driver import CASE, PLAN, TAKEN, render

SERIOUS = replace(CASE, severity="nghiem_trong")
SMALLEST_LIMIT = 2000  # UTF-16 units: what Zalo takes in one message
LONGEST_CALL = "@" + "Bot Báo Ngay của quận Long Biên "  # how a group calls the bot where a slash is not heard


def case(number: int, **columns: Any) -> Case:
    return replace(SERIOUS, id=f"{number:032}", number=number, **columns)


def worst(count: int) -> list[Case]:
    """As many wards, kinds and severities as there are, with long numbers: every case on a place of its own."""
    kinds, wards = [*KIND, ""], [*(ward.id for ward in PLAN.wards()), "", "lost"]
    levels = [level.id for level in PLAN.severity_rules.levels]
    places = itertools.islice(itertools.product(wards, kinds), count)
    return [
        replace(
            case(1000 + number, kind=kind, ward=ward, severity=levels[number % 3]), taken_at=TAKEN.taken_at if number % 5 == 0 else None
        )
        for number, (ward, kind) in enumerate(places)
    ]


def test_codes_states_kinds_and_wards() -> None:
    """What nobody has taken stands first, the severer before the others; nothing else is told."""
    cases = [
        case(51, severity="can_theo_doi", kind="need", ward="bo_de"),
        case(52),
        replace(TAKEN, severity="nghiem_trong", number=53),
        case(54, ward=""),
    ]
    assert render(storm.storm(cases, PLAN)).splitlines() == [
        "📚 Nhiều vụ cùng lúc: 4 vụ trong một tin, không vụ nào KHẨN CẤP",
        "⏳ 🟠 VV-2026-0052 VV-2026-0054",
        "⏳ 🟡 VV-2026-0051",
        "✅ VV-2026-0053",
        "Nguy cơ hoặc cần giúp đỡ: Bồ Đề 51",
        "Bạo lực hoặc xâm hại: Ngọc Lâm 52, 53; chưa rõ phường 54",
        "Xem một vụ, gõ: /chitiet 54. Nhận, gõ: /nhan 54",
    ]


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_worst_text_fits_every_channel(locale: str) -> None:
    """Forty cases, each of another ward and kind, in both languages, in a group that hears only mentions."""
    text = Renderer(locale, PLAN.zone, str, LONGEST_CALL)(storm.storm(worst(storm.MOST), PLAN))
    assert len(text.encode("utf-16-le")) // 2 <= SMALLEST_LIMIT


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_plain_and_short_still_names_every_case(locale: str) -> None:
    """What a refusal leaves of it."""
    cases = worst(storm.MOST)
    text = shortened(Renderer(locale, PLAN.zone, str)(storm.storm(cases, PLAN)), PLAIN_TEXT)
    assert [one.code for one in cases if one.code not in text] == []


def test_a_list_without_cases_says_so() -> None:
    """All of them were told anew, or are told elsewhere."""
    assert render(storm.storm([], PLAN)) == "📚 Danh sách này không còn hiệu lực: mỗi vụ đã được báo riêng hoặc báo ở nơi khác."


@pytest.mark.parametrize(
    ("told", "others", "bundled"),
    [
        (SERIOUS, 8, False),
        (SERIOUS, 9, True),
        (replace(CASE, severity="can_theo_doi"), 200, True),
        (CASE, 200, False),
        (replace(SERIOUS, restricted=True), 200, False),
    ],
)
def test_the_tenth_is_bundled_and_urgent_ones_never(told: Case, others: int, bundled: bool) -> None:
    """Nor does a restricted case ever stand in a list."""
    assert storm.is_bundled(told, others) is bundled
