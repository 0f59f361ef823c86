"""This machine and its measured speed, in words: for `tunebook doctor` and panels alike."""

from __future__ import annotations

from kit.i18n import _
from kit.machine.facts import Machine
from kit.machine.speed import Speed
from kit.words import duration, memory, number

_A_BILLION = 1e9
_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2, "int8": 1}


def cores_words(machine: Machine) -> str:
    """Return the processor with its cores, as in "AMD EPYC · 2 cores"."""
    if machine.physical_cores and machine.physical_cores < machine.cores:
        counted = _("{n} cores, {m} threads").format(n=machine.physical_cores, m=machine.cores)
    elif machine.cores == 1:
        counted = _("1 core")
    else:
        counted = _("{n} cores").format(n=machine.cores)
    return " · ".join(part for part in (machine.cpu, counted) if part)


def gpu_words(machine: Machine) -> list[str]:
    """Return each GPU in a few words; one sentence where there is none."""
    words = []
    for gpu in machine.gpus:
        driver = _("driver {version}").format(version=gpu.driver) if gpu.driver else ""
        capability = _("compute capability {n}").format(n=gpu.capability) if gpu.capability else ""
        words.append(" · ".join(part for part in (gpu.name, memory(gpu.memory_mib), driver, capability) if part))
    return words or [_("no GPU")]


def device_words(device: str) -> str:
    """Return a device as people call it."""
    return _("the processor") if device == "cpu" else _("GPU {n}").format(n=device.removeprefix("cuda:"))


def bandwidth_words(speed: Speed) -> str:
    """Return how fast memory is read."""
    return _("{n} GB/s").format(n=number(speed.bandwidth_gb_s))


def read_words(speed: Speed) -> list[tuple[str, str]]:
    """Return how fast products with one vector read weights, by type."""
    return [(name, _("{n} GB/s").format(n=number(rate))) for name, rate in speed.gemv_gb_s.items()]


def rate_words(speed: Speed) -> list[tuple[str, str]]:
    """Return how fast large matrices are multiplied, by type."""
    return [(name, _("{n} TFLOP/s").format(n=number(rate))) for name, rate in speed.tflops.items()]


def op_words(speed: Speed) -> str:
    """Return what beginning an operation takes."""
    return _("{n} µs").format(n=number(speed.op_s * 1e6))


def token_s(speed: Speed, kind: str, billions: float = 1.0) -> float | None:
    """Return the seconds that reading the weights of a model takes for each token it writes; None where not measured.

    Parameters
    ----------
    kind : str
        Type of the weights: "fp32", "bf16", "fp16".
    billions : float, default 1
        Parameters of the model.
    """
    rate = speed.gemv_gb_s.get(kind)
    return billions * _A_BILLION * _BYTES[kind] / (rate * 1e9) if rate else None


def prompt_s(speed: Speed, kind: str, billions: float = 1.0, tokens: int = 1000) -> float | None:
    """Return the seconds that multiplying the weights of a model with a prompt takes; None where not measured."""
    rate = speed.tflops.get(kind)
    return 2 * billions * _A_BILLION * tokens / (rate * 1e12) if rate else None


def meaning(speed: Speed) -> str:
    """Return what the figures mean for a model, in one sentence."""
    kind = "bf16" if "bf16" in speed.tflops else next(iter(speed.tflops))
    read, prompt = token_s(speed, kind), prompt_s(speed, kind)
    if read is None:  # measured by a version that knew less
        read = _A_BILLION * _BYTES[kind] / (speed.bandwidth_gb_s * 1e9)
    return _(
        "Reading the {type} weights of a model with 1 B parameters takes {read} for each token it writes; "
        "multiplying them with a prompt of 1,000 tokens takes {prompt}."
    ).format(type=kind, read=duration(read), prompt=duration(prompt or 0.0))


def doubt(speed: Speed) -> str:
    """Return that others were busy while it was measured, or ""."""
    if speed.bystanders <= 0.1:
        return ""
    return _("Other programs used {n} % of the cores meanwhile: measure again when they are done.").format(
        n=round(100 * speed.bystanders)
    )
