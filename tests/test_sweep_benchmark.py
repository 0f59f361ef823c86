"""The benchmark of the quantization lab: its command line, its ratios, and programs that decode in turns."""

from __future__ import annotations

import pytest

from benchmarks.sweep import __main__ as command
from benchmarks.sweep.turns import in_turns, ratio


class Program:
    """Decodes at the speeds that it is given, and writes down when its turns are."""

    def __init__(self, name: str, speeds: list[float], order: list[str]) -> None:
        self.name, self._left, self._order = name, list(speeds), order
        self.speeds: list[float] = []

    def turn(self) -> None:
        self._order.append(self.name)
        self.speeds.append(self._left.pop(0))


def test_turns_change_their_order_and_the_first_does_not_count() -> None:
    order: list[str] = []
    ours, theirs = Program("ours", [1, 30, 20, 10], order), Program("theirs", [99, 10, 10, 10], order)
    in_turns({"ours": ours, "theirs": theirs}, 3)  # type: ignore[dict-item]
    assert order == ["theirs", "ours", "ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert ratio(ours, theirs) == {"median": 2.0, "spread": [1.0, 3.0]}  # type: ignore[arg-type]


def test_the_command_line() -> None:
    options = command.parse(["--quick", "--only", "mixed", "decode", "--peer-env", "optimum-benchmark=/a/python"])
    assert (options.only, options.rounds, options.rows) == (["mixed", "decode"], 2, 12)
    assert options.peer_env == {"optimum-benchmark": "/a/python"}
    assert command.parse([]).only == list(command.PARTS)
    with pytest.raises(SystemExit):
        command.parse(["--only", "nothing"])
