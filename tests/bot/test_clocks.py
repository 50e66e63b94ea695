"""Legal clocks at the real turn, on both engines: rows that follow a case, reminders that go up, statements that end them."""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot.apply.clocks import follow, set_clocks, void_clocks
from bot.apply.forms import put_answer
from bot.conversations import open_talk
from bot.database import Database
from bot.gather.cases import load_case
from bot.upkeep import stay_on_duty
from bot.vault import Vault
from bot.writing import Writing
from models.clock import CASE_CLOCK
from models.commands import PutAnswer, SetClocks
from models.incident import CASE_NOTE, INCIDENT, INCIDENT_EVENT
from models.people import ACCOUNT
from models.submission import ANSWER
from models.talk import Kind
from models.timer import TIMER
from tests.bot.auditor.audited import administrator
from tests.driver import NO_BUTTONS, PLAN, START, Scene

VIOLATION = ("báo cáo", "tạm an toàn", "bạo lực", "bạo lực trẻ em", "hàng xóm", "không", "không", "Ngọc Lâm", "5", "số 8 ngõ 12")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PLAN.zone)


async def reports(scene: Scene, when: str, contact: str = "có, gọi hay nhắn đều được", *, begun: bool = False) -> str:
    """A neighbour's violence, sent; returns the incident's id."""
    for said in (*(() if begun else VIOLATION), when, "Nghe cháu khóc nhiều lần", "bỏ qua", contact):
        await scene.says("ctv", said)
    for _ in range(4):  # the number that is known, the name, the review
        if (await scene.rows(INCIDENT))[-1].sent_at is None:
            await scene.says("ctv", "gửi" if await _at_review(scene) else "1")
    incident = (await scene.rows(INCIDENT))[-1]
    assert incident.sent_at is not None
    return str(incident.id)


async def _at_review(scene: Scene) -> bool:
    return any("_send" in data for data in (await scene.last("ctv")).buttons.values())


async def clocks(scene: Scene) -> dict[str, Any]:
    return {row.kind: row for row in await scene.rows(CASE_CLOCK)}


async def pending(scene: Scene, kind: str = "clock") -> set[str]:
    return {row.subject for row in await scene.rows(TIMER, TIMER.c.kind == kind, TIMER.c.fired_at.is_(None))}


async def reminders(scene: Scene, chat: str) -> list[str]:
    return [seen.text.splitlines()[0] for seen in await scene.letters(chat) if seen.row.purpose == "clock"]


async def act(scene: Scene, what: Any) -> None:
    """Something that another part of the program does in a turn of its own."""

    def inside(db: sa.Connection) -> None:
        talk = open_talk(db, scene.engine, scene.incoming("lanh-dao", Kind.TEXT, text="x"))
        w = Writing(db, scene.engine, scene.incoming("lanh-dao", Kind.TEXT, text="x"), talk, scene.facts(talk))
        what(w)
        w.flush()

    await scene.db.run(inside)


async def test_a_case_has_its_clocks_when_it_is_told(db: Database, vault: Vault) -> None:
    """Rows with their start, strict and latest hour, and a timer each; nothing while it is only begun."""
    scene = await Scene.open(db, vault)
    for said in VIOLATION:
        await scene.says("ctv", said)
    assert await clocks(scene) == {}
    await reports(scene, "8h sáng nay", begun=True)
    found = await clocks(scene)
    assert sorted(found) == ["plan_of_support", "telephone", "written"]
    written = found["written"]
    assert (written.basis, written.starts_at, written.strict_at, written.due_at, written.state) == (
        "event", local("2026-11-23 08:00"), local("2026-11-24 08:00"), local("2026-11-25 00:00"), "running",
    )  # fmt: skip
    assert await pending(scene) == {row.id for row in found.values()}


async def test_danger_starts_the_twelve_hours_at_once(db: Database, vault: Vault) -> None:
    """From the receipt, before anything else is known; the card shows them."""
    scene = await Scene.open(db, vault)
    await scene.says("ctv", "báo cáo")
    await scene.presses("ctv", "ĐANG NGUY HIỂM")
    assert (await clocks(scene))["emergency"].due_at == START + timedelta(hours=12)
    assert "chậm nhất 22:00 23/11" in (await scene.last("phong-truc")).text


