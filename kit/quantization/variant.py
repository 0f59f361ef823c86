"""What can be told of a variant before it is loaded, whether this process runs it or a server. Light."""

from __future__ import annotations

from typing import Any

from kit.engines.spec import Variant
from kit.models import check_name, model_provenance
from kit.models.source import Location
from kit.quantization.registry import get_method
from kit.report import Report


def check_variant(variant: Variant) -> None:
    """Raise `UnknownNameError` unless the method of `variant` is known; a server has its own."""
    if not variant.remote:
        get_method(variant.method)


def look_up(variant: Variant) -> None:
    """Raise what `check_name` does for a model that cannot be had; what a server has is known when it is asked."""
    if not variant.remote:
        check_name(variant.model)


def variant_provenance(
    variant: Variant, report: Report | None = None, *, location: Location | None = None
) -> dict[str, Any]:
    """Return where the model of `variant` came from, as `model_provenance` does.

    Parameters
    ----------
    location : Location, optional
        Where it was found, so that it need not be looked for again.

    Raises
    ------
    ServerError
        The server cannot be asked.
    """
    if not variant.remote:
        return model_provenance(location or variant.model, report)
    from kit.engines.openai.provenance import server_provenance

    return server_provenance(variant)
