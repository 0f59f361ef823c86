"""How far the variant is from what it was made from.

The reference is read first, by a process of its own, so that no two models are in memory at once; what it expects is
kept beside the checkpoint of the run. A sweep reads it once for all its variants: whoever claims the folder first
deletes it when all is done.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from pathlib import Path

from kit.errors import KitError, UnsupportedError
from kit.i18n import _
from kit.isolated import carry_out_isolated
from kit.measure.against import compared, read_reference, with_itself
from kit.measure.divergence import Places, divergence_metrics, joined, kld_percentiles
from kit.measure.expectations import Expectations
from kit.measure.passes.evaluation import Evaluation
from kit.place import patiently, write_atomic
from kit.quantization.variant import variant_provenance
from kit.report import Event, PrefixedReport, Report
from kit.result import Result


def reference(evaluation: Evaluation) -> dict[str, float]:
    """Return how far the variant is from the reference, and keep the numbers of each place."""
    spec, report, texts = evaluation.spec, evaluation.report, evaluation.data.texts
    name = _name(evaluation)
    places = _compared_before(evaluation, name)
    if places is None:
        kept = Expectations(folder(report), name, report)
        itself = spec.variant == spec.reference
        if itself:
            read_reference(evaluation.engine, texts, kept, wanted=spec.reference_tokens, report=report)
        parts = []
        for number, piece in enumerate(kept.pieces):
            done = evaluation.ledger.values(f"{name}-{number}")
            if done is None:
                report.check()
                found = with_itself(piece) if itself else compared(evaluation.engine(), texts, kept, piece, report)
                evaluation.ledger.add_values(f"{name}-{number}", found.to_dict())
            else:
                found = Places.from_dict(done)
            parts.append(found)
        evaluation.ledger.add_values(name, {"pieces": len(parts), "vocabulary": kept.vocabulary})
        places = joined(parts)
    if spec.variant != spec.reference:
        _keep_places(evaluation, places)
    assert spec.reference is not None
    evaluation.facts["reference"] = {
        "model": spec.reference.model,
        "method": spec.reference.method,
        "tokens": len(places.kld),
        "texts": len(set(places.text.tolist())),
        "vocabulary": (evaluation.ledger.values(name) or {})["vocabulary"],
        "kld_percentiles": kld_percentiles(places),
    }
    return divergence_metrics(places)


def prepare(evaluation: Evaluation) -> None:
    """Have the reference read where that is still to be done: before the variant takes its memory.

    Raises
    ------
    UnsupportedError
        One of the two runs on a server.
    KitError
        The reference could not be read.
    Stopped
        The report asked to stop.
    """
    spec, report = evaluation.spec, evaluation.report
    if "reference" not in spec.measured or spec.reference is None:
        return
    for variant in (spec.reference, spec.variant):
        if variant.remote:
            raise UnsupportedError(
                _("{name} does not tell what it expects of every token: a server gives a few at most.").format(
                    name=variant.name
                ),
                fix=_("Leave 'reference' out of the measures, or name a model that this machine holds itself."),
            )
    name = _name(evaluation)
    if _compared_before(evaluation, name) is not None:
        return
    claim(report, spec.key)
    if spec.variant == spec.reference or Expectations(folder(report), name, report).complete:
        return
    read = spec.replace(variant=spec.reference, measures=("reference",), tasks=())
    result = carry_out_isolated(read, _Quiet(report, "reference"))
    if result.status != "finished":
        raise _unread(result)


def folder(report: Report) -> Path:
    """Return where expectations of references are kept."""
    return report.folder / "checkpoint" / "reference"


def claim(report: Report, owner: str) -> None:
    """Say whose the folder is, unless somebody has said so before.

    Parameters
    ----------
    owner : str
        The key of the spec that uses it longest.
    """
    path = folder(report) / "owner"
    if not path.exists():
        patiently(lambda: write_atomic(path, owner), report)


def release(report: Report, owner: str) -> None:
    """Delete what references expected, if the folder is the owner's: all is compared."""
    with contextlib.suppress(OSError):
        if (folder(report) / "owner").read_text(encoding="utf-8") == owner:
            shutil.rmtree(folder(report))


class _Quiet(PrefixedReport):
    """Hears another process read the reference: how far it is, but not what it measures, which is nobody's result."""

    def emit(self, event: Event) -> None:
        if event["kind"] in ("progress", "message", "memory"):
            self.outer.emit(event)


def _name(evaluation: Evaluation) -> str:
    """Return what is equal exactly when the same reference reads the same."""
    spec = evaluation.spec
    assert spec.reference is not None
    about = {
        "variant": spec.reference.to_dict(),  # the version of Tunebook too
        "model": variant_provenance(spec.reference, evaluation.report),
        "data": evaluation.data.hash,
        "tokens": spec.reference_tokens,
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:12]


def _compared_before(evaluation: Evaluation, name: str) -> Places | None:
    """Return what an earlier attempt has found, if it came to its end."""
    whole = evaluation.ledger.values(name)
    if whole is None:
        return None
    parts = [evaluation.ledger.values(f"{name}-{number}") for number in range(whole["pieces"])]
    found = [Places.from_dict(part) for part in parts if part is not None]
    return joined(found) if len(found) == len(parts) else None


def _keep_places(evaluation: Evaluation, places: Places) -> None:
    """Keep the numbers of each place: where two models differ most can then be looked at."""
    report = evaluation.report
    path = report.folder / "artifacts" / f"places-{evaluation.spec.key}.json"
    patiently(lambda: write_atomic(path, json.dumps(places.to_dict())), report)
    evaluation.artifacts["places"] = str(path.relative_to(report.folder))
    report.artifact("places", path)


def _unread(result: Result) -> KitError:
    error = result.error or {}
    kind = UnsupportedError if result.status == "unsupported" else KitError
    return kind(error.get("message", ""), fix=error.get("fix", ""))
