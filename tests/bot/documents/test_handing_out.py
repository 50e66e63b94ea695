"""Documents in the talk: asked for, drawn, sent; a spreadsheet that comes back; all units' reports put together. By typing alone."""

import io
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from bot.attachments import Attachments
from bot.database import Database
from bot.documents import RECIPES
from bot.documents.worker import Documents
from bot.vault import Vault
from handlers.forms.values import day_text
from models.attachment import ATTACHMENT
from models.document import DOCUMENT
from models.ids import new_id
from models.people import MEMBERSHIP
from models.report_commands import WantDocument
from models.submission import ANSWER
from models.talk import FileRef, Kind
from tests.bot.cases import applied
from tests.bot.reports import expected, fill, handed_in, spring
from tests.driver import NO_BUTTONS, WEB, Scene, Seen


class Office:
    """A scene in spring 2021 with both workers: what people send is in `sent`, by its ref."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene, self.sent = scene, dict[str, bytes]()
        self.files = Attachments(
            scene.db, scene.engine.vault, folder, {scene.channel: self._fetch}, refused=self._refused, now=scene.engine.now,
            domain_now=scene.engine.now,
        )  # fmt: skip
        self.drawing = Documents(scene.db, scene.engine, folder, RECIPES)

    async def _fetch(self, file: FileRef) -> bytes:
        return self.sent[file.ref]

    async def _refused(self, attachment: str) -> None:
        raise AssertionError("nothing is refused here")

    async def works(self) -> None:
        """Everything that was wanted is fetched and drawn, and what is due is said."""
        await self.drawing.drain()
        while await self.files.once():
            pass
        await self.scene.passes(seconds=1)

    async def made(self) -> list[Any]:
        """(document, its file) in the order in which they were asked for."""
        rows = await self.scene.rows(DOCUMENT)
        return [(row, await self.scene.db.run(partial(self.files.load, attachment=row.id))) for row in rows]

    async def send(self, sender: str, body: bytes) -> list[Seen]:
        ref = f"f{len(self.sent)}"
        self.sent[ref] = body
        file = FileRef(ref, "file", len(body), name="Nguyễn Thị A.xlsx", unique=ref)
        incoming = self.scene.incoming(sender, Kind.FILE, files=(file,))
        return await self.scene._turn(incoming)

    async def answers(self) -> dict[str, Any]:
        """Live answers by question."""

        def read(db: sa.Connection) -> dict[str, Any]:
            rows = db.execute(sa.select(ANSWER).where(ANSWER.c.superseded_at.is_(None), ANSWER.c.value.is_not(None))).all()
            vault = self.scene.engine.vault
            return {row.question: vault.open_json(db, f"submission:{row.submission}", "answer.value", row.id, row.value) for row in rows}

        return await self.scene.db.run(read)


@pytest.fixture
async def office(db: Database, vault: Vault, tmp_path: Path) -> Office:
    can = replace(NO_BUTTONS, files_out=True, deletes=True)
    return Office(await spring(await Scene.open(db, vault, capabilities=can)), tmp_path / "attachments")


async def begun(office: Office) -> bytes:
    """The ward has begun the indicators and got the spreadsheet."""
    number = (await expected(office.scene)).number
    await office.scene.says("phuong", f"nop {number}")
    await office.scene.says("phuong", "3")
    await office.works()
    return bytes((await office.made())[-1][1].body)


def with_values(body: bytes, values: dict[str, Any]) -> bytes:
    book = load_workbook(io.BytesIO(body))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=7):
        if row[6].value in values:
            row[4].value = values[str(row[6].value)]
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


# --- the spreadsheet ----------------------------------------------------------------------------------------------------


async def test_the_spreadsheet_comes_with_what_to_do_with_it(office: Office) -> None:
    """To whoever asked, under a name without anybody's name in it."""
    number = (await expected(office.scene)).number
    await begun(office)
    assert (await office.scene.texts("phuong"))[-1].splitlines() == [
        f"BC-{number}, Bộ chỉ tiêu, 6 tháng năm 2021: bảng tính để điền.",
        "Anh/chị điền cột “Số liệu”, lưu lại rồi gửi lại tệp vào đây, lúc nào cũng được. Ô nào để trống sẽ được hỏi sau.",
    ]
    assert (await office.made())[0][1].name == f"BC-{number}-bo-chi-tieu.xlsx"


async def test_it_can_be_asked_for_by_its_number(office: Office) -> None:
    """Also while another dialogue is open, which stays open."""
    number = (await expected(office.scene)).number
    seen = await office.scene.says("phuong", f"bang {number}")
    assert seen[-1].text == "Bảng tính đang được gửi. Điền xong, anh/chị chỉ cần gửi tệp vào đây."
    assert [row.kind for row in await office.scene.rows(DOCUMENT)] == ["template"]


