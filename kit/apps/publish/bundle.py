"""What a bundle holds besides the notebook: requirements, Dockerfile, start command, a page that explains it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from kit.apps.publish.pins import pins, requirements
from kit.apps.publish.runs import HOME
from kit.apps.publish.source import Source
from kit.apps.publish.wheel import from_an_index, repack
from kit.i18n import _
from kit.version import version

PORT = 8866
_WHEELS = "wheels"


def write_bundle(source: Source, folder: Path, *, names: Sequence[str], files: Mapping[str, Path]) -> None:
    """Write everything but the runs to `folder`, which must be empty.

    Parameters
    ----------
    source : Source
        The notebook; its outputs stay behind.
    folder : Path
        Where the bundle goes.
    names : sequence of str
        Packages that the notebook needs by its own words.
    files : mapping of str to Path
        Files that go with it: place in the bundle to file here.
    """
    notebook = source.path.name
    _write(folder / notebook, json.dumps(source.stripped(), indent=1, ensure_ascii=False) + "\n")
    for place, path in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, folder / place)
    pinned = pins(names)
    wheels = {
        pin.name: f"{_WHEELS}/{repack(pin.name, folder / _WHEELS).name}"
        for pin in pinned
        if not from_an_index(canonicalize_name(pin.name))
    }
    _write(folder / "requirements.txt", requirements(pinned, wheels))
    _write(folder / "Dockerfile", dockerfile(notebook, wheels=bool(wheels)))
    _write(folder / ".dockerignore", "**/__pycache__\n**/.ipynb_checkpoints\nDockerfile\nREADME.md\n")
    _write(folder / "start.sh", start_script(notebook))
    (folder / "start.sh").chmod(0o755)
    _write(folder / "README.md", readme(notebook, folder.name))


def command_of(notebook: str) -> list[str]:
    """Return the command that serves the app to everybody who can reach its machine."""
    return ["tunebook", "app", notebook, "--ip", "0.0.0.0", "--port", str(PORT), "--no-browser"]


def dockerfile(notebook: str, *, wheels: bool) -> str:
    """Return a Dockerfile that serves `notebook` as a user without rights, at port 8866."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    probe = f"import socket; socket.create_connection(('127.0.0.1', {PORT}), 5).close()"
    lines = [
        f"FROM python:{python}-slim",
        "",
        "ENV PYTHONUNBUFFERED=1 \\",
        f"    TUNEBOOK_HOME=/app/{HOME} \\",
        "    TUNEBOOK_CACHE=/cache/tunebook \\",
        "    HF_HOME=/cache/huggingface",
        "",
        f"RUN useradd --create-home --uid 1000 app && mkdir -p /app/{HOME} /cache && chown -R app:app /app /cache",
        "WORKDIR /app",
        "COPY requirements.txt ./",
        *([f"COPY {_WHEELS} ./{_WHEELS}"] if wheels else []),
        "RUN pip install --no-cache-dir -r requirements.txt",
        "COPY --chown=app:app . .",
        "",
        "USER 1000",
        "VOLUME /cache",
        f"EXPOSE {PORT}",
        f"HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD {json.dumps(['python', '-c', probe])}",
        f"CMD {json.dumps(command_of(notebook), ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def start_script(notebook: str) -> str:
    """Return a shell script that serves `notebook` where the requirements are installed."""
    quoted = "'" + notebook.replace("'", "'\\''") + "'"
    return (
        '#!/bin/sh\nset -eu\ncd "$(dirname "$0")"\n'
        f'if [ -d {HOME} ]; then export TUNEBOOK_HOME="$PWD/{HOME}"; fi\n'
        f'exec tunebook app {quoted} --no-browser "$@"\n'
    )


def readme(notebook: str, name: str) -> str:
    """Return the page that says how the bundle is started."""
    image = "".join(sign if sign.isalnum() else "-" for sign in name.lower()).strip("-") or "app"
    return _(
        """# {name}

The notebook `{notebook}` as an app, made by Tunebook {version}. Visitors see no code; a token in the address lets them
in.

## With Docker

    docker build -t {image} .
    docker run --rm -p {port}:{port} -v {image}-cache:/cache {image}

It prints its address with the token. To choose the token, add the command and `--token`:

    docker run --rm -p {port}:{port} -v {image}-cache:/cache {image} {command} --token SECRET

## Without Docker

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt
    PATH="$PWD/.venv/bin:$PATH" ./start.sh

Models are not in the bundle: the first visitor's page fetches what it needs into the cache. `requirements.txt` holds
the versions with which the notebook ran.
"""
    ).format(
        name=name,
        notebook=notebook,
        version=version(),
        image=image,
        port=PORT,
        command=" ".join(_quoted(command_of(notebook))),
    )


def all_files(folder: Path) -> list[str]:
    """Return every file of a bundle, relative to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _quoted(words: Iterable[str]) -> list[str]:
    return [f"'{word}'" if " " in word else word for word in words]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
