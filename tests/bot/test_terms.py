"""No text of the program names an office of one government: what the office is called is the plan's (`called`, `short` in units.yaml).

The story is that of `tests/bot/test_another_government.py`, played to its end by every role; whatever anybody read in it is looked through.
"""

import io
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from docx import Document
from openpyxl import load_workbook

import locales
from bot.database import Database
from bot.documents import periodic_report, progress_picture, workbook
from bot.documents.reading import Consolidated, read
from bot.expected_rows import ensure
from bot.form_files import FormError, load_form, load_forms
from bot.plan_files import load_plan
from bot.upkeep import stay_on_duty
from bot.vault import Vault
from models.expected import EXPECTED
from models.facts import Role
from models.people import MEMBERSHIP, PERSON
from models.plan import Label, Plan
from models.service import SETTING
from tests.driver import FORMS, NO_BUTTONS, ROOT, WEB, Scene
from tests.driver import PLAN as OLD
from tests.models.test_plan import pieces

PLAN = load_plan(ROOT / "plans/longbien-2025")
JULY = datetime(2027, 7, 12, 2, tzinfo=UTC)  # Monday 09:00 in Hà Nội; the Month of Action is due by the end of the 19th

OF_ONE_GOVERNMENT = re.compile(
    r"\bPhòng(?! (trực|VH-XH|Văn hóa - Xã hội))"  # the wards' Phòng Văn hóa - Xã hội is one of 2025; "phòng trực" is the room itself
    r"|([Ll]ãnh đạo|của|về|báo|gọi) phòng(?! (trực|báo động))"
    r"|LĐ-?TB|Lao động|[Qq]uận\b|116/KH|\b[Dd]ivision(?! of Culture)|\b[Dd]istrict"
)
NAMES = {label for unit in OLD.units for name in (unit.name, unit.short) for label in (name.vi, name.en)}
OLD_NAMES = NAMES - {label for unit in PLAN.units for name in (unit.name, unit.short) for label in (name.vi, name.en)}


STREET = "ngõ 12 Ngọc Lâm", "lane 12 Ngọc Lâm"  # a street keeps its name whatever ward it lies in
WANTED = (
    "Đã báo cho cán bộ trực của Sở Y tế", "chỉ lãnh đạo Sở Y tế được xem", "Anh/chị nhớ gọi điện báo Sở Y tế", "Gọi Sở Y tế: CHƯA GỌI", "Trực ban Sở Y tế",
    "chưa gọi Sở Y tế", "đang báo cán bộ trực của Sở Y tế", "Chỉ lãnh đạo Sở Y tế được báo", "Sở Y tế yêu cầu báo cáo", "Sở Y tế trả lại để sửa",
    "Sở Y tế trả lại vì", "đã khoá, anh/chị gọi Sở Y tế", "Lãnh đạo Sở Y tế mở lại được", "nhờ Sở Y tế trả lại", "Các hạn đơn vị nộp về Sở Y tế",
    "số trực của Sở Y tế",
    "❌ lãnh đạo Sở Y tế", "cần báo ngay cho Sở Y tế", "đang chờ lãnh đạo Sở Y tế", "Chỉ gọi trong Sở Y tế",
)  # fmt: skip
"""What the story must have come by, so that it is known to have gone where the office is named."""


def of_2021(text: str) -> list[str]:
    """Lines that say something of the government before: an office's word, or a unit's name that the new plan has for none of its own."""
    lines = [line for line in text.splitlines() if not any(street in line for street in STREET)]
    return [line for line in lines if OF_ONE_GOVERNMENT.search(line) or any(name in line for name in OLD_NAMES)]


# --- texts ------------------------------------------------------------------------------------------------------------


def test_the_words_that_are_looked_for_are_found() -> None:
    """A net that catches nothing would prove nothing."""
    caught = (
        "Anh/chị nhớ gọi điện báo Phòng nữa",
        "Chỉ lãnh đạo phòng tổng hợp",
        "UBND quận Long Biên",
        "Phường Thạch Bàn",
        "the division is told",
    )
    free = (
        "Nhóm này là phòng trực",
        "Phòng VH-XH Bồ Đề",
        "Trực ban Sở Y tế: 024",
        "Phường Phúc Lợi",
        "Bồ Đề Ward Division of Culture and Society",
    )
    assert [bool(of_2021(text)) for text in (*caught, *free)] == [True] * len(caught) + [False] * len(free)


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_no_text_of_the_catalogues_names_an_office(locale: str) -> None:
    """Whatever government there is: the plan's word is put in its place."""
    texts = [str(message.string) for message in locales.read_catalogue(locale) if message.id]
    assert [text for text in texts if of_2021(text)] == []


