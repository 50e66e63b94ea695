"""Reports of all wards on one due day, without a database: punctual, late, missing and returned ones, with gaps."""

import random
from datetime import date, datetime, timedelta

from bot.documents.reading import LATE, MISSING, ON_TIME, RETURNED, Consolidated, Line, Part
from models.form import Form
from models.talk import Json
from tests.driver import FORMS, PLAN

AT = datetime(2021, 8, 12, 9, 30, tzinfo=PLAN.zone)
ODD = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\tcmd", "=cmd|' /C calc'!A0")


def values(form: Form, chance: random.Random) -> dict[str, Json]:
    """Figures as a ward could give them; one in eight is left out."""
    found: dict[str, Json] = {}
    for question in form.questions:
        if question.figure and chance.random() > 0.125:
            found[question.name] = chance.choice([12.5, 3, 0.75]) if question.type == "decimal" else chance.randint(0, 400)
        elif question.choices and question.type == "select_one":
            found[question.name] = chance.choice([choice.name for choice in question.choices])
    return found


def part(report: str, period: str, seed: int = 1, names: tuple[str, ...] = ()) -> Part:
    """One report of the plan, of every ward."""
    chance, asked = random.Random(seed), PLAN.report(report)
    form, when = FORMS[asked.form], asked.period(period)
    lines = []
    for place, unit in enumerate(PLAN.wards()):
        name = names[place] if place < len(names) else unit.name.vi
        state = {3: LATE, 5: MISSING, 8: RETURNED}.get(place, ON_TIME)
        standing = state in {ON_TIME, LATE}
        zero = standing and asked.zero and place == 6
        given = values(form, chance) if standing and not zero else {}
        lines.append(
            Line(unit.id, name, state, AT - timedelta(days=place) if standing else None, "2021-07-31" if standing else "", zero, given)
        )
    targets = tuple(target for target in PLAN.targets if target.form == form.id)
    return Part(report, asked.name.vi, asked.short.vi, when.name.vi, asked.section, date(2021, 8, 9), form, targets, tuple(lines))


def consolidated(*parts: Part) -> Consolidated:
    parts = parts or (part("bo_chi_tieu", "9_thang_2021"), part("hoat_dong_he", "nam_2021", 2))
    division = PLAN.unit(PLAN.division)
    return Consolidated(
        date(2021, 8, 10), AT, "Kế hoạch số 116/KH-UBND ngày 24/2/2021 của UBND quận Long Biên", division.name.vi,
        PLAN.unit("quan_long_bien").name.vi, tuple(one.vi for one in PLAN.reports_to), "Long Biên", tuple(parts),
    )  # fmt: skip
