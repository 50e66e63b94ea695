"""When something happened, as Vietnamese people type it: the public side of the readers of time.

Rules:

1. Every word must be read by the grammar or be a known empty word; otherwise the answer is `Unclear`, never a guess from the rest.
2. A result never lies in the future, and where words have a second reading it travels along (`Span.also`, `Unclear.candidates`): the
   caller shows what was understood in full and offers the others for one tap.
3. The borders of the parts of day are in `clock`, the choice of days in `resolve`, and the rules for hours without a part in `moments`.
4. Readers are pure: `now` is an argument, aware, in the plan's zone, and every result is in that zone.
"""

from handlers.reading.births import read_age_or_birth, read_date
from handlers.reading.spans import read_when
from handlers.reading.values import Age, BirthDate, Span, SpanParts, Unclear, parts

__all__ = ["Age", "BirthDate", "Span", "SpanParts", "Unclear", "parts", "read_age_or_birth", "read_date", "read_when"]