def test_no_label_of_a_form_or_of_the_plan_does() -> None:
    """Forms name the office as "%(office)s"; lists, clocks, hotlines and ladder that the new plan takes over name none."""
    labels = [piece for part in (*load_forms(ROOT / "forms", PLAN).values(), PLAN) for piece in pieces(part) if isinstance(piece, Label)]
    earlier = {name for unit in PLAN.predecessors for name in (unit.name, unit.short)}
    assert [label for label in labels if label not in earlier and (of_2021(label.vi) or of_2021(label.en))] == []


def test_the_office_is_called_as_its_plan_calls_it() -> None:
    """In a form and in a sentence: "Phòng" in the district's plan, "Sở Y tế" in that of the city's wards."""
    new = load_forms(ROOT / "forms", PLAN)
    assert [forms["incident"].question("called").short.vi for forms in (FORMS, new)] == ["Gọi Phòng", "Gọi Sở Y tế"]
    assert [plan.office.en for plan in (OLD, PLAN)] == ["division", "Department of Health"]


def test_a_report_to_a_unit_that_is_gone_is_the_offices() -> None:
    """A row of an earlier plan names the old office; a unit with a name of its own goes by it."""
    assert (PLAN.office_of("phong_ldtbxh"), OLD.office_of("phong_y_te").vi) == (PLAN.office, "Phòng Y tế")


def test_a_slip_in_the_offices_place_is_a_mistake(tmp_path: Path) -> None:
    """It would be read out to people as it stands."""
    text = (ROOT / "forms/child.yaml").read_text(encoding="utf-8").replace("Lời của trẻ", "Lời của trẻ cho %(ofice)s")
    (tmp_path / "child.yaml").write_text(text.replace("{vi: Lời", '{vi: "Lời').replace("ofice)s", 'ofice)s"'), encoding="utf-8")
    with pytest.raises(FormError, match=r"child\.yaml:6: .*a label can name %\(office\)s and nothing else"):
        load_form(tmp_path / "child.yaml", PLAN)


# --- one story, by everybody ------------------------------------------------------------------------------------------


async def opened(db: Database, vault: Vault, locale: str, buttons: bool, plan: Plan = PLAN) -> Scene:
    """July, on duty, the reports expected; everybody reads `locale`."""
    scene = await Scene.open(db, vault, plan=plan, capabilities=WEB if buttons else NO_BUTTONS)
    scene.clock[0] = JULY

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.update(PERSON).values(locale=locale))
        stay_on_duty(connection, scene.engine)
        ensure(connection, scene.engine)

    await scene.db.run(work)
    return scene


async def say(scene: Scene, sender: str, *said: str, chat: str = "") -> None:
    for text in said:
        await scene.says(sender, text, chat)


async def reports(scene: Scene) -> None:
    """Handed in, sent back, put right, accepted; asked for, counted, reminded of, locked."""
    number = next(row.number for row in await scene.rows(EXPECTED) if row.unit == "moi_bo_de")
    month = f"nop {number}", "1", "12 900 850 40 3000", "20 5", "Đã tổ chức", "1", "1", "30/6", "gui"
    await say(scene, "phuong", "/hanbaocao", *month)
    await say(
        scene, "truc-a", "duyet", f"xembc {number}", f"/tra {number} thiếu số trẻ tạm trú", "/hanbaocao", "/tiendo", f"/mokhoa {number}"
    )
    await say(scene, "phuong", f"nop {number}", "gui")
    await say(scene, "truc-a", f"duyet {number}", chat="phong-truc")
    await say(scene, "phuong", f"nop {number}", "/tiendo", f"/mokhoa {number} vì bận", "/vangmat hôm nay", "1", "1")
    await say(scene, "lanh-dao", "/yeucau", "Đuối nước", "1", "xyz", "1", "31/7/2027", "1", "1", f"/huyyeucau {number}", "/dientap", "2")
    await scene.passes(days=12)  # digests on the way, a step up each, and the morning's progress
    await say(scene, "lanh-dao", "/tiendo", "/hanbaocao", "/tonghop", "1")
    await scene.db.run(lambda db: db.execute(sa.update(EXPECTED).values(expires_at=scene.clock[0])))
    await say(scene, "phuong", "/hanbaocao", "/nopbaocao", f"nop {number + 4}")


