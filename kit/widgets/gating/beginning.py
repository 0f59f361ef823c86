"""What prompts begin with alike: the template and the instruction, told once instead of in every row."""

from __future__ import annotations

from collections.abc import Sequence

Pieces = Sequence[Sequence[str]]
_LEAST = 12  # characters; what is shorter stands in every row as well


def beginning(rows: Sequence[Pieces]) -> list[list[str]]:
    """Return the pieces that most rows begin with, the last one up to the end of a line.

    Parameters
    ----------
    rows : sequence of pieces
        Each piece a kind and a text. Rows that lose their middle are left out: what they begin with is shorter.

    Returns
    -------
    list of [kind, text]
        Empty where they share next to nothing, or there is a single row.
    """
    whole = [row for row in rows if row and not any(kind == "cut" for kind, _text in row)]
    if len(whole) < 2:
        return []
    found: list[list[str]] = []
    for place, piece in enumerate(whole[0]):
        alike = [row[place] for row in whole if place < len(row) and row[place][0] == piece[0] != "answer"]
        if len(alike) < len(whole):
            break
        text = _common([text for _kind, text in alike])
        if any(text != other for _kind, other in alike):
            line = text[: text.rfind("\n") + 1]
            found += [[piece[0], line]] if line else []
            break
        found.append([piece[0], text])
    return found if sum(len(text.strip()) for _kind, text in found) >= _LEAST else []


def without(row: Pieces, shared: Pieces) -> list[list[str]]:
    """Return the pieces of a row after what it shares with others; a row that begins otherwise stays whole."""
    rest = [list(piece) for piece in row]
    for kind, text in shared:
        if not rest or rest[0][0] != kind or not rest[0][1].startswith(text):
            return [list(piece) for piece in row]
        rest[0][1] = rest[0][1][len(text) :]
        if not rest[0][1]:
            rest.pop(0)
    if rest:
        rest[0][1] = rest[0][1].lstrip("\n")
    return rest


def _common(texts: Sequence[str]) -> str:
    """Return what all of `texts` begin with: what the first and the last of them in order do."""
    first, last = min(texts), max(texts)
    differs = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differs, len(first))]
