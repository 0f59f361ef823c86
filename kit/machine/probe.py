"""Measure one device in about two seconds. Heavy: runs in a process of its own, started as work is.

What decoding a model does most is read its weights once a token, in products of a matrix and one vector; what reading
a prompt does is multiply large matrices. So these are what is timed, with weights well beyond the last-level cache.
Each figure is the best of several repeats: others on the machine can only make it slower.
"""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.i18n import _
from kit.machine.bystanders import Bystanders
from kit.machine.facts import MIB, this_machine
from kit.machine.spec import ProbeSpec
from kit.machine.speed import Speed, keep_speed, known_speed
from kit.machine.stopwatch import Stopwatch
from kit.report import Report
from kit.result import Result

BUSY = 0.1  # share of the cores that others may use before a probe is done a second time
_TYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
_WIDE, _NARROWER = 2048, 4  # two products, one so many times narrower: their times tell reading from beginning
_ROWS = 512  # of a prompt
_OPS = 200


def probe(spec: ProbeSpec, report: Report) -> Result:
    """Measure, keep what was measured and return it under "speed" in the facts."""
    report.progress("opening torch")
    import torch

    report.check()
    with torch.inference_mode():
        speed = _measured(torch, spec.device, report)
    keep_speed(speed)
    return Result(spec=spec.to_dict(), facts={"speed": speed.to_dict()})


def _measured(torch: Any, device: str, report: Report) -> Speed:
    found, busy = _one_pass(torch, device, report)
    if busy > BUSY:
        report.message(_("Others use this machine just now: measuring a second time."))
        again, later = _one_pass(torch, device, report)
        found, busy = _better(found, again), min(busy, later)
        before = known_speed(device)  # what was measured in a quieter hour is not forgotten for this one
        if busy > BUSY and before is not None:
            found, busy = _better(found, before.to_dict()), min(busy, before.bystanders)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Speed(device=device, measured=now, bystanders=round(busy, 3), **found)


def _one_pass(torch: Any, device: str, report: Report) -> tuple[dict[str, Any], float]:
    """Return every figure by the name that `Speed` has for it, and how busy others were."""
    watch = Stopwatch(torch, device)
    types = {name: getattr(torch, dtype) for name, dtype in _TYPES.items()}
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("op_s", lambda: _op_s(torch, watch)),
        ("read", lambda: _reading_gb_s(torch, watch)),
        *((f"gemv {name}", lambda dtype=dtype: _gemv(torch, watch, dtype)) for name, dtype in types.items()),
        *((f"gemm {name}", lambda dtype=dtype: _gemm_tflops(torch, watch, dtype)) for name, dtype in types.items()),
    ]
    if watch.on_gpu:
        steps.append(("gemm int8", lambda: _int8_tflops(torch, watch)))
    told: dict[str, Any] = {}
    with Bystanders() as others:
        for place, (name, step) in enumerate(steps):
            report.progress("probing", place, len(steps))
            told[name] = step()
            report.check()
    report.progress("probing", len(steps), len(steps))
    return _figures(told), others.share


def _figures(told: dict[str, Any]) -> dict[str, Any]:
    """Put what each step told under the names that `Speed` has."""

    def named(kind: str) -> dict[str, Any]:
        return {name.partition(" ")[2]: value for name, value in told.items() if name.startswith(kind)}

    gemv = named("gemv ")
    rates = {name: round(rate, 3) for name, (rate, _seconds) in gemv.items()}
    return {
        "bandwidth_gb_s": round(max(told["read"], *rates.values()), 3),
        "tflops": {name: float(f"{rate:.4g}") for name, rate in named("gemm ").items() if rate},
        "op_s": float(f"{told['op_s']:.3g}"),
        "gemv_gb_s": rates,
        "linear_s": {name: float(f"{seconds:.3g}") for name, (_rate, seconds) in gemv.items()},
    }


