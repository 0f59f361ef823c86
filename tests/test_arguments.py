"""Arguments that do not exist: told with the nearest name, while signatures stay what they were."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

import kit
from kit._arguments import named_arguments
from kit.errors import ParameterError


@named_arguments
def draw(shape: str, *, colour: str = "red", **more: int) -> tuple[str, str, dict[str, int]]:
    """Draw something."""
    return shape, colour, more


class Pen:
    @named_arguments
    def __init__(self, width: int) -> None:
        self.width = width

    @named_arguments
    def move(self, to: int, speed: int = 1) -> int:
        return to * speed


def test_right_arguments_pass() -> None:
    assert draw("square", colour="blue", size=3) == ("square", "blue", {"size": 3})
    assert Pen(2).move(3, speed=2) == 6


def test_what_is_called_keeps_its_signature_and_text() -> None:
    assert list(inspect.signature(draw).parameters) == ["shape", "colour", "more"]
    assert draw.__doc__ == "Draw something."
    fields = inspect.signature(kit.Variant).parameters
    assert [(p.name, p.default) for p in fields.values()][1:3] == [("method", "bf16"), ("engine", "")]
    assert all(p.kind is p.KEYWORD_ONLY for p in fields.values())


def test_a_misspelled_name_brings_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"spede=2.*\(speed, to\).*Did you mean 'speed'") as caught:
        Pen(2).move(3, spede=2)  # type: ignore[call-arg]
    assert caught.value.parameter == "spede"
    with pytest.raises(ParameterError, match=r"zzz=1.*Leave it out"):
        Pen(2).move(3, zzz=1)  # type: ignore[call-arg]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ParameterError, match=r"shape=None.*draw has no default.*Add shape="):
        draw()  # type: ignore[call-arg]
    with pytest.raises(ParameterError, match=r"width=None.*Pen has no default"):
        Pen()  # type: ignore[call-arg]


def test_one_too_many_and_one_twice() -> None:
    with pytest.raises(ParameterError, match=r"argument 2='blue'.*by name.*draw\(colour=…\)"):
        draw("square", "blue")  # type: ignore[call-arg]
    with pytest.raises(ParameterError, match="each given once"):
        draw("square", shape="circle")  # type: ignore[misc]


def test_specs_can_still_be_copied_and_sent() -> None:
    spec = kit.Variant(model="m", method="fp32")
    assert copy.deepcopy(spec) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec
    with pytest.raises(ParameterError, match="Did you mean 'method'"):
        spec.replace(metod="fp16")
