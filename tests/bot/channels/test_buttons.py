"""The button codec."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import buttons


@given(st.integers(min_value=0, max_value=10**6), st.text(min_size=1, max_size=14))
def test_there_and_back(question: int, key: str) -> None:
    """What a button carries comes back as it went, whatever the key's letters and dots."""
    if len(f"{question}.{key}".encode(errors="surrogatepass")) <= 64 and key.isprintable():
        assert (question, key) == buttons.decode(buttons.encode(question, key))


def test_an_action_key() -> None:
    """An action with a full id fits."""
    data = buttons.encode(0, "take:0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f")
    assert data == "0.take:0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
    assert buttons.decode(data) == (0, "take:0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f")


def test_64_bytes_and_not_one_more() -> None:
    """The limit counts bytes of UTF-8, not letters."""
    assert len(buttons.encode(1, "ữ" * 20 + "ab").encode()) == 64
    with pytest.raises(ValueError, match="64 bytes"):
        buttons.encode(1, "ữ" * 21)


@pytest.mark.parametrize(("question", "key"), [(1, ""), (-1, "a")])
def test_what_could_not_come_back_is_refused(question: int, key: str) -> None:
    """A button without a key or with a negative question is a bug of ours, found when it is made."""
    with pytest.raises(ValueError, match="needs"):
        buttons.encode(question, key)


@pytest.mark.parametrize("data", ["", "1", ".", "1.", ".a", "x.a", "-1.a", "٣.a", "1 .a", "9" * 70 + ".a"])
def test_foreign_data_is_none(data: str) -> None:
    """Data that we never wrote is no button, and no error either."""
    assert buttons.decode(data) is None
