"""Loading a plan: every mistake is told with file, line and reason, and a broken plan is never used."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot.plan_files import PlanError, load_plan
from bot.yaml_lines import FileMistakes, Mistake, read_yaml
from models.condition import Bilingual
from models.talk import Label

SHIPPED = Path(__file__).parents[2] / "plans" / "longbien-2021"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped plan that a test may break."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "plan"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first `old`, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}: the test must follow the plan"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes(folder: Path) -> tuple[Mistake, ...]:
    with pytest.raises(PlanError) as caught:
        load_plan(folder)
    return caught.value.mistakes


def line_of(path: Path, text: str) -> int:
    """The only line that contains `text`."""
    found = [number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if text in line]
    assert len(found) == 1, f"{text!r} stands on {len(found)} lines of {path.name}"
    return found[0]


_ONE = "[{date: 2026-02-14, name: {vi: Đổi ngày, en: Swapped}, status: design}]"
MAKE_UP_TWICE = f"days_off: {_ONE}\nmake_up_days: {_ONE}"
# file, what is replaced, by what, a text that stands on the line that is to be named, part of the reason
BROKEN = [
    ("units.yaml", "en: Ngọc Lâm Ward}", "xx: 1}", "vi: Phường Ngọc Lâm", "units.ngoc_lam.name.en: is missing"),
    ("units.yaml", "en: Ngọc Lâm Ward}", 'en: " "}', "vi: Phường Ngọc Lâm", "units.ngoc_lam.name.en: "),
    ("units.yaml", 'code: "00133"', 'cod: "00133"', 'cod: "00133"', "unknown key"),
    ("units.yaml", 'code: "00133"', "code: bad", "code: bad", "units.ngoc_lam.code: "),
    ("units.yaml", 'code: "00133"', "parent: nowhere", "parent: nowhere", "stands twice (first on line"),
    ("units.yaml", "acts_for: quan_long_bien", "acts_for: nowhere", "acts_for: nowhere", "unknown unit nowhere"),
    ("units.yaml", "[moi_bo_de, moi_hong_ha]", "[moi_bo_de, moi_x]", "moi_x", "unknown successor moi_x"),
    ("units.yaml", "id: moi_hong_ha", "id: bo_de  # later", "# later", "bo_de is a unit of this plan"),
    ("units.yaml", "[moi_bo_de, moi_hong_ha]", "[moi_bo_de]\n    predecessors: [old_x]", "old_x", "unknown predecessor old_x"),
    ("units.yaml", "[moi_long_bien, moi_phuc_loi, moi_bat_trang, moi_gia_lam]", "[moi_long_bien]", "id: moi_gia_lam", "no unit shares land with it"),
    ("plan.yaml", "timezone:", "extends: nowhere\ntimezone:", "extends: nowhere", "there is no plan nowhere beside this one"),
    ("plan.yaml", "timezone:", "extends: plan\ntimezone:", "extends: plan", "there is no plan plan beside this one"),
    ("units.yaml", "short: {vi: Bồ Đề,", "short: {vi: ngoc  lam,", "vi: ngoc  lam,", "is a name of ngoc_lam too"),
    ("plan.yaml", "division: phong_ldtbxh", "division: bo_de", "division: bo_de", "no unit of kind division"),
    ("plan.yaml", "Asia/Ho_Chi_Minh", "Asia/Long_Bien", "Asia/Long_Bien", "no such time zone"),
    ("plan.yaml", "2021-02-24", "2021-02-30", "2021-02-30", "document.date"),
    ("plan.yaml", "child_groups,", "child_groups, child_groups,", "lists: [", "stands twice"),
    ("plan.yaml", "title:", "title: &t", "title: &t", "anchors and aliases are not used here"),
    ("violation_types.yaml", "severity: khan_cap", "severity: rat_gap", "severity: rat_gap", "unknown level rat_gap"),
    ("injury_types.yaml", 'hotline: "114"', 'hotline: "199"', 'hotline: "199"', "unknown hotline 199"),
    ("places.yaml", "source: [qd234_form]", "source: []", "id: home", "a verified item names its source"),
    ("injury_types.yaml", 'code: "01"', "code: 1", "code: 1", "should be a valid string"),
    ("care_needs.yaml", "- id: bo_hoc", "- id: lang_thang  # again", "# again", "lang_thang stands twice"),
    ("care_needs.yaml", "source: [kh_116]\n    law", "source: [hearsay]\n    law", "hearsay", "unknown source hearsay"),
    ("relations.yaml", "  - id: tre_em_khac", "  - id: tre_em_khac\n    carer: true", "id: tre_em_khac", "promises khan_cap, but the rules"),
    ("severity.yaml", "{eq: [danger, danger]}", "{eq: [danger, dangr]}", "dangr", "danger has no answer dangr"),
    ("severity.yaml", "{eq: [danger, danger]}", "{eq: [mood, bad]}", "mood", "unknown question mood"),
    ("severity.yaml", "{eq: [danger, danger]}", "{gt: [danger, 1]}", "gt:", "unknown key"),
    ("severity.yaml", "[xam_hai_tinh_duc, mua_ban]", "[xam_hai_tinh_duc, mua_banh]", "mua_banh", "violation has no answer mua_banh"),
    ("severity.yaml", "relation: relations", "relation: relatives", "relation: relatives", "unknown list relatives"),
    ("severity.yaml", "level: khan_cap\n    because: {vi: Trẻ đang", "level: gap\n    because: {vi: Trẻ đang", "level: gap", "unknown level gap"),
    ("ladder.yaml", "again: [60, 120]", "again: [0]", "again: [0]", "levels.1.again.0"),
    ("ladder.yaml", "again: [60, 120]", "again: [60, 30]", "level: nghiem_trong", "the distances after the last step never fall"),
    ("ladder.yaml", "again: [60, 120]", "again: []", "again: []", "levels.1.again"),
    ("ladder.yaml", "    again: [60, 120]\n", "", "level: nghiem_trong", "again: is missing"),
    ("ladder.yaml", "level: nghiem_trong", "level: gap", "level: gap", "unknown level gap"),
    ("ladder.yaml", "level: nghiem_trong", "level: khan_cap", "levels:", "no steps for nghiem_trong: such a case would fall silent"),
    ("ladder.yaml", "level: khan_cap", "level: first", "level: first", "the levels begin with the highest, khan_cap"),
    ("care.yaml", "level: nghiem_trong", "level: khan_cap", "steps:", "no steps for nghiem_trong: such a case would fall silent"),
    ("care.yaml", "level: khan_cap", "level: first", "level: first", "the steps begin with the highest, khan_cap"),
    ("ladder.yaml", "{after: 3, whom", "{after: 0, whom", "level: khan_cap", "two steps at once"),
    ("ladder.yaml", "- after: 0\n", "- after: 1\n", "level: khan_cap", "the first step is the card itself"),
    ("ladder.yaml", "{after: 5, whom: [room,", "{after: 5, whom: [rum,", "[rum,", "levels.0.steps.2.whom.0"),
    ("ladder.yaml", "{after: 5, whom: [room,", "{after: 5, whom: [", "{after: 5,", "the room is called at every step"),
    ("ladder.yaml", "{after: 5, whom: [room,", "{after: 5, whom: [room, room,", "{after: 5,", "a word stands twice"),
    ("ladder.yaml", "at: {night: [room, ", "at: {night: [", "at: {night: [", "the room is called at every step"),
    ("ladder.yaml", "at: {night:", "at: {dusk:", "at: {dusk:", "unknown hour dusk"),
    ("ladder.yaml", "name: evening", 'name: "office"', 'name: "office"', "office stands twice"),
    ("ladder.yaml", '    from: "17:00"\n    until: "21:00"\n', "", "name: evening", "always holds: the hours behind it would never come"),
    ("ladder.yaml", '    until: "21:00"\n', "", "name: evening", "from and until stand together"),
    ("ladder.yaml", "name: night\n", "name: night\n    days: working\n", "name: night", "the last hour is the rest"),
    ("ladder.yaml", "days: working", "days: workdays", "days: workdays", "hours.office.days"),
    ("calendar.yaml", "country: VN", "country: XY", "country: XY", "the holidays package does not know XY"),
    ("calendar.yaml", "days: [monday, tuesday, wednesday, thursday, friday]", "days: [ ]", "days: [ ]", "a week has working days"),
    ("calendar.yaml", "days_off: []\nmake_up_days: []", MAKE_UP_TWICE, "make_up_days: [", "2026-02-14 stands under days_off too"),
    ("units.yaml", "acts_for: quan_long_bien", "parent: phong_ldtbxh", "parent: phong_ldtbxh", "stands twice"),
    ("units.yaml", "kind: district\n", "kind: district\n    parent: bo_de\n", "parent: bo_de", "the unit lies within itself"),
    ("severity.yaml", "when: {eq: [kind, need]}\n    ", "", "id: can_giup_do", "a rule says when it holds"),
    ("severity.yaml", "law: 116/KH-UBND mục IV", "", "id: vi_pham", "a verified rule names its law"),
    ("ladder.yaml", '"21:00"', '"25:00"', '"25:00"', "quiet_hours.from"),
    ("hotlines.yaml", 'number: "113"', 'number: ""', 'id: "113"', "has a number"),
    ("hotlines.yaml", "status: unverified", "status: unverified\n    law: Luật", 'id: "113"', "only a verified item may name a law"),
    ("calendar.yaml", "friday]", "freitag]", "freitag]", "working_week.days.4"),
    ("clocks.yaml", "rules: [dang_nguy_hiem,", "rules: [dang_nguy,", "rules: [", "severity.yaml has no rule dang_nguy"),
    ("clocks.yaml", "rules: [dang_nguy_hiem,", "rules: [tre_tu_lam,", "rules: [", "rests on no law, so no legal clock can rest on it"),
    ("clocks.yaml", "{eq: [kind, violation]}", "{eq: [kind, violence]}", "kind, violence", "kind has no answer violence"),
    ("clocks.yaml", "of: plan_of_support", "of: approval", "of: approval", "no clock approval stands before it"),
    ("clocks.yaml", "    hours: 12\n", "    hours: 12\n    days: 1\n", "id: emergency", "exactly one limit"),
    ("clocks.yaml", "{after: 15, to: [ward, room]}", "{after: 0, to: [ward, room]}", "id: emergency", "each step up comes later"),
    ("clocks.yaml", "{basis: receipt, status: design,", "{basis: receipt, of: written, status: design,", "of: written", "and no other does"),
    ("clocks.yaml", "to: [above]}", "to: [mayor]}", "to: [mayor]}", "clocks.telephone.overdue.7.to.0"),
    ("clocks.yaml", "{basis: event, status: verified", "{basis: event, status: design", "{basis: event", "only a verified item may name a law"),
    ("clocks.yaml", "id: written", "id: telephone  # again", "# again", "telephone stands twice"),
    ("retention.yaml", "days: 90", "days: 0", "days: 0", "kept.inbox_bodies.days"),
    ("reports.yaml", "id: hoat_dong_he\n", "id: bo_chi_tieu  # again\n", "# again", "bo_chi_tieu stands twice"),
    ("reports.yaml", "id: hoat_dong_he\n", "id: request\n", "id: request", "request is the name of what is asked for by chat"),
    ("reports.yaml", "kinds: []\n    units: [phong_ldtbxh]", "kinds: []", "id: thang_hanh_dong_quan", "nobody owes it"),
    ("reports.yaml", "units: [phong_ldtbxh]", "units: [nowhere]", "units: [nowhere]", "unknown unit nowhere"),
    ("reports.yaml", "units: [phong_ldtbxh]", "units: [bo_de, bo_de]", "units: [bo_de, bo_de]", "bo_de stands twice"),
    ("reports.yaml", "kinds: [ward]", "kinds: [city]", "kinds: [city]", "units.yaml has no city"),
    ("reports.yaml", "kinds: [ward]", "kinds: [ward, ward]", "kinds: [ward, ward]", "ward stands twice"),
    ("reports.yaml", "to: phong_ldtbxh", "to: nowhere", "to: nowhere", "unknown unit nowhere"),
    ("reports.yaml", "to: phong_ldtbxh", "to: bo_de", "to: bo_de", "bo_de would accept its own report"),
    ("reports.yaml", "    sent_to: {vi: UBND thành phố", "    to: bo_de\n    sent_to: {vi: UBND thành phố", "id: thang_hanh_dong_quan", "or out of"),
    ("reports.yaml", "id: 9_thang_2021", "id: 6_thang_2021", "due: 2021-08-10, rule: before", "6_thang_2021 stands twice"),
    ("reports.yaml", "due: 2021-08-10, rule: before", "due: 2021-05-10, rule: before", "id: 9_thang_2021", "2021-05-10 is not after 2021-05-10"),
    ("reports.yaml", "start: 2021-01-01\n", "start: 2021-06-01  # late\n", "# late", "the period starts after its due day"),
    ("reports.yaml", "end: 2021-12-31", "end: 2020-12-31", "- id: nam_2021", "the period ends before it starts"),
    ("reports.yaml", "rule: before\n", "rule: until\n", "rule: until", "periods.nam_2021.rule"),
    ("reminders.yaml", "[14, 7, 3, 1, 0]", "[14, 7, 7]", "before: [", "7 is not less than 7"),
    ("reminders.yaml", "[14, 7, 3, 1, 0]", "[7, 14]", "before: [", "14 is not less than 7"),
    ("reminders.yaml", "after: 2, to", "after: 1, to", "after: 1, to: [unit, leader]", "1 is not more than 1"),
    ("reminders.yaml", "to: [unit, leader]}", "to: [unit, unit]}", "to: [unit, unit]}", "a word stands twice"),
    ("reminders.yaml", "status: design", "status: verified\nsource: [hearsay]", "source: [hearsay]", "unknown source hearsay"),
    ("targets.yaml", "id: tham_gia", "id: tro_giup  # again", "# again", "tro_giup stands twice"),
    ("targets.yaml", "form: thang_hanh_dong", "form: thang_hanh", "form: thang_hanh", "no report has the form thang_hanh"),
    ("targets.yaml", "least: 85", "least: 185", "least: 185", "targets.tham_gia.least"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "reason"), BROKEN, ids=[f"{row[0]}-{row[4]}" for row in BROKEN])
def test_a_mistake_is_told_with_file_and_line(folder: Path, file: str, old: str, new: str, at: str, reason: str) -> None:
    """The file, the very line and the reason."""
    edit(folder / file, old, new)
    found = [(mistake.file, mistake.line) for mistake in mistakes(folder) if reason in mistake.reason]
    assert (f"plan/{file}", line_of(folder / file, at)) in found


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """Shapes and references, in several files: nobody repairs one only to be shown the next."""
    edit(folder / "units.yaml", "acts_for: quan_long_bien", "acts_for: nowhere")
    edit(folder / "hotlines.yaml", "en: Police}", "}")
    edit(folder / "violation_types.yaml", "source: [pd_tre_em]", "source: [hearsay]")
    told = [(mistake.file, mistake.reason.split(":")[-1].strip()) for mistake in mistakes(folder)]
    assert told == [
        ("plan/hotlines.yaml", "is missing"),
        ("plan/units.yaml", "unknown unit nowhere"),
        ("plan/violation_types.yaml", "unknown source hearsay"),
    ]


def test_a_broken_part_is_not_held_against_the_others(folder: Path) -> None:
    """A file that is no YAML gives one mistake, not one for every reference into it."""
    (folder / "sources.yaml").write_text("sources:\n  - {id: x", encoding="utf-8")
    assert [mistake.file for mistake in mistakes(folder)] == ["plan/sources.yaml"]


def test_a_missing_file_is_told(folder: Path) -> None:
    """The file that is not there is named, with what the system said."""
    (folder / "ladder.yaml").unlink()
    assert [str(mistake) for mistake in mistakes(folder)] == ["plan/ladder.yaml:1: cannot be read: No such file or directory"]


def test_a_file_that_nobody_reads_is_told(folder: Path) -> None:
    """A list that plan.yaml does not name would be dead without anybody noticing; so would a part under another ending."""
    (folder / "relation.yaml").write_text("items: []\n", encoding="utf-8")
    (folder / "units.yml").write_text("units: []\n", encoding="utf-8")
    assert [mistake.file for mistake in mistakes(folder)] == ["plan/relation.yaml", "plan/units.yml"]


@pytest.fixture
def extending(folder: Path) -> Path:
    """A plan beside the copy that has only a head of its own."""
    more = folder.parent / "more"
    more.mkdir()
    shutil.copy(folder / "plan.yaml", more)
    edit(more / "plan.yaml", "id: longbien-2021", "id: more\nextends: plan")
    return more


def test_a_plan_takes_from_another_what_it_does_not_have(folder: Path, extending: Path) -> None:
    """Whole files: its own where it has one."""
    shutil.copy(folder / "places.yaml", extending)
    edit(extending / "places.yaml", "vi: Tại nhà", "vi: Ở nhà")
    plan, base = load_plan(extending), load_plan(folder)
    assert (plan.id, plan.units, plan.list("relations")) == ("more", base.units, base.list("relations"))
    assert next(item.name.vi for item in plan.list("places")) == "Ở nhà"


def test_a_mistake_in_what_was_taken_is_told_where_it_stands(folder: Path, extending: Path) -> None:
    """In the other plan's folder: there it is put right."""
    edit(folder / "reminders.yaml", "[14, 7, 3, 1, 0]", "[7, 14]")
    assert [(mistake.file, mistake.line) for mistake in mistakes(extending)] == [
        ("plan/reminders.yaml", line_of(folder / "reminders.yaml", "before: ["))
    ]


