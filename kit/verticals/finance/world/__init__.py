"""The generator of payments: people, devices and merchants, their ordinary transfers, and rings planted among them."""

from kit.verticals.finance.world.make import make_world
from kit.verticals.finance.world.shape import FULL, LIMIT, QUICK, Party, Ring, Size, Transfer, World

__all__ = ["FULL", "LIMIT", "QUICK", "Party", "Ring", "Size", "Transfer", "World", "make_world"]
