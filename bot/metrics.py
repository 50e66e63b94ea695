"""Numbers for Prometheus: counts and ages by messenger, lane, severity and outcome; never a name of a person, a chat or a code (rule 7)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """One registry an application, so that tests do not share counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("baongay_turns", "Turns taken", ["route"], registry=self.registry)
        self.letters = Counter("baongay_letters", "Delivery attempts", ["lane", "kind", "outcome"], registry=self.registry)
        self.delivery = Histogram(
            "baongay_delivery_seconds",
            "From plan to outcome",
            ["lane"],
            registry=self.registry,
            buckets=(0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800),
        )
        self.waiting = Gauge("baongay_letters_waiting", "Letters not yet delivered", ["channel", "lane"], registry=self.registry)
        self.oldest = Gauge(
            "baongay_letters_oldest_seconds",
            "Age of the oldest letter that waits and is not held",
            ["channel", "lane"],
            registry=self.registry,
        )
        self.held = Gauge("baongay_letters_held", "Letters held back on purpose", ["channel", "reason"], registry=self.registry)
        self.quota_used = Gauge("baongay_quota_used", "Messages of this month", ["channel", "direction"], registry=self.registry)
        self.channel_up = Gauge("baongay_channel_up", "1 while the messenger works", ["channel"], registry=self.registry)
        self.cases = Gauge("baongay_open_cases", "Open cases", ["severity", "status"], registry=self.registry)
        self.parked = Counter("baongay_parked", "Messages given up after five tries", registry=self.registry)
        self.audit_found = Counter("baongay_audit_found", "Broken invariants that the auditor has found", ["kind"], registry=self.registry)
        self.audit_clean = Gauge(
            "baongay_audit_last_clean_timestamp_seconds",
            "When the auditor of this process last found nothing wrong",
            registry=self.registry,
        )
        self.storage_down = Counter("baongay_storage_down", "Times the database could not be reached", registry=self.registry)

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self.registry)
