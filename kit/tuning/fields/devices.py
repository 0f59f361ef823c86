"""On how many devices it trains, and how they share the work."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param

LAYOUTS = ("ddp", "fsdp", "tp", "pp", "ddp+tp", "fsdp+tp", "ddp+pp")


@dataclass(frozen=True, kw_only=True)
class DeviceFields(Spec):
    """On how many devices it trains, and how they share the work.

    One process has nothing to divide, whatever the layout. Several divide the rows ("ddp"), also each weight ("fsdp"),
    heads and matrices ("tp") or layers ("pp"); combined, groups of `group_size` divide one copy of the model by the
    second, and the groups share rows by the first. Where the model is divided, `cache_frozen` and `compile` are off,
    and with "tp" `fused`.
    """

    processes: int = param(1, label=N_("Processes"), help=N_("One for each device"), low=1, high=64)
    layout: str = param(
        "ddp",
        label=N_("Layout"),
        help=N_("What several processes divide: rows, weights, matrices or layers"),
        choices=LAYOUTS,
    )
    group_size: int = param(
        2, label=N_("Group"), help=N_("Processes that share one copy where layouts are combined"), low=2, high=64
    )

    @property
    def sharers(self) -> int:
        """How many processes share one copy of the model: each computes a part of every row."""
        if self.processes == 1 or self.layout in ("ddp", "fsdp"):
            return 1
        return self.group_size if "+" in self.layout else self.processes

    @property
    def readers(self) -> int:
        """In how many parts the rows of a batch are read."""
        return self.processes // self.sharers
