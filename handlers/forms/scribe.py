"""A report that an officer writes down for somebody else. How it came and when are answers of the submission that no question asks for, so that
they are there again after a restart; their presence makes it a scribe's report."""

from collections.abc import Collection
from dataclasses import dataclass

from models.talk import N_

CAME_BY, RECEIVED = "_came_by", "_received"  # a word of CHANNELS; ISO 8601 with its zone


@dataclass(frozen=True, slots=True)
class Channel:
    """How it is offered, and folded words that people type for it."""

    label: str
    also: frozenset[str]


CHANNELS = {
    "phone": Channel(N_("By telephone"), frozenset({"dien thoai", "goi dien", "phone"})),
    "hotline": Channel(N_("From the hotline 111"), frozenset({"tong dai", "111", "tong dai 111"})),
    "in_person": Channel(N_("Face to face"), frozenset({"gap truc tiep", "truc tiep", "gap"})),
}
"""By the words of incident.came_by."""


def is_told(answers: Collection[str]) -> bool:
    """Whether the answers of a submission are a scribe's."""
    return CAME_BY in answers
