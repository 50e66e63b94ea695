"""The clock: APScheduler interval jobs that only ask "what is due?" (DESIGN rule 10).

In memory, at most a minute apart, coalesced, never a date job: a jump of the clock, an outage or a moved test clock then only means that
the next tick finds more to do.
"""

from collections.abc import Awaitable, Callable, Mapping

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Job = Callable[[], Awaitable[None]]


def build(jobs: Mapping[str, tuple[float, Job]]) -> AsyncIOScheduler:
    """A scheduler of named jobs, each every so many seconds; not started yet."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, (seconds, job) in jobs.items():
        scheduler.add_job(job, "interval", seconds=seconds, id=name, coalesce=True, max_instances=1, misfire_grace_time=None)
    return scheduler
