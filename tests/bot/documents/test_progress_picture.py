"""The picture of progress: what is in it, that every letter and sign of it can be drawn, and that it is a picture a phone can show."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.documents import RECIPES
from bot.documents import progress_picture as picture
from bot.documents.worker import Documents
from bot.vault import Vault
from models.attachment import ATTACHMENT
from models.expected import EXPECTED
from models.letter import LETTER
from models.progress import Cell, Column, Sign, Tally
from models.talk import Label
from tests.bot.reports import SPRING, expected, handed_in, spring
from tests.driver import NO_BUTTONS, PLAN, WEB, Scene

WARDS = [unit.id for unit in PLAN.units if unit.kind == "ward"]
AT = datetime(2021, 5, 10, 8, 5, tzinfo=PLAN.zone)
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def columns(count: int) -> list[Column]:
    return [
        Column(f"r{place}", "x", Label("Bộ chỉ tiêu", "x"), Label("6 tháng năm 2021", "x"), SPRING, "2021-05-09", Tally(14, 9, 8))
        for place in range(count)
    ]


def values(units: list[str], count: int = 8) -> picture.Picture:
    """Every unit with every sign in turn."""
    shown, signs = columns(count), list(Sign)
    cells = [Cell(column.report, "x", unit, signs[(a + b) % 5]) for a, unit in enumerate(units) for b, column in enumerate(shown)]
    return picture.picture(shown, cells, PLAN, AT, "2021-05-09")


def test_each_unit_is_a_line_in_the_order_of_the_plan() -> None:
    """However the rows came."""
    made = values(WARDS[::-1])
    assert [name for name, _signs in made.lines] == [PLAN.unit(ward).short.vi for ward in WARDS]
    assert (made.title, made.at) == ("Tiến độ nộp báo cáo, đến hạn 9/5/2021", "Số liệu lúc 8:05 ngày 10/5/2021")
    assert made.heads[0] == picture.Head("Bộ chỉ tiêu", "6 tháng năm 2021", "9/5/2021", "9/14")


def test_what_is_not_asked_of_a_unit_is_not_missing() -> None:
    """Its cell is empty, which the legend explains."""
    made = picture.picture(columns(2), [Cell("r0", "x", WARDS[0], Sign.LATE)], PLAN, AT, "2021-05-09")
    assert made.lines == ((PLAN.unit(WARDS[0]).short.vi, (Sign.LATE, None)),)


def test_more_units_than_fit_show_those_that_owe_most() -> None:
    """And how many are not in it."""
    done = [Cell("r0", "x", f"u{number:03}", Sign.ON_TIME) for number in range(690)]
    owing = [Cell("r0", "x", f"v{number:03}", Sign.MISSING) for number in range(10)]
    made = picture.picture(columns(1), done + owing, PLAN, AT, "")
    names = {name for name, _signs in made.lines}
    assert (len(made.lines), made.more, {cell.unit for cell in owing} <= names) == (picture.UNITS, 660, True)


def test_each_sign_differs_without_colour() -> None:
    """Printed black on white, or seen by whoever sees no colours."""
    assert {look.mark for look in picture.LOOKS.values()} == {"✓", "M", "↩", "✗", "…"}
    assert (set(picture.LOOKS), len({look.meaning for look in picture.LOOKS.values()})) == (set(Sign), 5)


def test_every_letter_and_sign_can_be_drawn() -> None:
    """The font has them: nobody's ward is a row of boxes."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    letters = "ĂÂĐÊÔƠƯăâđêôơưÁÀẢÃẠẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
    names = "".join(unit.short.vi for unit in PLAN.units) + "".join(report.short.vi for report in PLAN.reports)
    signs = "".join(look.mark + look.meaning for look in picture.LOOKS.values())
    known = FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap()
    assert [letter for letter in letters + names + signs if ord(letter) not in known] == []


@pytest.mark.parametrize("wards", [1, 14, picture.UNITS])
def test_it_is_a_picture_for_a_phone(wards: int) -> None:
    """Upright where there are many units, never wider than a messenger keeps, and much smaller than it allows."""
    from PIL import Image

    made = picture.draw(values((WARDS * 3)[:wards] if wards <= 14 else [*WARDS, *(f"u{number}" for number in range(wards - 14))]))
    with Image.open(io.BytesIO(made.body)) as image:
        size = image.size
    assert (made.kind, made.mime, made.name, made.body[:8]) == ("photo", "image/png", "tien-do-2021-05-09.png", PNG_HEAD)
    assert size[0] == 1288
    assert size[0] + size[1] < 10000
    assert len(made.body) < 1_000_000


def test_nothing_to_show_is_a_picture_too() -> None:
    """Whatever a row says, the worker does not fail five times over it."""
    assert picture.draw(picture.picture([], [], PLAN, AT, "")).body[:8] == PNG_HEAD


def test_formulas_and_long_names_are_only_words() -> None:
    """A plan may call a unit what it likes."""
    made = values(WARDS[:2], 1)
    odd = replace(made, lines=(("$x^2$ " + "dài " * 30, (Sign.LATE,)),))
    assert picture.draw(odd).body[:8] == PNG_HEAD


async def test_it_is_read_from_the_rows(db: Database, vault: Vault) -> None:
    """Up to the date that was asked for; one that is dropped is not in it."""
    scene = await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await handed_in(scene)
    gone = sa.update(EXPECTED).where(EXPECTED.c.report == "bo_chi_tieu", EXPECTED.c.unit == WARDS[0]).values(state="dropped")
    await scene.db.run(lambda db: db.execute(gone))
    now = SPRING + timedelta(days=5)
    found = await scene.db.run(lambda db: picture.read(db, scene.engine, {"due": "2021-05-09", "locale": "vi"}, now))
    assert [(head.report, head.period) for head in found.heads][-1] == ("Bộ chỉ tiêu", "6 tháng năm 2021")
    assert found.heads[-1].rate == "1/13"
    signs = {name: row[-1] for name, row in found.lines}
    assert (signs.get(PLAN.unit(WARDS[0]).short.vi), signs["Ngọc Lâm"], signs["Ngọc Thụy"]) == (None, Sign.ON_TIME, Sign.MISSING)


async def test_from_the_command_to_the_letter(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Asked for, drawn by the worker, kept as a photo, sent to whoever asked."""
    scene = await spring(await Scene.open(db, vault, capabilities=WEB))
    await scene.says("truc-a", "/tiendo")
    later = datetime.now(UTC) + timedelta(hours=1)
    worker = Documents(scene.db, scene.engine, tmp_path, RECIPES, now=lambda: later)
    assert await worker.once()
    await scene.passes(seconds=1)
    (kept,) = await scene.rows(ATTACHMENT)
    assert (kept.kind, kept.mime, kept.size > 10_000) == ("photo", "image/png", True)
    carried = await scene.rows(LETTER, LETTER.c.purpose == "document")
    assert [letter.chat for letter in carried] == ["truc-a"]
    assert (await expected(scene)).state == "owed"
