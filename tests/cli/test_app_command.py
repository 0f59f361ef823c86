"""What `tunebook app` hands on, and where it takes a password from."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from kit.cli import app, main


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, dict[str, Any]]]:
    """Instead of serving, note with what."""
    calls: list[tuple[Any, dict[str, Any]]] = []

    def serve(notebooks: Any, **settings: Any) -> int:
        calls.append((notebooks, settings))
        return 0

    monkeypatch.setattr(app, "serve", serve)
    return calls


def test_nothing_named_means_the_gallery_for_lookers(served: list[tuple[Any, dict[str, Any]]]) -> None:
    assert main(["app"]) == 0
    ((notebooks, settings),) = served
    assert notebooks == []
    assert (settings["allow_start"], settings["visitors"], settings["password"], settings["preheat"]) == (
        False,
        None,
        None,
        0,
    )


@pytest.mark.parametrize("word", ["--allow-start", "--owner"])
def test_the_owner_may_say_more(served: list[tuple[Any, dict[str, Any]]], word: str) -> None:
    assert main(["app", "a.ipynb", "folder", word, "--visitors", "5", "--preheat", "2", "--no-browser"]) == 0
    ((notebooks, settings),) = served
    assert notebooks == ["a.ipynb", "folder"]
    assert (settings["allow_start"], settings["visitors"], settings["preheat"]) == (True, 5, 2)


def test_a_password_comes_from_the_environment_and_stays_there_no_longer(
    served: list[tuple[Any, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(app.PASSWORD, "open sesame")
    assert main(["app", "--password"]) == 0
    assert served[0][1]["password"] == "open sesame"
    assert app.PASSWORD not in os.environ


def _answers(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    left = iter(answers)
    monkeypatch.delenv(app.PASSWORD, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(left))


def test_a_password_is_asked_for_twice(
    served: list[tuple[Any, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _answers(monkeypatch, "open", "open", "open", "oepn")
    assert main(["app", "--password"]) == 0
    assert served[0][1]["password"] == "open"
    assert main(["app", "--password"]) == 2
    assert "differ" in capsys.readouterr().err


def test_without_a_terminal_the_variable_is_named(
    served: list[tuple[Any, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(app.PASSWORD, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert main(["app", "--password"]) == 2
    assert app.PASSWORD in capsys.readouterr().err
    assert served == []


def test_a_password_is_no_argument() -> None:
    with pytest.raises(SystemExit):
        main(["app", "--password=secret"])
