"""Every messenger an equal: a room on each of them, how each does, link codes, pages, attempts"""

import sqlalchemy as sa
from alembic import op
import models.columns

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_WAITING = {name: sa.text("state = 'planned'") for name in ('sqlite_where', 'postgresql_where')}
_OPEN = {name: sa.text("state IN ('planned','leased','attempted')") for name in ('sqlite_where', 'postgresql_where')}
_LIVE = {'sqlite_where': sa.text('unbound_at IS NULL'), 'postgresql_where': sa.text('unbound_at IS NULL')}


def upgrade() -> None:
    op.create_table('channel_state',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=64), nullable=False),
    sa.Column('failing_since', models.columns.UtcDateTime(), nullable=True),
    sa.Column('down_since', models.columns.UtcDateTime(), nullable=True),
    sa.Column('listened_until', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('link_code',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('expires_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('used_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('link_code_hash', 'link_code', ['code_hash'], unique=False)
    op.create_table('letter_attempt',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('letter', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('outcome', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('letter_attempt_of', 'letter_attempt', ['letter'], unique=False)
    op.create_table('page',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('about', sa.String(length=32), nullable=False),
    sa.Column('what', sa.String(length=64), nullable=False),
    sa.Column('locale', sa.String(length=64), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('session_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('expires_at', models.columns.UtcDateTime(), nullable=False),
    sa.Column('opened_at', models.columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('page_token', 'page', ['token_hash'], unique=True)
    op.create_index('page_expires', 'page', ['expires_at'], unique=False)
    op.add_column('letter', sa.Column('asked', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('letter', sa.Column('copy_of', sa.String(length=32), nullable=False, server_default=''))
    op.drop_index('letter_queue', table_name='letter', **_OPEN)
    op.create_index('letter_queue', 'letter', ['channel', 'lane', 'id'], unique=False, **_WAITING)
    op.drop_index('room_live', table_name='room', **_LIVE)
    op.create_index('room_live', 'room', ['unit', 'purpose', 'channel'], unique=True, **_LIVE)


def downgrade() -> None:
    # The earlier version knows one room a unit and purpose: the newest stays, the others can be bound again.
    op.execute(
        "UPDATE room SET unbound_at = bound_at WHERE unbound_at IS NULL AND EXISTS"
        " (SELECT 1 FROM room newer WHERE newer.unit = room.unit AND newer.purpose = room.purpose AND newer.unbound_at IS NULL AND newer.id > room.id)"
    )
    op.drop_index('room_live', table_name='room', **_LIVE)
    op.create_index('room_live', 'room', ['unit', 'purpose'], unique=True, **_LIVE)
    op.drop_index('letter_queue', table_name='letter', **_WAITING)
    op.create_index('letter_queue', 'letter', ['channel', 'lane', 'id'], unique=False, **_OPEN)
    op.drop_column('letter', 'copy_of')
    op.drop_column('letter', 'asked')
    for table in ('page', 'letter_attempt', 'link_code', 'channel_state'):
        op.drop_table(table)