async def test_another_units_spreadsheet_is_not_given(office: Office) -> None:
    """What a ward has filled in so far is nobody else's."""
    other = await expected(office.scene, unit="bo_de")
    seen = await office.scene.says("phuong", f"bang {other.number}")
    assert seen[-1].text == "Báo cáo đó của đơn vị khác nên anh/chị không nộp được."
    assert await office.scene.rows(DOCUMENT) == []


async def test_what_came_back_goes_into_the_draft(office: Office) -> None:
    """Numbers, and numbers typed as words; what is not understood is named, what does not fit is said, and how to go on."""
    number = (await expected(office.scene)).number
    blank = await begun(office)
    values = {"tong_tre_em": 1234, "tong_nam": "700", "tong_nu": 500, "khai_sinh": "1.200", "ngheo": "khoảng chục", "hcdb": -3, "ctv": 7.5}
    await office.send("phuong", with_values(blank, values))
    await office.works()
    assert (await office.scene.texts("phuong"))[-1].splitlines() == [
        f"BC-{number}: đã đọc bảng tính, nhận 4 số liệu.",
        "Chưa hiểu, nên sẽ hỏi lại: hộ nghèo, cận nghèo, hoàn cảnh đặc biệt, cộng tác viên.",
        "Cộng lại, nam + nữ = 1.200, còn “tổng số” đang là 1.234.",
        "Còn thiếu 33 số liệu.",
        f"Để làm tiếp, anh/chị gõ: /nop {number}",
    ]
    answers = await office.answers()
    assert {name: answers.get(name) for name in values} == {
        "tong_tre_em": 1234, "tong_nam": 700, "tong_nu": 500, "khai_sinh": 1200, "ngheo": None, "hcdb": None, "ctv": None,
    }  # fmt: skip


async def test_a_table_sent_twice_changes_what_is_new_and_leaves_a_trail(office: Office) -> None:
    """The earlier figure stays readable; one that is the same is not written again."""
    blank = await begun(office)
    await office.send("phuong", with_values(blank, {"tong_nam": 61, "tong_nu": 59}))
    await office.works()
    await office.send("phuong", with_values(blank, {"tong_nam": 61, "tong_nu": 60}))
    await office.works()
    rows = await office.scene.rows(ANSWER, ANSWER.c.question.in_(("tong_nam", "tong_nu")))
    assert sorted((row.question, row.superseded_at is None) for row in rows) == [("tong_nam", True), ("tong_nu", False), ("tong_nu", True)]


async def test_the_offices_own_file_is_kept_and_nothing_is_said_of_it(office: Office) -> None:
    """It is a paper like any other."""
    await begun(office)
    book = load_workbook(io.BytesIO(await begun(office)))
    book.worksheets[0].delete_cols(1, 20)
    saved = io.BytesIO()
    book.save(saved)
    before = len(await office.scene.texts("phuong"))
    await office.send("phuong", saved.getvalue())
    await office.works()
    assert len(await office.scene.texts("phuong")) == before + 1  # "file received", by the dialogue
    assert [(row.kind, row.state) for row in await office.scene.rows(ATTACHMENT, ATTACHMENT.c.question == "tep")] == [("file", "stored")]


async def test_the_table_of_another_report_is_not_taken(office: Office) -> None:
    """It says what it was made for."""
    blank = await begun(office)
    plan = await expected(office.scene, "ke_hoach", "nam_2021")
    await office.scene.says("phuong", "huy")
    await office.scene.says("phuong", f"nop {plan.number}")
    await office.send("phuong", with_values(blank, {"tong_nam": 61}))
    await office.works()
    assert (await office.scene.texts("phuong"))[-1].splitlines()[0] == (
        f"Bảng tính đã được lưu nhưng là mẫu của báo cáo khác. Để lấy mẫu của báo cáo này, anh/chị gõ: /bang {plan.number}"
    )
    assert "tong_nam" not in await office.answers()


async def test_the_name_of_a_file_is_nowhere(office: Office) -> None:
    """People name files after children."""
    blank = await begun(office)
    await office.send("phuong", blank)
    await office.works()
    attachments = await office.scene.rows(ATTACHMENT)
    assert [row for row in attachments if any("Nguyễn" in str(value) for value in row._mapping.values())] == []


# --- put together -------------------------------------------------------------------------------------------------------


