"""What the service counts, as Prometheus reads it."""

from __future__ import annotations

from typing import Any

from kit.service.shelf import Shelf


class Numbers:
    """Counters and times of one service."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        within: dict[str, Any] = {"namespace": "tunebook", "registry": self.registry}
        self.requests = Counter("requests", "Requests by path and status.", ["path", "status"], **within)
        self.refused = Counter("refused", "Requests that were refused, by reason.", ["reason"], **within)
        self.cached = Counter("cached_answers", "Answers from the cache.", **within)
        self.left = Counter("visitors_left", "Answers that nobody waited for.", **within)
        self.broken = Counter("broken_answers", "Answers in whose middle the model's process ended.", **within)
        self.failures = Counter("failures", "Requests that failed for no known reason.", ["kind"], **within)
        self.restarts = Counter(
            "model_restarts", "Models that were loaded again since their process had ended.", **within
        )
        self.waiting = Gauge("waiting", "Questions that wait for a turn.", ["model"], **within)
        self.answering = Gauge("answering", "Questions that are being answered.", ["model"], **within)
        self._restarts = 0
        times = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)
        self.queued_s = Histogram("queued_seconds", "Time until a question's turn.", buckets=times, **within)
        self.ttft_s = Histogram(
            "time_to_first_byte_seconds", "From the question to the first byte.", buckets=times, **within
        )
        self.e2el_s = Histogram(
            "answer_seconds", "From the question to the end of its answer.", buckets=times, **within
        )

    def tell(self, shelf: Shelf) -> None:
        """Take down how things stand just now."""
        self.waiting.clear()  # models that are gone wait for nothing
        self.answering.clear()
        for held in shelf.held:
            self.waiting.labels(held.name).set(held.line.waiting)
            self.answering.labels(held.name).set(held.line.busy)
        self.restarts.inc(shelf.restarts - self._restarts)
        self._restarts = shelf.restarts

    def page(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)
