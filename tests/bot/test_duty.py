"""The duty roster lives: turns begin and end, notes are handed over, gaps and holidays are told to the leader, each once. On both engines."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot.apply.roster import ensure
from bot.database import Database
from bot.vault import Vault
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.roster import DUTY_OVERRIDE, DUTY_PATTERN
from models.service import SETTING
from models.talk import Lane
from models.timer import TIMER, due
from scheduler.due import as_incoming
from tests.driver import NO_BUTTONS, PLAN, START, WEB, Scene

OFFICE, NIGHT, DAY = ("07:30", "17:00"), ("17:00", "07:30"), ("00:00", "00:00")


async def person(scene: Scene, chat: str) -> str:
    rows = await scene.rows(ACCOUNT, ACCOUNT.c.chat == chat)
    return str(rows[0].person)


async def put(scene: Scene, table: sa.Table, **values: Any) -> None:
    row = {"id": new_id(), "created_at": START} | values
    await scene.db.run(lambda db: db.execute(sa.insert(table).values(row)))


async def week(scene: Scene, chat: str, days: str, hours: tuple[str, str]) -> None:
    for day in days:
        await put(scene, DUTY_PATTERN, person=await person(scene, chat), weekday=int(day), start=hours[0], until=hours[1])


async def goes_on_duty(scene: Scene) -> None:
    """The timer is set and has looked once."""
    await scene.db.run(partial(ensure, engine=scene.engine))
    await scene.passes(minutes=1)


async def told(scene: Scene, chat: str) -> list[str]:
    """What the roster has told somebody, oldest first."""
    mine = ("roster", "roster_gap", "hand_over")
    return [seen.text for seen in await scene.letters(chat) if seen.row.purpose in mine]


async def a_case(scene: Scene) -> str:
    """Somebody reports danger; its code."""
    await scene.says("ctv", "báo cáo")
    await scene.presses("ctv", "ĐANG NGUY HIỂM")
    row = (await scene.rows(INCIDENT))[-1]
    return f"VV-{row.year}-{row.number:04d}"


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """Monday 10:00. A has office hours, B the nights of working days; weekends have nobody."""
    scene = await Scene.open(db, vault)
    await week(scene, "truc-a", "01234", OFFICE)
    await week(scene, "truc-b", "01234", NIGHT)
    return scene


@pytest.mark.parametrize("capabilities", [WEB, NO_BUTTONS])
async def test_a_leader_types_the_week_and_it_holds(db: Database, vault: Vault, capabilities: Any) -> None:
    """With buttons or without: rows with who made them, and what they replace ends and stays."""
    scene = await Scene.open(db, vault, capabilities=capabilities)
    await week(scene, "truc-b", "0123456", DAY)
    for said in ("/lichtruc", "1", "t2-t6", "7h30 - 17h", "truc a", "1"):
        answered = await scene.says("lanh-dao", said)
    assert answered[-1].text.startswith(
        "Đã lưu.\n🟢 Đang trực: Cán bộ trực A, đến 17:00 23/11\nT2 23/11: A 7:30–17, B 17–24\nT3 24/11: B 0–7:30, "
    )
    rows = await scene.rows(DUTY_PATTERN)
    assert [len([row for row in rows if row.ended_at is not None]), len(rows)] == [5, 7 + 5 + 10]
    a, leader = await person(scene, "truc-a"), await person(scene, "lanh-dao")
    mine = [row for row in rows if row.person == a]
    assert [(row.weekday, row.start, row.until, row.created_by) for row in mine] == [(day, *OFFICE, leader) for day in range(5)]


async def test_whoever_begins_hears_what_is_open(scene: Scene) -> None:
    """One line, counts and codes; nobody else hears it."""
    code = await a_case(scene)
    await goes_on_duty(scene)
    assert await told(scene, "truc-a") == [f"🟢 Ca trực của anh/chị bắt đầu, đến 17:00 23/11.\nChưa ai nhận: 1 (🔴{code})"]
    await scene.says("truc-a", "nhan 1")
    await scene.says("truc-a", "xong 1")
    await scene.passes(hours=7, minutes=30)
    assert await told(scene, "truc-b") == [f"🟢 Ca trực của anh/chị bắt đầu, đến 07:30 24/11.\nĐang xử lý: 1 (🔴{code})"]


async def test_restricted_cases_and_drills_are_not_counted(scene: Scene) -> None:
    """A restricted case is its leader's alone."""
    await a_case(scene)
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).values(restricted=True)))
    await goes_on_duty(scene)
    assert (await told(scene, "truc-a"))[0].endswith("\nKhông có vụ việc nào đang mở.")


