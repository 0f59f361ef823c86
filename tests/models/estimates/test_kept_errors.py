"""What was predicted and measured on this machine is kept, whatever happens to the file."""

from __future__ import annotations

import pytest

from kit.models import keep_error, kept_errors
from kit.models.estimates.kept import correction
from kit.place import home


def _keep(predicted: float, measured: float, what: str = "max_ram_mib", method: str = "bf16") -> None:
    keep_error(what, model="m", method=method, predicted=predicted, measured=measured)


def test_nothing_was_measured_yet() -> None:
    assert kept_errors() == {}
    assert correction("max_ram_mib", "bf16", 100) == (1.0, 0)


def test_errors_are_shares_of_what_was_measured() -> None:
    for predicted in (110, 80, 150):
        _keep(predicted, 100)
    _keep(1, 2, "decode_tokens_per_s")
    found = kept_errors()
    assert list(found) == ["decode_tokens_per_s", "max_ram_mib"]
    memory = found["max_ram_mib"]
    assert (memory.count, round(memory.median, 6), round(memory.worst, 6)) == (3, 0.2, 0.5)


def test_the_median_corrects_and_what_is_far_off_does_not_count() -> None:
    for measured in (200, 210, 190, 100_000):
        _keep(100, measured)
    factor, count = correction("max_ram_mib", "bf16", 100)
    assert (factor, count) == (pytest.approx(2 ** (3 / 5)), 3)
    assert correction("max_ram_mib", "fp32", 100) == (1.0, 0)
    assert correction("max_ram_mib", "bf16", 399)[1] == 3
    assert correction("max_ram_mib", "bf16", 401) == (1.0, 0), "something else holds back a model four times as large"


def test_more_measurements_are_believed_more() -> None:
    found = []
    for _place in range(20):
        _keep(100, 200)
        found.append(correction("max_ram_mib", "bf16", 100)[0])
    assert found == sorted(found)
    assert found[0] == pytest.approx(2 ** (1 / 3))
    assert found[-1] > 1.85


def test_only_the_newest_count() -> None:
    for measured in [400] * 40 + [100] * 30:
        _keep(100, measured)
    assert correction("max_ram_mib", "bf16", 100) == (1.0, 30)


def test_a_damaged_line_is_left_out() -> None:
    _keep(100, 100)
    (place,) = (home() / "estimates").glob("*.jsonl")
    with place.open("a", encoding="utf-8") as file:
        file.write('{"what": "max_ram_mib", "predicted": 1\n[]\n{"predicted": 1, "measured": 1}\n')
    _keep(100, 100)
    assert kept_errors()["max_ram_mib"].count == 2


def test_what_is_no_measurement_is_not_kept() -> None:
    _keep(0, 100)
    _keep(100, 0)
    assert kept_errors() == {}
