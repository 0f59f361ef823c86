"""What can be known of a transfer when it is ordered: names, how each is said, and how its bounds are rounded."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kit.i18n import N_, _


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One number about a transfer and its neighbourhood.

    Parameters
    ----------
    name : str
        Its name in tables.
    at_least, below : str
        How a bound is said, with ``{n}``, marked for translation.
    step : float, default 1
        To what bounds are rounded: people read rules.
    one, none : str, default ""
        How "at least 1" and "below 1" are said, where that reads better.
    sign : {">=", "<", ""}, default ">="
        Which kind of bound may make a transfer suspicious; left empty, either.
    """

    name: str
    at_least: str
    below: str
    step: float = 1.0
    one: str = ""
    none: str = ""
    sign: str = ">="

    def bound(self, cut: float) -> float:
        """Return the bound that people read for a split between values up to `cut` and those above it.

        >>> Fact(name="n", at_least="", below="").bound(3.5), Fact(name="n", at_least="", below="").bound(3.0)
        (4.0, 4.0)
        """
        return round((math.floor(cut / self.step + 1e-9) + 1) * self.step, 6)


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact(
            name="amount",
            at_least=N_("the amount is {n} EUR or more"),
            below=N_("the amount is below {n} EUR"),
            step=100,
        ),
        Fact(
            name="times_usual",
            at_least=N_("the amount is {n} times the sender's usual one or more"),
            below=N_("the amount is below {n} times the sender's usual one"),
            step=0.5,
        ),
        Fact(name="new_payee", at_least=N_("the payee is new to the sender"), below=N_("the payee was paid before")),
        Fact(name="merchant", at_least=N_("the payee is a merchant"), below=N_("the payee is no merchant"), sign="<"),
        Fact(
            name="device_days",
            at_least=N_("the sender has used the device for {n} days or more"),
            below=N_("the sender has used the device for less than {n} days"),
            none=N_("the device is new to the sender"),
            sign="<",
        ),
        Fact(
            name="device_accounts",
            at_least=N_("{n} accounts or more used the device in 30 days"),
            below=N_("fewer than {n} accounts used the device in 30 days"),
        ),
        Fact(
            name="sender_days",
            at_least=N_("the sender's account is {n} days old or more"),
            below=N_("the sender's account is younger than {n} days"),
            step=5,
            sign="",
        ),
        Fact(
            name="sent_day",
            at_least=N_("the sender made {n} transfers or more within a day"),
            below=N_("the sender made fewer than {n} transfers within a day"),
        ),
        Fact(
            name="payee_senders",
            at_least=N_("{n} senders or more paid the payee in two days"),
            below=N_("fewer than {n} senders paid the payee in two days"),
        ),
        Fact(
            name="payee_strangers",
            at_least=N_("{n} senders or more paid the payee for the first time within two days"),
            below=N_("fewer than {n} senders paid the payee for the first time within two days"),
            one=N_("at least one sender paid the payee for the first time within two days"),
            none=N_("nobody paid the payee for the first time within two days"),
        ),
        Fact(
            name="payee_passed_on",
            at_least=N_("the payee passed on {n} % or more of what it got in a week"),
            below=N_("the payee passed on less than {n} % of what it got in a week"),
            step=5,
        ),
        Fact(
            name="passing_on",
            at_least=N_("by now the sender has passed on {n} % or more of what it got in two days"),
            below=N_("by now the sender has passed on less than {n} % of what it got in two days"),
            step=5,
        ),
        Fact(
            name="near_limit",
            at_least=N_("{n} transfers or more just below the limit by this sender or to this payee in a week"),
            below=N_("fewer than {n} transfers just below the limit by this sender or to this payee in a week"),
            one=N_("a transfer just below the limit by this sender or to this payee in a week"),
            none=N_("no transfer just below the limit by this sender or to this payee in a week"),
        ),
        Fact(
            name="circle",
            at_least=N_("it closes a circle of {n} accounts or more within two weeks"),
            below=N_("it closes no circle of {n} accounts or more within two weeks"),
            one=N_("it closes a circle within two weeks"),
            none=N_("it closes no circle within two weeks"),
        ),
        Fact(name="night", at_least=N_("it was ordered at night"), below=N_("it was not ordered at night")),
    )
}
NAMES = tuple(FACTS)


def words(name: str, op: str, bound: float) -> str:
    """Return a bound on a fact in words; `op` is ">=" or "<"."""
    fact = FACTS[name]
    if name == "circle" and bound <= 2:  # a circle has two accounts or more
        bound = 1
    special = (fact.one if op == ">=" else fact.none) if bound == 1 else ""
    if special:
        return _(special)
    shown = f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:g}"
    return _(fact.at_least if op == ">=" else fact.below).format(n=shown)
