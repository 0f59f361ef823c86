"""How much of their words two texts have in common, weighed by how rare these are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.verticals.need import need


class Nearness:
    """Compares texts by TF-IDF.

    Parameters
    ----------
    texts : sequence of str
        By which it is known how rare words are.
    what : str
        What cannot be done without the library, translated.
    """

    def __init__(self, texts: Sequence[str], what: str) -> None:
        made = need("sklearn.feature_extraction.text", what).TfidfVectorizer(sublinear_tf=True)
        self._fitted = made.fit(texts)

    def rows(self, texts: Sequence[str]) -> Any:
        """Return the texts as rows of length 1, whose products are their likeness, 0 to 1."""
        return self._fitted.transform(texts)