async def test_the_twelve_hours_appear_when_an_answer_makes_them_apply(db: Database, vault: Vault) -> None:
    """An officer learns later that it was the father: they count from the receipt all the same."""
    scene = await Scene.open(db, vault)
    incident = await reports(scene, "8h sáng nay")
    assert "emergency" not in await clocks(scene)
    scene.clock[0] += timedelta(hours=2)
    await put(scene, incident, "relation", "cha")
    assert (await clocks(scene))["emergency"].due_at == START + timedelta(hours=12)
    await put(scene, incident, "relation", "hang_xom_nguoi_quen")
    assert (await clocks(scene))["emergency"].state == "running"


async def put(scene: Scene, incident: str, question: str, value: Any) -> None:
    """An answer that somebody has changed."""

    def change(w: Writing) -> None:
        put_answer(w, PutAnswer(load_case(w.db, incident).submission, question, value))
        set_clocks(w, SetClocks(incident))

    await act(scene, change)


async def test_a_later_event_moves_the_clock_and_says_so(db: Database, vault: Vault) -> None:
    """Whoever was told the old hour is told the new one; the card shows it."""
    scene = await Scene.open(db, vault)
    incident = await reports(scene, "hôm qua 9h")
    assert (await clocks(scene))["written"].due_at == local("2026-11-24 00:00")
    when = {"start": local("2026-11-23 08:00").isoformat(), "end": local("2026-11-23 08:00").isoformat(), "approximate": False,
            "precision": "hour", "text": "8h"}  # fmt: skip
    await put(scene, incident, "when", when)
    assert (await clocks(scene))["written"].due_at == local("2026-11-25 00:00")
    told = [seen for seen in await scene.letters("phuong") if seen.row.purpose == "clock"][-1].text
    assert "hạn được tính lại" in told
    assert "Hạn đã báo trước đây: 24:00 Thứ Hai 23/11/2026" in told
    assert "moved" in "".join(row.kind for row in await scene.rows(INCIDENT_EVENT))
    again = len(await scene.letters())
    await put(scene, incident, "when", when)
    assert len(await scene.letters()) == again


@pytest.mark.parametrize("said", ["chua ro", "3 thang nay roi", "23/11/2025"])
async def test_an_event_that_nobody_can_name_counts_from_the_receipt(db: Database, vault: Vault, said: str) -> None:
    """ "Chưa rõ", "3 tháng nay rồi", a year ago."""
    scene = await Scene.open(db, vault)
    await reports(scene, said)
    written = (await clocks(scene))["written"]
    assert (written.basis, written.due_at) == ("receipt", local("2026-11-25 00:00"))


