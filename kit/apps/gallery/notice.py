"""What a notebook tells of itself as an app, read without running it.

Its metadata may say it, under ``tunebook`` and ``app``: `title`, `about` (one sentence), `model`, `accuracy`, `date`,
`limits`, `run` (the id of the run that measured it), `vertical` (whose outcome tells it); ``"app": false`` keeps a
notebook out of galleries. What it does not say there is found in its text: the heading, the first sentence, the
paragraph that begins with "Limits.".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.apps.notebooks.template import text_of, values_of
from kit.i18n import N_, _

REVIEW = N_("Not for decisions about people without review.")
_LIMITS = re.compile(r"^\**Limits[.:]\**\s*(.+?)(?=\n\s*\n|\Z)", re.S | re.M)
_NAMED = re.compile(r"""\bname\s*=\s*["']([^"'\n]+)["']""")
_QUOTED = re.compile(r"""["']([\w./-]+)["']""")
_MARKS = re.compile(r"[*`]|\[(.*?)\]\(.*?\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LONGEST = 600  # characters; more is no card


@dataclass(frozen=True)
class Notice:
    """What a notebook tells of itself.

    Parameters
    ----------
    app : bool
        Is it meant to be an app?
    names : frozenset of str
        Of the panels in its code, by which their runs are known.
    vertical : str
        Whose outcome tells what was measured, "" where runs do.
    """

    title: str
    about: str = ""
    limits: str = ""
    model: str = ""
    accuracy: str = ""
    date: str = ""
    run: str = ""
    app: bool = True
    names: frozenset[str] = field(default_factory=frozenset)
    vertical: str = ""


def notice_of(path: Path) -> Notice:
    """Return what the notebook at `path` tells of itself; of one that cannot be read, its name."""
    values = values_of(path)
    if values is None:
        return Notice(path.stem, limits=_(REVIEW))
    said = _said(values)
    texts = [text_of(cell) for cell in values["cells"] if cell.get("cell_type") == "markdown"]
    code = "\n".join(text_of(cell) for cell in values["cells"] if cell.get("cell_type") == "code")
    title, about = _opening(texts)
    return Notice(
        title=said.get("title") or title or path.stem,
        about=said.get("about") or about,
        limits=said.get("limits") or _limits(texts),
        model=said.get("model") or _model(code),
        accuracy=said.get("accuracy", ""),
        date=said.get("date", ""),
        run=said.get("run", ""),
        app=_own(values).get("app") is not False,
        names=frozenset(_NAMED.findall(code)),
        vertical=said.get("vertical", ""),
    )


def _own(values: dict[str, Any]) -> dict[str, Any]:
    metadata = values.get("metadata")
    own = metadata.get("tunebook") if isinstance(metadata, dict) else None
    return own if isinstance(own, dict) else {}


def _said(values: dict[str, Any]) -> dict[str, str]:
    app = _own(values).get("app")
    return {k: _short(v) for k, v in app.items() if isinstance(v, str)} if isinstance(app, dict) else {}


def _opening(texts: list[str]) -> tuple[str, str]:
    """Return the heading of a notebook and the first sentence after it."""
    lines = texts[0].strip().splitlines() if texts else []
    if not lines:
        return "", ""
    paragraph = "\n".join(lines[1:]).strip().split("\n\n")[0]
    return _short(lines[0].lstrip("# ")), _SENTENCE.split(_short(paragraph))[0]


def _limits(texts: list[str]) -> str:
    found = _LIMITS.search("\n\n".join(texts))
    own = _short(found[1]) if found else ""
    return f"{_(REVIEW)} {own}".strip()


def _model(code: str) -> str:
    """Return the model of the catalogue that stands in the code, or "" where there is none, or several."""
    from kit.models import catalogue

    named = set(_QUOTED.findall(code)) & set(catalogue())
    return named.pop() if len(named) == 1 else ""


def _short(text: str) -> str:
    plain = " ".join(_MARKS.sub(lambda mark: mark[1] or "", text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"
