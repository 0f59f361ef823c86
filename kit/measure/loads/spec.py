"""A named load: how requests come in while answers are timed, and which answers are good enough."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param

KINDS = ("one user", "users", "poisson", "sweep")
# What each kind needs; the rest has no meaning there.
_TAKES = {"one user": (), "users": ("users",), "poisson": ("rate",), "sweep": ("sweep_users", "sweep_rates")}
_LIMITS = ("ttft_limit_s", "tpot_limit_s", "e2el_limit_s")


@dataclass(frozen=True, kw_only=True)
class LoadSpec(Spec):
    """How requests come in.

    "one user" and "users" ask again as soon as they are answered (a closed loop). "poisson" asks at random times that
    wait for no answer (an open loop), so a server that is too slow shows it. "sweep" measures several such levels.
    """

    made_by = "kit.LoadSpec(kind='users', users=4)"

    kind: str = param(
        "one user", label=N_("Load"), help=N_("How requests come in while answers are timed"), choices=KINDS
    )
    users: int | None = param(
        None, label=N_("Users"), help=N_("At the same time; each asks again when answered"), low=1, high=1024
    )
    rate: float | None = param(
        None, label=N_("Rate"), help=N_("Mean of a Poisson process"), unit="requests/s", above=0, high=10_000
    )
    sweep_users: tuple[int, ...] = param(
        (), label=N_("Users of a sweep"), help=N_("From few to many"), low=1, high=1024
    )
    sweep_rates: tuple[float, ...] = param(
        (), label=N_("Rates of a sweep"), help=N_("From low to high"), unit="requests/s", above=0, high=10_000
    )
    ttft_limit_s: float | None = param(
        None, label=N_("First token within"), help=N_("Counts an answer as good"), unit="s", above=0
    )
    tpot_limit_s: float | None = param(
        None, label=N_("Time per token within"), help=N_("Counts an answer as good"), unit="s", above=0
    )
    e2el_limit_s: float | None = param(
        None, label=N_("Answer within"), help=N_("Counts an answer as good"), unit="s", above=0
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of the random times"), low=0, high=2**31 - 1)

    def check(self) -> None:
        for name in ("users", "rate", "sweep_users", "sweep_rates"):
            value = getattr(self, name)
            if value not in (None, ()) and name not in _TAKES[self.kind]:
                allowed = _("left out where the kind of load is {kind!r}").format(kind=self.kind)
                raise ParameterError(name, value, allowed=allowed, fix=self._other_kind(name))
        given = [name for name in _TAKES[self.kind] if getattr(self, name) not in (None, ())]
        if _TAKES[self.kind] and len(given) != 1:
            self._refuse_lack(given)
        for name in ("sweep_users", "sweep_rates"):
            values = getattr(self, name)
            if any(a >= b for a, b in pairwise(values)):
                raise ParameterError(name, values, allowed=_("a list that rises"))

    @property
    def name(self) -> str:
        """How tables and reports call it."""
        if self.kind == "users" and self.users != 1:
            return _("{n} users at once").format(n=self.users)
        if self.kind == "poisson":
            return _("{rate:g} requests/s at random times").format(rate=self.rate)
        if self.kind == "sweep":
            return _("a sweep of loads")
        return _("one user")

    @property
    def limits(self) -> dict[str, float]:
        """Return the limits that were given, in seconds, by the name of the quantity, such as ``ttft_s``."""
        found = {name: getattr(self, name) for name in _LIMITS}
        return {name.replace("_limit", ""): value for name, value in found.items() if value is not None}

    def levels(self) -> tuple[LoadSpec, ...]:
        """Return the loads of a sweep from light to heavy; of any other load, itself."""
        if self.kind != "sweep":
            return (self,)
        users = [self.replace(kind="users", users=n, sweep_users=()) for n in self.sweep_users]
        return (*users, *(self.replace(kind="poisson", rate=rate, sweep_rates=()) for rate in self.sweep_rates))

    def _refuse_lack(self, given: list[str]) -> None:
        takes = _TAKES[self.kind]
        needed = _("given where the kind of load is {kind!r}").format(kind=self.kind)
        if len(takes) > 1:
            needed = _("given, or {other} instead, where the kind of load is {kind!r}").format(
                other=takes[1], kind=self.kind
            )
        name = given[-1] if given else takes[0]
        raise ParameterError(name, getattr(self, name), allowed=needed)

    @staticmethod
    def _other_kind(name: str) -> str:
        kind = next(kind for kind, takes in _TAKES.items() if name in takes)
        return _("Leave it out, or choose kind={kind!r}.").format(kind=kind)
