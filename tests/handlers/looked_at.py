"""One case with all its answers, and somebody who looks at it or takes it."""

from typing import Any

from models.facts import Case, Draft, Given, Stored, Who
from models.talk import Json
from tests.handlers.people_driver import CASE, COLLABORATOR, NOW, WARD, Talk

TAKE, DETAILS, PHOTOS = f"take:{CASE.id}", f"detail:{CASE.id}", f"photos:{CASE.id}"
WHEN: Json = {
    "start": "2026-11-22T20:00:00+07:00",
    "end": "2026-11-22T20:00:00+07:00",
    "approximate": False,
    "precision": "minute",
    "text": "8h tối qua",
}
ANSWERS: dict[str, Json] = {
    "danger": "danger", "kind": "violation", "violation": "bao_luc", "relation": "cha", "lives_with_child": "yes", "network_involved": "no",
    "ward": WARD, "place": "số 8 ngõ 12 Ngọc Lâm", "when": WHEN, "seen": "Nghe cháu khóc, có vết roi ở tay", "contact": "yes",
    "phone": "0911222333", "named": "named", "child_name": "Cháu Bống", "child_whereabouts": "đang ở nhà với bố",
}  # fmt: skip
PICTURES = (Stored("a1", "photos", "photo", "stored"), Stored("a2", "photos", "photo", "stored"), Stored("a3", "seen", "voice", "stored"))


def draft(**other: Json) -> Draft:
    return Draft("s42", "incident", "sent", {name: Given(value) for name, value in {**ANSWERS, **other}.items()}, NOW, CASE.id)


def talk(person: Who | None, case: Case | None = CASE, *, group: bool = False, **more: Any) -> Talk:
    facts = {"case": case, "case_draft": draft(), "reporter": COLLABORATOR, **more}
    return Talk(who=person, group=group, more=facts)


def kinds(one: Talk) -> list[str]:
    return [type(command).__name__ for command in one.commands]
