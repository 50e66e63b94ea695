"""Every table, imported once, so that `SQLModel.metadata` is whole (migrations, "start again")."""

from sqlmodel import SQLModel

from models import attachment, clock, conversation, drill, inbox, incident, letter, page, people, roster, service, submission, timer

METADATA = SQLModel.metadata
TABLES = (attachment, clock, conversation, drill, inbox, incident, letter, page, people, roster, service, submission, timer)
