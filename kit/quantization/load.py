"""From a variant to the engine that runs it."""

from __future__ import annotations

from collections.abc import Callable

from kit.engines import Engine, Variant
from kit.engines.prepare import ready_folder
from kit.errors import KitError, MissingPackageError, UnsupportedError
from kit.i18n import _
from kit.quantization.lacks import lacks_of
from kit.quantization.registry import Method, get_method
from kit.report import Report
from kit.spec import resolve


def load(variant: Variant, report: Report, *, batch_size: int = 32) -> Engine:
    """Return an engine with `variant` loaded.

    Raises
    ------
    UnknownNameError
        No method has that name, or a server has no such model.
    ServerError
        The server cannot be reached, or refuses.
    MissingPackageError, UnsupportedError
        The method cannot run on this machine; told before anything loads.
    ModelNotFoundError
        The model is neither here nor to be had.
    """
    if variant.remote:
        report.progress("loading")
        from kit.engines.openai.open import open_engine

        return open_engine(variant)
    method = get_method(variant.method)
    check_runs_here(method)
    report.progress("loading")
    folder, _location = ready_folder(variant.model, report)
    report.progress("loading")
    opener: Callable[..., Engine] = resolve(method.load)
    try:
        return opener(folder, method, batch_size)
    except (RuntimeError, ValueError, ImportError, AttributeError) as exc:
        if isinstance(exc, KitError):
            raise
        raise UnsupportedError(
            _("{model} cannot be held as {method}: {exc}").format(model=variant.model, method=method.name, exc=exc),
            fix=_("Choose another method; log.txt has the details."),
        ) from exc


def check_runs_here(method: Method) -> None:
    """Raise when `method` lacks a package or a device on this machine."""
    for lack in lacks_of(method):
        if lack.package and lack.command.startswith("pip install"):
            raise MissingPackageError(lack.package, needed_for=method.name, lack=lack)
        problem = _("{method} cannot run here: {reason}.").format(method=method.name, reason=lack.reason)
        raise UnsupportedError(problem, fix=lack.fix)