async def test_a_note_reaches_the_next_one_and_nobody_else(scene: Scene) -> None:
    """Asked for an hour before the end, sealed, read once, when the turn begins."""
    await goes_on_duty(scene)
    await scene.passes(hours=6)  # 16:01
    assert (await told(scene, "truc-a"))[-1] == (
        "Ca trực của anh/chị hết lúc 17:00 23/11. Ghi chú bàn giao?\n"
        "Gõ: /bangiao rồi viết ghi chú. Không ghi tên trẻ, chỉ ghi mã vụ việc."
    )  # fmt: skip
    await scene.says("truc-a", "bàn giao Vụ 42: chờ công an phường gọi lại")
    (row,) = await scene.rows(DUTY_OVERRIDE)
    assert b"phuong" not in row.note
    assert "công an".encode() not in row.note
    assert await told(scene, "truc-b") == []
    await scene.passes(days=1)
    note = "📝 Bàn giao của Cán bộ trực A: Vụ 42: chờ công an phường gọi lại"
    assert (await told(scene, "truc-b")).count(note) == 1
    assert [await told(scene, chat) for chat in ("ctv", "phong-truc")] == [[], []]
    assert not any(note in text for text in await told(scene, "lanh-dao") + await told(scene, "truc-a"))
    (letter,) = await scene.rows(LETTER, LETTER.c.purpose == "hand_over")
    assert letter.protect


async def test_what_does_not_open_any_more_does_not_end_the_watch(scene: Scene) -> None:
    """A telephone and a note whose key is lost are empty; turns go on beginning and being told."""
    a = await person(scene, "truc-a")
    await scene.db.run(lambda db: db.execute(sa.update(PERSON).where(PERSON.c.id == a).values(phone=b"lost")))
    await put(scene, DUTY_OVERRIDE, person=None, start=START, until=START, note=b"lost", created_by=a)
    await goes_on_duty(scene)
    await scene.passes(hours=7, minutes=30)
    assert any(text.startswith("🟢 Ca trực của anh/chị bắt đầu, đến 07:30 24/11.") for text in await told(scene, "truc-b"))


async def test_a_note_of_after_the_end_is_handed_over_at_once(scene: Scene) -> None:
    """The next one is there already."""
    await goes_on_duty(scene)
    await scene.passes(hours=8)
    await scene.says("truc-a", "/bangiao Vụ 42 xong")
    assert (await told(scene, "truc-b"))[-1] == "📝 Bàn giao của Cán bộ trực A: Vụ 42 xong"
    await scene.passes(days=1)
    assert (await told(scene, "truc-b")).count("📝 Bàn giao của Cán bộ trực A: Vụ 42 xong") == 1


async def test_a_colleague_stands_in_and_reads_the_note_alone(scene: Scene) -> None:
    """On duty instead of whoever asked; the note comes with the beginning of the turn, once."""
    await goes_on_duty(scene)
    for said in ("/lichtruc", "1", "hôm nay 17h đến 22h", "truc a", "Vụ 42 chờ tin", "lưu"):
        await scene.says("truc-b", said)
    assert (await told(scene, "truc-a"))[-1].startswith("Cán bộ trực B nhờ anh/chị trực thay: 17:00 T2 23/11 – 22:00 T2 23/11.")
    await scene.passes(hours=20)
    assert (await told(scene, "truc-a")).count("📝 Bàn giao của Cán bộ trực B: Vụ 42 chờ tin") == 1
    assert (await told(scene, "truc-b"))[0] == "🟢 Ca trực của anh/chị bắt đầu, đến 07:30 24/11.\nKhông có vụ việc nào đang mở."


