"""What is planted: four kinds of rings, most of them hasty and some careful, and accounts that were broken into.

Careful rings take more days, use own devices and send smaller or less even amounts: a rule that finds every hasty ring
may miss them, as rules do.
"""

from __future__ import annotations

from collections.abc import Callable

from kit.verticals.finance.world.book import Book
from kit.verticals.finance.world.people import Customer
from kit.verticals.finance.world.shape import DAY, LIMIT, Ring, Size

CAREFUL = 0.35  # share of rings that hide


def plant(book: Book, size: Size) -> None:
    """Write down what is fraud."""
    kinds: tuple[tuple[str, Callable[[Book, Ring], None]], ...] = (
        ("device", _device),
        ("fan", _fan),
        ("cycle", _cycle),
        ("burst", _burst),
    )
    room = size.days - 12
    for place in range(size.rings):
        kind, work = kinds[place % len(kinds)]
        begin = (5 + (place + book.draw.between(0, 1)) / size.rings * room) * DAY
        careful = book.draw.chance(CAREFUL)
        ring = Ring(
            id=f"R-{place + 1:02d}", kind=kind, begin=begin, end=begin + (9 if careful else 3) * DAY, careful=careful
        )
        book.rings[ring.id] = ring
        work(book, ring)
    _takeovers(book, size.takeovers)


def _moment(book: Book, ring: Ring, early: float = 0.0, late: float = 1.0) -> float:
    """Return an hour within the time of a ring."""
    return ring.begin + book.draw.between(early, late) * (ring.end - ring.begin)


def _mules(book: Book, ring: Ring, n: int) -> list[Customer]:
    """Return accounts that a ring works with: opened for it, or lent by people who live here."""
    draw, town = book.draw, book.town
    people = town.of("person")
    found = []
    for _place in range(n):
        if draw.chance(0.25 if ring.careful else 0.55):
            age = draw.between(20, 90) if ring.careful else draw.between(2, 30)
            found.append(town.customer(business=False, opened=ring.begin - age * DAY, usual=draw.between(15, 60)))
            _cover(book, found[-1], ring.begin)
        else:
            found.append(town.customers[draw.one(people)])
    return found


def _cover(book: Book, mule: Customer, until: float) -> None:
    """Let a young account buy a little, so that it is not empty."""
    draw, shops = book.draw, book.town.of("merchant")
    for _place in range(draw.whole(0, 4)):
        book.pay(draw.between(mule.opened, until), mule.id, draw.one(shops), draw.about(mule.usual, 0.5), "errand")


def _device(book: Book, ring: Ring) -> None:
    """Order from one or two devices in the name of many accounts, all to one or two collectors."""
    draw = book.draw
    mules = _mules(book, ring, draw.whole(4, 7))
    devices = [book.town.number("D") for _each in range(3 if ring.careful else 1)]
    payees = draw.some(book.town.of("counterparty"), draw.whole(1, 3))
    for mule in mules:
        used = draw.one(devices)
        for _place in range(draw.whole(1, 3)):
            amount = draw.about(600 if ring.careful else 1_500, 0.5)
            book.pay(_moment(book, ring), mule.id, draw.one(payees), amount, "device", device=used, ring=ring.id)


def _fan(book: Book, ring: Ring) -> None:
    """Have many people pay one account that passes the money on within hours."""
    draw, people = book.draw, book.town.of("person")
    (mule,) = _mules(book, ring, 1)
    outlets = draw.some(book.town.of("counterparty"), draw.whole(2, 4))
    for victim in draw.some(people, draw.whole(4, 6) if ring.careful else draw.whole(6, 11)):
        hour, amount = _moment(book, ring, 0, 0.8), draw.about(350 if ring.careful else 1_100, 0.5)
        book.pay(hour, victim, mule.id, amount, "fan", ring=ring.id)
        if draw.chance(0.7):
            later = hour + draw.between(1, 30 if ring.careful else 9)
            book.pay(later, mule.id, draw.one(outlets), amount * draw.between(0.84, 0.98), "fan", ring=ring.id)


def _cycle(book: Book, ring: Ring) -> None:
    """Send one sum round and round between a few accounts, a little less each time."""
    draw = book.draw
    mules = [mule.id for mule in _mules(book, ring, draw.whole(3, 5))]
    amount = draw.about(1_200 if ring.careful else 3_200, 0.4)
    rounds = draw.whole(2, 3)
    steps = rounds * len(mules)
    for step in range(steps):
        hour = _moment(book, ring, step / steps, (step + 0.9) / steps)
        sender, payee = mules[step % len(mules)], mules[(step + 1) % len(mules)]
        book.pay(hour, sender, payee, amount, "cycle", ring=ring.id)
        amount *= draw.between(0.8, 1.1) if ring.careful else draw.between(0.95, 0.99)


def _burst(book: Book, ring: Ring) -> None:
    """Cut a large sum into payments just below the limit, within days."""
    draw = book.draw
    sources = _mules(book, ring, 3 if ring.careful else draw.whole(1, 2))
    payees = draw.some(book.town.of("counterparty"), draw.whole(2, 4))
    for _place in range(draw.whole(5, 9)):
        amount = draw.between(0.78 if ring.careful else 0.91, 0.998) * LIMIT
        sender = draw.one([source.id for source in sources])
        book.pay(_moment(book, ring), sender, draw.one(payees), amount, "burst", ring=ring.id)


def _takeovers(book: Book, n: int) -> None:
    """Break into single accounts: a strange device, a strange payee, once or twice; no ring."""
    draw, town = book.draw, book.town
    for one in draw.some([p for p in town.of("person") if town.customers[p].opened < 0], n):
        hour, device = draw.daytime(draw.whole(5, town.days - 1), night=0.4), town.number("D")
        payee = draw.one(town.of("counterparty"))
        for place in range(draw.whole(1, 2)):
            book.pay(hour + place * draw.between(0.1, 3), one, payee, draw.about(2_400, 0.5), "takeover", device=device)
