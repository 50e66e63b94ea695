"""Going on duty: what is missing, entering it, taking it, and what people hear until then."""

from dataclasses import replace

import pytest

from handlers.ready import NEEDED, missing, not_ready_say
from handlers.reconcile import next_morning
from models.commands import PutSetting, SetTimer
from models.facts import BoundRoom, Roster, Service, Weekly, Who
from tests.handlers.people_driver import ADMIN, COLLABORATOR, DIVISION, DUTY, NOW, PLAN, READY, WARD, Talk, shown

WAITING = replace(READY, settings={"division_phone": "02438724033", "keys_backed_up": "x"})
NOT_READY = """
    CHƯA SẴN SÀNG TRỰC: ở đây chưa có người đọc tin. Xin gọi ngay:

    111 – Tổng đài điện thoại quốc gia bảo vệ trẻ em (24 giờ tất cả các ngày, không thu phí)
    113 – Công an (khi có người đang bị hại)
    115 – Cấp cứu y tế (khi trẻ bị thương, bất tỉnh, khó thở)

    Có mã mời? Xin gõ vào đây.
"""


MORNING = SetTimer("reconcile", DIVISION, next_morning(NOW, PLAN))


def settle(talk: Talk, turn: object) -> None:
    for command in talk.commands:
        if isinstance(command, PutSetting):
            talk.service = replace(talk.service, settings={**talk.service.settings, command.name: command.value})


def test_an_administrator_sees_what_is_missing_and_enters_it() -> None:
    """Each step shows the list as it now stands."""
    talk = Talk(who=ADMIN, service=Service(), after=settle)
    talk.transcript(
        (
            "/sansang",
            """CHƯA SẴN SÀNG TRỰC. Còn thiếu: 5
            ❌ số điện thoại của phòng trực
            ❌ phòng trực: thêm Báo Ngay vào nhóm của Phòng rồi gõ trong nhóm: /ganphong
            ❌ hai cán bộ trực (hiện có: 0): mời bằng /moi
            ❌ lãnh đạo Phòng: mời bằng /moi
            ❌ xác nhận “đã sao lưu khoá”
            ○ nên có: lịch trực, xếp bằng /lichtruc
            [Nhập số trực của Phòng] [Đã sao lưu khoá] [Đóng]""",
        ),
        ("1", "Số điện thoại trực ngày đêm của Phòng là số nào? (Ví dụ: 024 3872 4033)"),
        ("113", "Đây chưa giống một số điện thoại.\nSố điện thoại trực ngày đêm của Phòng là số nào? (Ví dụ: 024 3872 4033)"),
        (
            "(024) 38724033",
            """Đã ghi.
            CHƯA SẴN SÀNG TRỰC. Còn thiếu: 4
            ✔ số trực của Phòng: 02438724033
            ❌ phòng trực: thêm Báo Ngay vào nhóm của Phòng rồi gõ trong nhóm: /ganphong
            ❌ hai cán bộ trực (hiện có: 0): mời bằng /moi
            ❌ lãnh đạo Phòng: mời bằng /moi
            ❌ xác nhận “đã sao lưu khoá”
            ○ nên có: lịch trực, xếp bằng /lichtruc
            [Sửa số trực của Phòng] [Đã sao lưu khoá] [Đóng]""",
        ),
        (
            "đã sao lưu khoá",
            """Mất khoá (BAONGAY_SECRET_KEYS) thì không đọc lại được tin nào nữa, kể cả từ bản sao lưu.
            Đã cất một bản khoá ở nơi an toàn thứ hai chưa ạ?
            [Rồi, đã sao lưu khoá] [Chưa]""",
        ),
    )
    talk.says("[Rồi, đã sao lưu khoá]")
    assert talk.service.settings == {"division_phone": "02438724033", "keys_backed_up": NOW.isoformat()}


