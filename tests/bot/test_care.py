"""What becomes of a case that somebody holds, on both engines: at every moment it has one holder or a living ladder, and nobody is left waiting."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.apply.incidents import Stale
from bot.database import Database
from bot.training import ROOM_CHAT
from bot.vault import Vault
from models.clock import CASE_CLOCK, ClockState
from models.commands import CutAccount, Restrict, UpdateIncident
from models.incident import CASE_NOTE, INCIDENT, INCIDENT_EVENT, Status
from models.letter import LETTER, LetterState
from models.people import ACCOUNT
from models.talk import Lane
from models.timer import TIMER
from tests.bot.cases import applied
from tests.driver import NO_BUTTONS, Scene


async def taken(scene: Scene, by: str = "truc-a") -> str:
    """A case in danger that somebody has taken; returns its id."""
    await scene.says("ctv", "bao cao")
    await scene.says("ctv", "dang nguy hiem")
    await scene.says(by, "nhan 1")
    return str((await scene.rows(INCIDENT))[-1].id)


async def case(scene: Scene) -> Any:
    return (await scene.rows(INCIDENT))[-1]


async def events(scene: Scene) -> list[str]:
    return [row.kind for row in await scene.rows(INCIDENT_EVENT)]


async def timers(scene: Scene, incident: str) -> set[str]:
    return {row.kind for row in await scene.rows(TIMER, TIMER.c.subject == incident, TIMER.c.fired_at.is_(None))}


async def holder(scene: Scene) -> str:
    """The name on the newest state of the card."""
    text = (await scene.says("lanh-dao", "vuviec"))[-1].text
    return next((name for name in ("Cán bộ trực A", "Cán bộ trực B", "Cán bộ phường", "ANH/CHỊ") if name in text), "")


async def one_holder_or_a_living_ladder(scene: Scene) -> None:
    """The invariant of this file."""
    for row in await scene.rows(INCIDENT):
        live = await timers(scene, row.id)
        match row.status:
            case Status.OPEN:
                assert (row.taken_by, row.taken_at, row.promise, row.promise_by, row.offered_to) == (None, None, "", None, None)
                assert live & {"ladder", "promise", "offer", "follow_up"} == {"ladder"}
            case Status.TAKEN:
                assert row.taken_by is not None
                assert row.taken_at is not None
                assert "ladder" not in live
                assert "follow_up" in live
                assert ("promise" in live) is (row.promise != "kept")
                assert ("offer" in live) is (row.offered_to is not None)
                assert row.offered_to != row.taken_by
            case Status.CLOSED:
                assert (row.closed_reason != "", row.closed_by is not None) == (True, True)
                assert live == set()


# --- promises ---------------------------------------------------------------------------------------------------------


async def test_silence_after_taking_opens_the_ladder_again(db: Database, vault: Vault) -> None:
    """Ten minutes, one question, five more for khẩn cấp: the room sees it, kindly, with a card that can be taken."""
    scene = await Scene.open(db, vault)
    incident = await taken(scene)
    await scene.passes(minutes=10)
    assert "chưa cho biết sẽ làm gì trước" in (await scene.last("truc-a")).text
    await scene.passes(minutes=5)
    card = [seen for seen in await scene.letters("phong-truc") if seen.kind == "say" and seen.buttons][-1]
    assert card.text.startswith("🔔 VV-2026-0001: người nhận có thể đang bận, chưa thấy trả lời. Nhờ một anh/chị khác nhận giúp.")
    assert "Cán bộ trực A" not in card.text
    assert "Tôi tiếp nhận" in card.buttons
    assert "released_promise" in await events(scene)
    assert "ladder" in await timers(scene, incident)
    await one_holder_or_a_living_ladder(scene)
    await scene.says("truc-a", "nhan 1")
    assert (await case(scene)).status == Status.TAKEN


async def test_an_answer_without_an_hour_is_an_answer(db: Database, vault: Vault) -> None:
    """To the one question too: the minutes for the hour begin anew, then it is the plan's, and nobody else is called meanwhile."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.passes(minutes=12)
    await scene.says("truc-a", "tôi đang gọi công an phường")
    await scene.passes(minutes=9)
    row = await case(scene)
    assert (row.status, row.promise, row.promise_by) == (Status.TAKEN, "typed", None)
    await scene.passes(minutes=1)
    assert (await scene.last("truc-a")).text == "VV-2026-0001: chưa rõ giờ hẹn, nên Báo Ngay sẽ hỏi lại lúc 10:52 23/11."
    assert "released_promise" not in await events(scene)
    await one_holder_or_a_living_ladder(scene)


