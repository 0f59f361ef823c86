"""What every quantization method promises."""

from __future__ import annotations

import inspect

import pytest

from kit.errors import KitError, UnknownNameError
from kit.models import METHOD_BITS
from kit.quantization import Method, get_method, methods, register
from kit.quantization import registry as registry_module
from kit.spec import resolve

each_method = pytest.mark.parametrize("method", methods().values(), ids=lambda method: method.name)


@pytest.fixture
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register methods that nobody else sees."""
    monkeypatch.setattr(registry_module, "_METHODS", methods())


@each_method
def test_its_code_is_where_it_says(method: Method) -> None:
    load = resolve(method.load)
    assert list(inspect.signature(load).parameters) == ["folder", "method", "batch_size"]


@each_method
def test_its_facts_are_whole(method: Method) -> None:
    assert method.title.strip()
    assert method.title[0] == method.title[0].lower() or method.title[0].isdigit(), "titles stand inside sentences"
    assert 0 < method.bits <= 32
    assert method.devices
    assert set(method.devices) <= {"cpu", "cuda"}
    assert all(package.isidentifier() for package in method.packages)


@each_method
def test_estimates_know_it(method: Method) -> None:
    assert method.bits <= METHOD_BITS[method.name] <= method.bits + 1, "constants are a bit for each weight at most"


def test_the_first_four_are_those_of_the_sweep() -> None:
    assert {"fp32", "bf16", "bnb-int8", "bnb-nf4"} <= set(methods())


def test_titles_differ() -> None:
    titles = [method.title for method in methods().values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.usefixtures("own_registry")
def test_a_new_method_is_one_entry() -> None:
    method = Method("mine-2", "mine", "package.module:load", 2)
    assert register(method) is method
    assert get_method("mine-2") is method
    assert list(methods())[-1] == "mine-2"


@pytest.mark.usefixtures("own_registry")
@pytest.mark.parametrize("name", ["bf16", "BNB-nf3"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(KitError, match=name) as caught:
        register(Method(name, "twice", "package.module:load", 2))
    assert "lower case" in caught.value.fix
    assert methods()["bf16"].title == "bfloat16"


def test_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        get_method("bnb-nf5")
    assert caught.value.near == "bnb-nf4"
    assert set(caught.value.known) == set(methods())


def test_what_is_returned_is_a_copy() -> None:
    methods().clear()
    assert methods()
