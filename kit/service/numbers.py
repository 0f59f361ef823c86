"""What the service counts, as Prometheus reads it."""

from __future__ import annotations

from typing import Any


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
        self.restarts = Counter(
            "model_restarts", "Models that were loaded again since their process had ended.", **within
        )
        self.waiting = Gauge("waiting", "Questions that wait for a turn.", ["model"], **within)
        self.answering = Gauge("answering", "Questions that are being answered.", ["model"], **within)
        times = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)
        self.queued_s = Histogram("queued_seconds", "Time until a question's turn.", buckets=times, **within)
        self.ttft_s = Histogram(
            "time_to_first_byte_seconds", "From the question to the first byte.", buckets=times, **within
        )
        self.e2el_s = Histogram(
            "answer_seconds", "From the question to the end of its answer.", buckets=times, **within
        )

    def page(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)