async def test_a_refused_turn_falls_back(scene: Scene) -> None:
    """The change is cancelled and kept; whoever asked is on duty again and hears it."""
    await goes_on_duty(scene)
    for said in ("/lichtruc", "1", "mai", "truc a", "bỏ qua", "lưu"):
        await scene.says("truc-b", said)
    await scene.presses("truc-a", "Tôi không trực được")
    (row,) = await scene.rows(DUTY_OVERRIDE)
    assert row.cancelled_at is not None
    assert (await told(scene, "truc-b"))[
        -1
    ] == "Cán bộ trực A không trực thay được. Ca này lại là của anh/chị: 17:00 T3 24/11 – 07:30 T4 25/11"


async def test_a_gap_is_told_a_day_before_and_when_it_begins_each_once(scene: Scene) -> None:
    """To the leader alone; urgent when it begins."""
    await goes_on_duty(scene)
    await scene.passes(days=6)
    assert await told(scene, "lanh-dao") == [
        "Sắp tới không có ai trực:\n⚠️ 07:30 T7 28/11 – 07:30 T2 30/11\nXếp người trực: gõ /lichtruc",
        "⚠️ KHÔNG CÓ AI TRỰC từ bây giờ đến 07:30 30/11.\nXếp người trực: gõ /lichtruc",
    ]
    rows = await scene.rows(LETTER, LETTER.c.purpose == "roster_gap")
    assert [Lane(row.lane) for row in rows] == [Lane.DIALOGUE, Lane.URGENT]


async def test_an_urgent_case_makes_a_coming_gap_urgent(scene: Scene) -> None:
    """Nobody has taken it, and soon there is nobody."""
    await goes_on_duty(scene)
    await scene.passes(days=3)
    code = await a_case(scene)
    await scene.passes(days=1)
    rows = await scene.rows(LETTER, LETTER.c.purpose == "roster_gap")
    assert [Lane(row.lane) for row in rows] == [Lane.URGENT]
    assert f"Khẩn cấp chưa ai nhận: 1 (🔴{code})" in (await told(scene, "lanh-dao"))[0]


async def test_without_a_leader_administrators_are_told(scene: Scene) -> None:
    """Somebody always is."""
    await put(scene, PERSON, id="admin", name="Quản trị", locale="vi")
    await put(scene, ACCOUNT, person="admin", channel="web", external_id="quan-tri", chat="quan-tri", started=True)
    await put(scene, MEMBERSHIP, person="admin", unit=PLAN.division, role="administrator")
    await scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.role == "leader").values(ended_at=START)))
    await goes_on_duty(scene)
    await scene.passes(days=6)
    assert len(await told(scene, "quan-tri")) == 2


async def test_after_an_outage_nothing_is_told_twice(scene: Scene) -> None:
    """Silent from Monday to Saturday noon: one look, and what matters now."""
    await goes_on_duty(scene)
    before = await told(scene, "truc-a")
    scene.clock[0] = datetime(2026, 11, 28, 5, tzinfo=UTC)
    for row in await scene.db.run(lambda db: due(db, scene.clock[0])):
        await scene.hears(as_incoming(row))
        await scene.hears(as_incoming(row))
    assert await told(scene, "lanh-dao") == ["⚠️ KHÔNG CÓ AI TRỰC từ bây giờ đến 07:30 30/11.\nXếp người trực: gõ /lichtruc"]
    assert (await told(scene, "truc-a"), await told(scene, "truc-b")) == (before, [])
    assert len(await scene.rows(TIMER, TIMER.c.kind == "roster", TIMER.c.fired_at.is_(None))) == 1


