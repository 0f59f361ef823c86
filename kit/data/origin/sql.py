"""Rows of a database: one query that reads, through SQLAlchemy.

The password comes from an environment variable and stands in nothing that is kept: no spec, no note, no message. The
connection is opened for reading where the database knows such a thing, and everything is rolled back at the end.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kit.data.origin.address import without_password
from kit.data.origin.arrow import plain_cell
from kit.data.origin.query import is_ordered
from kit.data.record import Record, Records
from kit.data.table import check_columns
from kit.errors import DataError, KitError, MissingPackageError, ParameterError
from kit.i18n import _

_AT_ONCE = 1000  # rows that are fetched at a time
_IN_FILES = ("sqlite:///", "duckdb:///")


def absolute_address(source: str) -> str:
    """Return the address so that a process in another folder understands it: that of a file becomes absolute."""
    for begin in _IN_FILES:
        path = source[len(begin) :]
        if source.startswith(begin) and path and not path.startswith((":memory:", "file:")):
            place, mark, rest = path.partition("?")
            return begin + os.path.abspath(os.path.expanduser(place)) + mark + rest
    return source


class QueryRows(Records):
    """The rows of one query; the database is asked when this is made, and again whenever somebody goes through it.

    Parameters
    ----------
    source : str
        An address as SQLAlchemy has it, without a password.
    query : str
        One SELECT, checked by `check_query`.
    password_variable : str, default ""
        Environment variable that holds the password; "" where none is needed.

    Raises
    ------
    DataError
        The database refuses, or cannot be reached.
    KitError
        The environment variable is not set.
    MissingPackageError
        There is no SQLAlchemy, or no driver for this database.
    ParameterError
        There is no such file, or SQLAlchemy does not know such an address.
    """

    def __init__(self, source: str, query: str, password_variable: str = "") -> None:
        self._source, self._query = source, query
        self._password = _password(password_variable)
        super().__init__(without_password(source), _("row"))
        self._begun: _Asked | None = self._ask()
        self._columns = dict.fromkeys(self._begun.columns)
        if not is_ordered(query):
            self.note(
                _(
                    "The query has no ORDER BY: a database may give its rows in another order next time, and a part "
                    "or a sample of them would then hold other rows."
                )
            )

    def read(self) -> Iterator[Record]:
        """Yield the rows as the database gives them."""
        asked, self._begun = self._begun or self._ask(), None
        number = 0
        with asked, self._refusals():
            for part in asked.result.partitions(_AT_ONCE):
                for row in part:
                    number += 1
                    yield Record(number, dict(zip(asked.columns, map(plain_cell, row), strict=True)))

    def _ask(self) -> _Asked:
        with self._refusals():
            return _Asked(self._source, self._query, self._password)

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """Tell what the database says against it, without the password."""
        try:
            import sqlalchemy
        except ImportError as exc:
            raise MissingPackageError("sqlalchemy", needed_for=_("Reading a database"), extra="data") from exc
        try:
            yield
        except (sqlalchemy.exc.SQLAlchemyError, OSError) as exc:
            cause = getattr(exc, "orig", None) or exc
            reason = (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(".")
            if self._password:
                reason = reason.replace(self._password, "***")
            problem = _("{source} gives no rows: {reason}.").format(source=self.name, reason=reason)
            fix = _("Check the address, the query and the rights of its user.")
            raise DataError(problem, fix=fix) from (None if self._password else exc)


class _Asked:
    """A query that was carried out, its rows still to be fetched."""

    def __init__(self, source: str, query: str, password: str) -> None:
        self._engine = _engine(source, password)
        self._connection = self._engine.connect()
        try:
            _only_read(self._connection)
            options = {"stream_results": True, "max_row_buffer": _AT_ONCE, "no_parameters": True}
            self.result = self._connection.execution_options(**options).exec_driver_sql(query)
            self.columns = tuple(str(name) for name in self.result.keys())  # noqa: SIM118 (a result, no dict)
            check_columns(without_password(source), self.columns)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Roll everything back and leave the database."""
        self._connection.close()
        self._engine.dispose()

    def __enter__(self) -> _Asked:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _engine(source: str, password: str) -> Any:
    """Return the engine behind an address; a file of SQLite is opened for reading alone."""
    import sqlalchemy

    try:
        url = sqlalchemy.make_url(source)
        url = url.set(password=password) if password else url
        if url.get_backend_name() == "sqlite":
            return sqlalchemy.create_engine("sqlite://", creator=_reading(_file(url.database or "")))
        return sqlalchemy.create_engine(url)
    except sqlalchemy.exc.NoSuchModuleError as exc:
        allowed = _("an address that SQLAlchemy knows, such as sqlite:///file.db or postgresql://user@host/name")
        raise ParameterError("source", without_password(source), allowed=allowed) from exc
    except ImportError as exc:
        raise MissingPackageError(exc.name or "driver", needed_for=_("Reading this database")) from exc


def _file(path: str) -> Path:
    place = Path(os.path.expanduser(path))
    if not path or not place.is_file():
        raise ParameterError("source", f"sqlite:///{path}", allowed=_("the address of a database file that exists"))
    return place


def _reading(path: Path) -> Any:
    """Return what connects to a file of SQLite so that it cannot be changed."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    return lambda: sqlite3.connect(address, uri=True, check_same_thread=False)


def _only_read(connection: Any) -> None:
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.execution_options(postgresql_readonly=True)
    elif backend in ("mysql", "mariadb"):
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.rollback()


def _password(variable: str) -> str:
    if not variable:
        return ""
    password = os.environ.get(variable, "")
    if not password:
        raise KitError(
            _("The environment variable {name}, which password_variable names, holds no password.").format(
                name=variable
            ),
            fix=_("Set it where the work runs, before it starts."),
        )
    return password
