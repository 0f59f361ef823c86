"""Who may ask: nobody without a token, at any route, with any verb; and cookies only with their counterpart."""

from __future__ import annotations

import http.client
import re
from http.cookies import SimpleCookie
from typing import Any

import pytest

from kit.lab.routes import ROUTES

VERBS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")
ADDRESSES = [re.sub(r"\(\[\^/\]\+\)|\(\.\+\)", "some-id", pattern) for pattern, _handler in ROUTES]
each_address = pytest.mark.parametrize("address", ADDRESSES)


def _own_verbs(handler: type[Any]) -> set[str]:
    return {verb for verb in ("GET", "POST", "DELETE") if verb.lower() in vars(handler)}


def test_every_route_is_here() -> None:
    assert len(ADDRESSES) == len(set(ADDRESSES)) >= 19
    assert not any("(" in address for address in ADDRESSES)


@each_address
def test_strangers_are_refused_whatever_the_verb(server: Any, address: str) -> None:
    for verb in VERBS:
        for token in (None, "wrong", ""):
            answer = server.ask(verb, address, {} if verb in ("POST", "PATCH", "PUT") else None, token=token)
            assert answer.status == 403, (verb, token)
            assert b"version" not in answer.body


@pytest.mark.parametrize(("address", "handler"), list(zip(ADDRESSES, [h for _p, h in ROUTES], strict=True)))
def test_verbs_that_a_route_does_not_have(server: Any, address: str, handler: type[Any]) -> None:
    own = _own_verbs(handler)
    assert own
    for verb in set(VERBS) - own:
        answer = server.ask(verb, address, {} if verb in ("POST", "PATCH", "PUT") else None)
        assert (verb, answer.status) == (verb, 405)
        assert set(answer.headers["allow"].split(", ")) == own


def test_a_page_with_a_cookie_needs_its_counterpart(server: Any) -> None:
    """As a browser has it after signing in: without the header, a page elsewhere could act in its name."""
    cookies = _signed_in(server)
    name = "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in cookies.values())
    assert server.ask("GET", "runs", token=None, headers={"Cookie": name}).status == 200
    without = server.ask("POST", "models/get", {"name": "qwen3-0.6b"}, token=None, headers={"Cookie": name})
    assert without.status == 403
    assert "_xsrf" in without.json["message"]
    wrong = {"Cookie": name, "X-XSRFToken": "made-up"}
    assert server.ask("POST", "templates/nothing/copy", {"folder": ""}, token=None, headers=wrong).status == 403
    right = {"Cookie": name, "X-XSRFToken": cookies["_xsrf"].value}
    assert server.ask("POST", "templates/nothing/copy", {"folder": ""}, token=None, headers=right).status == 404
    for verb, address in (("DELETE", "runs/x"), ("DELETE", "models/x")):
        assert server.ask(verb, address, token=None, headers={"Cookie": name}).status == 403
        assert server.ask(verb, address, token=None, headers=right).status == 404


def _signed_in(server: Any) -> SimpleCookie:
    """Return the cookies that a browser has after it opened the page with the token in its address."""
    cookies = SimpleCookie()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for path in ("/user/anna/tree?token=let-me-in", "/user/anna/login?next=%2Fuser%2Fanna%2Ftree"):
        connection.request("GET", path, headers={"Cookie": cookies.output(attrs=[], header="", sep=";").strip()})
        answer = connection.getresponse()
        answer.read()
        for value in answer.headers.get_all("Set-Cookie") or []:
            cookies.load(value)
    connection.close()
    assert "_xsrf" in cookies
    return cookies


def test_another_site_is_refused(server: Any) -> None:
    foreign = {"Origin": "https://elsewhere.example", "Host": f"127.0.0.1:{server.port}"}
    cookies = _signed_in(server)
    name = "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in cookies.values())
    headers = {**foreign, "Cookie": name, "X-XSRFToken": cookies["_xsrf"].value}
    assert server.ask("POST", "runs/x/stop", token=None, headers=headers).status == 404
    assert server.ask("GET", "runs", token=None, headers=headers).status == 404


def test_looking_is_no_activity(server: Any) -> None:
    """A panel that polls must not keep a server alive that is to be ended when nobody uses it."""

    def last() -> str:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/user/anna/api/status?no_track_activity=1&token=let-me-in")
        return str(connection.getresponse().read())

    server.ask("POST", "runs/x/stop")
    before = last()
    server.ask("GET", "runs")
    server.ask("GET", "machine")
    assert last() == before
    server.ask("POST", "runs/x/stop")
    assert last() != before