async def test_a_new_report_is_not_swallowed_as_a_promise(db: Database, vault: Vault) -> None:
    """The holder of one case sees the next: nothing is noted with the first, and a report is one tap away."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    answer = await scene.says("truc-a", "8h tối nay có người đánh một cháu bé ở ngõ 5 phố Sài Đồng")
    assert "Về vụ anh/chị đang giữ, gõ:" in answer[-1].text
    assert ((await case(scene)).promise, await scene.rows(CASE_NOTE)) == ("", [])
    await scene.presses("truc-a", "Báo cáo vụ việc")
    await scene.says("truc-a", "đang nguy hiểm")
    assert len(await scene.rows(INCIDENT)) == 2
    await one_holder_or_a_living_ladder(scene)


async def test_a_kept_promise_leaves_the_case_with_its_holder(db: Database, vault: Vault) -> None:
    """Asked when its time has come, answered in plain words; then the reminders of the written report go on."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    incident = await taken(scene)
    await scene.says("truc-a", "15 phút nữa tôi gọi lại")
    await scene.passes(minutes=15)
    assert "Đã xong chưa?" in (await scene.last("truc-a")).text
    await scene.says("truc-a", "rồi")
    await scene.passes(hours=5)
    row = await case(scene)
    assert (row.status, row.promise, row.promise_by) == (Status.TAKEN, "kept", None)
    assert await timers(scene, incident) == {"follow_up"}


async def test_more_time_is_given_once(db: Database, vault: Vault) -> None:
    """The timer remembers it over the question and over a restart, because it is a row."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.presses("truc-a", "Gọi lại người báo")
    await scene.passes(minutes=15)
    await scene.presses("truc-a", "Cần thêm giờ")
    await scene.presses("truc-a", "Đến nơi trong 1 giờ")
    assert (await case(scene)).promise == "den_noi"
    await scene.passes(minutes=60)
    answer = await scene.says("truc-a", "hua 1 30 phút")
    assert "đã dời hẹn một lần" in answer[-1].text
    await scene.passes(minutes=5)
    assert (await case(scene)).status == Status.OPEN


async def test_what_was_promised_is_kept_sealed(db: Database, vault: Vault) -> None:
    """In their own words, with the case, for whoever holds it next; nowhere in plain text, and never in the room."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.says("truc-a", "hua 1 30 phút nữa tôi qua nhà bé Bống ngõ 12")
    notes = await scene.rows(CASE_NOTE)
    assert [row.kind for row in notes] == ["promise"]
    assert "Bống".encode() not in notes[0].body
    await scene.says("truc-a", "tralai 1 con ốm")
    await scene.says("truc-b", "nhan 1")
    details = (await scene.says("truc-b", "chitiet 1"))[-1].text
    assert "📝 Lời hẹn · 10:00 23/11 · Cán bộ trực A: 30 phút nữa tôi qua nhà bé Bống ngõ 12" in details
    assert "📝 Trả lại · 10:00 23/11 · Cán bộ trực A: con ốm" in details
    assert not any("Bống" in text or "con ốm" in text for text in await scene.texts("phong-truc"))


async def test_answered_questions_lose_their_buttons(db: Database, vault: Vault) -> None:
    """A promise that was given cannot be given again from an old letter."""
    scene = await Scene.open(db, vault)
    incident = await taken(scene)
    question = next(seen for seen in await scene.letters("truc-a") if seen.row.purpose == "promise")
    await scene.says("truc-a", "hua 1 15 phút")
    assert await scene.rows(LETTER, LETTER.c.purpose == "promise", LETTER.c.about == incident, LETTER.c.retired.is_(False)) == []
    answer = await scene.presses_data("truc-a", question.data("Đến nơi trong 1 giờ"))
    assert answer[-1].text == "VV-2026-0001: đã ghi lời hẹn, trước 10:15 23/11."


# --- handing over -----------------------------------------------------------------------------------------------------


