"""The five words of a condition."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.condition import Condition, compared, holds


def condition(data: dict[str, Any]) -> Condition:
    return Condition.model_validate(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"eq": ["kind", "need"]}, True),
        ({"eq": ["kind", "injury"]}, False),
        ({"eq": ["seen", "need"]}, False),
        ({"eq": ["skipped", "need"]}, False),
        ({"eq": ["several", "b"]}, True),
        ({"eq": ["several", "c"]}, False),
        ({"eq": ["count", True]}, False),
        ({"eq": ["count", 1]}, True),
        ({"in": ["kind", ["injury", "need"]]}, True),
        ({"in": ["seen", ["injury", "need"]]}, False),
        ({"not": {"eq": ["seen", "need"]}}, True),
        ({"all": [{"eq": ["kind", "need"]}, {"eq": ["count", 1]}]}, True),
        ({"all": [{"eq": ["kind", "need"]}, {"eq": ["count", 2]}]}, False),
        ({"any": [{"eq": ["kind", "injury"]}, {"eq": ["count", 1]}]}, True),
        ({"any": [{"eq": ["kind", "injury"]}, {"eq": ["count", 2]}]}, False),
    ],
    ids=str,
)
def test_a_condition_means_what_it_says(data: dict[str, Any], expected: bool) -> None:
    """No answer and a skipped one equal nothing; one of several values is enough; 1 is not "yes"."""
    assert expected is holds(condition(data), {"kind": "need", "skipped": None, "several": ["a", "b"], "count": 1})


@pytest.mark.parametrize(
    "data", [{}, {"eq": ["a", "b"], "in": ["a", ["b"]]}, {"all": []}, {"in": ["a", []]}, {"gt": ["a", 1]}, {"eq": ["a"]}], ids=str
)
def test_a_condition_is_exactly_one_of_five_words(data: dict[str, Any]) -> None:
    """Nothing, two words at once, an empty list or another word are refused."""
    with pytest.raises(ValidationError):
        condition(data)


def test_a_condition_tells_what_it_compares() -> None:
    """Loaders see every question and value, however deep."""
    nested = condition({"all": [{"eq": ["a", 1]}, {"not": {"any": [{"in": ["b", ["x", "y"]]}]}}]})
    assert list(compared(nested)) == [("a", (1,)), ("b", ("x", "y"))]
