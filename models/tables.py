"""Every table, imported once, so that `SQLModel.metadata` is whole (migrations, "start again")."""

from sqlmodel import SQLModel

from models import (
    attachment,
    clock,
    conversation,
    document,
    drill,
    expected,
    inbox,
    incident,
    letter,
    page,
    people,
    roster,
    service,
    submission,
    timer,
)

METADATA = SQLModel.metadata
TABLES = (
    attachment,
    clock,
    conversation,
    document,
    drill,
    expected,
    inbox,
    incident,
    letter,
    page,
    people,
    roster,
    service,
    submission,
    timer,
)