async def test_a_case_is_handed_over_only_with_a_yes(db: Database, vault: Vault) -> None:
    """Until then it is the holder's; then the card names the new one, who is asked for a promise."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.says("truc-a", "chuyen 1")
    await scene.presses("truc-a", "Cán bộ trực B")
    assert await holder(scene) == "Cán bộ trực A"
    await one_holder_or_a_living_ladder(scene)
    accepted = await scene.presses("truc-b", "Tôi đồng ý nhận")
    assert "⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:00 23/11" in "".join(one.text for one in accepted)
    assert await holder(scene) == "Cán bộ trực B"
    assert "đang giữ VV-2026-0001" in (await scene.last("truc-a")).text
    edit = [seen for seen in await scene.letters("phong-truc") if seen.kind == "edit"][-1]
    assert "Cán bộ trực B" in edit.text
    await one_holder_or_a_living_ladder(scene)
    assert "handed_over" in await events(scene)


async def test_an_offer_that_nobody_answers_lapses(db: Database, vault: Vault) -> None:
    """After five minutes for khẩn cấp: the holder is told, the offer can no longer be accepted."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    await taken(scene)
    await scene.says("truc-a", "hua 1 2 tiếng")
    await scene.says("truc-a", "chuyen 1 trực b")
    await scene.passes(minutes=5)
    assert "chưa có ai trả lời đề nghị chuyển" in (await scene.last("truc-a")).text
    answer = await scene.says("truc-b", "đồng ý 1")
    assert answer[-1].text.startswith("Đề nghị đó không còn nữa. Đã có anh/chị Cán bộ trực A tiếp nhận")
    await one_holder_or_a_living_ladder(scene)


async def test_cutting_an_account_ends_what_was_offered_to_it(db: Database, vault: Vault) -> None:
    """The holder keeps it and is told."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.says("truc-a", "chuyen 1 phường")
    person = (await case(scene)).offered_to
    assert person is None  # of another ward: nobody of that name may take it
    await scene.presses("ctv", "Phường Ngọc Lâm")
    await scene.says("truc-a", "chuyen 1 cán bộ phường")
    person = (await case(scene)).offered_to
    assert person is not None
    await _cut(scene, person)
    assert (await case(scene)).offered_to is None
    assert "chưa có ai trả lời đề nghị chuyển" in (await scene.last("truc-a")).text
    await one_holder_or_a_living_ladder(scene)


async def _cut(scene: Scene, person: str) -> None:
    from bot.apply.people import cut_account
    from bot.conversations import open_talk
    from bot.writing import Writing
    from models.commands import CutAccount
    from models.talk import Kind

    def cut(connection: sa.Connection) -> None:
        incoming = scene.incoming("truc-b", Kind.TEXT, text="x")
        talk = open_talk(connection, scene.engine, incoming)
        writing = Writing(connection, scene.engine, incoming, talk, scene.facts(talk))
        cut_account(writing, CutAccount(person))
        writing.flush()

    await scene.db.run(cut)


async def test_a_restricted_case_lets_go_of_promise_and_offer(db: Database, vault: Vault) -> None:
    """It is the leader's alone: whoever was asked is asked no more."""
    scene = await Scene.open(db, vault)
    await scene.says("ctv", "báo cáo")
    for label in ("TẠM AN TOÀN", "Bạo lực hoặc xâm hại", "Bạo lực", "Cha", "Có"):
        await scene.presses("ctv", label)
    await scene.passes(minutes=20)
    await scene.says("truc-a", "nhan 1")
    await scene.says("truc-a", "chuyen 1 trực b")
    await scene.presses("ctv", "Có")
    row = await case(scene)
    assert (row.restricted, row.status) == (True, Status.OPEN)
    await one_holder_or_a_living_ladder(scene)
    assert "Không có vụ này" in (await scene.says("truc-b", "dong y 1"))[-1].text


# --- closing ----------------------------------------------------------------------------------------------------------


