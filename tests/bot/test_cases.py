"""Cases: rules 5 to 7, on both engines, from what people say to what rows and letters hold."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.letter import LETTER
from models.service import AUDIT
from models.timer import TIMER
from tests.driver import NO_BUTTONS, Scene


async def danger(scene: Scene, person: str = "ctv") -> str:
    """Somebody reports a child in danger; returns the incident's id."""
    await scene.says(person, "báo cáo")
    await scene.presses(person, "ĐANG NGUY HIỂM")
    return str((await scene.rows(INCIDENT))[-1].id)


async def test_danger_calls_the_room_at_once(db: Database, vault: Vault) -> None:
    """One tap after "báo cáo" the duty room has a card, before anything else is known."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    card = await scene.last("phong-truc")
    assert "KHẨN CẤP" in card.text
    assert "chưa ai nhận" in card.text.casefold()
    assert {"Tôi tiếp nhận", "Xem chi tiết"} == set(card.buttons)


async def test_the_ward_is_called_as_soon_as_the_place_is_known(db: Database, vault: Vault) -> None:
    """It owns the first twelve hours (NĐ 56/2017 Điều 26, 31)."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    assert await scene.letters("phuong") == []
    await scene.presses("ctv", "Phường Ngọc Lâm")
    assert "Ngọc Lâm" in (await scene.last("phuong")).text


async def test_one_of_many_presses_wins(db: Database, vault: Vault) -> None:
    """Rule 5: one conditional UPDATE decides; everybody else hears kindly who it was."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await asyncio.gather(*(scene.presses(person, "Tôi tiếp nhận", "phong-truc") for person in ("truc-a", "truc-b") * 5))
    taken = [row for row in await scene.rows(INCIDENT_EVENT) if row.kind == "taken"]
    assert len(taken) == 1
    toasts = [seen.text for seen in await scene.letters("phong-truc") if seen.kind == "toast"]
    assert len(toasts) == 10
    assert all("VV-2026-0001" in text or "10:00" in text for text in toasts)


async def test_a_whole_code_is_the_case_of_its_own_year(db: Database, vault: Vault) -> None:
    """After New Year the numbers begin anew: whoever types a case of last year gets that one, and the short number is the newest."""
    scene = await Scene.open(db, vault)
    last_year = await danger(scene)
    await scene.says("ctv", "huỷ")
    await scene.says("ctv", "1")
    scene.clock[0] = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    this_year = await danger(scene)
    await scene.says("truc-a", "nhan VV-2026-0001")
    await scene.says("truc-b", "nhan 1")
    taken = [(row.incident, row.kind) for row in await scene.rows(INCIDENT_EVENT) if row.kind == "taken"]
    assert taken == [(last_year, "taken"), (this_year, "taken")]


async def test_a_short_number_is_rather_the_case_that_still_waits(db: Database, vault: Vault) -> None:
    """Cards of December say "nhan 1": in January that is not a case of the new year that is done with."""
    scene = await Scene.open(db, vault)
    last_year = await danger(scene)
    await scene.says("ctv", "huỷ")
    await scene.says("ctv", "1")
    scene.clock[0] = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    this_year = await danger(scene)
    await db.run(lambda connection: connection.execute(sa.update(INCIDENT).where(INCIDENT.c.id == this_year).values(status=Status.CLOSED)))
    await scene.says("truc-a", "nhan 1")
    taken = [row.incident for row in await scene.rows(INCIDENT_EVENT) if row.kind == "taken"]
    assert taken == [last_year]


async def test_the_card_tells_who_took_the_case_and_when(db: Database, vault: Vault) -> None:
    """The card is edited, its "take" is gone, the reporter is told without content."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    edit = [seen for seen in await scene.letters("phong-truc") if seen.kind == "edit"][-1]
    assert "Cán bộ trực A" in edit.text
    assert "10:00" in edit.text
    assert list(edit.buttons) == ["Xem chi tiết"]
    news = (await scene.last("ctv")).text
    assert "XEM" in news
    assert "VV-" not in news


