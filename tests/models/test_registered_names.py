"""Names of registered versions, and the copies that this machine keeps of them; no registry is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit._check import plain
from kit.errors import ModelNotFoundError, ParameterError
from kit.models import available, check_name, locate
from kit.models.reference import refer
from kit.models.store import artifact_root, is_new, public, store_uri
from kit.models.version import (
    RegisteredModel,
    Wanted,
    check_alias,
    check_model_name,
    keep,
    kept,
    last_seen,
    remember,
    wanted,
)
from kit.place import home


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def _model(version: int, name: str = "alerts") -> RegisteredModel:
    return RegisteredModel(name, version, None, "20261122-101112-tune-abcd", f"models:/{name}/{version}")


def _fill(files: dict[str, str]) -> Callable[[Path], Path]:
    def fill(folder: Path) -> Path:
        (folder / "inside").mkdir(parents=True)
        for name, text in files.items():
            (folder / "inside" / name).write_text(text, encoding="utf-8")
        return folder / "inside"

    return fill


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alerts", Wanted("alerts")),
        ("alerts/3", Wanted("alerts", version=3)),
        ("alerts@champion", Wanted("alerts", alias="champion")),
        ("registry:alerts/12", Wanted("alerts", version=12)),
        ("Börse, täglich@a_b-c", Wanted("Börse, täglich", alias="a_b-c")),
        ("v1.2 final/1", Wanted("v1.2 final", version=1)),
    ],
)
def test_names_are_taken_apart(text: str, expected: Wanted) -> None:
    assert wanted(text) == expected
    assert expected.moves == (expected.version is None)


@pytest.mark.parametrize(
    "text",
    [
        None,
        3,
        "",
        "/3",
        "@x",
        "a/0",
        "a/x",
        "a/1/2",
        "a@",
        "a@b@c",
        "a@b/1",
        "a'b",
        "a:b",
        " a",
        "a ",
        "a\nb/1",
        "../x/1",
    ],
)
def test_what_is_no_name(text: Any) -> None:
    with pytest.raises(ParameterError, match="name of a registered model"):
        wanted(text)


def test_a_reference_to_a_version() -> None:
    reference = refer("registry:alerts@champion")
    assert (reference.kind, reference.value, reference.card) == ("registry", "alerts@champion", None)
    with pytest.raises(ParameterError, match="model='registry:'"):
        refer("registry:")
    check_name("registry:alerts/3")  # that it is not here yet is nothing that cannot be helped


def test_a_model_stands_for_its_version_in_a_spec() -> None:
    assert plain(_model(3)) == "registry:alerts/3"


@pytest.mark.parametrize("name", [None, "", "a/b", "a:b", "a@b", "x" * 201, "a\tb", ".", "..", " a"])
def test_names_that_cannot_be_registered(name: Any) -> None:
    with pytest.raises(ParameterError, match="name="):
        check_model_name(name)


@pytest.mark.parametrize("alias", ["", "a b", "latest", "Latest", "v3", "V12", "a@b", 3])
def test_aliases_that_cannot_be(alias: Any) -> None:
    with pytest.raises(ParameterError, match="alias="):
        check_alias(alias)


def test_good_names_and_aliases() -> None:
    assert check_model_name("finance-alerts 2.0") == "finance-alerts 2.0"
    assert [check_alias(alias) for alias in (None, "champion", "vault", "v3-b")] == [None, "champion", "vault", "v3-b"]


def test_what_is_not_here_says_how_to_get_it() -> None:
    for name in ("registry:alerts/3", "registry:alerts@champion", "registry:alerts"):
        with pytest.raises(ModelNotFoundError, match=r"kit.load\('alerts"):
            locate(name)
        assert not available(name)


def test_a_copy_is_kept_and_found_by_every_name() -> None:
    place = keep(_model(3), 1000, _fill({"a.txt": "one"}))
    assert (place / "a.txt").read_text(encoding="utf-8") == "one"
    assert kept(wanted("alerts/3")) == place
    assert kept(wanted("alerts/4")) is None
    assert kept(wanted("alerts")) is None
    remember(wanted("alerts"), 3)
    remember(wanted("alerts@champion"), 3)
    assert kept(wanted("alerts")) == kept(wanted("alerts@champion")) == place
    remember(wanted("alerts@champion"), 4)
    assert last_seen(wanted("alerts@champion")) == 4
    assert kept(wanted("alerts@champion")) is None
    assert kept(wanted("alerts")) == place


def test_a_copy_is_made_once_and_anew_for_another_version_of_that_number() -> None:
    place = keep(_model(1), 1000, _fill({"a.txt": "one"}))
    keep(_model(1), 1000, _fill({"a.txt": "two"}))
    assert (place / "a.txt").read_text(encoding="utf-8") == "one"
    keep(_model(1), 2000, _fill({"b.txt": "three"}))  # the model was deleted in the registry and made again
    assert sorted(path.name for path in place.iterdir()) == ["b.txt", "registered.json"]
    assert [path.name for path in place.parent.iterdir()] == ["1"], "something half-made was left"


def test_a_broken_download_leaves_nothing() -> None:
    def broken(folder: Path) -> Path:
        folder.mkdir()
        raise OSError("the line is dead")

    with pytest.raises(OSError, match="dead"):
        keep(_model(1), 1000, broken)
    assert kept(wanted("alerts/1")) is None


def test_names_that_look_alike_are_kept_apart() -> None:
    places = {keep(_model(1, name), 1, _fill({"a": name})) for name in ("a b", "a-b", "a.b", "A b")}
    assert len(places) == 4
    assert {place.parent.parent for place in places} == {next(iter(places)).parent.parent}


def test_copies_of_another_registry_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(_model(1), 1000, _fill({"a": ""}))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example:5000")
    assert kept(wanted("alerts/1")) is None
    place = keep(_model(1), 1000, _fill({"a": ""}))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:new-password@mlflow.example:5000")
    assert kept(wanted("alerts/1")) == place, "a password is not the place"


def test_a_registered_model_is_located(make_model: Callable[..., Path]) -> None:
    def fill(folder: Path) -> Path:
        return make_model(folder)

    place = keep(_model(2), 5, fill)
    found = locate("registry:alerts/2")
    assert (found.path, found.adapter, found.origin, found.name) == (place, None, "registry", "registry:alerts/2")


def test_where_the_registry_is(monkeypatch: pytest.MonkeyPatch) -> None:
    here = f"sqlite:///{home() / 'mlflow.db'}"
    assert (store_uri(), is_new()) == (here, True)
    assert artifact_root(here) == (home() / "mlflow-artifacts").as_uri()
    server = "http://mlflow.example:5000"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    assert (store_uri(), is_new(), artifact_root(server)) == (server, False, None)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:secret@host:5000/a", "http://host:5000/a"),
        ("http://host:5000", "http://host:5000"),
        ("sqlite:////tmp/a@b.db", "sqlite:////tmp/a@b.db"),
        ("databricks", "databricks"),
    ],
)
def test_no_password_is_shown(uri: str, shown: str) -> None:
    assert public(uri) == shown
