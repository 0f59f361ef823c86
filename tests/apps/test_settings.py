"""How Voila is set up, and what is refused before it starts; Voila itself reads the arguments back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from voila.app import Voila
from voila.configuration import VoilaConfiguration

from kit.apps.settings import voila_arguments
from kit.errors import KitError, ParameterError


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "00_quickstart.ipynb"
    path.write_text("{}", encoding="utf-8")
    return path


def _arguments(notebook: Path, **changes: Any) -> list[str]:
    return voila_arguments(notebook, **{"ip": "127.0.0.1", "port": 8866, **changes})


def test_voila_understands_it(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voila = Voila()
    voila.parse_command_line(_arguments(notebook, theme="dark", cull_after_s=90, cull_every_s=7, port=4321))
    configuration, kernels = VoilaConfiguration(parent=voila), AsyncMappingKernelManager(parent=voila)
    assert voila.extra_args == [str(notebook)]
    assert (voila.ip, voila.port, voila.port_retries, voila.open_browser) == ("127.0.0.1", 4321, 0, False)
    assert (configuration.theme, configuration.extension_denylist) == ("dark", ["tunebook"])
    assert (configuration.strip_sources, configuration.show_tracebacks) == (True, False)
    assert (kernels.cull_idle_timeout, kernels.cull_interval, kernels.cull_connected) == (90, 7, False)


def test_kernels_are_always_culled(notebook: Path) -> None:
    arguments = _arguments(notebook)
    assert "--MappingKernelManager.cull_idle_timeout=600" in arguments
    assert "--MappingKernelManager.cull_interval=60" in arguments


def test_the_protection_against_forged_requests_stays_on(notebook: Path) -> None:
    assert not any("xsrf" in argument.lower() for argument in _arguments(notebook))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"theme": "pink"}, "theme='pink'.*'light', 'dark'"),
        ({"port": 0}, "port=0.*from 1 to 65535"),
        ({"port": 70_000}, "port=70000"),
        ({"cull_after_s": 0}, "cull_after_s=0.*at least 1"),
        ({"cull_every_s": -1}, "cull_every_s=-1"),
    ],
)
def test_values_out_of_range_are_refused(notebook: Path, changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ParameterError, match=expected):
        _arguments(notebook, **changes)


def test_a_missing_notebook_names_those_there_are(notebook: Path) -> None:
    with pytest.raises(KitError, match=r"There is no notebook .*01\.ipynb") as caught:
        _arguments(notebook.with_name("01.ipynb"))
    assert "00_quickstart.ipynb" in caught.value.fix


def test_what_is_no_notebook_is_refused(notebook: Path, tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.touch()
    with pytest.raises(KitError, match=r"app\.py is no notebook"):
        _arguments(script)
    with pytest.raises(KitError, match="is a folder") as caught:
        _arguments(tmp_path)
    assert "00_quickstart.ipynb" in caught.value.fix
    with pytest.raises(KitError, match="There is no notebook"):
        _arguments(tmp_path / "nowhere" / "x.ipynb")


def test_kernels_are_reached_over_encrypted_sockets(notebook: Path) -> None:
    voila = Voila()
    voila.parse_command_line(_arguments(notebook))
    assert KernelManager(parent=voila).transport_encryption == "auto"


def test_without_the_means_for_it_nothing_is_asked_of_jupyter(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zmq.has", lambda capability: False)
    assert not any("encryption" in argument for argument in _arguments(notebook))