async def test_on_the_last_evening_before_tet_hours_run_and_working_days_wait(db: Database, vault: Vault) -> None:
    """Friday 13 February 2026, 21:40: reminded in the night and on the holiday; the plan of support only at work."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = local("2026-02-13 21:40")
    await reports(scene, "8h tối nay")
    found = await clocks(scene)
    assert found["written"].due_at == local("2026-02-15 00:00")
    assert found["plan_of_support"].due_at == local("2026-02-28 00:00")
    plan = next(row for row in await scene.rows(TIMER) if row.subject == found["plan_of_support"].id)
    assert plan.due_at == local("2026-02-26 08:00")
    before = len(await reminders(scene, "phuong"))
    await scene.passes(hours=26)
    assert len(await reminders(scene, "phuong")) > before + 5


async def test_an_overdue_clock_goes_up(db: Database, vault: Vault) -> None:
    """Telephone: the ward, then the leader; each step once, then daily, and never an end."""
    scene = await Scene.open(db, vault)
    await reports(scene, "8h sáng nay")
    await scene.passes(hours=7)
    assert [text for text in await reminders(scene, "lanh-dao") if "điện thoại" in text] == []
    assert len([text for text in await reminders(scene, "phuong") if "điện thoại" in text]) == 6
    await scene.passes(hours=2)
    assert len([text for text in await reminders(scene, "lanh-dao") if "điện thoại" in text]) == 1
    await scene.passes(days=10)
    row = (await clocks(scene))["telephone"]
    assert row.raised == len(PLAN.clock("telephone").overdue)
    assert row.id in await pending(scene)
    assert len([text for text in await reminders(scene, "lanh-dao") if "điện thoại" in text]) == 11


async def test_no_reminder_holds_a_word_of_the_report(db: Database, vault: Vault) -> None:
    """In whatever chat: code, duty, hour, law."""
    scene = await Scene.open(db, vault)
    await reports(scene, "8h sáng nay")
    await scene.passes(days=12)
    texts = [seen.text for seen in await scene.letters() if seen.row.purpose == "clock"]
    assert len(texts) > 40
    assert not [text for text in texts for word in ("khóc", "ngõ 12", "hàng xóm", "0912") if word in text.casefold()]


async def test_a_restricted_case_reminds_the_leader_alone(db: Database, vault: Vault) -> None:
    """Neither ward nor room hears of it."""
    scene = await Scene.open(db, vault)
    await reports(scene, "8h sáng nay")
    await act(scene, lambda w: w.db.execute(sa.update(INCIDENT).values(restricted=True)))
    await scene.passes(days=3)
    found = {seen.chat for seen in await scene.letters() if seen.row.purpose == "clock"}
    assert found == {"lanh-dao"}


@pytest.mark.parametrize("status", ["open", "taken"])
async def test_a_restricted_case_without_a_leader_is_not_silent(db: Database, vault: Vault, status: str) -> None:
    """Its reminders, calls and the morning's look reach administrators: the code and that a leader is missing, no more."""
    scene = await Scene.open(db, vault)
    await db.run(administrator)
    incident = await reports(scene, "8h sáng nay")
    gone = sa.update(ACCOUNT).where(ACCOUNT.c.external_id == "lanh-dao").values(gone_at=START)

    def alone(w: Writing) -> None:
        w.db.execute(sa.update(INCIDENT).values(restricted=True, status=status))
        w.timer("follow_up", incident, local("2026-11-24 08:00"))

    await act(scene, alone)
    await db.run(lambda connection: connection.execute(gone))
    needs = "🔔 VV-2026-0001 đang chờ lãnh đạo Phòng, nhưng chưa liên lạc được lãnh đạo nào. Anh/chị mời ngay một lãnh đạo: /moi"
    await scene.passes(days=1)
    heard = await scene.texts("quan-tri")
    assert (set(heard), len(heard) > 2) == ({needs}, True)
    await db.run(lambda connection: connection.execute(sa.update(CASE_CLOCK).values(state="done")))
    await scene.passes(days=1)
    assert len(await scene.texts("quan-tri")) > len(heard)


async def test_a_reporter_is_asked_content_free_and_only_where_it_is_safe(db: Database, vault: Vault) -> None:
    """Who said that this phone is safe hears that there is news; who said no hears nothing."""
    scene = await Scene.open(db, vault)
    await reports(scene, "8h sáng nay", contact="đừng liên lạc")
    before = len(await scene.letters("ctv"))
    await scene.passes(days=2)
    assert len(await scene.letters("ctv")) == before


async def test_a_reporter_who_may_be_written_to_is_asked_a_few_times(db: Database, vault: Vault) -> None:
    """At 15, 30 and 60 minutes, never what it is about."""
    scene = await Scene.open(db, vault)
    await reports(scene, "8h sáng nay")
    before = len(await scene.letters("ctv"))
    await scene.passes(days=2)
    assert [seen.text for seen in (await scene.letters("ctv"))[before:]] == ["Bạn có tin mới, nhắn XEM."] * 3
    assert "/xacnhan 1" in (await scene.says("ctv", "xem"))[-1].text


