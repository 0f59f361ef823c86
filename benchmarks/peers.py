"""The environments of the tools that ours is compared with, made where they are missing.

Each is a virtual environment in Tunebook's cache folder. It is linked to the torch of this one, so that all have the
same, and gigabytes are not fetched twice; nothing else is shared. trl gets Transformers and peft as they are here, and
so do the servers that need them; LLaMA-Factory and optimum-benchmark the older ones that they ask for; datatrove needs
neither.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from kit.place import cache

FACTORY = "llamafactory==0.9.5"
DATATROVE = ("datatrove[processing]==0.10.1", "spacy>=3.8,<4", "orjson")  # it cuts English into words with spaCy
OPTIMUM = ("optimum-benchmark==0.6.0", "transformers<5")  # it imports what Transformers 5 no longer has
# torchvision from the registry breaks Transformers here; LLaMA-Factory needs both only for pictures and sound.
_NOT_NEEDED = ("torch", "torchvision", "torchaudio")
_ASK = "from importlib.metadata import requires; print('\\n'.join(requires('{name}')))"


class NoPeer(Exception):
    """A tool cannot be had here; the text says why and what to do."""


def python_of(name: str, named: dict[str, str]) -> str:
    """Return the Python that has a peer, making its environment where needed.

    Parameters
    ----------
    name : {"trl", "llamafactory", "optimum-benchmark", "datatrove", "transformers-serve", "openvino-genai"}
    named : dict of str to str
        Environments that the command line names.

    Raises
    ------
    NoPeer
    """
    module, install = _PEERS[name]
    python = where(name, named)
    if not python.exists() and name not in named:
        _make(python, install)
    if not _has(python, module):
        raise NoPeer(
            f"{name} cannot be used: {python} does not import {module}. Name a Python that does with "
            f"--peer-env {name}=PATH, or delete {folder_of(name)} to have its environment made anew."
        )
    return str(python)


def where(name: str, named: dict[str, str]) -> Path:
    """Return the Python of a peer, which need not be there."""
    return Path(named[name]) if name in named else folder_of(name) / "bin" / "python"


def folder_of(name: str) -> Path:
    """Return where the environment of a peer is."""
    return cache() / "peers" / name


def version_in(python: str, distribution: str) -> str:
    """Return the version of a package in an environment."""
    code = f"from importlib.metadata import version; print(version({distribution!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def requirements(listed: str) -> list[str]:
    """Return what a package asks for, out of what its metadata lists, without extras and what is not needed here."""
    lines = [line.strip() for line in listed.splitlines() if line.strip() and "extra ==" not in line]
    return [line for line in lines if _name_of(line) not in _NOT_NEEDED]


def _name_of(requirement: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()[0]


def _make(python: Path, install: Callable[[Path], None]) -> None:
    folder = python.parents[1]
    print(f"making the environment {folder} (minutes, the first time)", flush=True)
    venv.create(folder, with_pip=True)
    _link_torch(_packages(python))
    try:
        install(python)
    except subprocess.CalledProcessError as exc:
        raise NoPeer(f"{folder} could not be filled: {(exc.stderr or '')[-800:]} Delete it and try again.") from exc


def _link_torch(packages: Path) -> None:
    here = Path(sysconfig.get_paths()["purelib"])
    for path in here.glob("torch-*.dist-info"):
        (packages / path.name).symlink_to(path)
    for name in ("torch", "torchgen", "functorch"):
        if (here / name).exists():
            (packages / name).symlink_to(here / name)


def _install_trl(python: Path) -> None:
    _pip(python, "trl>=1.16", *_same("transformers", "peft", "accelerate", "huggingface-hub"))


def _install_factory(python: Path) -> None:
    _pip(python, "--no-deps", FACTORY)
    ask = [str(python), "-c", _ASK.format(name="llamafactory")]
    listed = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    _pip(python, *requirements(listed))
    (_packages(python) / "torchaudio.py").write_text('"""Imported, never used."""\n', encoding="utf-8")


def _install_optimum(python: Path) -> None:
    _pip(python, *OPTIMUM, *_same("bitsandbytes", "torchao"))


def _install_datatrove(python: Path) -> None:
    _pip(python, *DATATROVE)


def _install_serving(python: Path) -> None:
    _pip(python, f"transformers[serving]=={version('transformers')}", *_same("accelerate", "huggingface-hub"))


def _install_genai(python: Path) -> None:
    here = version("openvino").split("-")[0]  # the graph is written here, and read there
    same = _same("torch", "transformers", "huggingface-hub")  # torch for what it needs itself: it is here already
    _pip(python, f"openvino-genai=={here}.*", f"openvino=={here}", *same)


def _packages(python: Path) -> Path:
    return next(python.parents[1].glob("lib/python*/site-packages"))


def _pip(python: Path, *what: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        pins = Path(place) / "pins.txt"
        pins.write_text("\n".join(_same("torch")), encoding="utf-8")  # a newer one brings gigabytes for GPUs
        command = [str(python), "-m", "pip", "install", "-q", "-c", str(pins), *what]
        subprocess.run(command, check=True, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)


def _same(*names: str) -> list[str]:
    """Return requirements for the versions that are installed here."""
    return [f"{name}=={version(name).split('+')[0]}" for name in names]


def _has(python: Path, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return python.exists() and subprocess.run([python, "-c", code], check=False).returncode == 0


_PEERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "trl": ("trl", _install_trl),
    "llamafactory": ("llamafactory", _install_factory),
    "optimum-benchmark": ("optimum_benchmark", _install_optimum),
    "datatrove": ("datatrove", _install_datatrove),
    "transformers-serve": ("openai", _install_serving),
    "openvino-genai": ("openvino_genai", _install_genai),
}
