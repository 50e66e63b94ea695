"""Digests when things go otherwise: an hour of one's own meets the tick, an outage ends at night, reports arrive one after another."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.gather import digest as gather_digest
from bot.vault import Vault
from models.expected import EXPECTED, REPORT_EVENT
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP
from models.report_commands import DropRequest, HandIn, OpenReport
from models.talk import Say
from models.timer import TIMER
from tests.bot.auditor.audited import Audited
from tests.bot.cases import applied
from tests.bot.reports import expected, handed_in
from tests.bot.test_digest import APRIL, digests, on_duty
from tests.bot.test_submit import join
from tests.driver import NO_BUTTONS, Scene


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await on_duty(await Scene.open(db, vault))


async def owes(scene: Scene, *reports: tuple[str, str]) -> None:
    """The ward owes these periods as well, and is reminded of them when it is of the first."""
    for report, period in reports:
        row = await expected(scene, report, period)
        first = await expected(scene)
        same = {name: getattr(first, name) for name in ("opens_at", "due_at", "expires_at", "remind_at", "due_day", "rule")}
        change = sa.update(EXPECTED).where(EXPECTED.c.id == row.id).values(**same, state="owed")
        await scene.db.run(lambda db, change=change: db.execute(change))  # type: ignore[misc]


async def delivered(scene: Scene) -> None:
    sent = sa.update(LETTER).where(LETTER.c.purpose == "digest").values(state="delivered", external_id="m1")
    await scene.db.run(lambda db: db.execute(sent))


async def hands_in(scene: Scene, report: str, period: str) -> None:
    """By the commands, without the dialogue."""
    from dataclasses import replace

    from bot.apply import APPLY
    from bot.conversations import open_talk
    from bot.gather.reports import find_expected
    from bot.writing import Writing
    from handlers.routes import ReportRef
    from models.talk import Kind

    row = await expected(scene, report, period)

    def work(db: sa.Connection) -> None:
        incoming = scene.incoming("phuong", Kind.TEXT)
        talk = open_talk(db, scene.engine, incoming)
        named = find_expected(db, scene.engine, ReportRef("id", row.id))
        writing = Writing(db, scene.engine, incoming, talk, replace(scene.facts(talk), expected=named))
        for command in (OpenReport(row.id, f"{row.id[:-1]}s", "van_ban", 1, ""), HandIn(row.id, f"{row.id[:-1]}s", "2021-04-01")):
            APPLY[type(command)](writing, command)
        writing.flush()

    await scene.db.run(work)


NINE, YEAR = ("bo_chi_tieu", "9_thang_2021"), ("bo_chi_tieu", "nam_2021")


async def test_an_hour_of_ones_own_takes_the_place_of_the_mornings_digest(scene: Scene) -> None:
    """Whoever asked for a time is told then, once, and not before."""
    await scene.passes(days=8)  # Wednesday 28 April; the tick of Thursday would speak
    await scene.says("phuong", "nhac 10h mai")
    await scene.passes(days=1, hours=5)
    assert [(at, text.splitlines()[0]) for at, text in (await digests(scene))[1:]] == [("29/04 10:00", "Anh/chị nhờ nhắc lúc 10:00.")]


async def test_what_is_asked_for_later_is_not_put_off_beyond_its_date(scene: Scene) -> None:
    """A report that came after somebody had put their reminders off, and would be late by then, is told on its own mornings (the 21st is a day off)."""
    assert (await scene.says("phuong", "nhac 8h 27/4"))[-1].text == "Vâng, tôi sẽ nhắc lúc Thứ Ba 27/4/2021, 08:00."
    for said in ("/yeucau Báo cáo hồ bơi", "Ngọc Lâm", "22/4", "1", "1"):
        await scene.says("lanh-dao", said)
    await scene.passes(days=2)
    assert [at for at, _text in await digests(scene)] == ["22/04 08:00"]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("nhac 8h thứ 6", "Thứ Sáu 23/4/2021, 08:00"),
        ("nhắc tôi lúc 14h ngày 23/4", "Thứ Sáu 23/4/2021, 14:00"),
        ("nhac thứ 2 tuần sau lúc 9h", "Thứ Hai 26/4/2021, 09:00"),
        ("nhắc 8h ngày mốt", "Thứ Năm 22/4/2021, 08:00"),
        ("nhac 20.30", "Thứ Ba 20/4/2021, 20:30"),
    ],
)
async def test_a_day_beside_the_hour_counts(scene: Scene, said: str, at: str) -> None:
    """Today is Tuesday 20 April."""
    assert (await scene.says("phuong", said))[-1].text == f"Vâng, tôi sẽ nhắc lúc {at}."


@pytest.mark.parametrize("said", ["nhac 8h tuần sau", "nhac 8h 30/2", "nhac 8h ngày 27", "nhac 8 giờ 27.4"])
async def test_a_day_that_cannot_be_read_is_not_today(scene: Scene, said: str) -> None:
    """It is asked once more."""
    assert (await scene.says("phuong", said))[-1].text.startswith("Tôi chưa đọc được giờ đó.")


async def test_an_hour_of_ones_own_is_not_made_up_for_in_the_night(scene: Scene) -> None:
    """An outage from the afternoon until three in the morning: it is told after the quiet hours, also at the weekend."""
    await scene.says("phuong", "nhac 14h thứ 6")
    scene.clock[0] = datetime(2021, 4, 23, 20, 0, tzinfo=UTC)  # Saturday 03:00
    await scene.passes(hours=8)
    assert [(at, text.splitlines()[0]) for at, text in await digests(scene)] == [("24/04 07:00", "📌 Báo cáo cần nộp (1):")]


async def test_what_was_locked_during_an_outage_reminds_nobody(scene: Scene) -> None:
    """Nothing of it is told, so nothing of it stands in the history."""
    row = await expected(scene)
    scene.clock[0] = row.expires_at + timedelta(days=3)
    await scene.passes(days=5)
    events = await scene.rows(REPORT_EVENT, REPORT_EVENT.c.expected == row.id, REPORT_EVENT.c.what == "reminded")
    assert ([event.data for event in events], (await expected(scene)).remind_at) == ([], None)


async def test_a_unit_that_an_exception_waits_for_is_named_too(scene: Scene) -> None:
    """Opened again after its lock, and nobody can be reminded there: the division hears it like before the lock."""
    row, nobody = await expected(scene), sa.update(ACCOUNT).where(ACCOUNT.c.chat.in_(("phuong", "lanh-dao-phuong")))
    scene.clock[0] = row.expires_at + timedelta(days=1)
    until = scene.clock[0] + timedelta(days=3)
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(EXPECTED.c.id != row.id).values(state="accepted")))
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).where(EXPECTED.c.id == row.id).values(unlocked_until=until)))
    await scene.db.run(lambda db: db.execute(nobody.values(gone_at=APRIL)))
    found = await scene.db.run(lambda db: gather_digest.nobody(db, scene.engine, scene.clock[0]))
    assert [one.number for one in found] == [row.number]


async def test_each_report_of_a_digest_can_be_begun_at_once(scene: Scene) -> None:
    """Every one that it names has its choice, also the fifth."""
    await owes(scene, NINE, YEAR, ("thang_hanh_dong", "nam_2021"), ("hoat_dong_he", "nam_2021"))
    await scene.passes(days=4)
    text = (await digests(scene))[-1][1]
    named = [f"Nộp BC-{code}" for code in re.findall(r"BC-(\d+)", text)]
    (digest,) = [seen for seen in await scene.letters("phuong") if seen.text == text]
    assert (list(digest.buttons), len(named)) == ([*named, "Nhắc tôi lúc…"], 5)


async def test_asking_again_moves_the_hour(scene: Scene) -> None:
    """There is one, not two."""
    await scene.says("phuong", "nhac 14h")
    await scene.says("phuong", "nhac 15h")
    await scene.passes(hours=10)
    assert [at for at, _text in await digests(scene)] == ["20/04 15:00"]


async def test_nothing_is_said_at_the_hour_if_all_is_done_by_then(scene: Scene) -> None:
    """A reminder of nothing is noise."""
    await scene.says("phuong", "nhac 14h")
    await handed_in(scene)
    await scene.passes(hours=10)
    assert await digests(scene) == []


async def test_an_outage_that_ends_at_night_is_told_on_the_next_working_morning(scene: Scene) -> None:
    """Friday 22:30: the next one is Monday 08:00, and there is one."""
    scene.clock[0] = datetime(2021, 5, 14, 15, 30, tzinfo=UTC)
    await scene.passes(days=2, hours=12)
    assert [at for at, _text in await digests(scene)] == ["17/05 08:00"]


async def test_a_digest_that_an_outage_put_off_waits_for_the_morning(scene: Scene) -> None:
    """The tick had been, the digest had not. Wednesday 21 April 2021 is Giỗ tổ, a day off."""
    person = (await scene.rows(ACCOUNT, ACCOUNT.c.chat == "phuong"))[0].person
    late = {"id": "d" * 32, "kind": "digest", "subject": person, "due_at": APRIL, "urgent": False, "data": {}, "set_at": APRIL}
    await scene.db.run(lambda db: db.execute(sa.insert(TIMER).values(late)))
    scene.clock[0] = APRIL + timedelta(hours=14)  # 23:00
    await scene.passes(hours=34)
    assert [at for at, _text in await digests(scene)] == ["22/04 08:00"]


async def test_two_ticks_of_one_day_are_one_digest(scene: Scene) -> None:
    """The plan allows one a person and day, whoever asks twice."""
    await scene.passes(days=4)
    again = sa.update(EXPECTED).where(EXPECTED.c.remind_at.is_not(None)).values(remind_at=scene.clock[0])
    await scene.db.run(lambda db: db.execute(again))
    await scene.db.run(lambda db: db.execute(sa.update(TIMER).where(TIMER.c.kind == "reports").values(due_at=scene.clock[0])))
    scene.clock[0] = datetime(2021, 4, 23, 3, 0, tzinfo=UTC)
    await scene.passes(hours=1)
    assert [at for at, _text in await digests(scene)] == ["23/04 08:00"]


async def test_what_arrives_one_after_another_all_stays_done(scene: Scene) -> None:
    """Each change of the digest shows everything that has come since, and what is left."""
    await owes(scene, NINE)
    await scene.passes(days=4)
    await delivered(scene)
    await hands_in(scene, "bo_chi_tieu", "6_thang_2021")
    await hands_in(scene, *NINE)
    edits = [one.text.splitlines() for one in await scene.letters("phuong") if one.kind == "edit"]
    six, nine = (await expected(scene)).number, (await expected(scene, *NINE)).number
    assert edits[0][0] == f"✅ Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{six})"
    assert f"• Bộ chỉ tiêu, 9 tháng năm 2021 (BC-{nine})" in edits[0]
    assert edits[1] == [
        f"✅ Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{six})",
        f"✅ Bộ chỉ tiêu, 9 tháng năm 2021 (BC-{nine})",
        "",
        "Anh/chị không còn nợ báo cáo nào. Cảm ơn anh/chị.",
    ]


async def test_a_digest_that_has_not_left_is_replaced_by_what_is_left(db: Database, vault: Vault) -> None:
    """Also where nothing can be edited: nobody gets a text that was no longer true when it left."""
    scene = await on_duty(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await owes(scene, NINE)
    await scene.passes(days=4)
    await hands_in(scene, *NINE)
    rows = await scene.rows(LETTER, LETTER.c.purpose == "digest")
    texts = [text for _at, text in await digests(scene)]
    assert [row.state for row in rows] == ["superseded", "planned"]
    assert ["9 tháng" in text for text in texts] == [True, False]


async def test_a_digest_that_did_not_name_it_stays_as_it_is(scene: Scene) -> None:
    """Two reports of which one was not open yet."""
    await owes(scene, NINE)
    later = sa.update(EXPECTED).where(EXPECTED.c.id == (await expected(scene, *NINE)).id).values(opens_at=APRIL + timedelta(days=5))
    await scene.db.run(lambda db: db.execute(later))
    await scene.passes(days=4)
    await delivered(scene)
    scene.clock[0] += timedelta(days=2)
    await hands_in(scene, *NINE)
    assert [one for one in await scene.letters("phuong") if one.kind == "edit"] == []


async def test_the_divisions_list_changes_as_well(scene: Scene) -> None:
    """What it named has arrived; the ward's leader sees the same."""
    await scene.passes(days=22, hours=23)  # Thursday 13 May 08:00
    await delivered(scene)
    await hands_in(scene, "bo_chi_tieu", "6_thang_2021")
    number = (await expected(scene)).number
    done = f"✅ Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{number})"
    for chat in ("phuong", "lanh-dao-phuong", "truc-a", "lanh-dao"):
        assert [one.text.splitlines()[0] for one in await scene.letters(chat) if one.kind == "edit"] == [done]


