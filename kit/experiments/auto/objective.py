"""What a search is after: a metric, whether more of it is better, and how far its numbers scatter.

Numbers scatter in three ways, and what counts as evidence follows from that:

- **scores** come from the same rows: measured again, they are the same; what they say of other rows is tested
- **times** (and energy) differ from repeat to repeat, on virtual machines by 10 to 15 %, however many requests each has
- **sizes** (memory, files) differ by a hundredth or so
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.measure.saying import LOWER_IS_BETTER

Kind = Literal["score", "time", "size"]

# By the measure that finds them. Those of scores where less is better stand in LOWER_IS_BETTER as well.
_SCORES: dict[str, str] = dict.fromkeys(
    [
        "acc",
        "acc_norm",
        "macro_f1",
        "exact_match",
        "f1",
        "rouge_l",
        "judge_score",
        "brier_score",
        "ece",
        "cost_mean",
        "cost_mean_best_decision",
        "log_loss",
    ],
    "accuracy",
) | dict.fromkeys(("perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte"), "perplexity")
_TIMES = dict.fromkeys(
    [
        "e2el_s",
        "ttft_s",
        "tpot_s",
        "itl_s",
        "decode_tokens_per_s",
        "prefill_tokens_per_s",
        "output_throughput",
        "request_throughput",
    ],
    "latency",
) | dict.fromkeys(("energy_j_per_token", "energy_j_per_request"), "energy")
_SIZES = dict.fromkeys(("max_ram_mib", "max_vram_reserved_mib", "load_max_ram_mib", "file_size_mib"), "memory")
_FASTER = ("decode_tokens_per_s", "prefill_tokens_per_s", "output_throughput", "request_throughput")

_CHOSEN = ("acc", "brier_score", "log_loss", "ece")
_WRITTEN = ("exact_match", "f1", "rouge_l", "judge_score")
# Of the measure accuracy, which scores the rows of a task have; plain text has none.
OF_TASKS = {
    "classify": (*_CHOSEN, "macro_f1", "cost_mean", "cost_mean_best_decision"),
    "choose": (*_CHOSEN, "acc_norm"),
    "answer": _WRITTEN,
    "chat": _WRITTEN,
    "continue": (),
}

KNOWN = (*_SCORES, *_TIMES, *_SIZES)


@dataclass(frozen=True)
class Objective:
    """One metric that a search looks at.

    Parameters
    ----------
    name : str
        As in results.
    more : bool
        Is more of it better?
    kind : {"score", "time", "size"}
        How its numbers scatter.
    measure : str
        What has to be measured to know it; "tasks" for those of tasks.
    """

    name: str
    more: bool
    kind: Kind
    measure: str

    @property
    def sign(self) -> int:
        """What a value is to be multiplied with so that more is better."""
        return 1 if self.more else -1


def objective(text: str, parameter: str = "objectives") -> Objective:
    """Return the objective that `text` names: a metric, with + or - before one whose direction nobody knows.

    Raises
    ------
    UnknownNameError
        No measured metric has that name.
    ParameterError
        The sign contradicts what is known of the metric.
    """
    sign, name = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    task, _stroke, base = name.rpartition("/")
    if base not in KNOWN:
        if not (sign and task):
            fix = _("That of a task is written task/metric, with + before it where more is better, else -.")
            raise UnknownNameError(parameter, text, KNOWN, fix="" if not task else fix)
        return Objective(name, sign == "+", "score", "tasks")
    kind: Kind = "score" if base in _SCORES else "time" if base in _TIMES else "size"
    more = base in _FASTER or (kind == "score" and base not in (*LOWER_IS_BETTER, "ece"))
    if sign and (sign == "+") != more:
        allowed = _("{name}, whose direction is known").format(name=repr(name))
        raise ParameterError(parameter, text, allowed=allowed)
    measure = "tasks" if task else ({**_SCORES, **_TIMES, **_SIZES}[base])
    return Objective(name, more, kind, measure)


def objectives(texts: Iterable[str]) -> tuple[Objective, ...]:
    """Return what `texts` name (raises as `objective` does, and where one stands there twice)."""
    found = tuple(objective(text) for text in texts)
    if len({each.name for each in found}) < len(found):
        raise ParameterError("objectives", tuple(texts), allowed=_("a list that names each metric once"))
    return found
