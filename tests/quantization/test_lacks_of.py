"""One source tells why a method cannot be used: the error, the side panel and whoever else asks say the same."""

from __future__ import annotations

import importlib.util

import pytest

from kit.errors import MissingPackageError, UnsupportedError
from kit.lab.machine import machine_now
from kit.machine.lacks import Lack
from kit.quantization import get_method, lacks, methods
from kit.quantization.load import check_runs_here


def test_all_methods_run_where_all_is_installed() -> None:
    assert {name: lacks.lacks_of(name) for name in methods()} == dict.fromkeys(methods(), ())


def test_the_error_and_the_side_panel_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    (lack,) = lacks.lacks_of("bnb-int8")
    assert lack.command == "pip install 'bitsandbytes>=0.50,<1'"
    with pytest.raises(MissingPackageError) as caught:
        check_runs_here(get_method("bnb-int8"))
    assert lack.reason in caught.value.problem
    assert lack.command in caught.value.fix
    shown = {each["name"]: each for each in machine_now()["methods"]}
    assert shown["bnb-int8"]["reason"] == f"{lack.reason}."
    assert shown["bnb-int8"]["add"] == lack.command
    assert (shown["bf16"]["ready"], shown["bf16"]["reason"], shown["bf16"]["add"]) == (True, "", "")


def test_what_disturbs_every_model_is_told_for_every_method(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = Lack("torchvision is broken", "pip uninstall torchvision", "torchvision")
    monkeypatch.setattr("kit.engines.lacks.troublemakers", lambda: [trouble])
    with pytest.raises(UnsupportedError, match="bf16 cannot run here: torchvision is broken") as caught:
        check_runs_here(get_method("bf16"))
    assert caught.value.fix == "Remove it with: pip uninstall torchvision"
    seen = machine_now()
    assert not any(each["ready"] for each in seen["engines"])  # all read the tokenizer with Transformers
    assert not any(each["ready"] for each in seen["methods"])