async def test_where_officers_cannot_be_reached_their_leader_is_reminded(scene: Scene) -> None:
    """As of their own, with the way to hand it in; the division is not bothered yet."""
    await scene.db.run(lambda db: db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.chat == "phuong").values(gone_at=APRIL)))
    await scene.passes(days=4)
    ((at, text),) = await digests(scene, "lanh-dao-phuong")
    assert (at, text.splitlines()[0], await digests(scene, "lanh-dao")) == ("23/04 08:00", "📌 Báo cáo cần nộp (1):", [])


async def test_what_is_no_longer_asked_for_leaves_the_digest(scene: Scene) -> None:
    """Where the chat can change what was sent."""
    await owes(scene, NINE)
    await scene.passes(days=4)
    row = await expected(scene, *NINE)
    as_request = sa.update(EXPECTED).where(EXPECTED.c.id == row.id).values(request="r" * 32)
    await delivered(scene)
    await scene.db.run(lambda db: db.execute(as_request))
    await applied(scene, DropRequest("r" * 32, Say("...")), sender="lanh-dao")
    (edit,) = [one.text.splitlines() for one in await scene.letters("phuong") if one.kind == "edit"]
    assert [line for line in edit if line.startswith("•")] == [f"• Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{(await expected(scene)).number})"]


