"""Rows of different length as the lines of one tensor, with hardly any padding.

As wide as the longest row; shorter rows share a line. A row sees nothing of the others in its line, so sharing changes
nothing but what is computed for nothing: rows of questions with choices, padded to the longest of 32, were a third
padding.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from kit.engines.hf.tree import Row

_NOBODY = -1


class Sheet:
    """The tokens of some rows, n lines of width w.

    Parameters
    ----------
    rows : sequence of Row
    several : bool
        May rows share a line? Else each has its own, padded at its end, where no token before looks.
    """

    def __init__(self, rows: Sequence[Row], *, several: bool) -> None:
        self._rows = rows
        self._width = max(len(row.ids) for row in rows)
        self._where = _filled([len(row.ids) for row in rows], self._width) if several else _one_each(len(rows))
        self._lines = 1 + max(line for line, _ in self._where)
        self.plain = not several or (self._lines == len(rows) and not any(row.branches[-1] for row in rows))
        self.ids = self._table([row.ids for row in rows], 0)
        self.positions = self._table([row.positions for row in rows], 0)

    def place(self, row: int, at: int) -> int:
        """Return where the token `at` of a row stands in the lines laid end to end."""
        line, start = self._where[row]
        return line * self._width + start + at

    def sees(self) -> torch.Tensor:
        """Return who sees whom [n, w, w]: each token what is before it in its trunk and in its own branch."""
        owner = self._table([[number] * len(row.ids) for number, row in enumerate(self._rows)], _NOBODY)
        branch = self._table([row.branches for row in self._rows], 0)
        earlier = torch.ones(self._width, self._width, dtype=torch.bool).tril()
        related = (branch[:, None, :] == 0) | (branch[:, None, :] == branch[:, :, None])
        return earlier & related & (owner[:, None, :] == owner[:, :, None])

    def _table(self, values: Sequence[Sequence[int]], empty: int) -> torch.Tensor:
        lines = [[empty] * self._width for _ in range(self._lines)]
        for (line, start), row in zip(self._where, values, strict=True):
            lines[line][start : start + len(row)] = row
        return torch.tensor(lines)


def _one_each(count: int) -> list[tuple[int, int]]:
    return [(line, 0) for line in range(count)]


def _filled(lengths: Sequence[int], width: int) -> list[tuple[int, int]]:
    """Return the line of each row and where in it the row begins: long ones first, each where there is room first."""
    where = [(0, 0)] * len(lengths)
    ends: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        line = next((i for i, end in enumerate(ends) if end + lengths[row] <= width), len(ends))
        if line == len(ends):
            ends.append(0)
        where[row] = (line, ends[line])
        ends[line] += lengths[row]
    return where
