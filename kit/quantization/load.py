"""From a variant to the engine that runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from kit.engines import Engine, Variant
from kit.engines.prepare import ready_folder
from kit.errors import KitError, MissingPackageError, ParameterError, UnsupportedError
from kit.i18n import _
from kit.quantization.artefacts import made
from kit.quantization.calibration import Calibration
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
    check_fits(method, folder)
    opener: Callable[..., Engine] = resolve(method.load)
    try:
        if method.make:
            folder = made(folder, method, report, calibration_of(variant, method))
            report.progress("loading")
        return opener(folder, method, batch_size)
    except (RuntimeError, ValueError, ImportError, AttributeError) as exc:
        if isinstance(exc, KitError):
            raise
        raise UnsupportedError(
            _("{model} cannot be held as {method}: {exc}").format(model=variant.model, method=method.name, exc=exc),
            fix=_("Choose another method; log.txt has the details."),
        ) from exc


def calibration_of(variant: Variant, method: Method) -> Calibration | None:
    """Return the rows that `method` looks at, None where it looks at none.

    Raises
    ------
    ParameterError
        It needs some, and the variant names none.
    """
    if not method.calibrated:
        return None
    if variant.calibration is None:
        allowed = _("rows by which {method} chooses how to round, such as those a model is tuned on")
        fix = _("Give them with calibration=kit.DataSpec(…), never the rows that are measured.")
        raise ParameterError("calibration", None, allowed=allowed.format(method=method.name), fix=fix)
    return Calibration(variant.calibration)


def check_fits(method: Method, folder: Path) -> None:
    """Raise `UnsupportedError` when the model in `folder` is of a kind that `method` cannot hold; loads nothing."""
    if not method.why_not:
        return
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    reason: str = resolve(method.why_not)(config)
    if reason:
        problem = _("{model} cannot be held as {method}: {exc}").format(
            model=config.get("model_type", folder.name), method=method.name, exc=reason
        )
        raise UnsupportedError(problem, fix=_("Choose another method."))


def check_runs_here(method: Method) -> None:
    """Raise when `method` lacks a package or a device on this machine."""
    for lack in lacks_of(method):
        if lack.package and lack.command.startswith("pip install"):
            raise MissingPackageError(lack.package, needed_for=method.name, lack=lack)
        problem = _("{method} cannot run here: {reason}.").format(method=method.name, reason=lack.reason)
        raise UnsupportedError(problem, fix=lack.fix)
