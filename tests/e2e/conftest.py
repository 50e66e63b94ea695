"""The module's browser and its training room."""

from tests.e2e.browser import browser  # noqa: F401  a fixture
from tests.e2e.visiting import room  # noqa: F401  a fixture
