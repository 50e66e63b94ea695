"""Form files that could not be run are refused, with file, line, question and reason."""

from pathlib import Path

import pytest

from bot.form_files import FormError, load_forms
from tests.transcripts import ROOT, plan

HEAD = """\
id: small
version: 1
title: {vi: Nhỏ, en: Small}
sections:
  - {name: all, label: {vi: Tất cả, en: All}}
questions:
"""
COLOUR = """\
  - name: colour
    type: select_one
    section: all
    label: {vi: "Màu gì?", en: "Which colour?"}
    short: {vi: Màu, en: Colour}
    choices:
      - {name: red, label: {vi: Đỏ, en: Red}}
      - {name: blue, label: {vi: Xanh, en: Blue}}
"""
TEXT = """\
  - name: why
    type: text
    section: all
    label: {vi: "Vì sao?", en: "Why?"}
    short: {vi: Vì sao, en: Why}
"""


def mistakes(folder: Path, *questions: str) -> list[str]:
    (folder / "small.yaml").write_text(HEAD + "".join(questions), encoding="utf-8")
    with pytest.raises(FormError) as error:
        load_forms(folder, plan())
    return str(error.value).split("\n")


def test_the_forms_of_this_repository_can_be_run() -> None:
    """Against the default plan; each knows the hash of its file."""
    forms = load_forms(ROOT / "forms", plan())
    assert "incident" in forms
    assert {64} == {len(form.content_hash) for form in forms.values()}


@pytest.mark.parametrize(
    ("questions", "reason"),
    [
        ((COLOUR.replace("select_one", "colour"),), "questions.colour.type: Input should be"),
        ((TEXT + "    constraint: nice\n",), "questions.why.constraint: unknown function nice"),
        ((TEXT, TEXT), "questions.why.name: the name stands twice"),
        ((TEXT.replace("section: all", "section: none"),), "questions.why.section: unknown section none"),
        ((TEXT + "    relevant: {eq: [colour, red]}\n", COLOUR), "questions.why.relevant: asks about colour, which comes later"),
        ((TEXT + "    relevant: {eq: [shape, red]}\n",), "questions.why.relevant: asks about shape, which is no question"),
        (
            (COLOUR, TEXT + "    relevant: {eq: [colour, green]}\n"),
            "questions.why.relevant: colour has no choice green, so this is never asked",
        ),
        ((TEXT.replace(', en: "Why?"', ""),), "questions.why.label.en: is missing"),
        ((COLOUR.replace("red", "r" * 41),), "longer than 40 bytes, too long for a button"),
        ((COLOUR.replace("red", "_red"),), "names that begin with _ are the interpreter's own"),
        ((COLOUR.replace("name: blue", "name: red"),), "the choice red stands twice"),
        ((COLOUR.replace("vi: Xanh", "vi: ĐO"),), "“ĐO” could be red or blue"),
        ((COLOUR.replace("en: Red}}", "en: Red}, then: explode}"),), "unknown effect explode"),
        ((TEXT.replace("type: text", "type: select_one"),), "questions.why: a select_one needs choices or choices_from"),
        ((TEXT.replace("type: text", "type: select_one") + "    choices_from: colours\n",), "the plan has no list colours"),
        ((TEXT + "    colour: red\n",), "questions.why.colour: unknown key"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, questions: tuple[str, ...], reason: str) -> None:
    """Whoever edits the file finds the line."""
    found = mistakes(tmp_path, *questions)
    assert [line for line in found if line.startswith("small.yaml:") and reason in line] != [], found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Of all files."""
    (tmp_path / "other.yaml").write_text(HEAD + TEXT + "    constraint: nice\n", encoding="utf-8")
    found = mistakes(tmp_path, TEXT + "    constraint: nice\n    fills: nobody\n")
    assert [line.split(":")[0] for line in found] == ["other.yaml", "small.yaml", "small.yaml"]
