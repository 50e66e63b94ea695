"""What keeps Telegram's token out of logs and errors, and the two errors of its account: shared by all channels."""

from bot.channels import TokenRefused, Unreachable
from bot.channels.hush import hush, scrub

__all__ = ["TokenRefused", "Unreachable", "hush", "scrub"]
