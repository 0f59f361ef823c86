"""Carry out an `ExportSpec`: write the files, open them again, compare with the original, and only then name them."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

from kit.engines.prepare import ready_folder
from kit.models import Location, card_here
from kit.models.reference import refer
from kit.quantization.export import write as writing
from kit.quantization.export.card import write_card
from kit.quantization.export.chats import prompts_of
from kit.quantization.export.measured import measured_of
from kit.quantization.export.original import listen
from kit.quantization.export.place import check_free, whole
from kit.quantization.export.prove import prove
from kit.quantization.export.settle import settle
from kit.quantization.export.spec import ExportSpec
from kit.quantization.load import calibration_of, check_fits, check_runs_here
from kit.quantization.registry import Method, get_method
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.version import version

NOTE = "tunebook-export.json"


def export(spec: Spec, report: Report) -> Result:
    """Write the variant of `spec` as files, and prove them.

    Raises
    ------
    KitError
        What was written is not the original; tells the first token that differs. Nothing is left.
    ParameterError
        The folder holds something already.
    Stopped
        Somebody asked it to stop; nothing is left.
    """
    assert isinstance(spec, ExportSpec)
    began = time.perf_counter()
    method = get_method(spec.variant.method)
    check_runs_here(method)
    target = _target(spec, report)
    measured = measured_of(spec.results, spec.variant) if spec.results else None
    report.progress("loading")
    source, location = ready_folder(spec.variant.model, report)
    check_fits(method, source)
    calibration = calibration_of(spec.variant, method)
    original = listen(source, prompts_of(spec.chats), report)
    with whole(target) as staged:
        writing.write(source, method, staged, report, calibration)
        note = _note(spec, method, location)
        note["proof"], note["notes"] = prove(source, staged, method, original, report), []
        if spec.written_as == "gguf":
            kept = settle(staged, note["proof"], name=note["name"], modelfile=spec.modelfile)
            note["proof"], note["notes"] = kept
        report.progress("writing")
        note |= _files(staged)
        if spec.card:
            write_card(staged, note, card_here(spec.variant.model), measured)
        (staged / NOTE).write_text(json.dumps(note, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        report.check()
    return _result(spec, report, target, note, time.perf_counter() - began)


def _target(spec: ExportSpec, report: Report) -> Path:
    """Return the folder to fill; what an earlier attempt of the same run left in its own is taken away."""
    if spec.folder:
        target = Path(spec.folder).resolve()
        check_free(target)
        return target
    target = report.folder / "artifacts" / "export"
    shutil.rmtree(target, ignore_errors=True)
    return target


def _note(spec: ExportSpec, method: Method, location: Location) -> dict[str, Any]:
    name = _name(spec.variant.model, location)
    return {
        "title": f"{name}, {method.name}",
        "name": f"{name}-{method.name}",
        "model": spec.variant.model,
        "adapter": location.adapter is not None,
        "format": spec.written_as,
        "method": method.name,
        "bits": method.bits,
        "calibration": spec.variant.calibration.source if method.calibrated and spec.variant.calibration else "",
        "origin_note": location.note,
        "tunebook": version(),
    }


def _name(model: str, location: Location) -> str:
    reference = refer(model)
    if reference.kind == "path":
        return Path(reference.value).resolve().name
    name = reference.value.rpartition("/")[2]
    return f"{location.card.name if location.card else 'model'}-{name}" if reference.kind == "run" else name


def _files(folder: Path) -> dict[str, Any]:
    files = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": digest}
    return {"files": files, "bytes": sum(file["bytes"] for file in files.values())}


def _result(spec: ExportSpec, report: Report, target: Path, note: dict[str, Any], seconds: float) -> Result:
    answers = note["proof"]["answers"]
    artifacts = {}
    if target.is_relative_to(report.folder):
        report.artifact("export", target)
        artifacts["export"] = target.relative_to(report.folder).as_posix()
    size = note["bytes"] / 2**20
    summary = f"{note['format']}, {size:.1f} MiB, {target}"
    return Result(
        spec=spec.to_dict(),
        metrics={
            "file_size_mib": size,
            "export_s": seconds,
            "same_top": answers["same_top"],
            "kld_mean": answers["kld_mean"],
        },
        artifacts=artifacts,
        facts={**note, "path": str(target), "seconds": round(seconds, 3), "summary": summary},
    )
