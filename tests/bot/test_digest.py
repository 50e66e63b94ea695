"""Reminders, as the people of a ward and of the division get them over days."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.upkeep import stay_on_duty
from bot.vault import Vault
from models.expected import EXPECTED, REPORT_EVENT
from models.ids import new_id
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP
from models.timer import TIMER
from tests.bot.reports import expected, handed_in, spring
from tests.driver import NO_BUTTONS, WEB, Scene

APRIL = datetime(2021, 4, 20, 2, 0, tzinfo=UTC)  # Tuesday 09:00 in Hà Nội: the indicators are due by the end of Sunday 9 May


async def on_duty(scene: Scene, at: datetime = APRIL) -> Scene:
    """The plan's reports are expected, nothing else reminds, and the ward's plan was handed in long ago."""
    await spring(scene, at)

    def work(db: sa.Connection) -> None:
        stay_on_duty(db, scene.engine)
        db.execute(sa.delete(TIMER).where(TIMER.c.kind != "reports"))
        db.execute(sa.update(EXPECTED).where(EXPECTED.c.report == "ke_hoach").values(state="accepted", remind_at=None))
        db.execute(sa.update(EXPECTED).where(EXPECTED.c.unit != "ngoc_lam").values(state="accepted", remind_at=None))

    await scene.db.run(work)
    return scene


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await on_duty(await Scene.open(db, vault))


async def digests(scene: Scene, chat: str = "phuong") -> list[tuple[str, str]]:
    """(day and hour by the plan's clock, first lines) of every digest in a chat."""
    rows = {row.id: row for row in await scene.rows(LETTER, LETTER.c.purpose == "digest")}
    seen = [one for one in await scene.letters(chat) if one.id in rows]
    return [(f"{rows[one.id].created_at.astimezone(scene.engine.zone):%d/%m %H:%M}", one.text) for one in seen]


async def test_one_digest_at_each_distance_and_then_each_working_day(scene: Scene) -> None:
    """14 days before Sunday 9 May is a Sunday, so Friday 23 April; the last day is a Sunday, so Friday 7 May; then Monday."""
    await scene.passes(days=23)
    assert [at for at, _text in await digests(scene)] == [
        "23/04 08:00", "29/04 08:00", "06/05 08:00", "07/05 08:00", "10/05 08:00", "11/05 08:00", "12/05 08:00", "13/05 08:00",
    ]  # fmt: skip


async def test_a_digest_says_what_by_when_where_from_and_how(scene: Scene) -> None:
    """On a small screen, with a choice to begin at once."""
    await scene.passes(days=4)
    number = (await expected(scene)).number
    assert (await digests(scene))[-1][1].splitlines() == [
        "📌 Báo cáo cần nộp (1):",
        f"• Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{number})",
        "   hạn hết ngày 9/5/2021, còn 16 ngày",
        "   mục IV, gạch đầu dòng thứ hai",
    ]
    digest = [one for one in await scene.letters("phuong") if "📌" in one.text][-1]
    assert list(digest.buttons) == [f"Nộp BC-{number}", "Nhắc tôi lúc…"]


async def test_no_two_digests_read_the_same(scene: Scene) -> None:
    """The days that are left change, so it is never wallpaper."""
    await scene.passes(days=40)
    texts = [text for _at, text in await digests(scene)]
    assert len(texts) == len(set(texts)) > 10


async def test_nobody_is_reminded_of_what_was_handed_in(scene: Scene) -> None:
    """The next one that would have come does not."""
    await scene.passes(days=4)
    await handed_in(scene)
    await scene.passes(days=30)
    assert [at for at, _text in await digests(scene)] == ["23/04 08:00"]


async def test_a_digest_changes_the_moment_the_report_arrives(scene: Scene) -> None:
    """Where the chat can change what was sent."""
    await scene.passes(days=4)
    sent = sa.update(LETTER).where(LETTER.c.purpose == "digest").values(state="delivered", external_id="m1")
    await scene.db.run(lambda db: db.execute(sent))
    await handed_in(scene)
    edits = [one for one in await scene.letters("phuong") if one.kind == "edit" and one.text]
    assert [edit.text.splitlines()[0] for edit in edits] == [f"✅ Bộ chỉ tiêu, 6 tháng năm 2021 (BC-{(await expected(scene)).number})"]
    assert edits[-1].text.splitlines()[-1] == "Anh/chị không còn nợ báo cáo nào. Cảm ơn anh/chị."


async def test_where_nothing_can_be_changed_nothing_more_is_sent(db: Database, vault: Vault) -> None:
    """A digest that has not left is withdrawn instead."""
    scene = await on_duty(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await scene.passes(days=4)
    await handed_in(scene)
    states = [row.state for row in await scene.rows(LETTER, LETTER.c.purpose.in_(("digest", "digest_edit")))]
    assert states == ["superseded"]


async def test_overdue_goes_up_by_the_plans_steps(scene: Scene) -> None:
    """On the second working day the ward's leader, on the third the division, in one list."""
    await scene.passes(days=23)
    assert [at for at, _text in await digests(scene, "lanh-dao-phuong")] == ["11/05 08:00", "12/05 08:00", "13/05 08:00"]
    assert (await digests(scene, "lanh-dao-phuong"))[0][1].splitlines() == [
        "Đơn vị anh/chị có báo cáo quá hạn, cán bộ đã được nhắc:",
        "• Ngọc Lâm: Bộ chỉ tiêu (2 ngày)",
    ]
    assert [at for at, _text in await digests(scene, "lanh-dao")] == ["12/05 08:00", "13/05 08:00"]
    assert (await digests(scene, "truc-a"))[0][1].splitlines() == [
        "Báo cáo quá hạn của các đơn vị (1):",
        "• Ngọc Lâm: Bộ chỉ tiêu (3 ngày)",
    ]


async def test_each_overdue_report_has_its_own_days(scene: Scene) -> None:
    """One that is two days late does not look like another that is two months late."""
    row = dict((await expected(scene))._mapping)
    older = row | {"id": new_id(), "number": 900, "report": "ke_hoach", "due_at": row["due_at"] - timedelta(days=10)}
    await scene.db.run(lambda db: db.execute(sa.insert(EXPECTED), [older]))
    await scene.passes(days=22)
    line = (await digests(scene, "lanh-dao-phuong"))[-1][1].splitlines()[1]
    assert sorted(re.findall(r"\((\d+) ngày\)", line)) == ["13", "3"]


async def test_what_the_division_owes_itself_is_told_once(scene: Scene) -> None:
    """Among what is to be handed in, not once more among the units."""
    row = dict((await expected(scene))._mapping)
    own = row | {
        "id": new_id(),
        "number": 900,
        "unit": scene.engine.plan.division,
        "recipient": "",
        "due_at": row["due_at"] - timedelta(days=3),
    }
    await scene.db.run(lambda db: db.execute(sa.insert(EXPECTED), [own]))
    await scene.passes(days=23)
    text = (await digests(scene, "truc-a"))[-1][1]
    assert (text.count("Bộ chỉ tiêu"), "• Phòng LĐTB&XH:" in text) == (2, False)


async def test_a_list_of_many_units_names_the_latest_ones(scene: Scene) -> None:
    """Twenty lines, and where all of them are: a digest of a whole province is no wall of text."""
    row = dict((await expected(scene))._mapping)
    due = [row["due_at"] - timedelta(days=number) for number in range(30)]
    many = [row | {"id": new_id(), "number": 900 + n, "unit": f"Xã {n}", "due_at": at} for n, at in enumerate(due)]
    await scene.db.run(lambda db: db.execute(sa.insert(EXPECTED), many))
    await scene.passes(days=23)
    listed = (await digests(scene, "truc-a"))[-1][1].splitlines()
    assert listed[0] == "Báo cáo quá hạn của các đơn vị (31):"
    assert [line.split(":")[0] for line in listed[1:-1]] == [f"• Xã {number}" for number in reversed(range(10, 30))]
    assert listed[-1] == "và 11 đơn vị khác: /tiendo"


async def test_a_person_of_two_units_gets_one_digest(scene: Scene) -> None:
    """With the units by name."""
    await scene.db.run(
        lambda db: db.execute(
            sa.update(EXPECTED).where(EXPECTED.c.unit == "bo_de", EXPECTED.c.report == "bo_chi_tieu").values(state="owed")
        )
    )
    person = (await scene.rows(ACCOUNT, ACCOUNT.c.chat == "phuong"))[0].person
    from models.ids import new_id

    row = {"id": new_id(), "person": person, "unit": "bo_de", "role": "ward_officer", "created_at": APRIL}
    await scene.db.run(lambda db: db.execute(sa.insert(MEMBERSHIP).values(row)))
    await scene.passes(days=4)
    found = await digests(scene)
    assert len(found) == 1
    assert [line for line in found[0][1].splitlines() if line.startswith("•")] == [
        f"• Bộ chỉ tiêu, 6 tháng năm 2021 Ngọc Lâm (BC-{(await expected(scene)).number})",
        f"• Bộ chỉ tiêu, 6 tháng năm 2021 Bồ Đề (BC-{(await expected(scene, unit='bo_de')).number})",
    ]


async def test_after_an_outage_of_days_there_is_one_reminder(scene: Scene) -> None:
    """What was missed is told once."""
    scene.clock[0] = datetime(2021, 5, 12, 4, 0, tzinfo=UTC)
    await scene.passes(minutes=5)
    assert [at for at, _text in await digests(scene)] == ["12/05 11:00"]


async def test_an_hour_of_ones_own(scene: Scene) -> None:
    """It is said back exactly, comes besides the day's digest, and begins with why it comes."""
    await scene.passes(days=4)
    seen = await scene.says("phuong", "nhắc tôi lúc 14h")
    assert seen[-1].text == "Vâng, tôi sẽ nhắc lúc Thứ Bảy 24/4/2021, 14:00."
    await scene.passes(hours=6)
    assert (await digests(scene))[-1][1].splitlines()[0] == "Anh/chị nhờ nhắc lúc 14:00."


async def test_an_hour_after_the_last_one_is_refused(scene: Scene) -> None:
    """With an earlier one on offer."""
    scene.clock[0] = datetime(2021, 5, 9, 15, 0, tzinfo=UTC)  # Sunday 22:00
    seen = await scene.says("phuong", "nhac 8h mai")
    assert seen[-1].text.splitlines()[0] == (
        "Bộ chỉ tiêu, 6 tháng năm 2021 hạn hết ngày Chủ nhật 9/5/2021, nhắc lúc đó thì trễ mất. Anh/chị chọn giờ sớm hơn giúp."
    )


async def test_nothing_at_weekends_nor_at_tet(db: Database, vault: Vault) -> None:
    """Tết 2022 is from 31 January to 6 February: whatever is overdue waits for Monday the 7th."""
    scene = await on_duty(await Scene.open(db, vault, capabilities=WEB), datetime(2022, 1, 4, 2, 0, tzinfo=UTC))

    def late(db: sa.Connection) -> None:
        due, locked = datetime(2022, 1, 24, 17, 0, tzinfo=UTC), datetime(2022, 6, 1, tzinfo=UTC)
        mine = EXPECTED.c.unit == "ngoc_lam", EXPECTED.c.report == "hoat_dong_he"
        values = {"due_day": "2022-01-24", "due_at": due, "expires_at": locked, "remind_at": due, "opens_at": due - timedelta(days=30)}
        db.execute(sa.update(EXPECTED).values(state="accepted", remind_at=None))
        from bot.expected_rows import insert

        if db.execute(sa.update(EXPECTED).where(*mine).values(state="owed", **values)).rowcount == 0:
            report = scene.engine.plan.report("hoat_dong_he")
            insert(db, scene.engine, 900, [(report, "ngoc_lam", report.periods[0])])
            db.execute(sa.update(EXPECTED).where(*mine).values(state="owed", **values))

    await scene.db.run(late)
    await scene.passes(days=36)
    assert [at for at, _text in await digests(scene) if at >= "28/01"][:1] == ["28/01 08:00"]
    assert [at for at, _text in await digests(scene) if at.endswith("/02 08:00")][:2] == ["07/02 08:00", "08/02 08:00"]


async def test_every_reminder_is_in_the_history(scene: Scene) -> None:
    """How many days were left, and whom the steps had come to."""
    await scene.passes(days=23)
    events = await scene.rows(REPORT_EVENT, REPORT_EVENT.c.what == "reminded")
    assert [(event.data["days_left"], event.data["to"]) for event in sorted(events, key=lambda event: event.at)] == [
        (16, ["unit"]), (10, ["unit"]), (3, ["unit"]), (2, ["unit"]), (-1, ["unit"]), (-2, ["leader", "unit"]),
        (-3, ["division", "leader", "unit"]), (-4, ["division", "leader", "unit"]),
    ]  # fmt: skip


async def test_where_nobody_can_be_reminded_the_division_hears_it(scene: Scene) -> None:
    """A blocked account is nobody. No two digests read the same: it says what is due, and how many days are left."""
    await scene.db.run(
        lambda db: db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.chat.in_(("phuong", "lanh-dao-phuong"))).values(gone_at=APRIL))
    )
    await scene.passes(days=25)
    texts = [text for _at, text in await digests(scene, "lanh-dao")]
    assert texts[0].splitlines() == [
        "⚠ Không có ai để nhắc ở các nơi sau. Anh/chị gọi điện giúp:",
        "• Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021: hạn hết ngày 9/5/2021, còn 16 ngày",
    ]
    assert len(texts) == len(set(texts)) == 9
