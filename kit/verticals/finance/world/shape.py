"""What a world of payments is made of: parties, transfers, and what was planted among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = 24.0  # hours
LIMIT = 10_000.0  # EUR; from here on a transfer is reported, so that who hides stays below it


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a world is.

    Parameters
    ----------
    customers : int
        Whose accounts are held here.
    days : int
        From a Monday on.
    rings, takeovers : int
        Planted: groups of accounts that work together, and single accounts that somebody broke into.
    """

    customers: int
    days: int
    rings: int
    takeovers: int


FULL = Size(customers=900, days=84, rings=60, takeovers=60)
QUICK = Size(customers=240, days=42, rings=20, takeovers=14)


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody who sends or gets money.

    Parameters
    ----------
    id : str
        Such as "A-0412"; "A" accounts held here, "M" merchants, "X" accounts elsewhere.
    kind : {"person", "business", "merchant", "counterparty"}
    opened : float
        Hours from the beginning, negative before it; of accounts elsewhere unknown and left at -inf.
    """

    id: str
    kind: str
    opened: float = float("-inf")


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One payment.

    Parameters
    ----------
    id : str
        Such as "T-004711", in the order of time.
    hour : float
        Since the first midnight.
    sender, payee : str
        Ids of parties.
    device : str
        From which it was ordered, such as "D-0815"; "" where that is not known.
    amount : float
        EUR.
    papers : {"", "filed", "missing"}
        The document that such a payment needs: none is needed, it is there, or it is not.
    label : {"release", "request", "escalate"}
        What an investigation found to be right, "" where nobody looked.
    ring : str
        The planted ring that it belongs to, or "".
    story : str
        What it is in truth; never shown to a rule or a model.
    """

    id: str
    hour: float
    sender: str
    payee: str
    device: str
    amount: float
    papers: str = ""
    label: str = ""
    ring: str = ""
    story: str = ""


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A planted ring: its kind ("device", "fan", "cycle", "burst"), when it works (hours), and whether it hides."""

    id: str
    kind: str
    begin: float
    end: float
    careful: bool


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything of one world; `rings` is empty where the transfers come from a file, `start` is its first midnight."""

    parties: dict[str, Party]
    transfers: tuple[Transfer, ...]
    rings: dict[str, Ring]
    days: int
    start: str = "2025-09-01"

    def when(self, hour: float) -> str:
        """Return a moment as people write it, to the minute."""
        return (datetime.fromisoformat(self.start) + timedelta(hours=hour)).strftime("%Y-%m-%d %H:%M")
