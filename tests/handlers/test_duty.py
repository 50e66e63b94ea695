"""/lichtruc as people type it: seeing the roster, the week, certain days, standing in, refusing, hand-over notes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.duty_week import after_hours, office_hours
from handlers.roster import Hours
from models.commands import CancelOverrides, ChangeWeek, PutOverride, TellPerson
from models.facts import Instead, Officer, Roster, Weekly, Who
from models.talk import Turn
from tests.handlers.people_driver import ADMIN, COLLABORATOR, DUTY, DUTY_2, LEADER, NO_BUTTONS, NOW, PLAN, WARD_OFFICER, Talk

OFFICERS = (
    Officer(DUTY.person, DUTY.name, "0912345678"),
    Officer(DUTY_2.person, DUTY_2.name, "0987654321"),
    Officer(LEADER.person, LEADER.name, duty=False, leader=True),
)
WEEK = tuple(Weekly(f"day{day}", DUTY.person, day, "07:30", "17:00") for day in range(5)) + tuple(
    Weekly(f"night{day}", DUTY_2.person, day, "17:00", "07:30") for day in range(5)
)
EMPTY, FULL = Roster((), (), OFFICERS), Roster(WEEK, (), OFFICERS)


def hanoi(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PLAN.zone)


def settle(talk: Talk, turn: Turn) -> None:
    """The rows as the next turn reads them."""
    roster: Roster = talk.more["roster"]
    for command in turn.commands:
        if isinstance(command, ChangeWeek):
            kept = tuple(row for row in roster.patterns if row.id not in command.ended)
            roster = replace(roster, patterns=kept + tuple(Weekly(f"new{n}", *row) for n, row in enumerate(command.added)))
        elif isinstance(command, PutOverride) and command.start < command.until:
            made = Instead(
                command.id, command.person, command.start, command.until, talk.now, talk.who.person if talk.who else "", command.instead_of
            )
            roster = replace(roster, overrides=(*roster.overrides, made))
        elif isinstance(command, CancelOverrides):
            roster = replace(roster, overrides=tuple(one for one in roster.overrides if one.id not in command.ids))
    talk.more["roster"] = roster


def talk_of(person: Who, roster: Roster = FULL, now: datetime = NOW, *, buttons: bool = True) -> Talk:
    talk = Talk(who=person, more={"roster": roster}, after=settle, now=now)
    return talk if buttons else replace(talk, channel=NO_BUTTONS)


VIEW = """🟢 Đang trực: Lê Thị Hoa, 0912345678, đến 17:00 23/11
T2 23/11: Hoa 7:30–17, Minh 17–24
T3 24/11: Minh 0–7:30, Hoa 7:30–17, Minh 17–24
T4 25/11: Minh 0–7:30, Hoa 7:30–17, Minh 17–24
T5 26/11: Minh 0–7:30, Hoa 7:30–17, Minh 17–24
T6 27/11: Minh 0–7:30, Hoa 7:30–17, Minh 17–24"""


def test_everybody_of_the_division_sees_who_is_on_duty() -> None:
    """Now with the telephone, then a line a day; times without anybody are marked."""
    talk_of(DUTY).transcript(
        (
            "/lichtruc",
            VIEW
            + """
            T7 28/11: Minh 0–7:30, ⚠️ trống 7:30–24
            CN 29/11: ⚠️ trống cả ngày
            Anh/chị có sửa gì không ạ?
            [Nhờ người trực thay] [Không, đóng lại]""",
        ),
        ("không, đóng lại", "Vâng, lịch trực giữ nguyên."),
    )


@pytest.mark.parametrize("person", [WARD_OFFICER, COLLABORATOR])
def test_others_do_not_see_it(person: Who) -> None:
    """Telephones are for colleagues."""
    assert "0912345678" not in "\n".join(talk_of(person).says("/lichtruc"))


def test_in_a_group_it_is_not_shown() -> None:
    """Telephones never stand in a group."""
    assert replace(talk_of(LEADER), group=True).says("/lichtruc") == ["Việc này xin nhắn riêng cho Báo Ngay, không nhắn trong nhóm."]


@pytest.mark.parametrize("buttons", [True, False])
def test_a_leader_fills_in_the_week_by_typing(buttons: bool) -> None:
    """Days, hours, who; a summary; then it holds, and the person is told."""
    talk = talk_of(LEADER, EMPTY, buttons=buttons)
    talk.transcript(
        ("lịch trực", "Lịch trực còn trống.\nAnh/chị có sửa gì không ạ?\n[Sửa lịch tuần] [Đổi một hay vài ngày] [Không, đóng lại]"),
        (
            "sửa lịch tuần",
            """Thứ mấy? Gõ như: “thứ 2 đến thứ 6”, “t7 cn”, “cả tuần”. Hoặc chọn:
            [Cả tuần, 24/24] [Giờ hành chính (07:30–17:00)] [Ngoài giờ hành chính]""",
        ),
        (
            "hôm nào cũng được",
            """Máy chưa hiểu ngày này.
            Thứ mấy? Gõ như: “thứ 2 đến thứ 6”, “t7 cn”, “cả tuần”. Hoặc chọn:
            [Cả tuần, 24/24] [Giờ hành chính (07:30–17:00)] [Ngoài giờ hành chính]""",
        ),
        ("thứ 2 đến thứ 6", "Từ mấy giờ đến mấy giờ? Gõ như: “7h30 - 17h”, “17h đến 7h30 sáng”.\n[Cả ngày 24/24]"),
        (
            "7h30 tới 17h",
            """Ai trực, T2–T6 07:30–17:00? Chọn, hoặc gõ tên.
            [Lê Thị Hoa] [Phạm Minh] [Vũ Thu Hà] [Không ai: bỏ ca đang có]""",
        ),
        ("chị Nga", "Không có cán bộ trực nào tên như vậy ạ.\n" + "Ai trực, T2–T6 07:30–17:00? Chọn, hoặc gõ tên.\n"
         "[Lê Thị Hoa] [Phạm Minh] [Vũ Thu Hà] [Không ai: bỏ ca đang có]"),
        ("hoa", "Hằng tuần, T2–T6 07:30–17:00: Lê Thị Hoa.\nLưu không ạ?\n[Lưu] [Không]"),
        (
            "lưu",
            """Đã lưu.
            🟢 Đang trực: Lê Thị Hoa, 0912345678, đến 17:00 23/11
            T2 23/11: Hoa 7:30–17, ⚠️ trống 17–24
            T3 24/11: ⚠️ trống 0–7:30, Hoa 7:30–17, ⚠️ trống 17–24
            T4 25/11: ⚠️ trống 0–7:30, Hoa 7:30–17, ⚠️ trống 17–24
            T5 26/11: ⚠️ trống 0–7:30, Hoa 7:30–17, ⚠️ trống 17–24
            T6 27/11: ⚠️ trống 0–7:30, Hoa 7:30–17, ⚠️ trống 17–24
            T7 28/11: ⚠️ trống cả ngày
            CN 29/11: ⚠️ trống cả ngày""",
        ),
    )  # fmt: skip
    assert [text for _, text in talk.told] == ["Từ nay hằng tuần anh/chị trực: T2–T6 07:30–17:00. Xem lịch: gõ /lichtruc"]


def test_new_hours_stand_instead_of_old_ones_or_beside_them() -> None:
    """The summary says who is there now, and asks."""
    talk = talk_of(ADMIN)
    for said in ("/lichtruc", "sửa lịch tuần", "t6", "12h-20h", "hà"):
        answered = talk.says(said)
    assert answered == [
        "Hằng tuần, T6 12:00–20:00: Vũ Thu Hà.\nĐang có: Hoa, Minh\nLưu không ạ?\n"
        "[Lưu, thay người đang có] [Lưu, trực cùng người đang có] [Không]"
    ]
    both = replace(talk, frame=talk.frame, more=dict(talk.more))
    assert "T6 27/11: Minh 0–7:30, Hoa 7:30–12, Hà 12–20, Minh 20–24" in talk.says("1")[0]
    assert "T6 27/11: Minh 0–7:30, Hoa 7:30–12, Hoa + Hà 12–17, Minh + Hà 17–20, Minh 20–24" in both.says("2")[0]


def test_office_hours_and_the_rest_are_the_whole_week() -> None:
    """The plan says which hours; together they leave nothing out."""
    found = office_hours(PLAN) + after_hours(PLAN)
    assert sum(until - start for start, until in (one.minutes for one in found)) == 7 * 24 * 60
    assert office_hours(PLAN)[0] == Hours(0, "07:30", "17:00")


@pytest.mark.parametrize(
    ("typed", "start", "until"),
    [
        (("thứ 7", "cả ngày 24/24"), hanoi(28, 0), hanoi(29, 0)),
        (("thứ 7", "17h - 7h30"), hanoi(28, 17), hanoi(29, 7, 30)),
        (("28/11 đến 29/11",), hanoi(28, 0), hanoi(30, 0)),
        (("17h 28/11 đến 7h30 30/11",), hanoi(28, 17), hanoi(30, 7, 30)),
    ],
)
def test_certain_days(typed: tuple[str, ...], start: datetime, until: datetime) -> None:
    """As people type them; kept as one span, and the person is told."""
    talk = talk_of(LEADER)
    for said in ("/lichtruc", "2", *typed, "Phạm Minh", "1"):
        talk.says(said)
    put = [command for command in talk.commands if isinstance(command, PutOverride)]
    assert [(one.person, one.start, one.until, one.instead_of) for one in put] == [(DUTY_2.person, start, until, "")]
    assert [one.person for one in talk.commands if isinstance(one, TellPerson)] == [DUTY_2.person]


def test_whoever_is_replaced_is_told_too() -> None:
    """Nobody comes for nothing."""
    talk = talk_of(LEADER)
    for said in ("/lichtruc", "2", "mai", "8h-9h", "hà"):
        answered = talk.says(said)
    assert answered == ["08:00 T3 24/11 – 09:00 T3 24/11: Vũ Thu Hà.\nThay cho: Hoa\nLưu không ạ?\n[Lưu] [Không]"]
    talk.says("lưu")
    assert [text for _, text in talk.told] == [
        "Anh/chị không trực 08:00 T3 24/11 – 09:00 T3 24/11: đã có người khác. Xem lịch: gõ /lichtruc"
    ]


def test_nobody_on_purpose_is_shown_as_such() -> None:
    """It is no gap."""
    talk = talk_of(LEADER)
    for said in ("/lichtruc", "2", "cn", "1", "4"):
        talk.says(said)
    assert "CN 29/11: không ai (đã quyết định) cả ngày" in talk.says("lưu")[0]


def test_what_lies_behind_is_not_changed() -> None:
    """A day that is over is asked for again."""
    talk = talk_of(LEADER)
    for said in ("/lichtruc", "2", "hôm nay"):
        talk.says(said)
    assert talk.says("7h-9h")[0].startswith("Thời gian đó đã qua.")


def test_a_change_is_taken_back() -> None:
    """It is cancelled, and the week holds again; whoever it was about is told."""
    away = Instead("o1", DUTY_2.person, hanoi(24, 7, 30), hanoi(24, 17), NOW)
    talk = talk_of(LEADER, replace(FULL, overrides=(away,)))
    for said in ("/lichtruc", "bỏ một lần đổi", "1"):
        answered = talk.says(said)
    assert answered == ["Bỏ lần đổi này: 07:30 T3 24/11 – 17:00 T3 24/11: Minh?\n[Bỏ lần đổi này] [Không]"]
    talk.says("bỏ lần đổi này")
    assert talk.commands[0] == CancelOverrides(("o1",))
    assert [text for _, text in talk.told] == ["Lịch trực 07:30 T3 24/11 – 17:00 T3 24/11 trở lại như trước khi đổi. Xem: gõ /lichtruc"]


@pytest.mark.parametrize("buttons", [True, False])
def test_a_duty_officer_asks_a_colleague(buttons: bool) -> None:
    """Their own turn, that begins on the day named; with a note; the colleague is told and can refuse."""
    talk = talk_of(DUTY_2, buttons=buttons)
    talk.says("/lichtruc")
    assert talk.says("nhờ người trực thay")[0].startswith(
        "Ca nào của anh/chị? Gõ ngày: “mai”, “thứ 7”, “28/11 đến 2/12”.\n[17:00 T2 23/11 – 07:30 T3 24/11]"
    )
    talk.transcript(
        ("mai", "Ai trực thay anh/chị, 17:00 T3 24/11 – 07:30 T4 25/11? Chọn, hoặc gõ tên.\n[Lê Thị Hoa]"),
        ("hoa", "Ghi chú bàn giao? Chỉ người trực thay đọc, khi ca bắt đầu. Không ghi tên trẻ, chỉ ghi mã vụ việc.\n[Không ghi chú]"),
        (
            "Chờ công an phường gọi lại về vụ 42",
            """17:00 T3 24/11 – 07:30 T4 25/11: Lê Thị Hoa trực thay anh/chị.
            Ghi chú: Chờ công an phường gọi lại về vụ 42
            Lưu không ạ?
            [Lưu] [Không]""",
        ),
        (
            "lưu",
            "Đã ghi Lê Thị Hoa trực thay và đã báo tin. Trong một ngày người đó có thể từ chối, khi đó ca trực lại là của anh/chị.",
        ),
    )
    put = [one for one in talk.commands if isinstance(one, PutOverride)]
    assert [(one.person, one.instead_of, one.start, one.until, one.note) for one in put] == [
        (DUTY.person, DUTY_2.person, hanoi(24, 17), hanoi(25, 7, 30), "Chờ công an phường gọi lại về vụ 42")
    ]
    assert [text for _, text in talk.told] == [
        "Phạm Minh nhờ anh/chị trực thay: 17:00 T3 24/11 – 07:30 T4 25/11. Lịch trực đã ghi tên anh/chị.\n"
        "Nếu không trực được, trong một ngày xin gõ: /khongtruc\n[Tôi không trực được]"
    ]


def test_nobody_gives_away_what_is_not_theirs() -> None:
    """A day without a turn of theirs is asked for again."""
    talk = talk_of(DUTY)
    for said in ("/lichtruc", "1"):
        talk.says(said)
    assert talk.says("thứ 7")[0].startswith("Anh/chị không có ca trực trong khoảng đó.\n")


ASKED = (
    Instead("o1", DUTY.person, hanoi(24, 17), hanoi(25, 7, 30), NOW, DUTY_2.person, DUTY_2.person),
    Instead("o2", DUTY.person, hanoi(25, 17), hanoi(26, 7, 30), NOW, DUTY_2.person, DUTY_2.person),
)


@pytest.mark.parametrize("way", ["/khongtruc", "không trực", "press"])
def test_a_colleague_refuses_within_a_day(way: str) -> None:
    """All turns of that request fall back, and whoever asked hears it at once."""
    talk = talk_of(DUTY, replace(FULL, overrides=ASKED), NOW + timedelta(hours=23))
    answered = talk.presses_key("noduty:o1") if way == "press" else talk.says(way)
    assert answered == ["Vâng. Phạm Minh lại trực: 17:00 T3 24/11 – 07:30 T4 25/11; 17:00 T4 25/11 – 07:30 T5 26/11"]
    assert set(talk.commands[0].ids) == {"o1", "o2"}  # type: ignore[union-attr]
    assert [text for _, text in talk.told] == [
        "Lê Thị Hoa không trực thay được. Ca này lại là của anh/chị: 17:00 T3 24/11 – 07:30 T4 25/11; 17:00 T4 25/11 – 07:30 T5 26/11"
    ]


@pytest.mark.parametrize(
    ("person", "later", "overrides"),
    [
        (DUTY, timedelta(hours=25), ASKED),  # more than a day
        (DUTY, timedelta(hours=1), (replace(ASKED[0], created_by=LEADER.person, instead_of=""),)),  # a leader's decision
        (DUTY_2, timedelta(hours=1), ASKED),  # asked of somebody else
        (DUTY, timedelta(hours=1), ()),
    ],
)
def test_other_turns_are_not_refused(person: Who, later: timedelta, overrides: tuple[Instead, ...]) -> None:
    """What a leader put, and what was asked of others or long ago, stays."""
    talk = talk_of(person, replace(FULL, overrides=overrides), NOW + later)
    assert talk.says("/khongtruc") == ["Không còn lời nhờ trực thay nào để từ chối. Xin trao đổi với lãnh đạo ạ."]
    assert talk.commands == ()


LATE = "Ghi chú bàn giao gửi được từ một giờ trước khi hết ca đến hai giờ sau ca của anh/chị."


@pytest.mark.parametrize(
    ("person", "at", "expected"),
    [
        (DUTY, hanoi(23, 15, 59), LATE),
        (DUTY, hanoi(23, 16), "Đã ghi. Người trực tiếp theo sẽ đọc khi vào ca, từ 17:00 23/11."),
        (DUTY, hanoi(23, 17), "Đã bàn giao cho Phạm Minh."),
        (DUTY, hanoi(23, 18, 59), "Đã bàn giao cho Phạm Minh."),
        (DUTY, hanoi(23, 19, 1), LATE),
        (DUTY_2, hanoi(23, 16), LATE),
        (DUTY_2, hanoi(28, 8), "Đã ghi. Người trực tiếp theo sẽ đọc khi vào ca, từ 07:30 28/11."),
    ],
)
def test_a_note_is_left_around_the_end_of_a_turn(person: Who, at: datetime, expected: str) -> None:
    """From an hour before until two hours after; read by whoever is next, now or when they come."""
    talk = talk_of(person, now=at.astimezone(UTC))
    assert talk.says("Bàn giao  vụ 42: chờ công an phường gọi lại") == [expected]
    notes = [one.note for one in talk.commands if isinstance(one, PutOverride)]
    assert notes == ([] if expected == LATE else ["vụ 42: chờ công an phường gọi lại"])


def test_a_note_without_words_is_asked_for() -> None:
    """How it is typed, and who reads it."""
    assert talk_of(DUTY, now=hanoi(23, 16, 30).astimezone(UTC)).says("/bangiao") == [
        "Gõ: /bangiao rồi viết ghi chú, không quá 1000 chữ cái. Không ghi tên trẻ, chỉ ghi mã vụ việc.\nChỉ người trực tiếp theo đọc được."
    ]


def test_talk_in_a_group_is_no_note() -> None:
    """ "Bàn giao ca nhé" is said to people."""
    talk = replace(talk_of(DUTY, now=hanoi(23, 16, 30).astimezone(UTC)), group=True)
    assert talk.says("bàn giao ca nhé") == []
