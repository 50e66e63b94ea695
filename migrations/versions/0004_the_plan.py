"""The plan: expected reports, their history, ad-hoc requests, absences, documents"""

from typing import Any

import sqlalchemy as sa
from alembic import op
import models.columns

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_KINDS = ('reports', 'digest', 'document', 'file', 'sheet', 'progress', 'left_behind')


def _where(text: str) -> dict[str, Any]:
    return {'sqlite_where': sa.text(text), 'postgresql_where': sa.text(text)}


def upgrade() -> None:
    op.create_table('absence',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('substitute', sa.String(length=32), nullable=False),
    sa.Column('start', models.columns.UtcDateTime(), nullable=False),
    sa.Column('until', models.columns.UtcDateTime(), nullable=False),
    sa.Column('created_by', sa.String(length=32), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('cancelled_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('absence_person', 'absence', ['person'], unique=False)
    op.create_index('absence_span', 'absence', ['until', 'start'], unique=False)
    op.create_table('document',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('data', models.columns.JSON, nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('locale', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try', models.columns.UtcDateTime(), nullable=False),
    sa.Column('lease_until', models.columns.UtcDateTime(), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('made_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('document_wanted', 'document', ['next_try'], unique=False, **_where("state = 'wanted'"))
    op.create_table('expected_report',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('plan', sa.String(length=64), nullable=False),
    sa.Column('report', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('period', sa.String(length=64), nullable=False),
    sa.Column('request', sa.String(length=32), nullable=True),
    sa.Column('recipient', sa.String(length=64), nullable=False),
    sa.Column('due_day', sa.String(length=64), nullable=False),
    sa.Column('rule', sa.String(length=64), nullable=False),
    sa.Column('opens_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('due_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('expires_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('unlocked_until', models.columns.UtcDateTime(), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('submission', sa.String(length=32), nullable=True),
    sa.Column('zero', sa.Boolean(), nullable=False),
    sa.Column('as_of', sa.String(length=64), nullable=False),
    sa.Column('first_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('handed_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('handed_by', sa.String(length=32), nullable=True),
    sa.Column('decided_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('decided_by', sa.String(length=32), nullable=True),
    sa.Column('remind_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('expected_report_due', 'expected_report', ['due_at', 'unit', 'state'], unique=False)
    op.create_index('expected_report_number', 'expected_report', ['number'], unique=True)
    op.create_index('expected_report_one', 'expected_report', ['report', 'unit', 'period'], unique=True)
    op.create_index('expected_report_owing', 'expected_report', ['unit', 'due_at'], unique=False, **_where("state IN ('owed','returned')"))
    op.create_index('expected_report_waiting', 'expected_report', ['recipient', 'handed_at'], unique=False, **_where("state = 'handed_in'"))
    op.create_index('expected_report_remind', 'expected_report', ['remind_at', 'unit'], unique=False, **_where("state IN ('owed','returned')"))
    op.create_table('report_event',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('expected', sa.String(length=32), nullable=False),
    sa.Column('what', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('data', models.columns.JSON, nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('at', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('report_event_of', 'report_event', ['expected', 'id'], unique=False)
    op.create_table('report_request',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('title', sa.LargeBinary(), nullable=False),
    sa.Column('form', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.String(length=32), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('cancelled_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.add_column('submission', sa.Column('expected', sa.String(length=32), nullable=True))
    op.create_index('submission_loose', 'submission', ['created_at'], unique=False, **_where("state = 'loose'"))


def downgrade() -> None:
    """The earlier version fails for ever on timers of kinds that it does not know, and would take a report's draft for that of a case."""
    timer = sa.table('timer', sa.column('kind'), sa.column('fired_at'))
    op.execute(sa.delete(timer).where(timer.c.fired_at.is_(None), timer.c.kind.in_(_KINDS)))
    submission = sa.table('submission', sa.column('state'), sa.column('expected'))
    op.execute(sa.update(submission).where(submission.c.expected.is_not(None), submission.c.state == 'draft').values(state='cancelled'))
    op.drop_index('submission_loose', 'submission')
    op.drop_column('submission', 'expected')
    for table in ('report_request', 'report_event', 'expected_report', 'document', 'absence'):
        op.drop_table(table)