async def test_closing_names_and_strikes_off_what_still_runs(db: Database, vault: Vault) -> None:
    """Only after a yes; a card without buttons; news without content; no timer is left."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.says("truc-b", "dong 1")
    await scene.presses("truc-b", "Đã can thiệp xong")
    asked = await scene.presses("truc-b", "Không ghi thêm")
    assert asked[0].text.splitlines()[:2] == ["Còn 3 việc chưa xong:", "☎ Báo ngay bằng điện thoại: chưa có xác nhận"]
    assert (await case(scene)).status == Status.TAKEN
    await scene.presses_data("truc-b", asked[0].data("yes"))
    row = await case(scene)
    assert (row.status, row.closed_reason) == (Status.CLOSED, "an_toan")
    assert {clock.state for clock in await scene.rows(CASE_CLOCK)} == {ClockState.VOID}
    assert await scene.rows(TIMER, TIMER.c.kind == "clock", TIMER.c.fired_at.is_(None)) == []
    edit = [seen for seen in await scene.letters("phong-truc") if seen.kind == "edit"][-1]
    assert (edit.text.splitlines()[-1], edit.buttons) == ("✔ Đã kết thúc", {})
    assert (await scene.last("ctv")).text == "Bạn có tin mới, nhắn XEM."
    assert "Cán bộ trực B đã đóng VV-2026-0001" in (await scene.last("truc-a")).text
    await one_holder_or_a_living_ladder(scene)


async def test_a_press_after_closing_hears_that_it_is_closed(db: Database, vault: Vault) -> None:
    """Whatever card somebody still has before their eyes."""
    scene = await Scene.open(db, vault)
    incident = await taken(scene)
    await close(scene)
    for data in (f"0.take:{incident}", f"0.keep:{incident}.done.0", f"0.promise:{incident}.1.0", f"0.accept:{incident}.0"):
        answer = await scene.presses_data("truc-b", data)
        assert answer[-1].text == "VV-2026-0001 đã kết thúc."
    await one_holder_or_a_living_ladder(scene)


async def close(scene: Scene, by: str = "truc-a") -> None:
    for said in ("dong 1", "1", "không", "có"):
        await scene.says(by, said)


async def test_a_case_is_opened_again_and_called(db: Database, vault: Vault) -> None:
    """A ring, not an edit; the reporter gets no letter, and the true state when they ask: a second "news" about nothing new would only frighten."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await close(scene)
    letters = len(await scene.letters("ctv"))
    await scene.says("truc-b", "molai 1 người nhà gọi lại")
    card = [seen for seen in await scene.letters("phong-truc") if seen.kind == "say"][-1]
    assert card.text.startswith("🔔 VV-2026-0001 được mở lại, rất cần một anh/chị nhận.")
    assert "⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:00 23/11" in card.text  # what was struck off runs again
    assert len(await scene.letters("ctv")) == letters
    assert "chưa có người nhận" in (await scene.says("ctv", "xem"))[-1].text
    await one_holder_or_a_living_ladder(scene)


# --- two at once ------------------------------------------------------------------------------------------------------


async def turns(scene: Scene, *said: tuple[str, str]) -> None:
    """At the same time; who decided on a state that is no more fails whole and is heard again, as bot.hearing does."""

    async def one(person: str, text: str) -> None:
        for _ in range(5):
            try:
                await scene.says(person, text)
            except Stale:
                continue
            return
        raise AssertionError("never heard")

    await asyncio.gather(*(one(person, text) for person, text in said))


@pytest.mark.parametrize("order", range(2))
async def test_handing_over_while_it_is_taken_over(db: Database, vault: Vault, order: int) -> None:
    """One of the two wins; the other hears who has it."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.says("truc-a", "chuyen 1 trực b")
    both = (("truc-b", "dong y 1"), ("lanh-dao", "nhanthay 1 đổi ca"))
    await turns(scene, *(both if order else both[::-1]))
    row = await case(scene)
    assert row.status == Status.TAKEN
    moved = [kind for kind in await events(scene) if kind in {"handed_over", "taken_over"}]
    assert moved in (["taken_over"], ["handed_over", "taken_over"])  # the leader may take it over from the new holder too
    await one_holder_or_a_living_ladder(scene)


async def test_closing_while_it_is_given_back(db: Database, vault: Vault) -> None:
    """Either it is closed, or it is called again; never both, never neither."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    for said in ("dong 1", "1"):
        await scene.says("truc-b", said)
    await turns(scene, ("truc-b", "không"), ("truc-a", "tralai 1 bận"))
    row = await case(scene)
    assert row.status in {Status.OPEN, Status.CLOSED}
    moved = [kind for kind in await events(scene) if kind in {"closed", "released"}]
    assert len(moved) == 1
    await one_holder_or_a_living_ladder(scene)


async def test_ten_yeses_are_one(db: Database, vault: Vault) -> None:
    """The same finger ten times."""
    scene = await Scene.open(db, vault)
    await taken(scene)
    await scene.says("truc-a", "chuyen 1 trực b")
    await turns(scene, *[("truc-b", "dongy 1")] * 10)
    assert (await events(scene)).count("handed_over") == 1
    await one_holder_or_a_living_ladder(scene)


