"""The module's browser and its training room."""

import gc
from collections.abc import Iterator

import pytest

from tests.e2e.browser import browser  # noqa: F401  a fixture
from tests.e2e.visiting import room  # noqa: F401  a fixture


@pytest.fixture(autouse=True)
def _nothing_is_left_to_collect() -> Iterator[None]:
    """What a browser and its servers leave open is told here, with a traceback. Told later, in the middle of parsing some source, it fails that parsing:
    Python 3.11 shares the state of its parser (gh-106905)."""
    yield
    gc.collect()
