"""For every messenger's ear."""

import pytest

from tests.bot.channels.hearing import Hearing


@pytest.fixture
def hearing() -> Hearing:
    return Hearing()
