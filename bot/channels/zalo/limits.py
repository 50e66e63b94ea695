"""The limits of the Zalo Bot Platform, and the pace that we keep."""

from bot.channels import Pace, Quota

MAX_TEXT = 2000  # of sendMessage; counted in UTF-16 units, which are never fewer than the characters that the platform names
MAX_FILE = 20 << 20  # bytes; the platform names no figure, this is what the service keeps at most
MAX_BODY = 1 << 20  # bytes of one event at the webhook: an event holds one text and addresses, never a file

# The platform names no rate at all, only its month. These are below what any messenger is known to take, and far above what 3,000
# messages a month leave: a letter never waits for them, a runaway does.
PACE = Pace(per_second=5, per_chat_second=1, per_group_minute=20, reserve=0.2)

# The free plan: 3,000 messages a month and bot; one in twenty is kept for urgent letters.
QUOTA = Quota(month=3000, reserve=0.05)
