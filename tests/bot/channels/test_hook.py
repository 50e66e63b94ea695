"""The webhooks' addresses and secrets."""

import pytest

from bot.channels.hook import hook_path, hook_secret, is_from_platform


def test_the_path_names_the_channel() -> None:
    """Each channel has an address of its own."""
    assert [hook_path("telegram"), hook_path("zalo-12")] == ["/hook/telegram", "/hook/zalo-12"]


def test_the_secret_is_the_same_at_every_start_and_another_for_every_channel() -> None:
    """Hex HMAC-SHA256 of the channel's name: a platform that leaks its own does not give away another's, nor the operator's."""
    assert hook_secret("operators-own-secret", "zalo-12") == "20d2de8c2148584b0ac8b2b1ef020dcdd6d2388028f7ddf64eb1264531c7c00b"
    assert hook_secret("operators-own-secret", "telegram") != hook_secret("operators-own-secret", "zalo-12")


def test_without_a_secret_there_is_none() -> None:
    """A secret made of nothing could be made by anybody."""
    with pytest.raises(ValueError, match="needs a secret"):
        hook_secret("", "telegram")


@pytest.mark.parametrize(("given", "expected"), [(hook_secret("s" * 16, "telegram"), True), (hook_secret("s" * 16, "zalo-1"), False)])
def test_only_its_own_secret_lets_a_post_in(given: str, expected: bool) -> None:
    """Another channel's is as wrong as any."""
    assert is_from_platform(given, "s" * 16, "telegram") is expected


@pytest.mark.parametrize("given", [None, "", "s" * 16, "\udcff", "ữ"])
def test_whatever_else_a_header_holds_is_refused(given: str | None) -> None:
    """No header, the operator's own secret, bytes that are no text: refused, and nothing raises."""
    assert not is_from_platform(given, "s" * 16, "telegram")