async def test_a_typed_number_takes_a_case_too(db: Database, vault: Vault) -> None:
    """ "nhan 1" does what the button does, where there are no buttons."""
    scene = await Scene.open(db, vault, capabilities=NO_BUTTONS)
    await danger_typed(scene)
    await scene.says("truc-b", "nhan 1", "phong-truc")
    row = (await scene.rows(INCIDENT))[0]
    assert (row.status, row.taken_at) == (Status.TAKEN, scene.clock[0])


async def danger_typed(scene: Scene) -> None:
    await scene.says("ctv", "bao cao")
    await scene.says("ctv", "dang nguy hiem")


async def test_a_case_that_nobody_takes_is_called_again_without_end(db: Database, vault: Vault) -> None:
    """Rule 6: after 3, 5, 10, 20 minutes… and at three in the morning, there is always a next timer."""
    scene = await Scene.open(db, vault)
    incident = await danger(scene)
    for minutes, calls in ((3, 2), (5, 3), (10, 4), (20, 5)):
        await scene.passes(minutes=minutes)
        cards = [seen for seen in await scene.letters("phong-truc") if seen.kind == "say" and seen.row.purpose == "card"]
        assert len(cards) == calls
    await scene.passes(days=3)
    ladder = [row for row in await scene.rows(TIMER, TIMER.c.subject == incident, TIMER.c.fired_at.is_(None)) if row.kind == "ladder"]
    assert len(ladder) == 1
    assert ladder[0].due_at - scene.clock[0] <= timedelta(hours=1)
    assert len([seen for seen in await scene.letters("phong-truc") if seen.kind == "say"]) > 70


async def test_an_earlier_card_loses_its_buttons_when_the_case_is_called_again(db: Database, vault: Vault) -> None:
    """Only the newest card can be pressed; a press on an older one still gets the true state."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    first = await scene.last("phong-truc")
    await scene.passes(minutes=3)
    superseded = [seen for seen in await scene.letters("phong-truc") if seen.kind == "edit"]
    assert [(seen.row.target, seen.buttons) for seen in superseded] == [(first.id, {})]
    assert "chưa ai nhận" not in superseded[0].text.casefold()
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    answer = await scene.presses_data("truc-b", first.data("Tôi tiếp nhận"), "phong-truc")
    assert "Cán bộ trực A" in answer[-1].text


async def test_every_open_case_has_a_next_timer_at_every_step(db: Database, vault: Vault) -> None:
    """Rule 6, after each message of a whole report and after it was taken."""
    scene = await Scene.open(db, vault)
    await scene.says("ctv", "báo cáo")
    for said in ("2", "1", "1", "1", "1", "1", "1", "to 5", "ngõ 12", "hôm qua", "cháu bị đánh", "bỏ qua"):
        await scene.says("ctv", said)
        await never_silent(scene)
    await scene.passes(minutes=45)
    await never_silent(scene)


async def never_silent(scene: Scene) -> None:
    for row in await scene.rows(INCIDENT, INCIDENT.c.status != Status.CLOSED):
        subjects = {row.id, row.submission}
        assert await scene.rows(TIMER, TIMER.c.fired_at.is_(None), TIMER.c.subject.in_(subjects)), f"{row.status} and no timer"


async def test_a_report_left_lying_is_told_to_the_room(db: Database, vault: Vault) -> None:
    """Ten minutes: one nudge without content. Ten more: the room has it, marked as unfinished."""
    scene = await Scene.open(db, vault)
    await scene.says("ctv", "báo cáo")
    await scene.presses("ctv", "TẠM AN TOÀN")
    await scene.presses("ctv", "Bạo lực hoặc xâm hại")
    await scene.passes(minutes=10)
    nudge = (await scene.last("ctv")).text
    assert "TIẾP TỤC" in nudge.upper()
    assert "bạo lực" not in nudge.casefold()
    assert await scene.letters("phong-truc") == []
    await scene.passes(minutes=10)
    assert "dở" in (await scene.last("phong-truc")).text
    assert (await scene.rows(INCIDENT))[0].unfinished is True


async def test_a_cancelled_report_is_told_to_the_room(db: Database, vault: Vault) -> None:
    """Cancelling asks once, and erases nothing."""
    scene = await Scene.open(db, vault)
    await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "tạm an toàn")
    await scene.says("ctv", "1")
    await scene.says("ctv", "huỷ")
    assert await scene.letters("phong-truc") == []
    await scene.says("ctv", "1")
    assert "VV-2026-0001" in (await scene.last("phong-truc")).text


async def test_details_go_to_the_private_chat_and_the_look_is_recorded(db: Database, vault: Vault) -> None:
    """Rule 7: one-to-one, to a person with the right; the room sees nothing of it."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("ctv", "Phường Ngọc Lâm")
    await scene.says("ctv", "ngõ Cây Gạo")
    await scene.presses("truc-a", "Xem chi tiết", "phong-truc")
    details = " ".join(await scene.texts("truc-a"))
    assert "ngõ Cây Gạo" in details
    assert "Cây Gạo" not in " ".join(await scene.texts("phong-truc"))
    assert [row.action for row in await scene.rows(AUDIT)] == ["look_details"]
    protected = [seen for seen in await scene.letters("truc-a") if "Cây Gạo" in seen.text]
    assert all(seen.row.protect for seen in protected)


