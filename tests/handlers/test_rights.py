"""Who may do what: every command with every role, and the rights that are checked on the object itself."""

from dataclasses import replace

import pytest

from handlers.rights import (
    BY_NAME,
    COMMANDS,
    Where,
    allowed,
    may_change_roster,
    may_cut,
    may_drill,
    may_give,
    may_give_duty,
    may_lead,
    may_manage,
    may_see,
    may_see_roster,
    may_take,
)
from models.facts import Member, Role
from tests.handlers.people_driver import (
    ADMIN,
    CASE,
    COLLABORATOR,
    DIVISION,
    DUTY,
    EVERYONE,
    LEADER,
    OTHER_OFFICER,
    OTHER_WARD,
    PARTNER,
    PLAN,
    TAKEN,
    WARD,
    WARD_OFFICER,
    who,
)  # fmt: skip

R = Role
EVERY = {None, *Role}
OFFICERS = {R.DUTY_OFFICER, R.LEADER, R.WARD_OFFICER}
MAY = {
    "start": EVERY, "help": EVERY, "language": EVERY, "report": EVERY, "more": EVERY, "see": EVERY, "misdial": EVERY,
    "link": EVERY, "unlink": {*Role},
    "confirm": OFFICERS | {R.COLLABORATOR}, "take": OFFICERS, "details": OFFICERS, "photos": OFFICERS,
    "promise": OFFICERS, "kept": OFFICERS, "hand_over": OFFICERS, "accept": OFFICERS, "decline": OFFICERS, "release": OFFICERS,
    "take_over": {R.DUTY_OFFICER, R.LEADER}, "close": {R.DUTY_OFFICER, R.LEADER}, "reopen": {R.DUTY_OFFICER, R.LEADER},
    "cases": EVERY, "record": OFFICERS,
    "invite": {R.ADMINISTRATOR, R.WARD_OFFICER}, "cut": {R.ADMINISTRATOR, R.WARD_OFFICER},
    "bind": {R.ADMINISTRATOR, R.WARD_OFFICER}, "unbind": {R.ADMINISTRATOR, R.WARD_OFFICER},
    "roster": {R.DUTY_OFFICER, R.LEADER, R.ADMINISTRATOR}, "note": {R.DUTY_OFFICER, R.LEADER},
    "refuse_duty": {R.DUTY_OFFICER, R.LEADER},
    "drill": {R.LEADER, R.ADMINISTRATOR},
    "ready": {R.ADMINISTRATOR},
    "submit": OFFICERS | {R.PARTNER}, "see_report": OFFICERS | {R.PARTNER}, "dates": OFFICERS | {R.PARTNER}, "snooze": OFFICERS | {R.PARTNER},
    "request": {R.LEADER, R.ADMINISTRATOR}, "drop_request": {R.LEADER, R.ADMINISTRATOR},
    "progress": OFFICERS | {R.PARTNER},
    "drop_file": OFFICERS | {R.PARTNER},
    "table": OFFICERS | {R.PARTNER}, "consolidate": {R.DUTY_OFFICER, R.LEADER},
    "absent": OFFICERS | {R.PARTNER},
    "decide": {R.DUTY_OFFICER, R.LEADER}, "send_back": {R.DUTY_OFFICER, R.LEADER}, "unlock": {R.LEADER},
}  # fmt: skip


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_command_with_every_role(name: str, role: Role | None) -> None:
    """A command begins exactly for the roles that the table above gives it; an unknown person has none."""
    sender = None if role is None else who("Ai Đó", (role, WARD))
    assert allowed(BY_NAME[name], sender) is (role in MAY[name])


def test_every_command_stands_in_the_table() -> None:
    """A command that is added without a decision about its roles fails here."""
    assert {command.name for command in COMMANDS} == set(MAY)


def test_no_word_means_two_commands() -> None:
    """What is typed has one meaning."""
    words = [word for command in COMMANDS for word in command.words]
    assert len(words) == len(set(words))


def test_only_rooms_are_set_up_in_groups() -> None:
    """Whatever concerns a report or a person stays private."""
    assert {command.name for command in COMMANDS if command.where is Where.GROUP} == {"bind", "unbind"}
    assert {command.name for command in COMMANDS if command.where is Where.BOTH} == {
        "help", "take", "details", "photos", "promise", "kept", "accept", "decline", "cases", "decide", "see_report",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (ADMIN, False),
        (DUTY, True),
        (LEADER, True),
        (WARD_OFFICER, True),
        (OTHER_OFFICER, False),
        (COLLABORATOR, False),
        (PARTNER, False),
        (None, False),
    ],
)
def test_a_case_is_for_the_division_and_for_its_ward(person: object, expected: bool) -> None:
    """Duty officers and leaders of the division, and officers of the ward where it happened; an administrator not."""
    assert may_take(person, CASE, PLAN) is expected  # type: ignore[arg-type]
    assert may_see(person, CASE, PLAN) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize("person", EVERYONE)
