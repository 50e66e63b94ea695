"""The first tables"""

import sqlalchemy as sa
from alembic import op
import models.columns

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    
    op.create_table('account',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('external_id', sa.String(length=128), nullable=False),
    sa.Column('chat', sa.String(length=128), nullable=False),
    sa.Column('started', sa.Boolean(), nullable=False),
    sa.Column('gone_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('cut_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('channel', 'external_id')
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index('account_person', ['person'], unique=False)

    op.create_table('answer',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('submission', sa.String(length=32), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('value', sa.LargeBinary(), nullable=True),
    sa.Column('skipped', sa.Boolean(), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('message', sa.String(length=128), nullable=False),
    sa.Column('at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('superseded_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index('answer_live', ['submission', 'question'], unique=True, sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))

    op.create_table('attachment',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('submission', sa.String(length=32), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('ref', sa.LargeBinary(), nullable=True),
    sa.Column('unique_ref', sa.String(length=128), nullable=False),
    sa.Column('mime', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try', models.columns.UtcDateTime(), nullable=False),
    sa.Column('lease_until', models.columns.UtcDateTime(), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('stored_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index('attachment_of', ['submission'], unique=False)
        batch_op.create_index('attachment_wanted', ['next_try'], unique=False, sqlite_where=sa.text("state = 'wanted'"), postgresql_where=sa.text("state = 'wanted'"))

    op.create_table('audit',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index('audit_subject', ['subject'], unique=False)

    op.create_table('conversation',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('chat', sa.String(length=128), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=128), nullable=False),
    sa.Column('is_group', sa.Boolean(), nullable=False),
    sa.Column('frame', sa.LargeBinary(), nullable=True),
    sa.Column('locale', sa.String(length=64), nullable=False),
    sa.Column('turns', sa.Integer(), nullable=False),
    sa.Column('last_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('channel', 'chat', 'topic', 'person')
    )
    op.create_table('counter',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('data_key',
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('master', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('subject')
    )
    op.create_table('inbox',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('external_id', sa.String(length=128), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('received_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('next_try', models.columns.UtcDateTime(), nullable=True),
    sa.Column('done_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('channel', 'external_id')
    )
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.create_index('inbox_open', ['next_try'], unique=False, sqlite_where=sa.text("state IN ('received','failed')"), postgresql_where=sa.text("state IN ('received','failed')"))

    op.create_table('incident',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('submission', sa.String(length=32), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('reporter', sa.String(length=32), nullable=True),
    sa.Column('status', sa.String(length=64), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('severity', sa.String(length=64), nullable=False),
    sa.Column('danger', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('ward', sa.String(length=64), nullable=False),
    sa.Column('called', sa.String(length=64), nullable=False),
    sa.Column('restricted', sa.Boolean(), nullable=False),
    sa.Column('misdial', sa.Boolean(), nullable=False),
    sa.Column('unfinished', sa.Boolean(), nullable=False),
    sa.Column('contact', sa.String(length=64), nullable=False),
    sa.Column('bundled', sa.Boolean(), nullable=False),
    sa.Column('received_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('sent_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('taken_by', sa.String(length=32), nullable=True),
    sa.Column('taken_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('closed_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('year', 'number')
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index('incident_status', ['status'], unique=False)
        batch_op.create_index('incident_conversation', ['conversation', 'received_at'], unique=False)
        batch_op.create_index('incident_number', ['number'], unique=False)

    op.create_table('incidentevent',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('incident', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('at', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('incidentevent', schema=None) as batch_op:
        batch_op.create_index('incident_event_of', ['incident', 'id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('role', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.String(length=32), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('expires_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('used_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('used_by', sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code_hash')
    )
    op.create_table('lease',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(length=64), nullable=False),
    sa.Column('until', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('letter',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('chat', sa.String(length=128), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=False),
    sa.Column('is_group', sa.Boolean(), nullable=False),
    sa.Column('lane', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=64), nullable=False),
    sa.Column('about', sa.String(length=32), nullable=False),
    sa.Column('target', sa.String(length=128), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('silent', sa.Boolean(), nullable=False),
    sa.Column('protect', sa.Boolean(), nullable=False),
    sa.Column('plain', sa.Boolean(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('not_before', models.columns.UtcDateTime(), nullable=False),
    sa.Column('lease_until', models.columns.UtcDateTime(), nullable=True),
    sa.Column('attempted_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('delivered_at', models.columns.UtcDateTime(), nullable=True),
    sa.Column('external_id', sa.String(length=128), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index('letter_about', ['about', 'purpose'], unique=False)
        batch_op.create_index('letter_chat_queue', ['channel', 'chat', 'lane', 'id'], unique=False, sqlite_where=sa.text("state IN ('planned','leased','attempted')"), postgresql_where=sa.text("state IN ('planned','leased','attempted')"))
        batch_op.create_index('letter_queue', ['channel', 'lane', 'id'], unique=False, sqlite_where=sa.text("state IN ('planned','leased','attempted')"), postgresql_where=sa.text("state IN ('planned','leased','attempted')"))
        batch_op.create_index('letter_target', ['target'], unique=False)
        batch_op.create_index('letter_under_way', ['channel', 'chat'], unique=False, sqlite_where=sa.text("state IN ('leased','attempted')"), postgresql_where=sa.text("state IN ('leased','attempted')"))

    op.create_table('membership',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('role', sa.String(length=64), nullable=False),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('ended_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index('membership_person', ['person'], unique=False)
        batch_op.create_index('membership_unit', ['unit', 'role'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('locale', sa.String(length=64), nullable=False),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('room',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('chat', sa.String(length=128), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=False),
    sa.Column('bound_by', sa.String(length=32), nullable=False),
    sa.Column('bound_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('unbound_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.create_index('room_chat', ['channel', 'chat'], unique=False)
        batch_op.create_index('room_live', ['unit', 'purpose'], unique=True, sqlite_where=sa.text('unbound_at IS NULL'), postgresql_where=sa.text('unbound_at IS NULL'))

    op.create_table('setting',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('value', sa.String(length=500), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('at', models.columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('submission',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('form', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('form_hash', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=32), nullable=True),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('sent_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index('submission_unfinished', ['conversation'], unique=False, sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))

    op.create_table('timer',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=32), nullable=False),
    sa.Column('due_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('data', models.columns.JSON, nullable=False),
    sa.Column('set_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('fired_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.create_index('timer_due', ['due_at'], unique=False, sqlite_where=sa.text('fired_at IS NULL'), postgresql_where=sa.text('fired_at IS NULL'))
        batch_op.create_index('timer_one', ['kind', 'subject'], unique=True, sqlite_where=sa.text('fired_at IS NULL'), postgresql_where=sa.text('fired_at IS NULL'))
        batch_op.create_index('timer_subject', ['subject'], unique=False)

    


def downgrade() -> None:
    
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.drop_index('timer_subject')
        batch_op.drop_index('timer_one', sqlite_where=sa.text('fired_at IS NULL'), postgresql_where=sa.text('fired_at IS NULL'))
        batch_op.drop_index('timer_due', sqlite_where=sa.text('fired_at IS NULL'), postgresql_where=sa.text('fired_at IS NULL'))

    op.drop_table('timer')
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index('submission_unfinished', sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))

    op.drop_table('submission')
    op.drop_table('setting')
    with op.batch_alter_table('room', schema=None) as batch_op:
        batch_op.drop_index('room_live', sqlite_where=sa.text('unbound_at IS NULL'), postgresql_where=sa.text('unbound_at IS NULL'))
        batch_op.drop_index('room_chat')

    op.drop_table('room')
    op.drop_table('person')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index('membership_unit')
        batch_op.drop_index('membership_person')

    op.drop_table('membership')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index('letter_under_way', sqlite_where=sa.text("state IN ('leased','attempted')"), postgresql_where=sa.text("state IN ('leased','attempted')"))
        batch_op.drop_index('letter_target')
        batch_op.drop_index('letter_queue', sqlite_where=sa.text("state IN ('planned','leased','attempted')"), postgresql_where=sa.text("state IN ('planned','leased','attempted')"))
        batch_op.drop_index('letter_chat_queue', sqlite_where=sa.text("state IN ('planned','leased','attempted')"), postgresql_where=sa.text("state IN ('planned','leased','attempted')"))
        batch_op.drop_index('letter_about')

    op.drop_table('letter')
    op.drop_table('lease')
    op.drop_table('invitation')
    with op.batch_alter_table('incidentevent', schema=None) as batch_op:
        batch_op.drop_index('incident_event_of')

    op.drop_table('incidentevent')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index('incident_number')
        batch_op.drop_index('incident_conversation')
        batch_op.drop_index('incident_status')

    op.drop_table('incident')
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_index('inbox_open', sqlite_where=sa.text("state IN ('received','failed')"), postgresql_where=sa.text("state IN ('received','failed')"))

    op.drop_table('inbox')
    op.drop_table('data_key')
    op.drop_table('counter')
    op.drop_table('conversation')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index('audit_subject')

    op.drop_table('audit')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('attachment_wanted', sqlite_where=sa.text("state = 'wanted'"), postgresql_where=sa.text("state = 'wanted'"))
        batch_op.drop_index('attachment_of')

    op.drop_table('attachment')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index('answer_live', sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))

    op.drop_table('answer')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index('account_person')

    op.drop_table('account')
    
