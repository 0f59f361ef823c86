"""The address of a server that speaks OpenAI's protocol, checked without asking it. Light."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from kit.errors import ParameterError
from kit.i18n import _

EXAMPLE = "http://127.0.0.1:8000/v1"

_BARE = re.compile(r"[\w.-]+:\d+(/.*)?")  # a host and a port, and no scheme
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")  # keys themselves have small letters or signs


def is_address(engine: object) -> bool:
    """Is this meant as the URL of a server, rather than as the name of an engine in this process?"""
    return isinstance(engine, str) and engine.lower().startswith(("http://", "https://"))


def check_address(engine: str, *, parameter: str = "engine") -> None:
    """Raise unless `engine` is a URL that can be written into files and asked.

    Raises
    ------
    ParameterError
        It has no host, or carries a password, a query or a fragment.
    """
    allowed = _("the URL of a server up to the /v1 of its paths, such as {example}").format(example=EXAMPLE)
    try:
        parts = urlsplit(engine)
        host, _port = parts.hostname, parts.port  # a port that is no number raises only here
    except ValueError:
        raise ParameterError(parameter, engine, allowed=allowed) from None
    if parts.username is not None or parts.password is not None:
        shown = f"{parts.scheme}://…@{parts.netloc.rpartition('@')[2]}{parts.path}"
        fix = _("Put the key into an environment variable and name that in `key_variable`: specs are kept in files.")
        raise ParameterError(parameter, shown, allowed=_("a URL without a name and password"), fix=fix)
    if not host or parts.query or parts.fragment or re.search(r"\s", engine):
        raise ParameterError(parameter, engine, allowed=allowed)


def check_key_variable(name: str, *, parameter: str = "key_variable") -> None:
    """Raise unless `name` is empty or can name an environment variable; a key put here by mistake is not shown.

    Raises
    ------
    ParameterError
    """
    if name and not _VARIABLE.fullmatch(name):
        allowed = _("the name of an environment variable, in capitals, such as 'MODELS_API_KEY'")
        fix = _("Put the key itself into that variable, before Jupyter is started.")
        raise ParameterError(parameter, "…", allowed=allowed, fix=fix)


def suggestion(engine: str) -> str:
    """Return the next step for something that is neither an engine's name nor a URL."""
    if _BARE.fullmatch(engine):
        return _("Did you mean {near!r}?").format(near=f"http://{engine}")
    return _("Leave it out to run the model in this process.")


def base(engine: str) -> str:
    """Return the address without a slash at its end."""
    return engine.rstrip("/")


def root(engine: str) -> str:
    """Return where the server keeps what is not part of OpenAI's protocol: the address without its /v1.

    >>> root("http://127.0.0.1:8000/v1/")
    'http://127.0.0.1:8000'
    """
    return base(engine).removesuffix("/v1")


def place(engine: str) -> str:
    """Return host and port, as people tell servers apart.

    >>> place("https://models.example.org/v1"), place("http://127.0.0.1:8000/v1")
    ('models.example.org', '127.0.0.1:8000')
    """
    return _parts(engine).netloc


def on_this_machine(engine: str) -> bool:
    """Does the server run here, as far as its address tells?"""
    host = _parts(engine).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(engine: str) -> SplitResult:
    return urlsplit(base(engine))
