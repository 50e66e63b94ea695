"""Incidents: the case that a report becomes. No column here may identify a child: cards and metrics are made of them (DESIGN rule 7).

Status is moved by one conditional UPDATE that names the status it leaves (rule 5); the table of moves:

    intake --send/idle/cancel--> open --take--> taken --close--> closed
       \\--alert (danger) ------> open

    taken  --> open    released (given back), released_promise (no word), released_restricted, released_cut
    taken  --> taken   handed_over (the offered person accepted), taken_over (by the division): decided for one holder
    closed --> open    reopened

Every move back has its actor, and its reason in a case_note where somebody typed one.
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class Status(StrEnum):
    """intake: a kind is chosen, the room not yet told; open: the room is being called; taken: a named person has it."""

    INTAKE = "intake"
    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class Incident(SQLModel, table=True):
    """One case. `received_at` starts the 12 and 24 hours; `alerted` becomes True when the room was first called."""

    __table_args__ = (
        sa.UniqueConstraint("year", "number"),
        sa.Index("incident_status", "status"),
        sa.Index("incident_conversation", "conversation", "received_at"),
        sa.Index("incident_number", "number"),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    year: int
    number: int
    submission: str = Field(sa_type=ID)
    conversation: str = Field(sa_type=ID)  # where the reporter wrote
    reporter: str | None = Field(default=None, sa_type=ID)  # person, when a member
    status: str = Field(sa_type=WORD)
    source: str = Field(sa_type=WORD)  # collaborator | citizen | child
    severity: str = Field(sa_type=WORD)  # khan_cap | nghiem_trong | can_theo_doi
    danger: str = Field(default="", sa_type=WORD)  # danger | safe | unknown | ""
    kind: str = Field(default="", sa_type=WORD)  # violation | injury | need | ""
    type: str = Field(default="", sa_type=WORD)  # id in the plan's list of that kind
    ward: str = Field(default="", sa_type=WORD)
    called: str = Field(default="", sa_type=WORD)  # has the division been telephoned: yes | no | ""
    restricted: bool = False  # somebody of the network is involved: the division's leader alone
    misdial: bool = False  # "Tôi bấm nhầm"
    unfinished: bool = False  # told to the room because the reporter fell silent or cancelled
    contact: str = Field(default="", sa_type=WORD)  # safe to write back: yes | call_only | no | ""
    bundled: bool = False  # past three a day from one citizen
    received_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_by: str | None = Field(default=None, sa_type=ID)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = Field(default=None, sa_type=ID)
    closed_reason: str = Field(default="", sa_type=WORD, sa_column_kwargs={"server_default": ""})  # id in the plan's list close_reasons
    came_by: str = Field(default="chat", sa_type=WORD, sa_column_kwargs={"server_default": "chat"})  # chat | phone | hotline | in_person
    drill: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})  # an exercise: marked everywhere, counted nowhere
    # What the taker said they do first and by when; one promise at a time. A missed one opens the ladder again.
    promise: str = Field(default="", sa_type=WORD, sa_column_kwargs={"server_default": ""})  # id in the plan's list promises, or "typed"
    promise_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # Handing over: to whom the holder has offered it; it stays theirs until that person accepts.
    offered_to: str | None = Field(default=None, sa_type=ID)
    offered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CaseNote(SQLModel, table=True):
    """What an officer typed about a case: a statement that stops a clock, why it was closed or handed back, a promise in their own words.
    `body` is the text, sealed under `submission:<the case's submission>`; kind: statement | claim (a reporter's,
    which confirms nothing) | close | release | takeover | promise | reopen."""

    __tablename__ = "case_note"
    __table_args__ = (sa.Index("case_note_of", "incident", "id"),)

    id: str = Field(sa_type=ID, primary_key=True)
    incident: str = Field(sa_type=ID)
    kind: str = Field(sa_type=WORD)
    body: bytes | None = None
    person: str | None = Field(default=None, sa_type=ID)
    at: datetime = Field(sa_type=UtcDateTime)


class IncidentEvent(SQLModel, table=True):
    """What happened to a case, in order: opened, alerted, sent, taken, misdial, restricted, told…; never free text."""

    __table_args__ = (sa.Index("incident_event_of", "incident", "id"),)

    id: str = Field(sa_type=ID, primary_key=True)
    incident: str = Field(sa_type=ID)
    kind: str = Field(sa_type=WORD)
    person: str | None = Field(default=None, sa_type=ID)
    at: datetime = Field(sa_type=UtcDateTime)


INCIDENT, INCIDENT_EVENT, CASE_NOTE = table(Incident), table(IncidentEvent), table(CaseNote)
