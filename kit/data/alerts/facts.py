"""What is true of one flagged payment, drawn before a word is written.

Country, currency, channel, payee name and purpose are drawn apart from everything that counts: no place and no name is
a risk here, so no model can learn that one is.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.data.alerts.draw import Draw

_USUAL = (60, 140, 300, 650, 1_200, 2_600, 5_400, 11_000, 24_000)
_RATIOS = {"usual": (0.5, 1.25), "raised": (1.9, 3.2), "large": (8.0, 24.0)}
_STORIES = {"calm": 0.38, "unpapered": 0.31, "fraud": 0.31}
_SHARES: dict[str, dict[str, dict[str, float]]] = {
    "calm": {
        "size": {"usual": 0.80, "raised": 0.15, "large": 0.05},
        "payee": {"known": 0.62, "new": 0.34, "changed": 0.04},
        "device": {"known": 0.70, "new": 0.30},
        "age": {"old": 0.88, "young": 0.12},
        "history": {"none": 0.82, "cleared": 0.17, "confirmed": 0.01},
        "contact": {"none": 0.68, "vouched": 0.28, "coached": 0.01, "unreached": 0.03},
        "papers": {"none": 0.72, "filed": 0.26, "missing": 0.02},
    },
    "unpapered": {
        "size": {"usual": 0.30, "raised": 0.40, "large": 0.30},
        "payee": {"known": 0.60, "new": 0.36, "changed": 0.04},
        "device": {"known": 0.80, "new": 0.20},
        "age": {"old": 0.85, "young": 0.15},
        "history": {"none": 0.85, "cleared": 0.14, "confirmed": 0.01},
        "contact": {"none": 0.75, "vouched": 0.15, "coached": 0.01, "unreached": 0.09},
        "papers": {"none": 0.02, "filed": 0.02, "missing": 0.96},
    },
    "fraud": {
        "size": {"usual": 0.15, "raised": 0.30, "large": 0.55},
        "payee": {"known": 0.20, "new": 0.40, "changed": 0.40},
        "device": {"known": 0.30, "new": 0.70},
        "age": {"old": 0.45, "young": 0.55},
        "history": {"none": 0.56, "cleared": 0.04, "confirmed": 0.40},
        "contact": {"none": 0.26, "vouched": 0.02, "coached": 0.66, "unreached": 0.06},
        "papers": {"none": 0.86, "filed": 0.10, "missing": 0.04},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """One payment.

    Parameters
    ----------
    amount : int
        In `currency`.
    size : {"usual", "raised", "large"}
        Against what the customer sends as a rule.
    payee : {"known", "new", "changed"}
        Paid before, never paid, or paid before but with new account details.
    new_device : bool
        Was the device never seen with this customer?
    young : bool
        Is the account younger than three months?
    history : {"none", "cleared", "confirmed"}
        Earlier alerts: none, all without substance, or one that was fraud.
    contact : {"none", "vouched", "coached", "unreached"}
        Not tried, the customer vouches on a known number, the customer seems told what to say, nobody reached.
    papers : {"none", "filed", "missing"}
        Not spoken of, there, or not there.
    """

    amount: int
    currency: str
    size: str
    payee: str
    new_device: bool
    young: bool
    history: str
    contact: str
    papers: str


def draw_facts(draw: Draw) -> Facts:
    """Draw one payment: first the kind of story that it is, then each fact with the shares of that story."""
    shares = _SHARES[draw.weighted(_STORIES)]
    fact = {name: draw.weighted(of) for name, of in shares.items()}
    usual = round(draw.one(_USUAL) * draw.between(0.75, 1.3))
    return Facts(
        amount=round(usual * draw.between(*_RATIOS[fact["size"]])),
        currency=draw.one(("EUR", "EUR", "EUR", "GBP", "USD", "CHF", "SEK")),
        size=fact["size"],
        payee=fact["payee"],
        new_device=fact["device"] == "new",
        young=fact["age"] == "young",
        history=fact["history"],
        contact=fact["contact"],
        papers=fact["papers"],
    )
