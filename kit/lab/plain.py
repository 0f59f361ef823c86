"""Values as JSON that every browser reads: numbers that are none (NaN, infinities) become null."""

from __future__ import annotations

import json
import math
from typing import Any


def as_json(values: Any) -> str:
    """Return `values` as JSON."""
    try:
        return json.dumps(values, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(values), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
