"""Rules 7 to 9 under attack: forged presses, officers' additions, refused files, restricted cases, cut accounts; on both engines."""

import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.incident import INCIDENT
from models.letter import LETTER
from models.people import ACCOUNT, MEMBERSHIP, ROOM
from models.tables import METADATA
from models.talk import FileRef, Incoming, Kind
from tests.bot.test_cases import answer_until, citizen_report, danger, make_administrator
from tests.driver import Scene, Seen


async def finish(scene: Scene, who: str = "ctv") -> None:
    """Answer whatever is asked until the receipt."""
    for _ in range(30):
        question = [seen for seen in await scene.letters(who) if seen.kind == "say"][-1]
        if "Mã vụ việc" in question.text:
            return
        labels = [label for label in question.buttons if label not in {"Quay lại", "Sửa lại"}]
        if any("GỬI NGAY" in label for label in labels):
            await scene.presses(who, "GỬI NGAY")
        elif labels:
            await scene.presses(who, labels[0])
        else:
            await scene.says(who, "số 5 ngõ 7")
    raise AssertionError(question.text)


async def restricted(scene: Scene) -> None:
    """The report goes on until it says that somebody of the network is involved."""
    await answer_until(scene, "liên quan cán bộ")
    await scene.presses("ctv", "Có")
    assert (await scene.rows(INCIDENT))[0].restricted


async def cut(scene: Scene, account: str) -> None:
    person = (await scene.rows(ACCOUNT, ACCOUNT.c.external_id == account))[0].person
    for table, column in ((ACCOUNT, "cut_at"), (MEMBERSHIP, "ended_at")):
        statement = sa.update(table).where(table.c.person == person).values({column: scene.clock[0]})
        await scene.db.run(lambda connection, statement=statement: connection.execute(statement))  # type: ignore[misc]


async def since(scene: Scene, chat: str, before: int) -> list[Seen]:
    return (await scene.letters(chat))[before:]


async def refuse_file(scene: Scene) -> None:
    """The worker could not keep the newest file, and says so."""
    attachment = (await scene.rows(ATTACHMENT))[-1]
    await scene.db.run(lambda connection: connection.execute(sa.update(ATTACHMENT).values(state="refused", reason="gone")))
    data = {"timer": "refused", "subject": attachment.id}
    await scene.hears(Incoming("internal", f"refused:{attachment.id}", attachment.id, "", Kind.INTERNAL, scene.clock[0], data=data))


# --- forged presses ---------------------------------------------------------------------------------------------------


async def test_a_ward_officer_cannot_take_the_divisions_room(db: Database, vault: Vault) -> None:
    """Binding a chat lets go what it was bound to, so that right is needed too."""
    scene = await Scene.open(db, vault)
    await scene.says("phuong", "/ganphong", "phong-truc")
    live = [(row.unit, row.chat) for row in await scene.rows(ROOM, ROOM.c.unbound_at.is_(None))]
    assert live == [(scene.engine.plan.division, "phong-truc")]


async def test_a_forged_press_opens_no_dialogue_in_a_group(db: Database, vault: Vault) -> None:
    """What an officer adds privately is never read out where the room can see it."""
    scene = await Scene.open(db, vault)
    incident = await danger(scene)
    await finish(scene)
    await scene.says("truc-a", "/bosung 1")
    await scene.says("truc-a", "Nguyễn Thị Na")
    for data in (f"0.more:{incident}", "0.report:x", f"0.misdial:{incident}"):
        assert [seen.text for seen in await scene.presses_data("truc-a", data, "phong-truc") if seen.text] == []


