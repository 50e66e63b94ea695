"""Handing a case over: the holder asks, the other accepts or not, and until then nothing changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.routes import TIMERS
from handlers.stamps import stamp
from models.commands import EndOffer, Offer, PassOn, TellPerson
from models.facts import Case, Member, Who
from models.talk import Frame, Incoming, Kind
from tests.handlers.people_driver import CASE, DUTY, DUTY_2, LEADER, NO_BUTTONS, NOW, OTHER_OFFICER, TAKEN, WARD_OFFICER, Talk, shown

OFFICERS = tuple(Member(one.person, one.name, one.held) for one in (DUTY, DUTY_2, LEADER, WARD_OFFICER, OTHER_OFFICER))
OFFERED = replace(TAKEN, offered_to=DUTY_2.person, offered_at=NOW)


def talk(case: Case = TAKEN, person: Who = DUTY, **more: object) -> Talk:
    return Talk(who=person, more={"case": case, "officers": OFFICERS}, **more)  # type: ignore[arg-type]


def test_the_holder_chooses_and_the_other_is_asked() -> None:
    """Only who may take it is offered, never the holder."""
    one = talk()
    one.transcript(
        (
            "/chuyen 42",
            """Chuyển VV-2026-0042 cho ai? Chọn, hoặc gõ tên.
            [Phạm Minh – cán bộ trực] [Vũ Thu Hà – lãnh đạo] [Đỗ Thị Mai – cán bộ trẻ em phường] [Không chuyển, tôi giữ]""",
        ),
        (
            "[Phạm Minh – cán bộ trực]",
            """Đang hỏi anh/chị Phạm Minh. Khi người đó đồng ý thì mới chuyển; lúc này VV-2026-0042 vẫn do anh/chị giữ.
            Nếu sau 5 phút chưa có trả lời, Báo Ngay sẽ báo anh/chị.""",
        ),
    )
    assert one.commands[0] == Offer(TAKEN.id, DUTY.person, DUTY_2.person)
    assert [text for _, text in one.told] == [
        "Anh/chị Lê Thị Hoa muốn chuyển VV-2026-0042 cho anh/chị (🔴 KHẨN CẤP, Phường Ngọc Lâm).\n"
        "Anh/chị có nhận không? Khi anh/chị đồng ý thì mới chuyển; chờ trả lời 5 phút.\n"
        "[Tôi đồng ý nhận] [Tôi chưa nhận được]"
    ]
    assert one.frame.floor == ""


def test_without_buttons_a_name_or_a_number_is_typed() -> None:
    """ "chuyen 42 Minh" is all at once; a name that nobody has is asked again."""
    at_once = talk(channel=NO_BUTTONS)
    at_once.says("chuyển 42 minh")
    assert at_once.commands[0] == Offer(TAKEN.id, DUTY.person, DUTY_2.person)
    asked = talk(channel=NO_BUTTONS)
    asked.says("chuyen 42")
    assert asked.says("chị Tám")[0].startswith("Không có ai tên như vậy.")
    asked.says("2")
    assert asked.commands[0] == Offer(TAKEN.id, DUTY.person, LEADER.person)


def test_a_restricted_case_goes_to_leaders_alone() -> None:
    """Whoever may not see it is not even named."""
    one = talk(replace(TAKEN, restricted=True, taken_by=LEADER.person), LEADER)
    assert one.says("chuyen 42") == ["Chưa có ai khác nhận được VV-2026-0042. Vụ này vẫn do anh/chị giữ."]


def test_the_offered_person_accepts() -> None:
    """They hold it from now on, with a promise of their own; the former holder hears it."""
    one = talk(OFFERED, DUTY_2)
    said = one.says("đồng ý 42")
    assert said[0].startswith("Anh/chị đã nhận VV-2026-0042 lúc 10:32.")
    assert said[1].startswith("VV-2026-0042: việc đầu tiên anh/chị làm là gì, trước mấy giờ?")
    assert one.commands[0] == PassOn(TAKEN.id, DUTY.person, "handed_over")
    assert [text for _, text in one.told] == ["Anh/chị Phạm Minh đã đồng ý và đang giữ VV-2026-0042. Cảm ơn anh/chị."]


def test_the_offered_person_declines() -> None:
    """The holder is told at once, and what they can do."""
    one = talk(OFFERED, DUTY_2)
    assert one.says("từ chối 42") == ["Vâng. VV-2026-0042 vẫn do anh/chị Lê Thị Hoa giữ."]
    assert one.commands[0] == EndOffer(TAKEN.id, DUTY_2.person, "offer_declined")
    assert [text for _, text in one.told] == [
        "Anh/chị Phạm Minh lúc này chưa nhận được VV-2026-0042.\n"
        "Vụ này vẫn do anh/chị giữ. Hỏi người khác: /chuyen 42. Để gọi tất cả: /tralai 42"
    ]


def test_an_offer_lapses() -> None:
    """Timer "offer": it stays with the holder, who is told."""
    incoming = Incoming("timer", "t", "", "", Kind.TIMER, NOW, data={"timer": "offer", "subject": TAKEN.id})
    ended, told = TIMERS["offer"].handle(Frame(), incoming, talk(OFFERED).facts).commands
    assert ended == EndOffer(TAKEN.id, DUTY_2.person, "offer_lapsed")
    assert isinstance(told, TellPerson)
    assert shown(told.say).splitlines()[0] == "VV-2026-0042: chưa có ai trả lời đề nghị chuyển."
    assert TIMERS["offer"].handle(Frame(), incoming, talk(TAKEN).facts).commands == ()


@pytest.mark.parametrize(
    ("case", "person", "expected"),
    [
        (TAKEN, DUTY_2, "Đề nghị đó không còn nữa. Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32."),
        (OFFERED, LEADER, "Đề nghị đó không còn nữa. Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32."),
        (CASE, DUTY_2, "VV-2026-0042: hiện chưa ai giữ. Để nhận, gõ: /nhan 42"),
        (
            replace(OFFERED, offered_at=NOW + timedelta(minutes=1)),
            DUTY_2,
            "Đề nghị đó không còn nữa. Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32.",
        ),
        (OFFERED, OTHER_OFFICER, "Vụ này không thuộc phạm vi của anh/chị nên không xem, không nhận được."),
    ],
)
def test_a_late_or_wrong_yes_hears_how_it_stands(case: Case, person: Who, expected: str) -> None:
    """Bound to the one offer that it was shown for."""
    one = talk(case, person)
    assert one.presses_key(f"accept:{TAKEN.id}.{stamp(NOW)}") == [f"(toast) {expected}"]
    assert one.commands == ()


def test_only_the_holder_hands_over() -> None:
    """The division takes over with its own command."""
    assert talk(TAKEN, LEADER).says("chuyen 42") == ["Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32."]
