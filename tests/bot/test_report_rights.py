"""Rights on the report itself: whoever it is none of the business of neither changes nor learns anything, by typing or by pressing (rule 9)."""

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from handlers.stamps import stamp
from models.document import DOCUMENT
from models.expected import EXPECTED, REPORT_EVENT
from tests.bot.reports import expected, fill, spring
from tests.bot.test_submit import join
from tests.driver import NO_BUTTONS, Scene

TYPED = (
    "nop {0}", "bang {0}", "duyet {0}", "xembc {0}", "/tra {0} sai rồi", "/mokhoa {0} vì trễ", "/huyyeucau {0}", "nopbaocao", "/duyet", "tiendo",
    "hanbaocao", "tonghop",
)  # fmt: skip
PRESSED = ("submit:{0}", "report_see:{0}", "report_accept:{0}.{1}", "report_return:{0}", "table:{0}")
SECRET = ("Văn An", "Thị Bình", "12,5", "khai sinh 100")


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """Ngọc Lâm has handed in its indicators, with a name in a note, and owes an ad-hoc report with a name in its title."""
    scene = await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await fill(scene)
    for said in ("Sửa: Văn bản", "bo qua", "cháu Nguyễn Văn An bị ốm", "gui"):
        await scene.says("phuong", said)
    for said in ("/yeucau Báo cáo cháu Trần Thị Bình", "Ngọc Lâm", "28/5", "1", "1"):
        await scene.says("lanh-dao", said)
    return scene


@pytest.mark.parametrize(("who", "role"), [("canbo-khac", "ward_officer"), ("lanhdao-khac", "leader"), ("ctv", ""), ("nguoi-la", "")])
async def test_nobody_else_changes_or_learns_anything(scene: Scene, who: str, role: str) -> None:
    """An officer and the leader of another ward, a collaborator of the ward, somebody unknown."""
    if role:
        await join(scene, who, "bo_de", role)
    ad_hoc = (await scene.rows(EXPECTED, EXPECTED.c.report == "request"))[0]
    before = await rows(scene)
    seen = []
    for row in (await expected(scene), ad_hoc):
        for said in TYPED:
            seen += await scene.says(who, said.format(row.number))
        for key in PRESSED:
            seen += await scene.presses_data(who, "0." + key.format(row.id, stamp(row.handed_at) if row.handed_at else ""))
    assert [one.screen for one in seen if any(word in one.screen for word in SECRET)] == []
    assert (await rows(scene), await scene.rows(DOCUMENT)) == (before, [])


async def rows(scene: Scene) -> list[sa.Row[tuple[object, ...]]]:
    return [*await scene.rows(EXPECTED), *await scene.rows(REPORT_EVENT)]
