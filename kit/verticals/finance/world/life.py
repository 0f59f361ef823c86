"""Ordinary payments, among them those that look like fraud and are none: trips that one collects for, sellers with a
sudden success, wages, deposits of movers, invoices just below the reporting limit, trade that runs in a circle."""

from __future__ import annotations

from kit.verticals.finance.world.book import Book
from kit.verticals.finance.world.people import Customer
from kit.verticals.finance.world.shape import DAY, LIMIT

_MONTH = 30


def live(book: Book) -> None:
    """Write down what everybody pays who has nothing to hide."""
    for customer in list(book.town.customers.values()):
        if customer.business:
            _invoices(book, customer)
            _wages(book, customer)
        else:
            _errands(book, customer)
            _friends(book, customer)
            _rent(book, customer)
            _large(book, customer)
    _trips(book)
    _sellers(book)
    _movers(book)
    _cash_trade(book)
    _circles(book)


def holidays(days: int) -> tuple[range, range]:
    """Return the two spells in which people buy twice as much, one early and one late."""
    return range(days // 3, days // 3 + 4), range(days - 9, days - 3)


def _errands(book: Book, customer: Customer) -> None:
    draw, days = book.draw, book.town.days
    merchants = book.town.of("merchant")
    habits = draw.some(merchants, 5)
    spells = holidays(days)
    day = draw.between(0, 6)
    while day < days:
        busy = any(int(day) in spell for spell in spells)
        shop = draw.one(habits) if draw.chance(0.8) else draw.one(merchants)
        book.pay(draw.daytime(int(day)), customer.id, shop, draw.about(customer.usual, 0.6), "errand")
        day += draw.wait(1.6 if busy else 5.5)


def _friends(book: Book, customer: Customer) -> None:
    draw, days = book.draw, book.town.days
    day = draw.between(0, 14)
    while day < days:
        known = customer.family if customer.family and draw.chance(0.5) else customer.friends
        if known:
            book.pay(draw.daytime(int(day)), customer.id, draw.one(known), draw.about(40, 0.7), "friend")
        day += draw.wait(14)


def _rent(book: Book, customer: Customer) -> None:
    draw = book.draw
    rent = round(customer.usual * draw.between(9, 16))
    for first in range(draw.whole(0, 4), book.town.days, _MONTH):
        book.pay(draw.daytime(first), customer.id, customer.landlord, rent, "rent")


def _large(book: Book, customer: Customer) -> None:
    """Write down a car, a kitchen, a builder: a new payee and many times the usual amount.

    Some lie just below the limit, some are ordered from a new telephone or with money that the family has just sent.
    """
    draw, town = book.draw, book.town
    for _place in range(draw.whole(0, 1) + draw.whole(0, 1)):
        _one_large(book, customer, draw.daytime(draw.whole(3, town.days - 1), night=0.05))


def _one_large(book: Book, customer: Customer, hour: float) -> None:
    draw, town = book.draw, book.town
    if len(customer.devices) > 1 and draw.chance(0.4):
        hour = customer.devices[-1][0] + draw.between(0.5, 60)
    payee = draw.one(town.of("counterparty")) if draw.chance(0.7) else draw.one(town.of("business"))
    amount = draw.between(0.9, 0.999) * LIMIT if draw.chance(0.16) else draw.about(3_200, 0.6)
    if customer.family and draw.chance(0.3):
        for other in customer.family:
            book.pay(hour - draw.between(2, 40), other, customer.id, amount / (len(customer.family) + 1), "gift")
    book.pay(hour, customer.id, payee, amount, "large")
    if draw.chance(0.25):
        book.pay(hour + draw.between(24, 240), customer.id, payee, amount * draw.between(0.2, 0.6), "large")


def _invoices(book: Book, customer: Customer) -> None:
    draw, days = book.draw, book.town.days
    day = draw.between(0, 5)
    while day < days:
        late = int(day) % _MONTH >= 26
        payee = draw.one(customer.suppliers) if draw.chance(0.9) else draw.one(book.town.of("counterparty"))
        book.pay(draw.daytime(int(day), night=0.01), customer.id, payee, draw.about(customer.usual, 0.8), "invoice")
        day += draw.wait(0.8 if late else 3.2)


def _wages(book: Book, customer: Customer) -> None:
    draw = book.draw
    pay = {one: draw.about(2_100, 0.25) for one in customer.employees}
    for month in range(24, book.town.days, _MONTH):
        hour = month * DAY + draw.between(8, 10)
        for place, (one, wage) in enumerate(pay.items()):
            book.pay(hour + place / 60, customer.id, one, wage, "wage")


def _trips(book: Book) -> None:
    """Let one collect from many within two days and pass it on: as a mule does, but for a merchant."""
    draw, town = book.draw, book.town
    people = [one for one in town.of("person") if town.customers[one].friends]
    for _place in range(len(people) * town.days // 1_600):
        one = draw.one(people)
        circle = town.customers[one].friends + draw.some(people, draw.whole(2, 6))
        begin, share = draw.between(2, town.days - 4) * DAY, draw.about(150, 0.7)
        given = [other for other in dict.fromkeys(circle) if other != one]
        for other in given:
            book.pay(begin + draw.between(0, 44), other, one, share, "trip")
        payee = draw.one(town.of("merchant")) if draw.chance(0.6) else draw.one(town.of("counterparty"))
        spent = share * len(given) * draw.between(0.85, 1.1)
        book.pay(begin + draw.between(45, 60), one, payee, spent, "trip")


def _sellers(book: Book) -> None:
    """Let a few sell things to strangers, more before holidays, and pay their supplier every few days."""
    draw, town = book.draw, book.town
    people, spells = town.of("person"), holidays(town.days)
    for one in draw.some(people, max(len(people) // 90, 3)):
        supplier, due = draw.one(town.of("counterparty")), 0.0
        begin = draw.whole(0, town.days // 2)
        for day in range(begin, town.days):
            busy = any(day in spell for spell in spells)
            for _sale in range(draw.whole(0, 7 if busy else 3)):
                price = draw.about(70, 0.8)
                due += price
                book.pay(draw.daytime(day), draw.one(people), one, price, "sale")
            if due and draw.chance(0.3):
                book.pay(day * DAY + 23, one, supplier, due * draw.between(0.5, 0.9), "supplier")
                due = 0.0


def _movers(book: Book) -> None:
    """Open accounts of people who move here: young accounts that get money and pass it on at once, to a landlord."""
    draw, town = book.draw, book.town
    parents = [one for one in town.of("person") if town.customers[one].usual > 30]
    for _place in range(len(parents) // 14):
        opened = draw.between(-10, town.days - 6) * DAY
        mover = town.customer(business=False, opened=opened, usual=draw.between(14, 26))
        helper = draw.one(parents)
        town.customers[helper].family.append(mover.id)
        mover.family, mover.friends = [helper], draw.some(parents, 3)
        mover.landlord = draw.one(town.of("counterparty"))
        deposit, hour = draw.about(1_900, 0.35), opened + draw.between(30, 90)
        book.pay(hour, helper, mover.id, deposit * draw.between(1.0, 1.2), "move")
        if draw.chance(0.3):
            book.pay(hour + 1, helper, mover.id, draw.about(500, 0.3), "move", device=mover.devices[0][1])
        book.pay(hour + draw.between(1, 40), mover.id, mover.landlord, deposit, "move")
        _errands(book, mover)


def _cash_trade(book: Book) -> None:
    """Let a few firms pay several invoices just below the limit within days: their order size is what it is."""
    draw, town = book.draw, book.town
    firms = town.of("business")
    for firm in draw.some(firms, max(len(firms) // 7, 2)):
        payees = draw.some(town.customers[firm].suppliers, 2)
        for begin in range(draw.whole(8, 20), town.days, 27):
            for _place in range(draw.whole(2, 5)):
                hour = (begin + draw.between(0, 4)) * DAY
                book.pay(hour, firm, draw.one(payees), draw.between(0.9, 0.999) * LIMIT, "cash trade")


def _circles(book: Book) -> None:
    """Let some firms and some families pay each other round in a circle."""
    draw, town = book.draw, book.town
    firms = draw.mixed(town.of("business"))
    for place in range(0, len(firms) - 3, 9):
        circle, day = firms[place : place + 3], draw.between(4, 12)
        while day < town.days:
            for step, sender in enumerate(circle):
                hour = (day + step * draw.between(0.5, 2)) * DAY
                book.pay(hour, sender, circle[(step + 1) % 3], draw.about(2_600, 0.5), "circle")
            day += draw.between(13, 24)
