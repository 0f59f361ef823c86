"""Specs that earlier and newer versions wrote: they load, or say what changed."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import kit
from kit import changes
from kit.changes import Move, removed, renamed
from kit.data.spec import DataSpec
from kit.errors import KitError, KitWarning, ParameterError
from kit.spec import Spec, load_spec, param
from kit.tuning.spec import TuneSpec

NOW = "0.5.0"


@dataclass(frozen=True, kw_only=True)
class PartSpec(Spec):
    """A part of another spec."""

    changes = (renamed("words", "text", since="0.3"),)

    text: str = param("", label="Text")


@dataclass(frozen=True, kw_only=True)
class AgedSpec(Spec):
    """A spec with a history: size was called n, then count; "mode" got another meaning."""

    changes = (
        renamed("n", "count", since="0.2"),
        renamed("count", "size", since="0.3"),
        removed("half", since="0.3", why="sizes are whole"),
        renamed("mode", "manner", since="0.4"),
    )

    size: int = param(1, label="Size", low=1)
    manner: str = param("", label="Manner")
    mode: str = param("new", label="Mode", choices=("new", "newer"))
    part: PartSpec | None = param(None, label="Part")
    parts: tuple[PartSpec, ...] = param((), label="Parts")


@pytest.fixture(autouse=True)
def version_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tests take place when the specs below are of today."""
    monkeypatch.setattr("kit.spec.version", lambda: NOW)
    monkeypatch.setattr("kit.changes.version", lambda: NOW)


def read(**values: Any) -> tuple[AgedSpec, list[str]]:
    """Read a spec and return it with what was told of it."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        spec = AgedSpec.from_dict(values)
    assert all(each.category is KitWarning for each in told)
    return spec, [str(each.message) for each in told]


def test_what_is_written_today_loads_without_a_word(tmp_path: Path) -> None:
    spec = AgedSpec(size=3, mode="newer", part=PartSpec(text="a"), parts=(PartSpec(text="b"),))
    assert read(**spec.to_dict()) == (spec, [])
    (tmp_path / "spec.yaml").write_text(TuneSpec(model="m", data=DataSpec(source="d")).to_yaml(), encoding="utf-8")
    assert f"\nversion: {NOW}\n" in (tmp_path / "spec.yaml").read_text(encoding="utf-8")
    assert isinstance(load_spec(tmp_path / "spec.yaml"), TuneSpec)


def test_the_version_is_told_once_and_is_no_part_of_what_a_spec_is() -> None:
    spec = AgedSpec(part=PartSpec())
    written = spec.to_dict()
    assert list(written)[:2] == ["spec", "version"]
    assert "version" not in written["part"]
    same, other = (AgedSpec.from_dict({**written, "version": each}) for each in ("0.4.1", NOW))
    assert same == other == spec
    assert same.key == other.key == spec.key
    del written["version"]
    assert AgedSpec.from_dict(written) == spec  # as they were before it stood in files


def test_keys_stay_what_they_were_before_files_named_their_version() -> None:
    spec = TuneSpec(model="m", data=DataSpec(source="d"))
    assert spec.key == _key_of({name: value for name, value in spec.to_dict().items() if name != "version"})


def _key_of(values: dict[str, Any]) -> str:
    import hashlib

    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def test_a_renamed_key_loads_and_is_told() -> None:
    spec, told = read(version="0.2.5", count=7)
    assert spec == AgedSpec(size=7)
    assert told == ["count is called size since version 0.3; it was read as such."]


def test_a_key_that_was_renamed_twice_loads_too() -> None:
    spec, told = read(n=7)
    assert spec == AgedSpec(size=7)
    assert [text.split(" is ")[0] for text in told] == ["n", "count"]


def test_an_old_key_is_understood_in_a_file_of_any_age() -> None:
    assert read(version=NOW, count=7)[0].size == 7  # written today, by hand, from an old page


@pytest.mark.parametrize("value", [True, None, "x", [1], {"a": 1}])
def test_a_removed_key_loads_whatever_its_value_and_says_why_it_is_gone(value: Any) -> None:
    spec, told = read(half=value)
    assert spec == AgedSpec()
    assert told == ["half is gone since version 0.3 and counts for nothing: sizes are whole."]


def test_a_key_that_got_a_new_meaning_is_old_only_in_an_old_file() -> None:
    assert read(mode="newer")[0] == AgedSpec(mode="newer")
    assert read(version="0.4", mode="newer")[0] == AgedSpec(mode="newer")
    assert read(version=0.3, mode="quick")[0] == AgedSpec(manner="quick")  # a number, as YAML has it


def test_the_old_and_the_new_name_together_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"count=7 .* left out: it is called size since version 0\.3"):
        AgedSpec.from_dict({"count": 7, "size": 8})


def test_parts_age_with_the_file_they_are_in() -> None:
    spec, told = read(part={"words": "a"}, parts=[{"words": "b"}, {"text": "c"}])
    assert spec == AgedSpec(part=PartSpec(text="a"), parts=(PartSpec(text="b"), PartSpec(text="c")))
    assert told == ["words is called text since version 0.3; it was read as such."] * 2


def test_an_unknown_key_names_the_nearest_in_a_file_of_this_version() -> None:
    for values in ({"sise": 3}, {"version": NOW, "sise": 3}, {"version": "0.0.1", "sise": 3}):
        with pytest.raises(ParameterError, match="Did you mean 'size'"):
            AgedSpec.from_dict(values)


@pytest.mark.parametrize(
    "values",
    [{"colour": "red"}, {"size": -1}, {"part": {"colour": "red"}}, {"spec": "kit.tuning.spec:BrandNewSpec"}],
)
def test_what_a_newer_version_wrote_says_so_and_to_upgrade(values: dict[str, Any]) -> None:
    with pytest.raises(KitError) as caught:
        Spec.from_dict({"spec": AgedSpec.path(), "version": "97.1", **values})
    said = f"Version 97.1 wrote this, and this is {NOW}: upgrade with pip install --upgrade tunebook."
    assert caught.value.fix == said
    assert str(caught.value).endswith(said)


def test_what_a_newer_version_wrote_loads_where_nothing_is_new() -> None:
    assert read(version="97.1", size=3) == (AgedSpec(size=3), [])


def test_a_class_that_has_moved_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(changes.MOVED, "kit.old:TuneSpec", Move("kit.older:TuneSpec", "0.2"))
    monkeypatch.setitem(changes.MOVED, "kit.older:TuneSpec", Move(TuneSpec.path(), "0.3"))
    values = {"spec": "kit.old:TuneSpec", "model": "m", "data": {"source": "d"}}
    with pytest.warns(KitWarning) as told:
        assert Spec.from_dict(values) == TuneSpec(model="m", data=DataSpec(source="d"))
    assert [str(each.message) for each in told] == [
        "kit.old:TuneSpec is kit.older:TuneSpec since version 0.2.",
        "kit.older:TuneSpec is kit.tuning.spec:TuneSpec since version 0.3.",
    ]


def test_whoever_wants_no_surprises_makes_errors_of_them() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", kit.KitWarning)
        with pytest.raises(kit.KitWarning, match="count"):
            AgedSpec.from_dict({"count": 3})
        assert AgedSpec.from_dict({"size": 3}).size == 3