def test_a_plan_that_extends_another_is_not_extended(folder: Path, extending: Path) -> None:
    """Two steps would leave nobody sure which file counts."""
    edit(folder / "plan.yaml", "timezone:", "extends: longbien-2021\ntimezone:")
    assert [mistake.reason for mistake in mistakes(extending)] == ["extends: plan extends a plan itself"]


def test_a_file_that_neither_has_is_told_of_the_plan_itself(folder: Path, extending: Path) -> None:
    """Where it is to be written."""
    (folder / "ladder.yaml").unlink()
    assert [mistake.file for mistake in mistakes(extending)] == ["more/ladder.yaml"]


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.parent.iterdir() if path.is_dir()))
def test_every_shipped_plan_loads(name: str) -> None:
    """Each bears its folder's name."""
    assert load_plan(SHIPPED.parent / name).id == name


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A wrong setting gives one plain sentence."""
    assert [mistake.reason for mistake in mistakes(tmp_path / "nowhere")] == ["there is no such folder"]


def test_the_error_is_one_mistake_a_line(folder: Path) -> None:
    """What is printed can be clicked: file:line: reason."""
    edit(folder / "plan.yaml", "division: phong_ldtbxh", "division: bo_de")
    with pytest.raises(PlanError, match=r"^plan/plan\.yaml:\d+: division: bo_de is no unit of kind division$"):
        load_plan(folder)


# --- the reader -------------------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "some.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("true", True), ("false", False), ("00115", "00115"), ("21:00", "21:00"), ("2021-02-24", "2021-02-24"),
        ("12", 12), ("-3", -3), ("0", 0), ("1.5", 1.5), ("1_000", "1_000"), ("0x1F", "0x1F"), ("null", None), ("~", None), ("", None), ("'12'", "12"),
    ],
)  # fmt: skip
def test_words_are_read_as_people_mean_them(written: Callable[[str], Path], text: str, value: object) -> None:
    """Only true and false are yes-or-no, a leading zero makes it text, hours and dates stay text."""
    data = read_yaml(written(f"a: {text}\n")).data
    assert ({"a": value}, type(value)) == (data, type(data["a"]))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "the key c stands twice (first on line 3)"),
        ("a: 1\nb: [1\n", 3, "not YAML: "),
        ("a: 1\n? [x]\n: 2\n", 2, "a key must be a word"),
        ("a: &x 1\nb: *x\n", 1, "anchors and aliases are not used here"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "is not used here"),
        ("a: 1\nb: !!int x\n", 2, "x does not fit its tag"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML: "),
        ("a: \x00\n", 1, "not YAML: "),
    ],
)
def test_what_yaml_would_let_pass_is_told(written: Callable[[str], Path], text: str, line: int, reason: str) -> None:
    """A key twice, an anchor, a tag of Python: told with the line, never taken."""
    with pytest.raises(FileMistakes) as caught:
        read_yaml(written(text), "some.yaml")
    (mistake,) = caught.value.mistakes
    assert ("some.yaml", line) == (mistake.file, mistake.line)
    assert reason in mistake.reason


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    """Old Vietnamese encodings are refused, not shown as rubbish."""
    path = tmp_path / "old.yaml"
    path.write_bytes("a: Bồ Đề".encode("cp1258", errors="replace") + b"\xff")
    with pytest.raises(FileMistakes, match="is not UTF-8"):
        read_yaml(path)


class Named(BaseModel, extra="forbid"):
    id: str
    name: Bilingual


class Several(BaseModel, extra="forbid"):
    items: tuple[Named, ...]


def test_a_label_needs_both_languages_and_nothing_else(written: Callable[[str], Path]) -> None:
    """A missing, an empty and an unknown language are each told where they stand, by the item's id."""
    located = read_yaml(written("items:\n  - id: one\n    name:\n      vi: ' '\n      fr: un\n"), "some.yaml")
    with pytest.raises(ValidationError) as caught:
        Several.model_validate(located.data)
    assert sorted(map(str, located.mistakes(caught.value))) == [
        ("some.yaml:3: items.one.name.en: is missing"),
        ("some.yaml:4: items.one.name.vi: String should have at least 1 character"),
        ("some.yaml:5: items.one.name.fr: unknown key"),
    ]


def test_a_label_is_the_label_of_the_talk(written: Callable[[str], Path]) -> None:
    """What a file says becomes the same value that handlers say."""
    located = read_yaml(written("items:\n  - {id: one, name: {vi: Một, en: One}}\n"))
    assert Label("Một", "One") == Several.model_validate(located.data).items[0].name


def test_a_part_of_a_file_can_be_checked_alone(written: Callable[[str], Path]) -> None:
    """`under` tells where the part stands, so its mistakes keep the lines of the whole file."""
    located = read_yaml(written("items:\n  - id: one\n\n  - id: two\n"), "some.yaml")
    with pytest.raises(ValidationError) as caught:
        Named.model_validate(located.data["items"][1])
    assert [str(mistake) for mistake in located.mistakes(caught.value, ("items", 1))] == ["some.yaml:4: items.two.name: is missing"]