async def test_what_a_reporter_claims_is_read_without_their_name(db: Database, vault: Vault) -> None:
    """Whether they may be named is asked elsewhere; an officer who states something is named."""
    scene = await Scene.open(db, vault)
    await reports(scene, "8h sáng nay")
    for said in ("xacnhan 1", "gọi trực ban lúc nãy", "9h30", "1"):
        await scene.says("ctv", said)
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    details = (await scene.says("truc-a", "chitiet 1"))[-1].text
    assert [line for line in details.splitlines() if "📝" in line] == ["📝 Người báo cho biết · 10:00 23/11: gọi trực ban lúc nãy"]


async def test_a_child_is_asked_nothing(db: Database, vault: Vault) -> None:
    """The clocks run; whoever holds that phone hears nothing of them."""
    scene = await Scene.open(db, vault)
    await scene.says("nguoi-la", "xin chào")
    await scene.presses("nguoi-la", "Con là trẻ em")
    assert {"telephone", "written", "plan_of_support"} <= set(await clocks(scene))
    await scene.presses("nguoi-la", "Con không an toàn")
    assert (await clocks(scene))["emergency"].starts_at == START
    before = len(await scene.letters("nguoi-la"))
    await scene.passes(days=3)
    assert len(await scene.letters("nguoi-la")) == before


async def test_a_statement_ends_the_clock_and_is_sealed(db: Database, vault: Vault) -> None:
    """The room learns that it is done, not what was said; stated again the newer one holds, and both are kept."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    incident = await reports(scene, "8h sáng nay")
    scene.clock[0] += timedelta(minutes=30)
    for said in ("xacnhan 1", "1", "Chị Mai gọi, gặp anh Bình", "10h15", "1"):
        await scene.says("phuong", said)
    row = (await clocks(scene))["telephone"]
    assert (row.state, row.stated_at, row.done_at) == ("done", local("2026-11-23 10:15"), scene.clock[0])
    assert row.id not in await pending(scene)
    for said in ("xacnhan 1", "3", "Thật ra chị Lan gọi", "10h20", "1"):
        await scene.says("phuong", said)
    assert (await clocks(scene))["telephone"].stated_at == local("2026-11-23 10:20")
    notes = await scene.rows(CASE_NOTE)
    assert [(note.kind, note.incident) for note in notes] == [("statement", incident)] * 2
    case = (await scene.rows(INCIDENT))[-1]
    words = await scene.db.run(
        lambda db: [scene.engine.vault.open(db, f"submission:{case.submission}", "case_note.body", n.id, n.body).decode() for n in notes]
    )
    assert words == ["Chị Mai gọi, gặp anh Bình", "Thật ra chị Lan gọi"]
    assert not [text for text in await scene.texts("phong-truc") if "Mai" in text or "Lan gọi" in text]
    assert "stated_telephone" in [event.kind for event in await scene.rows(INCIDENT_EVENT)]


async def test_the_approval_begins_when_the_plan_was_submitted(db: Database, vault: Vault) -> None:
    """And a corrected statement moves it."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    await reports(scene, "8h sáng nay")
    scene.clock[0] = local("2026-11-27 10:00")
    for said in ("xacnhan 1", "3", "trình chủ tịch", "hôm nay", "1"):
        await scene.says("phuong", said)
    found = await clocks(scene)
    assert (found["plan_of_support"].state, found["approval"].due_at) == ("done", local("2026-12-02 00:00"))
    for said in ("xacnhan 1", "4", "trình từ hôm kia", "hôm qua", "1"):
        await scene.says("phuong", said)
    assert (await clocks(scene))["approval"].due_at == local("2026-12-01 00:00")


async def test_a_taken_case_always_has_a_live_timer(db: Database, vault: Vault) -> None:
    """Rule 6: clocks remind while they run; when all are stated the morning reminder speaks."""
    scene = await Scene.open(db, vault)
    incident = await reports(scene, "8h sáng nay")
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    await scene.says("truc-a", "xong 1")
    await act(scene, lambda w: w.db.execute(sa.update(CASE_CLOCK).values(state="done", stated_at=w.now)))
    for _ in range(5):
        await scene.passes(days=1)
        assert incident in await pending(scene, "follow_up")
    morning = [seen.text for seen in await scene.letters("truc-a") if seen.row.purpose == "follow_up"]
    assert len(morning) == 5
    assert morning[0].startswith("📌 VV-2026-0001: anh/chị đang giữ, chưa kết thúc.")


