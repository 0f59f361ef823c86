"""Objectives and limits as a spec holds them."""

from __future__ import annotations

import pytest

from kit.choosing.limits import LIMITS, card_misses
from kit.data import DataSpec
from kit.errors import ParameterError, UnknownNameError
from kit.experiments import AutoSpec
from kit.experiments.auto.limits import read_limits, refused, written
from kit.experiments.auto.objective import KNOWN, objective
from kit.models import catalogue
from kit.plots.metrics import METRICS

DATA = DataSpec(source="finance-alerts", split="test")


@pytest.mark.parametrize("name", KNOWN)
def test_directions_are_those_of_the_figures(name: str) -> None:
    found, drawn = objective(name), METRICS[name]
    assert found.more == drawn.more
    kinds = {"time": "time", "token rate": "time", "request rate": "time", "energy": "time"}
    kinds |= {"memory": "size", "size": "size"}
    assert found.kind == kinds.get(drawn.kind, "score")


def test_metrics_of_tasks() -> None:
    assert (objective("arc_easy/acc").measure, objective("arc_easy/acc").more) == ("tasks", True)
    assert not objective("-mine/bleurt_loss").more
    with pytest.raises(UnknownNameError, match="with \\+ before it"):
        objective("mine/bleurt")


@pytest.mark.parametrize(
    ("values", "parameter", "says"),
    [
        ({"objectives": ("acc", "speed")}, "objectives", "'speed' is not known"),
        ({"objectives": ("tpots_s",)}, "objectives", "Did you mean 'tpot_s'"),
        ({"objectives": ("-acc",)}, "objectives", "whose direction is known"),
        ({"objectives": ("acc", "acc")}, "objectives", "names each metric once"),
        ({"objectives": ("energy_j_per_token",)}, "measures", "Add 'energy' to measures"),
        ({"objectives": ("arc_easy/acc",)}, "tasks", "what finds arc_easy/acc"),
        ({"objectives": ("f1",)}, "objectives", "without f1: rows of the task classify have acc"),
        ({"limits": {"rouge_l": 0.1}}, "limits", "without rouge_l"),
        ({"data": DataSpec(source="x.txt", task="continue")}, "objectives", "have no right answer"),
        ({"limits": {"max_ram": 100}}, "limits", "Did you mean 'max_ram_mib'"),
        ({"limits": ("max_ram_mib",)}, "limits", "a name and a number"),
        ({"limits": {"max_ram_mib": "much"}}, "limits", "a name and a number"),
        ({"limits": {"context": 0}}, "limits", "a number above 0"),
        ({"limits": {"gated": "perhaps"}}, "limits", "gated=true"),
        ({"limits": ("languages",)}, "limits", "with a value"),
        ({"limits": {"tpot_s": 1}, "measures": ("accuracy",), "objectives": ("acc",)}, "measures", "Add 'latency'"),
        ({"measures": ("accuracy", "reference")}, "measures", "without 'reference'"),
        ({"methods": ("bf16", "bf16")}, "methods", "names each once"),
        ({"methods": ("bf61",)}, "method", "Did you mean 'bf16'"),
        ({"minutes": 0}, "minutes", "above 0"),
    ],
)
def test_what_does_not_fit_is_told(values: dict[str, object], parameter: str, says: str) -> None:
    with pytest.raises((ParameterError, UnknownNameError)) as caught:
        AutoSpec(**{"data": DATA, **values})  # type: ignore[arg-type]
    assert (caught.value.parameter, says in str(caught.value)) == (parameter, True), str(caught.value)


def test_limits_may_be_given_as_a_mapping() -> None:
    spec = AutoSpec(data=DATA, limits={"max_ram_mib": 4096, "acc": 0.8, "licence": "commercial"})  # type: ignore[arg-type]
    assert spec == AutoSpec(data=DATA, limits=("max_ram_mib=4096", "acc=0.8", "licence=commercial"))
    memory, accuracy = read_limits(spec.limits)
    assert (memory.keeps(4096), memory.keeps(4097)) == (True, False)
    assert (accuracy.keeps(0.8), accuracy.keeps(0.79)) == (True, False)


def test_limits_are_called_as_those_of_recommendations() -> None:
    values = {"licence": "commercial", "languages": ["de", "en"], "modality": "text", "gated": False, "local": True}
    texts = written({**dict.fromkeys(LIMITS, 5.0), **values})
    numbers = {limit.objective.name for limit in read_limits(texts)}
    assert numbers == {
        *("max_ram_mib", "max_vram_reserved_mib", "file_size_mib", "tpot_s", "ttft_s"),
        *("prefill_tokens_per_s", "decode_tokens_per_s"),
    }


def test_cards_are_held_against_their_limits() -> None:
    cards = catalogue()
    free = next(card for card in cards.values() if card.licence_commercial == "yes")
    bound = next(card for card in cards.values() if card.licence_commercial == "no")
    assert refused(("licence=commercial", "acc=0.5"), free.name, free) == ""
    assert bound.licence in refused(("licence=commercial",), bound.name, bound)
    assert "not known" in refused(("licence=commercial",), "x", None)
    for name, card in cards.items():
        for limits in ({"languages": ["de"]}, {"gated": False}, {"parameters": 1e9}, {"context": 32768}):
            told = card_misses(card, limits)  # what recommendations make of the same limits
            assert bool(refused(written(limits), name, card)) == bool(told), (name, limits)