async def test_details_are_taken_back_after_a_day(db: Database, vault: Vault) -> None:
    """Where the channel can: private details do not stay on a phone."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("truc-a", "Xem chi tiết", "phong-truc")
    details = [seen for seen in await scene.letters("truc-a") if seen.kind == "say"]
    await scene.passes(hours=24)
    deleted = {seen.row.target for seen in await scene.letters("truc-a") if seen.kind == "delete"}
    assert {seen.id for seen in details} <= deleted


async def test_a_collaborator_cannot_open_a_case(db: Database, vault: Vault) -> None:
    """Rule 9: rights are checked on the object, whoever knows the number."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.says("ctv", "ngõ Cây Gạo")
    answer = await scene.says("ctv", "/chitiet 1")
    assert "Cây Gạo" not in answer[-1].text
    assert await scene.rows(AUDIT) == []


async def test_a_case_about_somebody_of_the_network_goes_to_the_leader_alone(db: Database, vault: Vault) -> None:
    """Cards that were posted are withdrawn; rooms and ward lose access; the ladder goes on with the leader."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("ctv", "Phường Ngọc Lâm")
    await scene.presses("truc-b", "Xem chi tiết", "phong-truc")
    await scene.passes(minutes=3)
    await answer_until(scene, "liên quan cán bộ")
    await scene.presses("ctv", "Có")
    cards = {seen.id for seen in await scene.letters() if seen.row.purpose == "card" and seen.kind == "say" and seen.chat != "lanh-dao"}
    newest = {seen.row.target: seen.text for seen in await scene.letters() if seen.kind == "edit"}
    assert all("KHẨN CẤP" not in newest[card] and "Ngọc Lâm" not in newest[card] for card in cards)
    shown = {seen.id for seen in await scene.letters("truc-b") if seen.row.purpose == "details" and seen.kind == "say"}
    assert shown
    assert shown == {seen.row.target for seen in await scene.letters("truc-b") if seen.kind == "delete"}
    assert "VV-2026-0001" in (await scene.last("lanh-dao")).text
    withdrawn = [seen for seen in await scene.letters("phong-truc") if seen.kind == "edit"][-1]
    assert (withdrawn.buttons, "KHẨN CẤP" in withdrawn.text) == ({}, False)
    before = len(await scene.letters("phong-truc"))
    await scene.passes(minutes=30)
    assert len(await scene.letters("phong-truc")) == before
    assert "lần" in " ".join(await scene.texts("lanh-dao")).casefold()
    refused = await scene.says("truc-a", "/chitiet 1")
    assert "không" in refused[-1].text
    assert (await scene.says("lanh-dao", "nhan 1"))[0].text
    assert (await scene.rows(INCIDENT))[0].status == Status.TAKEN


async def answer_until(scene: Scene, words: str) -> None:
    """Answer whatever is asked with the first choice, or a few words, until a question contains `words`."""
    for _ in range(20):
        question = [seen for seen in await scene.letters("ctv") if seen.kind == "say"][-1]
        if words in question.text:
            return
        await scene.says("ctv", "1" if len(question.buttons) > 2 else "số 5")
    raise AssertionError(f"{words!r} was never asked")


async def test_an_anonymous_administrator_is_told_why_it_does_not_work(db: Database, vault: Vault) -> None:
    """Nobody can tell who pressed, so nobody has taken it."""
    scene = await Scene.open(db, vault)
    incident = await danger(scene)
    data = (await scene.last("phong-truc")).data("Tôi tiếp nhận")
    from models.talk import Kind, Press

    incoming = scene.incoming("1087968824", Kind.PRESS, "phong-truc", press=Press(0, data.partition(".")[2], "p"), anonymous=True)
    await scene.hears(incoming)
    assert "ẩn danh" in (await scene.last("phong-truc")).text
    assert (await scene.rows(INCIDENT, INCIDENT.c.id == incident))[0].status == Status.OPEN


async def test_after_three_minutes_the_reporter_is_told_not_to_wait(db: Database, vault: Vault) -> None:
    """Before anybody knows whether it is safe to write, the letter has hotlines and nothing of the case."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.passes(minutes=3)
    letter = await scene.last("ctv")
    assert "113" in letter.text
    assert "VV-" not in letter.text


