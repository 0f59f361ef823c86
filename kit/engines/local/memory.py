"""A decoder that is told whole texts and reads only what it has not read already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.engines.local.decoder import Decoder

if TYPE_CHECKING:
    import numpy

_AT_ONCE = 512  # tokens read in one call: logits of more would take much memory


class Remembering:
    """Reads texts with `decoder`; what a text begins with, as the one before it did, is not read again."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._read: list[int] = []

    def begin_anew(self) -> None:
        """Forget all that was read."""
        self._decoder.forget(0)
        self._read.clear()

    def after(self, tokens: Sequence[int], *, keep: int = 1) -> numpy.ndarray:
        """Return the logits after the last `keep` of `tokens`, a text from its beginning.

        Returns
        -------
        ndarray [keep, vocabulary], float32
        """
        import numpy

        start = min(_common(self._read, tokens), len(tokens) - keep)
        if start < len(self._read):
            self._decoder.forget(start)
            del self._read[start:]
        found = []
        for begin in range(start, len(tokens), _AT_ONCE):
            part = list(tokens[begin : begin + _AT_ONCE])
            wanted = max(0, begin + len(part) - (len(tokens) - keep))
            logits = self._decoder.read(part, keep=max(min(wanted, len(part)), 1))
            self._read += part
            if wanted:
                found.append(logits)
        return found[0] if len(found) == 1 else numpy.concatenate(found)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Return with how many equal tokens two texts begin."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))