async def cases(scene: Scene) -> None:
    """One in danger that nobody takes at first, and one that somebody of the network is involved in; what others may not do with them."""
    await say(
        scene, "ctv", "báo cáo", "1", "Giang Biên", "2", "số 8 ngõ 12, gần trường", "2", "1", "1", "1", "1", "1", "1", "thấy trẻ bị đánh"
    )
    await say(scene, "ctv", "1", "1", "1", "gui", "xem", "/trogiup")
    await scene.passes(minutes=40)
    await say(scene, "truc-a", "nhan 1", chat="phong-truc")
    await say(scene, "truc-a", "chitiet 1", "/xacnhan 1", "huy", "tralai 1", "1", "/lichtruc", "dong 1", "1", "1")
    await say(scene, "phuong", "dong 1", "chitiet 1", "nhanthay 1", "/tonghop", "/yeucau", "/dientap", "/lichtruc", "/vuviec")
    await say(scene, "lanh-dao", "/dientap", "huy", "nhanthay 1", "1", "dong 1", "1", "1", "/lichtruc", "/dientap", "1")
    for involved in ("2", "1"):
        await say(
            scene, "ctv", "báo cáo", "2", "1", "1", "6", "2", involved, "1", "5", "số 8 ngõ 12", "1", "thấy bị đánh", "1", "1", "1", "gui"
        )
        await say(scene, "ctv", "xem")
    await say(scene, "nguoi-la", "xin chào", "/trogiup", "tôi muốn báo tin", "1", "1")
    await scene.passes(hours=2)


async def service(scene: Scene) -> None:
    """What an administrator reads, and what is said when nobody can be called."""
    await say(scene, "lanh-dao", "/sansang", "1", "24", "0243", "huy", "/moi", "huy")
    await say(scene, "lanh-dao", "/ganphong xyz", "/gophong", chat="phong-truc")

    def nobody(db: sa.Connection) -> None:
        db.execute(sa.delete(SETTING))
        db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.role == Role.LEADER).values(role=str(Role.ADMINISTRATOR)))

    await scene.db.run(nobody)
    await scene.passes(hours=3)
    await say(scene, "ctv", "xin chào", "xem")
    await say(scene, "lanh-dao", "/sansang", "huy")


async def everything_read(scene: Scene) -> set[str]:
    """Every line of every letter of every chat, with its choices."""
    return {f"{seen.chat}: {line}" for seen in await scene.letters() for line in seen.screen.splitlines()}


@pytest.mark.parametrize(("locale", "buttons"), [("vi", False), ("en", True)])
async def test_nobody_reads_a_word_of_the_government_before(db: Database, vault: Vault, locale: str, buttons: bool) -> None:
    """Whatever anybody read in the whole story, in Vietnamese by typing alone and in English by buttons."""
    scene = await opened(db, vault, locale, buttons)
    await reports(scene)
    await cases(scene)
    await service(scene)
    read = await everything_read(scene)
    wanted = {"vi": WANTED, "en": ("Department of Health",)}[locale]
    assert tuple(word for word in wanted if any(word in line for line in read)) == wanted
    assert [line for line in read if of_2021(line)] == []
    assert len(read) > 250


# --- papers -----------------------------------------------------------------------------------------------------------


async def test_the_papers_are_the_offices_that_makes_them(db: Database, vault: Vault) -> None:
    """Head, addressee and ground of the draft, heads of the workbook, the picture: of the government that there is."""
    scene = await opened(db, vault, "vi", buttons=True)
    values = await scene.db.run(lambda db: read(db, scene.engine, {"due": "2027-07-20"}, JULY))
    draft = docx_text(values)
    assert [of_2021(text) for text in (draft, xlsx_text(values), str(await picture(scene)))] == [[], [], []]
    assert "Thực hiện Nghị định số 147/2025/NĐ-CP ngày 12/6/2025 của Chính phủ, Sở Y tế Hà Nội tổng hợp" in draft
    assert "Kính gửi: UBND thành phố Hà Nội." in draft
    assert "SỞ Y TẾ HÀ NỘI" in xlsx_text(values)


async def test_the_papers_of_the_district_are_as_they_were(db: Database, vault: Vault) -> None:
    """Its plan, and the department above it that only the office can name."""
    scene = await Scene.open(db, vault)
    scene.clock[0] = datetime(2021, 5, 5, 2, tzinfo=UTC)
    await scene.db.run(partial(ensure, engine=scene.engine))
    values = await scene.db.run(lambda db: read(db, scene.engine, {"due": "2021-05-10"}, scene.clock[0]))
    draft = docx_text(values)
    assert "Thực hiện Kế hoạch số 116/KH-UBND ngày 24/2/2021 của UBND quận Long Biên, Phòng Lao động" in draft
    assert [line for line in draft.splitlines() if line.startswith(("- UBND quận", "- Sở …"))] == [
        "- UBND quận Long Biên;",
        "- Sở …",
    ]


def docx_text(values: Consolidated) -> str:
    document = Document(io.BytesIO(periodic_report.draw(values).body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


def xlsx_text(values: Consolidated) -> str:
    book = load_workbook(io.BytesIO(workbook.draw(values).body))
    cells = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return "\n".join([*book.sheetnames, *cells])


async def picture(scene: Scene) -> progress_picture.Picture:
    return await scene.db.run(lambda db: progress_picture.read(db, scene.engine, {"due": "2027-07-19"}, JULY))
