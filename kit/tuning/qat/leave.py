"""What a quantization-aware tuning leaves beside its adapter: the merged model, and for which method it is."""

from __future__ import annotations

import dataclasses

from kit.errors import KitError
from kit.i18n import _
from kit.place import mendable, patiently
from kit.report import Report
from kit.result import Result
from kit.tuning.material import Material
from kit.tuning.spec import TuneSpec


def with_merged(result: Result, spec: TuneSpec, material: Material, report: Report) -> Result:
    """Write the merged model of a tuning that was for a quantization, and return its result with it.

    Raises
    ------
    KitError
        It cannot be written; the adapter is there.
    """
    if spec.quantization_aware is None:
        return result
    if material.accelerator.is_main_process:
        try:
            patiently(lambda: _write(spec, material, report), report)
        except OSError as exc:
            if not mendable(exc):
                raise
            problem = _("The merged model cannot be written: {reason}.").format(reason=exc.strerror)
            raise KitError(problem, fix=_("Make room, and resume the run.")) from exc
    return dataclasses.replace(
        result,
        artifacts={**result.artifacts, "merged": "artifacts/merged"},
        facts={**result.facts, "quantization_aware": spec.quantization_aware},
    )


def _write(spec: TuneSpec, material: Material, report: Report) -> None:
    from kit.tuning.adapters.prepared import prepared_as
    from kit.tuning.qat.merged import save_merged

    prepared = prepared_as(material.model)
    assert prepared is not None
    assert spec.quantization_aware is not None
    artifacts = report.folder / "artifacts"
    report.progress("merging")
    save_merged(
        artifacts / "adapter",
        artifacts / "merged",
        base=prepared.folder,
        dtype=material.dtype,
        method=spec.quantization_aware,
    )
    report.artifact("merged", artifacts / "merged")