async def test_closing_voids_what_runs_and_reopening_brings_it_back(db: Database, vault: Vault) -> None:
    """A stated one stays as it is; nobody is reminded of a closed case."""
    scene = await Scene.open(db, vault)
    incident = await reports(scene, "8h sáng nay")
    telephone = CASE_CLOCK.c.kind == "telephone"
    await act(scene, lambda w: w.db.execute(sa.update(CASE_CLOCK).where(telephone).values(state="done", stated_at=w.now)))
    await act(scene, lambda w: void_clocks(w, incident))
    assert {kind: row.state for kind, row in (await clocks(scene)).items()} == {
        "telephone": "done", "written": "void", "plan_of_support": "void",
    }  # fmt: skip
    assert await pending(scene) & {row.id for row in (await clocks(scene)).values() if row.state == "void"} == set()
    await act(scene, lambda w: follow(w, load_case(w.db, incident)))
    found = await clocks(scene)
    assert {kind: row.state for kind, row in found.items()} == {"telephone": "done", "written": "running", "plan_of_support": "running"}
    assert {found["written"].id, found["plan_of_support"].id} <= await pending(scene)


async def test_a_case_from_before_there_were_clocks_gets_them(db: Database, vault: Vault) -> None:
    """Open or taken, within the hour; an exercise and a case whose answers open no more stop nobody."""
    scene = await Scene.open(db, vault)
    for _ in range(4):
        await scene.says("ctv", "báo cáo")
        await scene.says("ctv", "đang nguy hiểm")
        await scene.says("ctv", "huỷ")
        await scene.says("ctv", "1")
    lost, opened, taken, drill = [str(row.id) for row in await scene.rows(INCIDENT)]

    def as_before(w: Writing) -> None:
        w.db.execute(sa.delete(CASE_CLOCK))
        w.db.execute(sa.delete(TIMER).where(TIMER.c.kind == "clock"))
        w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == taken).values(status="taken"))
        w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == drill).values(drill=True))
        w.db.execute(sa.update(ANSWER).where(ANSWER.c.submission == load_case(w.db, lost).submission).values(value=b"lost"))

    await act(scene, as_before)
    for _ in range(2):
        await scene.db.run(partial(stay_on_duty, engine=scene.engine))
        rows = await scene.rows(CASE_CLOCK)
        assert {row.incident for row in rows} == {opened, taken}
        assert await pending(scene) == {row.id for row in rows}
        assert all(row.due_at == START + timedelta(hours=12) for row in rows if row.kind == "emergency")


async def test_an_exercise_has_no_legal_clocks(db: Database, vault: Vault) -> None:
    """Nothing is owed for a child that is not there."""
    scene = await Scene.open(db, vault)
    incident = await reports(scene, "8h sáng nay")
    await act(scene, lambda w: w.db.execute(sa.delete(CASE_CLOCK)))
    await act(scene, lambda w: w.db.execute(sa.update(INCIDENT).values(drill=True)))
    await act(scene, lambda w: follow(w, load_case(w.db, incident)))
    assert await clocks(scene) == {}


async def test_what_an_officer_states_is_nowhere_in_the_rows(db: Database, vault: Vault) -> None:
    """Rule 8: sealed under the submission's key."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    await reports(scene, "8h sáng nay")
    scene.clock[0] += timedelta(minutes=30)
    for said in ("xacnhan 1", "1", "Chữ không ai được đọc", "10h15", "1"):
        await scene.says("phuong", said)
    rows = [tuple(row) for table in (CASE_CLOCK, CASE_NOTE, INCIDENT, INCIDENT_EVENT) for row in await scene.rows(table)]
    assert "Chữ không ai" not in json.dumps(rows, default=lambda value: value.decode("latin1") if isinstance(value, bytes) else str(value))
