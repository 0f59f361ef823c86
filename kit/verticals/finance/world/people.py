"""Who lives in a world: households that share devices, employers, landlords, sellers, and accounts elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from kit.verticals.finance.world.chance import Chance
from kit.verticals.finance.world.shape import DAY, Party, Size

YOUNG = 0.16  # share of customers who came lately, or come while the world goes on
_USUAL = (18, 25, 34, 45, 60, 80)  # EUR of everyday payments, median of a person


@dataclass(kw_only=True)
class Customer:
    """A customer while the world is made.

    Parameters
    ----------
    devices : list of (hour, device)
        From when on it is used; the last one that has begun is in use.
    shared : str
        The household's device, or "".
    """

    id: str
    business: bool
    opened: float
    usual: float
    devices: list[tuple[float, str]] = field(default_factory=list)
    shared: str = ""
    family: list[str] = field(default_factory=list)
    friends: list[str] = field(default_factory=list)
    employees: list[str] = field(default_factory=list)
    suppliers: list[str] = field(default_factory=list)
    landlord: str = ""

    def device(self, draw: Chance, hour: float) -> str:
        """Return the device in use: one's own, or now and then that of the household."""
        if self.shared and draw.chance(0.3):
            return self.shared
        begun = [device for begin, device in self.devices if begin <= hour]
        return begun[-1] if begun else self.devices[0][1]


@dataclass(kw_only=True)
class Town:
    """All parties while the world is made; new ones get the next number."""

    days: int
    parties: dict[str, Party] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, letter: str) -> str:
        """Return the next id that begins with `letter`."""
        self._numbers[letter] = self._numbers.get(letter, 0) + 1
        return f"{letter}-{self._numbers[letter]:04d}"

    def customer(self, *, business: bool, opened: float, usual: float) -> Customer:
        """Open an account."""
        made = Customer(id=self.number("A"), business=business, opened=opened, usual=usual)
        made.devices.append((opened, self.number("D")))
        self.customers[made.id] = made
        self.parties[made.id] = Party(id=made.id, kind="business" if business else "person", opened=opened)
        return made

    def other(self, kind: str) -> str:
        """Return the id of a new merchant or of a new account elsewhere."""
        found = self.number("M" if kind == "merchant" else "X")
        self.parties[found] = Party(id=found, kind=kind)
        return found

    def of(self, kind: str) -> list[str]:
        """Return the ids of all parties of a kind, in the order in which they came."""
        return [party.id for party in self.parties.values() if party.kind == kind]


def make_town(draw: Chance, size: Size) -> Town:
    """Return the people of a world and how they are bound to each other, before anybody pays."""
    town = Town(days=size.days)
    for _place in range(max(size.customers // 8, 12)):
        town.other("merchant")
    for _place in range(max(size.customers // 4, 24)):
        town.other("counterparty")
    for _place in range(size.customers):
        business = draw.chance(0.1)
        age = draw.between(-30, 240) * DAY if draw.chance(YOUNG) else draw.about(1_100, 0.8) * DAY
        usual = draw.about(900, 0.4) if business else draw.one(_USUAL) * draw.between(0.8, 1.25)
        town.customer(business=business, opened=-min(age, 6000 * DAY), usual=usual)
    _households(draw, town)
    _bonds(draw, town)
    _replaced_devices(draw, town)
    return town


def _households(draw: Chance, town: Town) -> None:
    people = draw.mixed(town.of("person"))
    while len(people) > 4:
        size = draw.whole(1, 4)
        home, people = people[:size], people[size:]
        shared = town.number("D") if size > 1 and draw.chance(0.7) else ""
        for one in home:
            town.customers[one].shared = shared
            town.customers[one].family = [other for other in home if other != one]


def _bonds(draw: Chance, town: Town) -> None:
    people, firms = town.of("person"), town.of("business")
    elsewhere = town.of("counterparty")
    for one in people:
        customer = town.customers[one]
        customer.friends = [other for other in draw.some(people, draw.whole(2, 6)) if other != one]
        customer.landlord = draw.one(firms) if draw.chance(0.35) else draw.one(elsewhere)
    for firm in firms:
        pool = [other for other in firms if other != firm]
        town.customers[firm].suppliers = draw.some(pool, draw.whole(1, 3)) + draw.some(elsewhere, draw.whole(2, 5))
    for firm in firms[: max(len(firms) // 5, 3)]:
        town.customers[firm].employees = draw.some(people, draw.whole(10, 45))


def _replaced_devices(draw: Chance, town: Town) -> None:
    """Give one in six a new telephone in these weeks: a new device is nothing by itself."""
    for customer in town.customers.values():
        if draw.chance(0.17):
            customer.devices.append((draw.between(0, town.days) * DAY, town.number("D")))
