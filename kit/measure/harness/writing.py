"""Let an engine write answers, as many at the same time as it can, each kept when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from kit.engines import Engine, Prompt
from kit.measure.harness.sampling import Sampling
from kit.measure.ledger import Ledger
from kit.report import Report

_AT_ONCE = 16  # a server takes more, but keeps those at the end of its queue waiting until they give up
Wanted = tuple[str, Prompt, Sampling]  # the name it is kept by, what is asked, how it is answered


def write_answers(
    wanted: Sequence[Wanted],
    *,
    engine: Callable[[], Engine],
    ledger: Ledger,
    report: Report,
    phase: str = "writing answers",
) -> list[str]:
    """Return the answer to each, asking only what `ledger` does not hold.

    Raises
    ------
    Stopped
        The report asked to stop; answers that are finished are kept.
    """
    found = {name: kept["text"] for name, _prompt, _how in wanted if (kept := ledger.values(name))}
    report.progress(phase, len(found), len(wanted), "requests")
    left = [each for each in wanted if each[0] not in found]
    for name, text in _written(left, engine, report):
        ledger.add_values(name, {"text": text})
        found[name] = text
        report.progress(phase, len(found), len(wanted), "requests")
    return [found[name] for name, _prompt, _how in wanted]


def _written(wanted: Sequence[Wanted], engine: Callable[[], Engine], report: Report) -> Iterator[tuple[str, str]]:
    if not wanted:
        return
    writer = engine()
    if writer.slots < 2:
        for name, prompt, how in wanted:
            yield name, _write(writer, prompt, how, report)
        return
    with ThreadPoolExecutor(min(writer.slots, _AT_ONCE)) as pool:
        names = {pool.submit(_write, writer, prompt, how, report): name for name, prompt, how in wanted}
        try:
            for future in as_completed(names):
                yield names[future], future.result()
        finally:
            for future in names:
                future.cancel()


def _write(engine: Engine, prompt: Prompt, how: Sampling, report: Report) -> str:
    report.check()
    text = ""
    for token in engine.generate(
        prompt,
        max_new_tokens=how.max_new_tokens,
        temperature=how.temperature,
        seed=how.seed,
        stop=how.stop,
    ):
        text += token.text
        report.check()
    for stop in how.stop:
        text = text.split(stop)[0]
    return text
