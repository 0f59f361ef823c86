"""The memory that the processes of a run hold together, folded from what each of them says."""

from __future__ import annotations

from kit.report import Event


class Held:
    """One kind of memory.

    Parameters
    ----------
    prefix : str, default ""
        Before the keys "now_mib" and "peak_mib" in the events.
    """

    def __init__(self, prefix: str = "") -> None:
        self._now_key, self._peak_key = f"{prefix}now_mib", f"{prefix}peak_mib"
        self._processes: dict[tuple[str, int], tuple[float, float]] = {}  # now and peak, by part and pid
        self.peak_mib: float | None = None

    @property
    def now_mib(self) -> float | None:
        """The sum over all processes that have said something, or None where none has."""
        return sum(now for now, _peak in self._processes.values()) if self._processes else None

    def add(self, event: Event) -> None:
        """Take in what one process says.

        A peak that is new since its last word came while the others held about what they hold now.
        """
        if self._now_key not in event:
            return
        process = event.get("part", ""), event.get("pid", 0)
        now, peak = event[self._now_key], event[self._peak_key]
        _old, old_peak = self._processes.pop(process, (0.0, 0.0))
        others = self.now_mib or 0.0
        most = others + (peak if peak > old_peak else now)
        self._processes[process] = now, peak
        self.peak_mib = max(self.peak_mib or 0.0, most)

    def forget(self) -> None:
        """Take in that all processes are gone; how much they held at most is kept."""
        self._processes.clear()
