"""A query that only reads: one SELECT (or WITH … SELECT), and no word in it that changes anything.

This is a guard against mistakes, not a wall: what a query may do is what its user may do in the database. Whoever runs
it also opens the connection for reading where the database knows such a thing.
"""

from __future__ import annotations

import re

from kit.errors import ParameterError
from kit.i18n import _

_CHANGES = re.compile(
    r"alter|analyze|attach|begin|call|commit|copy|create|delete|detach|do|drop|exec|execute|grant|insert|into|load|lock"
    r"|merge|pragma|refresh|rename|replace|reset|revoke|rollback|set|truncate|unload|update|upsert|vacuum",
    re.IGNORECASE,
)
# What is no code: comments, texts, and names in quotes of any kind. A quote is doubled inside itself.
_QUIET = re.compile(
    r"--(?=\s|$)[^\n]*"  # without a blank behind it, it is two minus signs in MySQL
    r"|/\*(?!!).*?\*/"  # MySQL carries out what stands in /*! … */
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
    r"|'(?:[^']|'')*'"
    r'|"(?:[^"]|"")*"'
    r"|`(?:[^`]|``)*`"
    r"|\[[^\]\n]*\]",
    re.DOTALL,
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_OPEN = re.compile(r"/\*|['\"`]")


def check_query(query: str) -> None:
    """Raise unless `query` is one statement that reads.

    Raises
    ------
    ParameterError
        Naming the word that is not allowed.
    """
    code = _QUIET.sub(" '' ", query)
    if _OPEN.search(code.replace("''", "")):
        raise ParameterError("query", query, allowed=_("complete: a quote or a comment is left open"))
    code = code.strip().rstrip(";").strip()
    words = [word.lower() for word in _WORD.findall(code)]
    if not words or words[0] not in ("select", "with") or (words[0] == "with" and "select" not in words):
        raise ParameterError("query", query, allowed=_("one that reads, beginning with SELECT or WITH"))
    if ";" in code:
        raise ParameterError("query", query, allowed=_("a single statement, without ';' between two"))
    changing = next((word for word in _WORD.findall(code) if _changes(word, code)), None)
    if changing:
        fix = _("Leave {word} out; a column of that name is written in quotes.").format(word=changing.upper())
        raise ParameterError("query", query, allowed=_("one that only reads"), fix=fix)


def is_ordered(query: str) -> bool:
    """Does `query` say in which order its rows come?"""
    return re.search(r"\border\s+by\b", _QUIET.sub(" ", query), re.IGNORECASE) is not None


def _changes(word: str, code: str) -> bool:
    """Does `word` change something? One that is called, such as replace(…), or belongs to a table (t.set), does not."""
    if not _CHANGES.fullmatch(word):
        return False
    called = rf"\b{re.escape(word)}\s*\("
    owned = rf"\.\s*{re.escape(word)}\b"
    every = len(re.findall(rf"\b{re.escape(word)}\b", code))
    functions = ("replace", "load", "insert", "truncate")
    harmless = len(re.findall(called, code)) if word.lower() in functions else 0
    return every > harmless + len(re.findall(owned, code))
