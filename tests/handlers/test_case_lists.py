"""/vuviec: what a reporter, an officer, the leader and a room see of cases."""

from dataclasses import replace
from datetime import timedelta

from models.facts import BoundRoom, Case, Who
from tests.handlers.people_driver import (
    CASE,
    COLLABORATOR,
    DIVISION,
    DUTY,
    DUTY_2,
    LEADER,
    NOW,
    OTHER_OFFICER,
    TAKEN,
    WARD,
    WARD_OFFICER,
    Talk,
)


def case(number: int, **more: object) -> Case:
    return replace(CASE, id=f"id{number}", number=number, **more)  # type: ignore[arg-type]


OPEN = case(1)
HELD = case(2, status="taken", taken_by=DUTY_2.person, taken_by_name=DUTY_2.name, taken_at=NOW, severity="can_theo_doi", ward="")
MINE = case(3, status="taken", taken_by=DUTY.person, taken_by_name=DUTY.name, taken_at=NOW)
SECRET = case(4, restricted=True)
ALL = (OPEN, HELD, MINE, SECRET)


def talk(person: Who, cases: tuple[Case, ...] = ALL, *, group: bool = False, rooms: tuple[str, ...] = (), **more: object) -> Talk:
    here = tuple(BoundRoom(unit, "main", "web", "room") for unit in rooms)
    return Talk(who=person, group=group, more={"open_cases": cases, "room_here": here, **more})


def test_an_officer_sees_what_is_open_who_holds_it_and_what_is_overdue() -> None:
    """What nobody holds first, then by urgency; a restricted one is not there."""
    talk(DUTY, overdue=frozenset({"id2"})).transcript(
        (
            "/vuviec",
            """Chờ người nhận: 1 · đang xử lý: 2 · của anh/chị: 1
            • 🔴 VV-2026-0001 · Phường Ngọc Lâm · chưa ai nhận, từ 10:32 23/11
            • 🔴 VV-2026-0003 · Phường Ngọc Lâm · ANH/CHỊ
            • 🟡 VV-2026-0002 · chưa rõ phường · Phạm Minh · ⚠ QUÁ HẠN""",
        )
    )


def test_the_leader_sees_the_restricted_ones_too() -> None:
    """And nobody else does."""
    assert "VV-2026-0004" in talk(LEADER).says("vụ việc")[0]
    assert all("VV-2026-0004" not in talk(one).says("vụ việc")[0] for one in (DUTY, DUTY_2, WARD_OFFICER, OTHER_OFFICER))


def test_a_ward_officer_sees_their_own_ward() -> None:
    """Of another ward not even a code."""
    assert talk(OTHER_OFFICER).says("vuviec") == ["Hiện không có vụ nào đang mở."]
    assert "VV-2026-0002" not in talk(WARD_OFFICER).says("vuviec")[0]


def test_ten_cases_a_page() -> None:
    """The rest by typing."""
    many = tuple(case(number, received_at=NOW - timedelta(minutes=60 - number)) for number in range(1, 24))
    first, last = talk(DUTY, many).says("vuviec")[0].splitlines(), talk(DUTY, many).says("vuviec 3")[0].splitlines()
    assert (len(first), first[-1]) == (12, "Trang 1/3. Xem tiếp, gõ: /vuviec 2")
    assert [line[4:16].strip() for line in last[1:-1]] == ["VV-2026-0021", "VV-2026-0022", "VV-2026-0023"]
    assert talk(DUTY, many).says("vuviec 99") == talk(DUTY, many).says("vuviec 3")


def test_a_reporter_sees_code_and_state_of_their_own_and_nothing_else() -> None:
    """No kind, no ward, no name of an officer: somebody else may hold the phone."""
    own = (replace(TAKEN, received_at=NOW), replace(OPEN, received_at=NOW - timedelta(days=1)))
    Talk(who=COLLABORATOR, more={"own_cases": own, "open_cases": ALL}).transcript(
        (
            "/vuviec",
            """Các vụ anh/chị đã báo, mới nhất trước:
            • VV-2026-0042, 10:32 23/11: đã có cán bộ nhận
            • VV-2026-0001, 10:32 22/11: đang gọi cán bộ trực
            Để bổ sung, gõ: /bosung 42""",
        )
    )


def test_somebody_without_a_report_learns_nothing() -> None:
    """Not even whether there are any."""
    assert Talk(who=COLLABORATOR, more={"open_cases": ALL}).says("vuviec") == ["Anh/chị chưa có tin báo nào.\nĐể báo, gõ: /baocao"]
    assert Talk().says("/vuviec") == ["Anh/chị chưa có tin báo nào.\nĐể báo, gõ: /baocao"]


def test_a_room_sees_counts_and_codes() -> None:
    """No ward, no kind, nothing restricted; only the holders' names."""
    assert talk(DUTY, group=True, rooms=(DIVISION,)).says("/vuviec") == [
        "Chờ người nhận: 1 · đang xử lý: 2\n⏳ VV-2026-0001\n✅ VV-2026-0003 Lê Thị Hoa, VV-2026-0002 Phạm Minh"
    ]
    assert "VV-2026-0002" not in talk(DUTY, group=True, rooms=(WARD,)).says("/vuviec")[0]
    assert talk(DUTY, group=True).says("/vuviec") == ["Nhóm này chưa phải phòng trực."]
    assert talk(COLLABORATOR, group=True, rooms=(DIVISION,)).says("/vuviec") == []
