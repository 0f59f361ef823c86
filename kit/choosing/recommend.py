"""Which model, held how, run by what: a ranked list with reasons, and everything that was left out with its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.choosing.recommendation import Recommendation
    from kit.data import Dataset, DataSpec
    from kit.jobs import Run
    from kit.models import ModelCard
    from kit.result import Result


def recommend(
    task: str | None = None,
    data: Dataset | DataSpec | str | os.PathLike[str] | None = None,
    limits: Mapping[str, Any] | None = None,
    models: Sequence[str | ModelCard] | None = None,
    methods: Sequence[str] | None = None,
    *,
    runs: Iterable[Run | Result] | None = None,
) -> Recommendation:
    """Return ways to do a task on this machine, the best first, each with its reasons; nothing is loaded or run.

    Parameters
    ----------
    task : str, optional
        "classify", "choose", "answer", "chat" or "continue", or what cards name: "code", "completion", "reasoning",
        "vision". Left out, that of `data`, else "answer".
    data : Dataset, DataSpec, path or name, optional
        Rows of the task. What was measured on them counts most.
    limits : mapping, optional
        "max_ram_mib", "max_vram_mib", "max_disk_mib", "parameters", "tpot_s", "ttft_s": at most;
        "prefill_tokens_per_s", "decode_tokens_per_s", "context" (tokens): at least; "licence": "commercial" (perhaps
        under conditions), "free", or the name of one; "languages": ISO 639 codes; "modality"; "gated": False for models
        without terms to accept; "local": True for those on this machine.
    models : sequence of str or ModelCard, optional
        To choose from: names, hub ids, folders, ``run:ID``. Left out, the catalogue and what was measured on `data`.
    methods : sequence of str, optional
        To choose from; left out, those that can run here, without fp16, bnb-fp4 and torchao's: others take as much
        memory and lose no more.
    runs : iterable of Run or Result, optional
        Where evidence comes from; left out, the newest finished runs on this machine.

    Returns
    -------
    Recommendation
        Holds every model either as a choice or in `left_out`.

    Raises
    ------
    UnknownNameError
        A task, limit, method or model that nothing answers to; the nearest is named.
    ParameterError, DataError
        A limit has a value that is not allowed, or the data cannot be used.
    """
    from kit.choosing.work import recommended  # `import kit` waits for no more than it must

    return recommended(task, data, limits, models, methods, runs)
