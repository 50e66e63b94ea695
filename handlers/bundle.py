"""Many reports from one citizen on one day: past three they come to the room as one message with all their codes. None is dropped, danger
always comes alone, and one that nobody takes is called again on a card of its own."""

from collections.abc import Sequence

from handlers.card import KIND, known, where
from models.facts import Case
from models.plan import Plan
from models.talk import N_, Choice, Join, Text, Typed, lines, msg

BUTTONS = 8  # newest ones; all of them can be typed


def bundle(cases: Sequence[Case], plan: Plan) -> Text:
    """All codes with kind, ward and state; never anything that was typed."""
    rows = tuple(
        Join((_sign(case), case.code, known(KIND, case.kind, N_("Kind not known yet")), where(case, plan)), separator=" · ")
        for case in cases
    )
    return lines(
        msg("📚 %(count)s more reports from one citizen today, not verified", count=len(cases)),
        *rows,
        msg("To read one, type: %(read)s", read=Typed(f"chitiet {cases[-1].number}")),
        msg("To take it, type: %(take)s", take=Typed(f"nhan {cases[-1].number}")),
    )


def _sign(case: Case) -> Text:
    return "✔" if case.status == "closed" else "✅" if case.taken_at is not None else "⏳"


def choices(cases: Sequence[Case]) -> tuple[Choice, ...]:
    """One button a case, the newest ones."""
    return tuple(Choice(f"detail:{case.id}", case.code, action=True, typed=f"chitiet {case.number}") for case in cases[-BUTTONS:])
