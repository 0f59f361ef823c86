"""Sources that are addresses: which kind each is, what else it needs, and no password in it, ever.

A password would stand in specs, logs and code cells, so an address that holds one is refused, and nothing that is shown
repeats it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from kit.data.origin.query import check_query
from kit.errors import ParameterError
from kit.i18n import _

HUB = "hf://"
_ADDRESS = re.compile(r"([a-z][a-z0-9_]*(?:\+[a-z0-9_]+)?)://", re.IGNORECASE)
_NO_DATABASE = ("abfs", "az", "file", "ftp", "gs", "hdfs", "hf", "http", "https", "s3", "s3a", "sftp", "ssh")
# The part between the scheme and the last @ before a slash; a password may itself hold an @.
_USER = re.compile(r"(://)([^/?#\s]*)@")
_SECRET = re.compile(
    r"([?&;]\s*(?:password|passwd|pwd|pass|secret|token|api_?key|access_?key|secret_?key|sslpassword)=)([^&;]*)",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_hub(source: str) -> bool:
    """Does `source` name a dataset of the Hugging Face hub?"""
    return source.lower().startswith(HUB)


def is_database(source: str) -> bool:
    """Is `source` the address of a database, such as sqlite:///file.db?"""
    found = _ADDRESS.match(source)
    return found is not None and found.group(1).lower() not in _NO_DATABASE


def without_password(source: str) -> str:
    """Return `source` for a message, with *** in place of a password.

    >>> without_password("postgresql://ann:s3cret@host/db")
    'postgresql://ann:***@host/db'
    >>> without_password("mssql+pyodbc:///?odbc_connect=SERVER=a;PWD=b")
    'mssql+pyodbc:///?odbc_connect=***'
    """
    if not _ADDRESS.match(source):
        return source
    shown = _USER.sub(lambda m: m.group(1) + _masked(m.group(2)) + "@", source)
    shown = re.sub(r"(odbc_connect=)[^&]*", r"\1***", shown, flags=re.IGNORECASE)
    return _SECRET.sub(r"\1***", shown)


def holds_password(source: str) -> bool:
    """Does `source` hold a password or another secret?"""
    if not _ADDRESS.match(source):
        return False
    users = _USER.findall(source)
    if any(":" in user for _scheme, user in users):
        return True
    return _SECRET.search(unquote(source).replace("odbc_connect=", "?")) is not None


def check_address(source: str, *, query: str, password_variable: str) -> None:
    """Check what goes together with `source`.

    Raises
    ------
    ParameterError
        The address holds a password (which the message does not repeat), a database lacks a query, a query stands
        beside something else, or is more than a reading one.
    """
    if holds_password(source):
        fix = _("Leave it out of the address and put it into an environment variable: password_variable='…'.")
        allowed = _("an address without a password in it")
        raise ParameterError("source", without_password(source), allowed=allowed, fix=fix)
    if not is_database(source):
        for name, value in (("query", query), ("password_variable", password_variable)):
            if value:
                allowed = _("left out where the source is no database, such as sqlite:///file.db")
                raise ParameterError(name, value, allowed=allowed)
        return
    if not query.strip():
        allowed = _("what to read of the database, such as 'SELECT text, label FROM notes ORDER BY id'")
        raise ParameterError("query", query, allowed=allowed)
    check_query(query)
    if password_variable and not _VARIABLE.fullmatch(password_variable):
        allowed = _("the name of an environment variable, such as NOTES_PASSWORD")
        raise ParameterError("password_variable", _hidden(password_variable), allowed=allowed)


def _masked(user: str) -> str:
    name, colon, _password = user.partition(":")
    return f"{name}:***" if colon else name


def _hidden(value: str) -> str:
    """Return what was given as a variable's name, cut short: it may be the password itself."""
    return value[:2] + "…"
