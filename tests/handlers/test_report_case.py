"""What a report causes: the case, who is called, and the clocks."""

from models import commands as c
from models.facts import Service
from models.talk import Lane
from tests.handlers.report_ways import DANGER, VIOLATION, WAYS, WHERE, talked, until
from tests.transcripts import Talk, read


def test_danger_calls_the_room_in_the_same_turn() -> None:
    """With nothing else known yet (rule 6)."""
    talk = talked(*DANGER)
    opened = talk.did(c.OpenIncident)[0]
    assert tuple(opened.columns[name] for name in ("danger", "severity", "source")) == ("danger", "khan_cap", "collaborator")
    assert [opened.id] == [command.id for command in talk.did(c.CallRoom)]
    assert talk.says[0].lane == Lane.URGENT
    assert ("unanswered", opened.id) in talk.timers


def test_a_kind_makes_it_a_case_that_the_room_is_not_told_of_yet() -> None:
    """It is told on sending, on stopping, or when the reporter falls silent."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]", "[Tai nạn thương tích]")
    assert talk.case["status"] == "intake"
    assert talk.did(c.CallRoom) == []


def test_the_card_learns_each_new_fact_once() -> None:
    """Only what changed is written."""
    talk = talked(*WAYS["violation, in danger"])
    changed = [name for command in talk.did(c.UpdateIncident) for name in command.columns]
    assert changed == ["ward", "called", "kind", "type", "contact"]


def test_a_correction_never_lowers_a_severity_that_the_room_was_told() -> None:
    """Whoever stands behind the reporter cannot undo the alarm."""
    talk = talked(*DANGER, "quay lại", "[TẠM AN TOÀN]")
    assert (talk.case["danger"], talk.case["severity"]) == ("safe", "khan_cap")


def test_pressed_by_mistake_is_noted_and_the_talk_goes_on() -> None:
    """The card notes it, the severity stays, an officer telephones."""
    talk = talked(*DANGER)
    said = talk.say("[Tôi chọn nhầm]")
    assert (talk.case["misdial"], talk.case["severity"]) == (True, "khan_cap")
    assert "cán bộ trực vẫn sẽ gọi điện" in said
    assert said.endswith(WHERE)
    assert [command.kind for command in talk.did(c.Note)] == ["misdial"]


def test_pressed_by_mistake_can_be_typed() -> None:
    """For channels without buttons."""
    assert talked(*DANGER, "tôi bấm nhầm").case["misdial"]


def test_an_involved_officer_restricts_the_case_at_once() -> None:
    """Before anything else is asked; and the receipt promises only the division's leader."""
    talk = until(Talk(), "network_involved")
    talk.say("[Có]")
    assert talk.case["restricted"]
    for said in VIOLATION[7:]:
        talk.say(said)
    receipt = talk.say("[GỬI NGAY]")
    assert "Chỉ lãnh đạo Phòng được báo và được xem tin này." in receipt
    assert "Phường sẽ làm văn bản" not in receipt


def test_a_fourth_report_of_a_citizen_on_one_day_is_bundled_and_told() -> None:
    """Marked, never dropped."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]", "[Tai nạn thương tích]", who=None, reports_today=3)
    assert (talk.case["source"], talk.case["bundled"]) == ("citizen", True)


def test_danger_is_never_bundled() -> None:
    """However many reports came before."""
    assert not talked(*DANGER, who=None, reports_today=9).case["bundled"]


def test_a_service_that_is_not_ready_takes_no_report() -> None:
    """The hotlines instead of a false promise."""
    talk = Talk(service=Service())
    assert talk.say("báo cáo").startswith("CHƯA SẴN SÀNG TRỰC")
    assert talk.log == []


def test_ten_silent_minutes_bring_one_nudge_that_says_nothing() -> None:
    """Then the room is told of what is there."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]", "[Bạo lực hoặc xâm hại]")
    assert talk.wait(10) == "Anh/chị còn việc đang làm dở ở đây. Nhắn TIẾP TỤC để làm tiếp."
    assert talk.did(c.CallRoom) == []
    assert talk.wait(10) == ""
    assert (talk.case["status"], talk.case["unfinished"]) == ("open", True)
    assert talk.wait(600) == ""


def test_a_word_in_time_winds_the_clock_up_again() -> None:
    """Nobody is told while the reporter is still writing."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]", "[Bạo lực hoặc xâm hại]")
    talk.wait(19)
    assert talk.say("tiếp tục") == "Gần với việc nào nhất? Chưa chắc cũng được."
    assert talk.wait(9) == ""
    assert talk.case["status"] == "intake"


def test_silence_before_anything_was_said_tells_nobody() -> None:
    """Without danger and kind there is no case."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]")
    talk.wait(60)
    assert talk.did(c.OpenIncident) == []


def test_a_report_goes_on_after_a_week() -> None:
    """The answers are rows: nothing is asked twice, and sending takes the mark "unfinished" away."""
    talk = until(Talk(), "seen")
    talk.wait(7 * 24 * 60)
    for said in VIOLATION[11:]:
        talk.say(said)
    assert talk.frame.step == "_review"
    talk.say("[GỬI NGAY]")
    assert not talk.case["unfinished"]


def test_stopping_asks_once_and_a_case_is_still_told() -> None:
    """Never erased unseen."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]", "[Bạo lực hoặc xâm hại]")
    read(
        talk,
        ("huỷ", "Anh/chị dừng báo cáo này phải không ạ?\nĐể không bỏ sót trẻ nào, người có trách nhiệm vẫn sẽ được báo phần đã có."),
        (
            "[Dừng]",
            "Đã dừng. Để không bỏ sót trẻ nào, người có trách nhiệm vẫn được báo (mã VV-2026-0042).\nMuốn báo lại, anh/chị gõ: báo cáo",
        ),
    )
    assert (talk.case["status"], talk.case["unfinished"]) == ("open", True)
    assert (talk.frame.floor, {name: timer for name, timer in talk.timers.items() if name[0] == "idle"}) == ("", {})


def test_stopping_before_there_is_a_case_sends_nothing() -> None:
    """And says so."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]", "huỷ")
    assert talk.say("[Dừng]") == "Đã dừng. Chưa có gì được gửi đi.\nMuốn báo lại, anh/chị gõ: báo cáo"
    assert talk.did(c.OpenIncident) == []


def test_not_stopping_goes_on_with_the_same_question() -> None:
    """The cursor did not move."""
    talk = until(Talk(), "ward")
    talk.say("huỷ")
    assert talk.say("[Không, làm tiếp]") == WHERE


def test_a_second_report_is_offered_the_unfinished_one_first() -> None:
    """ "báo cáo" in the middle, then a new one: the first is told as unfinished."""
    talk = until(Talk(), "ward")
    read(
        talk,
        ("/baocao", "Anh/chị còn một báo cáo đang làm dở. Làm tiếp, hay báo việc khác?"),
        ("[Làm tiếp]", WHERE),
        ("báo cáo", "Anh/chị còn một báo cáo đang làm dở. Làm tiếp, hay báo việc khác?"),
        ("[Báo việc khác]", "Trẻ đang như thế nào?"),
    )
    assert [draft.state for draft in talk.drafts.values()] == ["cancelled", "draft"]
    assert talk.case["unfinished"]
