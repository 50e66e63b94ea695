"""How often somebody may be wrong. A link cannot be guessed and its digits only three times; this keeps whoever tries all the same from costing
anything. In memory and of one process: nothing depends on it being exact."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

EACH, EACH_SECONDS = 20, 60.0  # wrong tries of one address that are borne, and how long until one is forgotten
ALL, ALL_SECONDS = 200, 1.0  # of everybody together
REMEMBERED = 10_000  # addresses


class _Tries:
    """A number that goes down by one every `seconds`."""

    __slots__ = ("at", "count")

    def __init__(self, at: float) -> None:
        self.count, self.at = 0.0, at

    def now(self, at: float, seconds: float) -> float:
        self.count, self.at = max(0.0, self.count - (at - self.at) / seconds), at
        return self.count


class Guesses:
    """`begin` before each try, `right` after one that was not wrong."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._everybody, self._each = clock, _Tries(clock()), OrderedDict[str, _Tries]()

    def begin(self, address: str) -> bool:
        """Whether a try may be made: it counts as wrong until it was right, so that many at once are counted too. An address that has not been
        wrong lately is never refused: nobody can lock an officer out by guessing from elsewhere."""
        now, name = self._clock(), _network(address)
        mine = self._each.setdefault(name, _Tries(now))
        self._each.move_to_end(name)
        if len(self._each) > REMEMBERED:
            self._each.popitem(last=False)
        wrong, altogether = mine.now(now, EACH_SECONDS), self._everybody.now(now, ALL_SECONDS)
        if wrong > EACH - 1 or (wrong > 0 and altogether > ALL - 1):
            return False
        mine.count += 1
        self._everybody.count += 1
        return True

    def right(self, address: str) -> None:
        """The try that was begun was no guess."""
        for tries in (self._each.get(_network(address)), self._everybody):
            if tries is not None:
                tries.count = max(0.0, tries.count - 1)


def _network(address: str) -> str:
    """An IPv4 address; of IPv6 the network, because one household has many addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