async def test_a_change_is_looked_at_at_once(scene: Scene) -> None:
    """Put on duty for right now: told right now."""
    await goes_on_duty(scene)
    for said in ("/lichtruc", "2", "hôm nay", "1", "truc b", "lưu"):
        await scene.says("lanh-dao", said)
    await scene.passes(minutes=1)
    assert "🟢 Ca trực của anh/chị bắt đầu, đến 07:30 24/11.\nKhông có vụ việc nào đang mở." in await told(scene, "truc-b")


async def test_whoever_is_cut_leaves_the_roster(scene: Scene) -> None:
    """Their rows end, the leader hears which hours are empty, and a gap that begins by it is an alarm."""
    await put(scene, DUTY_OVERRIDE, person=await person(scene, "truc-a"), start=START + timedelta(days=6), until=START + timedelta(days=7))
    await goes_on_duty(scene)
    await scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.role == "leader").values(role="administrator")))
    await week(scene, "truc-b", "5", DAY)
    for said in ("/thuhoi truc A", "1", "1"):
        await scene.says("lanh-dao", said)
    await scene.passes(minutes=1)
    a = await person(scene, "truc-a")
    assert all(row.ended_at is not None for row in await scene.rows(DUTY_PATTERN, DUTY_PATTERN.c.person == a))
    assert all(row.cancelled_at is not None for row in await scene.rows(DUTY_OVERRIDE))
    first, second = await told(scene, "lanh-dao")
    assert first.startswith("Cán bộ trực A đã ra khỏi lịch trực vì tài khoản bị thu hồi.\nSắp tới không có ai trực:\n⚠️ ")
    assert second.startswith("⚠️ KHÔNG CÓ AI TRỰC từ bây giờ đến 17:00 23/11.")


EMPTY = "Lịch trực còn trống: chưa ghi ai thì vụ nào cũng gọi tất cả cán bộ trực.\nXếp lịch: gõ /lichtruc"


async def test_an_empty_roster_is_told_each_morning_until_it_is_filled(db: Database, vault: Vault) -> None:
    """At 8:00, once a day, from the day after going on duty."""
    scene = await Scene.open(db, vault)
    await goes_on_duty(scene)
    await scene.passes(days=3)
    assert await told(scene, "lanh-dao") == [EMPTY] * 3
    hours = {seen.row.created_at.astimezone(PLAN.zone).hour for seen in await scene.letters("lanh-dao") if seen.row.purpose == "roster_gap"}
    assert hours == {8}
    await week(scene, "truc-a", "0123456", DAY)
    await scene.passes(days=3)
    assert await told(scene, "lanh-dao") == [EMPTY] * 3


async def test_before_going_on_duty_nobody_is_told_anything(db: Database, vault: Vault) -> None:
    """The roster can be filled in beforehand."""
    scene = await Scene.open(db, vault)
    await scene.db.run(lambda db: db.execute(sa.delete(SETTING).where(SETTING.c.name == "ready_at")))
    await goes_on_duty(scene)
    for said in ("/lichtruc", "1", "3", "truc a", "1"):
        await scene.says("lanh-dao", said)
    await scene.passes(days=3)
    assert [await told(scene, chat) for chat in ("lanh-dao", "truc-b")] == [[], []]


TET = {
    2026: ("T7 14/2", "CN 22/2", ("T7 14/2", "CN 15/2", "T2 16/2", "T3 17/2", "T4 18/2", "T5 19/2", "T6 20/2", "T7 21/2", "CN 22/2")),
    2027: ("T5 4/2", "T4 10/2", ("T5 4/2", "T6 5/2", "T7 6/2", "CN 7/2", "T2 8/2", "T3 9/2", "T4 10/2")),
}


