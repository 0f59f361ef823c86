"""A variant that a server runs: how it is named and checked, opened, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tinyserver import tiny_server

from kit.engines import Variant
from kit.engines.openai.address import on_this_machine, root
from kit.engines.openai.engine import OpenAIEngine
from kit.errors import ParameterError, ServerError, UnknownNameError
from kit.quantization.load import load
from kit.quantization.variant import variant_provenance
from kit.report import Report


def test_it_is_told_from_one_that_runs_here() -> None:
    served = Variant(model="acme/big", engine="https://models.example.org/v1")
    assert (served.remote, served.method, served.name) == (True, "remote", "acme/big @ models.example.org")
    here = Variant(model="acme/big", method="fp32")
    assert (here.remote, here.method, here.name) == (False, "fp32", "fp32")
    assert Variant.from_dict(served.to_dict()) == served


@pytest.mark.parametrize(
    ("values", "parameter", "words"),
    [
        ({"engine": "vllm"}, "engine", "openvino, or a URL such as"),
        ({"engine": "127.0.0.1:8000/v1"}, "engine", "Did you mean 'http://127.0.0.1:8000/v1'?"),
        ({"engine": "http://"}, "engine", "the URL of a server"),
        ({"engine": "http://host:port/v1"}, "engine", "the URL of a server"),
        ({"engine": "http://host/v1?key=x"}, "engine", "the URL of a server"),
        ({"engine": "http://me:s3cret@host/v1"}, "engine", "without a name and password"),
        ({"engine": "http://host/v1", "method": "bnb-nf4"}, "method", "'remote' where `engine` is a URL"),
        ({"engine": "http://host/v1", "key_variable": "sk-s3cret"}, "key_variable", "the name of an environment"),
        ({"key_variable": "MODELS_API_KEY"}, "key_variable", "left out where `engine` is no URL"),
    ],
)
def test_what_cannot_be_is_refused_without_showing_a_key(values: dict[str, Any], parameter: str, words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        Variant(model="m", **values)
    assert caught.value.parameter == parameter
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://192.168.0.7:8000/v1", False),
        ("https://localhost.example.org/v1", False),
    ],
)
def test_a_server_on_this_machine_is_known_for_one(url: str, here: bool) -> None:
    assert on_this_machine(url) is here


def test_what_lies_beside_the_protocol_is_found() -> None:
    assert root("http://h:1/v1/") == root("http://h:1") == "http://h:1"
    assert root("http://h:1/models/v1") == "http://h:1/models"


def test_it_is_opened_when_the_server_has_the_model(tmp_path: Path) -> None:
    with tiny_server(models=("tiny", "other")) as server:
        engine = load(Variant(model="tiny", engine=server.url), Report(tmp_path))
        assert isinstance(engine, OpenAIEngine)
        assert engine.slots > 100
        engine.close()
        with pytest.raises(UnknownNameError, match=r"model='tinny' is not known\. Known: other, tiny\.") as caught:
            load(Variant(model="tinny", engine=server.url), Report(tmp_path))
        assert server.url in caught.value.fix
        server.behaviour.models = None  # no list: the first request will tell
        load(Variant(model="anything", engine=server.url), Report(tmp_path)).close()
    with pytest.raises(ServerError, match="cannot be reached"):
        load(Variant(model="tiny", engine=server.url), Report(tmp_path))


def test_where_it_comes_from_is_told_alike_each_time() -> None:
    with tiny_server() as server:
        variant = Variant(model="tiny", engine=server.url)
        found = variant_provenance(variant)
        assert found == variant_provenance(variant)  # though the server tells another time of making
        assert (found["name"], found["origin"], found["source"]) == ("tiny", "server", server.url)
        assert found["listed"] == {"id": "tiny", "owned_by": "tests"}
        assert found["files"] == {}
        assert found["revision"].startswith("unknown: ")
        assert found["server_version"].startswith("unknown: ")
        server.behaviour.routes["/version"] = lambda body: {"version": "0.11.0"}
        assert variant_provenance(variant)["server_version"] == "0.11.0"
