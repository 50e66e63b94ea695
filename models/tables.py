"""Every table, imported once, so that `SQLModel.metadata` is whole (migrations, "start again")."""

from sqlmodel import SQLModel

from models import attachment, conversation, inbox, incident, letter, page, people, service, submission, timer

METADATA = SQLModel.metadata
TABLES = (attachment, conversation, inbox, incident, letter, page, people, service, submission, timer)