def test_a_restricted_case_is_for_the_leader_alone(person: object) -> None:
    """Nobody else, not even the officer who had taken it before."""
    case = replace(TAKEN, restricted=True)
    assert may_see(person, case, PLAN) is (person is LEADER)  # type: ignore[arg-type]


def test_the_leader_of_a_ward_is_not_the_leader_of_the_division() -> None:
    """A restricted case may be about the ward itself."""
    assert not may_see(who("Chủ Tịch", (Role.LEADER, WARD)), replace(CASE, restricted=True), PLAN)


def test_a_case_without_a_ward_is_for_the_division_only() -> None:
    """Until the place is known no ward can claim it."""
    case = replace(CASE, ward="")
    assert may_take(DUTY, case, PLAN)
    assert not may_take(WARD_OFFICER, case, PLAN)


def test_the_taker_keeps_seeing_the_case() -> None:
    """A ward officer who took a case still sees it after its ward was corrected."""
    case = replace(CASE, status="taken", taken_by=WARD_OFFICER.person, ward=OTHER_WARD)
    assert may_see(WARD_OFFICER, case, PLAN)
    assert not may_take(WARD_OFFICER, case, PLAN)


def test_ward_officers_invite_only_into_their_ward() -> None:
    """Collaborators and officers of their own ward; administrators anybody; nobody else anybody."""
    assert may_give(WARD_OFFICER, Role.COLLABORATOR, WARD)
    assert may_give(WARD_OFFICER, Role.WARD_OFFICER, WARD)
    assert not may_give(WARD_OFFICER, Role.COLLABORATOR, OTHER_WARD)
    assert not may_give(WARD_OFFICER, Role.DUTY_OFFICER, WARD)
    assert not may_give(DUTY, Role.COLLABORATOR, WARD)
    assert all(may_give(ADMIN, role, DIVISION) for role in Role)


def test_a_ward_officer_cannot_cut_somebody_who_is_more_elsewhere() -> None:
    """Cutting ends all that somebody holds, so the right must cover all of it."""
    both = Member("p", "Người Hai Vai", (*COLLABORATOR.held, *DUTY.held))
    assert not may_cut(WARD_OFFICER, both)
    assert may_cut(WARD_OFFICER, Member("p", "Cộng Tác Viên", COLLABORATOR.held))
    assert may_cut(ADMIN, both)


def test_nobody_cuts_themselves() -> None:
    """So one administrator always remains."""
    assert not may_cut(ADMIN, Member(ADMIN.person, ADMIN.name, ADMIN.held))


def test_a_room_is_bound_by_an_administrator_or_for_ones_own_ward() -> None:
    """A ward officer never moves the division's room."""
    assert may_manage(ADMIN, DIVISION)
    assert may_manage(WARD_OFFICER, WARD)
    assert not may_manage(WARD_OFFICER, DIVISION)
    assert not may_manage(DUTY, DIVISION)


@pytest.mark.parametrize(
    ("person", "see", "change", "give"),
    [
        (ADMIN, True, True, False),
        (LEADER, True, True, False),
        (DUTY, True, False, True),
        (WARD_OFFICER, False, False, False),
        (COLLABORATOR, False, False, False),
        (PARTNER, False, False, False),
        (who("Lãnh Đạo Phường", (Role.LEADER, WARD)), False, False, False),
        (who("Trực Phường", (Role.DUTY_OFFICER, WARD)), False, False, False),
        (None, False, False, False),
    ],
)
def test_the_roster_is_the_divisions(person: object, see: bool, change: bool, give: bool) -> None:
    """Its officers see it, its leaders and administrators change it, its duty officers give away a turn of their own."""
    found = may_see_roster(person, PLAN), may_change_roster(person, PLAN), may_give_duty(person, PLAN)  # type: ignore[arg-type]
    assert found == (see, change, give)


@pytest.mark.parametrize("person", [*EVERYONE, None])
def test_only_the_division_takes_over_closes_and_opens_again(person: object) -> None:
    """A ward officer may take and hand back a case, and never end it."""
    assert may_lead(person, TAKEN, PLAN) is (person in (DUTY, LEADER))  # type: ignore[arg-type]
    assert may_lead(person, replace(TAKEN, restricted=True), PLAN) is (person is LEADER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (ADMIN, True),
        (LEADER, True),
        (DUTY, False),
        (WARD_OFFICER, False),
        (who("Lãnh Đạo Phường", (Role.LEADER, WARD)), False),
        (None, False),
    ],
)
def test_an_exercise_is_held_by_the_divisions_leaders_and_administrators(person: object, expected: bool) -> None:
    """A leader of a ward cannot call the division's room."""
    assert may_drill(person, PLAN) is expected  # type: ignore[arg-type]