@pytest.mark.parametrize("year", TET)
async def test_tet_is_asked_about_14_7_and_3_days_before(db: Database, vault: Vault, year: int) -> None:
    """Each day without anybody on a line, at 8:00; what is filled in meanwhile is left out, and when nothing is left, nothing is asked."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = datetime(year, 1, 5, 3, tzinfo=UTC)
    first, last, days = TET[year]
    begins = datetime(year, 2, int(first.split()[1].split("/")[0]), tzinfo=PLAN.zone)
    a = await person(scene, "truc-a")
    await put(scene, DUTY_OVERRIDE, person=a, start=scene.clock[0], until=begins)
    await goes_on_duty(scene)
    await scene.passes(seconds=(begins - timedelta(days=10) - scene.clock[0]).total_seconds())
    lines = [f"{day}: cả ngày" for day in days]
    put_somebody = "Xếp người trực: gõ /lichtruc"
    expected = ["\n".join([f"🗓 Nghỉ Tết: còn 14 ngày ({first} – {last}).", "Chưa có người trực:", *lines, put_somebody])]
    assert await of_tet(scene) == expected
    await put(scene, DUTY_OVERRIDE, person=a, start=begins, until=begins + timedelta(days=2, hours=12))
    await scene.passes(days=4)
    lines = [f"{days[2]}: 12–24", *lines[3:]]
    expected.append("\n".join([f"🗓 Nghỉ Tết: còn 7 ngày ({first} – {last}).", "Chưa có người trực:", *lines, put_somebody]))
    assert await of_tet(scene) == expected
    await put(scene, DUTY_OVERRIDE, person=a, start=begins, until=begins + timedelta(days=len(days)))
    await scene.passes(days=10)
    assert await of_tet(scene) == expected
    sent = [seen.row.created_at.astimezone(PLAN.zone) for seen in await scene.letters("lanh-dao") if "Nghỉ Tết" in seen.text]
    assert [(begins.date() - at.date()).days for at in sent] == [14, 7]
    assert {at.hour for at in sent} == {8}


async def of_tet(scene: Scene) -> list[str]:
    return [text for text in await told(scene, "lanh-dao") if "Nghỉ Tết" in text]


async def test_a_weekly_pattern_is_asked_about_once_before_tet(db: Database, vault: Vault) -> None:
    """It has somebody on every day, and nobody thinks of it when they go on leave."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = datetime(2027, 1, 5, 3, tzinfo=UTC)
    await week(scene, "truc-a", "0123456", DAY)
    await goes_on_duty(scene)
    await scene.passes(days=40)
    assert await of_tet(scene) == [
        "🗓 Nghỉ Tết: còn 14 ngày (T5 4/2 – T4 10/2).\n"
        "Lịch tuần vẫn áp dụng trong kỳ nghỉ. Có ai nghỉ không ạ? Nếu có, gõ /lichtruc"
    ]  # fmt: skip


async def test_other_holidays_are_asked_about_too(db: Database, vault: Vault) -> None:
    """Two of three days or more within two weeks: each on its own days. Nobody is on duty at weekends."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = datetime(2026, 4, 6, 3, tzinfo=UTC)
    await week(scene, "truc-a", "01234", DAY)
    await goes_on_duty(scene)
    await scene.passes(days=26)
    found = [text.splitlines() for text in await told(scene, "lanh-dao") if "Nghỉ lễ" in text]
    assert [(text[0], text[2:4]) for text in found] == [
        ("🗓 Nghỉ lễ: còn 14 ngày (T7 25/4 – T2 27/4).", ["T7 25/4: cả ngày", "CN 26/4: cả ngày"]),
        ("🗓 Nghỉ lễ: còn 14 ngày (T5 30/4 – CN 3/5).", ["T7 2/5: cả ngày", "CN 3/5: cả ngày"]),
        ("🗓 Nghỉ lễ: còn 7 ngày (T7 25/4 – T2 27/4).", ["T7 25/4: cả ngày", "CN 26/4: cả ngày"]),
        ("🗓 Nghỉ lễ: còn 3 ngày (T7 25/4 – T2 27/4).", ["T7 25/4: cả ngày", "CN 26/4: cả ngày"]),
        ("🗓 Nghỉ lễ: còn 7 ngày (T5 30/4 – CN 3/5).", ["T7 2/5: cả ngày", "CN 3/5: cả ngày"]),
        ("🗓 Nghỉ lễ: còn 3 ngày (T5 30/4 – CN 3/5).", ["T7 2/5: cả ngày", "CN 3/5: cả ngày"]),
    ]
