"""How does the receiver do? In the text format of Prometheus, with no name or number of anyone's in it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from source_zoho.webhooks.refusals import Reason

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "source_zoho_webhooks"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_EVENTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Metrics:
    """What is counted; each receiver has a registry of its own, so two in one process do not meet."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self.received = self._counter("received", "Deliveries that came in.", "product")
        self.kept = self._counter("kept", "Deliveries kept as new events, after their commit.", "product")
        self.known = self._counter("known", "Deliveries whose event was kept before.", "product")
        self._refused = self._counter("refused", "Deliveries refused, by reason.", "product", "reason")
        self.store_failures = self._counter("store_failures", "Writes that the store did not take.")
        self.breaks = self._counter("breaks", "Beats after which the time before does not count as listened to.")
        self.commit_seconds = self._histogram("commit_seconds", "How long commits took.", _SECONDS)
        self.batch = self._histogram("batch_events", "How many events were committed together.", _EVENTS)
        self.waiting = self._gauge("queue_events", "Events waiting for their commit.")
        self.up = self._gauge("up", "1 while the receiver listens and its store takes events.")

    def refuse(self, product: str, reason: Reason) -> None:
        """Count a refusal; *product* is empty for requests to none."""
        self._refused.labels(product, reason.word).inc()

    def text(self) -> bytes:
        """Return everything in the text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"{_PREFIX}_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(f"{_PREFIX}_{name}", words, registry=self.registry)

    def _histogram(self, name: str, words: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{_PREFIX}_{name}", words, registry=self.registry, buckets=buckets)