# --- whatever people do -----------------------------------------------------------------------------------------------


SAID = (
    "nhan 1", "hua 1 1", "hua 1 20 phút", "hua 1 tôi đi", "xong 1", "chuyen 1 trực b", "chuyen 1 trực a", "chuyen 1 lãnh đạo", "dongy 1",
    "tuchoi 1", "tralai 1 bận", "tralai 1", "1", "2", "không", "nhanthay 1 đổi ca", "dong 1", "huỷ", "molai 1 còn việc", "rồi", "chưa",
    "vuviec", "30 phút nữa", "chitiet 1",
)  # fmt: skip
PEOPLE = ("truc-a", "truc-b", "lanh-dao", "phuong")


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_said_a_case_has_one_holder_or_a_living_ladder(db: Database, vault: Vault, seed: int) -> None:
    """Random people say random things and time passes; after each word the invariant holds, and at the end nothing is stuck."""
    scene, dice = await Scene.open(db, vault, capabilities=NO_BUTTONS), random.Random(seed)
    await scene.says("ctv", "bao cao")
    await scene.says("ctv", "dang nguy hiem")
    for _ in range(60):
        if dice.random() < 0.15:
            await scene.passes(minutes=dice.choice((3, 10, 40)))
        else:
            await scene.says(dice.choice(PEOPLE), dice.choice(SAID), dice.choice(("", "", "", "phong-truc")))
        await one_holder_or_a_living_ladder(scene)
    stuck = await scene.rows(LETTER, LETTER.c.state == LetterState.ATTEMPTED)
    assert stuck == []


# --- told by telephone --------------------------------------------------------------------------------------------------


