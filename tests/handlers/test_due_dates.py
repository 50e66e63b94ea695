"""When a report is due: "trước ngày" and "vào ngày", on every day of the years to come and in any zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.due_dates import due_at, last_day, window
from models.plan import DueRule, Period, Report, Status
from models.talk import Label
from tests.driver import PLAN

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = ("Asia/Ho_Chi_Minh", "UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin", "Pacific/Apia")
FIRST, LAST = date(2021, 1, 1), date(2035, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
days, rules = some.sampled_from(EVERY_DAY), some.sampled_from(DueRule)
zones = some.sampled_from(ZONES).map(ZoneInfo)


def report(opens: int, expires: int, period: Period) -> Report:
    name = Label("Báo cáo", "Report")
    return Report(
        id="x", name=name, short=name, section="x", to="y", form="z", opens=opens, expires=expires, periods=(period,), status=Status.DESIGN
    )


def asked(day: date, rule: DueRule) -> Period:
    return Period(id="p", name=Label("kỳ", "period"), due=day, rule=rule)


@pytest.mark.parametrize(
    ("report_id", "period", "on_time", "late"),
    [
        ("bo_chi_tieu", "6_thang_2021", "2021-05-09T23:59:59", "2021-05-10T00:00:00"),  # "trước ngày 10/5"
        ("thang_hanh_dong", "nam_2021", "2021-07-05T23:59:59", "2021-07-06T00:00:00"),  # "vào ngày 5/7"
        ("phuong_phu_hop", "nam_2021", "2021-11-10T23:59:59", "2021-11-11T00:00:00"),  # "ngày 10/11/2021"
        ("thang_hanh_dong_quan", "nam_2021", "2021-07-19T23:59:59", "2021-07-20T00:00:00"),  # "trước ngày 20 tháng 7"
    ],
)
def test_the_plans_own_words(report_id: str, period: str, on_time: str, late: str) -> None:
    """The last second that counts, and the first that does not."""
    found = PLAN.report(report_id)
    due = window(found, found.period(period), HANOI).due_at
    last, first = (datetime.fromisoformat(one).replace(tzinfo=HANOI) for one in (on_time, late))
    assert (last < due, first < due) == (True, False)


def test_before_a_day_is_on_the_day_before_it_every_day_until_2035() -> None:
    """Over months, leap days and New Year."""
    before = [due_at(day + timedelta(days=1), DueRule.BEFORE, HANOI) for day in EVERY_DAY]
    assert before == [due_at(day, DueRule.ON, HANOI) for day in EVERY_DAY]


def test_every_day_until_2035_ends_at_hanois_midnight() -> None:
    """17:00 UTC of the last day: Hanoi has no summer time."""
    wanted = [datetime.combine(day, time(17), UTC) for day in EVERY_DAY]
    assert [due_at(day, DueRule.ON, HANOI).astimezone(UTC) for day in EVERY_DAY] == wanted


@given(days, rules, zones)
def test_the_last_day_is_on_time_to_its_very_end(day: date, rule: DueRule, zone: ZoneInfo) -> None:
    """Whatever the zone and its summer time: the second before midnight is on time, midnight is late."""
    last = last_day(day, rule)
    due = due_at(day, rule, zone)
    assert datetime.combine(last, time(23, 59, 59), zone) < due
    assert due == datetime.combine(last + timedelta(days=1), time(), zone)


@given(days, rules, zones, some.integers(1, 366), some.integers(1, 366))
def test_a_window_opens_then_is_due_then_is_locked(day: date, rule: DueRule, zone: ZoneInfo, opens: int, expires: int) -> None:
    """In that order, and open on the last day itself."""
    period = asked(day, rule)
    when = window(report(opens, expires, period), period, zone)
    assert when.opens_at < when.due_at < when.expires_at
    assert when.opens_at <= datetime.combine(last_day(day, rule), time(), zone)


@given(days, rules, zones, some.integers(1, 60))
def test_a_later_day_is_never_due_earlier(day: date, rule: DueRule, zone: ZoneInfo, more: int) -> None:
    """Moving a day moves all three moments the same way."""
    first, second = asked(day, rule), asked(day + timedelta(days=more), rule)
    one, other = window(report(60, 60, first), first, zone), window(report(60, 60, second), second, zone)
    assert one.opens_at < other.opens_at
    assert one.due_at < other.due_at
    assert one.expires_at < other.expires_at