def test_going_on_duty_takes_one_tap_when_nothing_is_missing() -> None:
    """And is kept with its time."""
    talk = Talk(who=ADMIN, service=WAITING)
    talk.transcript(
        (
            "/sansang",
            """Đã đủ. Có thể bắt đầu trực.
            ✔ số trực của Phòng: 02438724033
            ✔ phòng trực
            ✔ cán bộ trực: 2
            ✔ lãnh đạo Phòng: 1
            ✔ đã sao lưu khoá
            ○ nên có: lịch trực, xếp bằng /lichtruc
            [Bắt đầu trực] [Sửa số trực của Phòng] [Đóng]""",
        ),
        (
            "[Bắt đầu trực]",
            "Từ giờ Báo Ngay bắt đầu trực.\nNên cùng cả phòng thử một lần bằng một cuộc diễn tập: /dientap",
        ),
    )
    assert talk.commands == (PutSetting("ready_at", NOW.isoformat()), SetTimer("roster", DIVISION, NOW), MORNING)


def test_a_roster_is_recommended_and_not_required() -> None:
    """Without one every duty officer is called; with one the list says so."""
    talk = Talk(who=ADMIN, service=READY, more={"roster": Roster((Weekly("w", DUTY.person, 0, "00:00", "00:00"),))})
    assert "✔ lịch trực" in talk.says("/sansang")[0].splitlines()


def test_what_got_lost_meanwhile_keeps_the_service_off_duty() -> None:
    """The room was let go between the list and the tap."""
    talk = Talk(who=ADMIN, service=WAITING)
    talk.says("/sansang")
    talk.service = replace(WAITING, rooms=())
    assert talk.says("[Bắt đầu trực]")[0].startswith("Vẫn còn thiếu.\nCHƯA SẴN SÀNG TRỰC. Còn thiếu: 1")
    assert talk.commands == ()


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (Service(), tuple(NEEDED)),
        (WAITING, ()),
        (READY, ()),
        (replace(WAITING, duty_officers=1), ("duty_officers",)),
        (replace(WAITING, leaders=0), ("leader",)),
        (replace(WAITING, rooms=(BoundRoom(WARD, "main", "web", "r"),)), ("room",)),
        (replace(WAITING, rooms=(BoundRoom(DIVISION, "alarm", "web", "r"),)), ("room",)),
        (replace(WAITING, settings={"division_phone": "0243"}), ("keys",)),
        (replace(WAITING, settings={"keys_backed_up": "x"}), ("division_phone",)),
    ],
)
def test_what_is_missing(service: Service, expected: tuple[str, ...]) -> None:
    """The number, the division's own room, two duty officers, a leader, the keys."""
    assert missing(service, PLAN) == expected


def test_the_number_can_be_changed_later() -> None:
    """On duty the list stays available."""
    talk = Talk(who=ADMIN, service=READY)
    assert talk.says("/sansang")[0].startswith("ĐANG TRỰC.")
    talk.says("[Sửa số trực của Phòng]")
    talk.says("0912345678")
    assert talk.commands == (PutSetting("division_phone", "0912345678"),)


def test_not_yet_is_an_answer() -> None:
    """Nobody is pushed to confirm what is not so."""
    talk = Talk(who=ADMIN, service=Service())
    for said in ("/sansang", "[Đã sao lưu khoá]"):
        talk.says(said)
    talk.transcript(("chưa", "Vâng ạ. Muốn xem lại, anh/chị gõ /sansang."))
    assert talk.commands == ()


@pytest.mark.parametrize("person", [DUTY, COLLABORATOR])
def test_only_an_administrator_goes_on_duty(person: Who) -> None:
    """The others are told so."""
    Talk(who=person).transcript(("/sansang", "Vai trò của anh/chị không có việc này. Để xem làm được gì, gõ: /trogiup"))


def test_an_administrator_who_was_cut_in_the_middle_changes_nothing() -> None:
    """The right is looked at with every reply."""
    talk = Talk(who=ADMIN, service=WAITING)
    talk.says("/sansang")
    talk.who = COLLABORATOR
    talk.transcript(("[Bắt đầu trực]", "Chỉ quản trị viên làm được việc này."))
    assert talk.commands == ()


def test_until_then_people_get_the_hotlines_and_can_still_join() -> None:
    """Never a word that a report arrived."""
    expected = "\n".join(line.strip() for line in NOT_READY.strip().splitlines())
    talk = Talk(service=Service())
    assert shown(not_ready_say(talk.facts)) == expected
    assert talk.says("xin chào") == [expected]
    assert talk.frame.floor == ""
