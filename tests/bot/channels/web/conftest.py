"""The module's browser (`browser`)."""

from tests.e2e.browser import browser as browser
