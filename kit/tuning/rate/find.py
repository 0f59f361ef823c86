"""Carry out a `FindRateSpec`: train a few steps with a rising rate, and leave nothing behind but the curve."""

from __future__ import annotations

from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.machine.provenance import seeds
from kit.models import model_provenance
from kit.report import Report
from kit.result import Result, Status
from kit.spec import Spec
from kit.tuning.example import batches
from kit.tuning.learner import Learner
from kit.tuning.material import Material, gather
from kit.tuning.noise import add_noise
from kit.tuning.rate.spec import FindRateSpec
from kit.tuning.rate.suggest import broken, lowest, smoothed, suggested_rate


class _Rising(Learner):
    """Learns with a rate that rises by the same factor from step to step."""

    def __init__(self, spec: FindRateSpec, material: Material) -> None:
        m = material
        super().__init__(m.model, m.settled.spec, m.accelerator, pad=m.pad, total=spec.steps)
        self._find = spec

    def rate(self, step: int) -> float:
        spec = self._find
        rate: float = spec.lowest * (spec.highest / spec.lowest) ** ((step - 1) / (spec.steps - 1))
        return rate


def find_rate(spec: Spec, report: Report) -> Result:
    """Return the curve of the loss over rising rates, and the rate that it suggests.

    Raises
    ------
    KitError
        The loss did not fall at any rate.
    """
    assert isinstance(spec, FindRateSpec)
    material = gather(spec.alone, report)
    add_noise(material.model, spec.tuning.neftune_noise_alpha)
    learner = _Rising(spec, material)
    losses = _losses(spec, material, learner, report)
    rates = [learner.rate(step + 1) for step in range(len(losses))]
    found = suggested_rate(rates, losses)
    stopped = len(losses) < spec.steps and report.stop_asked()
    if found is None and not stopped:
        raise KitError(
            _("The loss did not fall at any learning rate from {low:g} to {high:g}.").format(
                low=spec.lowest, high=spec.highest
            ),
            fix=_("Raise highest=…, take more steps, or look at the labels of the data."),
        )
    return _result(spec, material, report, rates, losses, found, "stopped" if stopped else "finished")


def _losses(spec: FindRateSpec, material: Material, learner: Learner, report: Report) -> list[float]:
    """Return the loss of each step, until learning breaks or a stop is asked for."""
    tuning, examples = spec.tuning, material.examples
    order = batches(examples, size=tuning.batch_size, seed=tuning.seed)
    material.model.train()
    losses: list[float] = []
    for step in range(1, spec.steps + 1):
        if report.stop_asked():
            break
        losses.append(learner.learn([examples[i] for i in next(order)], step))
        if broken(losses):
            losses.pop()
            told = _("At a learning rate of {rate:.2g} learning breaks: the search ends.")
            report.message(told.format(rate=learner.rate(step)))
            break
        report.metric("loss", losses[-1], step=step)
        report.metric("learning_rate", learner.rate(step), step=step)
        report.progress("training", step, spec.steps, "steps")
    return losses


def _result(
    spec: FindRateSpec,
    material: Material,
    report: Report,
    rates: list[float],
    losses: list[float],
    found: float | None,
    status: Status,
) -> Result:
    place, facts = lowest(losses), dict[str, Any]()
    if found is not None and place is not None:
        facts = {
            "lowest_at": rates[place],
            "rule": "a tenth of the rate at which the smoothed loss is lowest",
            "summary": _("suggested learning rate: {rate:.2g}").format(rate=found),
        }
    return Result(
        spec=spec.to_dict(),
        status=status,
        metrics={} if found is None else {"learning_rate": found},
        facts=facts | {"rates": rates, "losses": losses, "smoothed_losses": smoothed(losses)},
        provenance={
            "data_hash": material.train.hash,
            "model": model_provenance(material.location, report),
            "seeds": seeds(spec.to_dict()),
        },
    )
