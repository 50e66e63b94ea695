"""What administrators hear of the auditor: what was found and mended, in numbers, never a word of a case."""

from models.commands import PutSetting, TellRole
from models.facts import Facts, Role
from models.talk import N_, Frame, Incoming, Lane, Say, Turn, lines, msg

KINDS = {
    "intake": N_("%(count)s unfinished report(s) without a clock: the room is told now."),
    "ladder": N_("%(count)s case(s) that nobody has taken had no next call: they are called now."),
    "taken": N_("%(count)s case(s) in hand had no next reminder: their holders are reminded now."),
    "clock": N_("%(count)s legal clock(s) would have reminded nobody: they are set again."),
    "standing": N_("%(count)s daily look(s) (roster, reconciliation, reports) were not set: they are now."),
    "left_behind": N_("Something stands at units that the plan no longer has, and nobody was told: you are told now."),
    "drill": N_("%(count)s exercise(s) would not have ended: they end now."),
    "reports": N_("%(count)s report(s) that are owed would have reminded nobody: they remind again."),
    "late": N_("%(count)s thing(s) are due for more than 10 minutes and do not happen. Please look into the log of the machine."),
    "letter_far": N_("%(count)s letter(s) were put off for no reason: they leave now."),
    "letter_hangs": N_("%(count)s letter(s) were stuck on their way: they were released."),
    "letter_unexplained": N_("%(count)s letter(s) were given up without a reason. To see them: python -m bot letters"),
    "attachment": N_("%(count)s photo(s) or voice note(s) were not fetched: they are tried again."),
    "document": N_("%(count)s document(s) were not drawn: they are tried again."),
    "inbox": N_("%(count)s message(s) that came in have waited for more than 10 minutes: they are taken up again where they are kept."),
}
"""By the kind of a check (bot.auditor)."""
OTHERWISE = N_("%(count)s row(s) broke a rule.")


def told_setting(kind: str) -> str:
    """The setting that keeps when administrators were told of a kind."""
    return f"audit.{kind}"


def tell(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal "audit"; its subject is the kind."""
    kind, count = str(incoming.data["subject"]), incoming.data.get("count")
    found = msg(KINDS.get(kind, OTHERWISE), count=count if isinstance(count, int) else 0)
    text = lines(msg("🔧 Báo Ngay has checked itself:"), found)
    say = Say(text, lane=Lane.DIALOGUE, purpose="audit")
    return Turn(frame, commands=(TellRole("", Role.ADMINISTRATOR, say), PutSetting(told_setting(kind), facts.now.isoformat())))