async def test_a_forged_key_is_an_expired_button(db: Database, vault: Vault) -> None:
    """Whatever a changed app sends, it is no fault of ours and alarms nobody."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    for data in ("0.take:\x00", "0.take:", "0.nothing:1", "0.detail:" + "f" * 32):
        await scene.presses_data("truc-a", data, "phong-truc")
    assert (await scene.rows(INCIDENT))[0].status == "open"


# --- who reads what ---------------------------------------------------------------------------------------------------


async def test_a_reporter_does_not_read_what_officers_added(db: Database, vault: Vault) -> None:
    """They share a form, not its answers."""
    scene = await Scene.open(db, vault)
    await scene.says("nguoi-la", "xin chào")
    await scene.presses("nguoi-la", "citizen")
    await citizen_report(scene)
    await scene.says("truc-a", "/bosung 1")
    await scene.says("truc-a", "Nguyễn Thị Na")
    before = len(await scene.letters("nguoi-la"))
    await scene.says("nguoi-la", "/bosung 1")
    await scene.says("nguoi-la", "xong")
    assert "Nguyễn" not in " ".join(seen.text for seen in await since(scene, "nguoi-la", before))


async def test_no_plain_word_of_a_citizen_is_in_any_table(db: Database, vault: Vault) -> None:
    """Rule 8, over every column of every row."""
    scene = await Scene.open(db, vault)
    await scene.says("nguoi-la", "Zebrawood xin chào")
    await scene.presses("nguoi-la", "citizen")
    await citizen_report(scene)
    await scene.says("nguoi-la", "Zebrawood Na")
    found = [
        (name, column)
        for name, table in METADATA.tables.items()
        for row in await scene.rows(table)
        for column, value in row._mapping.items()
        if b"zebrawood" in (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()).lower()
    ]
    assert found == []


# --- silence ----------------------------------------------------------------------------------------------------------


async def test_a_child_is_not_written_to_when_a_file_is_refused(db: Database, vault: Vault) -> None:
    """Who holds the phone an hour later is not known."""
    scene = await Scene.open(db, vault)
    await scene.says("be", "xin chào")
    await scene.presses("be", "child")
    await scene.sends("be", "f1")
    before = len(await scene.letters("be"))
    await refuse_file(scene)
    assert await since(scene, "be", before) == []


async def test_who_asked_not_to_be_contacted_is_not(db: Database, vault: Vault) -> None:
    """ "Đừng liên lạc" holds for every letter that nobody asked for."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.sends("ctv", "f1")
    await answer_until(scene, "Liên lạc lại")
    await scene.presses("ctv", "Đừng liên lạc")
    before = len(await scene.letters("ctv"))
    await refuse_file(scene)
    await scene.passes(minutes=45)
    await scene.presses("truc-a", "Tôi tiếp nhận", "phong-truc")
    assert await since(scene, "ctv", before) == []


async def test_a_childs_words_are_never_a_command_or_a_code(db: Database, vault: Vault) -> None:
    """ "anh 12" may be a brother of twelve, eight digits a telephone number: they belong to the case, and the room is told."""
    scene = await Scene.open(db, vault)
    await scene.says("be", "xin chào")
    await scene.presses("be", "child")
    for words in ("anh 12", "38724833", "trợ giúp"):
        before = len(await scene.rows(LETTER, LETTER.c.purpose == "more"))
        await scene.says("be", words)
        assert len(await scene.rows(LETTER, LETTER.c.purpose == "more")) > before


async def test_a_child_is_answered_in_childrens_words(db: Database, vault: Vault) -> None:
    """Also where they type what officers and reporters type: no case code, no "officers on duty"."""
    scene = await Scene.open(db, vault)
    await scene.says("be", "xin chào")
    await scene.presses("be", "child")
    for words in ("xem", "/xem", "/bosung", "/bosung 1"):
        answer = (await scene.says("be", words))[-1].text
        assert ("VV-" in answer, "con" in answer.casefold()) == (False, True)


async def test_a_file_of_any_kind_and_name_loses_nothing(db: Database, vault: Vault) -> None:
    """A word document's type is longer than its column: the message is taken all the same."""
    scene = await Scene.open(db, vault)
    await scene.says("be", "xin chào")
    await scene.presses("be", "child")
    file = FileRef("r", "file", 1000, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "x.docx", "u" * 200)
    assert await scene.hears(scene.incoming("be", Kind.FILE, files=(file,))) is not None


# --- restricted -------------------------------------------------------------------------------------------------------


