"""Where transfers are written down while a world is made."""

from __future__ import annotations

from kit.verticals.finance.world.chance import Chance
from kit.verticals.finance.world.people import Town
from kit.verticals.finance.world.shape import DAY, Party, Ring, Transfer, World

FRAUD = ("device", "fan", "cycle", "burst", "takeover")  # stories that an investigation finds to be fraud
_NEEDED = {"person": 4_000.0, "business": 3_000.0}  # EUR, from which a payment needs a document


class Book:
    """The transfers of a town, in any order.

    Parameters
    ----------
    draw : Chance
        Where chance comes from.
    town : Town
        Who pays.
    """

    def __init__(self, draw: Chance, town: Town) -> None:
        self.draw, self.town = draw, town
        self.rings: dict[str, Ring] = {}
        self._drafts: list[tuple[float, str, str, str, float, str, str]] = []

    def pay(
        self, hour: float, sender: str, payee: str, amount: float, story: str, *, device: str = "", ring: str = ""
    ) -> None:
        """Write a transfer down; one outside the time of the world, or before the account was opened, is none.

        Parameters
        ----------
        hour : float
            Since the first midnight.
        sender, payee, amount
            Who pays whom how many EUR.
        story : str
            What it is in truth.
        device : str, default ""
            Left out: one that the sender uses.
        ring : str, default ""
            The planted ring.
        """
        customer = self.town.customers[sender]
        if not max(0.0, customer.opened) <= hour < self.town.days * DAY or sender == payee:
            return
        used = device or customer.device(self.draw, hour)
        self._drafts.append((hour, sender, payee, used, round(max(amount, 1.0), 2), story, ring))

    def world(self) -> World:
        """Return everything in the order of time, with what an investigation found."""
        made = [
            self._settled(f"T-{place:06d}", *draft) for place, draft in enumerate(sorted(self._drafts, key=lambda d: d))
        ]
        parties: dict[str, Party] = dict(self.town.parties)
        return World(parties=parties, transfers=tuple(made), rings=dict(self.rings), days=self.town.days)

    def _settled(
        self, id: str, hour: float, sender: str, payee: str, device: str, amount: float, story: str, ring: str
    ) -> Transfer:
        fraud = story in FRAUD
        needed = amount >= _NEEDED[self.town.parties[sender].kind] and self.town.parties[payee].kind != "merchant"
        papers = ""
        if needed:
            share = 0.3 if fraud else 0.62
            papers = "filed" if self.draw.chance(share) else "missing"
        label = "escalate" if fraud else "request" if papers == "missing" else "release"
        return Transfer(
            id=id,
            hour=hour,
            sender=sender,
            payee=payee,
            device=device,
            amount=amount,
            papers=papers,
            label=label,
            ring=ring,
            story=story,
        )
