"""What keeps a model from running is told alike by the error, the picker, the panel of the machine, and doctor."""

from __future__ import annotations

import html
import importlib.util
import re
from typing import Any

import pytest

import kit
from kit.cli import main
from kit.errors import KitError
from kit.models import fit
from kit.quantization.lacks import lacks_of
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method

HUGE = "llama-3.1-405b-instruct"


def _read(page: str) -> str:
    """Return what can be read on a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def _opened(model: str) -> str:
    """Return what the picker shows of a model whose details are open."""
    picker = kit.ModelPicker()
    picker.act("filter", text=model)
    picker.act("open", model)
    return _read(picker.html())


def test_a_missing_package(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    (lack,) = lacks_of("bnb-nf4")
    with pytest.raises(KitError) as error:
        check_runs_here(get_method("bnb-nf4"))
    main(["doctor", "--no-probe"])
    doctor, panel = capsys.readouterr().out, _read(kit.MachineCard().html())
    for told in (str(error.value), doctor, panel, _opened("smollm2-135m-instruct")):
        assert lack.reason in told
        assert lack.command in told
    assert lack.command.startswith("pip install 'bitsandbytes")


def test_too_little_memory(capsys: pytest.CaptureFixture[str]) -> None:
    data: Any = kit.load_data("finance-alerts", limit=20)
    asked = kit.EvaluateSpec(variant=kit.Variant(model=HUGE, method="bf16"), data=data)
    with pytest.raises(KitError) as error:
        asked.check_room(asked.needs())
    main(["doctor", HUGE, "--no-probe"])
    sentence = fit(kit.catalogue()[HUGE]).reasons[0]
    room = re.escape(sentence.partition(", and ")[2])
    # The work asks for its own rows, so its own number stands in the same sentence.
    assert re.search(rf"It needs \d+ GB, and {room}", str(error.value))
    assert sentence in capsys.readouterr().out
    assert sentence in _opened(HUGE)