async def test_without_a_room_every_duty_officer_is_called_privately(db: Database, vault: Vault) -> None:
    """No reachable room must never mean a silent case."""
    scene = await Scene.open(db, vault)
    from models.people import ROOM

    await db.run(lambda connection: connection.execute(ROOM.delete()))
    await danger(scene)
    for officer in ("truc-a", "truc-b"):
        assert "VV-2026-0001" in (await scene.last(officer)).text


async def test_no_text_of_the_reporter_reaches_the_group(db: Database, vault: Vault) -> None:
    """Rule 7: a whole report with a name in every answer, and not one letter of it in the room."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    for _ in range(25):
        await scene.says("ctv", "Bé Nguyễn Thị Na, 7 tuổi, nhà số 9")
    group = " ".join(seen.text for seen in await scene.letters("phong-truc"))
    assert "Na" not in group.split()
    assert "Nguyễn" not in group
    assert await scene.rows(LETTER, LETTER.c.is_group.is_(True), LETTER.c.purpose == "details") == []


async def test_the_fourth_report_of_a_citizen_is_bundled_and_never_dropped(db: Database, vault: Vault) -> None:
    """Past three a day: one message with all codes, edited as more come; danger always comes alone."""
    scene = await Scene.open(db, vault)
    await scene.says("nguoi-la", "xin chào")
    await scene.presses("nguoi-la", "citizen")
    for _ in range(5):
        await citizen_report(scene)
    rows = await scene.rows(INCIDENT)
    assert [(row.source, row.bundled) for row in rows] == [("citizen", False)] * 3 + [("citizen", True)] * 2
    bundles = [seen for seen in await scene.letters("phong-truc") if seen.row.purpose == "bundle"]
    assert [seen.kind for seen in bundles][:1] == ["say"]
    assert "VV-2026-0004" in bundles[-1].text
    assert "VV-2026-0005" in bundles[-1].text
    await scene.says("nguoi-la", "/baocao")
    await scene.presses("nguoi-la", "ĐANG NGUY HIỂM")
    assert "KHẨN CẤP" in (await scene.last("phong-truc")).text
    assert (await scene.rows(INCIDENT))[-1].bundled is False


async def citizen_report(scene: Scene) -> None:
    """One report of the short kind, from whatever is open now to its receipt."""
    newest = [seen for seen in await scene.letters("nguoi-la") if seen.kind == "say"][-1]
    if "Trẻ đang như thế nào" not in newest.text:
        await scene.says("nguoi-la", "/baocao")
    for label in ("TẠM AN TOÀN", "Nguy cơ hoặc cần giúp đỡ", "Bỏ học"):
        await scene.presses("nguoi-la", label)
    for _ in range(15):
        question = [seen for seen in await scene.letters("nguoi-la") if seen.kind == "say"][-1]
        if "Mã vụ việc" in question.text:
            return
        labels = [label for label in question.buttons if label not in {"Quay lại", "Sửa lại"}]
        if "GỬI NGAY" in labels:
            await scene.presses("nguoi-la", "GỬI NGAY")
        elif labels:
            await scene.presses("nguoi-la", labels[-1])
        else:
            await scene.says("nguoi-la", "0912 345 678")
    raise AssertionError(f"no receipt: {question.text}")


async def test_a_cut_officer_leaves_no_case_behind(db: Database, vault: Vault) -> None:
    """Rule 6: what somebody had taken is called again when their account is cut."""
    scene = await Scene.open(db, vault)
    incident = await danger(scene)
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    await make_administrator(scene, "lanh-dao")
    await scene.says("lanh-dao", "/thuhoi")
    await scene.presses("lanh-dao", "Cán bộ trực A")
    await scene.says("lanh-dao", "1")
    row = (await scene.rows(INCIDENT, INCIDENT.c.id == incident))[0]
    assert (row.status, row.taken_by) == (Status.OPEN, None)
    assert await scene.rows(TIMER, TIMER.c.kind == "ladder", TIMER.c.fired_at.is_(None))


async def make_administrator(scene: Scene, account: str) -> None:
    from models.people import ACCOUNT, MEMBERSHIP

    person = (await scene.rows(ACCOUNT, ACCOUNT.c.external_id == account))[0].person
    values = {"id": "a" * 32, "person": person, "unit": scene.engine.plan.division, "role": "administrator", "created_at": scene.clock[0]}
    await db_insert(scene, MEMBERSHIP, values)


async def db_insert(scene: Scene, table: sa.Table, values: dict[str, object]) -> None:
    await scene.db.run(lambda connection: connection.execute(table.insert().values(**values)))


async def test_an_invitation_is_used_once_and_from_the_first_code_to_a_member(db: Database, vault: Vault) -> None:
    """The whole way in: code, name, number, confirmed; a second person with the same code learns nothing but that it does not work."""
    scene = await Scene.open(db, vault)
    await make_administrator(scene, "lanh-dao")
    await scene.says("lanh-dao", "/moi")
    await scene.presses("lanh-dao", "collaborator")
    await scene.says("lanh-dao", "ngoc lam")
    code = next(re.search(r"BN-[A-Z0-9]{4}-[A-Z0-9]{4}", text) for text in reversed(await scene.texts("lanh-dao")) if "BN-" in text)
    assert code is not None
    await scene.says("moi-1", code[0].lower())
    await scene.says("moi-1", "tran thi lan")
    await scene.says("moi-1", "0912345678")
    welcome = await scene.says("moi-1", "1")
    assert "cộng tác viên" in " ".join(seen.text for seen in welcome).casefold()
    refused = await scene.says("moi-2", code[0])
    assert "không dùng được" in refused[-1].text


async def test_an_unfinished_report_is_found_again_after_another_dialogue(db: Database, vault: Vault) -> None:
    """Whatever took the floor meanwhile, nothing already given is asked twice or lost."""
    scene = await Scene.open(db, vault)
    await scene.says("phuong", "báo cáo")
    await scene.presses("phuong", "TẠM AN TOÀN")
    await scene.presses("phuong", "Bạo lực hoặc xâm hại")
    await scene.says("phuong", "/moi")
    await scene.says("phuong", "huỷ")
    await scene.passes(days=7)
    offered = await scene.says("phuong", "/baocao")
    assert "chưa xong" in offered[-1].text or "dở" in offered[-1].text
    question = await scene.says("phuong", "1")
    assert "Gần với việc nào nhất" in question[-1].text
    assert len(await scene.rows(INCIDENT)) == 1
