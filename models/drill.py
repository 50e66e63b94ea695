"""Exercises of the whole chain (/dientap)."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import ID, UtcDateTime, table


class Drill(SQLModel, table=True):
    """One exercise: its marked case, who began it, when it ended. The times within come from the case's events and letters."""

    id: str = Field(sa_type=ID, primary_key=True)
    incident: str = Field(sa_type=ID)
    started_by: str = Field(sa_type=ID)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


DRILL = table(Drill)
