"""What every turn needs besides its transaction: the plan, the forms, the vault, the clock, what each channel can do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.channels import Capabilities
from bot.vault import Vault
from models.form import Form
from models.plan import Plan

INTERNAL = Capabilities(
    buttons=True, edits=True, deletes=False, toasts=False, files_out=False, protects=False, max_text=4096, redelivers=True
)  # timers and internal messages: nothing is ever sent there


@dataclass(frozen=True)
class Engine:
    """`now` is the domain clock (UTC): the machine's in service, a movable one in the training room."""

    plan: Plan
    forms: Mapping[str, Form]
    vault: Vault
    zone: ZoneInfo
    now: Callable[[], datetime]
    channels: Mapping[str, Capabilities] = field(default_factory=dict)
    admin_code_hash: str = ""
    public_url: str = ""  # where people's browsers reach this server, without a slash at its end; "" if they do not

    def capabilities(self, channel: str) -> Capabilities:
        return self.channels.get(channel, INTERNAL)
