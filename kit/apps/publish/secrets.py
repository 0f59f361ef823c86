"""Does a text hold what opens a door: keys, tokens, passwords?

Two ways of knowing: by the shape that a service gives its keys, and by the name under which a text is kept. What is
found is told by its first letters only.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator

from kit.apps.publish.finding import Finding
from kit.apps.publish.source import Cell, Source
from kit.i18n import N_, _

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(pattern))
    for what, pattern in (
        (N_("a private key"), r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
        (N_("an AWS key"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        (N_("a GitHub token"), r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
        (N_("a GitLab token"), r"\bglpat-[A-Za-z0-9_-]{20,}"),
        (N_("a Hugging Face token"), r"\bhf_[A-Za-z0-9]{30,}"),
        (N_("an API key"), r"\bsk-[A-Za-z0-9_-]{20,}"),
        (N_("a Stripe key"), r"\b[rs]k_live_[A-Za-z0-9]{20,}"),
        (N_("a Slack token"), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
        (N_("a Google key"), r"\bAIza[0-9A-Za-z_-]{35}"),
        (N_("a package index token"), r"\b(?:pypi-[A-Za-z0-9_-]{50,}|npm_[A-Za-z0-9]{36})"),
        (N_("a signed token"), r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
        (N_("an address with a password"), r"\b[a-z][a-z0-9+.-]*://[^\s:/@]+:[^\s:/@{}$<>]{3,}@"),
    )
)
_NAME = re.compile(
    r"(?i)(?:^|[_.-])(?:pass(?:word|wd|phrase)?|secret|token|credentials?|(?:api|access|secret|private|auth)_?key)$"
)
_OF_TEXT = re.compile(r"(?i)(?:pad|eos|bos|unk|sep|cls|mask|new|max|min|num|stop|special)_?token$")
_WRITTEN = re.compile(
    r"(?i)\b(?:pass(?:word|wd|phrase)|secret|token|api[_ -]?key|access[_ -]?key)\b\s*[:=]\s*[\"'`]?([^\s\"'`]{8,})"
)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:x+|\*+|\.+|…|<.*>|\[.*\]|\{.*\}|\$.*|your[ _-].*|change[ _-]?me.*|example.*|none|.*…)$"
)
_KEYLIKE = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_SHORTEST = 6
_BITS = 4.3  # for each letter of a text that looks drawn by lot


def secret_findings(source: Source) -> list[Finding]:
    """Return every secret in the cells of a notebook, one finding for each place."""
    found: dict[tuple[int, int], Finding] = {}
    for cell in source.cells:
        for what, text, line, sure in _in_cell(cell):
            found.setdefault((cell.place, line), _finding(what, text, cell.place, line, sure))
    return list(found.values())


def secrets_in_file(name: str, text: str) -> list[Finding]:
    """Return the secrets that a file of this name holds, by their shape."""
    return [
        Finding(
            check="secrets",
            message=_("{name}, line {line}: {what} ({begin}).").format(
                name=name, line=line, what=_(what), begin=_begin(found)
            ),
            fix=_("Take it out of the file, and make a new one: it may have been seen."),
        )
        for what, found, line in _shapes(text)
    ]


def _in_cell(cell: Cell) -> Iterator[tuple[str, str, int, bool]]:
    yield from ((what, text, line, True) for what, text, line in _shapes(cell.text))
    if cell.tree is not None:
        yield from _kept(cell.tree)
        for text, line in cell.strings():
            if _drawn_by_lot(text):
                yield N_("what looks like a key"), text, line, False
    else:
        for line, words in enumerate(cell.text.splitlines(), start=1):
            for match in _WRITTEN.finditer(words):
                if not _PLACEHOLDER.match(match[1]):
                    yield N_("a password or key"), match[1], line, cell.kind == "code"


def _shapes(text: str) -> Iterator[tuple[str, str, int]]:
    for what, pattern in _SHAPES:
        for match in pattern.finditer(text):
            yield what, match[0], text.count("\n", 0, match.start()) + 1


def _kept(tree: ast.AST) -> Iterator[tuple[str, str, int, bool]]:
    """Yield text that is kept under a telling name: a variable, an argument, a key, an environment variable."""
    for node in ast.walk(tree):
        for name, value in _named(node):
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and _telling(name, value.value):
                yield N_("a password or key"), value.value, value.lineno, True


def _named(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield _name_of(target), node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield _name_of(node.target), node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        yield from ((_name_of(key), value) for key, value in zip(node.keys, node.values, strict=True) if key)


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):  # os.environ["API_KEY"]
        return _name_of(node.slice)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _telling(name: str, value: str) -> bool:
    if len(value) < _SHORTEST or " " in value.strip() or _PLACEHOLDER.match(value.strip()):
        return False
    return bool(_NAME.search(name)) and not _OF_TEXT.search(name)


def _drawn_by_lot(text: str) -> bool:
    if not _KEYLIKE.fullmatch(text) or text.count("/") > 2:
        return False
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(kind(sign) for sign in text) for kind in kinds):
        return False
    shares = [n / len(text) for n in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares) >= _BITS


def _finding(what: str, text: str, cell: int, line: int, sure: bool) -> Finding:
    return Finding(
        check="secrets",
        level="error" if sure else "warning",
        message=_("Here is {what} ({begin}).").format(what=_(what), begin=_begin(text)),
        fix=_(
            "Read it from the environment, as in os.environ['NAME'], and make a new one: this one may have been seen."
        ),
        cell=cell,
        line=line,
    )


def _begin(text: str) -> str:
    return f"{text[:4]}…" if len(text) > 8 else "…"
