"""The rules of the house: who may import whom, what is heavy, what is public, how long a file may be."""

from __future__ import annotations

import ast
import importlib
import statistics
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

import kit

KIT = Path(kit.__file__).parent
FILES = sorted(KIT.rglob("*.py"))
PACKAGES = sorted(
    ".".join(("kit", *path.parent.relative_to(KIT).parts)) for path in FILES if path.name == "__init__.py"
)
MODULES = sorted(
    ".".join(("kit", *path.relative_to(KIT).with_suffix("").parts)) for path in FILES if not path.name.startswith("__")
)

# Nearest the ground first. The modules of the ground floor share one level.
ROOMS = (
    "ground",
    "machine",
    "models",
    "data",
    "engines",
    "quantization",
    "measure",
    "gate",
    "tuning",
    "experiments",
    "jobs",
    "choosing",
    "calls",
    "tracking",
    "plots",
    "service",
    "verticals",
    "widgets",
    "apps",
    "lab",
    "cli",
)
ON_THE_GROUND = {"runners", "warm"}  # folders that belong to the ground floor
HEAVY = {
    "accelerate",
    "bitsandbytes",
    "datasets",
    "huggingface_hub",
    "lm_eval",
    "mlflow",
    "pandas",
    "peft",
    "presidio_analyzer",
    "presidio_anonymizer",
    "py3langid",
    "pyarrow",
    "scipy",
    "sentence_transformers",
    "spacy",
    "sqlalchemy",
    "torch",
    "transformers",
}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(KIT)))
each_package = pytest.mark.parametrize("name", PACKAGES)


def _room(module: str) -> str:
    """The room of a module "kit.x.y": "ground" for the files beside the rooms, "kit" for the front door."""
    parts = module.split(".")
    if len(parts) == 1:
        return "kit"
    return parts[1] if parts[1] in ROOMS else "ground"


def _module(path: Path) -> str:
    parts = path.relative_to(KIT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _imports(tree: ast.AST) -> list[tuple[int, str]]:
    """Every module that is imported anywhere in `tree`, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def _allowed(room: str) -> set[str]:
    if room == "jobs":  # it runs every kind of work and knows none
        return {"ground", "machine", "jobs"}
    if room == "kit":
        return set(ROOMS)
    return set(ROOMS[: ROOMS.index(room) + 1])


def test_every_room_has_its_place() -> None:
    folders = {path.name for path in KIT.iterdir() if (path / "__init__.py").exists()}
    assert folders - set(ROOMS) == ON_THE_GROUND


@each_file
def test_imports_go_down(path: Path) -> None:
    room = _room(_module(path))
    up = [
        f"line {line}: {name}"
        for line, name in _imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] == "kit" and _room(name) not in _allowed(room)
    ]
    assert not up, f"{room} must not know {up}"


@each_file
def test_the_work_of_a_spec_exists(path: Path) -> None:
    """A spec names its work by an import path, which no import checks."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [t.id for t in node.targets if isinstance(t, ast.Name)] if isinstance(node, ast.Assign) else []
        if "carried_out_by" in names and isinstance(node, ast.Assign):
            work = ast.literal_eval(node.value)
            assert importlib.util.find_spec(work.split(":")[0]) is not None, work


@each_file
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@each_file
def test_a_module_is_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert not {"utils", "helpers", "common", "misc"} & set(path.relative_to(KIT).with_suffix("").parts)


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@each_package
def test_a_package_exposes_what_it_names(name: str) -> None:
    package = importlib.import_module(name)
    public = {
        key
        for key, value in vars(package).items()
        if not key.startswith("_") and not isinstance(value, types.ModuleType)
    }
    named = list(getattr(package, "__all__", []))
    assert named == sorted(set(named), key=_as_ruff_sorts)
    assert public == {key for key in named if not isinstance(getattr(package, key), types.ModuleType)}


@each_package
def test_a_package_holds_only_imports(name: str) -> None:
    path = KIT.joinpath(*name.split(".")[1:], "__init__.py")
    body = ast.parse(path.read_text(encoding="utf-8")).body
    kinds = [type(node).__name__ for node in body]
    assert kinds[0] == "Expr"
    assert set(kinds[1:]) <= {"Import", "ImportFrom", "Assign", "AnnAssign", "Expr"}
    assigned = [ast.unparse(node.targets[0]) for node in body if isinstance(node, ast.Assign)]
    assert set(assigned) <= {"__all__"}


def _loaded_by(program: str) -> set[str]:
    code = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {module.split(".")[0] for module in done.stdout.split()}


def test_every_room_opens_without_heavy_libraries() -> None:
    assert _loaded_by("\n".join(f"import {name}" for name in PACKAGES)) & HEAVY == set()


def test_importing_changes_nothing() -> None:
    program = (
        "import os, signal, warnings, logging\n"
        "def state(): return (dict(os.environ), [signal.getsignal(s) for s in signal.valid_signals()],\n"
        "                     list(warnings.filters), logging.getLogger().handlers, os.getcwd())\n"
        "import ipywidgets, matplotlib.pyplot\n"
        "before = state()\n" + "\n".join(f"import {name}" for name in PACKAGES) + "\nassert state() == before"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _heavy_at_the_top(path: Path) -> list[str]:
    names = {
        name.split(".")[0] for node in ast.parse(path.read_text(encoding="utf-8")).body for name in _at_import(node)
    }
    return sorted(names & HEAVY)


def _at_import(node: ast.stmt) -> list[str]:
    """What is imported when the module is, by one of its statements."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return []
    if isinstance(node, ast.ClassDef):
        return [name for inner in node.body for name in _at_import(inner)]
    return [name for _line, name in _imports(node)]


HEAVY_MODULES = [_module(path) for path in FILES if _heavy_at_the_top(path)]


def test_heavy_modules_are_told_from_light_ones() -> None:
    """What loads a heavy library at its top is not what specs, panels and the command line are made of."""
    light = [name for name in MODULES if name.split(".")[-1] in ("spec", "registry", "card", "catalogue")]
    assert light
    assert not set(light) & set(HEAVY_MODULES)
    may = {"engines", "quantization", "measure", "gate", "tuning", "experiments"}
    assert {_room(name) for name in HEAVY_MODULES} <= may


def test_light_modules_load_no_heavy_library() -> None:
    light = [name for name in MODULES if name not in HEAVY_MODULES]
    loaded = _loaded_by(
        "\n".join(f"import {name}" for name in light if _room(name) in ("ground", "jobs", "cli", "widgets"))
    )
    assert loaded & HEAVY == set()


def _seconds(program: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - began


def test_importing_the_kit_is_quick() -> None:
    """At most 1.5 times as long as what every panel needs; taken in turns, since other work comes and goes."""
    for program in ("import kit", "import ipywidgets, matplotlib"):
        _seconds(program)  # compiled and cached
    ratios = []
    for _ in range(3):
        pairs = [(_seconds("import kit"), _seconds("import ipywidgets, matplotlib")) for _ in range(7)]
        ratios.append(statistics.median(a for a, _b in pairs) / statistics.median(b for _a, b in pairs))
        if ratios[-1] <= 1.5:
            return
    assert min(ratios) <= 1.5, ratios
