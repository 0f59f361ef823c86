"""GPTQ: each column of a weight makes up for the rounding of those before it."""

__all__: list[str] = []
