"""Speak with MLflow: where it is, quietly, and with its errors in our words.

MLflow is where versions of models are shared. ``MLFLOW_TRACKING_URI`` names a server (or anything else that MLflow
takes); without it, an SQLite file and a folder in `kit.place.home` serve one machine. MLflow itself reads its other
variables: user, password or token, certificates, ``MLFLOW_REGISTRY_URI``.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from kit.errors import KitError, MissingPackageError
from kit.i18n import _
from kit.place import home, mendable

VARIABLE = "MLFLOW_TRACKING_URI"

# For as long as we speak with it: no word to its makers, nothing on the terminal, and a dead server is known to be dead
# after seconds (its own default is four minutes). What a person has set counts more, but for the first three.
_ALWAYS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_UNLESS_SET = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}

_LOGGERS = ("mlflow", "alembic", "urllib3.connectionpool")
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_LONGEST = 300  # characters of a message of MLflow
_DENIED = ("PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED")
_PASSING = (
    "INTERNAL_ERROR",
    "TEMPORARILY_UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "REQUEST_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "ABORTED",
    "CANCELLED",
)


class StoreUnavailable(KitError):
    """MLflow gives nothing now, and may later: a server that is down, a locked database, a full disk."""


class StoreRefused(KitError):
    """MLflow does not do what it was asked; `code` is its own word for why."""

    def __init__(self, problem: str, *, fix: str = "", code: str = "") -> None:
        self.code = code
        super().__init__(problem, fix=fix)


def embedded_file() -> Path:
    """Return the SQLite file that serves this machine where no server is named; it need not exist yet."""
    return home() / "mlflow.db"


def store_uri() -> str:
    """Return where versions are kept: what ``MLFLOW_TRACKING_URI`` says, or the SQLite file of this machine."""
    return os.environ.get(VARIABLE, "").strip() or _sqlite(embedded_file())


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path}"


def is_new() -> bool:
    """Has the registry of this machine, which is to be used, still to be made?"""
    return store_uri() == _sqlite(embedded_file()) and not embedded_file().exists()


def artifact_root(uri: str) -> str | None:
    """Return where the registry of this machine keeps files, as a URI; None for any other `uri`: it decides itself."""
    return (home() / "mlflow-artifacts").absolute().as_uri() if uri == _sqlite(embedded_file()) else None


def public(uri: str) -> str:
    """Return `uri` without user and password, as it may stand in files and messages."""
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else uri


@contextlib.contextmanager
def speaking(uri: str) -> Iterator[Any]:
    """Give a client of the MLflow at `uri`; what goes wrong inside comes out as one of our errors.

    Raises
    ------
    MissingPackageError
        MLflow, or what it needs for a database, is not installed.
    StoreUnavailable
        It does not answer now.
    StoreRefused
        It answers and does not do it.
    """
    with _quiet():
        try:
            make_client = _client_class(uri)
            levels = {name: logging.getLogger(name).level for name in _LOGGERS}
            try:
                for name in _LOGGERS:
                    logging.getLogger(name).setLevel(logging.CRITICAL)
                if uri == _sqlite(embedded_file()):
                    _make_embedded(make_client)
                yield make_client(tracking_uri=uri)
            finally:
                for name, level in levels.items():
                    logging.getLogger(name).setLevel(level)
        except Exception as exc:
            ours = _in_our_words(exc, uri)
            if ours is None:
                raise
            raise ours from exc


def _client_class(uri: str) -> Any:
    if uri.partition(":")[0].partition("+")[0] in _DATABASES:
        for package in ("sqlalchemy", "alembic"):  # without them MLflow would say that it knows no such place
            importlib.import_module(package)
    return importlib.import_module("mlflow").MlflowClient


def _make_embedded(make_client: Any) -> None:
    """Make the registry of this machine, unless it is there: at once for everybody, so that none is ever half-made."""
    if embedded_file().exists():
        return
    home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home(), prefix=".mlflow-", ignore_cleanup_errors=True) as folder:
        making = Path(folder) / "mlflow.db"
        make_client(tracking_uri=_sqlite(making)).search_experiments(max_results=1)
        try:
            os.link(making, embedded_file())
        except FileExistsError:
            return  # another process was quicker, and may have written to its own
        except OSError:  # a file system without links
            if not embedded_file().exists():
                os.replace(making, embedded_file())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    wanted = {**{name: value for name, value in _UNLESS_SET.items() if name not in os.environ}, **_ALWAYS}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _in_our_words(exc: Exception, uri: str) -> KitError | None:
    """Return our error for one of MLflow or of what it stands on, or None for any other."""
    if isinstance(exc, KitError):
        return None
    if isinstance(exc, ImportError):
        package = {"mlflow": "mlflow-skinny", None: "mlflow-skinny"}.get(exc.name, exc.name or "")
        return MissingPackageError(package, needed_for=_("MLflow"), extra="mlflow")
    module, code = type(exc).__module__.partition(".")[0], getattr(exc, "error_code", "")
    answered = getattr(getattr(exc, "response", None), "status_code", 0)  # of a transfer of files
    if module == "mlflow" and code not in _PASSING:
        return _refused(code in _DENIED, exc, uri, code)
    if 400 <= answered < 500 and answered not in (408, 429):
        return _refused(answered in (401, 403), exc, uri, "")
    if isinstance(exc, OSError) and mendable(exc):
        return StoreUnavailable(
            _("{file} cannot be written: {reason}.").format(file=exc.filename or _("A file"), reason=exc.strerror),
            fix=_("Make room on the disk, or the folder writable."),
        )
    if module in ("mlflow", "sqlalchemy", "requests", "urllib3") or isinstance(exc, OSError):
        return StoreUnavailable(
            _("MLflow at {uri} gives nothing now: {reason}").format(uri=public(uri), reason=_reason(exc, uri)),
            fix=_("Check that it runs and that {variable} is right.").format(variable=VARIABLE),
        )
    return None


def _refused(denied: bool, exc: Exception, uri: str, code: str) -> StoreRefused:
    fix = _("Check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.") if denied else ""
    problem = _("MLflow at {uri} refuses: {reason}").format(uri=public(uri), reason=_reason(exc, uri))
    return StoreRefused(problem, fix=fix, code=code)


def _reason(exc: Exception, uri: str) -> str:
    text = " ".join(str(exc).split()).replace(uri, public(uri)) or type(exc).__name__
    if "Max retries exceeded" in text:  # a page of the library's own words, all of which mean this
        return _("it does not answer.")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
