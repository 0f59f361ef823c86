"""Sentences that a tuned model writes about alerts, all in one process."""

from kit.verticals.finance.explaining.spec import WriteSpec

__all__ = ["WriteSpec"]
