"""Which packages a notebook needs, by what it imports."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from kit.apps.publish.finding import Finding
from kit.apps.publish.source import Cell, Source
from kit.i18n import _

_PIP = re.compile(r"^\s*[%!]\s*(?:pip|pip3|python -m pip|uv pip)\s+install\s+(.*)$", re.MULTILINE)
_REQUIREMENT = re.compile(r"^[A-Za-z0-9][\w.-]*")


def imported(cell: Cell) -> Iterator[tuple[str, int]]:
    """Yield the first part of every module that a cell imports, with its line."""
    for node in ast.walk(cell.tree) if cell.tree is not None else ():
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def needed(source: Source) -> tuple[list[str], list[Finding]]:
    """Return the distributions that a notebook needs by its own words, and what is wrong with them."""
    names: dict[str, None] = {}
    findings: list[Finding] = []
    folder = source.path.parent
    for cell in source.code:
        for module, line in imported(cell):
            if module in sys.stdlib_module_names or _is_beside(folder, module):
                continue
            owners = _distributions().get(module, [])
            names.update(dict.fromkeys(owners[:1]))
            if not owners and not _can_be_found(module):
                findings.append(_missing(module, cell.place, line))
        for name in _installed_by_hand(cell.text):
            if _has(name):
                names[name] = None
    return list(names), findings


def _is_beside(folder: Path, module: str) -> bool:
    return (folder / f"{module}.py").is_file() or (folder / module / "__init__.py").is_file()


@cache
def _distributions() -> dict[str, list[str]]:
    return {module: sorted(set(names)) for module, names in metadata.packages_distributions().items()}


def _can_be_found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _installed_by_hand(text: str) -> Iterator[str]:
    """Yield the packages of lines such as ``%pip install seaborn``."""
    for match in _PIP.finditer(text):
        for word in match[1].split():
            found = _REQUIREMENT.match(word)
            if found and not word.startswith("-"):
                yield found[0]


def _has(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _missing(module: str, cell: int, line: int) -> Finding:
    return Finding(
        check="imports",
        message=_("The module {module!r} is not installed here.").format(module=module),
        fix=_("Install its package, or take the import out."),
        cell=cell,
        line=line,
    )