def _better(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the quicker of two, figure by figure."""

    def choose(a: Any, b: Any, name: str) -> Any:
        if isinstance(a, dict):
            return {key: choose(a[key], b.get(key, a[key]), name) for key in a}
        return min(a, b) if name in ("op_s", "linear_s") else max(a, b)

    return {name: choose(one[name], other[name], name) for name in one}


def _op_s(torch: Any, watch: Stopwatch) -> float:
    """Return the median time of the small operations that stand between the products of a layer."""
    x = torch.ones(1, 1, 64, device=watch.device)
    eps = torch.full((1,), 1e-6, device=watch.device)

    def ops() -> None:
        for _each in range(_OPS // 5):
            torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * x

    return statistics.median(watch.each(ops, 25)) / _OPS


def _reading_gb_s(torch: Any, watch: Stopwatch) -> float:
    """Return how fast memory is read when nothing else is done: a sum over numbers that no cache holds."""
    numbers = torch.ones(_buffer_bytes(watch) // 4, device=watch.device)
    return float(numbers.nbytes / watch.best(numbers.sum) / 1e9)


def _gemv(torch: Any, watch: Stopwatch, dtype: Any) -> tuple[float, float]:
    """Return GB/s of weights read by products with one vector, and the seconds of one beyond that.

    Times of narrow and of wide products lie on a line over their bytes: its slope is the reading, the rest is what it
    costs to begin one.
    """
    weights = torch.ones(_buffer_bytes(watch) // dtype.itemsize, device=watch.device, dtype=dtype)
    wide = _wide(watch)
    narrow = wide // _NARROWER
    times = {}
    for width in (narrow, wide):
        matrices = weights.view(-1, width, width).unbind(0)
        if width == narrow:
            matrices = matrices[::_NARROWER]  # a quarter of them is beyond the cache as well
        row = torch.ones(1, 1, width, device=watch.device, dtype=dtype)
        times[width] = watch.best(lambda: _through(torch, row, matrices)) / len(matrices)  # noqa: B023 — called at once
    small, large = (width * width * dtype.itemsize for width in (narrow, wide))
    seconds_a_byte = max(times[wide] - times[narrow], times[wide] / 2) / (large - small)
    beyond = max(times[wide] - seconds_a_byte * large, 0.0)
    return 1 / seconds_a_byte / 1e9, beyond


def _wide(watch: Stopwatch) -> int:
    """Return the width of a product whose time is reading: a GPU reads so fast that narrow ones tell of beginning."""
    return 4 * _WIDE if watch.on_gpu else _WIDE


def _through(torch: Any, row: Any, matrices: tuple[Any, ...]) -> None:
    for matrix in matrices:
        torch.nn.functional.linear(row, matrix)


def _gemm_tflops(torch: Any, watch: Stopwatch, dtype: Any) -> float:
    """Return the rate of a product as reading a prompt has it."""
    width = _wide(watch)
    rows = 8 * _ROWS if watch.on_gpu else _ROWS
    if dtype is torch.float16 and not watch.on_gpu:  # most CPUs do it in slow motion: fewer rows tell as much
        rows //= 4
    prompt = torch.ones(rows, width, device=watch.device, dtype=dtype)
    weights = torch.ones(width, width, device=watch.device, dtype=dtype)
    return 2 * rows * width * width / watch.best(lambda: torch.nn.functional.linear(prompt, weights)) / 1e12


def _int8_tflops(torch: Any, watch: Stopwatch) -> float | None:
    """Return the rate of a product of 8-bit integers, or None where this GPU has none."""
    width = _wide(watch)
    prompt = torch.ones(width, width, device=watch.device, dtype=torch.int8)
    try:
        return 2 * width**3 / watch.best(lambda: torch._int_mm(prompt, prompt.t())) / 1e12
    except RuntimeError:
        return None


def _buffer_bytes(watch: Stopwatch) -> int:
    """Return a size well beyond the last-level cache: four times it, from 256 MiB to 1 GiB, and what memory allows."""
    wanted = 1024 * MIB if watch.on_gpu else min(max(256 * MIB, 4 * _cache_bytes()), 1024 * MIB)
    whole = 4 * _wide(watch) ** 2  # one wide matrix of 32-bit numbers
    return max(int(min(wanted, watch.free_bytes() / 4) / whole), 2) * whole


def _cache_bytes() -> int:
    """Return the last-level cache of all cores together, as Linux tells it; 0 where it is not told."""
    folder = Path("/sys/devices/system/cpu/cpu0/cache/index3")
    try:
        size = (folder / "size").read_text(encoding="ascii").strip()
        sharing = (folder / "shared_cpu_map").read_text(encoding="ascii").replace(",", "")
    except OSError:
        return 0
    one = int(size.removesuffix("K")) * 1024 if size.endswith("K") else 0
    return one * -(-this_machine().cores // max(int(sharing, 16).bit_count(), 1))