async def test_hours_on_offer_are_never_too_late(scene: Scene) -> None:
    """On the last evening only the hour before midnight is left."""
    scene.clock[0] = datetime(2021, 5, 9, 14, 30, tzinfo=UTC)  # Sunday 21:30
    seen = await scene.says("phuong", "nhac")
    assert list(seen[-1].buttons) == ["23:00 9/5"]
    said = [one.text for one in await scene.presses("phuong", "23:00") if one.text]
    assert said == ["Vâng, tôi sẽ nhắc lúc Chủ nhật 9/5/2021, 23:00."]


async def test_administrators_hear_of_a_unit_without_anybody_once(scene: Scene) -> None:
    """And again only if somebody could be reminded meanwhile."""
    await join(scene, "quan-tri", scene.engine.plan.division, "administrator")
    gone = sa.update(ACCOUNT).where(ACCOUNT.c.chat.in_(("phuong", "lanh-dao-phuong")))
    await scene.db.run(lambda db: db.execute(gone.values(gone_at=APRIL)))
    await scene.passes(days=20)
    assert len(await digests(scene, "quan-tri")) == 1
    await scene.db.run(lambda db: db.execute(gone.values(gone_at=None)))
    await scene.passes(days=1)
    await scene.db.run(lambda db: db.execute(gone.values(gone_at=APRIL)))
    await scene.passes(days=2)
    assert len(await digests(scene, "quan-tri")) == 2


