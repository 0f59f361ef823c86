"""The version of Tunebook, and which of two is the earlier one."""

from __future__ import annotations

from importlib import metadata

import pytest

from kit.version import earlier, version


def test_it_is_that_of_the_distribution() -> None:
    assert version() == metadata.version("tunebook")


def test_what_is_not_installed_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert version.__wrapped__() == "unknown: not installed"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1.0", "0.2.0"),
        ("0.9", "0.10"),
        ("0.9.9", "1"),
        ("0.1", "0.1.1"),
        ("0.2.0.dev3+g12", "0.3"),
        (" 1.2", "1.3 "),
    ],
)
def test_numbers_are_compared_and_not_letters(one: str, other: str) -> None:
    assert earlier(one, other)
    assert not earlier(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("0.1", "0.1.0"), ("0.2.0.dev1", "0.2.0"), ("unknown", "0.1"), ("0", "0.1"), ("", "")]
)
def test_what_is_equal_or_no_version_is_neither(one: str, other: str) -> None:
    assert not earlier(one, other)
    assert not earlier(other, one)
