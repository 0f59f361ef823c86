"""Blocks of keys and values: given out, given back, and shared by texts that begin alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

_ROOT = -1

Beginning = tuple[int, tuple[int, ...]]  # the block before, by its own number of a kind, and the tokens of this one


class Blocks:
    """Who has which block; a full one is found again by all the tokens up to its end.

    What was given back stays as it is until its room is needed, that of the longest unused first: the next question of
    a conversation, or the same instruction before another text, is not read again (Kwon et al. 2023, arXiv:2309.06180,
    section 4.4).

    Parameters
    ----------
    count : int
        Blocks that there are.
    size : int
        Tokens that have room in each.
    """

    def __init__(self, count: int, size: int) -> None:
        self.size = size
        self._users = [0] * count
        self._free: OrderedDict[int, None] = OrderedDict.fromkeys(range(count))
        self._known: dict[Beginning, int] = {}
        self._said: dict[int, Beginning] = {}
        self._kinds: dict[int, int] = {}  # a number that is never used again, for what a known block holds
        self._next = 0

    @property
    def free(self) -> int:
        """How many are nobody's."""
        return len(self._free)

    def take(self, tokens: Sequence[int], room: int, *, share: bool = True) -> tuple[list[int], int]:
        """Return blocks for `room` tokens, and how many of `tokens`, the beginning of the text, stand there already.

        At least the last of `tokens` is left to read, since what follows it is asked for.

        Raises
        ------
        MemoryError
            There are not so many free.
        """
        found = self._shared(tokens) if share else []
        for block in found:
            self._use(block)
        missing = -(-room // self.size) - len(found)
        if missing > len(self._free):
            self.give_back(found)
            raise MemoryError(f"{missing} blocks of {len(self._free)}")
        return [*found, *(self._fresh() for _ in range(missing))], len(found) * self.size

    def learn(self, tokens: Sequence[int], blocks: Sequence[int]) -> None:
        """Note what stands in `blocks`: all of `tokens` have been read into them."""
        before = _ROOT
        for place, block in enumerate(blocks[: len(tokens) // self.size]):
            key = before, tuple(tokens[place * self.size : (place + 1) * self.size])
            same = self._known.get(key)
            if same is None:
                if block in self._said:
                    return
                self._known[key], self._said[block] = block, key
                self._kinds[block], self._next = self._next, self._next + 1
                same = block
            before = self._kinds[same]

    def give_back(self, blocks: Sequence[int]) -> None:
        """Let go of blocks; the end of a text is forgotten before its beginning."""
        for block in reversed(blocks):
            self._users[block] -= 1
            if not self._users[block]:
                self._free[block] = None
                if block not in self._said:
                    self._free.move_to_end(block, last=False)

    def _shared(self, tokens: Sequence[int]) -> list[int]:
        found: list[int] = []
        before = _ROOT
        for start in range(0, len(tokens) - self.size, self.size):
            block = self._known.get((before, tuple(tokens[start : start + self.size])))
            if block is None:
                break
            found.append(block)
            before = self._kinds[block]
        return found

    def _use(self, block: int) -> None:
        self._users[block] += 1
        self._free.pop(block, None)

    def _fresh(self) -> int:
        block, _nothing = self._free.popitem(last=False)
        self._users[block] = 1
        key = self._said.pop(block, None)
        if key is not None:
            del self._known[key], self._kinds[block]
        return block
