"""The Vietnamese lunar calendar, as far as a candidate date needs it.

Rules (as in the official calendar, computed for UTC+7): a month begins on the day of the new moon; the month that holds the winter
solstice is the eleventh; in a year of thirteen months the first month without a principal term is the leap month. New moons and the sun's
longitude follow Jean Meeus, *Astronomical Algorithms* (short series: good to a few minutes). Leap months are never guessed: only the
regular month is given.
"""

from datetime import date, timedelta
from functools import lru_cache
from math import floor, pi, radians, sin

_ZONE_DAYS = 7 / 24
_EPOCH = date(2000, 1, 1)
_EPOCH_JULIAN_DAY = 2451545
_MONTH_DAYS = 29.530588861


@lru_cache(maxsize=1024)
def _new_moon(k: int) -> int:
    """Julian day number, local, of the k-th new moon after 1900-01-01 (Meeus, short series)."""
    t = k / 1236.85
    t2, t3 = t * t, t * t * t
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t2 - 0.000000155 * t3 + 0.00033 * sin(radians(166.56 + 132.87 * t - 0.009173 * t2))
    sun = radians(359.2242 + 29.10535608 * k - 0.0000333 * t2 - 0.00000347 * t3)
    moon = radians(306.0253 + 385.81691806 * k + 0.0107306 * t2 + 0.00001236 * t3)
    node = radians(21.2964 + 390.67050646 * k - 0.0016528 * t2 - 0.00000239 * t3)
    correction = (
        (0.1734 - 0.000393 * t) * sin(sun)
        + 0.0021 * sin(2 * sun)
        - 0.4068 * sin(moon)
        + 0.0161 * sin(2 * moon)
        - 0.0004 * sin(3 * moon)
        + 0.0104 * sin(2 * node)
        - 0.0051 * sin(sun + moon)
        - 0.0074 * sin(sun - moon)
        + 0.0004 * sin(2 * node + sun)
        - 0.0004 * sin(2 * node - sun)
        - 0.0006 * sin(2 * node + moon)
        + 0.0010 * sin(2 * node - moon)
        + 0.0005 * sin(2 * moon + sun)
    )
    dynamical = -0.000278 + 0.000265 * t + 0.000262 * t2
    return floor(mean + correction - dynamical + 0.5 + _ZONE_DAYS)


def _sun_sector(day: int) -> int:
    """Which twelfth of its yearly way the sun is in at local midnight of a Julian day (0 begins at the spring equinox)."""
    t = (day - 0.5 - _ZONE_DAYS - 2451545.0) / 36525
    mean = 280.46645 + 36000.76983 * t + 0.0003032 * t * t
    anomaly = radians(357.52910 + 35999.05030 * t - 0.0001559 * t * t)
    centre = (1.914600 - 0.004817 * t) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.000290 * sin(3 * anomaly)
    longitude = radians(mean + centre) % (2 * pi)
    return floor(longitude / pi * 6)


@lru_cache(maxsize=128)
def _eleventh_month(year: int) -> int:
    """The k of the new moon that begins the month with the winter solstice of a year."""
    last_day = (date(year, 12, 31) - _EPOCH).days + _EPOCH_JULIAN_DAY
    k = floor((last_day - 2415021) / _MONTH_DAYS)
    return k - 1 if _sun_sector(_new_moon(k)) >= 9 else k


def _leap_index(first: int) -> int:
    """Of thirteen months from an eleventh one, the place of the leap month: the first whose end is in the same sector as its beginning."""
    for i in range(1, 14):
        if _sun_sector(_new_moon(first + i)) == _sun_sector(_new_moon(first + i + 1)):
            return i
    return 13


def solar_date(day: int, month: int, year: int) -> date | None:
    """The solar date of a lunar one (regular month, year named after the solar year it begins in), or None where it does not exist."""
    if not (1 <= day <= 30 and 1 <= month <= 12 and 1901 <= year <= 2199):
        return None
    first = _eleventh_month(year - 1 if month < 11 else year)
    following = _eleventh_month(year if month < 11 else year + 1)
    steps = (month - 11) % 12
    if following - first > 12 and steps >= _leap_index(first):
        steps += 1
    begins, ends = _new_moon(first + steps), _new_moon(first + steps + 1)
    if day > ends - begins:
        return None
    return _EPOCH + timedelta(days=begins + day - 1 - _EPOCH_JULIAN_DAY)


def latest_solar_dates(day: int, month: int | None, today: date) -> tuple[date, ...]:
    """The last past solar date of a lunar day (of any month where none was named); empty where there is none within a year and a half."""
    months = range(1, 13) if month is None else (month,)
    found = [solar_date(day, m, y) for m in months for y in (today.year - 2, today.year - 1, today.year)]
    past = sorted(d for d in found if d is not None and d <= today)
    return (past[-1],) if past else ()
