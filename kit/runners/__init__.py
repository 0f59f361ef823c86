"""Who carries out the pieces of a work: this machine, or the workers of a scheduler."""

from kit.runners.address import check_address, check_reachable
from kit.runners.protocol import LocalRunner, Runner
from kit.runners.registry import runner_of

__all__ = ["LocalRunner", "Runner", "check_address", "check_reachable", "runner_of"]
