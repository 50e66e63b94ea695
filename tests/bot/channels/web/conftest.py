"""The module's browser."""

from tests.e2e.browser import browser  # noqa: F401  a fixture