async def test_all_reports_of_a_date_come_as_two_documents(office: Office) -> None:
    """The day that has passed last stands first; the ward's figures are in both."""
    scene = office.scene
    await handed_in(scene)
    seen = await scene.says("lanh-dao", "tổng hợp")
    assert seen[-1].screen.splitlines()[:3] == [
        "Anh/chị muốn tổng hợp báo cáo của hạn nào? (ngày như kế hoạch ghi)",
        "1. 15/3/2021: Kế hoạch của phường năm 2021",
        "2. 10/5/2021 (chưa đến hạn): Bộ chỉ tiêu 6 tháng năm 2021",
    ]
    seen = await scene.says("lanh-dao", "2")
    assert seen[-1].text == "Đang lập bảng tổng hợp và dự thảo báo cáo của hạn 10/5/2021, sẽ gửi vào đây ngay."
    await office.works()
    assert [(row.kind, picture.name) for row, picture in await office.made()] == [
        ("workbook", "tong-hop-2021-05-10.xlsx"),
        ("periodic_report", "du-thao-bao-cao-2021-05-10.docx"),
    ]
    assert [text.splitlines()[0] for text in (await scene.texts("lanh-dao"))[-2:]] == [
        "Bảng tổng hợp các báo cáo có hạn 10/5/2021.",
        "Dự thảo báo cáo của Phòng, hạn 10/5/2021.",
    ]
    sheet = load_workbook(io.BytesIO((await office.made())[0][1].body)).worksheets[0]
    row = next(row for row in sheet.iter_rows(min_row=8) if row[1].value == "Phường Ngọc Lâm")
    assert [cell.value for cell in row[2:9]] == ["Đúng hạn", "09:00 5/5", day_text((await expected(scene)).as_of), 120, 61, 59, 100]


async def test_what_was_only_drafted_is_in_no_workbook(office: Office) -> None:
    """A report counts when it is handed in."""
    await fill(office.scene)
    await office.scene.says("truc-a", "tong hop")
    await office.scene.says("truc-a", "2")
    await office.works()
    sheet = load_workbook(io.BytesIO((await office.made())[0][1].body)).worksheets[0]
    row = next(row for row in sheet.iter_rows(min_row=8) if row[1].value == "Phường Ngọc Lâm")
    assert [cell.value for cell in row[2:9]] == ["Chưa nộp", None, None, None, None, None, None]


async def test_a_ward_cannot_put_all_reports_together(office: Office) -> None:
    """Other wards' figures are none of its business."""
    await office.scene.says("phuong", "/tonghop")
    assert await office.scene.rows(DOCUMENT) == []


# --- a chat without files -----------------------------------------------------------------------------------------------


async def test_where_a_chat_carries_no_files_it_says_where_they_are(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Without a public address there is no page: another messenger of theirs, or the administrator."""
    office = Office(await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS)), tmp_path / "attachments")
    await begun(office)
    assert (await office.scene.texts("phuong"))[-1].splitlines()[2] == (
        "Ứng dụng này không gửi được tệp và cũng chưa có trang để tải. Anh/chị hỏi quản trị viên giúp."
    )


async def test_a_room_without_files_is_told_where_to_ask(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Privately, by whoever needs it."""
    office = Office(await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS)), tmp_path / "attachments")
    await applied(office.scene, WantDocument(new_id(), "workbook", {"due": "2021-05-10"}, unit="phong_ldtbxh"), sender="truc-a")
    await office.works()
    assert (await office.scene.texts("phong-truc"))[-1].splitlines() == [
        "Bảng tổng hợp các báo cáo có hạn 10/5/2021.",
        "Ô tô màu là ô trống: chưa có số liệu.",
        "Ứng dụng này không gửi được tệp. Ai cần thì nhắn riêng cho tôi: /tonghop",
    ]


async def test_whoever_is_no_member_any_more_gets_no_document(office: Office) -> None:
    """Between asking and drawing an account may have lost its role."""
    number = (await expected(office.scene)).number
    await office.scene.says("phuong", f"bang {number}")
    before = await office.scene.texts("phuong")
    await office.scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).values(ended_at=office.scene.clock[0])))
    await office.works()
    assert await office.scene.texts("phuong") == before


@pytest.mark.parametrize(("who", "asks"), [("truc-a", ("/tonghop", "1")), ("truc-a", ("tiendo",)), ("phuong", ("bang 21",))])
async def test_whoever_has_another_role_by_then_gets_no_document(office: Office, who: str, asks: tuple[str, ...]) -> None:
    """Still a member, but a collaborator of the ward by now: neither all units' figures nor the office's own."""
    assert (await expected(office.scene)).number == 21
    for said in asks:
        await office.scene.says(who, said)
    before = await office.scene.texts(who)
    await office.scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).values(role="collaborator", unit="ngoc_lam")))
    await office.works()
    assert (len(await office.scene.rows(DOCUMENT)) > 0, await office.scene.texts(who)) == (True, before)


def test_the_web_carries_files() -> None:
    """So that the training room shows them."""
    assert WEB.files_out