async def test_restricting_takes_back_what_officers_saw_and_what_is_on_its_way(db: Database, vault: Vault) -> None:
    """Details, and the screens of an officer who was adding to them."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await scene.presses("truc-b", "Tôi tiếp nhận", "phong-truc")
    await scene.says("truc-b", "/bosung 1")
    await scene.says("truc-b", "Nguyễn Thị Na")
    private = {seen.id for seen in await scene.letters("truc-b") if seen.row.protect and seen.kind == "say"}
    await restricted(scene)
    after = await scene.letters("truc-b")
    assert private
    assert private <= {seen.row.target for seen in after if seen.kind == "delete"}
    assert {seen.row.state for seen in after if seen.id in private} == {"superseded"}


async def test_a_restricted_case_leaves_the_bundle(db: Database, vault: Vault) -> None:
    """Also where it was one of many codes in one message."""
    scene = await Scene.open(db, vault)
    await scene.says("nguoi-la", "xin chào")
    await scene.presses("nguoi-la", "citizen")
    for _ in range(3):
        await citizen_report(scene)
    await scene.says("nguoi-la", "/baocao")
    for label in ("TẠM AN TOÀN", "Bạo lực hoặc xâm hại"):
        await scene.presses("nguoi-la", label)
    await scene.passes(minutes=21)
    bundle = next(seen for seen in await scene.letters("phong-truc") if seen.row.purpose == "bundle")
    await scene.says("nguoi-la", "tiếp tục")
    for _ in range(12):
        question = [seen for seen in await scene.letters("nguoi-la") if seen.kind == "say" and seen.buttons][-1]
        if "liên quan cán bộ" in question.text:
            break
        await scene.presses("nguoi-la", next(label for label in question.buttons if label not in {"Quay lại", "Sửa lại"}))
    await scene.presses("nguoi-la", "Có")
    newest = [seen for seen in await scene.letters("phong-truc") if bundle.id in {seen.row.target, seen.id}][-1]
    assert (newest.buttons, "Bạo lực" in newest.text) == ({}, False)


async def test_nothing_of_a_restricted_case_is_said_in_the_room(db: Database, vault: Vault) -> None:
    """Neither when the leader takes it there by typing, nor when the leader cannot be reached later."""
    scene = await Scene.open(db, vault)
    await danger(scene)
    await restricted(scene)
    before = len(await scene.letters("phong-truc"))
    await scene.says("lanh-dao", "nhan 1", "phong-truc")
    gone = sa.update(ACCOUNT).where(ACCOUNT.c.external_id == "lanh-dao").values(gone_at=scene.clock[0])
    await db.run(lambda connection: connection.execute(gone))
    await scene.passes(hours=30)
    assert "VV-" not in " ".join(seen.text for seen in await since(scene, "phong-truc", before))


# --- cut --------------------------------------------------------------------------------------------------------------


async def test_a_cut_officer_keeps_no_details_and_gets_no_more(db: Database, vault: Vault) -> None:
    """At once: details are taken back, cards are not edited for them any more."""
    scene = await Scene.open(db, vault)
    await db.run(lambda connection: connection.execute(ROOM.delete()))
    await danger(scene)
    await scene.presses("truc-a", "Xem chi tiết")
    details = {seen.id for seen in await scene.letters("truc-a") if seen.row.purpose == "details" and seen.kind == "say"}
    await make_administrator(scene, "lanh-dao")
    await scene.says("lanh-dao", "/thuhoi")
    await scene.presses("lanh-dao", "Cán bộ trực A")
    await scene.says("lanh-dao", "1")
    before = len(await scene.letters("truc-a"))
    await scene.presses("ctv", "Phường Ngọc Lâm")
    assert await since(scene, "truc-a", before) == []
    assert details <= {seen.row.target for seen in await scene.letters("truc-a") if seen.kind == "delete"}


async def test_a_report_of_somebody_who_was_cut_is_a_citizens(db: Database, vault: Vault) -> None:
    """Nobody vouches for it any more; it is not dropped."""
    scene = await Scene.open(db, vault)
    await scene.says("ctv", "báo cáo")
    await cut(scene, "ctv")
    await scene.presses("ctv", "ĐANG NGUY HIỂM")
    assert (await scene.rows(INCIDENT))[0].source == "citizen"


async def test_an_invitation_begun_before_the_cut_is_not_given(db: Database, vault: Vault) -> None:
    """Rights are checked at every step, not only at the first."""
    scene = await Scene.open(db, vault)
    await make_administrator(scene, "truc-a")
    await scene.says("truc-a", "/moi")
    await scene.presses("truc-a", "collaborator")
    await cut(scene, "truc-a")
    answer = await scene.says("truc-a", "ngoc lam")
    assert "BN-" not in " ".join(seen.text for seen in answer)