async def test_whoever_holds_nothing_any_more_hears_nothing(scene: Scene) -> None:
    """A membership that ended owes nothing."""
    await scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).values(ended_at=APRIL)))
    await scene.passes(days=4)
    assert [row for row in await scene.rows(LETTER) if row.purpose == "digest"] == []


async def test_a_report_that_would_remind_nobody_is_found(db: Database, vault: Vault) -> None:
    """Owed, not locked and without a next reminder: it gets one, and administrators are told."""
    one = await Audited.open(db, vault)
    await on_duty(one.scene)
    await one.does(sa.update(EXPECTED).where(EXPECTED.c.state == "owed").values(remind_at=None))
    assert not await one.auditor.run()
    assert [row for row in await one.scene.rows(EXPECTED, EXPECTED.c.state == "owed") if row.remind_at is None] == []
    assert "6 báo cáo còn nợ sẽ không nhắc ai: đã đặt lại lời nhắc." in await one.told()


async def test_a_sound_only_where_it_is_near_or_late(scene: Scene) -> None:
    """16, 10, 3 and 2 days before, then overdue: the first two make none."""
    await scene.passes(days=20)
    rows = await scene.rows(LETTER, LETTER.c.purpose == "digest", LETTER.c.chat == "phuong")
    assert [row.silent for row in rows] == [True, True, False, False, False]


async def test_a_sentence_that_begins_like_it_is_no_command(scene: Scene) -> None:
    """It may tell of a child; whoever has no such command is not refused for an everyday word."""
    said = "nhắc nhở nhiều lần mà bố vẫn đánh cháu"
    for sender in ("ctv", "phuong"):
        as_said = (await scene.says(sender, said))[-1].text
        assert as_said == (await scene.says(sender, said.replace("nhắc nhở", "khuyên bảo")))[-1].text