async def test_a_case_told_by_telephone_is_called_and_counted_from_its_hour(db: Database, vault: Vault) -> None:
    """Danger rings at once; there is no reporter, no chat to write to, and whoever wrote it down gets no letters about it."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    for said in ("ghi nhận", "1", "8h15 sáng nay", "1"):
        await scene.says("truc-a", said)
    row = await case(scene)
    assert (row.came_by, row.source, row.reporter, row.conversation) == ("phone", "citizen", None, "")
    assert row.received_at == scene.clock[0] - timedelta(hours=1, minutes=45)
    assert "Nguồn: điện thoại, cán bộ ghi nhận" in (await scene.texts("phong-truc"))[-1]
    await scene.says("truc-b", "nhan 1")
    await scene.passes(minutes=3)
    assert not any("XEM" in text for text in await scene.texts("truc-a"))
    assert "Anh/chị chưa báo vụ nào" not in (await scene.says("truc-a", "vuviec"))[-1].text


async def test_the_scribe_goes_on_and_adds_later(db: Database, vault: Vault) -> None:
    """What they wrote is read back to them while they write, and may be added to by any officer with the right."""
    scene = await Scene.open(db, vault)
    for said in (
        "ghi nhận",
        "2",
        "bây giờ",
        "2",
        "1",
        "1",
        "1",
        "1",
        "1",
        "Bồ Đề",
        "5",
        "số 8",
        "hôm qua",
        "nghe cháu khóc",
        "không có ảnh",
    ):
        await scene.says("truc-a", said)
    for said in ("2", "0911 222 333", "1", "Bà Năm"):
        await scene.says("truc-a", said)
    review = (await scene.last("truc-a")).text
    assert "nghe cháu khóc" in review
    sent = await scene.says("truc-a", "gửi")
    assert sent[-1].text.startswith("✅ Đã gửi. Mã vụ việc: VV-2026-0001\nTiếp nhận lúc 10:00 23/11: 12 giờ tính từ lúc đó.")
    await scene.says("truc-b", "nhan 1")
    details = "\n".join(seen.text for seen in await scene.says("truc-b", "chitiet 1"))
    assert "Nguồn: tổng đài 111, cán bộ ghi nhận" in details
    assert "📞 Gọi lại: 0911222333" in details
    assert "Người báo: Bà Năm" in details
    assert "VV-2026-0001" in (await scene.says("truc-b", "bosung 1"))[0].text


# --- worse than it was ------------------------------------------------------------------------------------------------


async def quiet(scene: Scene) -> None:
    """A report that is not urgent, told and taken."""
    for words in ("báo cáo", "tạm an toàn", "tai nạn thương tích"):
        await scene.says("ctv", words)
    await scene.passes(minutes=21)
    await scene.says("truc-a", "nhan 1")


async def in_danger(scene: Scene) -> None:
    (case,) = await scene.rows(INCIDENT)
    await applied(scene, UpdateIncident(case.id, {"severity": "khan_cap", "danger": "danger"}))


async def test_a_closed_case_that_becomes_urgent_is_open_again_and_rings(db: Database, vault: Vault) -> None:
    """The reporter is told that the division knows: so it must."""
    scene = await Scene.open(db, vault)
    await quiet(scene)
    await scene.db.run(lambda connection: connection.execute(sa.update(INCIDENT).values(status=Status.CLOSED, closed_reason="khac")))
    await in_danger(scene)
    (case,) = await scene.rows(INCIDENT)
    assert (case.status, case.taken_by, case.closed_reason) == (Status.OPEN, None, "")
    rung = [seen for seen in await scene.letters(ROOM_CHAT) if seen.kind == "say" and seen.row.purpose == "card"][-1]
    assert "đã đóng" in rung.text.splitlines()[0]
    assert [row.kind for row in await scene.rows(TIMER, TIMER.c.subject == case.id, TIMER.c.kind == "ladder", TIMER.c.fired_at.is_(None))]


async def test_a_closed_case_that_turns_out_to_be_about_the_network_goes_to_the_leader(db: Database, vault: Vault) -> None:
    """Whoever closed it may be the one it is about."""
    scene = await Scene.open(db, vault)
    await quiet(scene)
    await scene.db.run(lambda connection: connection.execute(sa.update(INCIDENT).values(status=Status.CLOSED, closed_reason="khac")))
    (case,) = await scene.rows(INCIDENT)
    await applied(scene, Restrict(case.id))
    (case,) = await scene.rows(INCIDENT)
    assert (case.status, case.restricted) == (Status.OPEN, True)
    assert "VV-2026-0001" in (await scene.last("lanh-dao")).text
    assert not [seen for seen in await scene.letters(ROOM_CHAT) if seen.kind == "say" and "đã đóng" in seen.text]


async def test_whoever_holds_a_case_that_becomes_urgent_is_asked_anew(db: Database, vault: Vault) -> None:
    """At once, and what they promised for tomorrow holds no more."""
    scene = await Scene.open(db, vault)
    await quiet(scene)
    await scene.says("truc-a", "hua 1 8h sáng mai")
    await in_danger(scene)
    (case,) = await scene.rows(INCIDENT)
    asked = [seen for seen in await scene.letters("truc-a") if seen.row.purpose == "promise"][-1]
    assert (case.status, case.promise_by, asked.row.lane) == (Status.TAKEN, None, Lane.URGENT)
    assert "nặng hơn trước" in asked.text


async def test_what_a_cut_account_held_rings(db: Database, vault: Vault) -> None:
    """On a card of its own that says why, not as an edit."""
    scene = await Scene.open(db, vault)
    await quiet(scene)
    (account,) = await scene.rows(ACCOUNT, ACCOUNT.c.chat == "truc-a")
    before = len([seen for seen in await scene.letters(ROOM_CHAT) if seen.kind == "say"])
    await applied(scene, CutAccount(account.person))
    rung = [seen for seen in await scene.letters(ROOM_CHAT) if seen.kind == "say"]
    assert len(rung) == before + 1
    assert "cần người nhận" in rung[-1].text


async def test_a_restricted_case_that_becomes_worse_is_in_no_room(db: Database, vault: Vault) -> None:
    """Also where the leader who holds it cannot be reached."""
    scene = await Scene.open(db, vault)
    await quiet(scene)
    (leader,) = await scene.rows(ACCOUNT, ACCOUNT.c.chat == "lanh-dao")
    held = {"restricted": True, "taken_by": leader.person}
    await scene.db.run(lambda connection: connection.execute(sa.update(INCIDENT).values(**held)))
    await scene.db.run(
        lambda connection: connection.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == leader.id).values(gone_at=scene.clock[0]))
    )
    before = {seen.id for seen in await scene.letters(ROOM_CHAT)}
    await in_danger(scene)
    assert [seen.text for seen in await scene.letters(ROOM_CHAT) if seen.id not in before and "nặng hơn" in seen.text] == []
