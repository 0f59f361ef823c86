"""How a server takes Tunebook in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

import kit.lab
from kit.lab.extension import LABEXTENSION, _keep_out_of_apps

ROOT = Path(kit.lab.__file__).parents[2]


def test_it_is_switched_on_by_its_file() -> None:
    path = ROOT / "jupyter-config" / "jupyter_server_config.d" / "tunebook.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    (point,) = kit.lab._jupyter_server_extension_points()
    assert values == {"ServerApp": {"jpserver_extensions": {point["module"]: True}}}


def test_jupyter_finds_nothing_wrong_with_it() -> None:
    program = (
        "from jupyter_server.extension.utils import validate_extension; validate_extension('kit.lab'); print('fine')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr


def test_importing_it_brings_no_server() -> None:
    program = "import sys, kit.lab; print('jupyter_server' in sys.modules, 'tornado.web' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


@pytest.mark.parametrize(
    ("given", "kept"),
    [({}, []), ({"extension_denylist": ["other"]}, ["other"]), ({"theme": "dark"}, [])],
)
def test_apps_beside_lab_come_without_the_side_panel(given: dict[str, Any], kept: list[str]) -> None:
    config = Config({"VoilaConfiguration": given})
    _keep_out_of_apps(config)
    assert config.VoilaConfiguration.extension_denylist == [*kept, LABEXTENSION]
    assert {name: config.VoilaConfiguration[name] for name in given if name != "extension_denylist"} == {
        name: value for name, value in given.items() if name != "extension_denylist"
    }
