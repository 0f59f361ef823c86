"""Settings that belong together, from a quick look to the best that patience buys."""

from __future__ import annotations

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "quick": {"epochs": 1.0, "learning_rate": 2e-3, "evaluations": 1},
    "balanced": {"epochs": 3.0, "learning_rate": 1e-3, "evaluations": 4},
    "best": {
        "epochs": 4.0,
        "learning_rate": 1e-3,
        "schedule": "cosine",
        "target_modules": ("all-linear",),
        "batch_size": 8,
        "evaluations": 12,
        "early_stopping": 4,
    },
}
