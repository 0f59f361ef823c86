"""Texts in portions that are small enough to be taken apart at once: a row may be a book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MOST = 1 << 19  # characters: taking them apart takes some 50 bytes for each
LONGEST = 1 << 18  # characters of a row that is compared with others; what comes after does not count
_OVERLAP = 1 << 12  # characters that two pieces of one text share, so that no n-gram is cut in two


def portions(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the texts in order, cut to `LONGEST`, as many at a time as fit, with the place of the first of them."""
    portion: list[str] = []
    size = first = 0
    for place, text in enumerate(texts):
        cut = text[:LONGEST]
        if portion and size + len(cut) > _MOST:
            yield first, portion
            portion, size, first = [], 0, place
        portion.append(cut)
        size += len(cut)
    if portion:
        yield first, portion


def pieces(texts: Sequence[str]) -> Iterator[tuple[list[int], list[str]]]:
    """Yield whole texts, long ones in pieces that overlap, as many at a time as fit, with the place of each text."""
    places: list[int] = []
    found: list[str] = []
    size = 0
    for place, text in enumerate(texts):
        for start in range(0, max(len(text) - _OVERLAP, 1), LONGEST):
            piece = text[start : start + LONGEST + _OVERLAP]
            if found and size + len(piece) > _MOST:
                yield places, found
                places, found, size = [], [], 0
            places.append(place)
            found.append(piece)
            size += len(piece)
    if found:
        yield places, found
