"""Make a world: the same size and seed give the same transfers on every machine."""

from __future__ import annotations

from kit.verticals.finance.world.book import Book
from kit.verticals.finance.world.chance import Chance
from kit.verticals.finance.world.life import live
from kit.verticals.finance.world.people import make_town
from kit.verticals.finance.world.plant import plant
from kit.verticals.finance.world.shape import FULL, Size, World


def make_world(size: Size = FULL, seed: int = 0) -> World:
    """Return a world of payments.

    Parameters
    ----------
    size : Size, default FULL
        How large.
    seed : int, default 0
        Another seed, another world of the same kind.
    """
    draw = Chance(f"payment-transfers 1 {seed}")
    book = Book(draw, make_town(draw, size))
    live(book)
    plant(book, size)
    return book.world()
