"""What would need less memory than a measurement that has no room here, of least harm first."""

from __future__ import annotations

from collections.abc import Iterator

from kit.engines.spec import Variant
from kit.errors import KitError
from kit.models import METHOD_BITS, ModelCard
from kit.models.change import smaller
from kit.models.fit import by_bits
from kit.models.usual import usual_methods
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method


def lighter_methods(method: str) -> list[str]:
    """Return the usual methods of fewer bits that can run here, most bits first."""
    return [
        name for name in by_bits(usual_methods()) if METHOD_BITS[name] < METHOD_BITS.get(method, 0) and _runs_here(name)
    ]


def lighter_variants(variant: Variant, card: ModelCard | None) -> Iterator[tuple[Variant, str]]:
    """Yield the variant in fewer bits, then smaller models of its family, each with the Python that makes it."""
    if variant.remote:
        return
    ways = [variant.method, *lighter_methods(variant.method)]
    for method in ways[1:]:
        yield _said(variant.replace(method=method, engine=""))
    for other in [] if card is None else smaller(card):
        for method in ways:
            yield _said(variant.replace(model=other.name, method=method, engine=""))


def _said(variant: Variant) -> tuple[Variant, str]:
    # The method is told even where it is the default: it may be what changes.
    return variant, f"kit.Variant(model={variant.model!r}, method={variant.method!r})"


def _runs_here(method: str) -> bool:
    try:
        check_runs_here(get_method(method))
    except KitError:
        return False
    return True
