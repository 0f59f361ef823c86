"""Finding a learning rate by raising it until learning breaks. Only light names are exported."""

from kit.tuning.rate.spec import FindRateSpec

__all__ = ["FindRateSpec"]
