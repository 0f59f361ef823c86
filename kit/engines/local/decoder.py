"""What another library has to be able to do so that it can be an engine: read tokens one text at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy


class Decoder(Protocol):
    """Reads one text, token by token or many at once, and remembers what it has read.

    Parameters
    ----------
    vocabulary : int
        How many logits there are at each place.
    context : int or None
        Tokens that can be read at once; None where nothing limits them.
    """

    vocabulary: int
    context: int | None

    def read(self, tokens: Sequence[int], *, keep: int) -> numpy.ndarray:
        """Read on after what was read, and return the logits after the last `keep` tokens.

        Parameters
        ----------
        tokens : sequence of int
            At least one.
        keep : int, 1 to len(tokens)

        Returns
        -------
        ndarray [keep, vocabulary], float32
            Not changed by later calls.
        """
        ...

    def forget(self, length: int) -> None:
        """Remember the first `length` tokens only, at most as many as were read; 0 begins a new text."""
        ...

    def footprint(self) -> int:
        """Return the bytes that the weights take in memory."""
        ...

    def file_size(self) -> int:
        """Return the bytes that the weights take on disk."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...
