"""Does a tuning fit the machine, how long will it take, and what is decided where its spec leaves things open."""

from kit.tuning.fitting.deciding import Choice, Decision, decide
from kit.tuning.lengths import Load, Rows, guessed_rows

__all__ = ["Choice", "Decision", "Load", "Rows", "decide", "guessed_rows"]
