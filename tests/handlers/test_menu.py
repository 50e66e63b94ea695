"""The menus of commands: for each role what it may do, few enough for a small screen, and never more than that."""

from itertools import combinations

import pytest

from handlers import menu
from handlers.rights import BY_NAME, COMMANDS, Where, allowed
from models.commands import Join, SetLocale
from models.facts import Invited, Role, Who
from models.talk import Lane, LetterKind, Say
from tests.handlers.people_driver import COLLABORATOR, DIVISION, DUTY, LEADER, WARD, Talk, render, who

GROUPS_OF_ROLES = [roles for size in range(1, len(Role) + 1) for roles in combinations(Role, size)]


def words(person: Who | None) -> list[str]:
    return [choice.key for choice in menu.of(person)]


def menus(talk: Talk) -> list[list[str]]:
    """Of the last turn."""
    return [[choice.key for choice in say.choices] for say in talk.turn.says if say.kind is LetterKind.MENU]


@pytest.mark.parametrize("roles", GROUPS_OF_ROLES, ids="+".join)
def test_everybody_is_offered_what_their_roles_may_do(roles: tuple[Role, ...]) -> None:
    """Only commands that they may begin in a private chat, each once, eight at most, help among them."""
    person = who("Ai Đó", *((role, WARD) for role in roles))
    offered = words(person)
    by_word = {command.words[0].removeprefix("/"): command for command in COMMANDS}
    assert [word for word in offered if by_word[word].where is Where.GROUP or not allowed(by_word[word], person)] == []
    assert len(set(offered)) == len(offered) <= menu.MOST
    assert {"baocao", "trogiup"} <= set(offered)


def test_what_goes_where_many_roles_make_too_many() -> None:
    """Whoever is everything still finds what a report and a case begin with."""
    everything = who("Mọi Vai", *((role, WARD) for role in Role))
    assert words(everything) == ["baocao", "ghinhan", "vuviec", "nopbaocao", "nhan", "lichtruc", "moi", "trogiup"]


def test_what_each_is_offered() -> None:
    """In the order of use."""
    assert [words(person) for person in (None, COLLABORATOR, LEADER)] == [
        ["baocao", "vuviec", "bosung", "trogiup", "ngonngu"],
        ["baocao", "vuviec", "xacnhan", "bosung", "trogiup", "ngonngu"],
        ["baocao", "ghinhan", "vuviec", "nopbaocao", "tiendo", "nhan", "lichtruc", "trogiup"],
    ]
    assert [choice.key for choice in menu.in_group()] == ["vuviec", "nhan", "chitiet", "anh", "ganphong", "gophong", "trogiup"]


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_what_is_said_of_a_command_is_short(locale: str) -> None:
    """It fits one line of a telephone, and every word is a command of Telegram's: small letters, digits, no sign."""
    everything = who("Mọi Vai", *((role, WARD) for role in Role))
    choices = (*menu.of(everything), *menu.of(COLLABORATOR), *menu.in_group())
    assert [choice.key for choice in choices if len(render(choice.label, locale)) > 55 or not choice.key.isalnum()] == []
    assert {choice.action for choice in choices} == {True}


def test_only_what_can_be_typed_in_a_group_is_offered_there() -> None:
    """A group's menu is the same for all of its people."""
    names = {command.words[0].removeprefix("/"): command.where for command in BY_NAME.values()}
    assert {names[choice.key] for choice in menu.in_group()} == {Where.GROUP, Where.BOTH}


def test_whoever_joins_gets_the_menu_of_all_their_roles() -> None:
    """The new one together with those they had."""
    talk = Talk(who=COLLABORATOR, more={"invited": Invited("inv1", Role.DUTY_OFFICER, DIVISION)})
    for said in ("/start BN-ABCD-EF23", "[Đúng, tham gia]"):
        talk.says(said)
    assert [type(command) for command in talk.commands] == [Join]
    assert menus(talk) == [words(who("", (Role.COLLABORATOR, WARD), (Role.DUTY_OFFICER, DIVISION)))]


def test_a_new_language_is_the_menus_too() -> None:
    """A member's menu is set anew; somebody unknown sees the messenger's in the language of their app."""
    member, stranger = Talk(who=DUTY), Talk()
    for talk in (member, stranger):
        talk.says("/ngonngu en")
        assert talk.commands == (SetLocale("en"),)
    assert (menus(member), menus(stranger)) == ([words(DUTY)], [])


def test_a_menu_without_commands_is_taken_back() -> None:
    """In no hurry."""
    assert menu.say(None) == Say("", kind=LetterKind.MENU, lane=Lane.REMINDER)
