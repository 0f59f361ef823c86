"""Rows made ready: personal data goes first, then a sample, the data gate, repairs, and a division into parts."""

from kit.verticals.preparing.spec import PARTS, PrepareSpec

__all__ = ["PARTS", "PrepareSpec"]
