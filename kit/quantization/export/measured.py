"""What a run measured of the variant that is exported, as rows for its model card. Light."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kit.engines.spec import Variant
from kit.errors import KitError, RunNotFoundError, UnknownNameError, nearest
from kit.i18n import N_, _
from kit.place import runs_folder
from kit.result import Result

_Z = 1.96  # standard errors to each side of an interval of 95%

# By metric: how a card calls it, and how it writes the value.
_ROWS: dict[str, tuple[str, str]] = {
    "acc": (N_("Accuracy"), "{:.3f}"),
    "macro_f1": (N_("Macro F1"), "{:.3f}"),
    "exact_match": (N_("Exact match"), "{:.3f}"),
    "f1": (N_("F1 of words"), "{:.3f}"),
    "rouge_l": (N_("ROUGE-L"), "{:.3f}"),
    "perplexity": (N_("Perplexity"), "{:.2f}"),
    "kld_mean": (N_("KL divergence from the reference, nats"), "{:.4f}"),
    "same_top_p": (N_("Same likeliest token as the reference"), "{:.3f}"),
    "delta_acc": (N_("Accuracy against the reference"), "{:+.3f}"),
    "ttft_s": (N_("Time to the first token, s"), "{:.3f}"),
    "tpot_s": (N_("Time for each further token, s"), "{:.4f}"),
    "decode_tokens_per_s": (N_("Decoding, tokens/s"), "{:.1f}"),
    "prefill_tokens_per_s": (N_("Reading, tokens/s"), "{:.0f}"),
    "max_ram_mib": (N_("Peak memory, MiB"), "{:.0f}"),
}


@dataclass(frozen=True)
class Measured:
    """What was measured of one variant, and on what.

    Parameters
    ----------
    run : str
        The run's id.
    metrics : dict of str to float
        As the result has them.
    data : str
        Where the rows came from; "" where there were none.
    rows : int or None
        How many.
    machine : dict
        As `Machine.to_dict` tells it; {} where it was not noted.
    reference : str
        What KL and differences are taken against; "" where nothing was.
    """

    run: str
    metrics: dict[str, float]
    data: str = ""
    rows: int | None = None
    machine: dict[str, Any] = field(default_factory=dict)
    reference: str = ""

    def table(self) -> list[tuple[str, str]]:
        """Return what was measured, each with its interval where there is one."""
        return [(_(title), self._value(name, form)) for name, (title, form) in _ROWS.items() if name in self.metrics]

    def _value(self, name: str, form: str) -> str:
        shown = form.format(self.metrics[name])
        error = self.metrics.get(f"{name}_stderr")
        return shown if error is None else f"{shown} ± {form.replace('+', '').format(_Z * error)}"


def measured_of(results: str, variant: Variant) -> Measured:
    """Return what the run `results` measured of `variant`: an evaluation of it, or a sweep it is a part of.

    Raises
    ------
    RunNotFoundError
        No run has that id, or it has no result.
    UnknownNameError
        It measured other variants.
    """
    run = results.removeprefix("run:")
    whole = _read(run)
    found = list(_parts(whole))
    for part in found:
        if _of(part) == (variant.model, variant.method):
            return _measured(run, part, whole)
    known = {f"{model} as {method}" for model, method in map(_of, found) if model}
    fix = _("Name a run that measured {wanted}.").format(wanted=f"{variant.model} as {variant.method}")
    raise UnknownNameError("results", results, known, fix=fix)


def _read(run: str) -> Result:
    path = runs_folder() / run / "result.json"
    try:
        return Result.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = sorted(each.parent.name for each in runs_folder().glob("*/result.json"))
        near = nearest(run, known) or (known[-1] if known else None)
        raise RunNotFoundError(
            _("No run with the id {id!r} has a result.").format(id=run),
            fix=_("Did you mean {near}?").format(near=near) if near else _("No run has a result yet."),
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise KitError(
            _("The result of run {id} cannot be read: {exc}.").format(id=run, exc=exc), fix=_("Name another run.")
        ) from exc


def _parts(result: Result) -> Iterator[Result]:
    yield from result.parts or (result,)


def _of(part: Result) -> tuple[str, str]:
    asked = part.spec.get("variant") or {}
    return str(asked.get("model", "")), str(asked.get("method", ""))


def _measured(run: str, part: Result, whole: Result) -> Measured:
    data = part.spec.get("data") or {}
    origin = part.provenance or whole.provenance
    compared = part.spec.get("reference") or {}
    return Measured(
        run,
        part.metrics,
        data=str(data.get("source", "")),
        rows=part.facts.get("rows"),
        machine=origin.get("machine") or {},
        reference=str(whole.facts.get("reference") or compared.get("method") or ""),
    )
