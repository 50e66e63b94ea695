"""Help and language: short, by role, and never in anybody's way."""

from dataclasses import replace

import pytest

from models.commands import SetLocale
from models.facts import Role, Who
from models.talk import Shown
from tests.handlers.people_driver import ADMIN, COLLABORATOR, DUTY, LEADER, WARD, WARD_OFFICER, Talk, who

ALL_ROLES = who("Mọi Vai", *((role, WARD) for role in Role))


def test_a_collaborator_gets_three_lines() -> None:
    """What they need, no more."""
    Talk(who=COLLABORATOR).transcript(
        (
            "/trogiup",
            """• /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
            • /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
            • /trogiup – trợ giúp; /ngonngu – ngôn ngữ

            Khẩn cấp gọi: 111, 113, 115""",
        )
    )


@pytest.mark.parametrize("person", [ADMIN, DUTY, COLLABORATOR, WARD_OFFICER, ALL_ROLES, None])
def test_help_is_three_to_seven_short_lines(person: Who | None) -> None:
    """It fits a small screen, for every role and for all of them together."""
    lines = [line for line in Talk(who=person).says("trợ giúp")[0].splitlines() if line.startswith("• ")]
    assert 3 <= len(lines) <= 7
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("person", "commands"),
    [(WARD_OFFICER, ("/nopbaocao", "/hanbaocao", "/vangmat")), (DUTY, ("/duyet", "/tiendo", "/tonghop")), (LEADER, ("/duyet", "/yeucau"))],
)
def test_help_names_what_the_plan_asks_of_a_role(person: Who, commands: tuple[str, ...]) -> None:
    """Whoever owes a report, takes them in or asks for one."""
    said = Talk(who=person).says("trợ giúp")[0]
    assert [command for command in commands if f"{command} –" not in said] == []


def test_a_ward_officer_who_greets_is_told_of_reports_too() -> None:
    """They come to hand one in as often as for a case."""
    assert "/nopbaocao – báo cáo cần nộp" in Talk(who=WARD_OFFICER).says("chào em")[0]


def test_somebody_unknown_sees_the_numbers_first() -> None:
    """Then what can be done here."""
    assert Talk().says("/trogiup")[0].startswith("111 – ")


def test_help_never_moves_the_cursor() -> None:
    """The open question keeps its number and its choices."""
    talk = Talk(who=COLLABORATOR)
    talk.frame = replace(talk.frame, floor="report", step="place", data={"submission": "s"}, question=5, shown=(Shown("a", "a"),))
    before = talk.frame
    said = talk.says("trợ giúp")
    assert talk.frame == before
    assert said[0].endswith("Câu hỏi lúc nãy vẫn chờ, anh/chị trả lời tiếp lúc nào cũng được. Muốn dừng, gõ: huỷ")


def test_help_in_a_group_speaks_of_the_group() -> None:
    """And reminds everybody of what must not be written there."""
    assert "• Không viết tên, địa chỉ, không gửi ảnh của trẻ vào nhóm này." in Talk(who=DUTY, group=True).says("/trogiup")[0]


@pytest.mark.parametrize(
    ("typed", "locale"), [("/ngonngu en", "en"), ("/ngonngu tiếng Anh", "en"), ("/ngonngu vi", "vi"), ("/ngonngu Tiếng Việt", "vi")]
)
def test_a_language_is_typed(typed: str, locale: str) -> None:
    """At once, also in the middle of something else."""
    talk = Talk(who=DUTY)
    talk.frame = replace(talk.frame, floor="invite", step="role")
    before = talk.frame
    talk.says(typed)
    assert (talk.commands, talk.frame) == ((SetLocale(locale),), before)


def test_a_language_is_chosen() -> None:
    """Each is named in itself, and confirmed in itself."""
    talk = Talk()
    talk.transcript(
        ("/ngonngu", "Chọn ngôn ngữ:\n/ngonngu vi – Tiếng Việt\n/ngonngu en – English\n[Tiếng Việt] [English]"),
        ("[English]", "Messages will be in English from now on."),
    )
    assert talk.commands == (SetLocale("en"),)
    assert talk.frame.floor == ""


def test_asking_for_the_language_does_not_take_the_floor_from_a_dialogue() -> None:
    """It is then typed."""
    talk = Talk(who=DUTY)
    talk.frame = replace(talk.frame, floor="report", step="place", question=3)
    before = talk.frame
    talk.transcript(("/ngonngu", "Chọn ngôn ngữ, xin gõ:\n/ngonngu vi – Tiếng Việt\n/ngonngu en – English"))
    assert talk.frame == before


def test_english_is_complete_for_these_dialogues() -> None:
    """The msgids themselves are the English text."""
    talk = Talk(who=COLLABORATOR, locale="en")
    assert talk.says("/trogiup")[0].splitlines()[0] == "• /baocao – report a child who is harmed, injured or at risk"
